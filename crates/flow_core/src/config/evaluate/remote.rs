//! Which addresses a rule's other end stands for: a CIDR, the entries of a prefix list, the interfaces of a group.
//!
//! Where descriptions do not say whether an address is meant, it is possible rather than certain.

use std::sync::Arc;

use std::collections::HashMap;

use super::decision::Answer;
use super::ranges::Ranges;
use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::config::rule::Peer;
use crate::record::{Address, Prefix};

/// The addresses that one other end stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct RemoteRanges {
    pub certain: AddressSet,
    /// Those that may be meant, be they also certain. Groups of one VPC share this.
    pub possible: Arc<AddressSet>,
}

impl RemoteRanges {
    pub fn answer(&self, address: Address) -> Answer {
        match (self.certain.contains(address), self.possible.contains(address)) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::Unknowable,
            (false, false) => Answer::No,
        }
    }
}

/// Addresses of both families.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressSet {
    pub v4: Ranges<u32>,
    pub v6: Ranges<u128>,
}

impl AddressSet {
    pub fn of(prefixes: impl IntoIterator<Item = Prefix>) -> AddressSet {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for prefix in prefixes {
            match (prefix.base(), prefix.last()) {
                (Address::V4(first), Address::V4(last)) => v4.push((first, last)),
                (Address::V6(first), Address::V6(last)) => v6.push((first, last)),
                _ => {}
            }
        }
        AddressSet { v4: Ranges::union(v4), v6: Ranges::union(v6) }
    }

    fn without(&self, other: &AddressSet) -> AddressSet {
        AddressSet { v4: self.v4.without(&other.v4), v6: self.v6.without(&other.v6) }
    }

    pub fn contains(&self, address: Address) -> bool {
        match address {
            Address::V4(bits) => self.v4.contains(bits),
            Address::V6(bits) => self.v6.contains(bits),
            Address::Mac(_) => false,
        }
    }
}

/// IPv4 blocks that VPCs are made of, where the VPC is not described: RFC 1918 and 100.64.0.0/10. An address of another
/// is taken for one outside every VPC unless a described VPC has it.
const PRIVATE_BLOCKS: [(u32, u32); 4] = [
    (0x0a00_0000, 0x0aff_ffff),
    (0x6440_0000, 0x647f_ffff),
    (0xac10_0000, 0xac1f_ffff),
    (0xc0a8_0000, 0xc0a8_ffff),
];

/// The addresses that an interface of `vpc` may have: those of the VPC's blocks where it is described, otherwise all
/// that a VPC can have.
pub(super) fn addresses_of_vpc(configuration: &Configuration, vpc: Option<&str>) -> AddressSet {
    let described = vpc.and_then(|vpc| configuration.vpcs.get(vpc)).and_then(|vpc| vpc.cidrs.as_ref());
    if let Some(blocks) = described {
        return AddressSet::of(blocks.iter().copied());
    }
    let mut any = AddressSet::of(configuration.vpcs.values().flat_map(|vpc| &vpc.cidrs).flatten().copied());
    any.v4 = Ranges::union(any.v4.iter().chain(PRIVATE_BLOCKS).collect());
    any.v6 = Ranges::all();
    any
}

/// Every address and delegated prefix of an interface.
fn prefixes_of(interface: &Interface) -> impl Iterator<Item = Prefix> {
    let single = |address: &Address| {
        let n_bits = if matches!(address, Address::V4(_)) { 32 } else { 128 };
        Prefix::new(*address, n_bits)
    };
    let addresses = interface.addresses.iter().flatten().filter_map(single);
    addresses.chain(interface.delegated.iter().flatten().copied())
}

/// Each other end of the configuration's rules, worked out once.
#[derive(Debug)]
pub(super) struct Remotes {
    known: HashMap<Peer, RemoteRanges>,
}

impl Remotes {
    pub fn new(configuration: &Configuration) -> Remotes {
        let rules = configuration.groups.values().filter_map(|group| group.rules.as_ref()).flatten();
        let entries = configuration.network_acls.values().filter_map(|acl| acl.entries.as_ref()).flatten();
        let peers = rules.map(|rule| rule.peer.clone()).chain(entries.map(|entry| Peer::Cidr(entry.cidr)));
        let certain_only =
            |certain: AddressSet| RemoteRanges { certain, possible: Arc::new(AddressSet::default()) };
        let anywhere = Arc::new(AddressSet { v4: Ranges::all(), v6: Ranges::all() });
        let mut members = Members::of(configuration);
        let mut known = HashMap::new();
        for peer in peers {
            known.entry(peer).or_insert_with_key(|peer| match peer {
                Peer::Cidr(prefix) => certain_only(AddressSet::of([*prefix])),
                Peer::PrefixList(id) => {
                    match configuration.prefix_lists.get(id).and_then(|list| list.entries.as_ref()) {
                        Some(entries) => certain_only(AddressSet::of(entries.iter().copied())),
                        None => RemoteRanges { possible: anywhere.clone(), ..RemoteRanges::default() },
                    }
                }
                Peer::Group(id) => members.of_group(id),
            });
        }
        Remotes { known }
    }

    /// # Panics
    /// Where no rule and no entry of the configuration has this other end.
    pub fn get(&self, peer: &Peer) -> &RemoteRanges {
        &self.known[peer]
    }
}

/// Which interfaces are of which group, and which addresses are nobody's that is described.
struct Members<'c> {
    configuration: &'c Configuration,
    by_group: HashMap<&'c str, Vec<&'c Interface>>,
    /// By VPC, where it is known: addresses that an interface which is not described may have.
    undescribed: HashMap<Option<&'c str>, Arc<AddressSet>>,
}

impl<'c> Members<'c> {
    fn of(configuration: &'c Configuration) -> Members<'c> {
        let mut by_group: HashMap<&str, Vec<&Interface>> = HashMap::new();
        for interface in configuration.interfaces.values() {
            for group in interface.groups.iter().flatten() {
                by_group.entry(group).or_default().push(interface);
            }
        }
        Members { configuration, by_group, undescribed: HashMap::new() }
    }

    /// A group stands for the private and IPv6 addresses of its interfaces, in whichever VPC and account they are.
    fn of_group(&mut self, id: &str) -> RemoteRanges {
        let members = self.by_group.get(id).map_or(&[][..], Vec::as_slice);
        let certain = AddressSet::of(members.iter().copied().flat_map(prefixes_of));
        let described = self.configuration.groups.get(id).and_then(|group| group.vpc.as_deref());
        let vpc = described.or_else(|| members.iter().find_map(|interface| interface.vpc.as_deref()));
        let configuration = self.configuration;
        let possible =
            self.undescribed.entry(vpc).or_insert_with(|| Arc::new(undescribed(configuration, vpc)));
        RemoteRanges { certain, possible: possible.clone() }
    }
}

/// The addresses of a VPC without those of interfaces whose groups are known.
fn undescribed(configuration: &Configuration, vpc: Option<&str>) -> AddressSet {
    // The same address may be in use in another VPC, so only interfaces of the group's VPC tell who has it there.
    let is_of_vpc = |interface: &&Interface| vpc.is_none() || interface.vpc.as_deref() == vpc;
    let interfaces = configuration.interfaces.values().filter(is_of_vpc);
    let described = interfaces.filter(|interface| interface.groups.is_some()).flat_map(prefixes_of);
    addresses_of_vpc(configuration, vpc).without(&AddressSet::of(described))
}
