//! Security groups, their rules and network ACLs from AWS's outputs. What cannot be read is remembered, since without it
//! nobody can say that nothing else admits a flow.

use super::aws_object::{name_tag, sorted};
use super::node::Node;
use super::sink::Sink;
use crate::config::configuration::Item;
use crate::config::description::{NetworkAcl, SecurityGroup};
use crate::config::report::Reason;
use crate::config::rule::{AclEntry, Peer, RuleDirection, SecurityGroupRule, Traffic};

pub(super) fn security_group(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("GroupId", sink)?;
    let n_problems_before = sink.n_problems;
    let mut rules = Some(Vec::new());
    for (key, direction) in
        [("IpPermissions", RuleDirection::Ingress), ("IpPermissionsEgress", RuleDirection::Egress)]
    {
        if node.get(key).is_none() {
            sink.problem_at(node, Reason::KeyMissing(key.to_owned()));
            rules = None;
            break;
        }
        let found = node.list(key, sink, |permission, sink| permission_rules(permission, direction, sink));
        rules.iter_mut().for_each(|rules| rules.extend(found.iter().flatten().flatten().cloned()));
    }
    let has_unread_rules = (sink.n_problems > n_problems_before).then_some(true);
    let group = SecurityGroup {
        name: node.text("GroupName", sink),
        description: node.text("Description", sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        rules: rules.map(sorted),
        has_unread_rules,
    };
    Some(Item::SecurityGroup(id, group))
}

/// One permission is as many rules as it has CIDRs, prefix lists and groups.
fn permission_rules(
    node: &Node,
    direction: RuleDirection,
    sink: &mut Sink,
) -> Option<Vec<SecurityGroupRule>> {
    let traffic = traffic(node, sink)?;
    let mut rules = Vec::new();
    for list in ["IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"] {
        let peers = node.list(list, sink, |item, sink| {
            let peer = match list {
                "IpRanges" => Peer::Cidr(item.prefix("CidrIp", sink)?),
                "Ipv6Ranges" => Peer::Cidr(item.prefix("CidrIpv6", sink)?),
                "PrefixListIds" => Peer::PrefixList(item.required("PrefixListId", sink)?),
                _ => Peer::Group(group_referred_to(item, sink)?),
            };
            let description = item.text("Description", sink);
            Some(SecurityGroupRule { direction, traffic, peer, id: None, description })
        });
        rules.extend(peers.into_iter().flatten());
    }
    Some(rules)
}

/// The group that a rule refers to. That it may be in another VPC or account is known only from here.
fn group_referred_to(node: &Node, sink: &mut Sink) -> Option<String> {
    let id = node.required("GroupId", sink)?;
    let group = SecurityGroup {
        owner: node.text("UserId", sink),
        vpc: node.text("VpcId", sink),
        ..SecurityGroup::default()
    };
    sink.found(node, Item::SecurityGroup(id.clone(), group));
    Some(id)
}

fn traffic(node: &Node, sink: &mut Sink) -> Option<Traffic> {
    let protocol = node.required("IpProtocol", sink)?;
    let (from, to) = (node.integer("FromPort", sink), node.integer("ToPort", sink));
    checked_traffic(node, &protocol, from, to, sink)
}

fn checked_traffic(
    node: &Node,
    protocol: &str,
    from: Option<i64>,
    to: Option<i64>,
    sink: &mut Sink,
) -> Option<Traffic> {
    Traffic::read(protocol, from, to).map_err(|mistake| sink.problem_at(node, Reason::Traffic(mistake))).ok()
}

pub(super) fn security_group_rule(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("SecurityGroupRuleId", sink)?;
    let group = node.required("GroupId", sink)?;
    let Some(rule) = rule_alone(node, id, sink) else {
        let unread = SecurityGroup { has_unread_rules: Some(true), ..SecurityGroup::default() };
        return Some(Item::SecurityGroup(group, unread));
    };
    Some(Item::SecurityGroupRule(group, rule))
}

fn rule_alone(node: &Node, id: String, sink: &mut Sink) -> Option<SecurityGroupRule> {
    let direction = RuleDirection::of_egress(node.truth("IsEgress", sink)?);
    let traffic = traffic(node, sink)?;
    let peer = if node.get("CidrIpv4").is_some() {
        Peer::Cidr(node.prefix("CidrIpv4", sink)?)
    } else if node.get("CidrIpv6").is_some() {
        Peer::Cidr(node.prefix("CidrIpv6", sink)?)
    } else if node.get("PrefixListId").is_some() {
        Peer::PrefixList(node.required("PrefixListId", sink)?)
    } else if let Some(referred) = node.get("ReferencedGroupInfo") {
        Peer::Group(group_referred_to(&referred, sink)?)
    } else {
        sink.problem_at(node, Reason::KeyMissing("CidrIpv4".to_owned()));
        return None;
    };
    let description = node.text("Description", sink);
    Some(SecurityGroupRule { direction, traffic, peer, id: Some(id), description })
}

pub(super) fn network_acl(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("NetworkAclId", sink)?;
    let subnets = node.list("Associations", sink, |association, sink| {
        let of = association.text("NetworkAclId", sink);
        if of.is_some_and(|of| of != id) {
            sink.problem_at(association, Reason::NotA(format!("An association of {id}")));
            return None;
        }
        association.text("SubnetId", sink)
    });
    let n_problems_before = sink.n_problems;
    let entries = node.list("Entries", sink, acl_entry).map(sorted);
    let entries = entries.filter(|_| sink.n_problems == n_problems_before);
    let acl = NetworkAcl {
        name: name_tag(node, sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        is_default: node.truth("IsDefault", sink),
        subnets: subnets.map(sorted),
        entries,
    };
    Some(Item::NetworkAcl(id, acl))
}

fn acl_entry(node: &Node, sink: &mut Sink) -> Option<AclEntry> {
    let protocol = node.required("Protocol", sink)?;
    let (from, to) = if let Some(range) = node.get("PortRange") {
        (range.integer("From", sink), range.integer("To", sink))
    } else if let Some(icmp) = node.get("IcmpTypeCode") {
        (icmp.integer("Type", sink), icmp.integer("Code", sink))
    } else {
        (None, None)
    };
    let cidr_key = if node.get("Ipv6CidrBlock").is_some() { "Ipv6CidrBlock" } else { "CidrBlock" };
    node.required(cidr_key, sink)?;
    let number = node.integer("RuleNumber", sink).and_then(|number| u32::try_from(number).ok());
    let Some(number) = number else {
        sink.problem_at(node, Reason::KeyMissing("RuleNumber".to_owned()));
        return None;
    };
    let is_allow = match node.required("RuleAction", sink)?.as_str() {
        "allow" => true,
        "deny" => false,
        _ => {
            sink.problem_at(node, Reason::NotA("allow or deny".to_owned()));
            return None;
        }
    };
    Some(AclEntry {
        direction: RuleDirection::of_egress(node.truth("Egress", sink)?),
        number,
        cidr: node.prefix(cidr_key, sink)?,
        traffic: checked_traffic(node, &protocol, from, to, sink)?,
        is_allow,
    })
}
