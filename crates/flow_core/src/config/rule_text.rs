//! Rules as a person types them: in the words in which they print, `inbound tcp 443 from 10.0.0.0/16`.
//!
//! What prints is read again as the same rule; a few shorter words are understood, too.

use std::fmt;

use super::rule::{ACL_STAR_NUMBER, AclEntry, Peer, RuleDirection, SecurityGroupRule, Traffic};
use crate::record::{Address, Prefix};

/// Why a text is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleTextMistake {
    Direction,
    Traffic,
    Peer,
    Cidr,
    Number,
    Action,
}

impl fmt::Display for RuleTextMistake {
    /// What is expected, with an example.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RuleTextMistake::Direction => "A rule begins with inbound or outbound",
            RuleTextMistake::Traffic => {
                "After the direction comes what it is about: tcp 443, udp 5000-5010, icmp type 8, protocol 47 or all \
                 traffic"
            }
            RuleTextMistake::Peer => {
                "A rule ends with from (inbound) or to (outbound) and a CIDR, sg-… or pl-…, such as from 10.0.0.0/16"
            }
            RuleTextMistake::Cidr => {
                "An entry ends with from (inbound) or to (outbound) and a CIDR, such as from 10.0.0.0/16"
            }
            RuleTextMistake::Number => "After the direction comes the number of the entry, 1 to 32766: rule 100:",
            RuleTextMistake::Action => "After the number comes allow or deny",
        })
    }
}

impl SecurityGroupRule {
    /// Reads `inbound tcp 443 from 10.0.0.0/16`; the rule has neither id nor description.
    pub fn from_text(text: &str) -> Result<SecurityGroupRule, RuleTextMistake> {
        let (direction, rest) = direction(text)?;
        let (traffic, peer) = remote(direction, rest).ok_or(RuleTextMistake::Peer)?;
        let peer = if is_id(peer, "sg-") {
            Peer::Group(peer.to_owned())
        } else if is_id(peer, "pl-") {
            Peer::PrefixList(peer.to_owned())
        } else {
            Peer::Cidr(cidr(peer).ok_or(RuleTextMistake::Peer)?)
        };
        let traffic = read_traffic(traffic).ok_or(RuleTextMistake::Traffic)?;
        Ok(SecurityGroupRule { direction, traffic, peer, id: None, description: None })
    }
}

impl AclEntry {
    /// Reads `inbound rule 100: allow tcp 443 from 10.0.0.0/16`.
    pub fn from_text(text: &str) -> Result<AclEntry, RuleTextMistake> {
        let (direction, rest) = direction(text)?;
        let rest = rest.strip_prefix("rule ").unwrap_or(rest);
        let (number, rest) = word(rest);
        let number = number.trim_end_matches(':').parse().ok();
        let number: u32 =
            number.filter(|number| (1..ACL_STAR_NUMBER).contains(number)).ok_or(RuleTextMistake::Number)?;
        let (action, rest) = word(rest);
        let is_allow = match action {
            "allow" => true,
            "deny" => false,
            _ => return Err(RuleTextMistake::Action),
        };
        let (traffic, peer) = remote(direction, rest).ok_or(RuleTextMistake::Cidr)?;
        Ok(AclEntry {
            direction,
            number,
            cidr: cidr(peer).ok_or(RuleTextMistake::Cidr)?,
            traffic: read_traffic(traffic).ok_or(RuleTextMistake::Traffic)?,
            is_allow,
        })
    }
}

fn direction(text: &str) -> Result<(RuleDirection, &str), RuleTextMistake> {
    let (direction, rest) = word(text);
    match direction {
        "inbound" | "ingress" | "in" => Ok((RuleDirection::Ingress, rest)),
        "outbound" | "egress" | "out" => Ok((RuleDirection::Egress, rest)),
        _ => Err(RuleTextMistake::Direction),
    }
}

/// What stands before `from` or `to`, and the one word after it.
fn remote(direction: RuleDirection, text: &str) -> Option<(&str, &str)> {
    let between = match direction {
        RuleDirection::Ingress => " from ",
        RuleDirection::Egress => " to ",
    };
    let (traffic, peer) = text.split_once(between)?;
    let peer = peer.trim();
    (!peer.is_empty() && !peer.contains(char::is_whitespace)).then_some((traffic.trim(), peer))
}

fn read_traffic(text: &str) -> Option<Traffic> {
    if matches!(text, "all traffic" | "all") {
        return Some(Traffic::ALL);
    }
    let (protocol, ports) = match text.strip_prefix("protocol ") {
        Some(number) => word(number),
        None => word(text),
    };
    let (from, to) = match ports.strip_prefix("type ") {
        Some(icmp) => match icmp.split_once(" code ") {
            Some((icmp_type, code)) => (number(icmp_type)?, number(code)?),
            None => (number(icmp)?, None),
        },
        None => match ports.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None if ports.is_empty() => (None, None),
            None => (number(ports)?, number(ports)?),
        },
    };
    let has_numbers = from.is_some();
    let traffic = Traffic::read(protocol, from, to).ok()?;
    // A protocol without ports would pass over what was typed after it.
    let is_understood = !has_numbers
        || traffic.ports() != super::rule::RulePorts::All
        || (from, to) == (Some(0), Some(65_535));
    (traffic != Traffic::ALL && is_understood).then_some(traffic)
}

fn number(text: &str) -> Option<Option<i64>> {
    text.trim().parse::<u32>().ok().map(|number| Some(i64::from(number)))
}

/// A network, or an address as the network of itself alone.
fn cidr(text: &str) -> Option<Prefix> {
    Prefix::parse(text).or_else(|| match Address::parse(text.as_bytes())? {
        address @ Address::V4(_) => Prefix::new(address, 32),
        address @ Address::V6(_) => Prefix::new(address, 128),
        Address::Mac(_) => None,
    })
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// The first word, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prints_is_read_again() {
        for text in [
            "inbound tcp 443 from 10.0.0.0/16",
            "inbound tcp from 0.0.0.0/0",
            "outbound udp 5000-5010 to 2001:db8::/32",
            "inbound icmp type 3 code 4 from sg-0a1b",
            "inbound icmpv6 from ::/0",
            "outbound protocol 47 to pl-0c2d",
            "outbound all traffic to 0.0.0.0/0",
        ] {
            assert_eq!(SecurityGroupRule::from_text(text).unwrap().to_string(), text);
        }
        for text in [
            "inbound rule 100: allow tcp 443 from 10.0.0.0/16",
            "outbound rule 32766: deny all traffic to ::/0",
        ] {
            assert_eq!(AclEntry::from_text(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn shorter_words_are_understood() {
        for (short, long) in [
            ("in tcp 22 from 10.0.0.5", "inbound tcp 22 from 10.0.0.5/32"),
            ("egress all to 2001:db8::1", "outbound all traffic to 2001:db8::1/128"),
            ("  inbound   6 443 from 10.1.2.3/16 ", "inbound tcp 443 from 10.1.0.0/16"),
            ("inbound tcp 0-65535 from 10.0.0.0/8", "inbound tcp from 10.0.0.0/8"),
        ] {
            assert_eq!(SecurityGroupRule::from_text(short).unwrap().to_string(), long);
        }
        let entry = AclEntry::from_text("in 100 allow udp 53 from 10.0.0.0/8").unwrap();
        assert_eq!(entry.to_string(), "inbound rule 100: allow udp 53 from 10.0.0.0/8");
    }

    #[test]
    fn what_is_no_rule_says_what_is_expected() {
        use RuleTextMistake::{Action, Cidr, Direction, Number, Peer, Traffic};
        for (text, mistake) in [
            ("", Direction),
            ("tcp 443 from 10.0.0.0/16", Direction),
            ("inbound tcp 443", Peer),
            ("inbound tcp 443 to 10.0.0.0/16", Peer),
            ("inbound tcp 443 from 10.0.0.0/33", Peer),
            ("inbound tcp 443 from sg-", Peer),
            ("inbound tcp 443 from sg-1; rm", Peer),
            ("inbound tcpp 443 from 10.0.0.0/16", Traffic),
            ("inbound tcp 443-80 from 10.0.0.0/16", Traffic),
            ("inbound tcp 70000 from 10.0.0.0/16", Traffic),
            ("inbound tcp 443 444 from 10.0.0.0/16", Traffic),
            ("inbound protocol 47 443 from 10.0.0.0/16", Traffic),
            ("inbound -1 443 from 10.0.0.0/16", Traffic),
        ] {
            assert_eq!(SecurityGroupRule::from_text(text).unwrap_err(), mistake, "{text}");
        }
        for (text, mistake) in [
            ("inbound allow tcp 443 from 10.0.0.0/16", Number),
            ("inbound rule 32767: allow tcp 443 from 10.0.0.0/16", Number),
            ("inbound rule 100: permit tcp 443 from 10.0.0.0/16", Action),
            ("inbound rule 100: allow tcp 443 from sg-1", Cidr),
        ] {
            assert_eq!(AclEntry::from_text(text).unwrap_err(), mistake, "{text}");
        }
    }
}
