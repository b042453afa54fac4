//! Traffic that AWS filters with neither security groups nor network ACLs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::flow::Flow;
use crate::record::Address;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Exemption {
    AmazonDns,
    InstanceMetadata,
    ContainerMetadata,
    TimeSync,
    WindowsActivation,
    Dhcp,
    VpcRouter,
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> Address {
    Address::V4(u32::from_be_bytes([a, b, c, d]))
}

/// `fd00:ec2::<last>`
const fn v6(last: u16) -> Address {
    Address::V6(0xfd00_0ec2 << 96 | last as u128)
}

/// Addresses that are the same in every VPC. Others are worked out from a VPC's and a subnet's blocks.
const EVERYWHERE: [(Address, Exemption); 13] = [
    (v4(169, 254, 169, 253), Exemption::AmazonDns),
    (v6(0x253), Exemption::AmazonDns),
    (v4(169, 254, 169, 254), Exemption::InstanceMetadata),
    (v6(0x254), Exemption::InstanceMetadata),
    (v4(169, 254, 170, 2), Exemption::ContainerMetadata),
    (v4(169, 254, 170, 23), Exemption::ContainerMetadata),
    (v6(0x23), Exemption::ContainerMetadata),
    (v4(169, 254, 169, 123), Exemption::TimeSync),
    (v6(0x123), Exemption::TimeSync),
    (v4(169, 254, 169, 250), Exemption::WindowsActivation),
    (v4(169, 254, 169, 251), Exemption::WindowsActivation),
    (v6(0x250), Exemption::WindowsActivation),
    (v6(0x251), Exemption::WindowsActivation),
];

const UDP: u8 = 17;
const DHCP_SERVER: u16 = 67;

/// `reserved` are the addresses of the VPC's resolver and the subnet's router.
pub(super) fn exemption(flow: &Flow, reserved: &[(Address, Exemption)]) -> Option<Exemption> {
    let is_ours = match flow.remote {
        Address::V4(bits) => bits >> 16 == 0xa9fe,
        Address::V6(bits) => bits >> 96 == 0xfd00_0ec2,
        Address::Mac(_) => false,
    };
    let known = reserved.iter().chain(if is_ours { &EVERYWHERE[..] } else { &[] });
    let exempt = known.into_iter().find(|(address, _)| *address == flow.remote);
    if let Some((_, exemption)) = exempt {
        return Some(*exemption);
    }
    let is_dhcp = flow.protocol == UDP
        && flow.remote == Address::V4(u32::MAX)
        && flow.ports.is_some_and(|ports| ports.remote == DHCP_SERVER);
    is_dhcp.then_some(Exemption::Dhcp)
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Exemption::AmazonDns => "Amazon's DNS resolver",
            Exemption::InstanceMetadata => "the instance metadata service",
            Exemption::ContainerMetadata => "the metadata service of containers",
            Exemption::TimeSync => "the Amazon Time Sync Service",
            Exemption::WindowsActivation => "the licence activation of Windows",
            Exemption::Dhcp => "Amazon's DHCP",
            Exemption::VpcRouter => "the VPC router",
        })
    }
}
