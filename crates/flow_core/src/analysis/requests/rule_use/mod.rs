//! What each rule of the account was used for, within the loaded rows.
//!
//! A rule is used by requests that were accepted and that it admits; replies are no use, because groups do not ask about
//! them. Several rules may admit a request: it counts for each, and apart where no other rule does. Entries of network
//! ACLs are asked about replies too, and about what is refused, so those are uses of an entry.

mod found;
mod interfaces_seen;
mod unexplained;
mod used;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::found::{Found, by_number};
use self::interfaces_seen::InterfacesSeen;
use self::unexplained::unexplained;
use self::used::{tightened, used_entry, used_rule};
use super::basis::Basis;
use super::judge::Judge;
use super::request::{Request, Requests, Sent};
use super::tops::{PeerRows, PortsUsed};
use crate::analysis::Tally;
use crate::config::remedy::tighten::Tighter;
use crate::config::{AclEntry, Configuration, SecurityGroupRule};
use crate::record::Prefix;

pub use self::unexplained::{Unexplained, UnexplainedRequest};

/// Peers of one rule in an answer, those with most rows: enough for a tight version of nearly every rule.
pub const PEERS_KEPT: usize = 256;
/// Spans of ports of one rule in an answer, those with most rows.
pub const PORTS_KEPT: usize = 64;
/// Different peers and ports together of which a rule is made tighter: what more use is nobody's list of peers, and
/// covering them with prefixes takes longer than all the rest.
pub const TIGHTENED_USES_MAX: usize = 1_024;
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleUse {
    /// Whether any group or ACL is described; without, nothing can be said.
    pub has_rules: bool,
    /// Every described group, by id.
    pub groups: Vec<GroupUse>,
    /// Every described network ACL, by id.
    pub network_acls: Vec<AclUse>,
    /// What was accepted though the rules refuse it: they changed since, or the connection was older than they are.
    pub unexplained: Unexplained,
    /// Rows with AWS's own services, which no rule is asked about.
    pub n_rows_exempt: u64,
    /// Rows of interfaces that are not described, or without a protocol.
    pub n_rows_not_judged: u64,
    pub basis: Basis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupUse {
    pub id: String,
    pub name: Option<String>,
    /// Interfaces with the group that logged anything.
    pub n_interfaces_seen: u64,
    /// In the order of the configuration.
    pub rules: Vec<UsedRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedRule {
    pub rule: SecurityGroupRule,
    pub state: RuleState,
    /// Of what it admits for certain.
    pub used: Use,
    /// Requests of which it cannot be known whether it admits them.
    pub may_admit: Tally,
    /// Whether it admits more ports than were used, and more peers; false where it was not used.
    pub is_wider_in_ports: bool,
    pub is_wider_in_peers: bool,
    /// The rule as narrow as its use, where that is narrower; absent too where more than [`TIGHTENED_USES_MAX`] pairs of
    /// peer and port used it.
    pub tighter: Option<Tighter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclUse {
    pub id: String,
    pub name: Option<String>,
    /// Interfaces in its subnets that logged anything.
    pub n_interfaces_seen: u64,
    /// In the order of the configuration.
    pub entries: Vec<UsedEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedEntry {
    pub entry: AclEntry,
    pub state: RuleState,
    /// Requests and replies that it decided: what was accepted where it allows, what was refused where it denies.
    pub used: Use,
}

/// Whether a rule was used, within the loaded rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RuleState {
    Used,
    /// It may admit some of what was accepted; the logs or the descriptions cannot tell.
    MayBeUsed,
    Unused,
    /// Not used by what was looked at; rows were left aside, or lack the fields that would tell.
    NotSettled,
    /// No interface that it guards logged anything.
    NotSeen,
}

/// What used a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The rows that used it.
    pub total: Tally,
    /// What came back, of which no group is asked. Nothing for entries of ACLs, which are used by it.
    pub replies: Tally,
    /// Of [`Use::total`]: rows that no other rule admits.
    pub n_rows_alone: u64,
    /// At most [`PEERS_KEPT`] of them are listed.
    pub peers: PeerRows,
    /// The longest prefix that holds all peers, where they are of one family.
    pub peers_in: Option<Prefix>,
    /// Ports that were asked for, or replied to; at most [`PORTS_KEPT`] spans, in order.
    pub ports: Vec<PortsUsed>,
    pub n_port_spans: u64,
    /// First and last, seconds since 1970.
    pub time: Option<(u64, u64)>,
    pub n_interfaces: u64,
    /// Some of them, by name.
    pub interfaces: Vec<String>,
}

/// `configuration`: what is described of the account, where anything is.
pub fn rule_use(requests: &Requests, configuration: Option<&Arc<Configuration>>) -> RuleUse {
    let nothing = Arc::new(Configuration::default());
    let configuration = configuration.unwrap_or(&nothing);
    let judge = Judge::new(configuration.clone(), requests);
    let mut found = Found::default();
    for (at, request) in (0..).zip(&requests.requests) {
        let total = &request.total;
        match judge.judge(request) {
            None => found.n_rows_not_judged += n_rows(request),
            Some(judged) if judged.is_exempt => found.n_rows_exempt += n_rows(request),
            Some(judged) => {
                found.note_groups(&judge, &judged, at, total.asked.accepted.rows > 0);
                found.note_acl(&judged, at, request);
                found.note_unexplained(&judged, at, request);
            }
        }
    }
    let of_rules = by_number(found.rules, judge.evaluator.n_rules());
    let of_entries = by_number(found.entries, judge.evaluator.n_entries());
    let seen = InterfacesSeen::of(configuration, requests);
    let settled = requests.basis.n_accepted_rows_over_limit == 0 && requests.basis.missing.is_empty();
    let (mut rule, mut entry) = (0, 0);
    let groups = configuration.groups.iter().filter_map(|(id, group)| {
        let rules = group.rules.as_ref()?;
        let n_interfaces_seen = seen.by_group.get(id.as_str()).copied().unwrap_or_default();
        let rules = rules.iter().map(|described| {
            rule += 1;
            let mut used =
                used_rule(described, &of_rules[rule - 1], requests, n_interfaces_seen > 0, settled);
            if used.state == RuleState::Used {
                used.tighter = tightened(configuration, id, described, &of_rules[rule - 1], requests);
            }
            used
        });
        Some(GroupUse { id: id.clone(), name: group.name.clone(), n_interfaces_seen, rules: rules.collect() })
    });
    let groups: Vec<GroupUse> = groups.collect();
    let acls = configuration.network_acls.iter().filter_map(|(id, acl)| {
        let entries = acl.entries.as_ref()?;
        let n_interfaces_seen = seen.by_acl.get(id.as_str()).copied().unwrap_or_default();
        let entries = entries.iter().map(|described| {
            entry += 1;
            used_entry(described, &of_entries[entry - 1], requests, n_interfaces_seen > 0, settled)
        });
        Some(AclUse { id: id.clone(), name: acl.name.clone(), n_interfaces_seen, entries: entries.collect() })
    });
    let network_acls: Vec<AclUse> = acls.collect();
    RuleUse {
        has_rules: !groups.is_empty() || !network_acls.is_empty(),
        groups,
        network_acls,
        unexplained: unexplained(found.unexplained, requests),
        n_rows_exempt: found.n_rows_exempt,
        n_rows_not_judged: found.n_rows_not_judged,
        basis: requests.basis.clone(),
    }
}

fn n_rows(request: &Request) -> u64 {
    let of = |sent: &Sent| sent.accepted.rows + sent.rejected.rows + sent.n_rows_refused_otherwise;
    of(&request.total.asked) + of(&request.total.answered)
}
