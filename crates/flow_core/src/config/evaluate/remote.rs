//! Which addresses a rule's other end stands for: a CIDR, the entries of a prefix list, the interfaces of a group.
//!
//! Where descriptions do not say whether an address is meant, it is possible rather than certain. Groups and prefix lists
//! are worked out once for all rules: each is a mark, and an address has its marks whichever rules ask. A table of rules
//! would otherwise hold the addresses of every interface of the VPC.

use std::collections::HashMap;

use super::decision::Answer;
use super::marks::Marks;
use super::ranges::Ranges;
use crate::config::configuration::Configuration;
use crate::config::description::Interface;
use crate::config::rule::Peer;
use crate::record::{Address, Prefix};

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

/// A set of addresses that rules refer to by name; its number among the [`Marks`] of a configuration.
pub(super) type Mark = u32;

/// A group or prefix list as the other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference {
    /// Of the addresses that are meant for certain.
    pub certain: Mark,
    /// Of those that may be. Groups of one VPC share it.
    pub possible: Option<Mark>,
}

/// What a table asks of a flow's remote end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Remote {
    Cidr(Prefix),
    Reference(Reference),
}

/// The other ends of a configuration's rules.
#[derive(Debug)]
pub(super) struct Remotes {
    references: HashMap<Peer, Reference>,
    marks: Marks,
}

impl Remotes {
    pub fn new(configuration: &Configuration) -> Remotes {
        let rules = configuration.groups.values().filter_map(|group| group.rules.as_ref()).flatten();
        let mut members = Members::of(configuration);
        let mut references = HashMap::new();
        for rule in rules {
            match &rule.peer {
                Peer::Cidr(_) => {}
                peer if references.contains_key(peer) => {}
                Peer::PrefixList(id) => {
                    references.insert(rule.peer.clone(), members.prefix_list(id));
                }
                Peer::Group(id) => {
                    references.insert(rule.peer.clone(), members.group(id));
                }
            }
        }
        Remotes { references, marks: Marks::new(&members.sets) }
    }

    /// # Panics
    /// Where no rule of the configuration has this other end.
    pub fn get(&self, peer: &Peer) -> Remote {
        match peer {
            Peer::Cidr(prefix) => Remote::Cidr(*prefix),
            reference => Remote::Reference(self.references[reference]),
        }
    }

    /// A number that addresses of one family share where they have the same marks.
    pub fn marks_list(&self, address: Address) -> u32 {
        self.marks.list_of(address)
    }

    /// The marks of an address, sorted.
    pub fn marks_of(&self, address: Address) -> &[Mark] {
        self.marks.of(address)
    }

    /// Whether an address is meant; panics as [`Remotes::get`].
    pub fn answer(&self, peer: &Peer, address: Address) -> Answer {
        self.get(peer).answer(address, self.marks_of(address))
    }
}

impl Remote {
    /// Whether an address with these marks is meant.
    pub fn answer(self, address: Address, marks: &[Mark]) -> Answer {
        let has = |mark| marks.binary_search(&mark).is_ok();
        match self {
            Remote::Cidr(prefix) if prefix.contains(address) => Answer::Yes,
            Remote::Reference(Reference { certain, .. }) if has(certain) => Answer::Yes,
            Remote::Reference(Reference { possible: Some(possible), .. }) if has(possible) => {
                Answer::Unknowable
            }
            _ => Answer::No,
        }
    }
}

/// Which interfaces are of which group, and the sets that were made of them and of prefix lists.
struct Members<'c> {
    configuration: &'c Configuration,
    by_group: HashMap<&'c str, Vec<&'c Interface>>,
    /// By VPC, where it is known: the addresses that an interface which is not described may have.
    undescribed: HashMap<Option<&'c str>, Mark>,
    anywhere: Option<Mark>,
    /// By [`Mark`].
    sets: Vec<AddressSet>,
}

impl<'c> Members<'c> {
    fn of(configuration: &'c Configuration) -> Members<'c> {
        let mut by_group: HashMap<&str, Vec<&Interface>> = HashMap::new();
        for interface in configuration.interfaces.values() {
            for group in interface.groups.iter().flatten() {
                by_group.entry(group).or_default().push(interface);
            }
        }
        Members { configuration, by_group, undescribed: HashMap::new(), anywhere: None, sets: Vec::new() }
    }

    fn mark(&mut self, set: AddressSet) -> Mark {
        self.sets.push(set);
        self.sets.len() as Mark - 1
    }

    fn prefix_list(&mut self, id: &str) -> Reference {
        match self.configuration.prefix_lists.get(id).and_then(|list| list.entries.as_ref()) {
            Some(entries) => {
                let certain = self.mark(AddressSet::of(entries.iter().copied()));
                Reference { certain, possible: None }
            }
            None => {
                let certain = self.mark(AddressSet::default());
                let possible = match self.anywhere {
                    Some(known) => known,
                    None => self.mark(AddressSet { v4: Ranges::all(), v6: Ranges::all() }),
                };
                self.anywhere = Some(possible);
                Reference { certain, possible: Some(possible) }
            }
        }
    }

    /// A group stands for the private and IPv6 addresses of its interfaces, in whichever VPC and account they are.
    fn group(&mut self, id: &str) -> Reference {
        let members = self.by_group.get(id).map_or(&[][..], Vec::as_slice);
        let addresses = AddressSet::of(members.iter().copied().flat_map(prefixes_of));
        let described = self.configuration.groups.get(id).and_then(|group| group.vpc.as_deref());
        let vpc = described.or_else(|| members.iter().find_map(|interface| interface.vpc.as_deref()));
        let certain = self.mark(addresses);
        let possible = match self.undescribed.get(&vpc) {
            Some(known) => *known,
            None => {
                let mark = self.mark(undescribed(self.configuration, vpc));
                self.undescribed.insert(vpc, mark);
                mark
            }
        };
        Reference { certain, possible: Some(possible) }
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
