//! One object of an AWS output to a description: which of its keys mean what. All knowledge of AWS's keys is here and
//! in the table of kinds; groups, their rules and network ACLs are in `aws_rule`.

use super::aws_rule;
use super::node::Node;
use super::sink::Sink;
use crate::arrange::Arrange;
use crate::config::configuration::Item;
use crate::config::description::{
    FlowLog, Instance, Interface, NatGateway, PrefixList, Route, RouteTable, Subnet, Vpc, VpcEndpoint,
};
use crate::config::kind::Kind;
use crate::config::report::Reason;
use crate::record::{Address, Prefix};

/// Reads one object that is of `kind`; what it lacks or gets wrong becomes problems.
pub(super) fn read(kind: Kind, node: &Node, sink: &mut Sink) {
    if node.object().is_none() {
        return sink.problem_at(node, Reason::NotA(format!("The description of a {}", kind.name())));
    }
    let item = match kind {
        Kind::SecurityGroup => aws_rule::security_group(node, sink),
        Kind::SecurityGroupRule => aws_rule::security_group_rule(node, sink),
        Kind::NetworkAcl => aws_rule::network_acl(node, sink),
        Kind::Interface => interface(node, sink),
        Kind::Subnet => subnet(node, sink),
        Kind::RouteTable => route_table(node, sink),
        Kind::Vpc => vpc(node, sink),
        Kind::Instance => instance(node, None, sink),
        Kind::PrefixList => prefix_list(node, sink),
        Kind::PrefixListEntry => prefix_list_entry(node, sink),
        Kind::NatGateway => nat_gateway(node, sink),
        Kind::VpcEndpoint => vpc_endpoint(node, sink),
        Kind::FlowLog => flow_log(node, sink),
    };
    if let Some(item) = item {
        sink.count(kind);
        sink.found(node, item);
    }
}

/// `describe-instances` prints instances within reservations, which have the owner.
pub(super) fn read_reservation(node: &Node, sink: &mut Sink) {
    let owner = node.text("OwnerId", sink);
    let Some(instances) = node.get("Instances") else { return };
    for node in instances.items() {
        if let Some(item) = instance(&node, owner.clone(), sink) {
            sink.count(Kind::Instance);
            sink.found(&node, item);
        }
    }
}

/// The value of the tag `Name`.
pub(super) fn name_tag(node: &Node, sink: &mut Sink) -> Option<String> {
    let tags = node.get("Tags").or_else(|| node.get("TagSet"))?;
    let name = tags.items().find(|tag| tag.value.get("Key").is_some_and(|key| key == "Name"))?;
    name.text("Value", sink)
}

pub(super) fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.arrange();
    values.dedup();
    values
}

fn interface(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("NetworkInterfaceId", sink)?;
    let primary_address = node.address("PrivateIpAddress", sink);
    let mut addresses: Vec<Address> = primary_address.into_iter().collect();
    for (list, key) in [("PrivateIpAddresses", "PrivateIpAddress"), ("Ipv6Addresses", "Ipv6Address")] {
        addresses.extend(node.list(list, sink, |item, sink| item.address(key, sink)).into_iter().flatten());
    }
    let mut delegated: Option<Vec<Prefix>> = None;
    for (list, key) in [("Ipv4Prefixes", "Ipv4Prefix"), ("Ipv6Prefixes", "Ipv6Prefix")] {
        if let Some(prefixes) = node.list(list, sink, |item, sink| item.prefix(key, sink)) {
            delegated.get_or_insert_with(Vec::new).extend(prefixes);
        }
    }
    let attachment = node.get("Attachment");
    let instance = attachment.and_then(|attachment| attachment.text("InstanceId", sink));
    let interface = Interface {
        name: name_tag(node, sink),
        description: node.text("Description", sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        subnet: node.text("SubnetId", sink),
        zone: node.text("AvailabilityZone", sink),
        instance,
        interface_type: node.text("InterfaceType", sink),
        primary_address,
        addresses: (!addresses.is_empty()).then(|| sorted(addresses)),
        delegated: delegated.map(sorted),
        groups: node.texts_of("Groups", "GroupId", sink).map(sorted),
        has_source_dest_check: node.truth("SourceDestCheck", sink),
    };
    Some(Item::Interface(id, interface))
}

fn subnet(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("SubnetId", sink)?;
    let subnet = Subnet {
        name: name_tag(node, sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        zone: node.text("AvailabilityZone", sink),
        zone_id: node.text("AvailabilityZoneId", sink),
        cidrs: cidr_blocks(node, sink),
    };
    Some(Item::Subnet(id, subnet))
}

fn vpc(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("VpcId", sink)?;
    let vpc =
        Vpc { name: name_tag(node, sink), owner: node.text("OwnerId", sink), cidrs: cidr_blocks(node, sink) };
    Some(Item::Vpc(id, vpc))
}

/// The primary block, then those that are or were associated, without such as are not any more.
fn cidr_blocks(node: &Node, sink: &mut Sink) -> Option<Vec<Prefix>> {
    let mut blocks: Vec<Prefix> = node.prefix("CidrBlock", sink).into_iter().collect();
    for (list, key, state) in [
        ("CidrBlockAssociationSet", "CidrBlock", "CidrBlockState"),
        ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"),
    ] {
        let found = node.list(list, sink, |item, sink| {
            let state = item.get(state).and_then(|state| state.text("State", sink));
            let is_associated = state.is_none_or(|state| state == "associated");
            is_associated.then(|| item.prefix(key, sink)).flatten()
        });
        for block in found.into_iter().flatten() {
            if !blocks.contains(&block) {
                blocks.push(block);
            }
        }
    }
    (!blocks.is_empty()).then_some(blocks)
}

fn route_table(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("RouteTableId", sink)?;
    let subnets =
        node.list("Associations", sink, |association, sink| Some(association.text("SubnetId", sink)));
    let is_main = node.get("Associations").map(|associations| {
        associations.items().any(|association| association.truth("Main", sink) == Some(true))
    });
    let table = RouteTable {
        name: name_tag(node, sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        is_main,
        subnets: subnets.map(|subnets| sorted(subnets.into_iter().flatten().collect())),
        routes: node.list("Routes", sink, route).map(sorted),
    };
    Some(Item::RouteTable(id, table))
}

fn route(node: &Node, sink: &mut Sink) -> Option<Route> {
    let destination = ["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]
        .into_iter()
        .find_map(|key| node.text(key, sink))?;
    // An instance's route names its interface too, which says more.
    let target = [
        "NetworkInterfaceId",
        "GatewayId",
        "NatGatewayId",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
        "EgressOnlyInternetGatewayId",
        "LocalGatewayId",
        "CarrierGatewayId",
        "CoreNetworkArn",
        "InstanceId",
    ]
    .into_iter()
    .find_map(|key| node.text(key, sink));
    let is_active = node.text("State", sink).is_none_or(|state| state == "active");
    Some(Route { destination, target, is_active })
}

fn instance(node: &Node, owner: Option<String>, sink: &mut Sink) -> Option<Item> {
    let id = node.required("InstanceId", sink)?;
    let interfaces = node.list("NetworkInterfaces", sink, |node, sink| {
        let item = interface(node, sink)?;
        let Item::Interface(interface_id, mut interface) = item else { return None };
        interface.instance = Some(id.clone());
        sink.found(node, Item::Interface(interface_id.clone(), interface));
        Some(interface_id)
    });
    let instance = Instance {
        name: name_tag(node, sink),
        owner,
        vpc: node.text("VpcId", sink),
        interfaces: interfaces.map(sorted),
    };
    Some(Item::Instance(id, instance))
}

fn prefix_list(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("PrefixListId", sink)?;
    // `describe-prefix-lists`, of AWS's own lists, prints their blocks.
    let blocks = node.list("Cidrs", sink, |item, sink| match item.value.as_str().and_then(Prefix::parse) {
        Some(prefix) => Some(prefix),
        None => {
            sink.problem_at(item, Reason::NotA("A CIDR such as 10.0.0.0/16".to_owned()));
            None
        }
    });
    let list = PrefixList {
        name: node.text("PrefixListName", sink),
        owner: node.text("OwnerId", sink),
        entries: blocks.map(sorted),
    };
    Some(Item::PrefixList(id, list))
}

fn prefix_list_entry(node: &Node, sink: &mut Sink) -> Option<Item> {
    let cidr = node.required("Cidr", sink).and_then(|_| node.prefix("Cidr", sink))?;
    let Some(id) = prefix_list_of(node, sink.name()) else {
        sink.problem_at(node, Reason::EntriesOfUnknownList);
        return None;
    };
    Some(Item::PrefixList(id, PrefixList { entries: Some(vec![cidr]), ..PrefixList::default() }))
}

/// The list whose entries these are: as a `PrefixListId` beside them, as the key of a bundle above them, or in the
/// name of the file, because the output itself does not say.
fn prefix_list_of(entry: &Node, file_name: &str) -> Option<String> {
    let beside = entry.above().find_map(|node| {
        let id = node.value.get("PrefixListId").and_then(|id| id.as_str()).map(str::to_owned);
        id.or_else(|| node.key().filter(|key| key.starts_with("pl-")).map(str::to_owned))
    });
    beside.or_else(|| {
        let id = &file_name[file_name.rfind("pl-")?..];
        let end = id[3..].find(|c: char| !c.is_ascii_hexdigit()).map_or(id.len(), |at| at + 3);
        (end > 3).then(|| id[..end].to_owned())
    })
}

fn nat_gateway(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("NatGatewayId", sink)?;
    let (vpc, subnet) = (node.text("VpcId", sink), node.text("SubnetId", sink));
    let interfaces = node.texts_of("NatGatewayAddresses", "NetworkInterfaceId", sink).map(sorted);
    for interface in interfaces.iter().flatten() {
        // No security group can be put on a NAT gateway.
        let known = Interface {
            vpc: vpc.clone(),
            subnet: subnet.clone(),
            groups: Some(Vec::new()),
            ..Interface::default()
        };
        sink.found(node, Item::Interface(interface.clone(), known));
    }
    let public = node.list("NatGatewayAddresses", sink, |item, sink| Some(item.address("PublicIp", sink)));
    let gateway = NatGateway {
        name: name_tag(node, sink),
        vpc,
        subnet,
        interfaces,
        public_addresses: public.map(|public| sorted(public.into_iter().flatten().collect())),
    };
    Some(Item::NatGateway(id, gateway))
}

fn vpc_endpoint(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("VpcEndpointId", sink)?;
    let endpoint = VpcEndpoint {
        name: name_tag(node, sink),
        owner: node.text("OwnerId", sink),
        vpc: node.text("VpcId", sink),
        service: node.text("ServiceName", sink),
        endpoint_type: node.text("VpcEndpointType", sink),
        interfaces: node.texts("NetworkInterfaceIds", sink).map(sorted),
        groups: node.texts_of("Groups", "GroupId", sink).map(sorted),
    };
    for interface in endpoint.interfaces.iter().flatten() {
        let known =
            Interface { vpc: endpoint.vpc.clone(), groups: endpoint.groups.clone(), ..Interface::default() };
        sink.found(node, Item::Interface(interface.clone(), known));
    }
    Some(Item::VpcEndpoint(id, endpoint))
}

fn flow_log(node: &Node, sink: &mut Sink) -> Option<Item> {
    let id = node.required("FlowLogId", sink)?;
    let interval = node.integer("MaxAggregationInterval", sink);
    let log = FlowLog {
        resource: node.text("ResourceId", sink),
        traffic_type: node.text("TrafficType", sink),
        log_format: node.text("LogFormat", sink),
        max_aggregation_secs: interval.and_then(|secs| u32::try_from(secs).ok()),
        destination: node.text("LogDestination", sink).or_else(|| node.text("LogGroupName", sink)),
    };
    Some(Item::FlowLog(id, log))
}
