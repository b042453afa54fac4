//! The rule that misses a flow by least, and by what.
//!
//! Which rule that is is a judgement for people: a rule with the right port for another source tells more than one with
//! the right source for another port, because a source of 0.0.0.0/0 fits everything.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::decision::Answer;
use super::flow::Flow;
use super::remote::Remote;
use crate::config::rule::{Peer, RuleDirection, RulePorts, Traffic, write_protocol};
use crate::record::{Address, Prefix};

/// What of a rule does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Aspect {
    Cidr,
    Group,
    PrefixList,
    Port,
    Protocol,
    Direction,
    /// An entry of a network ACL that fits, but comes after one that denies.
    Order,
}

impl Aspect {
    /// As an export names it.
    pub const fn name(self) -> &'static str {
        match self {
            Aspect::Cidr => "cidr",
            Aspect::Group => "group",
            Aspect::PrefixList => "prefix-list",
            Aspect::Port => "port",
            Aspect::Protocol => "protocol",
            Aspect::Direction => "direction",
            Aspect::Order => "order",
        }
    }

    const fn weight(self) -> u32 {
        match self {
            Aspect::Order => 0,
            Aspect::Cidr | Aspect::Group | Aspect::PrefixList => 2,
            Aspect::Port => 4,
            Aspect::Protocol => 8,
            Aspect::Direction => 12,
        }
    }
}

/// What rules have in common, be they of groups or of ACLs.
pub(super) struct Candidate<'a> {
    pub direction: RuleDirection,
    pub traffic: Traffic,
    pub peer: &'a Peer,
    /// Whether the peer stands for the flow's remote end.
    pub is_peer: Answer,
}

/// A rule that does not admit a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// `sg-…` or `acl-…`
    pub policy: String,
    /// `sgr-…`, where it is known, or the number of an entry.
    pub rule: Option<String>,
    /// What the rule says: `inbound tcp 443 from 10.0.0.0/16`.
    pub text: String,
    /// Not empty.
    pub misses: Vec<Aspect>,
    /// Why it misses: `the source 10.1.4.7 is outside its CIDR`.
    pub because: String,
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.policy)?;
        // An entry's text has its number.
        if let Some(rule) = self.rule.as_ref().filter(|rule| rule.starts_with("sgr-")) {
            write!(f, " {rule}")?;
        }
        write!(f, ", {}: {}", self.text, self.because)
    }
}

impl Candidate<'_> {
    /// What does not fit; empty where all does, or may.
    pub fn misses(&self, flow: &Flow) -> Vec<Aspect> {
        let mut misses = Vec::new();
        if self.is_peer == Answer::No {
            misses.push(match self.peer {
                Peer::Cidr(_) => Aspect::Cidr,
                Peer::Group(_) => Aspect::Group,
                Peer::PrefixList(_) => Aspect::PrefixList,
            });
        }
        if let (RulePorts::Range { first, last }, Some(port)) =
            (self.traffic.ports(), flow.destination_port())
            && !(first..=last).contains(&port)
        {
            misses.push(Aspect::Port);
        }
        if self.traffic.protocol().is_some_and(|protocol| protocol != flow.protocol) {
            misses.push(Aspect::Protocol);
        }
        if self.direction != flow.direction {
            misses.push(Aspect::Direction);
        }
        misses
    }

    /// How far off it is: what misses, then by how much. `None` for a rule that says nothing about the flow: one of the
    /// other direction that is not of this protocol and port in particular, as the one that lets everything out.
    pub fn distance(&self, flow: &Flow, misses: &[Aspect]) -> Option<(u32, u32)> {
        if misses.contains(&Aspect::Direction) {
            let is_particular = matches!(self.traffic.ports(), RulePorts::Range { .. });
            if !is_particular || misses.contains(&Aspect::Protocol) || misses.contains(&Aspect::Port) {
                return None;
            }
        }
        let weight = misses.iter().map(|aspect| aspect.weight()).sum();
        let remote = match self.peer {
            _ if self.is_peer != Answer::No => 0,
            Peer::Cidr(prefix) => n_bits_missed(*prefix, flow.remote),
            Peer::Group(_) | Peer::PrefixList(_) => BITS_OF_REFERENCE,
        };
        let port = match (self.traffic.ports(), flow.destination_port()) {
            (RulePorts::Range { first, last }, Some(port)) => {
                u32::from(first.saturating_sub(port)).max(u32::from(port.saturating_sub(last)))
            }
            _ => 0,
        };
        Some((weight, remote << 16 | port))
    }

    /// The reasons in words, joined.
    pub fn because(&self, flow: &Flow, misses: &[Aspect]) -> String {
        let end = match flow.direction {
            RuleDirection::Ingress => "source",
            RuleDirection::Egress => "destination",
        };
        let word = |aspect: &Aspect| match (aspect, self.peer) {
            (Aspect::Cidr, Peer::Cidr(prefix)) if prefix.base().family() != flow.remote.family() => {
                format!("the {end} {} is {}", flow.remote, family_word(flow.remote))
            }
            (Aspect::Cidr, _) => format!("the {end} {} is outside its CIDR", flow.remote),
            (Aspect::Group, peer) => format!("the {end} {} is no interface of {peer}", flow.remote),
            (Aspect::PrefixList, peer) => format!("the {end} {} is in no entry of {peer}", flow.remote),
            (Aspect::Port, _) => {
                let port = flow.destination_port().unwrap_or_default();
                format!("the port {port} is outside its port range")
            }
            (Aspect::Protocol, _) => format!("the protocol is {}", ProtocolWord(flow.protocol)),
            (Aspect::Direction, _) => format!("the traffic is {}", flow.direction.name()),
            (Aspect::Order, _) => "a rule with a smaller number denies first".to_owned(),
        };
        misses.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

/// What a group or prefix list counts as in bits: a CIDR that shares its first half with the address is nearer.
const BITS_OF_REFERENCE: u32 = 16;
/// A CIDR of the other family is farther than any of the same.
const BITS_OF_OTHER_FAMILY: u32 = 256;

/// What a remote end that does not fit is off by.
pub(super) fn n_bits_missed_by(remote: Remote, address: Address) -> u32 {
    match remote {
        Remote::Cidr(prefix) => n_bits_missed(prefix, address),
        Remote::Reference(_) => BITS_OF_REFERENCE,
    }
}

/// How many of the prefix's bits the address does not share.
fn n_bits_missed(prefix: Prefix, address: Address) -> u32 {
    let n_shared = match (prefix.base(), address) {
        (Address::V4(base), Address::V4(bits)) => (base ^ bits).leading_zeros(),
        (Address::V6(base), Address::V6(bits)) => (base ^ bits).leading_zeros(),
        _ => return BITS_OF_OTHER_FAMILY,
    };
    u32::from(prefix.n_bits()).saturating_sub(n_shared)
}

const fn family_word(address: Address) -> &'static str {
    match address {
        Address::V4(_) => "an IPv4 address",
        Address::V6(_) => "an IPv6 address",
        Address::Mac(_) => "a MAC address",
    }
}

struct ProtocolWord(u8);

impl fmt::Display for ProtocolWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_protocol(f, self.0)
    }
}
