//! From the folded rows of all shards to a verdict for each conversation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::began::who_began;
use super::coverage::Coverage;
use super::decide::{Decision, Line, decide, decide_without_beginner, is_failed_request};
use super::facts::{Elsewhere, Facts, Half, View};
use super::partial::DiagnosisPartial;
use super::policy_evaluator::{PolicyEvaluator, Refusal};
use super::sequential_test::{Met, refusals_of_scanner};
use super::trace::{Trace, TraceKey};
use super::tuple::Tuple;
use super::verdict::{Began, Diagnosed, SeenBy, Verdict};
use super::words::{because, because_without_beginner};
use super::{Diagnosis, REQUIRED};
use crate::analysis::TimeExtent;
use crate::analysis::fan_in::{FanIn, Servers};
use crate::analysis::interface::{InterfaceKnowledge, subnet_of};
use crate::intake::client::{self, RowEvidence};
use crate::record::{Address, Direction, Field, Value};

pub(super) fn diagnosis(
    mut partial: DiagnosisPartial,
    knowledge: &InterfaceKnowledge,
    evaluator: Option<&dyn PolicyEvaluator>,
) -> Diagnosis {
    let views = Views::of(&mut partial);
    let judge = Judge::new(&partial, knowledge);
    let mut cases: Vec<Case> = Vec::new();
    let mut evidence = RowEvidence::new(partial.is_rolled_up);
    for (tuple, views) in views.by_conversation() {
        judge.take_cases(tuple, views, &mut evidence, &mut cases);
    }
    let scanners = judge.scanners(&cases);
    let mut conversations: Vec<Diagnosed> = cases
        .into_iter()
        .filter(|case| case.view.is_asked())
        .map(|mut case| {
            if let Some(facts) = &mut case.facts {
                facts.scanner_refusals = scanners.get(&facts.initiator).copied();
            }
            judge.diagnosed(&case, evaluator)
        })
        .collect();
    conversations.sort_by(|a, b| order(a).cmp(&order(b)));
    let missing = REQUIRED.iter().zip(partial.recorded.required);
    Diagnosis {
        conversations,
        missing: missing.filter(|(_, is_recorded)| !is_recorded).map(|(field, _)| *field).collect(),
        n_rows: partial.n_rows,
        n_rows_without_action: partial.n_rows_without_action,
    }
}

/// By first, interface, initiator, responder and port, as the records are laid down; the rest makes it one order.
fn order(diagnosed: &Diagnosed) -> impl Ord + '_ {
    let Diagnosed { interface, initiator, responder, port, initiator_port, protocol, .. } = diagnosed;
    (
        (diagnosed.first_secs, interface, *initiator, *responder, *port),
        (*protocol, *initiator_port, diagnosed.last_secs, diagnosed.n_rows),
        (diagnosed.verdict, diagnosed.confidence, &diagnosed.because),
    )
}

/// What each interface saw of each conversation, those of one conversation together.
struct Views {
    /// With the number of the conversation.
    views: Vec<(u32, Tuple, View)>,
}

impl Views {
    fn of(partial: &mut DiagnosisPartial) -> Views {
        let mut traces: Vec<(Tuple, TraceKey, Trace)> =
            partial.traces.drain(..).map(|(key, trace)| (key.tuple(), key, trace)).collect();
        traces.sort_unstable_by_key(|(tuple, key, _)| (*tuple, key.span, key.interface));
        let mut views: Vec<(u32, Tuple, View)> = Vec::new();
        let mut last: Option<(Tuple, u64)> = None;
        let (mut conversation, mut first_view) = (0, 0);
        for (tuple, key, trace) in &traces {
            let goes_on =
                last.is_some_and(|(last, span)| last == *tuple && key.span <= span.saturating_add(1));
            if !goes_on {
                conversation += 1;
                first_view = views.len();
            }
            last = Some((*tuple, key.span));
            // Few interfaces see one conversation: two, and what forwards between them.
            let of_interface = |(_, _, view): &&mut (u32, Tuple, View)| view.interface == key.interface;
            match views[first_view..].iter_mut().rev().find(of_interface) {
                Some((_, _, view)) => view.add(key, *trace),
                None => {
                    let mut view = View::of(key.interface);
                    view.add(key, *trace);
                    views.push((conversation, *tuple, view));
                }
            }
        }
        Views { views }
    }

    fn by_conversation(&self) -> impl Iterator<Item = (Tuple, &[(u32, Tuple, View)])> {
        self.views.chunk_by(|a, b| a.0 == b.0).map(|views| (views[0].1, views))
    }
}

/// One conversation as one interface saw it, before the verdict.
struct Case {
    tuple: Tuple,
    view: View,
    began: Began,
    /// The end that began.
    client: Option<usize>,
    /// `None` where that, or an address, is not known.
    facts: Option<Facts>,
}

struct Judge<'a> {
    partial: &'a DiagnosisPartial,
    knowledge: &'a InterfaceKnowledge,
    servers: Servers,
    coverage: HashMap<&'a Value, Coverage, FxBuildHasher>,
    /// Subnets by own address of the interfaces in them.
    subnets: BTreeMap<Address, BTreeSet<String>>,
}

impl<'a> Judge<'a> {
    fn new(partial: &'a DiagnosisPartial, knowledge: &'a InterfaceKnowledge) -> Judge<'a> {
        let mut fan_in = FanIn::with_capacity(partial.peer_ports.len());
        for (endpoint, ports) in &partial.peer_ports {
            fan_in.add(*endpoint, *ports);
        }
        let endpoints = fan_in.into_endpoints();
        let servers = endpoints.into_iter().filter(|(_, ports)| ports.is_server()).map(|(at, _)| at);
        let mut coverage: HashMap<&Value, Coverage, FxBuildHasher> = HashMap::default();
        for (place, of) in &partial.coverage {
            coverage.entry(partial.interface(*place)).or_default().join(of.clone());
        }
        let mut subnets: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
        for (interface, of) in &coverage {
            for address in knowledge.addresses_of(interface) {
                subnets.entry(address).or_default().extend(of.subnets.iter().cloned());
            }
        }
        Judge { partial, knowledge, servers: servers.collect(), coverage, subnets }
    }

    fn take_cases(
        &self,
        tuple: Tuple,
        views: &[(u32, Tuple, View)],
        evidence: &mut RowEvidence,
        cases: &mut Vec<Case>,
    ) {
        let mut all = [Half::default(); 2];
        // Interfaces that accepted something of each half.
        let mut n_accepted = [0u64; 2];
        for (_, _, view) in views {
            for end in [0, 1] {
                all[end].join(&view.halves[end]);
                n_accepted[end] += u64::from(view.halves[end].accepted.is_there());
            }
        }
        let one_way = [0, 1].map(|end| views.iter().any(|(_, _, view)| view.accepted_only_of(end)));
        let (client, began) = who_began(&tuple, &all, one_way, &self.servers, evidence);
        for (_, _, view) in views {
            if !view.halves.iter().any(|half| half.rejected.is_there()) {
                continue;
            }
            let elsewhere = client.map_or_else(Elsewhere::default, |client| Elsewhere {
                request_accepted: n_accepted[client] > u64::from(view.halves[client].accepted.is_there()),
                reply_accepted: n_accepted[1 - client]
                    > u64::from(view.halves[1 - client].accepted.is_there()),
            });
            let facts = client.and_then(|client| self.facts(&tuple, view, client, began, elsewhere));
            cases.push(Case { tuple, view: *view, began, client, facts });
        }
    }

    fn facts(
        &self,
        tuple: &Tuple,
        view: &View,
        client: usize,
        began: Began,
        elsewhere: Elsewhere,
    ) -> Option<Facts> {
        let ends = tuple.ends();
        let [low, high] = ends.map(|end| self.partial.address(end.address));
        let addresses = [low?, high?];
        let (initiator, responder) = (addresses[client], addresses[1 - client]);
        let local = view.local(addresses);
        let interface = self.partial.interface(view.interface);
        let coverage = self.coverage.get(interface);
        let are_ours = addresses.iter().all(|address| self.knowledge.is_ours(*address));
        let is_v4 = matches!(initiator, Address::V4(_));
        let rejected = TimeExtent::joined(view.halves[0].rejected.time, view.halves[1].rejected.time);
        Some(Facts {
            request: view.halves[client],
            reply: view.halves[1 - client],
            began,
            initiator,
            responder,
            port: ends[1 - client].port,
            protocol: tuple.protocol(),
            seen_by: match local {
                _ if view.is_between() => SeenBy::Between,
                Some(local) if local == client => SeenBy::Initiator,
                Some(_) => SeenBy::Responder,
                None => SeenBy::Unknown,
            },
            request_comes_in: local.map(|local| local != client),
            elsewhere,
            same_subnet: local.and_then(|local| self.same_subnet(coverage, addresses, local)),
            lacks_subnets: are_ours && is_v4 && !self.partial.recorded.subnet_id,
            is_skipped: coverage.is_some_and(|coverage| coverage.is_skipped_before(view.time())),
            may_begin_before: rejected.is_none_or(|time| {
                coverage.is_none_or(|coverage| coverage.may_begin_before(time.start_secs))
            }),
            scanner_refusals: None,
            is_rolled_up: self.partial.is_rolled_up,
        })
    }

    /// Whether the interface and its peer are in one subnet. IPv6 subnets are never smaller than a /64.
    fn same_subnet(&self, own: Option<&Coverage>, addresses: [Address; 2], local: usize) -> Option<bool> {
        let (local, remote) = (addresses[local], addresses[1 - local]);
        if let (Some(local), Some(remote)) = (subnet_of(local), subnet_of(remote))
            && local == remote
        {
            return Some(true);
        }
        let (own, of_peer) = (the_only(&own?.subnets)?, the_only(self.subnets.get(&remote)?)?);
        Some(own == of_peer)
    }

    /// Outsiders whom the sequential test takes for scanners, with the number of services that refused them.
    fn scanners(&self, cases: &[Case]) -> HashMap<Address, u32, FxBuildHasher> {
        let mut met: HashMap<Address, Vec<Met>, FxBuildHasher> = HashMap::default();
        for facts in cases.iter().filter_map(|case| case.facts.as_ref()) {
            if !self.knowledge.is_ours(facts.initiator) && is_failed_request(facts) {
                met.entry(facts.initiator).or_default().push(Met {
                    first_secs: facts.request.rejected.first_secs(),
                    is_failure: true,
                    service: (Some(facts.responder), facts.port, facts.protocol),
                });
            }
        }
        let mut contacts = self.partial.contacts.clone();
        contacts.sort_unstable_by_key(|(key, _)| *key);
        for same in contacts.chunk_by(|a, b| a.0 == b.0) {
            let key = same[0].0;
            let mut contact = same[0].1;
            same[1..].iter().for_each(|(_, other)| contact.add(*other));
            let outsider = self.partial.address(key.outsider).filter(|_| contact.is_success());
            if let Some(met) = outsider.and_then(|outsider| met.get_mut(&outsider)) {
                let (address, port) = self.partial.end(key.service);
                met.push(Met {
                    first_secs: contact.time.map_or(0, |time| time.start_secs),
                    is_failure: false,
                    service: (address, port, key.protocol),
                });
            }
        }
        met.into_iter().filter_map(|(outsider, met)| Some((outsider, refusals_of_scanner(met)?))).collect()
    }

    fn diagnosed(&self, case: &Case, evaluator: Option<&dyn PolicyEvaluator>) -> Diagnosed {
        let ends = case.tuple.ends();
        let interface = self.partial.interface(case.view.interface);
        let n_rejected = case.view.halves.iter().map(|half| half.rejected.tally.rows).sum();
        let (mut decision, because) = match &case.facts {
            Some(facts) => {
                let decision = decide(facts);
                let words = because(facts, &decision);
                (decision, words)
            }
            None => {
                let decision = decide_without_beginner(&case.view.halves, self.needs_of(case));
                let words = because_without_beginner(n_rejected, &decision);
                (decision, words)
            }
        };
        if interface.is_absent() && matches!(decision.line, Line::SideNotKnown(_)) {
            decision.needs.insert(0, Field::INTERFACE_ID);
        }
        let time = case.view.time();
        let mut diagnosed = Diagnosed {
            interface: interface.clone(),
            initiator: case.facts.map(|facts| facts.initiator),
            responder: case.facts.map(|facts| facts.responder),
            port: case.facts.and_then(|facts| facts.port),
            initiator_port: case.facts.and(case.client).and_then(|client| ends[client].port),
            protocol: case.tuple.protocol(),
            began: case.began,
            seen_by: case.facts.map_or(SeenBy::Unknown, |facts| facts.seen_by),
            verdict: decision.verdict,
            confidence: decision.confidence,
            because,
            needs: std::mem::take(&mut decision.needs),
            rule: None,
            n_rows: case.view.halves.iter().map(Half::n_rows).sum(),
            first_secs: time.map(|time| time.start_secs),
            last_secs: time.map(|time| time.end_secs),
        };
        if let (Some(facts), Some(evaluator)) = (&case.facts, evaluator) {
            refine(&mut diagnosed, facts, &decision, evaluator);
        }
        diagnosed
    }

    /// Fields without which nobody can tell who began.
    fn needs_of(&self, case: &Case) -> Vec<Field> {
        let [low, high] = case.tuple.ends();
        let mut needs = Vec::new();
        if [low, high].iter().any(|end| self.partial.address(end.address).is_none()) {
            needs.extend([Field::SRCADDR, Field::DSTADDR]);
        }
        if case.tuple.protocol().is_none() {
            needs.push(Field::PROTOCOL);
        }
        if low.port.is_none() && high.port.is_none() && case.tuple.protocol().is_none_or(has_ports) {
            needs.extend([Field::SRCPORT, Field::DSTPORT]);
        }
        let marks = case.view.halves.map(|half| half.marks());
        if marks[0].and(marks[1]).has(super::trace::Marks::NOT_RECORDED) {
            needs.push(Field::TCP_FLAGS);
        }
        needs.sort_unstable();
        needs
    }
}

/// The one item of a set that has no other.
fn the_only(set: &BTreeSet<String>) -> Option<&String> {
    set.first().filter(|_| set.len() == 1)
}

/// Whether a protocol has ports, whatever they are.
fn has_ports(protocol: u8) -> bool {
    client::has_ports(u64::from(protocol), 0, 0)
}

/// What rules say of a refusal by a policy.
fn refine(diagnosed: &mut Diagnosed, facts: &Facts, decision: &Decision, evaluator: &dyn PolicyEvaluator) {
    use Verdict::{
        NetworkAclReturnInbound, NetworkAclReturnOutbound, PolicyInbound, PolicyOutbound, Scan,
        SecurityGroupInbound, SecurityGroupOutbound,
    };
    let is_reply = match decision.verdict {
        PolicyInbound | PolicyOutbound | SecurityGroupInbound | SecurityGroupOutbound | Scan => false,
        NetworkAclReturnInbound | NetworkAclReturnOutbound => true,
        _ => return,
    };
    let Some(request_comes_in) = facts.request_comes_in else { return };
    let refusal = Refusal {
        interface: &diagnosed.interface,
        initiator: facts.initiator,
        responder: facts.responder,
        port: diagnosed.port,
        initiator_port: diagnosed.initiator_port,
        protocol: diagnosed.protocol,
        direction: if request_comes_in == is_reply { Direction::Egress } else { Direction::Ingress },
        is_reply,
        verdict: diagnosed.verdict,
        first_secs: diagnosed.first_secs,
        last_secs: diagnosed.last_secs,
    };
    let Some(refinement) = evaluator.refine(&refusal) else { return };
    if diagnosed.verdict != Scan {
        diagnosed.verdict = refinement.verdict;
        diagnosed.confidence = refinement.confidence;
        diagnosed.needs.retain(|field| *field != Field::SUBNET_ID);
    }
    diagnosed.because = format!("{} {}", diagnosed.because, refinement.because);
    diagnosed.rule = Some(refinement.rule);
}
