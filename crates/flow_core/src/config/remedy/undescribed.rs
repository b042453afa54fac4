//! Edits for interfaces of which nothing is described: ids and numbers are left to be looked up, at the first of several.

use super::acl_plan::{ephemeral_words, unnumbered};
use super::cover;
use super::group_plan::rules;
use super::warning::warnings;
use super::{Change, Opens, RULES_MAX, RefusedBy, Remedy, Side, Wanted, Way};
use crate::config::configuration::Configuration;
use crate::config::edit::{ACL_TO_LOOK_UP, GROUP_TO_LOOK_UP, RuleEdit};
use crate::config::rule::{Peer, Traffic};
use crate::record::Prefix;

pub(super) fn remedy(wanted: &Wanted, request: Traffic, reply: Traffic) -> Remedy {
    let edits_for = |cidrs: &[Prefix], is_acl: bool| {
        let cidrs = cidrs.to_vec();
        if !is_acl {
            let peers = cidrs.into_iter().map(Peer::Cidr).collect();
            return rules(GROUP_TO_LOOK_UP, wanted.direction, request, peers);
        }
        let mut edits = match wanted.refused_by {
            RefusedBy::NetworkAclReturn => Vec::new(),
            _ => unnumbered(ACL_TO_LOOK_UP, wanted.direction, request, cidrs.clone()),
        };
        edits.extend(unnumbered(ACL_TO_LOOK_UP, wanted.direction.opposite(), reply, cidrs));
        edits
    };
    let is_acl = matches!(wanted.refused_by, RefusedBy::NetworkAcl | RefusedBy::NetworkAclReturn);
    let peers = wanted.addresses();
    let exact = cover::exactly(&peers);
    let change = |way, edits, opens| change(wanted, way, edits, opens);
    let main = change(Way::Addresses, edits_for(&exact, is_acl), Vec::new());
    let mut alternatives = Vec::new();
    if exact.len() > RULES_MAX
        && let Some(summary) = cover::summary(&peers, RULES_MAX)
    {
        let edits = edits_for(&summary, is_acl);
        let policy = edits.first().map_or(String::new(), |edit| edit.policy().to_owned());
        let counted = summary.iter().map(|prefix| (*prefix, cover::n_strangers(&[*prefix], &peers)));
        let opens = counted.filter(|(_, n)| *n > 0).map(|(prefix, n)| {
            let policy = policy.clone();
            Opens::Strangers { policy, prefix, n }
        });
        alternatives.push(change(Way::Summary, edits, opens.collect()));
    }
    if wanted.refused_by == RefusedBy::GroupOrAcl {
        alternatives.push(change(Way::NetworkAcl, edits_for(&exact, true), Vec::new()));
    }
    let notes = notes(wanted, is_acl);
    Remedy { change: main, notes, alternatives, cannot: None }
}

fn change(wanted: &Wanted, way: Way, edits: Vec<RuleEdit>, opens: Vec<Opens>) -> Change {
    let sides = edits.iter().map(|_| Side::Own).collect();
    let warnings = warnings(&Configuration::default(), &edits);
    Change { way, edits, sides, looked_up: wanted.interfaces.first().cloned(), opens, warnings, proof: None }
}

fn notes(wanted: &Wanted, is_acl: bool) -> Vec<String> {
    let interface = wanted.interfaces.first().map_or("the interface", String::as_str);
    let mut notes = vec![format!(
        "{interface} is not described, so ids are looked up and nothing is proved. Add the outputs of `aws ec2 \
         describe-network-interfaces`, `describe-security-groups`, `describe-network-acls` and `describe-subnets` to \
         have it proved."
    )];
    if is_acl {
        notes.push(
            "The number must be free and smaller than that of the entry that denies. Leave out an entry that is there \
             already."
                .to_owned(),
        );
        if wanted.has_ports() {
            notes.push(ephemeral_words());
        }
    }
    if wanted.refused_by == RefusedBy::GroupOrAcl {
        notes.push(
            "Either refused it. Look at the security group first: where no rule of it fits, this is the fix. Where one \
             does, take the entries of the network ACL."
                .to_owned(),
        );
    }
    if let [_, others @ ..] = &wanted.interfaces[..]
        && !others.is_empty()
    {
        let interfaces = if others.len() == 1 { "interface" } else { "interfaces" };
        notes.push(format!(
            "This is for {interface}. The same is needed at {} more {interfaces}, unless they share its group or ACL.",
            others.len()
        ));
    }
    if !is_acl {
        notes.push("Where the interface has several groups, the first is taken.".to_owned());
    }
    notes
}
