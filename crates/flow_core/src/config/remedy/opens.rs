//! What edits let through beyond what is wanted: for other interfaces, from others than the peers.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::Side;
use super::cover;
use super::holder::Holders;
use super::probe::End;
use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::config::edit::RuleEdit;
use crate::config::rule::Peer;
use crate::record::{Address, Prefix};

/// How many ids are listed; a default group may have thousands of interfaces.
pub const LISTED_MAX: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opens {
    /// The group is on these as well, so its new rules open them too.
    Interfaces { group: String, n: u32, listed: Vec<String> },
    /// The ACL guards these subnets as well.
    Subnets { acl: String, n: u32, listed: Vec<String> },
    /// The group that a rule refers to has interfaces that are no peers.
    Members { policy: String, group: String, n: u32, listed: Vec<String> },
    /// Addresses of a prefix that are no peers; `u64::MAX` where there are more.
    Strangers { policy: String, prefix: Prefix, n: u64 },
}

impl Opens {
    /// `sg-1 is on 2 other interfaces as well, which this opens too: eni-b, eni-c.`
    pub fn words(&self) -> String {
        match self {
            Opens::Interfaces { group, n, listed } => {
                let list = list(*n, listed);
                format!(
                    "{group} is on {} as well, which this opens too: {list}.",
                    count(*n, "other interface")
                )
            }
            Opens::Subnets { acl, n, listed } => {
                let list = list(*n, listed);
                format!("{acl} guards {} as well, which this opens too: {list}.", count(*n, "other subnet"))
            }
            Opens::Members { policy, group, n, listed } => {
                let list = list(*n, listed);
                let interfaces = count(*n, "interface");
                format!("{policy} also admits {interfaces} of {group} besides the peers: {list}.")
            }
            Opens::Strangers { policy, prefix, n: u64::MAX } => {
                format!("{policy} also admits more addresses of {prefix} than can be counted.")
            }
            Opens::Strangers { policy, prefix, n } => {
                let addresses = if *n == 1 { "1 address".to_owned() } else { format!("{n} addresses") };
                format!("{policy} also admits {addresses} of {prefix} besides the peers.")
            }
        }
    }
}

fn count(n: u32, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn list(n: u32, listed: &[String]) -> String {
    let n_more = n as usize - listed.len();
    let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
    format!("{}{more}", listed.join(", "))
}

/// For the additions among `edits`, each fact once.
pub(super) fn of(
    configuration: &Configuration,
    holders: &Holders<'_>,
    edits: &[RuleEdit],
    sides: &[Side],
    ends: &[End],
) -> Vec<Opens> {
    let side_of = |is_own: bool| Wanted::of(configuration, ends.iter().filter(|end| end.is_own == is_own));
    let (own, others) = (side_of(true), side_of(false));
    // Many edits are of one policy and of one side.
    let mut known: HashSet<(&str, bool)> = HashSet::new();
    let mut opens: Vec<Opens> = Vec::new();
    for (edit, side) in edits.iter().zip(sides) {
        let is_own = *side == Side::Own;
        let wanted = if is_own { &own } else { &others };
        let is_new = known.insert((edit.policy(), is_own));
        let of_edit = match edit {
            RuleEdit::AddGroupRule { group, rule } => {
                let others = || holders.members(group).iter().map(|(id, _)| *id);
                let of_policy =
                    is_new.then(|| counted(others().filter(|id| !wanted.interfaces.contains(id))));
                let of_policy = of_policy.filter(|(n, _)| *n > 0);
                let interfaces = |(n, listed)| Opens::Interfaces { group: group.clone(), n, listed };
                [of_policy.map(interfaces), beyond_peers(holders, group, &rule.peer, wanted)]
            }
            RuleEdit::AddAclEntry { acl, entry } => {
                let guarded = configuration.network_acls.get(acl).and_then(|acl| acl.subnets.as_ref());
                let others = || guarded.into_iter().flatten().map(String::as_str);
                let of_policy = is_new.then(|| counted(others().filter(|id| !wanted.subnets.contains(id))));
                let of_policy = of_policy.filter(|(n, _)| *n > 0);
                let subnets = |(n, listed)| Opens::Subnets { acl: acl.clone(), n, listed };
                [of_policy.map(subnets), beyond_peers(holders, acl, &Peer::Cidr(entry.cidr), wanted)]
            }
            RuleEdit::RemoveGroupRule { .. } | RuleEdit::RemoveAclEntry { .. } => [None, None],
        };
        for fact in of_edit.into_iter().flatten() {
            if !opens.contains(&fact) {
                opens.push(fact);
            }
        }
    }
    opens
}

/// What is wanted at the ends of one side together.
struct Wanted<'a> {
    interfaces: HashSet<&'a str>,
    subnets: HashSet<&'a str>,
    /// Each once, sorted.
    remotes: Vec<Address>,
}

impl<'a> Wanted<'a> {
    fn of(configuration: &'a Configuration, ends: impl Iterator<Item = &'a End> + Clone) -> Wanted<'a> {
        let subnet_of = |end: &End| configuration.interfaces.get(&end.interface)?.subnet.as_deref();
        let mut remotes: Vec<Address> = ends.clone().flat_map(|end| &end.remotes).copied().collect();
        remotes.arrange();
        remotes.dedup();
        Wanted {
            interfaces: ends.clone().map(|end| end.interface.as_str()).collect(),
            subnets: ends.filter_map(subnet_of).collect(),
            remotes,
        }
    }

    fn has(&self, address: Address) -> bool {
        self.remotes.binary_search(&address).is_ok()
    }
}

fn beyond_peers(holders: &Holders<'_>, policy: &str, peer: &Peer, wanted: &Wanted<'_>) -> Option<Opens> {
    let policy = policy.to_owned();
    match peer {
        Peer::Cidr(prefix) => {
            let n = cover::n_strangers(&[*prefix], &wanted.remotes);
            (n > 0).then_some(Opens::Strangers { policy, prefix: *prefix, n })
        }
        Peer::Group(group) => {
            let members = holders.members(group).iter();
            let strangers = members.filter(|(_, interface)| {
                let own = interface.addresses.iter().flatten();
                let delegated = interface.delegated.iter().flatten();
                let has_peer = own.clone().any(|address| wanted.has(*address))
                    || delegated
                        .clone()
                        .any(|prefix| wanted.remotes.iter().any(|remote| prefix.contains(*remote)));
                !has_peer
            });
            let (n, listed) = counted(strangers.map(|(id, _)| *id));
            (n > 0).then(|| Opens::Members { policy, group: group.clone(), n, listed })
        }
        Peer::PrefixList(_) => None,
    }
}

fn counted<'a>(ids: impl Iterator<Item = &'a str>) -> (u32, Vec<String>) {
    let mut n = 0;
    let mut listed = Vec::new();
    for id in ids {
        n += 1;
        if listed.len() < LISTED_MAX {
            listed.push(id.to_owned());
        }
    }
    (n, listed)
}
