//! Random configurations and flows in a network so small that rules, addresses and ports often meet.

use flow_core::config::description::{Interface, NetworkAcl, PrefixList, SecurityGroup, Subnet, Vpc};
use flow_core::config::{
    AclEntry, Configuration, Flow, Peer, Placement, PortPair, RuleDirection, SecurityGroupRule, Traffic,
};
use flow_core::record::{Address, Prefix};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Private, public, of a VPC with a public block, link-local, IPv6.
pub const ADDRESSES: [&str; 12] = [
    "10.0.0.4",
    "10.0.0.5",
    "10.0.0.36",
    "10.0.1.4",
    "10.1.0.4",
    "30.1.0.9",
    "8.8.8.8",
    "172.16.0.1",
    "fd00::4",
    "fd00::5",
    "2001:db8::1",
    "2001:db8:1::1",
];

const BLOCKS: [&str; 12] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.0.0/27",
    "10.0.0.4/32",
    "10.0.1.0/24",
    "30.1.0.0/16",
    "8.8.8.8/32",
    "::/0",
    "fd00::/64",
    "fd00::4/128",
    "2001:db8::/48",
];

const PORTS: [u16; 7] = [0, 22, 443, 444, 8080, 40_000, 65_535];
const PROTOCOLS: [u8; 6] = [1, 6, 17, 27, 47, 58];

fn id(kind: &'static str) -> impl Strategy<Value = String> {
    (0..4u8).prop_map(move |n| format!("{kind}-{n}"))
}

fn any_address() -> impl Strategy<Value = Address> {
    select(&ADDRESSES[..]).prop_map(|text| Address::parse(text.as_bytes()).unwrap())
}

fn any_block() -> impl Strategy<Value = Prefix> {
    select(&BLOCKS[..]).prop_map(|text| Prefix::parse(text).unwrap())
}

pub fn any_direction() -> impl Strategy<Value = RuleDirection> {
    select(&RuleDirection::BOTH[..])
}

pub fn any_traffic() -> impl Strategy<Value = Traffic> {
    let port = || select(&PORTS[..]).prop_map(i64::from);
    let with_ports = (select(&["tcp", "udp"][..]), port(), port())
        .prop_map(|(name, a, b)| Traffic::read(name, Some(a.min(b)), Some(a.max(b))).unwrap());
    let icmp = (select(&["icmp", "icmpv6"][..]), select(&[-1, 0, 8][..]), select(&[-1, 0][..]))
        .prop_map(|(name, icmp_type, code)| Traffic::read(name, Some(icmp_type), Some(code)).unwrap());
    let other = select(&PROTOCOLS[..]).prop_map(|n| Traffic::read(&n.to_string(), None, None).unwrap());
    prop_oneof![1 => Just(Traffic::ALL), 6 => with_ports, 2 => icmp, 1 => other]
}

pub fn any_rule() -> impl Strategy<Value = SecurityGroupRule> {
    let peer = prop_oneof![
        4 => any_block().prop_map(Peer::Cidr),
        2 => id("sg").prop_map(Peer::Group),
        1 => id("pl").prop_map(Peer::PrefixList),
    ];
    (any_direction(), any_traffic(), peer).prop_map(|(direction, traffic, peer)| SecurityGroupRule {
        direction,
        traffic,
        peer,
        id: None,
        description: None,
    })
}

pub fn any_entry() -> impl Strategy<Value = AclEntry> {
    (any_direction(), 1..40u32, any_block(), any_traffic(), any::<bool>()).prop_map(
        |(direction, number, cidr, traffic, is_allow)| AclEntry {
            direction,
            number,
            cidr,
            traffic,
            is_allow,
        },
    )
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort();
    values.dedup();
    values
}

fn any_interface() -> impl Strategy<Value = Interface> {
    let delegated = option::weighted(0.2, vec(any_block(), 1..2));
    (
        option::weighted(0.8, id("vpc")),
        option::weighted(0.8, id("subnet")),
        option::weighted(0.9, vec(any_address(), 1..3).prop_map(sorted)),
        delegated,
        option::weighted(0.8, vec(id("sg"), 0..3).prop_map(sorted)),
    )
        .prop_map(|(vpc, subnet, addresses, delegated, groups)| Interface {
            vpc,
            subnet,
            addresses,
            delegated,
            groups,
            ..Interface::default()
        })
}

/// As reading gives one: rules and entries sorted, a subnet with one ACL.
pub fn any_configuration() -> impl Strategy<Value = Configuration> {
    let group = (
        option::weighted(0.8, vec(any_rule(), 0..12).prop_map(sorted)),
        option::weighted(0.7, id("vpc")),
        option::weighted(0.1, Just(true)),
    )
        .prop_map(|(rules, vpc, has_unread_rules)| SecurityGroup {
            rules,
            vpc,
            has_unread_rules,
            ..SecurityGroup::default()
        });
    let entries = vec(any_entry(), 0..10).prop_map(|mut entries| {
        entries.sort();
        entries.dedup_by_key(|entry| (entry.direction, entry.number));
        entries
    });
    let acls = vec(option::weighted(0.9, entries), 0..4);
    let subnet = (option::weighted(0.7, vec(any_block(), 1..2)), option::weighted(0.7, id("vpc")))
        .prop_map(|(cidrs, vpc)| Subnet { cidrs, vpc, ..Subnet::default() });
    let vpc = option::weighted(0.8, vec(any_block(), 1..3)).prop_map(|cidrs| Vpc { cidrs, ..Vpc::default() });
    let list = option::weighted(0.7, vec(any_block(), 0..3))
        .prop_map(|entries| PrefixList { entries, ..PrefixList::default() });
    (
        btree_map(id("sg"), group, 0..4),
        acls,
        btree_map(id("eni"), any_interface(), 0..4),
        btree_map(id("subnet"), subnet, 0..4),
        btree_map(id("vpc"), vpc, 0..3),
        btree_map(id("pl"), list, 0..3),
    )
        .prop_map(|(groups, acls, interfaces, subnets, vpcs, prefix_lists)| {
            let acl = |(at, entries): (usize, Option<Vec<AclEntry>>)| {
                let subnets = Some(vec![format!("subnet-{at}")]);
                (format!("acl-{at}"), NetworkAcl { subnets, entries, ..NetworkAcl::default() })
            };
            let network_acls = acls.into_iter().enumerate().map(acl).collect();
            Configuration {
                groups,
                network_acls,
                interfaces,
                subnets,
                vpcs,
                prefix_lists,
                ..Configuration::default()
            }
        })
}

pub fn any_placement() -> impl Strategy<Value = Placement> {
    (
        option::weighted(0.8, id("vpc")),
        option::weighted(0.9, id("subnet")),
        option::weighted(0.9, vec(id("sg"), 0..4)),
    )
        .prop_map(|(vpc, subnet, groups)| Placement { vpc, subnet, groups })
}

pub fn any_flow() -> impl Strategy<Value = Flow> {
    let port = || select(&PORTS[..]);
    let ports =
        option::weighted(0.9, (port(), port()).prop_map(|(local, remote)| PortPair { local, remote }));
    (any_direction(), any_address(), select(&PROTOCOLS[..]), ports)
        .prop_map(|(direction, remote, protocol, ports)| Flow { direction, remote, protocol, ports })
}
