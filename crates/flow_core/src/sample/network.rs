//! The VPC that the sample log watches: subnets, interfaces, and the outside that talks to them.
//!
//! Addresses outside are from ranges that nobody has (documentation and benchmarking), so that the sample
//! accuses no one; only S3 and DynamoDB have addresses of theirs, to which the records' service names belong.

use std::ops::Range;

use super::random::Random;
use crate::record::Address;

pub const ACCOUNT_ID: &str = "123456789012";
pub const REGION: &str = "us-east-1";

/// What an interface belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    LoadBalancer,
    Bastion,
    NatGateway,
    Web,
    App,
    /// An app instance in a security group that the database does not admit.
    AppInWrongGroup,
    Postgres,
    Redis,
    Resolver,
    Monitor,
    /// Has no traffic.
    Idle,
}

/// Roles with the subnet and the last part of the address of each interface. Subnets 0 and 1 are public,
/// 10 and 11 private, 20 and 21 for data; even ones are in one zone, odd ones in the other.
const INTERFACES: &[(Role, u8, u8)] = &[
    (Role::LoadBalancer, 0, 10),
    (Role::LoadBalancer, 1, 10),
    (Role::Bastion, 0, 20),
    (Role::NatGateway, 0, 30),
    (Role::Web, 10, 11),
    (Role::Web, 11, 11),
    (Role::Web, 10, 12),
    (Role::Web, 11, 12),
    (Role::Web, 10, 13),
    (Role::Web, 11, 13),
    (Role::App, 10, 21),
    (Role::App, 11, 21),
    (Role::App, 10, 22),
    (Role::App, 11, 22),
    (Role::AppInWrongGroup, 10, 23),
    (Role::AppInWrongGroup, 11, 23),
    (Role::Postgres, 20, 10),
    (Role::Postgres, 21, 10),
    (Role::Redis, 20, 20),
    (Role::Redis, 21, 20),
    (Role::Resolver, 20, 53),
    (Role::Monitor, 10, 90),
    (Role::Idle, 10, 200),
    (Role::Idle, 11, 200),
];

/// An index into the network's interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceId(pub usize);

/// An interface with its metadata as records print it.
#[derive(Debug)]
pub struct Interface {
    pub role: Role,
    pub v4: Address,
    pub v6: Address,
    pub interface_id: String,
    /// `-` for interfaces that AWS manages.
    pub instance_id: String,
    pub subnet_id: String,
    pub az_id: &'static str,
    /// Where in each minute the interface's windows begin.
    pub phase_secs: u64,
}

impl Interface {
    /// The third part of its addresses, which is its subnet's.
    pub fn subnet_number(&self) -> u8 {
        match self.v4 {
            Address::V4(bits) => bits.to_be_bytes()[2],
            _ => unreachable!("it is made so"),
        }
    }
}

#[derive(Debug)]
pub struct Network {
    pub vpc_id: String,
    pub interfaces: Vec<Interface>,
}

impl Network {
    pub fn new(random: &mut Random) -> Network {
        let mut id = |kind: &str| format!("{kind}-0{:016x}", random.any());
        let vpc_id = id("vpc");
        let subnet_ids: Vec<(u8, String)> =
            [0, 1, 10, 11, 20, 21].into_iter().map(|subnet| (subnet, id("subnet"))).collect();
        let interfaces = INTERFACES
            .iter()
            .enumerate()
            .map(|(at, &(role, subnet, host))| {
                let is_managed = matches!(role, Role::LoadBalancer | Role::NatGateway);
                let (_, subnet_id) =
                    subnet_ids.iter().find(|(known, _)| *known == subnet).expect("listed above");
                Interface {
                    role,
                    v4: Address::V4(u32::from_be_bytes([10, 0, subnet, host])),
                    // 2001:db8:0:a000::/56, one /64 for each subnet.
                    v6: Address::V6(
                        0x2001_0db8_0000_a000 << 64
                            | u128::from(subnet) << 64
                            | 0x8d6e << 48
                            | u128::from(host),
                    ),
                    interface_id: id("eni"),
                    instance_id: if is_managed { "-".to_owned() } else { id("i") },
                    subnet_id: subnet_id.clone(),
                    az_id: if subnet % 2 == 0 { "use1-az1" } else { "use1-az4" },
                    phase_secs: at as u64 * 37 % 60,
                }
            })
            .collect();
        Network { vpc_id, interfaces }
    }

    pub fn interface(&self, id: InterfaceId) -> &Interface {
        &self.interfaces[id.0]
    }

    /// One of the interfaces of a role.
    pub fn any(&self, role: Role, random: &mut Random) -> InterfaceId {
        let Range { start, end } = places(role);
        InterfaceId(random.between(start as u64, end as u64 - 1) as usize)
    }

    /// The interface of a role that a number stands for, the same one every time.
    pub fn nth(&self, role: Role, n: u64) -> InterfaceId {
        let places = places(role);
        InterfaceId(places.start + (n % places.len() as u64) as usize)
    }

    /// One that runs our programs: web, app, data or monitoring.
    pub fn any_host(&self, random: &mut Random) -> InterfaceId {
        let (first, last) = (places(Role::Web).start, places(Role::Monitor).start);
        InterfaceId(random.between(first as u64, last as u64) as usize)
    }
}

/// Where the interfaces of a role are; they stand together.
fn places(role: Role) -> Range<usize> {
    let start = INTERFACES.iter().position(|(known, ..)| *known == role).expect("each role has an interface");
    let n = INTERFACES[start..].iter().take_while(|(known, ..)| *known == role).count();
    start..start + n
}

/// The AWS service whose range holds an address.
pub fn aws_service(address: Address) -> Option<&'static str> {
    match address {
        Address::V4(bits) if bits >> 17 == S3 >> 17 => Some("S3"),
        Address::V4(bits) if bits >> 16 == DYNAMODB >> 16 => Some("DYNAMODB"),
        _ => None,
    }
}

const S3: u32 = u32::from_be_bytes([52, 216, 0, 0]);
const DYNAMODB: u32 = u32::from_be_bytes([52, 94, 0, 0]);

/// 198.18.0.0/15, kept free for benchmarks.
const STRANGERS: u32 = u32::from_be_bytes([198, 18, 0, 0]);

pub fn s3(random: &mut Random) -> Address {
    Address::V4(S3 + 24 + random.few_often(256) as u32 * 251)
}

pub fn dynamodb(random: &mut Random) -> Address {
    Address::V4(DYNAMODB + 10 + random.few_often(64) as u32 * 13)
}

pub fn package_mirror(random: &mut Random) -> Address {
    Address::V4(u32::from_be_bytes([192, 0, 2, 80 + random.few_often(8) as u8]))
}

pub fn time_server(random: &mut Random) -> Address {
    Address::V4(u32::from_be_bytes([192, 0, 2, 120 + random.below(4) as u8]))
}

/// Whoever may come in through the bastion.
pub fn administrator(random: &mut Random) -> Address {
    Address::V4(u32::from_be_bytes([203, 0, 113, 40 + random.few_often(3) as u8]))
}

pub fn client_v4(random: &mut Random) -> Address {
    Address::V4(STRANGERS + random.few_often(1 << 16) as u32 * 2)
}

pub fn client_v6(random: &mut Random) -> Address {
    let (site, host) = (random.few_often(4_096), random.few_often(16));
    Address::V6(0x2001_0db8_0001_0000 << 64 | u128::from(site) << 64 | u128::from(host) << 40 | 0x1f3d)
}

pub fn scanner(random: &mut Random) -> Address {
    Address::V4(STRANGERS + (random.few_often(1 << 12) as u32 * 29 % (1 << 16)) * 2 + 1)
}

/// The one behind the burst.
pub const BURST_SCANNER: Address = Address::V4(u32::from_be_bytes([198, 51, 100, 66]));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interfaces_of_a_role_stand_together_and_have_addresses_of_their_own() {
        let network = Network::new(&mut Random::new(1));
        for (at, interface) in network.interfaces.iter().enumerate() {
            assert!(places(interface.role).contains(&at), "{:?}", interface.role);
            assert!(interface.v4.is_private());
            let same = network.interfaces.iter().filter(|other| {
                other.v4 == interface.v4
                    || other.v6 == interface.v6
                    || other.interface_id == interface.interface_id
            });
            assert_eq!(same.count(), 1);
        }
    }

    #[test]
    fn services_own_their_addresses_and_strangers_none() {
        let mut random = Random::new(1);
        for _ in 0..1_000 {
            assert_eq!(aws_service(s3(&mut random)), Some("S3"));
            assert_eq!(aws_service(dynamodb(&mut random)), Some("DYNAMODB"));
            for address in [client_v4(&mut random), scanner(&mut random), package_mirror(&mut random)] {
                assert_eq!(aws_service(address), None);
                assert!(!address.is_private());
            }
        }
    }
}
