//! Who has an address, and who is of a group, as far as interfaces are described.

use std::collections::{BTreeSet, HashMap};

use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::record::{Address, Prefix};

pub(super) struct Holders<'c> {
    configuration: &'c Configuration,
    by_address: HashMap<Address, Vec<&'c str>>,
    /// Prefixes and how long they are: few lengths, and as many prefixes as nodes of a cluster.
    delegated: HashMap<Prefix, Vec<&'c str>>,
    delegated_bits: BTreeSet<u8>,
    by_group: HashMap<&'c str, Vec<(&'c str, &'c Interface)>>,
}

impl<'c> Holders<'c> {
    pub fn of(configuration: &'c Configuration) -> Holders<'c> {
        let mut by_address: HashMap<Address, Vec<&str>> = HashMap::new();
        let mut delegated: HashMap<Prefix, Vec<&str>> = HashMap::new();
        let mut by_group: HashMap<&str, Vec<(&str, &Interface)>> = HashMap::new();
        for (id, interface) in &configuration.interfaces {
            for address in interface.addresses.iter().flatten() {
                by_address.entry(*address).or_default().push(id);
            }
            for group in interface.groups.iter().flatten() {
                by_group.entry(group).or_default().push((id, interface));
            }
            for prefix in interface.delegated.iter().flatten() {
                delegated.entry(*prefix).or_default().push(id);
            }
        }
        let delegated_bits = delegated.keys().map(|prefix| prefix.n_bits()).collect();
        Holders { configuration, by_address, delegated, delegated_bits, by_group }
    }

    /// The interfaces that have a group, by id.
    pub fn members(&self, group: &str) -> &[(&'c str, &'c Interface)] {
        self.by_group.get(group).map_or(&[], Vec::as_slice)
    }

    /// The one interface that has an address, as somebody in `vpc` sees it. `None` where none is described, or several
    /// VPCs have the address and none is the own.
    pub fn holder(&self, vpc: Option<&str>, address: Address) -> Option<(&'c str, &'c Interface)> {
        let by_address = self.by_address.get(&address).into_iter().flatten().copied();
        let around = self.delegated_bits.iter().filter_map(|n_bits| Prefix::new(address, *n_bits));
        let delegated = around.filter_map(|prefix| self.delegated.get(&prefix)).flatten().copied();
        let all: BTreeSet<&str> = by_address.chain(delegated).collect();
        let with = |id: &'c str| Some((id, self.configuration.interfaces.get(id)?));
        let holders: Vec<_> = all.into_iter().filter_map(with).collect();
        let is_near = |interface: &Interface| vpc.is_some() && interface.vpc.as_deref() == vpc;
        let near: Vec<_> = holders.iter().filter(|(_, interface)| is_near(interface)).copied().collect();
        match (&near[..], &holders[..]) {
            ([one], _) | ([], [one]) => Some(*one),
            _ => None,
        }
    }
}

/// A group that all of some peers are of.
pub(super) struct SharedGroup<'c> {
    pub group: &'c str,
    /// The VPC of the peers, where it is another one that is reached by peering.
    pub peered_vpc: Option<&'c str>,
}

/// The group with fewest interfaces among those that every one of `addresses` is of. Its rules are not looked at.
pub(super) fn shared_group<'c>(
    holders: &Holders<'c>,
    vpc: Option<&str>,
    addresses: &[Address],
) -> Option<SharedGroup<'c>> {
    let vpc = vpc?;
    let mut shared: Option<BTreeSet<&str>> = None;
    let mut peer_vpcs = BTreeSet::new();
    for address in addresses {
        let (_, interface) = holders.holder(Some(vpc), *address)?;
        peer_vpcs.insert(interface.vpc.as_deref()?);
        let groups: BTreeSet<&str> = interface.groups.as_ref()?.iter().map(String::as_str).collect();
        shared = Some(match shared {
            Some(shared) => shared.intersection(&groups).copied().collect(),
            None => groups,
        });
    }
    let configuration = holders.configuration;
    let peered_vpc = match peer_vpcs.into_iter().collect::<Vec<_>>()[..] {
        [one] if one == vpc => None,
        [one] if is_peered(configuration, vpc, addresses) => Some(one),
        _ => return None,
    };
    let smallest = shared?.into_iter().min_by_key(|group| (holders.members(group).len(), *group));
    smallest.map(|group| SharedGroup { group, peered_vpc })
}

/// Whether routes of the VPC lead to the addresses over VPC peering; a rule may then refer to a group of the other VPC.
fn is_peered(configuration: &Configuration, vpc: &str, addresses: &[Address]) -> bool {
    let tables = configuration.route_tables.values().filter(|table| table.vpc.as_deref() == Some(vpc));
    let routes = tables.flat_map(|table| &table.routes).flatten();
    let over_peering =
        routes.filter(|route| route.target.as_ref().is_some_and(|target| target.starts_with("pcx-")));
    let blocks: Vec<Prefix> = over_peering.filter_map(|route| Prefix::parse(&route.destination)).collect();
    addresses.iter().all(|address| blocks.iter().any(|block| block.contains(*address)))
}
