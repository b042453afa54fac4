//! One way to let the wanted flows through, at both ends: the own interfaces first, then those peers that are described.
//! Each end is asked about the account as the edits before have left it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cannot::CannotFix;
use super::cover;
use super::holder::Holders;
use super::opens::{self, LISTED_MAX};
use super::probe::{End, Missing};
use super::proof::Proof;
use super::wanted::Wanted;
use super::warning::warnings;
use super::{Change, RULES_MAX, Side, Way};
use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::config::edit::RuleEdit;
use crate::config::evaluate::Evaluator;
use crate::config::rule::{Peer, RuleDirection, Traffic};
use crate::record::address::Family;
use crate::record::{Address, Prefix};

/// What comes of one way.
#[derive(Debug)]
pub(super) struct Plan {
    pub change: Change,
    pub notes: Vec<String>,
    pub cannot: Option<CannotFix>,
}

pub(super) struct Planner<'c> {
    pub configuration: &'c Configuration,
    pub holders: Holders<'c>,
    pub wanted: &'c Wanted,
    pub request: Traffic,
    pub reply: Traffic,
    ends: Vec<End>,
    /// Of the wanted interfaces.
    undescribed: Vec<&'c str>,
}

/// Edits as they come together.
pub(super) struct Draft {
    /// The account with all edits so far.
    pub configuration: Configuration,
    /// Of the account with all entries of ACLs so far, but not with all rules: making one takes long in a large account,
    /// and which rules were added is easily seen.
    pub evaluator: Evaluator,
    pub way: Way,
    pub edits: Vec<RuleEdit>,
    pub sides: Vec<Side>,
    pub notes: Vec<String>,
    pub cannot: Option<CannotFix>,
    /// The interface whose group or ACL has to be looked up: one for all edits, which name it by nothing else.
    pub looked_up: Option<String>,
    /// Whether a rule refers to the peers' group.
    pub has_reference: bool,
}

impl<'c> Planner<'c> {
    /// `None` where none of the interfaces is described.
    pub fn new(
        configuration: &'c Configuration,
        wanted: &'c Wanted,
        request: Traffic,
        reply: Traffic,
    ) -> Option<Planner<'c>> {
        let all: BTreeSet<&str> = wanted.interfaces.iter().map(String::as_str).collect();
        let (described, undescribed): (Vec<&str>, Vec<&str>) =
            all.into_iter().partition(|id| configuration.interfaces.contains_key(*id));
        let mut own: Vec<(&str, &Interface)> =
            described.into_iter().map(|id| (id, &configuration.interfaces[id])).collect();
        // A rule in the only group of one may do for others that have more.
        own.arrange_by_key(|(_, interface)| interface.groups.as_ref().map_or(0, Vec::len));
        let holders = Holders::of(configuration);
        let ends = ends(&own, &holders, wanted);
        (!own.is_empty()).then_some(Planner {
            configuration,
            holders,
            wanted,
            request,
            reply,
            ends,
            undescribed,
        })
    }

    pub fn plan(&self, way: Way) -> Plan {
        let mut draft = Draft {
            configuration: self.configuration.clone(),
            evaluator: Evaluator::new(Arc::new(self.configuration.clone())),
            way,
            edits: Vec::new(),
            sides: Vec::new(),
            notes: Vec::new(),
            cannot: None,
            looked_up: None,
            has_reference: false,
        };
        for end in &self.ends {
            self.mend(end, &mut draft);
        }
        if !draft.edits.is_empty() && !draft.sides.contains(&Side::Own) && draft.cannot.is_none() {
            draft.note(
                "The own rules, as they are described, let it through; if they refused it then, they have been changed since."
                    .to_owned(),
            );
        }
        if !self.undescribed.is_empty() {
            let are = if self.undescribed.len() == 1 { "is" } else { "are" };
            draft.note(format!(
                "{} {are} not described, so nothing is changed for {}: add the output of `aws ec2 \
                 describe-network-interfaces`.",
                listed(&self.undescribed),
                if self.undescribed.len() == 1 { "it" } else { "them" },
            ));
        }
        let Draft { configuration, way, edits, sides, notes, cannot, looked_up, has_reference, .. } = draft;
        let way = if way == Way::GroupReference && !has_reference { Way::Addresses } else { way };
        let change = Change {
            way,
            opens: opens::of(self.configuration, &self.holders, &edits, &sides, &self.ends),
            warnings: warnings(&configuration, &edits),
            proof: Some(Proof::of(configuration, &self.ends, self.wanted)),
            edits,
            sides,
            looked_up,
        };
        Plan { change, notes, cannot }
    }

    /// Ways that are worth offering beside `main`.
    pub fn other_ways(&self, main: &Change) -> Vec<Way> {
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

    /// Takes in edits whose group or ACL has to be looked up.
    pub fn push_look_up(&mut self, end: &End, edits: Vec<RuleEdit>) {
        let known = self.looked_up.get_or_insert_with(|| end.interface.clone());
        if *known == end.interface {
            self.push(end, edits);
        } else {
            let known = known.clone();
            self.note(format!(
                "The group or network ACL of {} is not described either and needs the same as that of {known}.",
                end.interface
            ));
        }
    }

    /// Takes edits in. Those of what is not described change nothing here.
    pub fn push(&mut self, end: &End, edits: Vec<RuleEdit>) {
        let side = if end.is_own { Side::Own } else { Side::Peer { interface: end.interface.clone() } };
        let mut has_new_entries = false;
        for edit in edits {
            let is_made = self.configuration.make(&edit).is_ok();
            match &edit {
                RuleEdit::AddGroupRule { rule, .. } => {
                    self.has_reference |= matches!(rule.peer, Peer::Group(_));
                }
                RuleEdit::AddAclEntry { .. } => has_new_entries |= is_made,
                RuleEdit::RemoveGroupRule { .. } | RuleEdit::RemoveAclEntry { .. } => {}
            }
            self.sides.push(side.clone());
            self.edits.push(edit);
        }
        if has_new_entries {
            self.evaluator = Evaluator::new(Arc::new(self.configuration.clone()));
        }
    }

    /// Whether one of the groups has the rule by now.
    pub fn has_rule(
        &self,
        groups: &[String],
        direction: RuleDirection,
        traffic: Traffic,
        peer: &Peer,
    ) -> bool {
        let rules =
            groups.iter().filter_map(|id| self.configuration.groups.get(id)?.rules.as_ref()).flatten();
        rules.into_iter().any(|rule| (rule.direction, rule.traffic, &rule.peer) == (direction, traffic, peer))
    }
}

/// The own interfaces, then each described interface that has peers' addresses.
fn ends(own: &[(&str, &Interface)], holders: &Holders<'_>, wanted: &Wanted) -> Vec<End> {
    let all = wanted.addresses();
    let direction = wanted.direction;
    // By holder: the peers that it is, and the own addresses that they meet.
    let mut others: BTreeMap<&str, [BTreeSet<Address>; 2]> = BTreeMap::new();
    for (_, interface) in own {
        for peer in &all {
            let Some((holder, _)) = holders.holder(interface.vpc.as_deref(), *peer) else { continue };
            if own.iter().any(|(id, _)| *id == holder) {
                continue;
            }
            let [peers, remotes] = others.entry(holder).or_default();
            peers.insert(*peer);
            remotes.extend(address_of(interface, peer.family()));
        }
    }
    let own_end = |(id, _): &(&str, &Interface)| End {
        interface: (*id).to_owned(),
        is_own: true,
        direction,
        remotes: all.clone(),
        peers: all.clone(),
    };
    let other_end = |(holder, [peers, remotes]): (&str, [BTreeSet<Address>; 2])| End {
        interface: holder.to_owned(),
        is_own: false,
        direction: direction.opposite(),
        remotes: remotes.into_iter().collect(),
        peers: peers.into_iter().collect(),
    };
    own.iter().map(own_end).chain(others.into_iter().map(other_end)).collect()
}

/// `eni-1, eni-2 and 7 more`
fn listed(ids: &[&str]) -> String {
    let n_more = ids.len().saturating_sub(LISTED_MAX);
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    format!("{}{more}", ids[..ids.len() - n_more].join(", "))
}

/// The address by which peers see an interface.
fn address_of(interface: &Interface, family: Family) -> Option<Address> {
    let primary = interface.primary_address.filter(|address| address.family() == family);
    let all = interface.addresses.iter().flatten().copied();
    primary.or_else(|| all.into_iter().find(|address| address.family() == family))
}
