//! A configuration printed as AWS prints it reads back as it was.

use std::collections::BTreeMap;

use flow_core::config::description::{Interface, SecurityGroup};
use flow_core::config::read::read_configuration;
use flow_core::config::{Configuration, Peer, RuleDirection, RulePorts, SecurityGroupRule, Traffic};
use flow_core::record::{Address, Prefix};
use flow_testkit::rules::any_configuration;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// `null`s are keys that AWS does not print.
fn printed(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key, printed(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(printed).collect()),
        other => other,
    }
}

/// Protocol, from, to.
fn ports(traffic: Traffic) -> (String, i64, i64) {
    let protocol = match traffic.protocol() {
        None => "-1".to_owned(),
        Some(6) => "tcp".to_owned(),
        Some(58) => "icmpv6".to_owned(),
        Some(number) => number.to_string(),
    };
    match traffic.ports() {
        RulePorts::All => (protocol, -1, -1),
        RulePorts::Range { first, last } => (protocol, first.into(), last.into()),
        RulePorts::Icmp { icmp_type, code } => (protocol, icmp_type.into(), code.map_or(-1, i64::from)),
    }
}

fn permission(rule: &SecurityGroupRule) -> Value {
    let (protocol, from, to) = ports(rule.traffic);
    let (list, peer) = match &rule.peer {
        Peer::Cidr(cidr) if matches!(cidr.base(), Address::V4(_)) => {
            ("IpRanges", json!({ "CidrIp": cidr.to_string() }))
        }
        Peer::Cidr(cidr) => ("Ipv6Ranges", json!({ "CidrIpv6": cidr.to_string() })),
        Peer::PrefixList(id) => ("PrefixListIds", json!({ "PrefixListId": id })),
        Peer::Group(id) => ("UserIdGroupPairs", json!({ "GroupId": id })),
    };
    json!({ "IpProtocol": protocol, "FromPort": from, "ToPort": to, list: [peer] })
}

fn security_group(id: &str, group: &SecurityGroup) -> Value {
    let of = |direction| -> Vec<Value> {
        let rules = group.rules.iter().flatten();
        rules.filter(|rule| rule.direction == direction).map(permission).collect()
    };
    json!({
        "GroupId": id, "VpcId": group.vpc,
        "IpPermissions": of(RuleDirection::Ingress), "IpPermissionsEgress": of(RuleDirection::Egress),
    })
}

fn network_interface(id: &str, interface: &Interface) -> Value {
    let of = |is_v4: bool, key: &str| -> Value {
        let addresses = interface.addresses.iter().flatten();
        addresses
            .filter(|address| matches!(address, Address::V4(_)) == is_v4)
            .map(|address| json!({ key: address.to_string() }))
            .collect()
    };
    let delegated = |is_v4: bool, key: &str| -> Value {
        match &interface.delegated {
            None => Value::Null,
            Some(prefixes) => {
                let of_family = |prefix: &&Prefix| matches!(prefix.base(), Address::V4(_)) == is_v4;
                prefixes.iter().filter(of_family).map(|prefix| json!({ key: prefix.to_string() })).collect()
            }
        }
    };
    let groups = interface.groups.as_ref();
    json!({
        "NetworkInterfaceId": id, "VpcId": interface.vpc, "SubnetId": interface.subnet,
        "PrivateIpAddresses": of(true, "PrivateIpAddress"), "Ipv6Addresses": of(false, "Ipv6Address"),
        "Ipv4Prefixes": delegated(true, "Ipv4Prefix"), "Ipv6Prefixes": delegated(false, "Ipv6Prefix"),
        "Groups": groups.map(|groups| groups.iter().map(|id| json!({ "GroupId": id })).collect::<Value>()),
    })
}

fn blocks(cidrs: Option<&Vec<Prefix>>) -> Map<String, Value> {
    let of = |is_v4: bool, key: &str| -> Value {
        let of_family = |prefix: &&Prefix| matches!(prefix.base(), Address::V4(_)) == is_v4;
        let blocks = cidrs.into_iter().flatten().filter(of_family);
        blocks.map(|prefix| json!({ key: prefix.to_string() })).collect()
    };
    let associations = [
        ("CidrBlockAssociationSet", of(true, "CidrBlock")),
        ("Ipv6CidrBlockAssociationSet", of(false, "Ipv6CidrBlock")),
    ];
    associations.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Names and texts of files, one for each kind.
fn files(configuration: &Configuration) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut file = |list: &str, items: Vec<Value>| {
        files.insert(format!("{list}.json"), printed(json!({ list: items })).to_string());
    };
    let groups = configuration.groups.iter();
    file("SecurityGroups", groups.map(|(id, group)| security_group(id, group)).collect());
    let interfaces = configuration.interfaces.iter();
    file("NetworkInterfaces", interfaces.map(|(id, interface)| network_interface(id, interface)).collect());
    let acls = configuration.network_acls.iter().map(|(id, acl)| {
        let entries = acl.entries.as_ref().map(|entries| {
            entries.iter().map(|entry| {
                let (protocol, from, to) = ports(entry.traffic);
                let (protocol, is_icmp) = match protocol.as_str() {
                    "tcp" => ("6".to_owned(), false),
                    "icmpv6" => ("58".to_owned(), true),
                    number => (number.to_owned(), number == "1"),
                };
                let cidr_key = if matches!(entry.cidr.base(), Address::V4(_)) { "CidrBlock" } else { "Ipv6CidrBlock" };
                let mut printed = json!({
                    "RuleNumber": entry.number, "Protocol": protocol, cidr_key: entry.cidr.to_string(),
                    "Egress": entry.direction == RuleDirection::Egress,
                    "RuleAction": if entry.is_allow { "allow" } else { "deny" },
                });
                if is_icmp {
                    printed["IcmpTypeCode"] = json!({ "Type": from, "Code": to });
                } else if from >= 0 {
                    printed["PortRange"] = json!({ "From": from, "To": to });
                }
                printed
            })
        });
        let associations = acl.subnets.iter().flatten();
        let associations: Value =
            associations.map(|subnet| json!({ "SubnetId": subnet, "NetworkAclId": id })).collect();
        json!({ "NetworkAclId": id, "Associations": associations, "Entries": entries.map(Iterator::collect::<Value>) })
    });
    file("NetworkAcls", acls.collect());
    let subnets = configuration.subnets.iter().map(|(id, subnet)| {
        let mut printed = blocks(subnet.cidrs.as_ref());
        printed.extend([("SubnetId".to_owned(), json!(id)), ("VpcId".to_owned(), json!(subnet.vpc))]);
        Value::Object(printed)
    });
    file("Subnets", subnets.collect());
    let vpcs = configuration.vpcs.iter().map(|(id, vpc)| {
        let mut printed = blocks(vpc.cidrs.as_ref());
        printed.insert("VpcId".to_owned(), json!(id));
        Value::Object(printed)
    });
    file("Vpcs", vpcs.collect());
    let lists = configuration.prefix_lists.keys();
    file("PrefixLists", lists.map(|id| json!({ "PrefixListId": id, "PrefixListName": "x" })).collect());
    for (id, list) in &configuration.prefix_lists {
        let entries = list.entries.iter().flatten().map(|entry| json!({ "Cidr": entry.to_string() }));
        files.insert(
            format!("entries of {id}.json"),
            json!({ "Entries": entries.collect::<Value>() }).to_string(),
        );
    }
    files
}

/// What AWS's outputs can say: every group has its rules, lists are sorted, and what is empty is not there.
fn as_printed(mut configuration: Configuration) -> Configuration {
    let order = |cidrs: &mut Option<Vec<Prefix>>| {
        if let Some(cidrs) = cidrs {
            cidrs.sort();
            cidrs.dedup();
        }
    };
    for group in configuration.groups.values_mut() {
        group.has_unread_rules = None;
        group.rules.get_or_insert_default();
    }
    configuration.subnets.values_mut().for_each(|subnet| order(&mut subnet.cidrs));
    configuration.vpcs.values_mut().for_each(|vpc| order(&mut vpc.cidrs));
    configuration.interfaces.values_mut().for_each(|interface| order(&mut interface.delegated));
    for list in configuration.prefix_lists.values_mut() {
        list.name = Some("x".to_owned());
        order(&mut list.entries);
        list.entries = list.entries.take().filter(|entries| !entries.is_empty());
    }
    configuration
}

proptest! {
    #[test]
    fn what_aws_prints_reads_back(configuration in any_configuration()) {
        let configuration = as_printed(configuration);
        let files = files(&configuration);
        let (mut found, report) =
            read_configuration(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
        prop_assert_eq!(report.n_problems, 0, "{:#?}", report.problems);
        // Groups that are only referred to.
        found.groups.retain(|_, group| group.rules.is_some());
        prop_assert_eq!(found, configuration);
    }
}
