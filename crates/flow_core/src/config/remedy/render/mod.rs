//! Edits as text that people run or check in: AWS CLI, Terraform, CloudFormation.
//!
//! Ids, names and descriptions come from files of others. Each passes through `quote` on its way out, so that it stays a
//! value, whatever is in it.

mod aws_cli;
mod cloudformation;
mod context;
mod quote;
mod terraform;

pub use aws_cli::{aws_cli, undo};
pub use cloudformation::cloudformation;
pub use context::Context;
pub use terraform::terraform;

use super::wanted::{TCP, UDP};
use crate::config::edit::{NUMBER_TO_CHOOSE, RuleEdit};
use crate::config::rule::{AclEntry, RulePorts, Traffic};

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// First and last port, or ICMP type and code where -1 is all; `None` for traffic without either.
fn ports(traffic: Traffic) -> Option<(i64, i64)> {
    match (traffic.ports(), traffic.protocol()) {
        (RulePorts::Range { first, last }, _) => Some((first.into(), last.into())),
        (RulePorts::Icmp { icmp_type, code }, _) => Some((icmp_type.into(), code.map_or(-1, i64::from))),
        (RulePorts::All, Some(TCP | UDP)) => Some((0, 65_535)),
        (RulePorts::All, Some(ICMP | ICMPV6)) => Some((-1, -1)),
        (RulePorts::All, _) => None,
    }
}

fn is_icmp(traffic: Traffic) -> bool {
    matches!(traffic.protocol(), Some(ICMP | ICMPV6))
}

/// As the rules of groups have it: `tcp`, `-1`, `47`.
fn group_protocol(traffic: Traffic) -> String {
    match traffic.protocol() {
        None => "-1".to_owned(),
        Some(TCP) => "tcp".to_owned(),
        Some(UDP) => "udp".to_owned(),
        Some(ICMP) => "icmp".to_owned(),
        Some(ICMPV6) => "icmpv6".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// As entries of network ACLs have it.
fn acl_protocol(traffic: Traffic) -> i64 {
    traffic.protocol().map_or(-1, i64::from)
}

/// For each edit: how many entries of its direction before it have a number that is still to be chosen.
fn offsets(edits: &[RuleEdit]) -> Vec<u32> {
    let unnumbered = |edit: &RuleEdit| match edit {
        RuleEdit::AddAclEntry { entry, .. } | RuleEdit::RemoveAclEntry { entry, .. } => {
            is_unnumbered(entry).then_some(entry.direction)
        }
        _ => None,
    };
    let offset = |at: usize| {
        let own = unnumbered(&edits[at]);
        edits[..at].iter().filter(|before| own.is_some() && unnumbered(before) == own).count() as u32
    };
    (0..edits.len()).map(offset).collect()
}

fn is_unnumbered(entry: &AclEntry) -> bool {
    entry.number == NUMBER_TO_CHOOSE
}
