//! One cause: what its conversations come to together.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::grouping::{CauseKey, Group, Place, peer_of};
use super::likelihood::{Likelihood, Weighed};
use super::peers::Peers;
use super::rows_filter::{Common, filter_of};
use super::words::{Said, because};
use crate::analysis::TimeExtent;
use crate::analysis::diagnosis::{
    Admission, Confidence, Diagnosed, NamedRule, PolicyEvaluator, SeenBy, Verdict,
};
use crate::analysis::interface::InterfaceKnowledge;
use crate::arrange::Arrange;
use crate::query::Filter;
use crate::record::{Address, Field, Value};

/// Conversations shown with a cause: enough to look closer, few enough to travel with every card.
pub const EVIDENCE_MAX: usize = 5;

/// Interfaces named with a cause, each of which a fix is for: as many as peers.
pub const INTERFACES_KEPT: usize = 256;

/// Conversations that were rejected for one reason, at one interface or one responder, at one port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    pub verdict: Verdict,
    /// The surest that more than half of the conversations reach.
    pub confidence: Confidence,
    /// Whether the request came into the interface, whose reply it was that was refused, too.
    pub is_inbound: Option<bool>,
    /// The interface, or several whose requests to one service were refused: at most [`INTERFACES_KEPT`], ascending. One
    /// that is absent for rows without one.
    pub interfaces: Vec<Value>,
    pub n_interfaces: u64,
    /// The interface's own end; `None` where it has several, or its side is not known, or it forwards for others.
    pub local: Option<Address>,
    pub service: CauseService,
    pub peers: Peers,
    /// The rule that refused, or missed by least, where rules are known.
    pub rule: Option<NamedRule>,
    /// Evidence and conclusion for people. That of a single conversation is in its own words.
    pub because: String,
    /// Fields that would settle one of its conversations.
    pub needs: Vec<Field>,
    pub n_conversations: u64,
    pub n_rejected_rows: u64,
    /// `None` where packets are not recorded.
    pub n_rejected_packets: Option<u64>,
    /// Of the conversations: smallest start and largest end, seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
    pub likelihood: Likelihood,
    /// Leaves the rejected rows that it rests on, whatever the question was filtered by; others too, where a filter cannot
    /// say more.
    pub filter: Filter,
    /// At most [`EVIDENCE_MAX`] conversations with most rejected rows; the first is as sure as the cause.
    pub evidence: Vec<Diagnosed>,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CauseService {
    /// The responder, where it is one.
    pub address: Option<Address>,
    /// `None` for protocols without ports.
    pub port: Option<u16>,
    pub protocol: Option<u8>,
}

/// A cause before it is known whether it is shown.
pub(super) struct Candidate<'a> {
    group: Group<'a>,
    n_rejected_rows: u64,
    n_rejected_packets: u64,
    likelihood: Likelihood,
}

impl<'a> Candidate<'a> {
    pub fn of(
        group: Group<'a>,
        conversations: &'a [Diagnosed],
        knowledge: &InterfaceKnowledge,
    ) -> Candidate<'a> {
        let (mut n_rejected_rows, mut n_rejected_packets) = (0, 0u64);
        let mut pairs: Vec<(Address, Address)> = Vec::with_capacity(group.1.len());
        let mut admitted = Admission::default();
        let mut request_allowed = false;
        // Conversations are far to look up, so once each.
        for at in &group.1 {
            let Diagnosed { grounds, initiator, responder, .. } = &conversations[*at as usize];
            n_rejected_rows += grounds.n_refused();
            n_rejected_packets = n_rejected_packets.saturating_add(grounds.n_packets_refused);
            pairs.extend(initiator.zip(*responder));
            admitted.others |= grounds.admitted.others;
            admitted.before |= grounds.admitted.before;
            admitted.later |= grounds.admitted.later;
            request_allowed |= grounds.is_accepted_elsewhere;
        }
        let pairs = distinct(pairs.into_iter());
        let clients = distinct(pairs.iter().map(|(initiator, _)| *initiator));
        let likelihood = Likelihood::of(&Weighed {
            verdict: group.0.verdict,
            is_admitted_now: group.0.is_admitted_now,
            port: group.0.port,
            n_clients: clients.len() as u64,
            n_own_clients: clients.iter().filter(|client| knowledge.is_ours(**client)).count() as u64,
            n_pairs: pairs.len() as u64,
            n_tries: if n_rejected_packets > 0 { n_rejected_packets } else { n_rejected_rows },
            others_allowed: admitted.others,
            worked_before: admitted.before,
            worked_later: admitted.later,
            request_allowed,
        });
        Candidate { group, n_rejected_rows, n_rejected_packets, likelihood }
    }

    /// Most likely wanted first, then most rows; the rest makes it one order.
    pub fn rank(&self) -> impl Ord + '_ {
        let (key, members) = &self.group;
        (Reverse((self.likelihood.score, self.n_rejected_rows, members.len())), key)
    }

    /// `evaluator` is the one that the diagnosis was made with.
    pub fn into_cause(
        self,
        conversations: &'a [Diagnosed],
        knowledge: &InterfaceKnowledge,
        evaluator: Option<&dyn PolicyEvaluator>,
    ) -> Cause {
        let Candidate { group: (key, places), n_rejected_rows, n_rejected_packets, likelihood } = self;
        let members: Vec<&Diagnosed> = places.iter().map(|at| &conversations[*at as usize]).collect();
        let each = || members.iter().copied();
        let confidence = confidence(each().map(|member| member.confidence));
        let mut evidence: Vec<Diagnosed> = evidence(&members, confidence).into_iter().cloned().collect();
        evidence.iter_mut().for_each(|member| member.tell(evaluator));
        let common = common(&key, &members);
        let is_ours = |address| knowledge.is_ours(address);
        let said = Said {
            n_conversations: members.len() as u64,
            n_requests_refused: each().map(|member| member.grounds.n_requests_refused).sum(),
            n_replies_refused: each().map(|member| member.grounds.n_replies_refused).sum(),
            initiators: &common.initiators,
            responders: &common.responders,
            example: &evidence[0],
        };
        let time = each().map(time_of).fold(None, TimeExtent::joined);
        let peers = each().filter_map(|member| Some((peer_of(member)?, member.grounds.n_refused())));
        Cause {
            verdict: key.verdict,
            confidence,
            is_inbound: key.is_inbound,
            interfaces: common.interfaces.iter().take(INTERFACES_KEPT).map(|&of| of.clone()).collect(),
            n_interfaces: common.interfaces.len() as u64,
            local: local(&members),
            service: CauseService {
                address: the_only(&common.responders),
                port: key.port,
                protocol: key.protocol,
            },
            peers: Peers::of(peers.collect(), is_ours),
            rule: key.rule.cloned(),
            because: because(&key, &said),
            needs: distinct(each().flat_map(|member| member.needs.iter().copied())),
            n_conversations: members.len() as u64,
            n_rejected_rows,
            n_rejected_packets: Some(n_rejected_packets).filter(|n_packets| *n_packets > 0),
            first_secs: time.map(|time| time.start_secs),
            last_secs: time.map(|time| time.end_secs),
            likelihood,
            filter: filter_of(&common, each(), is_ours),
            evidence,
        }
    }
}

/// When a conversation was seen.
pub(super) fn time_of(diagnosed: &Diagnosed) -> Option<TimeExtent> {
    let times = diagnosed.first_secs.zip(diagnosed.last_secs);
    times.map(|(start_secs, end_secs)| TimeExtent { start_secs, end_secs })
}

/// The surest level that more than half reach.
fn confidence(all: impl Iterator<Item = Confidence>) -> Confidence {
    let mut all: Vec<Confidence> = all.collect();
    all.arrange();
    all[all.len() / 2]
}

/// Those with most rejected rows, the first of them as sure as all together.
fn evidence<'a>(members: &[&'a Diagnosed], confidence: Confidence) -> Vec<&'a Diagnosed> {
    let mut evidence = members.to_vec();
    // Stable, so that the order of the conversations decides among equals.
    evidence.arrange_by_key(|member| Reverse(member.grounds.n_refused()));
    let surest = evidence.iter().position(|member| member.confidence == confidence);
    evidence[..=surest.unwrap_or(0)].rotate_right(1);
    evidence.truncate(EVIDENCE_MAX);
    evidence
}

fn common<'a>(key: &CauseKey<'a>, members: &[&'a Diagnosed]) -> Common<'a> {
    let ends_are_known =
        members.iter().all(|member| member.initiator.is_some() && member.responder.is_some());
    let ends = |end: fn(&Diagnosed) -> Option<Address>| {
        distinct(members.iter().filter(|_| ends_are_known).filter_map(|member| end(member)))
    };
    Common {
        interfaces: match key.place {
            Place::Interface(interface) | Place::Unknown(interface, _) => vec![interface],
            Place::Responder(_) => distinct(members.iter().map(|member| &*member.interface)),
        },
        protocol: key.protocol,
        port: key.port,
        initiators: ends(|member| member.initiator),
        responders: ends(|member| member.responder),
    }
}

/// The own end of the one interface.
fn local(members: &[&Diagnosed]) -> Option<Address> {
    let own = distinct(members.iter().map(|member| match member.seen_by {
        SeenBy::Initiator => member.initiator,
        SeenBy::Responder => member.responder,
        SeenBy::Between | SeenBy::Unknown => None,
    }));
    the_only(&own).flatten()
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.arrange();
    items.dedup();
    items
}

/// The one item of a list that has no other.
fn the_only<T: Copy>(items: &[T]) -> Option<T> {
    match items {
        [item] => Some(*item),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_as_sure_as_more_than_half_of_its_conversations() {
        use Confidence::{High, Low, Medium};
        let of = |all: &[Confidence]| confidence(all.iter().copied());
        assert_eq!(of(&[Low]), Low);
        assert_eq!(of(&[High, Low]), Low);
        assert_eq!(of(&[Low, High, High]), High);
        assert_eq!(of(&[High, Medium, Low]), Medium);
        assert_eq!(of(&[High, High, Medium, Low]), Medium);
    }
}
