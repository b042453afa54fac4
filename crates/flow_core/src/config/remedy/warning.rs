//! What to mind before edits are made: doors that are rarely meant to be open, and AWS's limits.

use serde::{Deserialize, Serialize};

use super::cover;
use crate::config::configuration::Configuration;
use crate::config::edit::RuleEdit;
use crate::config::rule::{ACL_STAR_NUMBER, Peer, RuleDirection, RulePorts, Traffic};
use crate::record::{Address, Prefix};

/// AWS's default limit for the rules of a group, for each direction and address family.
pub const GROUP_RULES_MAX: usize = 60;
/// AWS's default limit for the entries of a network ACL, for each direction and address family, with the one that
/// denies the rest.
pub const ACL_ENTRIES_MAX: usize = 20;
/// From here on a prefix is said to be wide.
const PREFIX_ADDRESSES_MAX: u64 = 4_096;

/// Ports by which machines are administered.
const ADMIN_PORTS: [(u16, &str); 11] = [
    (22, "SSH"),
    (23, "Telnet"),
    (135, "Windows RPC"),
    (445, "Windows file sharing"),
    (2375, "Docker"),
    (3389, "Remote Desktop"),
    (5900, "VNC"),
    (5985, "Windows Remote Management"),
    (5986, "Windows Remote Management"),
    (6443, "Kubernetes"),
    (10250, "kubelet"),
];
/// Ports of databases and caches.
const DATABASE_PORTS: [(u16, &str); 12] = [
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (3306, "MySQL"),
    (5432, "PostgreSQL"),
    (5439, "Redshift"),
    (6379, "Redis"),
    (8182, "Neptune"),
    (9042, "Cassandra"),
    (9200, "OpenSearch"),
    (11211, "Memcached"),
    (27017, "MongoDB"),
    (50000, "Db2"),
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Warning {
    /// An administrator's port, to addresses of the internet.
    AdminPort {
        port: u16,
        name: String,
        prefix: Prefix,
    },
    DatabasePort {
        port: u16,
        name: String,
        prefix: Prefix,
    },
    /// `0.0.0.0/0` or `::/0`.
    Everybody {
        policy: String,
        prefix: Prefix,
    },
    WidePrefix {
        policy: String,
        prefix: Prefix,
        n_addresses: u64,
    },
    AllTraffic {
        policy: String,
    },
    /// A flow log has no ICMP type, so a rule is for all.
    AllIcmp {
        policy: String,
    },
    ManyPorts {
        policy: String,
        n: u32,
    },
    GroupFull {
        group: String,
        direction: RuleDirection,
        n_rules: u32,
    },
    AclFull {
        acl: String,
        direction: RuleDirection,
        n_entries: u32,
    },
}

impl Warning {
    /// A sentence or two.
    pub fn words(&self) -> String {
        match self {
            Warning::AdminPort { port, name, prefix } => format!(
                "This opens port {port} ({name}) to addresses of the internet ({prefix}). Session Manager or a VPN does \
                 without."
            ),
            Warning::DatabasePort { port, name, prefix } => {
                format!("This opens port {port} ({name}) to addresses of the internet ({prefix}).")
            }
            Warning::Everybody { policy, prefix } => format!("{policy} would be for everybody: {prefix}."),
            Warning::WidePrefix { policy, prefix, n_addresses: u64::MAX } => {
                format!("{policy} would be for {prefix}, more addresses than can be counted.")
            }
            Warning::WidePrefix { policy, prefix, n_addresses } => {
                format!("{policy} would be for the {n_addresses} addresses of {prefix}.")
            }
            Warning::AllTraffic { policy } => {
                format!("{policy} would be for all protocols and ports.")
            }
            Warning::AllIcmp { policy } => format!(
                "A flow log has no ICMP type, so the rule in {policy} is for all types. For ping alone make it type 8 \
                 (IPv6: 128)."
            ),
            Warning::ManyPorts { policy, n } => format!("{policy} would be for {n} ports."),
            Warning::GroupFull { group, direction, n_rules } => format!(
                "{group} would have {n_rules} {} rules; AWS allows {GROUP_RULES_MAX} unless the quota is raised. A prefix \
                 list or a group reference takes fewer.",
                direction.name()
            ),
            Warning::AclFull { acl, direction, n_entries } => format!(
                "{acl} would have {n_entries} {} entries; AWS allows {ACL_ENTRIES_MAX} unless the quota is raised.",
                direction.name()
            ),
        }
    }
}

/// What to mind about the additions among `edits`; `after` is the account with them. Each warning once.
pub fn warnings(after: &Configuration, edits: &[RuleEdit]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for edit in edits {
        match edit {
            RuleEdit::AddGroupRule { group, rule } => {
                let prefix = if let Peer::Cidr(prefix) = rule.peer { Some(prefix) } else { None };
                warnings.extend(traffic_warnings(group, rule.direction, rule.traffic, prefix));
                let rules = after.groups.get(group).and_then(|group| group.rules.as_ref());
                // A reference counts for both families.
                let counts = |peer: &Peer| match (peer, prefix) {
                    (Peer::Cidr(other), Some(own)) => other.base().family() == own.base().family(),
                    _ => true,
                };
                let of_direction = rules
                    .into_iter()
                    .flatten()
                    .filter(|rule_of| rule_of.direction == rule.direction && counts(&rule_of.peer));
                let n_rules = of_direction.count();
                if n_rules > GROUP_RULES_MAX {
                    let (group, direction) = (group.clone(), rule.direction);
                    warnings.push(Warning::GroupFull { group, direction, n_rules: n_rules as u32 });
                }
            }
            RuleEdit::AddAclEntry { acl, entry } if entry.is_allow => {
                warnings.extend(traffic_warnings(acl, entry.direction, entry.traffic, Some(entry.cidr)));
                let entries = after.network_acls.get(acl).and_then(|acl| acl.entries.as_ref());
                let of_direction = entries.into_iter().flatten().filter(|entry_of| {
                    entry_of.direction == entry.direction
                        && entry_of.cidr.base().family() == entry.cidr.base().family()
                        && entry_of.number < ACL_STAR_NUMBER
                });
                let n_entries = of_direction.count() + 1;
                if n_entries > ACL_ENTRIES_MAX {
                    let (acl, direction) = (acl.clone(), entry.direction);
                    warnings.push(Warning::AclFull { acl, direction, n_entries: n_entries as u32 });
                }
            }
            _ => {}
        }
    }
    let mut once = Vec::new();
    for warning in warnings {
        if !once.contains(&warning) {
            once.push(warning);
        }
    }
    once
}

fn traffic_warnings(
    policy: &str,
    direction: RuleDirection,
    traffic: Traffic,
    prefix: Option<Prefix>,
) -> Vec<Warning> {
    let policy = policy.to_owned();
    let mut warnings = Vec::new();
    if let Some(prefix) = prefix {
        if direction == RuleDirection::Ingress && is_public(prefix) && !is_for_replies(traffic) {
            let open = |ports: &[(u16, &'static str)]| -> Vec<(u16, String)> {
                let opened = ports.iter().filter(|(port, _)| carries(traffic, *port));
                opened.map(|(port, name)| (*port, (*name).to_owned())).collect()
            };
            let admin = open(&ADMIN_PORTS).into_iter();
            warnings.extend(admin.map(|(port, name)| Warning::AdminPort { port, name, prefix }));
            let databases = open(&DATABASE_PORTS).into_iter();
            warnings.extend(databases.map(|(port, name)| Warning::DatabasePort { port, name, prefix }));
        }
        let n_addresses = cover::n_addresses(prefix);
        if prefix.n_bits() == 0 {
            warnings.push(Warning::Everybody { policy: policy.clone(), prefix });
        } else if n_addresses > PREFIX_ADDRESSES_MAX {
            warnings.push(Warning::WidePrefix { policy: policy.clone(), prefix, n_addresses });
        }
    }
    match (traffic.protocol(), traffic.ports()) {
        (None, _) => warnings.push(Warning::AllTraffic { policy }),
        (Some(1 | 58), RulePorts::All) => warnings.push(Warning::AllIcmp { policy }),
        (Some(6 | 17), RulePorts::All) => warnings.push(Warning::ManyPorts { policy, n: 65_536 }),
        (_, RulePorts::Range { first, last }) if first < last && !is_for_replies(traffic) => {
            warnings.push(Warning::ManyPorts { policy, n: u32::from(last - first) + 1 });
        }
        _ => {}
    }
    warnings
}

/// Whether it is what a network ACL needs for replies; nobody listens on most of these ports.
fn is_for_replies(traffic: Traffic) -> bool {
    let super::PortSpan { from, to } = super::EPHEMERAL_PORTS;
    traffic.ports() == RulePorts::Range { first: from, last: to }
}

fn carries(traffic: Traffic, port: u16) -> bool {
    match (traffic.protocol(), traffic.ports()) {
        (None, _) | (Some(6 | 17), RulePorts::All) => true,
        (_, RulePorts::Range { first, last }) => (first..=last).contains(&port),
        _ => false,
    }
}

fn is_public(prefix: Prefix) -> bool {
    let is_private = |address: Address| address.is_private();
    !(is_private(prefix.base()) && is_private(prefix.last()))
}
