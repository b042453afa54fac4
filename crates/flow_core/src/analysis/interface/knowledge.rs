//! From what the records show to which address each interface has, with the evidence.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::addresses::{Ends, InterfaceAddresses, Subnet64, subnet_of};
use super::common::Common;
use super::{OwnAddress, Told};
use crate::config::Configuration;
use crate::record::address::Family;
use crate::record::{Address, Evidence, Value};

/// Which addresses every interface has. Equal where it orients all rows the same: the counts that are shown with
/// it may differ.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InterfaceKnowledge {
    own: BTreeMap<(Value, Family), Own>,
    /// The same to be shown, by interface; only families that its rows have.
    shown: BTreeMap<Value, Vec<OwnAddress>>,
    our_addresses: BTreeSet<Address>,
    our_subnets: BTreeSet<Subnet64>,
}

/// What is known of an interface in one family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Own {
    pub is: OwnIs,
    /// What it rests on for a row that does not record its direction.
    pub evidence: Evidence,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum OwnIs {
    NotKnown,
    Addresses(BTreeSet<Address>),
    /// Any address in it, as long as the other end is not in it too.
    InSubnet(Subnet64),
}

impl PartialEq for InterfaceKnowledge {
    fn eq(&self, other: &InterfaceKnowledge) -> bool {
        // What is ours follows from what is each interface's own.
        self.own == other.own
    }
}

impl InterfaceKnowledge {
    /// The rules, strongest first, for each interface and address family:
    ///
    /// 1. set by hand;
    /// 2. seen as the own end of a row that records its direction;
    /// 3. described: of IPv4 the primary address, which must be an end of every row, for else the description is of
    ///    another time or the log not AWS's; of IPv6 all addresses;
    /// 4. the one address that is an end of every row;
    /// 5. of two such addresses, the one that is left when the other is another interface's by rules 1 to 4;
    /// 6. of two such addresses, the private one if the other is public;
    /// 7. for IPv6 without such an address, the one /64 that holds an end of every row.
    ///
    /// Rules 5 and 6 may contradict each other, because networks repeat: 10.0.0.5 can be one interface's in
    /// one VPC and another's in the next. Then neither is believed.
    ///
    /// Rule 4 rests on AWS showing one primary address, which it promises for IPv4 only. An IPv6 interface
    /// with several addresses and a single peer shows the peer in every row. So for IPv6, one common address
    /// whose peers all share another /64 is believed only if no such mix-up can be: see `ambiguous_subnet`.
    pub fn resolve(seen: &InterfaceAddresses, told: Told<'_>) -> InterfaceKnowledge {
        let mut own: BTreeMap<(Value, Family), Own> = BTreeMap::new();
        for hand in told.by_hand {
            let known = own
                .entry((hand.interface.clone(), hand.address.family()))
                .or_insert_with(|| Own::of([], Evidence::SetByHand));
            if let OwnIs::Addresses(addresses) = &mut known.is {
                addresses.insert(hand.address);
            }
        }
        let mut open = Vec::new();
        for (interface, family, ends) in seen.iter() {
            let key = (interface.clone(), family);
            if own.contains_key(&key) {
                continue;
            }
            let described = || described(interface, family, ends, told.described?);
            match recorded(ends).or_else(described).or_else(|| common(ends)) {
                Some(known) => {
                    own.insert(key, known);
                }
                None => open.push((key, ends)),
            }
        }
        let claims = Claims::of(&own);
        let resolved: Vec<_> = open
            .into_iter()
            .map(|(key, ends)| {
                let known = uncertain(&key.0, ends, &claims);
                (key, known)
            })
            .collect();
        own.extend(resolved);
        InterfaceKnowledge::new(own, seen)
    }

    fn new(own: BTreeMap<(Value, Family), Own>, seen: &InterfaceAddresses) -> InterfaceKnowledge {
        let mut knowledge = InterfaceKnowledge { own, ..InterfaceKnowledge::default() };
        for known in knowledge.own.values() {
            match &known.is {
                OwnIs::NotKnown => {}
                OwnIs::Addresses(addresses) => knowledge.our_addresses.extend(addresses),
                OwnIs::InSubnet(subnet) => {
                    knowledge.our_subnets.insert(*subnet);
                }
            }
        }
        for (interface, family, ends) in seen.iter() {
            let shown = knowledge.own[&(interface.clone(), family)].shown(family, ends);
            knowledge.shown.entry(interface.clone()).or_default().push(shown);
        }
        knowledge
    }

    /// What is known of an interface, for each address family that its rows have.
    pub fn own(&self, interface: &Value) -> &[OwnAddress] {
        self.shown.get(interface).map_or(&[], Vec::as_slice)
    }

    /// The own addresses of an interface, as far as they are known one by one.
    pub fn addresses_of(&self, interface: &Value) -> impl Iterator<Item = Address> {
        [Family::V4, Family::V6, Family::Mac]
            .into_iter()
            .filter_map(|family| self.own.get(&(interface.clone(), family)))
            .flat_map(|own| match &own.is {
                OwnIs::Addresses(addresses) => addresses.iter().copied().collect(),
                OwnIs::NotKnown | OwnIs::InSubnet(_) => Vec::new(),
            })
    }

    /// Whether the address is of the log's owner: private, or an interface's own.
    pub fn is_ours(&self, address: Address) -> bool {
        address.is_private()
            || self.our_addresses.contains(&address)
            || subnet_of(address).is_some_and(|subnet| self.our_subnets.contains(&subnet))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Value, &Own)> {
        self.own.iter().map(|((interface, _), own)| (interface, own))
    }

    pub(super) fn our_addresses(&self) -> &BTreeSet<Address> {
        &self.our_addresses
    }

    pub(super) fn our_subnets(&self) -> &BTreeSet<Subnet64> {
        &self.our_subnets
    }
}

impl Own {
    const NOT_KNOWN: Own = Own { is: OwnIs::NotKnown, evidence: Evidence::None };

    fn of(addresses: impl IntoIterator<Item = Address>, evidence: Evidence) -> Own {
        Own { is: OwnIs::Addresses(addresses.into_iter().collect()), evidence }
    }

    fn shown(&self, family: Family, ends: &Ends) -> OwnAddress {
        let (address, candidates) = match &self.is {
            OwnIs::Addresses(own) if own.len() > 1 => (None, own.iter().copied().collect()),
            OwnIs::Addresses(own) => (own.first().copied(), ends.addresses.items().collect()),
            OwnIs::InSubnet(_) | OwnIs::NotKnown => (None, ends.addresses.items().collect()),
        };
        // The view speaks of the interface, for which "elsewhere" is here.
        let evidence = match self.evidence {
            Evidence::RecordedElsewhere => Evidence::Recorded,
            evidence => evidence,
        };
        OwnAddress { family, address, evidence, candidates, n_rows: ends.n_rows }
    }
}

/// Rule 2.
fn recorded(ends: &Ends) -> Option<Own> {
    let recorded = || Own::of(ends.recorded.iter().copied(), Evidence::RecordedElsewhere);
    (!ends.recorded.is_empty()).then(recorded)
}

/// Rule 3.
fn described(interface: &Value, family: Family, ends: &Ends, account: &Configuration) -> Option<Own> {
    let Value::Text(id) = interface else { return None };
    let interface = account.interfaces.get(id)?;
    let addresses: Vec<Address> = match family {
        Family::V4 => {
            interface.primary_address.filter(|own| ends.addresses.contains(*own)).into_iter().collect()
        }
        Family::V6 | Family::Mac => {
            let all = interface.addresses.iter().flatten().copied();
            all.filter(|address| address.family() == family).collect()
        }
    };
    (!addresses.is_empty()).then(|| Own::of(addresses, Evidence::Described))
}

/// Rule 4.
fn common(ends: &Ends) -> Option<Own> {
    match ends.addresses {
        Common::One(address) if ambiguous_subnet(ends, address).is_none() => {
            Some(Own::of([address], Evidence::CommonAddress))
        }
        _ => None,
    }
}

/// The /64 of the peers of the one common address, where those are all in one that is not its own: then the
/// common end may be a single peer of an interface with several IPv6 addresses.
fn ambiguous_subnet(ends: &Ends, common: Address) -> Option<Subnet64> {
    let own_subnet = subnet_of(common)?;
    match ends.subnets {
        Common::Two(a, b) => Some(if a == own_subnet { b } else { a }),
        _ => None,
    }
}

/// Rules 5 to 7: what needs the other interfaces, or a guess that is named.
fn uncertain(interface: &Value, ends: &Ends, claims: &Claims<'_>) -> Own {
    let claimed = |address| claims.by_other(address, interface);
    match ends.addresses {
        Common::One(common) => match ambiguous_subnet(ends, common) {
            // The constant end is somebody else's for certain, so the changing end is ours.
            Some(subnet) if claimed(common) => {
                Own { is: OwnIs::InSubnet(subnet), evidence: Evidence::CommonSubnet }
            }
            _ => Own::NOT_KNOWN,
        },
        Common::Two(a, b) => {
            let left = match (claimed(a), claimed(b)) {
                (true, false) => Some(b),
                (false, true) => Some(a),
                _ => None,
            };
            let private = match (a.is_private(), b.is_private()) {
                (true, false) => Some(a),
                (false, true) => Some(b),
                _ => None,
            };
            match (left, private) {
                (Some(left), Some(private)) if left != private => Own::NOT_KNOWN,
                (Some(left), _) => Own::of([left], Evidence::OtherClaimed),
                // Where both are claimed, the claims are of other networks or wrong.
                (None, Some(private)) if !(claimed(a) && claimed(b)) => {
                    Own::of([private], Evidence::PrivateSide)
                }
                _ => Own::NOT_KNOWN,
            }
        }
        Common::Nothing => match ends.subnets {
            Common::One(subnet) => Own { is: OwnIs::InSubnet(subnet), evidence: Evidence::CommonSubnet },
            _ => Own::NOT_KNOWN,
        },
        Common::Anything => Own::NOT_KNOWN,
    }
}

/// Addresses that are certainly some interface's own, and whose.
struct Claims<'a> {
    interfaces: BTreeMap<Address, BTreeSet<&'a Value>>,
}

impl<'a> Claims<'a> {
    fn of(own: &'a BTreeMap<(Value, Family), Own>) -> Claims<'a> {
        let mut interfaces: BTreeMap<Address, BTreeSet<&Value>> = BTreeMap::new();
        for ((interface, _), known) in own {
            if let OwnIs::Addresses(addresses) = &known.is {
                for address in addresses {
                    interfaces.entry(*address).or_default().insert(interface);
                }
            }
        }
        Claims { interfaces }
    }

    fn by_other(&self, address: Address, interface: &Value) -> bool {
        self.interfaces
            .get(&address)
            .is_some_and(|claimants| claimants.iter().any(|other| *other != interface))
    }
}
