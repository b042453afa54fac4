//! All that is known of the account, and how it is put together from descriptions in any order.
//!
//! Where two descriptions of one thing differ, that of the file whose name comes last is used, and that is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::description::{
    Description, FlowLog, Instance, Interface, NatGateway, NetworkAcl, PrefixList, RouteTable, SecurityGroup,
    Subnet, Vpc, VpcEndpoint,
};
use super::kind::Kind;
use super::report::{Missing, Problem, Reason};
use super::rule::{Peer, SecurityGroupRule};
use crate::arrange::Arrange;

/// By id. AWS's ids are of all accounts and regions, so several of them fit in one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// A group that rules refer to and that is not described is here too, without rules.
    pub groups: BTreeMap<String, SecurityGroup>,
    pub network_acls: BTreeMap<String, NetworkAcl>,
    pub interfaces: BTreeMap<String, Interface>,
    pub subnets: BTreeMap<String, Subnet>,
    pub vpcs: BTreeMap<String, Vpc>,
    pub route_tables: BTreeMap<String, RouteTable>,
    pub instances: BTreeMap<String, Instance>,
    pub prefix_lists: BTreeMap<String, PrefixList>,
    pub nat_gateways: BTreeMap<String, NatGateway>,
    pub vpc_endpoints: BTreeMap<String, VpcEndpoint>,
    pub flow_logs: BTreeMap<String, FlowLog>,
}

/// Where a description is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub file: Arc<str>,
    pub line: u32,
    pub path: String,
}

/// One description, with its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    SecurityGroup(String, SecurityGroup),
    /// With the id of its group.
    SecurityGroupRule(String, SecurityGroupRule),
    NetworkAcl(String, NetworkAcl),
    Interface(String, Interface),
    Subnet(String, Subnet),
    Vpc(String, Vpc),
    RouteTable(String, RouteTable),
    Instance(String, Instance),
    PrefixList(String, PrefixList),
    NatGateway(String, NatGateway),
    VpcEndpoint(String, VpcEndpoint),
    FlowLog(String, FlowLog),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub place: Place,
    pub item: Item,
}

pub(super) struct Assembled {
    pub configuration: Configuration,
    pub contradictions: Vec<Problem>,
}

/// Puts descriptions together; their order does not matter.
pub(super) fn assemble(mut found: Vec<Found>) -> Assembled {
    found.arrange();
    let mut to = Assembly::default();
    for Found { place, item } in found {
        to.put(&place, item);
    }
    to.finish()
}

#[derive(Default)]
struct Assembly {
    configuration: Configuration,
    /// By id of the rule: its group, the rule, where.
    rules: BTreeMap<String, (String, SecurityGroupRule, Place)>,
    /// By subnet: the ACL that guards it.
    guards: BTreeMap<String, String>,
    contradictions: Vec<Problem>,
}

impl Assembly {
    fn put(&mut self, place: &Place, item: Item) {
        let to = &mut self.configuration;
        let contradictions = &mut self.contradictions;
        match item {
            Item::SecurityGroup(id, group) => {
                fill(&mut to.groups, Kind::SecurityGroup, id, group, place, contradictions);
            }
            Item::SecurityGroupRule(group, rule) => self.put_rule(place, group, rule),
            Item::NetworkAcl(id, acl) => {
                for subnet in acl.subnets.iter().flatten() {
                    let other = self.guards.insert(subnet.clone(), id.clone());
                    if other.is_some_and(|other| other != id) {
                        let fields = vec!["network ACL"];
                        contradictions.push(contradiction(Kind::Subnet, subnet, &fields, place));
                    }
                }
                fill(&mut to.network_acls, Kind::NetworkAcl, id, acl, place, contradictions);
            }
            Item::Interface(id, interface) => {
                fill(&mut to.interfaces, Kind::Interface, id, interface, place, contradictions);
            }
            Item::Subnet(id, subnet) => {
                fill(&mut to.subnets, Kind::Subnet, id, subnet, place, contradictions);
            }
            Item::Vpc(id, vpc) => fill(&mut to.vpcs, Kind::Vpc, id, vpc, place, contradictions),
            Item::RouteTable(id, table) => {
                fill(&mut to.route_tables, Kind::RouteTable, id, table, place, contradictions);
            }
            Item::Instance(id, instance) => {
                fill(&mut to.instances, Kind::Instance, id, instance, place, contradictions);
            }
            Item::PrefixList(id, mut list) => {
                // Entries come one by one and in pages, so that two outputs add up rather than contradict.
                let entries = list.entries.take();
                fill(&mut to.prefix_lists, Kind::PrefixList, id.clone(), list, place, contradictions);
                if let (Some(entries), Some(list)) = (entries, to.prefix_lists.get_mut(&id)) {
                    list.entries.get_or_insert_default().extend(entries);
                }
            }
            Item::NatGateway(id, gateway) => {
                fill(&mut to.nat_gateways, Kind::NatGateway, id, gateway, place, contradictions);
            }
            Item::VpcEndpoint(id, endpoint) => {
                fill(&mut to.vpc_endpoints, Kind::VpcEndpoint, id, endpoint, place, contradictions);
            }
            Item::FlowLog(id, log) => {
                fill(&mut to.flow_logs, Kind::FlowLog, id, log, place, contradictions);
            }
        }
    }

    fn put_rule(&mut self, place: &Place, group: String, rule: SecurityGroupRule) {
        let Some(id) = rule.id.clone() else { return };
        let other = self.rules.insert(id.clone(), (group.clone(), rule.clone(), place.clone()));
        if let Some((other_group, other_rule, _)) = other
            && (&other_group, &other_rule) != (&group, &rule)
        {
            self.contradictions.push(contradiction(Kind::SecurityGroupRule, &id, &["rule"], place));
        }
    }

    fn finish(mut self) -> Assembled {
        self.put_rules_into_groups();
        for (id, acl) in &mut self.configuration.network_acls {
            if let Some(subnets) = &mut acl.subnets {
                subnets.retain(|subnet| self.guards.get(subnet) == Some(id));
            }
        }
        for list in self.configuration.prefix_lists.values_mut() {
            if let Some(entries) = &mut list.entries {
                entries.arrange();
                entries.dedup();
            }
        }
        Assembled { configuration: self.configuration, contradictions: self.contradictions }
    }

    /// Gives the rules of described groups their ids; a group whose rules alone are described is made of them.
    fn put_rules_into_groups(&mut self) {
        let mut by_group: BTreeMap<String, Vec<(SecurityGroupRule, Place)>> = BTreeMap::new();
        for (group, rule, place) in std::mem::take(&mut self.rules).into_values() {
            by_group.entry(group).or_default().push((rule, place));
        }
        for (id, described) in by_group {
            let group = self.configuration.groups.entry(id.clone()).or_default();
            let is_described = group.rules.is_some();
            let same = |rule: &SecurityGroupRule| (rule.direction, rule.traffic, rule.peer.clone());
            let mut rules: BTreeMap<_, SecurityGroupRule> =
                group.rules.take().into_iter().flatten().map(|rule| (same(&rule), rule)).collect();
            for (mut rule, place) in described {
                match rules.get_mut(&same(&rule)) {
                    Some(known) => {
                        rule.description = rule.description.or(known.description.take());
                        *known = rule;
                    }
                    None => {
                        if is_described {
                            let reason = Reason::RuleNotInGroup { rule: rule.to_string(), group: id.clone() };
                            self.contradictions.push(problem(&place, reason));
                        }
                        rules.insert(same(&rule), rule);
                    }
                }
            }
            // By what they admit, which is also how groups alone sort them.
            group.rules = Some(rules.into_values().collect());
        }
    }
}

fn fill<T: Description>(
    to: &mut BTreeMap<String, T>,
    kind: Kind,
    id: String,
    description: T,
    place: &Place,
    contradictions: &mut Vec<Problem>,
) {
    let fields = to.entry(id.clone()).or_default().fill_from(description);
    if !fields.is_empty() {
        contradictions.push(contradiction(kind, &id, &fields, place));
    }
}

fn contradiction(kind: Kind, id: &str, fields: &[&str], place: &Place) -> Problem {
    problem(place, Reason::Contradiction { kind, id: id.to_owned(), fields: fields.join(", ") })
}

fn problem(place: &Place, reason: Reason) -> Problem {
    Problem { file: place.file.to_string(), line: place.line, path: place.path.clone(), reason }
}

impl Configuration {
    /// How many different things of each kind are described; kinds without any are left out.
    pub fn counts(&self) -> Vec<(Kind, u32)> {
        let rules = self.groups.values().filter_map(|group| group.rules.as_ref());
        let entries = self.prefix_lists.values().flat_map(|list| &list.entries).map(Vec::len).sum();
        let counts = [
            (Kind::SecurityGroup, rules.clone().count()),
            (Kind::SecurityGroupRule, rules.map(Vec::len).sum()),
            (Kind::NetworkAcl, self.network_acls.len()),
            (Kind::Interface, self.interfaces.len()),
            (Kind::Subnet, self.subnets.len()),
            (Kind::RouteTable, self.route_tables.len()),
            (Kind::Vpc, self.vpcs.len()),
            (Kind::Instance, self.instances.len()),
            (Kind::PrefixList, self.prefix_lists.len()),
            (Kind::PrefixListEntry, entries),
            (Kind::NatGateway, self.nat_gateways.len()),
            (Kind::VpcEndpoint, self.vpc_endpoints.len()),
            (Kind::FlowLog, self.flow_logs.len()),
        ];
        counts.into_iter().filter(|(_, n)| *n > 0).map(|(kind, n)| (kind, n as u32)).collect()
    }

    /// The network ACL that guards a subnet, where one is described.
    pub fn network_acl_of(&self, subnet: &str) -> Option<(&str, &NetworkAcl)> {
        let is_guard = |acl: &NetworkAcl| acl.subnets.iter().flatten().any(|guarded| guarded == subnet);
        self.network_acls.iter().find(|(_, acl)| is_guard(acl)).map(|(id, acl)| (id.as_str(), acl))
    }

    /// What descriptions refer to and none describes, by kind and id.
    pub fn missing(&self) -> Vec<Missing> {
        let mut references: BTreeMap<(Kind, &str), (u32, &str)> = BTreeMap::new();
        let mut refer = |kind: Kind, id, by| references.entry((kind, id)).or_insert((0, by)).0 += 1;
        for (by, interface) in &self.interfaces {
            interface.groups.iter().flatten().for_each(|id| refer(Kind::SecurityGroup, id, by));
            interface.subnet.iter().for_each(|id| refer(Kind::Subnet, id, by));
            interface.subnet.iter().for_each(|id| refer(Kind::NetworkAcl, id, by));
            interface.vpc.iter().for_each(|id| refer(Kind::Vpc, id, by));
        }
        for (by, group) in &self.groups {
            for rule in group.rules.iter().flatten() {
                match &rule.peer {
                    Peer::Group(id) => refer(Kind::SecurityGroup, id, by),
                    Peer::PrefixList(id) => refer(Kind::PrefixListEntry, id, by),
                    Peer::Cidr(_) => {}
                }
            }
        }
        for (id, subnet) in &self.subnets {
            refer(Kind::NetworkAcl, id, id);
            subnet.vpc.iter().for_each(|vpc| refer(Kind::Vpc, vpc, id));
        }
        let guarded: BTreeSet<&str> =
            self.network_acls.values().flat_map(|acl| &acl.subnets).flatten().map(String::as_str).collect();
        references
            .into_iter()
            .filter(|((kind, id), _)| match kind {
                Kind::SecurityGroup => self.groups.get(*id).is_none_or(|group| group.rules.is_none()),
                Kind::PrefixListEntry => self.prefix_lists.get(*id).is_none_or(|list| list.entries.is_none()),
                Kind::Subnet => !self.subnets.contains_key(*id),
                Kind::Vpc => !self.vpcs.contains_key(*id),
                _ => !guarded.contains(id),
            })
            .map(|((kind, id), (n_references, by))| Missing {
                kind,
                id: id.to_owned(),
                n_references,
                referred_to_by: by.to_owned(),
            })
            .collect()
    }
}
