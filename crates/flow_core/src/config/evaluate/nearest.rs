//! The rule that misses a flow by least, for many flows.
//!
//! What [`Evaluator::explain`] finds by asking every rule. Where a port or a protocol misses, it misses for all remote ends
//! alike, and that always weighs more than the remote end; so of each service only the rules that miss by least otherwise are
//! compared, and these are the same for every flow of it.

use std::cell::RefCell;
use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::decision::{Answer, RuleIndex};
use super::evaluator::Evaluator;
use super::flow::Flow;
use super::near_miss::{Aspect, Candidate, n_bits_missed_by};
use super::placement::PlaceId;
use super::remote::Remote;
use crate::config::rule::{RuleDirection, SecurityGroupRule};

/// Remembers the rules of each service of one evaluator that was asked about.
#[derive(Debug, Default)]
pub struct NearestRules {
    services: RefCell<HashMap<Service, Vec<Near>, FxBuildHasher>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Service {
    /// Number of the groups' tables.
    groups: u32,
    direction: RuleDirection,
    protocol: u8,
    port: Option<u16>,
}

/// A rule that misses by least, the remote end left aside.
#[derive(Clone, Copy, Debug)]
struct Near {
    rule: RuleIndex,
    remote: Remote,
    /// Ports between its range and the service's.
    port_distance: u32,
}

impl NearestRules {
    /// The rule of the place's groups that misses the flow by least, and what of it misses first; `None` where no rule says
    /// anything about it. For flows that the groups deny.
    pub fn of(&self, evaluator: &Evaluator, place: PlaceId, flow: &Flow) -> Option<(RuleIndex, Aspect)> {
        let service = Service {
            groups: evaluator.groups_number(place)?,
            direction: flow.direction,
            protocol: flow.protocol,
            port: flow.destination_port(),
        };
        let mut services = self.services.borrow_mut();
        let near = services.entry(service).or_insert_with(|| shortlist(evaluator, place, flow));
        let marks = evaluator.remotes.marks_of(flow.remote);
        let distance = |near: &&Near| match near.remote.answer(flow.remote, marks) {
            Answer::No => (true, n_bits_missed_by(near.remote, flow.remote), near.port_distance),
            Answer::Yes | Answer::Unknowable => (false, 0, near.port_distance),
        };
        let nearest = near.iter().min_by_key(distance)?;
        let (_, rule) = evaluator.rule(nearest.rule);
        let is_peer = nearest.remote.answer(flow.remote, marks);
        let misses = candidate(rule, is_peer).misses(flow);
        Some((nearest.rule, *misses.first()?))
    }
}

fn candidate(rule: &SecurityGroupRule, is_peer: Answer) -> Candidate<'_> {
    Candidate { direction: rule.direction, traffic: rule.traffic, peer: &rule.peer, is_peer }
}

/// In the order of the groups' rules, so that the first decides among equals.
fn shortlist(evaluator: &Evaluator, place: PlaceId, flow: &Flow) -> Vec<Near> {
    let mut least = u32::MAX;
    let mut near = Vec::new();
    for (index, rule) in evaluator.rules_at(place) {
        let candidate = candidate(rule, Answer::Yes);
        let misses = candidate.misses(flow);
        let Some((weight, port_distance)) = candidate.distance(flow, &misses) else { continue };
        if weight < least {
            least = weight;
            near.clear();
        }
        if weight == least {
            near.push(Near { rule: index, remote: evaluator.remotes.get(&rule.peer), port_distance });
        }
    }
    near
}
