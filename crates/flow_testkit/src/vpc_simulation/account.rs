//! The simulated account as descriptions of it would say it, with as many further rules as wanted: to measure what it costs
//! to ask them.

use std::net::Ipv4Addr;

use flow_core::config::description::{Interface, NetworkAcl, SecurityGroup, Subnet, Vpc};
use flow_core::config::{AclEntry, Configuration, Peer, RuleDirection, SecurityGroupRule, Traffic};
use flow_core::record::{Address, Prefix};
use flow_core::sample::Random;

use super::network::{Network, Place, VPC, acl_of, group_of};
use super::rules::{Fit, Way};

/// Rules of one further group: AWS admits 60 for a direction.
const RULES_OF_GROUP: u32 = 50;

/// The services that further rules are about; simulated traffic asks for the same.
const PORTS: [u16; 10] = [22, 25, 53, 80, 443, 3_306, 3_389, 5_432, 6_379, 8_080];

/// The account with `n_further` group rules that admit nothing of the simulated traffic: right services, other peers. Of the
/// groups that they are in each interface has `n_groups_of_each`, or all where there are no more.
pub fn account(n_further: u32, n_groups_of_each: u32) -> Configuration {
    let mut configuration = Configuration::default();
    let mut random = Random::new(u64::from(n_further));
    configuration.vpcs.insert("vpc-1".to_owned(), Vpc { cidrs: Some(vec![prefix(VPC)]), ..Vpc::default() });
    for place in Place::ALL {
        let number = Place::ALL.iter().position(|of| *of == place).expect("it is one of them");
        let subnet = format!("subnet-0{number}");
        let cidr = prefix((Ipv4Addr::new(10, 0, number as u8, 0), 24));
        let described =
            Subnet { vpc: Some("vpc-1".to_owned()), cidrs: Some(vec![cidr]), ..Subnet::default() };
        configuration.subnets.insert(subnet.clone(), described);
        configuration.network_acls.insert(format!("acl-0{number}"), described_acl(place, subnet));
        let rules = group_of(place).rules.iter().map(described_rule).collect();
        configuration.groups.insert(format!("sg-0{number}"), described_group(rules));
    }
    let n_groups = n_further.div_ceil(RULES_OF_GROUP);
    for group in 0..n_groups {
        let n_rules = RULES_OF_GROUP.min(n_further - group * RULES_OF_GROUP);
        let mut rules: Vec<SecurityGroupRule> = (0..n_rules).map(|_| further_rule(&mut random)).collect();
        rules.sort_unstable();
        configuration.groups.insert(further_group(group), described_group(rules));
    }
    for (first, host) in (0..).zip(&Network::new().hosts) {
        let own = (!host.is_nat_gateway).then(|| host.subnet_id.replace("subnet", "sg"));
        let further = (0..n_groups_of_each.min(n_groups))
            .filter(|_| !host.is_nat_gateway)
            .map(|at| further_group((first + at) % n_groups));
        let address = Address::V4(host.address.into());
        let described = Interface {
            vpc: Some("vpc-1".to_owned()),
            subnet: Some(host.subnet_id.clone()),
            primary_address: Some(address),
            addresses: Some(vec![address]),
            groups: Some(own.into_iter().chain(further).collect()),
            ..Interface::default()
        };
        configuration.interfaces.insert(host.interface_id.clone(), described);
    }
    configuration
}

fn further_group(number: u32) -> String {
    format!("sg-1{number:04}")
}

fn described_group(rules: Vec<SecurityGroupRule>) -> SecurityGroup {
    SecurityGroup { vpc: Some("vpc-1".to_owned()), rules: Some(rules), ..SecurityGroup::default() }
}

fn described_acl(place: Place, subnet: String) -> NetworkAcl {
    let entries = (1..).zip(acl_of(place).rules).map(|(number, (fit, is_allow))| AclEntry {
        direction: direction(fit.way),
        number: 10 * number,
        cidr: prefix(fit.peer),
        traffic: traffic(&fit),
        is_allow,
    });
    let mut entries: Vec<AclEntry> = entries.collect();
    entries.sort_unstable();
    NetworkAcl { subnets: Some(vec![subnet]), entries: Some(entries), ..NetworkAcl::default() }
}

fn described_rule(fit: &Fit) -> SecurityGroupRule {
    SecurityGroupRule {
        direction: direction(fit.way),
        traffic: traffic(fit),
        peer: Peer::Cidr(prefix(fit.peer)),
        id: None,
        description: None,
    }
}

fn further_rule(random: &mut Random) -> SecurityGroupRule {
    let base = Ipv4Addr::new(172, 16 + random.below(16) as u8, random.below(256) as u8, 0);
    let n_bits = random.pick(&[16, 24, 24, 24, 32, 32]);
    let port = random.pick(&PORTS);
    SecurityGroupRule {
        direction: RuleDirection::of_egress(random.one_in(3)),
        traffic: read_traffic(random.pick(&["tcp", "tcp", "tcp", "udp"]), (port, port)),
        peer: Peer::Cidr(prefix((base, n_bits))),
        id: None,
        description: None,
    }
}

fn direction(way: Way) -> RuleDirection {
    RuleDirection::of_egress(way == Way::Out)
}

fn traffic(fit: &Fit) -> Traffic {
    match fit.protocol {
        None => Traffic::ALL,
        Some(1) => read_traffic("icmp", (u16::MAX, u16::MAX)),
        Some(protocol) => read_traffic(&protocol.to_string(), fit.ports),
    }
}

/// Of ICMP all types, which AWS writes as -1.
fn read_traffic(protocol: &str, (first, last): (u16, u16)) -> Traffic {
    let port = |port: u16| if protocol == "icmp" { -1 } else { i64::from(port) };
    Traffic::read(protocol, Some(port(first)), Some(port(last))).expect("simulated rules are AWS's")
}

fn prefix((base, n_bits): (Ipv4Addr, u8)) -> Prefix {
    Prefix::new(Address::V4(base.into()), n_bits).expect("simulated prefixes are no longer than addresses")
}
