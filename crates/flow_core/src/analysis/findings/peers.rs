//! Who is at the other end of a cause: as networks, and one by one.

use serde::{Deserialize, Serialize};

use super::prefixes::cover;
use crate::arrange::Arrange;
use crate::record::{Address, Prefix};

/// As many networks as one reads in a line.
pub const PREFIXES_MAX: usize = 6;

/// Addresses named with their rows: as many as one reads.
pub const PEERS_SHOWN: usize = 10;

/// Addresses that are kept to work out a rule from. A rule for more is written for networks.
pub const PEERS_KEPT: usize = 256;

/// The remote ends, as the interface sees them: the clients of what came in, the servers of what went out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peers {
    /// 0 where nothing tells which end is the remote one.
    pub n_addresses: u64,
    /// Disjoint, most rows first; at most [`PREFIXES_MAX`]. They hold all addresses, unless those are on the internet and
    /// too far apart, or of EFA traffic: then those with most rows, and what is missing shows in the sums.
    pub prefixes: Vec<PeerPrefix>,
    /// Most rejected rows first, at most [`PEERS_SHOWN`].
    pub top: Vec<(Address, u64)>,
    /// Ascending; where there are more than [`PEERS_KEPT`], those with most rejected rows.
    pub all: Vec<Address>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerPrefix {
    pub prefix: Prefix,
    /// Peers in it.
    pub n_addresses: u64,
    pub n_rejected_rows: u64,
    pub is_own: bool,
}

impl Peers {
    /// Of addresses with their rejected rows, in any order; an address may stand there twice.
    pub(super) fn of(mut rows: Vec<(Address, u64)>, is_ours: impl Fn(Address) -> bool) -> Peers {
        rows.arrange();
        rows.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            if is_same {
                first.1 += next.1;
            }
            is_same
        });
        let n_addresses = rows.len() as u64;
        let addresses: Vec<Address> = rows.iter().map(|(address, _)| *address).collect();
        let mut prefixes: Vec<PeerPrefix> = cover(&addresses, &is_ours, PREFIXES_MAX)
            .into_iter()
            .map(|prefix| {
                let first = rows.partition_point(|(address, _)| *address < prefix.base());
                let held = rows[first..].iter().take_while(|(address, _)| prefix.contains(*address));
                let (n_addresses, n_rejected_rows) =
                    held.fold((0, 0), |(n_addresses, n_rows), (_, more)| (n_addresses + 1, n_rows + more));
                let is_own = rows.get(first).is_some_and(|(address, _)| is_ours(*address));
                PeerPrefix { prefix, n_addresses, n_rejected_rows, is_own }
            })
            .collect();
        prefixes.arrange_by(|a, b| b.n_rejected_rows.cmp(&a.n_rejected_rows).then(a.prefix.cmp(&b.prefix)));
        prefixes.truncate(PREFIXES_MAX);
        rows.arrange_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        rows.truncate(PEERS_KEPT);
        let mut all: Vec<Address> = rows.iter().map(|(address, _)| *address).collect();
        all.arrange();
        rows.truncate(PEERS_SHOWN);
        Peers { n_addresses, prefixes, top: rows, all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(rows: impl IntoIterator<Item = (u32, u64)>) -> Peers {
        let rows = rows.into_iter().map(|(address, n_rows)| (Address::V4(address), n_rows)).collect();
        Peers::of(rows, Address::is_private)
    }

    #[test]
    fn rows_of_an_address_add_up_in_whatever_order_they_come() {
        let one = peers([(0x0a00_0105, 2), (0x0808_0808, 9), (0x0a00_0106, 1), (0x0a00_0105, 3)]);
        assert_eq!(one, peers([(0x0a00_0106, 1), (0x0a00_0105, 3), (0x0a00_0105, 2), (0x0808_0808, 9)]));
        let shown: Vec<String> = one
            .prefixes
            .iter()
            .map(|of| format!("{} {} {} {}", of.prefix, of.n_addresses, of.n_rejected_rows, of.is_own))
            .collect();
        assert_eq!(shown, ["8.8.8.8/32 1 9 false", "10.0.1.0/24 2 6 true"]);
        assert_eq!(one.top[1], (Address::V4(0x0a00_0105), 5));
        assert_eq!((one.n_addresses, one.all.len()), (3, 3));
    }

    #[test]
    fn of_too_many_those_with_most_rows_stay() {
        let many = peers((0..1_000).map(|n| (0x0800_0000 + 2 * n, u64::from(n))));
        assert_eq!((many.n_addresses, many.all.len(), many.top.len()), (1_000, PEERS_KEPT, PEERS_SHOWN));
        assert_eq!(many.all[0], Address::V4(0x0800_0000 + 2 * (1_000 - PEERS_KEPT as u32)));
        assert_eq!(many.top[0], (Address::V4(0x0800_0000 + 2 * 999), 999));
        let n_rows: Vec<u64> = many.prefixes.iter().map(|of| of.n_rejected_rows).collect();
        assert_eq!(n_rows, [999, 998, 997, 996, 995, 994]);
    }
}
