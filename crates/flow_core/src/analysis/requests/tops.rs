//! Lists that are cut to what a person reads: peers by rows, ports as spans.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::arrange::{Arrange, keep_first};
use crate::record::Address;

/// Addresses with the rows of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRows {
    /// Different addresses.
    pub n_peers: u64,
    /// Those with most rows first; as many as were asked for at most.
    pub top: Vec<(Address, u64)>,
}

impl PeerRows {
    /// An address may come several times.
    pub(super) fn of(mut rows: Vec<(Address, u64)>, n_max: usize) -> PeerRows {
        rows.arrange();
        rows.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            kept.1 += if is_same { later.1 } else { 0 };
            is_same
        });
        let n_peers = rows.len() as u64;
        keep_first(&mut rows, n_max, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        PeerRows { n_peers, top: rows }
    }
}

/// Ports of one protocol that lie beside each other, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PortsUsed {
    pub protocol: u8,
    /// `None` for protocols without ports, and where they are not recorded.
    pub ports: Option<(u16, u16)>,
    pub n_rows: u64,
}

/// Joins ports that lie beside each other.
pub(super) fn spans_of(used: impl IntoIterator<Item = PortsUsed>) -> Vec<PortsUsed> {
    let mut by_start: BTreeMap<(u8, Option<u16>), (Option<u16>, u64)> = BTreeMap::new();
    for PortsUsed { protocol, ports, n_rows } in used {
        let known = by_start.entry((protocol, ports.map(|ports| ports.0))).or_default();
        known.0 = known.0.max(ports.map(|ports| ports.1));
        known.1 += n_rows;
    }
    let mut spans: Vec<PortsUsed> = Vec::new();
    for ((protocol, first), (last, n_rows)) in by_start {
        match (spans.last_mut(), first.zip(last)) {
            (
                Some(PortsUsed { protocol: of, ports: Some(before), n_rows: rows_before }),
                Some((first, last)),
            ) if *of == protocol && first <= before.1.saturating_add(1) => {
                before.1 = before.1.max(last);
                *rows_before += n_rows;
            }
            (_, ports) => spans.push(PortsUsed { protocol, ports, n_rows }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_added_up_and_those_with_most_rows_come_first() {
        let [a, b, c] = [1, 2, 3].map(Address::V4);
        let found = PeerRows::of(vec![(b, 2), (a, 1), (c, 1), (b, 3), (a, 1)], 2);
        assert_eq!(found, PeerRows { n_peers: 3, top: vec![(b, 5), (a, 2)] });
    }

    #[test]
    fn ports_beside_each_other_are_one_span() {
        let used = |protocol, ports, n_rows| PortsUsed { protocol, ports, n_rows };
        let ports = [(6, 443), (6, 80), (17, 81), (6, 81), (6, 443), (6, 82)];
        let found = spans_of(
            ports
                .map(|(protocol, port)| used(protocol, Some((port, port)), 1))
                .into_iter()
                .chain([used(1, None, 4)]),
        );
        let expected = [
            used(1, None, 4),
            used(6, Some((80, 82)), 3),
            used(6, Some((443, 443)), 2),
            used(17, Some((81, 81)), 1),
        ];
        assert_eq!(found, expected);
        let wide =
            [used(6, Some((10, 20)), 1), used(6, Some((12, 13)), 1), used(6, Some((65_535, 65_535)), 1)];
        assert_eq!(spans_of(wide), [used(6, Some((10, 20)), 2), used(6, Some((65_535, 65_535)), 1)]);
    }
}
