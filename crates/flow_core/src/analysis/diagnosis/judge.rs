//! From the folded rows of all shards to a verdict for each conversation.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::admitted::{Admitted, AdmittedKey};
use super::decide::{Line, decide, decide_without_beginner, is_failed_request};
use super::facts::Facts;
use super::grounds::{Admission, Grounds};
use super::partial::DiagnosisPartial;
use super::policy_evaluator::PolicyEvaluator;
use super::sequential_test::{Met, refusals_of_scanner};
use super::surroundings::{Case, CaseId, Surroundings};
use super::verdict::{Diagnosed, Verdict};
use super::{Diagnosis, DiagnosisQuestion, REQUIRED};
use crate::analysis::conversation::{Half, Marks, SeenBy, TupleEnd, in_conversations};
use crate::analysis::places::NOT_THERE;
use crate::intake::client::{self, RowEvidence};
use crate::record::{Address, Field, Value};

pub(super) fn diagnosis(partial: DiagnosisPartial, question: &DiagnosisQuestion<'_>) -> Diagnosis {
    let DiagnosisQuestion { knowledge, tuples, evaluator, undelivered } = *question;
    let surroundings = Surroundings::new(&partial, knowledge, undelivered);
    let mut evidence = RowEvidence::new(partial.is_rolled_up);
    let all = in_conversations(&partial.folded.traces, surroundings.n_spans_apart);
    let ranks = partial.folded.interface_ranks();
    // Facts are worked out twice, because they take more room than all that they are worked out from.
    let mut met: HashMap<Address, Vec<Met>, FxBuildHasher> = HashMap::default();
    let mut places: Vec<Place> = Vec::with_capacity(all.n_conversations() as usize);
    let mut views = Vec::new();
    for conversation in 0..all.n_conversations() {
        let tuple = all.read_views(conversation, &mut views);
        let is_private = |end: TupleEnd| partial.folded.address(end.address).is_none_or(Address::is_private);
        let may_scan = !tuple.ends().into_iter().all(is_private);
        let all = may_scan.then(|| surroundings.sum_up(&tuple, &views, &mut evidence));
        surroundings.for_each_case(&tuple, &views, |id| {
            let view = id.view_of(&views);
            if view.is_rejected_asked() {
                places.push(Place {
                    first_secs: view.time().map(|time| time.start_secs),
                    // Rows without an interface come first, as their absent value does.
                    rank: ranks.get(view.interface as usize).copied().unwrap_or(0),
                    conversation,
                    id,
                });
            }
            if let Some(facts) = all.as_ref().and_then(|all| surroundings.case(tuple, &views, id, all).facts)
                && !knowledge.is_ours(facts.initiator)
                && is_failed_request(&facts)
            {
                met.entry(facts.initiator).or_default().push(failure(&facts));
            }
        });
    }
    let scanners = scanners(&partial, met);
    let admitted = Admitted::of(&partial.admitted);
    // The last place is of rows without an interface.
    let interfaces: Vec<Arc<Value>> = (0..=partial.folded.n_interfaces())
        .map(|place| Arc::new(partial.folded.interface(place).clone()))
        .collect();
    // In order from the start, because verdicts are large to move about.
    places.sort_unstable();
    let mut conversations: Vec<Diagnosed> = Vec::with_capacity(places.len());
    for Place { conversation, id, .. } in places {
        let tuple = all.read_views(conversation, &mut views);
        let all = surroundings.sum_up(&tuple, &views, &mut evidence);
        let mut case = surroundings.case(tuple, &views, id, &all);
        if let Some(facts) = &mut case.facts {
            facts.scanner_refusals = scanners.get(&facts.initiator).copied();
        }
        let mut diagnosed = diagnosed(&partial, &interfaces, &case, evaluator);
        diagnosed.grounds.is_readdressed = case.view.is_readdressed();
        // Whoever scans is not wanted, whatever else was accepted.
        if diagnosed.verdict != Verdict::Scan {
            diagnosed.grounds.admitted = admission(&case, &admitted);
        }
        conversations.push(diagnosed);
    }
    let is_of_one_time = |one: &Diagnosed, next: &Diagnosed| {
        (one.first_secs, &one.interface) == (next.first_secs, &next.interface)
    };
    for alike in conversations.chunk_by_mut(is_of_one_time) {
        alike.sort_unstable_by(|one, other| order(one).cmp(&order(other)));
    }
    let n_rows_judged: u64 = partial.folded.traces.iter().map(|(_, trace)| trace.n_rows_asked).sum();
    let missing = REQUIRED.iter().zip(partial.recorded.required);
    Diagnosis {
        conversations,
        missing: missing.filter(|(_, is_recorded)| !is_recorded).map(|(field, _)| *field).collect(),
        n_rows: partial.n_rows,
        n_rejected_rows_left_out: tuples.n_rows().saturating_sub(n_rows_judged),
        n_rows_without_action: partial.n_rows_without_action,
    }
}

/// A case that the question is about: when it began, where its interface is among the others, and where it is read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    first_secs: Option<u64>,
    rank: u32,
    conversation: u32,
    id: CaseId,
}

/// By first, interface, initiator, responder and port, as the records are laid down; the rest makes it one order.
fn order(diagnosed: &Diagnosed) -> impl Ord + '_ {
    let Diagnosed { interface, initiator, responder, port, initiator_port, protocol, .. } = diagnosed;
    (
        (diagnosed.first_secs, interface, *initiator, *responder, *port),
        (*protocol, *initiator_port, diagnosed.last_secs, diagnosed.n_rows, diagnosed.began),
        (diagnosed.verdict, diagnosed.confidence, &diagnosed.grounds, &diagnosed.needs),
    )
}

fn failure(facts: &Facts) -> Met {
    Met {
        first_secs: facts.request.rejected.first_secs(),
        is_failure: true,
        service: (Some(facts.responder), facts.port, facts.protocol),
    }
}

/// Outsiders whom the sequential test takes for scanners, with the number of services that refused them. `met` has
/// their failures.
fn scanners(
    partial: &DiagnosisPartial,
    mut met: HashMap<Address, Vec<Met>, FxBuildHasher>,
) -> HashMap<Address, u32, FxBuildHasher> {
    let mut contacts = partial.contacts.clone();
    contacts.sort_unstable_by_key(|(key, _)| *key);
    for same in contacts.chunk_by(|a, b| a.0 == b.0) {
        let (key, mut contact) = same[0];
        same[1..].iter().for_each(|(_, other)| contact.add(*other));
        let outsider = partial.folded.address(key.outsider).filter(|_| contact.is_success());
        if let Some(met) = outsider.and_then(|outsider| met.get_mut(&outsider)) {
            met.push(Met {
                first_secs: contact.time.map_or(0, |time| time.start_secs),
                is_failure: false,
                service: (partial.folded.address(key.service.address), key.service.port, key.protocol),
            });
        }
    }
    met.into_iter().filter_map(|(outsider, met)| Some((outsider, refusals_of_scanner(met)?))).collect()
}

/// `interfaces` are by place, at last the absent one.
fn diagnosed(
    partial: &DiagnosisPartial,
    interfaces: &[Arc<Value>],
    case: &Case,
    evaluator: Option<&dyn PolicyEvaluator>,
) -> Diagnosed {
    let halves = &case.view.halves;
    let (mut decision, grounds) = match &case.facts {
        Some(facts) => {
            let decision = decide(facts);
            let grounds = Grounds::of(facts, decision.line);
            (decision, grounds)
        }
        None => {
            let decision = decide_without_beginner(halves, needs_of(partial, case));
            let grounds = Grounds::without_beginner(halves, decision.line);
            (decision, grounds)
        }
    };
    let interface = interfaces.get(case.view.interface as usize).unwrap_or(&interfaces[interfaces.len() - 1]);
    if interface.is_absent() && matches!(decision.line, Line::SideNotKnown(_)) {
        decision.needs.insert(0, Field::INTERFACE_ID);
    }
    let (facts, time) = (case.facts.as_ref(), case.view.time());
    let mut diagnosed = Diagnosed {
        interface: Arc::clone(interface),
        initiator: facts.map(|facts| facts.initiator),
        responder: facts.map(|facts| facts.responder),
        port: facts.and_then(|facts| facts.port),
        initiator_port: facts.and(case.client).and_then(|client| case.tuple.ends()[client].port),
        protocol: case.tuple.protocol(),
        began: case.began,
        seen_by: facts.map_or(SeenBy::Unknown, |facts| facts.seen_by),
        verdict: decision.verdict,
        confidence: decision.confidence,
        grounds,
        needs: decision.needs,
        rule: None,
        is_admitted_now: false,
        told: None,
        n_rows: halves.iter().map(Half::n_rows).sum(),
        first_secs: time.map(|time| time.start_secs),
        last_secs: time.map(|time| time.end_secs),
    };
    if let Some(evaluator) = evaluator {
        diagnosed.refine(evaluator);
    }
    diagnosed
}

/// What else was accepted at the service that refused.
fn admission(case: &Case, admitted: &Admitted) -> Admission {
    let (Some(facts), Some(client)) = (&case.facts, case.client) else { return Admission::default() };
    let Some(request_comes_in) = facts.request_comes_in else { return Admission::default() };
    let is_reply = !facts.request.rejected.is_there();
    let refused = if is_reply { &facts.reply.rejected } else { &facts.request.rejected };
    let ends = case.tuple.ends();
    let key = AdmittedKey {
        interface: if request_comes_in { case.view.interface } else { NOT_THERE },
        service: ends[1 - client],
        protocol: case.tuple.protocol(),
        client: ends[client].address,
        is_reply,
    };
    let times = admitted.of_client(key).zip(refused.time);
    Admission {
        others: admitted.has_others(key),
        before: times.is_some_and(|(accepted, refused)| accepted.start_secs < refused.start_secs),
        later: times.is_some_and(|(accepted, refused)| accepted.end_secs > refused.end_secs),
    }
}

/// Fields without which nobody can tell who began.
fn needs_of(partial: &DiagnosisPartial, case: &Case) -> Vec<Field> {
    let (ends, protocol) = (case.tuple.ends(), case.tuple.protocol());
    let mut needs = Vec::new();
    if ends.iter().any(|end| partial.folded.address(end.address).is_none()) {
        needs.extend([Field::SRCADDR, Field::DSTADDR]);
    }
    if protocol.is_none() {
        needs.push(Field::PROTOCOL);
    }
    if ends.iter().all(|end| end.port.is_none()) && protocol.is_none_or(has_ports) {
        needs.extend([Field::SRCPORT, Field::DSTPORT]);
    }
    if case.view.halves.iter().any(|half| half.marks().has(Marks::NOT_RECORDED)) {
        needs.push(Field::TCP_FLAGS);
    }
    needs.sort_unstable();
    needs
}

/// Whether a protocol has ports, whatever they are.
fn has_ports(protocol: u8) -> bool {
    client::has_ports(u64::from(protocol), 0, 0)
}
