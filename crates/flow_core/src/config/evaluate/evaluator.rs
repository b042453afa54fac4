//! Rules made ready to be asked: places are prepared once, then each flow costs a few look-ups.

use std::ops::ControlFlow;
use std::sync::Arc;

use std::collections::HashMap;

use super::acl::AclTable;
use super::decision::{AclRuling, Answer, Decision, EntryIndex, GroupRuling, RuleIndex};
use super::exemption::{Exemption, exemption};
use super::flow::Flow;
use super::placement::{Neighbourhood, PlaceId, Placement, reserved};
use super::remote::Remotes;
use super::table::{Asked, RuleTable, TableRule};
use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::config::rule::{AclEntry, RuleDirection, SecurityGroupRule};
use crate::record::Address;

/// Decides by the rules of one configuration. To see what an edit would change, ask an evaluator of the edited one.
#[derive(Debug)]
pub struct Evaluator {
    pub(super) configuration: Arc<Configuration>,
    pub(super) remotes: Remotes,
    /// Every rule, by [`RuleIndex`].
    rules: Vec<Numbered>,
    /// Index of a group's first rule.
    first_rules: HashMap<String, u32>,
    /// Every entry, by [`EntryIndex`].
    entries: Vec<Numbered>,
    first_entries: HashMap<String, u32>,
    /// Which ACL guards a subnet.
    guards: HashMap<String, Arc<str>>,
    places: Vec<Place>,
    known_places: HashMap<Placement, PlaceId>,
    group_tables: Vec<GroupTables>,
    known_groups: HashMap<Vec<String>, u32>,
    acl_tables: Vec<AclTable>,
    known_acls: HashMap<Arc<str>, u32>,
}

/// Where a rule or an entry is in the configuration.
#[derive(Debug)]
struct Numbered {
    /// Id of its group or ACL.
    of: Arc<str>,
    at: u32,
}

#[derive(Debug)]
struct Place {
    placement: Placement,
    reserved: Vec<(Address, Exemption)>,
    /// Number of its tables; absent where the groups are not known.
    groups: Option<u32>,
    acl: Option<Arc<str>>,
    /// Number of its table; absent where the entries are not known.
    acl_table: Option<u32>,
    neighbourhood: Neighbourhood,
}

/// The rules of some groups together.
#[derive(Debug)]
struct GroupTables {
    n_groups: u32,
    /// Whether each of the groups is described.
    is_complete: bool,
    ingress: GroupRules,
    egress: GroupRules,
}

#[derive(Debug)]
struct GroupRules {
    table: RuleTable,
    /// For each rule of the table.
    rules: Vec<RuleIndex>,
}

impl Evaluator {
    pub fn new(configuration: Arc<Configuration>) -> Evaluator {
        let (mut rules, mut first_rules) = (Vec::new(), HashMap::new());
        for (id, group) in &configuration.groups {
            first_rules.insert(id.clone(), rules.len() as u32);
            number(&mut rules, id, group.rules.as_ref().map_or(0, Vec::len));
        }
        let (mut entries, mut first_entries) = (Vec::new(), HashMap::new());
        let mut guards = HashMap::new();
        for (id, acl) in &configuration.network_acls {
            first_entries.insert(id.clone(), entries.len() as u32);
            number(&mut entries, id, acl.entries.as_ref().map_or(0, Vec::len));
            let id: Arc<str> = id.as_str().into();
            guards.extend(acl.subnets.iter().flatten().map(|subnet| (subnet.clone(), id.clone())));
        }
        Evaluator {
            remotes: Remotes::new(&configuration),
            configuration,
            rules,
            first_rules,
            entries,
            first_entries,
            guards,
            places: Vec::new(),
            known_places: HashMap::new(),
            group_tables: Vec::new(),
            known_groups: HashMap::new(),
            acl_tables: Vec::new(),
            known_acls: HashMap::new(),
        }
    }

    /// Makes the place of a described interface ready; `None` where it is not described.
    pub fn interface(&mut self, id: &str) -> Option<PlaceId> {
        let placement = Placement::of(self.configuration.interfaces.get(id)?);
        Some(self.place(placement))
    }

    /// Makes a place ready. Equal places are one.
    pub fn place(&mut self, mut placement: Placement) -> PlaceId {
        if let Some(groups) = &mut placement.groups {
            groups.arrange();
            groups.dedup();
        }
        if let Some(known) = self.known_places.get(&placement) {
            return *known;
        }
        let groups = placement.groups.as_ref().map(|groups| self.groups_of(groups));
        let acl = placement.subnet.as_deref().and_then(|subnet| self.guards.get(subnet).cloned());
        let acl_table = acl.as_ref().and_then(|id| self.acl_of(id));
        let place = Place {
            reserved: reserved(&placement, &self.configuration),
            groups,
            acl,
            acl_table,
            neighbourhood: Neighbourhood::of(&placement, &self.configuration),
            placement: placement.clone(),
        };
        let id = PlaceId(self.places.len() as u32);
        self.places.push(place);
        self.known_places.insert(placement, id);
        id
    }

    fn groups_of(&mut self, groups: &[String]) -> u32 {
        if let Some(known) = self.known_groups.get(groups) {
            return *known;
        }
        let of = |direction| {
            let mut chosen = Vec::new();
            let mut indexes = Vec::new();
            for id in groups {
                let first = self.first_rules.get(id).copied().unwrap_or_default();
                for (at, rule) in (first..).zip(self.rules_of(id)) {
                    if rule.direction == direction {
                        let remote = self.remotes.get(&rule.peer);
                        chosen.push(TableRule { traffic: rule.traffic, remote });
                        indexes.push(RuleIndex(at));
                    }
                }
            }
            GroupRules { table: RuleTable::new(&chosen), rules: indexes }
        };
        let tables = GroupTables {
            n_groups: groups.len() as u32,
            is_complete: groups.iter().all(|id| self.is_group_complete(id)),
            ingress: of(RuleDirection::Ingress),
            egress: of(RuleDirection::Egress),
        };
        let number = self.group_tables.len() as u32;
        self.group_tables.push(tables);
        self.known_groups.insert(groups.to_vec(), number);
        number
    }

    /// The known rules of a group.
    pub(super) fn rules_of(&self, id: &str) -> &[SecurityGroupRule] {
        let group = self.configuration.groups.get(id);
        group.and_then(|group| group.rules.as_deref()).unwrap_or_default()
    }

    /// The known rules of a place's groups, in the order of the groups.
    pub(super) fn rules_at(&self, place: PlaceId) -> impl Iterator<Item = (RuleIndex, &SecurityGroupRule)> {
        let groups = self.placement(place).groups.iter().flatten();
        groups.flat_map(|id| {
            let first = self.first_rules.get(id).copied().unwrap_or_default();
            (first..).map(RuleIndex).zip(self.rules_of(id))
        })
    }

    /// The same for places with the same groups; `None` where these are not known.
    pub(super) fn groups_number(&self, place: PlaceId) -> Option<u32> {
        self.places[place.0 as usize].groups
    }

    /// Whether all rules of a group are known.
    pub(super) fn is_group_complete(&self, id: &str) -> bool {
        let group = self.configuration.groups.get(id);
        group.is_some_and(|group| group.rules.is_some() && group.has_unread_rules != Some(true))
    }

    /// The table of an ACL; none where its entries are not known.
    fn acl_of(&mut self, id: &Arc<str>) -> Option<u32> {
        if let Some(known) = self.known_acls.get(id) {
            return Some(*known);
        }
        let entries = self.configuration.network_acls.get(&**id)?.entries.as_ref()?;
        let first = EntryIndex(self.first_entries.get(&**id).copied()?);
        let number = self.acl_tables.len() as u32;
        self.acl_tables.push(AclTable::new(entries, first));
        self.known_acls.insert(id.clone(), number);
        Some(number)
    }

    /// The rule and its group.
    ///
    /// # Panics
    /// Where `index` is another evaluator's; as in all that follows.
    pub fn rule(&self, index: RuleIndex) -> (&str, &SecurityGroupRule) {
        let Numbered { of, at } = &self.rules[index.0 as usize];
        (of, &self.rules_of(of)[*at as usize])
    }

    /// The entry and its network ACL.
    pub fn entry(&self, index: EntryIndex) -> (&str, &AclEntry) {
        let Numbered { of, at } = &self.entries[index.0 as usize];
        (of, &self.entries_of(of).unwrap_or_default()[*at as usize])
    }

    /// The entries of a network ACL; none where they are not all known.
    pub(super) fn entries_of(&self, acl: &str) -> Option<&[AclEntry]> {
        self.configuration.network_acls.get(acl)?.entries.as_deref()
    }

    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    pub fn n_rules(&self) -> u32 {
        self.rules.len() as u32
    }

    pub fn n_entries(&self) -> u32 {
        self.entries.len() as u32
    }

    pub fn placement(&self, place: PlaceId) -> &Placement {
        &self.places[place.0 as usize].placement
    }

    /// The network ACL that guards the place, where it is known.
    pub fn network_acl(&self, place: PlaceId) -> Option<&str> {
        self.places[place.0 as usize].acl.as_deref()
    }

    /// What all rules together say to a flow at a place. Whoever needs a part of it asks for that alone.
    pub fn decide(&self, place: PlaceId, flow: &Flow) -> Decision {
        Decision {
            exemption: self.exemption(place, flow),
            groups: self.groups_ruling(place, flow),
            acl_request: self.acl_ruling(place, flow),
            acl_reply: self.acl_ruling(place, &flow.reply()),
        }
    }

    /// AWS's own service that the flow is with, if it is.
    pub fn exemption(&self, place: PlaceId, flow: &Flow) -> Option<Exemption> {
        exemption(flow, &self.places[place.0 as usize].reserved)
    }

    fn asked<'a>(&'a self, flow: &'a Flow) -> Asked<'a> {
        Asked { flow, marks: self.remotes.marks_of(flow.remote) }
    }

    /// What the place's groups say to the packets that begin the flow.
    pub fn groups_ruling(&self, place: PlaceId, flow: &Flow) -> GroupRuling {
        let place = &self.places[place.0 as usize];
        let Some(tables) = place.groups.map(|groups| &self.group_tables[groups as usize]) else {
            return GroupRuling::Unknowable;
        };
        if tables.n_groups == 0 {
            return GroupRuling::NoGroups;
        }
        let GroupRules { table, rules } = tables.rules(flow.direction);
        let mut may_be_admitted = !tables.is_complete;
        let admitted = table.visit(self.asked(flow), |rule, is_certain| {
            if is_certain {
                return ControlFlow::Break(rules[rule as usize]);
            }
            may_be_admitted = true;
            ControlFlow::Continue(())
        });
        match admitted {
            ControlFlow::Break(rule) => GroupRuling::Allowed(rule),
            ControlFlow::Continue(()) if may_be_admitted => GroupRuling::Unknowable,
            ControlFlow::Continue(()) => GroupRuling::Denied,
        }
    }

    /// What the ACL of the place's subnet says to packets, one way; of answers it is asked with [`Flow::reply`].
    pub fn acl_ruling(&self, place: PlaceId, flow: &Flow) -> AclRuling {
        let place = &self.places[place.0 as usize];
        let is_neighbour = place.neighbourhood.holds(flow.remote);
        if is_neighbour == Answer::Yes {
            return AclRuling::SameSubnet;
        }
        let table = place.acl_table.map(|number| &self.acl_tables[number as usize]);
        match table.map(|table| table.decide(flow)) {
            None => AclRuling::Unknowable,
            // It may be that the ACL is not asked.
            Some(AclRuling::Denied(_)) if is_neighbour == Answer::Unknowable => AclRuling::Unknowable,
            Some(ruling) => ruling,
        }
    }

    /// Every rule of the place's groups that admits the flow, or may: the rule, and whether it does for certain.
    pub fn admitting_rules(&self, place: PlaceId, flow: &Flow, mut admits: impl FnMut(RuleIndex, bool)) {
        let place = &self.places[place.0 as usize];
        let Some(tables) = place.groups.map(|groups| &self.group_tables[groups as usize]) else { return };
        let GroupRules { table, rules } = tables.rules(flow.direction);
        let all = table.visit(self.asked(flow), |rule, is_certain| -> ControlFlow<()> {
            admits(rules[rule as usize], is_certain);
            ControlFlow::Continue(())
        });
        debug_assert!(all.is_continue(), "nothing breaks off");
    }
}

fn number(numbered: &mut Vec<Numbered>, of: &str, n: usize) {
    let of: Arc<str> = of.into();
    numbered.extend((0..n as u32).map(|at| Numbered { of: of.clone(), at }));
}

impl GroupTables {
    fn rules(&self, direction: RuleDirection) -> &GroupRules {
        match direction {
            RuleDirection::Ingress => &self.ingress,
            RuleDirection::Egress => &self.egress,
        }
    }
}
