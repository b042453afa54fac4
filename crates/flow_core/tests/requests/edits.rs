//! Edits as a line of text: `+ sg-1 inbound tcp 443 from 10.0.0.0/8`, `- acl-1 inbound rule 100: allow tcp from ::/0`.

use flow_core::config::{AclEntry, Configuration, Peer, RuleDirection, RuleEdit, SecurityGroupRule, Traffic};
use flow_core::record::Prefix;

/// # Panics
/// Where the line is none, or what it removes is not there.
pub fn read_edit(line: &str, configuration: &Configuration) -> RuleEdit {
    let (sign, rest) = line.split_once(' ').unwrap();
    let (policy, text) = rest.split_once(' ').unwrap();
    let id = policy.to_owned();
    match (sign, policy.starts_with("sg-")) {
        ("+", true) => RuleEdit::AddGroupRule { group: id, rule: read_rule(text) },
        ("-", true) => {
            let rules = configuration.groups[policy].rules.as_ref().unwrap();
            let rule = rules.iter().find(|rule| rule.to_string() == text);
            RuleEdit::RemoveGroupRule { rule: rule.unwrap_or_else(|| panic!("no {text}")).clone(), group: id }
        }
        ("+", false) => RuleEdit::AddAclEntry { acl: id, entry: read_entry(text) },
        _ => {
            let entries = configuration.network_acls[policy].entries.as_ref().unwrap();
            let entry = entries.iter().find(|entry| entry.to_string() == text);
            RuleEdit::RemoveAclEntry { entry: entry.unwrap_or_else(|| panic!("no {text}")).clone(), acl: id }
        }
    }
}

fn read_rule(text: &str) -> SecurityGroupRule {
    let (direction, text) = read_direction(text);
    let (traffic, peer) = read_traffic(text);
    let peer = match peer {
        group if group.starts_with("sg-") => Peer::Group(group.to_owned()),
        list if list.starts_with("pl-") => Peer::PrefixList(list.to_owned()),
        cidr => Peer::Cidr(Prefix::parse(cidr).unwrap()),
    };
    SecurityGroupRule { direction, traffic, peer, id: None, description: None }
}

fn read_entry(text: &str) -> AclEntry {
    let (direction, text) = read_direction(text);
    let (number, text) = text.strip_prefix("rule ").unwrap().split_once(": ").unwrap();
    let (word, text) = text.split_once(' ').unwrap();
    let (traffic, cidr) = read_traffic(text);
    AclEntry {
        direction,
        number: number.parse().unwrap(),
        cidr: Prefix::parse(cidr).unwrap(),
        traffic,
        is_allow: word == "allow",
    }
}

fn read_direction(text: &str) -> (RuleDirection, &str) {
    let (word, rest) = text.split_once(' ').unwrap();
    (RuleDirection::of_egress(word == "outbound"), rest)
}

fn read_traffic(text: &str) -> (Traffic, &str) {
    let (traffic, peer) = text.split_once(" from ").or_else(|| text.split_once(" to ")).unwrap();
    let traffic = match traffic.split(' ').collect::<Vec<_>>()[..] {
        ["all", "traffic"] => Traffic::ALL,
        [protocol] => Traffic::read(protocol, None, None).unwrap(),
        [protocol, "type", number] => Traffic::read(protocol, number.parse().ok(), None).unwrap(),
        [protocol, ports] => {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            Traffic::read(protocol, first.parse().ok(), last.parse().ok()).unwrap()
        }
        _ => panic!("not traffic: {traffic}"),
    };
    (traffic, peer)
}
