//! One way to let the wanted flows through, at both ends: the own interface first, then those peers that are described.
//! Each end is asked about the account as the edits before have left it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cannot::CannotFix;
use super::cover;
use super::holder::Holders;
use super::opens::{self, Opens};
use super::probe::{End, Missing};
use super::proof::Proof;
use super::wanted::Wanted;
use super::warning::{Warning, warnings};
use super::{RULES_MAX, Side, Way};
use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::config::edit::RuleEdit;
use crate::config::evaluate::Evaluator;
use crate::config::rule::{Peer, Traffic};
use crate::record::address::Family;
use crate::record::{Address, Prefix};

/// What comes of one way.
#[derive(Debug)]
pub(super) struct Plan {
    pub way: Way,
    pub edits: Vec<RuleEdit>,
    pub sides: Vec<Side>,
    pub opens: Vec<Opens>,
    pub warnings: Vec<Warning>,
    pub notes: Vec<String>,
    pub proof: Option<Proof>,
    pub cannot: Option<CannotFix>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            way: Way::Addresses,
            edits: Vec::new(),
            sides: Vec::new(),
            opens: Vec::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
            proof: None,
            cannot: None,
        }
    }
}

pub(super) struct Planner<'c> {
    pub configuration: &'c Configuration,
    pub holders: Holders<'c>,
    pub wanted: &'c Wanted,
    pub request: Traffic,
    pub reply: Traffic,
    ends: Vec<End>,
}

/// Edits as they come together.
pub(super) struct Draft {
    pub evaluator: Evaluator,
    pub way: Way,
    pub edits: Vec<RuleEdit>,
    pub sides: Vec<Side>,
    pub notes: Vec<String>,
    pub cannot: Option<CannotFix>,
    /// Whether a rule refers to the peers' group.
    pub has_reference: bool,
}

impl<'c> Planner<'c> {
    /// `None` where the interface is not described.
    pub fn new(
        configuration: &'c Configuration,
        wanted: &'c Wanted,
        request: Traffic,
        reply: Traffic,
    ) -> Option<Planner<'c>> {
        let id = wanted.interface.as_deref()?;
        let own = configuration.interfaces.get(id)?;
        let holders = Holders::of(configuration);
        let ends = ends(id, own, &holders, wanted);
        Some(Planner { configuration, holders, wanted, request, reply, ends })
    }

    pub fn plan(&self, way: Way) -> Plan {
        let mut draft = Draft {
            evaluator: Evaluator::new(Arc::new(self.configuration.clone())),
            way,
            edits: Vec::new(),
            sides: Vec::new(),
            notes: Vec::new(),
            cannot: None,
            has_reference: false,
        };
        for end in &self.ends {
            self.mend(end, &mut draft);
        }
        let Draft { mut evaluator, way, edits, sides, notes, cannot, has_reference } = draft;
        let way = if way == Way::GroupReference && !has_reference { Way::Addresses } else { way };
        Plan {
            way,
            opens: opens::of(self.configuration, &edits, &sides, &self.ends),
            warnings: warnings(evaluator.configuration(), &edits),
            proof: Some(Proof::of(&mut evaluator, &self.ends, self.wanted)),
            edits,
            sides,
            notes,
            cannot,
        }
    }

    /// Ways that are worth offering beside `main`.
    pub fn other_ways(&self, main: &Plan) -> Vec<Way> {
        let peers = self.wanted.addresses();
        let is_long = cover::exactly(&peers).len() > RULES_MAX;
        let mut ways = Vec::new();
        if main.way == Way::GroupReference {
            ways.push(Way::Addresses);
        }
        if is_long && cover::subnets(self.configuration, &peers).is_some() {
            ways.push(Way::Subnets);
        }
        if is_long && cover::summary(&peers, RULES_MAX).is_some() {
            ways.push(Way::Summary);
        }
        ways
    }

    fn mend(&self, end: &End, draft: &mut Draft) {
        let Some(place) = draft.evaluator.interface(&end.interface) else { return };
        let missing = Missing::of(&draft.evaluator, place, end, self.wanted);
        let n_before = draft.edits.len();
        if !missing.groups.is_empty() {
            self.mend_groups(end, place, &missing.groups, draft);
        }
        self.mend_acl(end, &missing, draft);
        if draft.edits.len() > n_before && !end.is_own {
            draft.note(format!(
                "{} is the other end and refuses it as well; its edits are marked.",
                end.interface
            ));
        }
    }

    /// The prefixes for rules at an end. What is wider than the addresses is for the peers only.
    pub fn prefixes(&self, end: &End, addresses: &[Address], way: Way) -> Vec<Prefix> {
        let wider = match way {
            Way::Subnets if end.is_own => cover::subnets(self.configuration, addresses),
            Way::Summary if end.is_own => cover::summary(addresses, RULES_MAX),
            _ => None,
        };
        wider.unwrap_or_else(|| cover::exactly(addresses))
    }

    /// The VPC of an end, as far as it is described.
    pub fn vpc_of(&self, interface: &str) -> Option<&'c str> {
        let interface = self.configuration.interfaces.get(interface)?;
        let subnet = interface.subnet.as_ref().and_then(|subnet| self.configuration.subnets.get(subnet));
        interface.vpc.as_deref().or_else(|| subnet?.vpc.as_deref())
    }
}

impl Draft {
    pub fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Takes edits in, and asks about the account after them from now on. Edits of what is not described change nothing.
    pub fn push(&mut self, end: &End, edits: Vec<RuleEdit>) {
        if edits.is_empty() {
            return;
        }
        let side = if end.is_own { Side::Own } else { Side::Peer { interface: end.interface.clone() } };
        let edited = self.evaluator.configuration().edited(&edits);
        self.evaluator = Evaluator::new(Arc::new(edited.configuration));
        self.sides.extend(edits.iter().map(|_| side.clone()));
        self.has_reference |= edits.iter().any(
            |edit| matches!(edit, RuleEdit::AddGroupRule { rule, .. } if matches!(rule.peer, Peer::Group(_))),
        );
        self.edits.extend(edits);
    }
}

/// The own interface, then each described interface that has peers' addresses.
fn ends(id: &str, own: &Interface, holders: &Holders<'_>, wanted: &Wanted) -> Vec<End> {
    let all = wanted.addresses();
    let mut others: BTreeMap<&str, Vec<Address>> = BTreeMap::new();
    for peer in &all {
        let holder = holders.holder(own.vpc.as_deref(), *peer).filter(|(holder, _)| *holder != id);
        if let Some((holder, _)) = holder {
            others.entry(holder).or_default().push(*peer);
        }
    }
    let direction = wanted.direction;
    let own_end = End { interface: id.to_owned(), is_own: true, direction, remotes: all.clone(), peers: all };
    let others = others.into_iter().map(|(holder, peers)| {
        let mut remotes: Vec<Address> =
            peers.iter().filter_map(|peer| address_of(own, peer.family())).collect();
        remotes.sort();
        remotes.dedup();
        let direction = direction.opposite();
        End { interface: holder.to_owned(), is_own: false, direction, remotes, peers }
    });
    std::iter::once(own_end).chain(others).collect()
}

/// The address by which peers see an interface.
fn address_of(interface: &Interface, family: Family) -> Option<Address> {
    let primary = interface.primary_address.filter(|address| address.family() == family);
    let all = interface.addresses.iter().flatten().copied();
    primary.or_else(|| all.into_iter().find(|address| address.family() == family))
}
