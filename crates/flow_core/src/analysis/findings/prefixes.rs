//! The networks that addresses are in: few, tight, and without strangers.
//!
//! Nobody's network is guessed: of addresses on the internet only those that fill a network wholly become one. Own networks
//! are summarised as subnets are cut.

use crate::arrange::Arrange;
use crate::record::{Address, Prefix};

/// What own addresses are put together to, where two or more are in it: the usual IPv4 subnet, and the size of every IPv6
/// subnet.
const SUBNET_BITS_V4: u8 = 24;
const SUBNET_BITS_V6: u8 = 64;

/// The widest that own networks are put together to: an IPv4 range of a VPC is no larger than a /16, and the IPv6 range that
/// Amazon gives is a /56. A private IPv4 /16 is private as a whole.
const NETWORK_BITS_MIN_V4: u8 = 16;
const NETWORK_BITS_MIN_V6: u8 = 56;

/// Disjoint prefixes, ascending, that hold all of these addresses but MAC addresses, which have none.
///
/// `addresses` are ascending and distinct. There are more than `n_max` only where fewer would hold strangers: addresses
/// that are not ours and not among them.
pub(super) fn cover(addresses: &[Address], is_ours: impl Fn(Address) -> bool, n_max: usize) -> Vec<Prefix> {
    let may_widen = |address: Address| match address {
        Address::V4(_) => address.is_private(),
        Address::V6(_) => is_ours(address),
        Address::Mac(_) => false,
    };
    let (own, others): (Vec<Address>, Vec<Address>) =
        addresses.iter().partition(|address| may_widen(**address));
    let others = filled(&others);
    let mut prefixes = joined(subnets(&own), n_max.saturating_sub(others.len()));
    prefixes.extend(others);
    prefixes.arrange();
    prefixes
}

fn single(address: Address) -> Option<Prefix> {
    Prefix::new(address, width(address))
}

fn width(address: Address) -> u8 {
    match address {
        Address::V4(_) => 32,
        Address::V6(_) | Address::Mac(_) => 128,
    }
}

/// Single addresses, and the networks that they fill to the last address.
fn filled(addresses: &[Address]) -> Vec<Prefix> {
    let mut filled: Vec<Prefix> = Vec::new();
    for mut prefix in addresses.iter().filter_map(|address| single(*address)) {
        while let Some(parent) = filled.last().and_then(|before| whole(*before, prefix)) {
            filled.pop();
            prefix = parent;
        }
        filled.push(prefix);
    }
    filled
}

/// What two halves are the whole of.
fn whole(low: Prefix, high: Prefix) -> Option<Prefix> {
    let parent = Prefix::new(low.base(), low.n_bits().checked_sub(1)?)?;
    let are_halves = low.n_bits() == high.n_bits() && low != high && parent.contains(high.base());
    are_halves.then_some(parent)
}

/// Subnets of two or more addresses, and the others one by one.
fn subnets(addresses: &[Address]) -> Vec<Prefix> {
    let subnet = |address: &Address| match address {
        Address::V4(_) => Prefix::new(*address, SUBNET_BITS_V4),
        Address::V6(_) | Address::Mac(_) => Prefix::new(*address, SUBNET_BITS_V6),
    };
    let of_one_subnet = addresses.chunk_by(|a, b| subnet(a) == subnet(b));
    of_one_subnet
        .filter_map(|of_one| if of_one.len() > 1 { subnet(&of_one[0]) } else { single(of_one[0]) })
        .collect()
}

/// Puts neighbours together, those that have most bits in common first, until there are at most `n_max` or the next would
/// be too wide.
fn joined(prefixes: Vec<Prefix>, n_max: usize) -> Vec<Prefix> {
    let n_too_many = prefixes.len().saturating_sub(n_max);
    let mut closest: Vec<(u8, usize)> = prefixes
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| Some((common_bits(pair[0], pair[1])?, at)))
        .collect();
    closest.arrange_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut goes_on = vec![false; prefixes.len()];
    closest.iter().take(n_too_many).for_each(|(_, at)| goes_on[*at] = true);
    let mut joined: Vec<Prefix> = Vec::new();
    let mut rest = &prefixes[..];
    while !rest.is_empty() {
        let first = prefixes.len() - rest.len();
        let n_more = goes_on[first..].iter().take_while(|goes_on| **goes_on).count();
        let (of_one, others) = rest.split_at(n_more + 1);
        rest = others;
        let last = of_one[n_more];
        let bits = if n_more == 0 { Some(last.n_bits()) } else { common_bits(of_one[0], last) };
        let prefix = bits.and_then(|bits| Prefix::new(of_one[0].base(), bits)).unwrap_or(last);
        // A wide one may hold its neighbours, which were left alone because there are few enough already.
        joined.retain(|before| !prefix.contains(before.base()));
        if !joined.last().is_some_and(|before| before.contains(prefix.base())) {
            joined.push(prefix);
        }
    }
    joined
}

/// How many leading bits two prefixes share, where that is narrow enough for one network of ours.
fn common_bits(one: Prefix, other: Prefix) -> Option<u8> {
    let (n_shared, n_min) = match (one.base(), other.base()) {
        (Address::V4(a), Address::V4(b)) => ((a ^ b).leading_zeros(), NETWORK_BITS_MIN_V4),
        (Address::V6(a), Address::V6(b)) => ((a ^ b).leading_zeros(), NETWORK_BITS_MIN_V6),
        _ => return None,
    };
    let n_bits = (n_shared as u8).min(one.n_bits()).min(other.n_bits());
    (n_bits >= n_min).then_some(n_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn addresses(texts: &[&str]) -> Vec<Address> {
        let mut addresses: Vec<Address> =
            texts.iter().map(|text| Address::parse(text.as_bytes()).unwrap()).collect();
        addresses.sort_unstable();
        addresses
    }

    fn covered(texts: &[&str], n_max: usize) -> String {
        let is_ours = |address: Address| address.is_private() || address.to_string().starts_with("2600:1f");
        let prefixes = cover(&addresses(texts), is_ours, n_max);
        prefixes.iter().map(Prefix::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn own_subnets_are_named_and_single_addresses_stay_alone() {
        assert_eq!(covered(&["10.0.1.5", "10.0.1.9", "10.0.7.1"], 6), "10.0.1.0/24 10.0.7.1/32");
        assert_eq!(covered(&["2600:1f00::1", "2600:1f00::2:1"], 6), "2600:1f00::/64");
        assert_eq!(covered(&["2600:1f00::1"], 6), "2600:1f00::1/128");
    }

    #[test]
    fn strangers_are_put_together_only_where_none_is_left_out() {
        assert_eq!(covered(&["8.8.8.4", "8.8.8.8"], 1), "8.8.8.4/32 8.8.8.8/32");
        assert_eq!(
            covered(&["8.8.8.4", "8.8.8.5", "8.8.8.6", "8.8.8.7", "8.8.8.8"], 6),
            "8.8.8.4/30 8.8.8.8/32"
        );
        assert_eq!(covered(&["8.8.8.5", "8.8.8.6"], 1), "8.8.8.5/32 8.8.8.6/32");
        assert_eq!(covered(&["2001:db8::1", "2001:db8::2"], 1), "2001:db8::1/128 2001:db8::2/128");
    }

    #[test]
    fn where_there_are_too_many_the_closest_own_networks_are_joined() {
        let three = ["10.0.1.5", "10.0.1.9", "10.0.2.5", "10.0.2.9", "10.0.3.5", "10.0.3.9"];
        assert_eq!(covered(&three, 3), "10.0.1.0/24 10.0.2.0/24 10.0.3.0/24");
        assert_eq!(covered(&three, 2), "10.0.1.0/24 10.0.2.0/23");
        assert_eq!(covered(&three, 1), "10.0.0.0/22");
        // Two VPCs are not one network.
        assert_eq!(covered(&["10.0.1.5", "10.1.1.5"], 1), "10.0.1.5/32 10.1.1.5/32");
        assert_eq!(covered(&["10.0.1.5", "10.0.1.6", "8.8.8.8"], 1), "8.8.8.8/32 10.0.1.0/24");
    }

    #[test]
    fn efa_addresses_have_no_network() {
        assert_eq!(covered(&["01:23:45:67:89:ab"], 6), "");
    }

    proptest! {
        #[test]
        fn all_are_held_once_and_no_stranger_is(
            own in prop::collection::btree_set(0u32..0x3_0000, 0..60),
            others in prop::collection::btree_set(0u32..64, 0..20),
            n_max in 1usize..10,
        ) {
            let mut addresses: Vec<Address> = own.iter().map(|low| Address::V4(0x0a00_0000 + low)).collect();
            addresses.extend(others.iter().map(|low| Address::V4(0x0808_0800 + low)));
            addresses.sort_unstable();
            let prefixes = cover(&addresses, Address::is_private, n_max);
            for address in &addresses {
                prop_assert_eq!(prefixes.iter().filter(|prefix| prefix.contains(*address)).count(), 1);
            }
            for low in (0u32..64).filter(|low| !others.contains(low)) {
                prop_assert!(!prefixes.iter().any(|prefix| prefix.contains(Address::V4(0x0808_0800 + low))));
            }
            let n_own = prefixes.iter().filter(|prefix| prefix.base().is_private()).count();
            let n_others = prefixes.len() - n_own;
            // Three ranges of 16 bits at most.
            prop_assert!(n_own <= n_max.saturating_sub(n_others).max(3), "{:?}", prefixes);
        }
    }
}
