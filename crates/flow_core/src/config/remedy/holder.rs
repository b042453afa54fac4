//! Who has an address, and who is of a group, as far as interfaces are described.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::record::{Address, Prefix};

pub(super) struct Holders<'c> {
    configuration: &'c Configuration,
    by_address: HashMap<Address, Vec<&'c str>>,
    delegated: Vec<(Prefix, &'c str)>,
}

impl<'c> Holders<'c> {
    pub fn of(configuration: &'c Configuration) -> Holders<'c> {
        let mut by_address: HashMap<Address, Vec<&str>> = HashMap::new();
        let mut delegated = Vec::new();
        for (id, interface) in &configuration.interfaces {
            for address in interface.addresses.iter().flatten() {
                by_address.entry(*address).or_default().push(id);
            }
            let prefixes = interface.delegated.iter().flatten();
            delegated.extend(prefixes.map(|prefix| (*prefix, id.as_str())));
        }
        Holders { configuration, by_address, delegated }
    }

    /// The one interface that has an address, as somebody in `vpc` sees it. `None` where none is described, or several
    /// VPCs have the address and none is the own.
    pub fn holder(&self, vpc: Option<&str>, address: Address) -> Option<(&'c str, &'c Interface)> {
        let by_address = self.by_address.get(&address).into_iter().flatten().copied();
        let delegated = self.delegated.iter().filter(|(prefix, _)| prefix.contains(address));
        let all: BTreeSet<&str> = by_address.chain(delegated.map(|(_, id)| *id)).collect();
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

/// Ids of the interfaces that have a group, sorted.
pub(super) fn interfaces_with<'c>(
    configuration: &'c Configuration,
    group: &'c str,
) -> impl Iterator<Item = (&'c str, &'c Interface)> {
    let has_it = move |interface: &Interface| interface.groups.iter().flatten().any(|id| id == group);
    let interfaces = configuration.interfaces.iter().map(|(id, interface)| (id.as_str(), interface));
    interfaces.filter(move |(_, interface)| has_it(interface))
}

/// How many interfaces have each of the groups.
pub(super) fn n_interfaces_by_group(configuration: &Configuration) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    for group in configuration.interfaces.values().flat_map(|interface| &interface.groups).flatten() {
        *counts.entry(group.as_str()).or_default() += 1;
    }
    counts
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
    let counts = n_interfaces_by_group(configuration);
    let smallest = shared?.into_iter().min_by_key(|group| (counts.get(group).copied(), *group));
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
