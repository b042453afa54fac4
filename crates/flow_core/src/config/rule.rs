//! One rule of a security group and one entry of a network ACL, as AWS means them; how they print in AWS's words.
//!
//! What a rule decides together with others is not here.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::Prefix;
use crate::record::name::protocol_name;

/// Protocol numbers that have ports in a rule.
const TCP: u8 = 6;
const UDP: u8 = 17;
/// Protocol numbers whose "ports" in a rule are a message's type and code.
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Seen from the interface (a group's rule) or the subnet (an ACL's entry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RuleDirection {
    Ingress,
    Egress,
}

impl RuleDirection {
    pub const BOTH: [RuleDirection; 2] = [RuleDirection::Ingress, RuleDirection::Egress];

    pub const fn of_egress(is_egress: bool) -> RuleDirection {
        if is_egress { RuleDirection::Egress } else { RuleDirection::Ingress }
    }

    pub const fn opposite(self) -> RuleDirection {
        match self {
            RuleDirection::Ingress => RuleDirection::Egress,
            RuleDirection::Egress => RuleDirection::Ingress,
        }
    }

    /// As AWS writes it: `inbound`, `outbound`.
    pub const fn name(self) -> &'static str {
        match self {
            RuleDirection::Ingress => "inbound",
            RuleDirection::Egress => "outbound",
        }
    }
}

/// Which packets of its protocol a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RulePorts {
    All,
    /// Destination ports, both ends included; TCP and UDP only.
    Range {
        first: u16,
        last: u16,
    },
    /// ICMP and ICMPv6 only; no code means every code of the type.
    Icmp {
        icmp_type: u8,
        code: Option<u8>,
    },
}

/// Protocol and ports of a rule. Equal traffic has one spelling: a protocol without ports has `All`, and so has a
/// range over all ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Traffic {
    protocol: Option<u8>,
    ports: RulePorts,
}

/// Why a rule's protocol or ports cannot be what AWS wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TrafficMistake {
    UnknownProtocol,
    PortOutOfRange,
    PortsReversed,
    IcmpOutOfRange,
}

impl Traffic {
    /// Every protocol, every port.
    pub const ALL: Traffic = Traffic { protocol: None, ports: RulePorts::All };

    /// Reads `IpProtocol` (`-1`, a number, or one of the names that AWS takes) with `FromPort` and `ToPort`; for
    /// ICMP these are type and code. An absent port is -1: all.
    ///
    /// AWS: for a protocol other than TCP, UDP, ICMP and ICMPv6 all ports are allowed, whichever are given.
    pub fn read(protocol: &str, from: Option<i64>, to: Option<i64>) -> Result<Traffic, TrafficMistake> {
        let Some(protocol) = read_protocol(protocol)? else { return Ok(Traffic::ALL) };
        let (from, to) = (from.unwrap_or(-1), to.unwrap_or(-1));
        let ports = match protocol {
            TCP | UDP => read_ports(from, to)?,
            ICMP | ICMPV6 => read_icmp(from, to)?,
            _ => RulePorts::All,
        };
        Ok(Traffic { protocol: Some(protocol), ports })
    }

    /// `None` is every protocol.
    pub const fn protocol(self) -> Option<u8> {
        self.protocol
    }

    pub const fn ports(self) -> RulePorts {
        self.ports
    }
}

fn read_protocol(text: &str) -> Result<Option<u8>, TrafficMistake> {
    let known = match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => return Ok(None),
        "tcp" => TCP,
        "udp" => UDP,
        "icmp" => ICMP,
        "icmpv6" => ICMPV6,
        number => number.parse().map_err(|_| TrafficMistake::UnknownProtocol)?,
    };
    Ok(Some(known))
}

fn read_ports(from: i64, to: i64) -> Result<RulePorts, TrafficMistake> {
    if (from, to) == (-1, -1) {
        return Ok(RulePorts::All);
    }
    let port = |number: i64| u16::try_from(number).map_err(|_| TrafficMistake::PortOutOfRange);
    match (port(from)?, port(to)?) {
        (0, u16::MAX) => Ok(RulePorts::All),
        (first, last) if first <= last => Ok(RulePorts::Range { first, last }),
        _ => Err(TrafficMistake::PortsReversed),
    }
}

fn read_icmp(icmp_type: i64, code: i64) -> Result<RulePorts, TrafficMistake> {
    if icmp_type == -1 {
        return Ok(RulePorts::All);
    }
    let byte = |number: i64| u8::try_from(number).map_err(|_| TrafficMistake::IcmpOutOfRange);
    let code = if code == -1 { None } else { Some(byte(code)?) };
    Ok(RulePorts::Icmp { icmp_type: byte(icmp_type)?, code })
}

impl fmt::Display for Traffic {
    /// `tcp 443`, `udp 5000-5010`, `icmp type 8`, `protocol 47`, `all traffic`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(protocol) = self.protocol else { return f.write_str("all traffic") };
        write_protocol(f, protocol)?;
        match self.ports {
            RulePorts::All => Ok(()),
            RulePorts::Range { first, last } if first == last => write!(f, " {first}"),
            RulePorts::Range { first, last } => write!(f, " {first}-{last}"),
            RulePorts::Icmp { icmp_type, code: None } => write!(f, " type {icmp_type}"),
            RulePorts::Icmp { icmp_type, code: Some(code) } => write!(f, " type {icmp_type} code {code}"),
        }
    }
}

pub(super) fn write_protocol(f: &mut fmt::Formatter<'_>, protocol: u8) -> fmt::Result {
    match protocol {
        // The names that AWS takes for rules; any other protocol is a number there.
        TCP | UDP | ICMP | ICMPV6 => f.write_str(protocol_name(protocol.into()).unwrap_or_default()),
        _ => write!(f, "protocol {protocol}"),
    }
}

/// The other end that a group's rule admits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Peer {
    Cidr(Prefix),
    /// `pl-…`
    PrefixList(String),
    /// `sg-…`: the private addresses of its interfaces.
    Group(String),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Cidr(prefix) => prefix.fmt(f),
            Peer::PrefixList(id) | Peer::Group(id) => f.write_str(id),
        }
    }
}

/// What a security group admits; there are no rules that refuse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    pub direction: RuleDirection,
    pub traffic: Traffic,
    pub peer: Peer,
    /// `sgr-…`, where `describe-security-group-rules` was read.
    pub id: Option<String>,
    pub description: Option<String>,
}

impl fmt::Display for SecurityGroupRule {
    /// `inbound tcp 443 from 10.0.0.0/16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.direction {
            RuleDirection::Ingress => "from",
            RuleDirection::Egress => "to",
        };
        write!(f, "{} {} {word} {}", self.direction.name(), self.traffic, self.peer)
    }
}

/// One numbered entry of a network ACL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AclEntry {
    pub direction: RuleDirection,
    /// Entries are tried by this, smallest first.
    pub number: u32,
    pub cidr: Prefix,
    pub traffic: Traffic,
    pub is_allow: bool,
}

/// From here on an ACL has its own last entries, which deny all and which the console shows as `*`: 32767 for IPv4,
/// 32768 for IPv6. People can number up to 32766.
pub const ACL_STAR_NUMBER: u32 = 32_767;

/// In the place of an entry's number that is still to be chosen, since the ACL's entries are not described; people can
/// number from 1.
pub const NUMBER_TO_CHOOSE: u32 = 0;

impl AclEntry {
    /// `100`, `*` for the entry that every ACL ends in, `?` for one that has no number yet.
    pub fn label(&self) -> String {
        match self.number {
            NUMBER_TO_CHOOSE => "?".to_owned(),
            ACL_STAR_NUMBER.. => "*".to_owned(),
            number => number.to_string(),
        }
    }
}

impl fmt::Display for AclEntry {
    /// `inbound rule 100: allow tcp 443 from 0.0.0.0/0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = if self.is_allow { "allow" } else { "deny" };
        let word = match self.direction {
            RuleDirection::Ingress => "from",
            RuleDirection::Egress => "to",
        };
        let direction = self.direction.name();
        write!(f, "{direction} rule {}: {action} {} {word} {}", self.label(), self.traffic, self.cidr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(protocol: &str, from: i64, to: i64) -> String {
        match Traffic::read(protocol, Some(from), Some(to)) {
            Ok(traffic) => traffic.to_string(),
            Err(mistake) => format!("{mistake:?}"),
        }
    }

    #[test]
    fn protocols_are_names_and_numbers() {
        assert_eq!(read("tcp", 443, 443), "tcp 443");
        assert_eq!(read("6", 443, 443), "tcp 443");
        assert_eq!(read("17", 53, 53), "udp 53", "17 is UDP");
        assert_eq!(read("27", 53, 53), "protocol 27", "27 is not UDP");
        assert_eq!(read("-1", 22, 22), "all traffic", "ports mean nothing here");
        assert_eq!(read("47", 22, 22), "protocol 47", "AWS ignores the ports of other protocols");
        for text in ["", "tpc", "256", "-2", "6 "] {
            assert_eq!(read(text, 1, 1), "UnknownProtocol", "{text:?}");
        }
    }

    #[test]
    fn ports_are_ranges_and_equal_ones_have_one_spelling() {
        assert_eq!(read("tcp", 8080, 8099), "tcp 8080-8099");
        assert_eq!(read("tcp", 0, 65535), "tcp");
        assert_eq!(read("tcp", -1, -1), "tcp");
        assert_eq!(Traffic::read("udp", None, None), Traffic::read("udp", Some(0), Some(65535)));
        assert_eq!(read("tcp", 443, 80), "PortsReversed");
        assert_eq!(read("tcp", 0, 70000), "PortOutOfRange");
        assert_eq!(read("udp", -1, 53), "PortOutOfRange");
    }

    #[test]
    fn icmp_has_a_type_and_a_code() {
        assert_eq!(read("icmp", -1, -1), "icmp");
        assert_eq!(read("icmp", 8, -1), "icmp type 8");
        assert_eq!(read("icmp", 3, 4), "icmp type 3 code 4");
        assert_eq!(read("icmpv6", 128, 0), "icmpv6 type 128 code 0");
        assert_eq!(read("icmp", 300, 0), "IcmpOutOfRange");
    }
}
