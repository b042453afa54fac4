//! The one table of AWS flow log fields: name, aliases, version, kind, meaning, sample.
//!
//! The parser, the filter, the column chooser, the help texts and the tests read it; no other file
//! spells an AWS field name. Source: the VPC and Transit Gateway user guides (versions 2 to 10, and 6 for
//! Transit Gateway); version 11 from secondary sources.

use serde::{Deserialize, Serialize};

/// What a field holds: decides how a value is checked, stored, compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// An IPv4, IPv6 or (EFA) MAC address.
    Address,
    /// Any text; stored as a code into the column's dictionary.
    Text,
    /// A port, 0 to 65,535.
    Port,
    /// An IANA protocol number, 0 to 255.
    Protocol,
    /// A number of packets.
    Packets,
    /// A number of bytes.
    Bytes,
    /// Seconds since 1970-01-01 UTC.
    Seconds,
    /// TCP flags ORed over the interval, 0 to 255.
    TcpFlags,
    /// A small code or count with no unit.
    Number,
}

impl FieldKind {
    /// The largest value that a number of this kind can have; `None` where values are not numbers.
    ///
    /// `u64::MAX` itself is never a value: decoded columns use it for absence.
    pub const fn max(self) -> Option<u64> {
        match self {
            FieldKind::Address | FieldKind::Text => None,
            FieldKind::Port => Some(u16::MAX as u64),
            FieldKind::Protocol | FieldKind::TcpFlags => Some(u8::MAX as u64),
            FieldKind::Packets | FieldKind::Bytes | FieldKind::Seconds | FieldKind::Number => {
                Some(u64::MAX - 1)
            }
        }
    }

    pub const fn is_number(self) -> bool {
        self.max().is_some()
    }
}

/// Which log carries a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    Vpc,
    TransitGateway,
}

/// One line of the table.
#[derive(Debug)]
pub struct FieldInfo {
    /// AWS's name, as in a log format: `pkt-srcaddr`.
    pub name: &'static str,
    /// Other spellings seen in the wild that case and separators alone do not explain.
    pub aliases: &'static [&'static str],
    /// The flow log version that introduced it.
    pub version: u8,
    pub log: LogKind,
    pub kind: FieldKind,
    /// What it means, in a sentence for people.
    pub doc: &'static str,
    /// A value as AWS writes it.
    pub sample: &'static str,
}

/// A field that AWS documents: an index into [`FIELDS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Field(u8);

macro_rules! fields {
    ($($id:ident $log:ident $version:literal $kind:ident $name:literal [$($alias:literal)*] $sample:literal $doc:literal;)*) => {
        /// Every field AWS documents: VPC fields in version order, then those only Transit Gateway logs have.
        pub const FIELDS: &[FieldInfo] = &[
            $(FieldInfo {
                name: $name, aliases: &[$($alias),*], version: $version, log: LogKind::$log,
                kind: FieldKind::$kind, doc: $doc, sample: $sample,
            }),*
        ];
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($id),* }
        impl Field { $(pub const $id: Field = Field(Index::$id as u8);)* }
    };
}

fields! {
    VERSION Vpc 2 Number "version" [] "2" "The flow log version: the highest one among the fields chosen; it says nothing about their order";
    ACCOUNT_ID Vpc 2 Text "account-id" [] "123456789012" "The AWS account that owns the source network interface";
    INTERFACE_ID Vpc 2 Text "interface-id" ["eni-id"] "eni-1235b8ca123456789" "The network interface (ENI) that recorded the traffic";
    SRCADDR Vpc 2 Address "srcaddr" ["src-address" "source-address"] "172.31.16.139" "Where the traffic came from; for egress the interface's own primary address";
    DSTADDR Vpc 2 Address "dstaddr" ["dst-address" "dest-address" "destination-address"] "172.31.16.21" "Where the traffic went; for ingress the interface's own primary address";
    SRCPORT Vpc 2 Port "srcport" ["source-port"] "20641" "The source port; 0 for protocols without ports";
    DSTPORT Vpc 2 Port "dstport" ["dest-port" "destination-port"] "22" "The destination port; 0 for protocols without ports";
    PROTOCOL Vpc 2 Protocol "protocol" [] "6" "The IANA protocol number: 6 is TCP, 17 UDP, 1 ICMP";
    PACKETS Vpc 2 Packets "packets" [] "20" "Packets transferred during the record's window";
    BYTES Vpc 2 Bytes "bytes" [] "4249" "Bytes transferred during the record's window";
    START Vpc 2 Seconds "start" ["start-time"] "1418530010" "When the first packet of the window arrived, up to 60 seconds late";
    END Vpc 2 Seconds "end" ["end-time"] "1418530070" "When the last packet of the window arrived, up to 60 seconds late";
    ACTION Vpc 2 Text "action" [] "ACCEPT" "ACCEPT, or REJECT: refused by a security group or network ACL, or arrived after the connection was closed";
    LOG_STATUS Vpc 2 Text "log-status" [] "OK" "OK; NODATA: no traffic in the window; SKIPDATA: records were skipped, the view has a hole";
    VPC_ID Vpc 3 Text "vpc-id" [] "vpc-abcdefab012345678" "The VPC of the network interface";
    SUBNET_ID Vpc 3 Text "subnet-id" [] "subnet-aaaaaaaa012345678" "The subnet of the network interface";
    INSTANCE_ID Vpc 3 Text "instance-id" [] "i-01234567890123456" "The instance of the network interface, if you own it";
    TCP_FLAGS Vpc 3 TcpFlags "tcp-flags" [] "2" "FIN 1, SYN 2, RST 4, SYN-ACK 18, ORed over the window; ACK and PSH alone are 0";
    TYPE Vpc 3 Text "type" [] "IPv4" "The type of traffic: IPv4, IPv6 or EFA";
    PKT_SRCADDR Vpc 3 Address "pkt-srcaddr" ["pkt-src-address"] "10.20.33.164" "The packet's original source address, where srcaddr shows an intermediate interface";
    PKT_DSTADDR Vpc 3 Address "pkt-dstaddr" ["pkt-dst-address"] "10.40.2.236" "The packet's original destination address, where dstaddr shows an intermediate interface";
    REGION Vpc 4 Text "region" [] "us-east-1" "The region of the network interface";
    AZ_ID Vpc 4 Text "az-id" [] "use1-az4" "The Availability Zone of the network interface, by id";
    SUBLOCATION_TYPE Vpc 4 Text "sublocation-type" [] "outpost" "The kind of sublocation: wavelength, outpost or localzone";
    SUBLOCATION_ID Vpc 4 Text "sublocation-id" [] "op-01234567890123456" "The id of the sublocation";
    PKT_SRC_AWS_SERVICE Vpc 5 Text "pkt-src-aws-service" [] "S3" "The AWS service whose address range holds pkt-srcaddr";
    PKT_DST_AWS_SERVICE Vpc 5 Text "pkt-dst-aws-service" [] "DYNAMODB" "The AWS service whose address range holds pkt-dstaddr";
    FLOW_DIRECTION Vpc 5 Text "flow-direction" [] "ingress" "Seen from the interface: ingress or egress";
    TRAFFIC_PATH Vpc 5 Number "traffic-path" [] "8" "The way egress traffic took: 1 same VPC, 2 internet gateway or gateway endpoint, 3 virtual private gateway, 4 peering in the region, 5 peering between regions, 6 local gateway, 7 gateway endpoint, 8 internet gateway";
    ECS_CLUSTER_ARN Vpc 7 Text "ecs-cluster-arn" [] "arn:aws:ecs:us-east-1:123456789012:cluster/web" "The ARN of the ECS cluster of a running task";
    ECS_CLUSTER_NAME Vpc 7 Text "ecs-cluster-name" [] "web" "The name of the ECS cluster of a running task";
    ECS_CONTAINER_INSTANCE_ARN Vpc 7 Text "ecs-container-instance-arn" [] "arn:aws:ecs:us-east-1:123456789012:container-instance/web/0f9de17a" "The ARN of the ECS container instance, on EC2";
    ECS_CONTAINER_INSTANCE_ID Vpc 7 Text "ecs-container-instance-id" [] "0f9de17a6465404e8b1b2356dc13c2f8" "The id of the ECS container instance, on EC2";
    ECS_CONTAINER_ID Vpc 7 Text "ecs-container-id" [] "5a8f1e3b9c7d" "The Docker runtime id of the task's first container";
    ECS_SECOND_CONTAINER_ID Vpc 7 Text "ecs-second-container-id" [] "91c0d2a4e6f8" "The Docker runtime id of the task's second container";
    ECS_SERVICE_NAME Vpc 7 Text "ecs-service-name" [] "frontend" "The ECS service that started the task";
    ECS_TASK_DEFINITION_ARN Vpc 7 Text "ecs-task-definition-arn" [] "arn:aws:ecs:us-east-1:123456789012:task-definition/front:7" "The ARN of the ECS task definition";
    ECS_TASK_ARN Vpc 7 Text "ecs-task-arn" [] "arn:aws:ecs:us-east-1:123456789012:task/web/9781c248" "The ARN of the ECS task";
    ECS_TASK_ID Vpc 7 Text "ecs-task-id" [] "9781c248b0a14d0e9f0b0c1c" "The id of the ECS task";
    REJECT_REASON Vpc 8 Text "reject-reason" [] "BPA" "Why it was rejected: BPA, VPC Block Public Access; EC, encryption controls; absent for security groups and network ACLs";
    RESOURCE_ID Vpc 9 Text "resource-id" [] "nat-1234567890abcdef" "The id of the regional NAT gateway that the traffic belongs to";
    ENCRYPTION_STATUS Vpc 10 Number "encryption-status" [] "1" "0 not encrypted, 1 by Nitro, 2 by the application, 3 by both";
    INSTANCE_TAG Vpc 11 Text "instance-tag" [] "web%20server" "The value of the first chosen tag of the instance, percent-encoded";
    INSTANCE_TAG_2 Vpc 11 Text "instance-tag-2" [] "prod" "The value of the second chosen tag of the instance, percent-encoded";
    INTERFACE_TAG Vpc 11 Text "interface-tag" [] "edge" "The value of the first chosen tag of the network interface, percent-encoded";
    INTERFACE_TAG_2 Vpc 11 Text "interface-tag-2" [] "team-a" "The value of the second chosen tag of the network interface, percent-encoded";
    ASG_TAG Vpc 11 Text "asg-tag" [] "workers" "The value of the first chosen tag of the Auto Scaling group, percent-encoded";
    ASG_TAG_2 Vpc 11 Text "asg-tag-2" [] "blue" "The value of the second chosen tag of the Auto Scaling group, percent-encoded";
    INTERFACE_TYPE Vpc 11 Text "interface-type" [] "nat_gateway" "What the network interface belongs to, such as nat_gateway or vpc_endpoint";
    NEXT_HOP_INTERFACE_ID Vpc 11 Text "next-hop-interface-id" [] "eni-0a1b2c3d4e5f67890" "The interface at the other end: the receiver for egress, the sender for ingress";
    NEXT_HOP_SUBNET_ID Vpc 11 Text "next-hop-subnet-id" [] "subnet-bbbbbbbb012345678" "The subnet of the interface at the other end";
    NEXT_HOP_AZ_ID Vpc 11 Text "next-hop-az-id" [] "use1-az2" "The Availability Zone of the interface at the other end";
    NEXT_HOP_VPC_ID Vpc 11 Text "next-hop-vpc-id" [] "vpc-0123456789abcdef0" "The VPC of the interface at the other end";
    NEXT_HOP_INTERFACE_TYPE Vpc 11 Text "next-hop-interface-type" [] "transit_gateway" "What the interface at the other end belongs to";
    RESOURCE_TYPE TransitGateway 6 Text "resource-type" [] "TransitGateway" "The type of resource the record was made for";
    TGW_ID TransitGateway 6 Text "tgw-id" [] "tgw-0123456789abcdef0" "The transit gateway";
    TGW_ATTACHMENT_ID TransitGateway 6 Text "tgw-attachment-id" [] "tgw-attach-0123456789abcdef0" "The attachment that recorded the traffic";
    TGW_SRC_VPC_ACCOUNT_ID TransitGateway 6 Text "tgw-src-vpc-account-id" [] "123456789012" "The account of the source VPC";
    TGW_DST_VPC_ACCOUNT_ID TransitGateway 6 Text "tgw-dst-vpc-account-id" [] "210987654321" "The account of the destination VPC";
    TGW_SRC_VPC_ID TransitGateway 6 Text "tgw-src-vpc-id" [] "vpc-0aaaaaaaaaaaaaaaa" "The source VPC";
    TGW_DST_VPC_ID TransitGateway 6 Text "tgw-dst-vpc-id" [] "vpc-0bbbbbbbbbbbbbbbb" "The destination VPC";
    TGW_SRC_SUBNET_ID TransitGateway 6 Text "tgw-src-subnet-id" [] "subnet-0aaaaaaaaaaaaaaaa" "The subnet of the source attachment";
    TGW_DST_SUBNET_ID TransitGateway 6 Text "tgw-dst-subnet-id" [] "subnet-0bbbbbbbbbbbbbbbb" "The subnet of the destination attachment";
    TGW_SRC_ENI TransitGateway 6 Text "tgw-src-eni" [] "eni-0aaaaaaaaaaaaaaaa" "The interface of the source attachment";
    TGW_DST_ENI TransitGateway 6 Text "tgw-dst-eni" [] "eni-0bbbbbbbbbbbbbbbb" "The interface of the destination attachment";
    TGW_SRC_AZ_ID TransitGateway 6 Text "tgw-src-az-id" [] "use1-az1" "The Availability Zone of the source attachment";
    TGW_DST_AZ_ID TransitGateway 6 Text "tgw-dst-az-id" [] "use1-az2" "The Availability Zone of the destination attachment";
    TGW_PAIR_ATTACHMENT_ID TransitGateway 6 Text "tgw-pair-attachment-id" [] "tgw-attach-0fedcba9876543210" "The attachment on the other side";
    PACKETS_LOST_NO_ROUTE TransitGateway 6 Packets "packets-lost-no-route" [] "0" "Packets lost because no route was there";
    PACKETS_LOST_BLACKHOLE TransitGateway 6 Packets "packets-lost-blackhole" [] "0" "Packets lost to a blackhole route";
    PACKETS_LOST_MTU_EXCEEDED TransitGateway 6 Packets "packets-lost-mtu-exceeded" [] "0" "Packets lost because they were larger than the MTU";
    PACKETS_LOST_TTL_EXPIRED TransitGateway 6 Packets "packets-lost-ttl-expired" [] "0" "Packets lost because their time to live ran out";
}

/// The version 2 default format: the layout of a flow log for which nobody chose one.
pub const DEFAULT_LAYOUT: [Field; 14] = [
    Field::VERSION,
    Field::ACCOUNT_ID,
    Field::INTERFACE_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::SRCPORT,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::PACKETS,
    Field::BYTES,
    Field::START,
    Field::END,
    Field::ACTION,
    Field::LOG_STATUS,
];

/// The default format of Transit Gateway flow logs: all their fields.
pub const TRANSIT_GATEWAY_LAYOUT: [Field; 36] = [
    Field::VERSION,
    Field::RESOURCE_TYPE,
    Field::ACCOUNT_ID,
    Field::TGW_ID,
    Field::TGW_ATTACHMENT_ID,
    Field::TGW_SRC_VPC_ACCOUNT_ID,
    Field::TGW_DST_VPC_ACCOUNT_ID,
    Field::TGW_SRC_VPC_ID,
    Field::TGW_DST_VPC_ID,
    Field::TGW_SRC_SUBNET_ID,
    Field::TGW_DST_SUBNET_ID,
    Field::TGW_SRC_ENI,
    Field::TGW_DST_ENI,
    Field::TGW_SRC_AZ_ID,
    Field::TGW_DST_AZ_ID,
    Field::TGW_PAIR_ATTACHMENT_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::SRCPORT,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::PACKETS,
    Field::BYTES,
    Field::START,
    Field::END,
    Field::LOG_STATUS,
    Field::TYPE,
    Field::PACKETS_LOST_NO_ROUTE,
    Field::PACKETS_LOST_BLACKHOLE,
    Field::PACKETS_LOST_MTU_EXCEEDED,
    Field::PACKETS_LOST_TTL_EXPIRED,
    Field::TCP_FLAGS,
    Field::REGION,
    Field::FLOW_DIRECTION,
    Field::PKT_SRC_AWS_SERVICE,
    Field::PKT_DST_AWS_SERVICE,
];

/// The versions that brought VPC flow logs new fields.
pub const VPC_VERSIONS: [u8; 9] = [2, 3, 4, 5, 7, 8, 9, 10, 11];

/// All fields of VPC flow logs up to a version, in the order in which AWS lists them: the usual choice of who chooses.
pub fn fields_up_to(version: u8) -> Vec<Field> {
    let is_there = |field: &Field| field.info().log == LogKind::Vpc && field.info().version <= version;
    Field::all().filter(is_there).collect()
}

impl Field {
    pub const COUNT: usize = FIELDS.len();

    pub fn all() -> impl Iterator<Item = Field> {
        (0..FIELDS.len() as u8).map(Field)
    }

    /// The field that a header, a log format or a filter means by `name`: AWS's own name, the same with
    /// underscores or in camelCase, or an alias from the table.
    pub fn from_name(name: &str) -> Option<Field> {
        // A name longer than any field's, with its separators, is none of them.
        const NAME_BYTES_MAX: usize = 48;
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return None;
        }
        Field::all().find(|field| {
            let info = field.info();
            same_name(info.name, name) || info.aliases.iter().any(|alias| same_name(alias, name))
        })
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub fn info(self) -> &'static FieldInfo {
        &FIELDS[self.index()]
    }

    pub fn name(self) -> &'static str {
        self.info().name
    }

    pub fn kind(self) -> FieldKind {
        self.info().kind
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether two spellings differ in case and in `-` or `_` only.
fn same_name(a: &str, b: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(|b| !matches!(b, b'-' | b'_')).map(|b| b.to_ascii_lowercase())
    }
    // "-" is absence, not a name without letters.
    letters(a).next().is_some() && letters(a).eq(letters(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_finds_its_field() {
        for field in Field::all() {
            let info = field.info();
            assert_eq!(Field::from_name(info.name), Some(field));
            assert_eq!(Field::from_name(&info.name.replace('-', "_")), Some(field));
            assert_eq!(Field::from_name(&info.name.to_uppercase()), Some(field));
            for alias in info.aliases {
                assert_eq!(Field::from_name(alias), Some(field));
            }
        }
        assert_eq!(Field::from_name("dstPort"), Some(Field::DSTPORT));
        assert_eq!(Field::from_name("pktSrcAwsService"), Some(Field::PKT_SRC_AWS_SERVICE));
        assert_eq!(Field::from_name("flow"), None);
        assert_eq!(Field::from_name("-"), None);
    }

    #[test]
    fn versions_hold_as_many_fields_as_aws_documents() {
        let counts = VPC_VERSIONS.map(|version| fields_up_to(version).len());
        assert_eq!(counts, [14, 21, 25, 29, 39, 40, 41, 42, 54]);
    }

    #[test]
    fn each_field_explains_itself() {
        for info in FIELDS {
            assert!(info.doc.len() > 10 && !info.doc.ends_with('.'), "{}", info.name);
            assert!(!info.sample.is_empty() && !info.sample.contains(' '), "{}", info.name);
            if let Some(max) = info.kind.max() {
                assert!(info.sample.parse::<u64>().unwrap() <= max, "{}", info.name);
            }
        }
    }
}
