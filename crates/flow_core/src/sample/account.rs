//! The account of the sample's VPC, described as the AWS CLI prints it: what its groups and network ACLs let through, and
//! why the troubles in the log are there. Only what a diagnosis asks for.

use serde_json::{Value as Json, json};

use super::network::{ACCOUNT_ID, Network, REGION, Role};
use super::random::Random;
use super::traffic::{FIRST_REPLY_PORT_ALLOWED, SUBNET_WITHOUT_LOW_PORTS};
use crate::arrange::Arrange;

/// Groups with their roles and the traffic that they let in; all let everything out.
const GROUPS: &[(&str, &[Role], &[Opening])] = &[
    (
        "balancer",
        &[Role::LoadBalancer],
        &[
            Opening { protocol: "tcp", port: 80, from: From::Everybody },
            Opening { protocol: "tcp", port: 443, from: From::Everybody },
        ],
    ),
    (
        "bastion",
        &[Role::Bastion],
        &[Opening { protocol: "tcp", port: 22, from: From::Cidr("203.0.113.40/29") }],
    ),
    (
        "web",
        &[Role::Web],
        &[
            Opening { protocol: "tcp", port: 80, from: From::Group("balancer") },
            Opening { protocol: "tcp", port: 8081, from: From::Group("balancer") },
        ],
    ),
    ("app", &[Role::App], &[Opening { protocol: "tcp", port: 8080, from: From::Group("web") }]),
    (
        "app-new",
        &[Role::AppInWrongGroup],
        &[Opening { protocol: "tcp", port: 8080, from: From::Group("web") }],
    ),
    (
        "postgres",
        &[Role::Postgres],
        &[
            Opening { protocol: "tcp", port: 5432, from: From::Group("app") },
            Opening { protocol: "tcp", port: 5432, from: From::Group("postgres") },
        ],
    ),
    (
        "redis",
        &[Role::Redis],
        &[
            Opening { protocol: "tcp", port: 6379, from: From::Group("app") },
            Opening { protocol: "tcp", port: 6379, from: From::Group("monitor") },
        ],
    ),
    (
        "resolver",
        &[Role::Resolver],
        &[
            Opening { protocol: "udp", port: 53, from: From::Cidr(VPC_CIDR) },
            Opening { protocol: "tcp", port: 53, from: From::Cidr(VPC_CIDR) },
        ],
    ),
    ("monitor", &[Role::Monitor], &[]),
    ("idle", &[Role::Idle], &[]),
    (
        "managed",
        &[
            Role::Web,
            Role::App,
            Role::AppInWrongGroup,
            Role::Postgres,
            Role::Redis,
            Role::Resolver,
            Role::Monitor,
        ],
        &[
            Opening { protocol: "tcp", port: 22, from: From::Group("bastion") },
            Opening { protocol: "tcp", port: 9100, from: From::Group("monitor") },
            Opening { protocol: "icmp", port: -1, from: From::Cidr(VPC_CIDR) },
        ],
    ),
];

const VPC_CIDR: &str = "10.0.0.0/16";
const VPC_CIDR_V6: &str = "2001:db8:0:a000::/56";

struct Opening {
    protocol: &'static str,
    /// -1 where there is none.
    port: i32,
    from: From,
}

enum From {
    Everybody,
    Cidr(&'static str),
    Group(&'static str),
}

/// One JSON document with the outputs of five commands.
pub fn sample_account(seed: u64) -> String {
    let network = Network::new(&mut Random::new(seed));
    // Ids of what no record names come from numbers of their own, so that the log does not change with them.
    let mut random = Random::new(!seed);
    let ids: Vec<(&str, String)> =
        GROUPS.iter().map(|(name, ..)| (*name, format!("sg-0{:016x}", random.any()))).collect();
    let id_of = |name: &str| ids.iter().find(|(known, _)| *known == name).map(|(_, id)| id.as_str());
    let acl_ids = [(); 2].map(|()| format!("acl-0{:016x}", random.any()));
    let subnets = subnets(&network);
    let account = json!({
        "Vpcs": [{
            "VpcId": network.vpc_id, "OwnerId": ACCOUNT_ID, "CidrBlock": VPC_CIDR,
            "Ipv6CidrBlockAssociationSet": [{
                "Ipv6CidrBlock": VPC_CIDR_V6, "Ipv6CidrBlockState": { "State": "associated" },
            }],
        }],
        "Subnets": subnets.iter().map(|(number, id)| subnet(&network, *number, id)).collect::<Vec<_>>(),
        "SecurityGroups": GROUPS.iter().map(|(name, _, openings)| json!({
            "GroupId": id_of(name), "GroupName": name, "VpcId": network.vpc_id, "OwnerId": ACCOUNT_ID,
            "IpPermissions": openings.iter().map(|opening| permission(opening, id_of)).collect::<Vec<_>>(),
            "IpPermissionsEgress": [{
                "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }],
            }],
        })).collect::<Vec<_>>(),
        "NetworkAcls": network_acls(&network, &subnets, &acl_ids),
        "NetworkInterfaces": network.interfaces.iter().map(|interface| {
            let groups = GROUPS.iter().filter(|(_, roles, _)| roles.contains(&interface.role));
            let groups: Vec<Json> =
                groups.map(|(name, ..)| json!({ "GroupId": id_of(name), "GroupName": name })).collect();
            json!({
                "NetworkInterfaceId": interface.interface_id, "VpcId": network.vpc_id,
                "SubnetId": interface.subnet_id, "OwnerId": ACCOUNT_ID, "Groups": groups,
                "InterfaceType": if interface.role == Role::NatGateway { "nat_gateway" } else { "interface" },
                "PrivateIpAddress": interface.v4.to_string(),
                "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": interface.v4.to_string() }],
                "Ipv6Addresses": [{ "Ipv6Address": interface.v6.to_string() }],
            })
        }).collect::<Vec<_>>(),
    });
    format!("{account:#}\n")
}

/// The third parts of the subnets' addresses, and their ids.
fn subnets(network: &Network) -> Vec<(u8, &str)> {
    let mut subnets: Vec<(u8, &str)> = network
        .interfaces
        .iter()
        .map(|interface| (interface.subnet_number(), &*interface.subnet_id))
        .collect();
    subnets.arrange();
    subnets.dedup();
    subnets
}

fn subnet(network: &Network, number: u8, id: &str) -> Json {
    json!({
        "SubnetId": id, "VpcId": network.vpc_id, "OwnerId": ACCOUNT_ID,
        "CidrBlock": format!("10.0.{number}.0/24"),
        "AvailabilityZone": format!("{REGION}{}", if number.is_multiple_of(2) { 'a' } else { 'b' }),
        "Ipv6CidrBlockAssociationSet": [{
            "Ipv6CidrBlock": format!("2001:db8:0:a0{number:02x}::/64"), "Ipv6CidrBlockState": { "State": "associated" },
        }],
    })
}

fn permission<'a>(opening: &Opening, id_of: impl Fn(&str) -> Option<&'a str>) -> Json {
    let mut permission = json!({
        "IpProtocol": opening.protocol, "FromPort": opening.port, "ToPort": opening.port,
        "UserIdGroupPairs": [], "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [],
    });
    match opening.from {
        From::Everybody => {
            permission["IpRanges"] = json!([{ "CidrIp": "0.0.0.0/0" }]);
            permission["Ipv6Ranges"] = json!([{ "CidrIpv6": "::/0" }]);
        }
        From::Cidr(cidr) => permission["IpRanges"] = json!([{ "CidrIp": cidr }]),
        From::Group(name) => {
            permission["UserIdGroupPairs"] = json!([{ "GroupId": id_of(name), "UserId": ACCOUNT_ID }]);
        }
    }
    permission
}

/// The default ACL, and one that somebody made for a data subnet: its replies to the private subnets' machines go to the
/// ports of Windows only.
fn network_acls(network: &Network, subnets: &[(u8, &str)], ids: &[String; 2]) -> Json {
    let entry = |number: u32, is_egress: bool, protocol: &str, cidr: &str, ports: Option<(u16, u16)>| {
        let action = if number >= STAR { "deny" } else { "allow" };
        let block = if cidr.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" };
        let mut entry = json!({
            "RuleNumber": number, "Egress": is_egress, "Protocol": protocol, block: cidr, "RuleAction": action,
        });
        if let Some((from, to)) = ports {
            entry["PortRange"] = json!({ "From": from, "To": to });
        }
        if protocol == ICMP {
            entry["IcmpTypeCode"] = json!({ "Type": -1, "Code": -1 });
        }
        entry
    };
    let everything = |number: u32, is_egress: bool| {
        ["0.0.0.0/0", "::/0"]
            .into_iter()
            .zip(number..)
            .map(move |(cidr, number)| entry(number, is_egress, "-1", cidr, None))
    };
    let made: Vec<Json> = [
        ("-1", "10.0.0.0/23", None),
        ("-1", "10.0.20.0/23", None),
        ("-1", "10.0.10.0/26", None),
        ("-1", "10.0.11.0/26", None),
        ("6", "10.0.10.0/23", Some((FIRST_REPLY_PORT_ALLOWED, u16::MAX))),
        (ICMP, "10.0.10.0/23", None),
    ]
    .into_iter()
    .zip((100..).step_by(10))
    .map(|((protocol, cidr, ports), number)| entry(number, true, protocol, cidr, ports))
    .collect();
    let associations = |is_made: bool| -> Vec<Json> {
        let guarded = subnets.iter().filter(|(number, _)| (*number == SUBNET_WITHOUT_LOW_PORTS) == is_made);
        guarded.map(|(_, id)| json!({ "SubnetId": id })).collect()
    };
    let acl = |at: usize, egress: Vec<Json>| {
        let ingress = everything(100, false).chain(everything(STAR, false));
        let entries: Vec<Json> = ingress.chain(egress).chain(everything(STAR, true)).collect();
        json!({
            "NetworkAclId": ids[at], "VpcId": network.vpc_id, "OwnerId": ACCOUNT_ID, "IsDefault": at == 0,
            "Associations": associations(at == 1), "Entries": entries,
        })
    };
    json!([acl(0, everything(100, true).collect()), acl(1, made)])
}

/// The number of the entry that denies the rest of IPv4; the next denies that of IPv6.
const STAR: u32 = 32_767;

const ICMP: &str = "1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::read::read_configuration;

    #[test]
    fn it_is_read_without_a_question() {
        let text = sample_account(1);
        let (configuration, report) = read_configuration([("sample-account.json", text.as_bytes())]);
        assert_eq!((report.n_problems, &report.missing[..]), (0, &[][..]), "{report:#?}");
        assert_eq!(configuration.interfaces.len(), Network::new(&mut Random::new(1)).interfaces.len());
        assert_eq!(text, sample_account(1));
        assert!(text.len() < 40_000, "{} bytes", text.len());
    }
}
