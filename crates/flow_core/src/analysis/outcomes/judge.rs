//! From the folded rows of all shards to what became of each conversation.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::OutcomesQuestion;
use super::decide::{Decision, Facts, Sight, decide};
use super::outcome::{ConversationOutcome, Line, Outcome};
use super::partial::{OutcomesPartial, Way, endpoint};
use super::refusals::{Missing, Refusals};
use super::surroundings::{InterfacePlace, Surroundings};
use crate::analysis::TimeExtent;
use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Began, Half, SeenBy, Tuple, View, in_conversations, who_began};
use crate::analysis::endpoint::Endpoint;
use crate::intake::client::RowEvidence;
use crate::record::{Address, Field};

/// One conversation, small: there can be hundreds of thousands.
pub(super) struct JudgedOne {
    pub interface: InterfacePlace,
    pub initiator: Option<Address>,
    pub responder: Option<Address>,
    pub port: Option<u16>,
    pub initiator_port: Option<u16>,
    pub protocol: Option<u8>,
    pub began: Began,
    pub outcome: Outcome,
    pub confidence: Confidence,
    pub line: Line,
    pub needs: Vec<Field>,
    pub n_rows: u64,
    pub n_rows_asked: u64,
    pub time: Option<TimeExtent>,
    /// What is missing of it, where the outcome rests on that.
    missing: Option<Missing>,
    /// The way it went, to look up whether others of it came through.
    way: Option<Way>,
    /// The responder's end, to look up what works there.
    pub service: Option<Endpoint>,
}

/// All conversations that were asked about and do not work, or of which nobody can tell, and what is known of the rest.
pub(super) struct Judged {
    pub partial: OutcomesPartial,
    pub surroundings: Surroundings,
    /// In the order of what they say, whatever that of the shards was.
    pub conversations: Vec<JudgedOne>,
    /// Asked accepted rows of conversations that work.
    pub n_rows_working: u64,
}

impl Judged {
    pub fn of(mut partial: OutcomesPartial, question: &OutcomesQuestion<'_>) -> Judged {
        let traces = std::mem::take(&mut partial.folded.traces);
        let mut surroundings = Surroundings::of(&partial, question);
        let mut evidence = RowEvidence::new(partial.is_rolled_up);
        let mut conversations = Vec::new();
        let mut working = Vec::new();
        let mut came_through: HashSet<Way, FxBuildHasher> = partial.came_through.iter().copied().collect();
        let mut n_rows_working = partial.n_rows_working;
        let all = in_conversations(traces, surroundings.load.n_spans_apart());
        let mut refusals = Refusals::default();
        all.for_each(|tuple, views| {
            let halves = || views.iter().flat_map(|view| &view.halves);
            // What was refused and nothing else is folded by chance alone: where its tuple is one-sided at other times.
            if halves().any(|half| half.rejected.is_there()) && halves().any(|half| half.accepted.is_there())
            {
                let seen = Seen::of(&partial, &surroundings, &mut evidence, tuple, views);
                refusals.note_refused(&seen.facts(&partial));
            }
        });
        all.for_each(|tuple, views| {
            let seen = Seen::of(&partial, &surroundings, &mut evidence, tuple, views);
            let Some(judged) = seen.judged(&partial, &surroundings) else { return };
            judged.missing.into_iter().for_each(|missing| refusals.note_missing(missing));
            if judged.outcome == Outcome::Works {
                n_rows_working += judged.n_rows_asked;
                let ends = tuple.ends().into_iter().filter_map(|end| endpoint(end, tuple.protocol()));
                working.extend(ends.map(|endpoint| (endpoint, judged.n_rows)));
                came_through.extend(Way::both_of(&tuple));
            } else if judged.n_rows_asked > 0 {
                conversations.push(judged);
            }
        });
        working.into_iter().for_each(|(endpoint, n_rows)| surroundings.note_working(endpoint, n_rows));
        for judged in &mut conversations {
            let has_others = judged.way.is_some_and(|way| came_through.contains(&way));
            let explained = judged.missing.and_then(|missing| refusals.explanation(missing, has_others));
            if let Some(line) = explained {
                judged.outcome = Outcome::Unknown;
                judged.confidence = Confidence::Low;
                judged.line = line;
            }
        }
        conversations.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        Judged { partial, surroundings, conversations, n_rows_working }
    }

    pub fn conversations(&self) -> Vec<ConversationOutcome> {
        self.conversations.iter().map(|judged| self.shown(judged)).collect()
    }

    pub fn shown(&self, judged: &JudgedOne) -> ConversationOutcome {
        ConversationOutcome {
            interface: self.surroundings.interface(judged.interface).clone(),
            initiator: judged.initiator,
            responder: judged.responder,
            port: judged.port,
            initiator_port: judged.initiator_port,
            protocol: judged.protocol,
            began: judged.began,
            outcome: judged.outcome,
            confidence: judged.confidence,
            line: judged.line,
            needs: judged.needs.clone(),
            n_rows: judged.n_rows,
            first_secs: judged.time.map(|time| time.start_secs),
            last_secs: judged.time.map(|time| time.end_secs),
        }
    }
}

fn order(judged: &JudgedOne) -> impl Ord + '_ {
    let JudgedOne { interface, initiator, responder, port, initiator_port, protocol, .. } = judged;
    (
        (judged.time.map(|time| (time.start_secs, time.end_secs)), interface, *initiator, *responder),
        (*port, *protocol, *initiator_port, judged.line, judged.n_rows),
        (judged.confidence, &judged.needs, judged.began, judged.n_rows_asked),
    )
}

/// A conversation, before anybody decides.
struct Seen<'a> {
    tuple: Tuple,
    /// Both ends together, by end of the tuple.
    halves: [Half; 2],
    sights: Vec<Sight<'a>>,
    /// The end that began.
    client: Option<usize>,
    began: Began,
    addresses: [Option<Address>; 2],
}

impl<'a> Seen<'a> {
    fn of(
        partial: &OutcomesPartial,
        surroundings: &Surroundings,
        evidence: &mut RowEvidence,
        tuple: Tuple,
        views: &'a [View],
    ) -> Seen<'a> {
        let mut halves = [Half::default(); 2];
        for view in views {
            for end in [0, 1] {
                halves[end].join(&view.halves[end]);
            }
        }
        let one_way = [0, 1].map(|end| views.iter().any(|view| view.accepted_only_of(end)));
        let (client, began) = who_began(&tuple, &halves, one_way, &surroundings.servers, evidence);
        let addresses = tuple.ends().map(|end| partial.folded.address(end.address));
        let client = client.filter(|_| addresses.iter().all(Option::is_some));
        let mut sights: Vec<Sight<'_>> = views
            .iter()
            .map(|view| Sight {
                view,
                interface: surroundings.place(partial.folded.interface(view.interface)),
                seen_by: seen_by(view, addresses, client),
            })
            .collect();
        sights.sort_unstable_by_key(|sight| sight.interface);
        Seen { tuple, halves, sights, client, began, addresses }
    }

    fn facts(&self, partial: &OutcomesPartial) -> Facts<'_> {
        Facts {
            sights: &self.sights,
            is_rejected: self.halves.iter().any(|half| half.rejected.is_there()),
            halves: &self.halves,
            client: self.client,
            began: self.began,
            addresses: self.addresses,
            ports: self.tuple.ends().map(|end| end.port),
            protocol: self.tuple.protocol(),
            is_tcp: self.tuple.is_tcp(),
            is_rolled_up: partial.is_rolled_up,
        }
    }

    /// `None` where it is not for outcomes to say.
    fn judged(mut self, partial: &OutcomesPartial, surroundings: &Surroundings) -> Option<JudgedOne> {
        self.sights.retain(|sight| sight.view.halves.iter().any(|half| half.accepted.is_there()));
        let facts = self.facts(partial);
        let Decision { outcome, confidence, line, needs, interface } = decide(&facts, surroundings)?;
        let missing = Missing::of(&facts, line);
        let Seen { client, addresses, began, ref tuple, .. } = self;
        let ends = tuple.ends();
        let accepted = self.halves.map(|half| half.accepted);
        Some(JudgedOne {
            interface,
            initiator: client.and_then(|client| addresses[client]),
            responder: client.and_then(|client| addresses[1 - client]),
            port: client.and_then(|client| ends[1 - client].port),
            initiator_port: client.and_then(|client| ends[client].port),
            protocol: tuple.protocol(),
            began,
            outcome,
            confidence,
            line,
            needs,
            missing,
            way: client.and_then(|client| Way::between(tuple, client)),
            n_rows: accepted.iter().map(|trace| trace.tally.rows).sum(),
            n_rows_asked: accepted.iter().map(|trace| trace.n_rows_asked).sum(),
            time: TimeExtent::joined(accepted[0].time, accepted[1].time),
            service: client.and_then(|client| endpoint(ends[1 - client], tuple.protocol())),
        })
    }
}

fn seen_by(view: &View, addresses: [Option<Address>; 2], client: Option<usize>) -> SeenBy {
    match (addresses, client) {
        ([Some(low), Some(high)], Some(client)) => view.seen_by(view.local([low, high]), client),
        _ => SeenBy::Unknown,
    }
}
