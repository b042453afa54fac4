//! Addresses as prefixes: exactly these, or a few more in fewer prefixes.

use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::record::{Address, Prefix};

/// A summary never gets wider than these: what holds more than 65,536 addresses is a decision, not a summary.
const SUMMARY_BITS_MIN_V4: u8 = 16;
const SUMMARY_BITS_MIN_V6: u8 = 48;

const fn width(address: Address) -> u8 {
    match address {
        Address::V4(_) => 32,
        _ => 128,
    }
}

fn single(address: Address) -> Option<Prefix> {
    Prefix::new(address, width(address))
}

fn parent(prefix: Prefix) -> Option<Prefix> {
    Prefix::new(prefix.base(), prefix.n_bits().checked_sub(1)?)
}

/// How many addresses a prefix holds; `u64::MAX` where there are more.
pub(super) fn n_addresses(prefix: Prefix) -> u64 {
    1u64.checked_shl(u32::from(width(prefix.base()) - prefix.n_bits())).unwrap_or(u64::MAX)
}

/// How many addresses of the prefixes, which do not overlap, are none of `peers`; `u64::MAX` where there are more.
pub(super) fn n_strangers(prefixes: &[Prefix], peers: &[Address]) -> u64 {
    let all = prefixes.iter().fold(0u64, |sum, prefix| sum.saturating_add(n_addresses(*prefix)));
    let n_peers = peers.iter().filter(|peer| prefixes.iter().any(|prefix| prefix.contains(**peer))).count();
    if all == u64::MAX { all } else { all - n_peers as u64 }
}

/// The fewest prefixes that hold these addresses and no other. `addresses` are sorted, each once.
pub(super) fn exactly(addresses: &[Address]) -> Vec<Prefix> {
    let mut cover: Vec<Prefix> = Vec::new();
    for next in addresses.iter().filter_map(|address| single(*address)) {
        cover.push(next);
        while let [.., before, last] = cover[..]
            && before.n_bits() == last.n_bits()
            && parent(before) == parent(last)
            && let Some(both) = parent(last)
        {
            cover.truncate(cover.len() - 2);
            cover.push(both);
        }
    }
    cover
}

/// At most `n_max` prefixes that hold the addresses, joined where that takes in fewest others. `None` where one would
/// get too wide to be called a summary.
pub(super) fn summary(addresses: &[Address], n_max: usize) -> Option<Vec<Prefix>> {
    let mut cover = exactly(addresses);
    while cover.len() > n_max {
        let pairs = cover.windows(2).filter_map(|pair| join(pair[0], pair[1]));
        let joined = pairs.max_by_key(|joined| (width(joined.base()) < 128, joined.n_bits()))?;
        cover.retain(|prefix| !joined.contains(prefix.base()));
        let at = cover.partition_point(|prefix| *prefix < joined);
        cover.insert(at, joined);
    }
    Some(cover)
}

/// The narrowest prefix that holds both, unless it is too wide.
fn join(a: Prefix, b: Prefix) -> Option<Prefix> {
    let n_bits_min = match a.base() {
        Address::V4(_) => SUMMARY_BITS_MIN_V4,
        _ => SUMMARY_BITS_MIN_V6,
    };
    let widest = a.n_bits().min(b.n_bits());
    (n_bits_min..=widest)
        .rev()
        .filter_map(|n_bits| Prefix::new(a.base(), n_bits))
        .find(|joined| joined.contains(b.base()))
}

/// The described subnets' blocks that hold the addresses; `None` where an address is in none.
pub(super) fn subnets(configuration: &Configuration, addresses: &[Address]) -> Option<Vec<Prefix>> {
    let blocks: Vec<Prefix> =
        configuration.subnets.values().flat_map(|subnet| &subnet.cidrs).flatten().copied().collect();
    let narrowest = |address: &Address| {
        let holding = blocks.iter().filter(|block| block.contains(*address));
        holding.max_by_key(|block| block.n_bits()).copied()
    };
    let mut found: Vec<Prefix> = addresses.iter().map(narrowest).collect::<Option<_>>()?;
    found.arrange();
    found.dedup();
    // Subnets of different VPCs may lie within each other.
    let all = found.clone();
    found.retain(|block| {
        !all.iter().any(|other| other.n_bits() < block.n_bits() && other.contains(block.base()))
    });
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    fn addresses(texts: &[&str]) -> Vec<Address> {
        texts.iter().map(|text| Address::parse(text.as_bytes()).unwrap()).collect()
    }

    fn texts(prefixes: Vec<Prefix>) -> Vec<String> {
        prefixes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn neighbours_join_where_they_fill_a_prefix() {
        let peers = addresses(&["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8", "fd00::1"]);
        assert_eq!(texts(exactly(&peers)), ["10.0.0.4/30", "10.0.0.8/32", "fd00::1/128"]);
        let peers = addresses(&["10.0.0.5", "10.0.0.6"]);
        assert_eq!(texts(exactly(&peers)), ["10.0.0.5/32", "10.0.0.6/32"], "neighbours, but of two pairs");
    }

    #[test]
    fn a_summary_joins_what_is_near_first() {
        let peers = addresses(&["10.0.0.5", "10.0.0.6", "10.0.9.1"]);
        assert_eq!(texts(summary(&peers, 2).unwrap()), ["10.0.0.4/30", "10.0.9.1/32"]);
        assert_eq!(n_strangers(&summary(&peers, 2).unwrap(), &peers), 2);
        assert_eq!(summary(&addresses(&["10.0.0.5", "20.0.0.5"]), 1), None, "that would be 0.0.0.0/3");
        assert_eq!(summary(&addresses(&["10.0.0.5", "fd00::1"]), 1), None, "no prefix has both families");
        assert_eq!(n_strangers(&[Prefix::parse("::/0").unwrap()], &peers), u64::MAX);
    }

    proptest! {
        #[test]
        fn an_exact_cover_holds_these_and_no_other(bits in btree_set(0..64u32, 0..40)) {
            let peers: Vec<Address> = bits.iter().map(|bits| Address::V4(0x0a00_0000 + bits)).collect();
            let cover = exactly(&peers);
            for bits in 0..64u32 {
                let address = Address::V4(0x0a00_0000 + bits);
                let n_holding = cover.iter().filter(|prefix| prefix.contains(address)).count();
                prop_assert_eq!(n_holding, usize::from(peers.contains(&address)));
            }
            // No two of them could be one.
            for (a, b) in cover.iter().flat_map(|a| cover.iter().map(move |b| (a, b))) {
                prop_assert!(a == b || a.n_bits() != b.n_bits() || parent(*a) != parent(*b));
            }
        }

        #[test]
        fn a_summary_holds_all_in_as_few_as_were_asked_for(bits in btree_set(0..60_000u32, 1..60), n_max in 1..9usize) {
            let peers: Vec<Address> = bits.iter().map(|bits| Address::V4(0x0a00_0000 + bits)).collect();
            let cover = summary(&peers, n_max).expect("all of one /16");
            prop_assert!(cover.len() <= n_max);
            for peer in &peers {
                prop_assert_eq!(cover.iter().filter(|prefix| prefix.contains(*peer)).count(), 1);
            }
        }
    }
}
