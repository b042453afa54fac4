//! Five-tuples without a direction, which hold both halves of a conversation together.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// One end: an address, as a code or a place in a list, and its port where the protocol has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::analysis) struct TupleEnd {
    pub address: u32,
    pub port: Option<u16>,
}

/// Two ends and the protocol, the same whoever sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::analysis) struct Tuple {
    /// The smaller end.
    low: TupleEnd,
    high: TupleEnd,
    /// `None` where no protocol is recorded.
    protocol: Option<u8>,
}

impl Hash for Tuple {
    /// Two words: every row of a store is looked up.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (addresses, rest) = self.sort_key();
        state.write_u64(addresses);
        state.write_u64(rest);
    }
}

impl Tuple {
    pub fn new(one: TupleEnd, other: TupleEnd, protocol: Option<u8>) -> Tuple {
        Tuple { low: one.min(other), high: one.max(other), protocol }
    }

    pub fn ends(&self) -> [TupleEnd; 2] {
        [self.low, self.high]
    }

    pub fn protocol(&self) -> Option<u8> {
        self.protocol
    }

    /// TCP, or ports of a protocol that is not recorded.
    pub fn is_tcp(&self) -> bool {
        const TCP: u8 = 6;
        let has_port = self.low.port.is_some() || self.high.port.is_some();
        self.protocol.map_or(has_port, |protocol| protocol == TCP)
    }

    /// Numbers that are equal for equal tuples only and quick to compare: nothing takes longer than sorting.
    pub fn sort_key(&self) -> (u64, u64) {
        let port = |port: Option<u16>| port.map_or(0, |port| u64::from(port) + 1);
        let protocol = self.protocol.map_or(0, |protocol| u64::from(protocol) + 1);
        (
            u64::from(self.low.address) << 32 | u64::from(self.high.address),
            port(self.low.port) << 32 | port(self.high.port) << 12 | protocol,
        )
    }

    /// The same with other addresses; `None` where one of them is nowhere.
    pub fn with_addresses(&self, mut address_of: impl FnMut(u32) -> Option<u32>) -> Option<Tuple> {
        let mut end = |end: TupleEnd| Some(TupleEnd { address: address_of(end.address)?, ..end });
        Some(Tuple::new(end(self.low)?, end(self.high)?, self.protocol))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_are_one_tuple() {
        let end = |address, port| TupleEnd { address, port };
        let (client, server) = (end(7, Some(40_000)), end(2, Some(443)));
        let tuple = Tuple::new(client, server, Some(6));
        assert_eq!(tuple, Tuple::new(server, client, Some(6)));
        assert_ne!(tuple, Tuple::new(client, server, Some(17)));
        let swapped = tuple.with_addresses(|address| Some(9 - address)).unwrap();
        assert_eq!(swapped, Tuple::new(end(2, Some(40_000)), end(7, Some(443)), Some(6)));
        assert_eq!(tuple.with_addresses(|address| (address == 2).then_some(0)), None);
    }
}
