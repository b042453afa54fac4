//! A rule cut down to what used it.
//!
//! What used a rule is observed elsewhere; that it was observed for long enough is for people to judge.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::RULES_MAX;
use super::cover;
use super::wanted::{PortSpan, TCP, UDP, traffic};
use crate::config::configuration::Configuration;
use crate::config::edit::{RuleEdit, admits_the_same};
use crate::config::rule::{Peer, RulePorts, SecurityGroupRule, Traffic};
use crate::record::{Address, Prefix};

/// A peer that sent something that a rule admitted, or was sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Use {
    pub peer: Address,
    /// IANA number.
    pub protocol: u8,
    /// The service's; absent where the log does not tell.
    pub port: Option<u16>,
}

/// Why a rule stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CannotTighten {
    /// Nothing used it. It can be removed, which is a decision of its own.
    Unused,
    AlreadyTight,
}

impl CannotTighten {
    pub const fn words(self) -> &'static str {
        match self {
            CannotTighten::Unused => {
                "Nothing used the rule in the time that the logs cover. Remove it if that is long enough."
            }
            CannotTighten::AlreadyTight => "All that the rule admits was used.",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tighter {
    /// The narrow rules first and the wide one last, so that nothing is cut in between.
    pub edits: Vec<RuleEdit>,
    /// Addresses that the rule admitted and the new ones do not, `u64::MAX` where there are more; absent where the other
    /// end is a group or a prefix list.
    pub n_addresses_less: Option<u64>,
    pub notes: Vec<String>,
    pub cannot: Option<CannotTighten>,
}

/// The rule of `group` as narrow as what used it, with at most [`RULES_MAX`] prefixes for a service. Uses that the rule
/// does not admit are left out. `rules` tells which of the narrow rules are there already.
pub fn tighter(
    rules: Option<&Configuration>,
    group: &str,
    rule: &SecurityGroupRule,
    uses: &[Use],
) -> Tighter {
    let nothing = |cannot| Tighter {
        edits: Vec::new(),
        n_addresses_less: None,
        notes: Vec::new(),
        cannot: Some(cannot),
    };
    let services = services(rule, uses);
    if services.is_empty() {
        return nothing(CannotTighten::Unused);
    }
    let mut narrow: Vec<SecurityGroupRule> = Vec::new();
    let mut prefixes: BTreeSet<Prefix> = BTreeSet::new();
    for (traffic, peers) in &services {
        let peers: Vec<Address> = peers.iter().copied().collect();
        for peer in narrow_peers(&rule.peer, &peers) {
            if let Peer::Cidr(prefix) = &peer {
                prefixes.insert(*prefix);
            }
            narrow.push(SecurityGroupRule { traffic: *traffic, peer, id: None, ..rule.clone() });
        }
    }
    if narrow.iter().any(|narrow| admits_the_same(narrow, rule)) {
        return nothing(CannotTighten::AlreadyTight);
    }
    let known = rules.and_then(|rules| rules.groups.get(group)?.rules.as_ref());
    let is_there =
        |narrow: &SecurityGroupRule| known.into_iter().flatten().any(|known| admits_the_same(known, narrow));
    let group = group.to_owned();
    let added = narrow.into_iter().filter(|narrow| !is_there(narrow));
    let mut edits: Vec<RuleEdit> =
        added.map(|rule| RuleEdit::AddGroupRule { group: group.clone(), rule }).collect();
    edits.push(RuleEdit::RemoveGroupRule { group, rule: rule.clone() });
    let n_addresses_less = match rule.peer {
        Peer::Cidr(prefix) => Some(n_less(prefix, &prefixes)),
        Peer::Group(_) | Peer::PrefixList(_) => None,
    };
    let mut notes = vec![
        "Only what used the rule in the time that the logs cover is kept; what runs once a month may be missing."
            .to_owned(),
    ];
    if uses.iter().any(|used| matches!(used.protocol, TCP | UDP) && used.port.is_none()) {
        notes.push("Some records have no port, so the ports of the rule are kept for them.".to_owned());
    }
    Tighter { edits, n_addresses_less, notes, cannot: None }
}

/// The traffic that used a rule, with the peers of each; ports next to each other that have the same peers are one.
fn services(rule: &SecurityGroupRule, uses: &[Use]) -> Vec<(Traffic, BTreeSet<Address>)> {
    let mut by_port: BTreeMap<(u8, u16), BTreeSet<Address>> = BTreeMap::new();
    let mut by_traffic: BTreeMap<Traffic, BTreeSet<Address>> = BTreeMap::new();
    for used in uses.iter().filter(|used| is_admitted(rule, used)) {
        match used.port.filter(|_| matches!(used.protocol, TCP | UDP)) {
            Some(port) => {
                by_port.entry((used.protocol, port)).or_default().insert(used.peer);
            }
            None => {
                // What the rule says of the protocol cannot be made narrower.
                let whole = match rule.traffic.protocol() {
                    Some(_) => rule.traffic,
                    None => traffic(used.protocol, None).unwrap_or(rule.traffic),
                };
                by_traffic.entry(whole).or_default().insert(used.peer);
            }
        }
    }
    let mut spans: Vec<(u8, PortSpan, BTreeSet<Address>)> = Vec::new();
    for ((protocol, port), peers) in by_port {
        match spans.last_mut() {
            Some((same, span, of)) if *same == protocol && span.to + 1 == port && *of == peers => {
                span.to = port;
            }
            _ => spans.push((protocol, PortSpan { from: port, to: port }, peers)),
        }
    }
    let spans = spans.into_iter().map(|(protocol, span, peers)| {
        let traffic = traffic(protocol, Some(span)).unwrap_or(rule.traffic);
        (traffic, peers)
    });
    spans.chain(by_traffic).collect()
}

fn is_admitted(rule: &SecurityGroupRule, used: &Use) -> bool {
    let is_protocol = rule.traffic.protocol().is_none_or(|protocol| protocol == used.protocol);
    let is_port = match (rule.traffic.ports(), used.port) {
        (RulePorts::Range { first, last }, Some(port)) => (first..=last).contains(&port),
        _ => true,
    };
    let is_peer = match rule.peer {
        Peer::Cidr(prefix) => prefix.contains(used.peer),
        Peer::Group(_) | Peer::PrefixList(_) => true,
    };
    is_protocol && is_port && is_peer
}

/// Never wider than `peer`: what holds two of its addresses, and is no wider than need be, is within it.
fn narrow_peers(peer: &Peer, used: &[Address]) -> Vec<Peer> {
    match peer {
        Peer::Cidr(_) => match cover::summary(used, RULES_MAX) {
            Some(prefixes) => prefixes.into_iter().map(Peer::Cidr).collect(),
            None => vec![peer.clone()],
        },
        Peer::Group(_) | Peer::PrefixList(_) => vec![peer.clone()],
    }
}

fn n_less(wide: Prefix, narrow: &BTreeSet<Prefix>) -> u64 {
    let outermost = narrow.iter().filter(|prefix| {
        !narrow.iter().any(|other| other.n_bits() < prefix.n_bits() && other.contains(prefix.base()))
    });
    let kept = outermost.fold(0u64, |sum, prefix| sum.saturating_add(cover::n_addresses(*prefix)));
    let all = cover::n_addresses(wide);
    if all == u64::MAX && kept < u64::MAX { all } else { all - kept }
}
