//! Entries of network ACLs: for requests one way and for replies the other, with numbers that come before whatever denies.

use std::collections::BTreeSet;

use super::cannot::CannotFix;
use super::plan::{Draft, Planner};
use super::probe::{End, Missing};
use super::wanted::EPHEMERAL_PORTS;
use crate::config::edit::{ACL_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{ACL_STAR_NUMBER, AclEntry, NUMBER_TO_CHOOSE, RuleDirection, RulePorts, Traffic};
use crate::record::{Address, Prefix};

/// Between new entries, where there is room: as AWS advises, so that others fit between them later.
const NUMBER_STEP: u32 = 10;

impl Planner<'_> {
    /// Entries for what the ACL of an end does not let through for certain.
    pub fn mend_acl(&self, end: &End, missing: &Missing, draft: &mut Draft) {
        if missing.acl_request.is_empty() && missing.acl_reply.is_empty() {
            return;
        }
        let parts = [
            (end.direction, self.request, &missing.acl_request),
            (end.direction.opposite(), self.reply, &missing.acl_reply),
        ];
        let acl = self.network_acl_of(end);
        for (direction, traffic, addresses) in parts {
            if addresses.is_empty() {
                continue;
            }
            match acl {
                Some(acl) => self.add_entries(end, acl, (direction, traffic), addresses, draft),
                None => {
                    let cidrs = self.prefixes(end, addresses, draft.way);
                    draft.push_look_up(end, unnumbered(ACL_TO_LOOK_UP, direction, traffic, cidrs));
                }
            }
        }
        if !missing.acl_reply.is_empty() && self.wanted.has_ports() {
            draft.note(ephemeral_words());
        }
    }

    fn network_acl_of(&self, end: &End) -> Option<&str> {
        let subnet = self.configuration.interfaces.get(&end.interface)?.subnet.as_deref()?;
        self.configuration.network_acl_of(subnet).map(|(id, _)| id)
    }

    fn add_entries(
        &self,
        end: &End,
        acl: &str,
        (direction, traffic): (RuleDirection, Traffic),
        addresses: &[Address],
        draft: &mut Draft,
    ) {
        let cidrs = self.prefixes(end, addresses, draft.way);
        let entries = draft.configuration.network_acls.get(acl);
        let Some(entries) = entries.and_then(|acl| acl.entries.as_deref()) else {
            draft.note(format!(
                "The entries of {acl} are not all described, so their numbers are yours to choose."
            ));
            draft.push(end, unnumbered(acl, direction, traffic, cidrs));
            return;
        };
        let denying = entries.iter().filter(|entry| {
            entry.direction == direction
                && !entry.is_allow
                && may_meet(entry.traffic, traffic)
                && addresses.iter().any(|address| entry.cidr.contains(*address))
        });
        let before = denying.map(|entry| entry.number).min().unwrap_or(ACL_STAR_NUMBER).min(ACL_STAR_NUMBER);
        let taken: BTreeSet<u32> =
            entries.iter().filter(|entry| entry.direction == direction).map(|entry| entry.number).collect();
        let Some(numbers) = numbers(&taken, before, cidrs.len() as u32) else {
            draft.cannot = Some(CannotFix::NoNumberFree { acl: acl.to_owned(), direction });
            return;
        };
        let listed = match &numbers[..] {
            [one] => one.to_string(),
            [first, .., last] => format!("{first} to {last}"),
            [] => return,
        };
        let label = if before == ACL_STAR_NUMBER { "*".to_owned() } else { before.to_string() };
        draft.note(format!(
            "{acl} tries {} entries by their number and the first that fits decides: {listed} {} free and before {label}, \
             which denies.",
            direction.name(),
            if numbers.len() == 1 { "is" } else { "are" },
        ));
        let edit = |(number, cidr)| RuleEdit::AddAclEntry {
            acl: acl.to_owned(),
            entry: AclEntry { direction, number, cidr, traffic, is_allow: true },
        };
        draft.push(end, numbers.into_iter().zip(cidrs).map(edit).collect());
    }
}

/// Entries of an ACL whose numbers are not known.
pub(super) fn unnumbered(
    acl: &str,
    direction: RuleDirection,
    traffic: Traffic,
    cidrs: Vec<Prefix>,
) -> Vec<RuleEdit> {
    let edit = |cidr| RuleEdit::AddAclEntry {
        acl: acl.to_owned(),
        entry: AclEntry { direction, number: NUMBER_TO_CHOOSE, cidr, traffic, is_allow: true },
    };
    cidrs.into_iter().map(edit).collect()
}

pub(super) fn ephemeral_words() -> String {
    let super::PortSpan { from, to } = EPHEMERAL_PORTS;
    format!(
        "Replies go to the port that the initiator sent from. Linux takes 32768-60999, Windows 49152-65535, and load \
         balancers, NAT gateways and Lambda functions {from}-{to}, so the entry is for {from}-{to}."
    )
}

/// Whether a packet may be of both.
fn may_meet(a: Traffic, b: Traffic) -> bool {
    let (Some(protocol_a), Some(protocol_b)) = (a.protocol(), b.protocol()) else { return true };
    if protocol_a != protocol_b {
        return false;
    }
    match (a.ports(), b.ports()) {
        (RulePorts::Range { first: a, last: to_a }, RulePorts::Range { first: b, last: to_b }) => {
            a <= to_b && b <= to_a
        }
        _ => true,
    }
}

/// Free numbers before `before`, ascending: by tens after the last that is taken, else the last ones that are free.
fn numbers(taken: &BTreeSet<u32>, before: u32, n: u32) -> Option<Vec<u32>> {
    let last = taken.range(..before).next_back().copied().unwrap_or(0);
    let first = (last / NUMBER_STEP + 1) * NUMBER_STEP;
    if first + NUMBER_STEP * n.saturating_sub(1) < before {
        return Some((0..n).map(|at| first + at * NUMBER_STEP).collect());
    }
    let free = (1..before).rev().filter(|number| !taken.contains(number));
    let mut free: Vec<u32> = free.take(n as usize).collect();
    free.reverse();
    (free.len() == n as usize).then_some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(taken: &[u32], before: u32, n: u32) -> Option<Vec<u32>> {
        numbers(&taken.iter().copied().collect(), before, n)
    }

    #[test]
    fn numbers_come_before_what_denies() {
        assert_eq!(chosen(&[100], 100, 1), Some(vec![10]));
        assert_eq!(chosen(&[100, 110, 32_767], 32_767, 2), Some(vec![120, 130]));
        assert_eq!(chosen(&[90, 100], 100, 2), Some(vec![98, 99]), "no tens are left between");
        assert_eq!(chosen(&[97, 99, 100], 100, 2), Some(vec![96, 98]), "in the gaps");
        assert_eq!(chosen(&[1], 1, 1), None);
        assert_eq!(chosen(&[1, 2, 3], 3, 1), None);
    }
}
