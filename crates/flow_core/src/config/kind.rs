//! The kinds of things that the account's descriptions are of, and by which keys each is known in JSON: one table.

use serde::{Deserialize, Serialize};

/// What one description is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    SecurityGroup,
    SecurityGroupRule,
    NetworkAcl,
    Interface,
    Subnet,
    RouteTable,
    Vpc,
    Instance,
    PrefixList,
    PrefixListEntry,
    NatGateway,
    VpcEndpoint,
    FlowLog,
}

pub(super) struct KindInfo {
    pub kind: Kind,
    pub name: &'static str,
    /// What the AWS CLI prints it with.
    pub command: &'static str,
    /// The key of the list in the output.
    pub list: &'static str,
    /// Two keys that an object of the kind has, the first being its id. Where a list was cut out of its output
    /// (`--query`, `jq`), objects are known by them.
    pub keys: [&'static str; 2],
}

const fn info(
    kind: Kind,
    name: &'static str,
    command: &'static str,
    list: &'static str,
    keys: [&'static str; 2],
) -> KindInfo {
    KindInfo { kind, name, command, list, keys }
}

/// In the order of [`Kind`]. Objects are known by the first line that fits: an interface also has a `SubnetId`, a
/// subnet a `VpcId`.
pub(super) const KINDS: [KindInfo; 13] = [
    info(
        Kind::SecurityGroup,
        "security group",
        "describe-security-groups",
        "SecurityGroups",
        ["GroupId", "IpPermissions"],
    ),
    info(
        Kind::SecurityGroupRule,
        "security group rule",
        "describe-security-group-rules",
        "SecurityGroupRules",
        ["SecurityGroupRuleId", "GroupId"],
    ),
    info(
        Kind::NetworkAcl,
        "network ACL",
        "describe-network-acls",
        "NetworkAcls",
        ["NetworkAclId", "Entries"],
    ),
    info(
        Kind::Interface,
        "network interface",
        "describe-network-interfaces",
        "NetworkInterfaces",
        ["NetworkInterfaceId", "Groups"],
    ),
    info(Kind::Subnet, "subnet", "describe-subnets", "Subnets", ["SubnetId", "CidrBlock"]),
    info(Kind::RouteTable, "route table", "describe-route-tables", "RouteTables", ["RouteTableId", "Routes"]),
    info(Kind::Vpc, "VPC", "describe-vpcs", "Vpcs", ["VpcId", "CidrBlock"]),
    info(Kind::Instance, "instance", "describe-instances", "Instances", ["InstanceId", "NetworkInterfaces"]),
    info(
        Kind::PrefixList,
        "prefix list",
        "describe-managed-prefix-lists",
        "PrefixLists",
        ["PrefixListId", "PrefixListName"],
    ),
    info(
        Kind::PrefixListEntry,
        "prefix list entry",
        "get-managed-prefix-list-entries",
        "Entries",
        ["Cidr", "Description"],
    ),
    info(
        Kind::NatGateway,
        "NAT gateway",
        "describe-nat-gateways",
        "NatGateways",
        ["NatGatewayId", "NatGatewayAddresses"],
    ),
    info(
        Kind::VpcEndpoint,
        "VPC endpoint",
        "describe-vpc-endpoints",
        "VpcEndpoints",
        ["VpcEndpointId", "VpcEndpointType"],
    ),
    info(Kind::FlowLog, "flow log", "describe-flow-logs", "FlowLogs", ["FlowLogId", "ResourceId"]),
];

impl Kind {
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(|info| info.kind)
    }

    pub(super) const fn info(self) -> &'static KindInfo {
        &KINDS[self as usize]
    }

    /// In the singular: `security group`.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// `security groups`.
    pub fn plural(self) -> String {
        let name = self.name();
        match name.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{name}s"),
        }
    }

    /// `1 security group`, `2 security groups`.
    pub fn counted(self, n: u32) -> String {
        if n == 1 { format!("1 {}", self.name()) } else { format!("{n} {}", self.plural()) }
    }

    /// The command of `aws ec2` that describes such things.
    pub const fn command(self) -> &'static str {
        self.info().command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for kind in Kind::all() {
            assert_eq!(kind.info().kind, kind);
        }
    }
}
