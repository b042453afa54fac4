//! The rule that misses a flow by least, for many flows.
//!
//! What [`Evaluator::explain`] finds by asking every rule. Where a port or a protocol misses, it misses for all remote ends
//! alike, and that always weighs more than the remote end; so of each service only the rules that miss by least otherwise are
//! compared, and these are the same for every flow of it. How far a remote end is from their CIDRs is told by where it lies
//! among them; what was found is remembered for all that lie alike, however many scanners there are.

use std::cell::RefCell;
use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::decision::{Answer, RuleIndex};
use super::evaluator::Evaluator;
use super::flow::Flow;
use super::near_miss::{Aspect, Candidate, n_bits_missed_by};
use super::placement::PlaceId;
use super::ranges::LineKey;
use super::remote::Remote;
use crate::arrange::Arrange;
use crate::config::rule::{RuleDirection, SecurityGroupRule};
use crate::record::Address;
use crate::record::address::Family;

/// Remembers the rules of each service of one evaluator that was asked about.
#[derive(Debug, Default)]
pub struct NearestRules {
    services: RefCell<HashMap<Service, Shortlist, FxBuildHasher>>,
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

/// The rules of a service that may be nearest.
#[derive(Debug, Default)]
struct Shortlist {
    near: Vec<Near>,
    /// First addresses of their CIDRs, sorted.
    v4: Vec<u32>,
    v6: Vec<u128>,
    /// Whether a group or prefix list is the other end of one.
    has_references: bool,
    found: HashMap<Likeness, Option<(RuleIndex, Aspect)>, FxBuildHasher>,
}

/// What remote ends share that have one nearest rule: where they lie, and the number of their marks.
type Likeness = (Family, Whereabouts, u32);

/// Where an address lies among the first addresses of CIDRs: between which two, and how many bits it shares with either.
/// Addresses that lie alike share as many bits with all others, too: what lies further off shares with them what it shares
/// with the nearer, or less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Whereabouts {
    n_before: u32,
    n_bits_shared: [u8; 2],
}

impl Whereabouts {
    fn among<K: LineKey>(bases: &[K], bits: K) -> Whereabouts {
        let n_before = bases.partition_point(|base| *base <= bits);
        let shared = |base: Option<&K>| base.map_or(0, |base| base.n_bits_shared(bits));
        Whereabouts {
            n_before: n_before as u32,
            n_bits_shared: [
                shared(n_before.checked_sub(1).and_then(|before| bases.get(before))),
                shared(bases.get(n_before)),
            ],
        }
    }
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
        let shortlist = services.entry(service).or_insert_with(|| shortlist(evaluator, place, flow));
        let Shortlist { near, v4, v6, has_references, found } = shortlist;
        let whereabouts = match flow.remote {
            Address::V4(bits) => Whereabouts::among(v4, bits),
            Address::V6(bits) => Whereabouts::among(v6, bits),
            Address::Mac(_) => Whereabouts::default(),
        };
        let marks = if *has_references { evaluator.remotes.marks_list(flow.remote) } else { 0 };
        *found
            .entry((flow.remote.family(), whereabouts, marks))
            .or_insert_with(|| nearest(evaluator, near, flow))
    }
}

/// By asking every rule of the shortlist.
fn nearest(evaluator: &Evaluator, near: &[Near], flow: &Flow) -> Option<(RuleIndex, Aspect)> {
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

fn candidate(rule: &SecurityGroupRule, is_peer: Answer) -> Candidate<'_> {
    Candidate { direction: rule.direction, traffic: rule.traffic, peer: &rule.peer, is_peer }
}

/// In the order of the groups' rules, so that the first decides among equals.
fn shortlist(evaluator: &Evaluator, place: PlaceId, flow: &Flow) -> Shortlist {
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
    let mut shortlist = Shortlist { near, ..Shortlist::default() };
    for near in &shortlist.near {
        match near.remote {
            Remote::Reference(_) => shortlist.has_references = true,
            Remote::Cidr(prefix) => match prefix.base() {
                Address::V4(bits) => shortlist.v4.push(bits),
                Address::V6(bits) => shortlist.v6.push(bits),
                Address::Mac(_) => {}
            },
        }
    }
    shortlist.v4.arrange();
    shortlist.v6.arrange();
    shortlist
}
