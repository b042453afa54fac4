//! Security groups and network ACLs read literally: each sentence of the AWS guides is a few lines here, nothing is
//! prepared and nothing is quick.
//!
//! Decides what `flow_core::config::evaluate` must decide; shares with it the descriptions and the flow, no code.

use flow_core::config::description::Interface;
use flow_core::config::evaluate::Answer;
use flow_core::config::{
    AclEntry, Configuration, Flow, Peer, Placement, RuleDirection, RulePorts, SecurityGroupRule, Traffic,
};
use flow_core::record::{Address, Prefix};

/// What the groups say: the answer, and every rule that admits the flow for certain and every one that may, in the
/// order of groups and rules.
#[derive(Debug, PartialEq, Eq)]
pub struct LiteralGroups {
    pub answer: Answer,
    pub certain: Vec<(String, SecurityGroupRule)>,
    pub possible: Vec<(String, SecurityGroupRule)>,
}

/// "When you associate multiple security groups with a resource, the rules from each security group are aggregated to
/// form a single set of rules … You can specify allow rules, but not deny rules."
pub fn groups(configuration: &Configuration, placement: &Placement, flow: &Flow) -> LiteralGroups {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    let Some(groups) = &placement.groups else {
        return LiteralGroups { answer: Answer::Unknowable, certain, possible };
    };
    let mut groups = groups.clone();
    groups.sort();
    groups.dedup();
    let mut is_complete = true;
    for id in &groups {
        let group = configuration.groups.get(id);
        is_complete &= group.is_some_and(|group| group.has_unread_rules != Some(true));
        let Some(rules) = group.and_then(|group| group.rules.as_ref()) else {
            is_complete = false;
            continue;
        };
        for rule in rules {
            let answer = admits(configuration, rule, flow);
            if answer == Answer::Yes {
                certain.push((id.clone(), rule.clone()));
            } else if answer == Answer::Unknowable {
                possible.push((id.clone(), rule.clone()));
            }
        }
    }
    let answer = if groups.is_empty() || !certain.is_empty() {
        Answer::Yes
    } else if possible.is_empty() && is_complete {
        Answer::No
    } else {
        Answer::Unknowable
    };
    LiteralGroups { answer, certain, possible }
}

fn admits(configuration: &Configuration, rule: &SecurityGroupRule, flow: &Flow) -> Answer {
    if rule.direction != flow.direction {
        return Answer::No;
    }
    carries(rule.traffic, flow).and(is_peer(configuration, &rule.peer, flow.remote))
}

/// Protocol, then destination port, or ICMP type and code.
fn carries(traffic: Traffic, flow: &Flow) -> Answer {
    match traffic.protocol() {
        None => return Answer::Yes,
        Some(protocol) if protocol != flow.protocol => return Answer::No,
        Some(_) => {}
    }
    match traffic.ports() {
        RulePorts::All => Answer::Yes,
        RulePorts::Icmp { .. } => Answer::Unknowable,
        RulePorts::Range { first, last } => {
            let Some(ports) = flow.ports else { return Answer::Unknowable };
            let port = if flow.direction == RuleDirection::Ingress { ports.local } else { ports.remote };
            yes_or_no(first <= port && port <= last)
        }
    }
}

fn yes_or_no(is_so: bool) -> Answer {
    if is_so { Answer::Yes } else { Answer::No }
}

fn is_peer(configuration: &Configuration, peer: &Peer, remote: Address) -> Answer {
    match peer {
        Peer::Cidr(prefix) => yes_or_no(prefix.contains(remote)),
        Peer::PrefixList(id) => {
            match configuration.prefix_lists.get(id).and_then(|list| list.entries.as_ref()) {
                Some(entries) => yes_or_no(entries.iter().any(|entry| entry.contains(remote))),
                None => Answer::Unknowable,
            }
        }
        Peer::Group(id) => is_of_group(configuration, id, remote),
    }
}

fn has_address(interface: &Interface, address: Address) -> bool {
    interface.addresses.iter().flatten().any(|own| *own == address)
        || interface.delegated.iter().flatten().any(|prefix| prefix.contains(address))
}

/// "…allows traffic from the network interfaces that are associated with the referenced security group", by their private
/// addresses. Of an interface that is not described nobody knows the groups.
fn is_of_group(configuration: &Configuration, id: &str, remote: Address) -> Answer {
    let is_member = |interface: &&Interface| interface.groups.iter().flatten().any(|group| group == id);
    let mut members = configuration.interfaces.values().filter(is_member);
    if members.any(|member| has_address(member, remote)) {
        return Answer::Yes;
    }
    let described = configuration.groups.get(id).and_then(|group| group.vpc.clone());
    let of_members =
        configuration.interfaces.values().filter(is_member).find_map(|member| member.vpc.clone());
    let vpc = described.or(of_members);
    if !may_be_in_vpc(configuration, vpc.as_deref(), remote) {
        return Answer::No;
    }
    let is_somebody_elses = configuration.interfaces.values().any(|interface| {
        (vpc.is_none() || interface.vpc == vpc)
            && interface.groups.is_some()
            && has_address(interface, remote)
    });
    if is_somebody_elses { Answer::No } else { Answer::Unknowable }
}

/// By the blocks of the VPC where they are described; otherwise any private and any IPv6 address may be, and any of a
/// described VPC.
fn may_be_in_vpc(configuration: &Configuration, vpc: Option<&str>, address: Address) -> bool {
    if let Some(blocks) = vpc.and_then(|vpc| configuration.vpcs.get(vpc)).and_then(|vpc| vpc.cidrs.as_ref()) {
        return blocks.iter().any(|block| block.contains(address));
    }
    let is_in = |block: &str| Prefix::parse(block).unwrap().contains(address);
    let is_private =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].into_iter().any(is_in);
    let described = configuration.vpcs.values().flat_map(|vpc| vpc.cidrs.iter().flatten());
    is_private
        || matches!(address, Address::V6(_))
        || described.into_iter().any(|block| block.contains(address))
}

/// What the ACL says to the packets of one direction, and the entry that says it. "Rules are evaluated starting with the
/// lowest numbered rule. As soon as a rule matches traffic, it's applied regardless of any higher-numbered rule that
/// might contradict it."
pub fn network_acl<'c>(
    configuration: &'c Configuration,
    placement: &Placement,
    flow: &Flow,
) -> (Answer, Option<&'c AclEntry>) {
    let is_neighbour = is_neighbour(configuration, placement, flow.remote);
    if is_neighbour == Answer::Yes {
        return (Answer::Yes, None);
    }
    let acl = placement.subnet.as_ref().and_then(|subnet| configuration.network_acl_of(subnet));
    let Some(entries) = acl.and_then(|(_, acl)| acl.entries.as_ref()) else {
        return (Answer::Unknowable, None);
    };
    let mut sorted: Vec<&AclEntry> =
        entries.iter().filter(|entry| entry.direction == flow.direction).collect();
    sorted.sort_by_key(|entry| entry.number);
    let (answer, entry) = first_match(&sorted, flow);
    // "Network ACLs are evaluated when traffic enters and leaves the subnet, not as it is routed within it."
    let is_settled = is_neighbour == Answer::No || answer == Answer::Yes;
    if is_settled { (answer, entry) } else { (Answer::Unknowable, None) }
}

/// Tries both ways for every entry of which it cannot be known whether it matches.
fn first_match<'c>(entries: &[&'c AclEntry], flow: &Flow) -> (Answer, Option<&'c AclEntry>) {
    let Some((entry, rest)) = entries.split_first() else { return (Answer::No, None) };
    let matches = carries(entry.traffic, flow).and(yes_or_no(entry.cidr.contains(flow.remote)));
    let applied = (yes_or_no(entry.is_allow), Some(*entry));
    match matches {
        Answer::Yes => applied,
        Answer::No => first_match(rest, flow),
        Answer::Unknowable => {
            let otherwise = first_match(rest, flow);
            if otherwise.0 == applied.0 { otherwise } else { (Answer::Unknowable, None) }
        }
    }
}

fn is_neighbour(configuration: &Configuration, placement: &Placement, remote: Address) -> Answer {
    let subnet = placement.subnet.as_ref().and_then(|subnet| configuration.subnets.get(subnet));
    if let Some(blocks) = subnet.and_then(|subnet| subnet.cidrs.as_ref()) {
        return yes_or_no(blocks.iter().any(|block| block.contains(remote)));
    }
    let vpc = placement.vpc.clone().or_else(|| subnet.and_then(|subnet| subnet.vpc.clone()));
    let has_it = |interface: &&Interface| interface.addresses.iter().flatten().any(|own| *own == remote);
    let owners: Vec<&Interface> = configuration.interfaces.values().filter(has_it).collect();
    if placement.subnet.is_some() {
        if owners.iter().any(|owner| owner.subnet == placement.subnet) {
            return Answer::Yes;
        }
        if vpc.is_some() && owners.iter().any(|owner| owner.vpc == vpc && owner.subnet.is_some()) {
            return Answer::No;
        }
    }
    if may_be_in_vpc(configuration, vpc.as_deref(), remote) { Answer::Unknowable } else { Answer::No }
}
