//! One network ACL: its entries in order, for both directions.

use std::ops::ControlFlow;

use super::decision::{AclRuling, EntryIndex};
use super::flow::Flow;
use super::remote::Remote;
use super::table::{Asked, RuleTable, TableRule};
use crate::config::rule::{AclEntry, RuleDirection};

#[derive(Debug)]
pub(super) struct AclTable {
    ingress: Entries,
    egress: Entries,
}

#[derive(Debug)]
struct Entries {
    table: RuleTable,
    /// For each rule of the table, in the order in which entries are tried.
    entries: Vec<(EntryIndex, bool)>,
}

impl AclTable {
    /// `entries` are in order; the first has the index `first`.
    pub fn new(entries: &[AclEntry], first: EntryIndex) -> AclTable {
        let of = |direction| {
            let chosen = || entries.iter().enumerate().filter(move |(_, entry)| entry.direction == direction);
            let rules: Vec<TableRule> = chosen()
                .map(|(_, entry)| TableRule { traffic: entry.traffic, remote: Remote::Cidr(entry.cidr) })
                .collect();
            let entries =
                chosen().map(|(at, entry)| (EntryIndex(first.0 + at as u32), entry.is_allow)).collect();
            Entries { table: RuleTable::new(&rules), entries }
        };
        AclTable { ingress: of(RuleDirection::Ingress), egress: of(RuleDirection::Egress) }
    }

    /// What the first entry that fits says. Entries before it that may fit make it unknowable, unless they say the same.
    pub fn decide(&self, flow: &Flow) -> AclRuling {
        let Entries { table, entries } = match flow.direction {
            RuleDirection::Ingress => &self.ingress,
            RuleDirection::Egress => &self.egress,
        };
        let mut said: Option<bool> = None;
        let ruling = table.visit(Asked { flow, marks: &[] }, |rule, is_certain| {
            let (index, is_allow) = entries[rule as usize];
            if said.is_some_and(|before| before != is_allow) {
                return ControlFlow::Break(AclRuling::Unknowable);
            }
            said = Some(is_allow);
            match (is_certain, is_allow) {
                (false, _) => ControlFlow::Continue(()),
                (true, true) => ControlFlow::Break(AclRuling::Allowed(index)),
                (true, false) => ControlFlow::Break(AclRuling::Denied(Some(index))),
            }
        });
        match (ruling, said) {
            (ControlFlow::Break(ruling), _) => ruling,
            // The list ends in a denial, whether or not it was printed.
            (ControlFlow::Continue(()), None | Some(false)) => AclRuling::Denied(None),
            (ControlFlow::Continue(()), Some(true)) => AclRuling::Unknowable,
        }
    }
}
