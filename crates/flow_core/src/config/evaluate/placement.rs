//! Where a flow meets rules: an interface, or the subnet and groups that one would have.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;

use super::decision::Answer;
use super::exemption::Exemption;
use super::remote::{AddressSet, addresses_of_vpc};
use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::record::{Address, Prefix};

/// A place that an [`Evaluator`](super::Evaluator) has made ready; its own, not another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PlaceId(pub(super) u32);

/// What of an interface its rules follow from. Absent where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placement {
    pub vpc: Option<String>,
    pub subnet: Option<String>,
    pub groups: Option<Vec<String>>,
}

impl Placement {
    pub fn of(interface: &Interface) -> Placement {
        let Interface { vpc, subnet, groups, .. } = interface;
        Placement { vpc: vpc.clone(), subnet: subnet.clone(), groups: groups.clone() }
    }
}

/// What tells whether a remote end is in the interface's own subnet.
#[derive(Debug)]
pub(super) enum Neighbourhood {
    /// The subnet is described.
    Blocks(AddressSet),
    /// It is not: what other interfaces tell, and where else a VPC's addresses can be.
    Interfaces { inside: HashSet<Address>, outside: HashSet<Address>, vpc: AddressSet },
}

impl Neighbourhood {
    pub fn of(placement: &Placement, configuration: &Configuration) -> Neighbourhood {
        let subnet = placement.subnet.as_deref();
        let described = subnet.and_then(|subnet| configuration.subnets.get(subnet));
        if let Some(blocks) = described.and_then(|subnet| subnet.cidrs.as_ref()) {
            return Neighbourhood::Blocks(AddressSet::of(blocks.iter().copied()));
        }
        let vpc = vpc_of(placement, configuration);
        let (mut inside, mut outside) = (HashSet::new(), HashSet::new());
        for interface in configuration.interfaces.values() {
            let addresses = interface.addresses.iter().flatten();
            match (subnet, interface.subnet.as_deref()) {
                (Some(own), Some(other)) if own == other => inside.extend(addresses),
                (Some(_), Some(_)) if vpc.is_some() && interface.vpc.as_deref() == vpc => {
                    outside.extend(addresses);
                }
                _ => {}
            }
        }
        Neighbourhood::Interfaces { inside, outside, vpc: addresses_of_vpc(configuration, vpc) }
    }

    pub fn holds(&self, remote: Address) -> Answer {
        match self {
            Neighbourhood::Blocks(blocks) if blocks.contains(remote) => Answer::Yes,
            Neighbourhood::Blocks(_) => Answer::No,
            Neighbourhood::Interfaces { inside, .. } if inside.contains(&remote) => Answer::Yes,
            Neighbourhood::Interfaces { outside, .. } if outside.contains(&remote) => Answer::No,
            Neighbourhood::Interfaces { vpc, .. } if vpc.contains(remote) => Answer::Unknowable,
            Neighbourhood::Interfaces { .. } => Answer::No,
        }
    }
}

fn vpc_of<'a>(placement: &'a Placement, configuration: &'a Configuration) -> Option<&'a str> {
    let subnet = placement.subnet.as_deref().and_then(|subnet| configuration.subnets.get(subnet));
    placement.vpc.as_deref().or_else(|| subnet?.vpc.as_deref())
}

/// Addresses that AWS keeps for itself: the resolver, two past the base of the VPC's primary block, and the router,
/// one past the base of the subnet.
pub(super) fn reserved(placement: &Placement, configuration: &Configuration) -> Vec<(Address, Exemption)> {
    let past = |block: &Prefix, n: u32| match block.base() {
        Address::V4(base) => base.checked_add(n).map(Address::V4),
        _ => None,
    };
    let vpc = vpc_of(placement, configuration).and_then(|vpc| configuration.vpcs.get(vpc));
    let primary = vpc.and_then(|vpc| vpc.cidrs.as_ref()?.first());
    let subnet = placement.subnet.as_ref().and_then(|subnet| configuration.subnets.get(subnet));
    let blocks = subnet.into_iter().flat_map(|subnet| &subnet.cidrs).flatten();
    let resolver = primary.and_then(|block| past(block, 2)).map(|at| (at, Exemption::AmazonDns));
    let routers = blocks.filter_map(|block| past(block, 1)).map(|at| (at, Exemption::VpcRouter));
    resolver.into_iter().chain(routers).collect()
}
