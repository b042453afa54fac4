//! Five-tuples without a direction, which hold both halves of a conversation together.

use serde::{Deserialize, Serialize};

use crate::analysis::as_bytes::Fixed;
use crate::analysis::packing::{self, PORT_BITS, PROTOCOL_BITS, packed};

/// One end: an address, as a code or a place in a list, and its port where the protocol has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::analysis) struct TupleEnd {
    pub address: u32,
    pub port: Option<u16>,
}

/// Two ends and the protocol, the same whoever sends.
///
/// Packed into two words, equal for equal tuples only: every row of a store is looked up, and comparing what may be absent
/// item by item takes longer than the rest of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(in crate::analysis) struct Tuple {
    /// That of the smaller end first.
    addresses: u64,
    /// Both ports and the protocol, each 1 more than it is; 0 where it is not there.
    rest: u64,
}

const HIGH_PORT_AT: u32 = PROTOCOL_BITS;
const LOW_PORT_AT: u32 = HIGH_PORT_AT + PORT_BITS;

impl TupleEnd {
    /// In the order of ends.
    fn packed(self) -> u64 {
        u64::from(self.address) << 32 | packed(self.port)
    }

    fn unpacked(address: u64, port: u64) -> TupleEnd {
        TupleEnd { address: address as u32, port: packing::port(port) }
    }
}

impl Tuple {
    pub fn new(one: TupleEnd, other: TupleEnd, protocol: Option<u8>) -> Tuple {
        let (one, other) = (one.packed(), other.packed());
        let (low, high) = (one.min(other), one.max(other));
        let port = |end: u64| end & u64::from(u32::MAX);
        Tuple {
            addresses: low >> 32 << 32 | high >> 32,
            rest: port(low) << LOW_PORT_AT | port(high) << HIGH_PORT_AT | packed(protocol),
        }
    }

    /// The smaller one first.
    pub fn ends(&self) -> [TupleEnd; 2] {
        [
            TupleEnd::unpacked(self.addresses >> 32, self.rest >> LOW_PORT_AT),
            TupleEnd::unpacked(self.addresses, self.rest >> HIGH_PORT_AT),
        ]
    }

    pub fn protocol(&self) -> Option<u8> {
        packing::protocol(self.rest)
    }

    /// TCP, or ports of a protocol that is not recorded.
    pub fn is_tcp(&self) -> bool {
        const TCP: u8 = 6;
        let has_port = self.rest >> HIGH_PORT_AT > 0;
        self.protocol().map_or(has_port, |protocol| protocol == TCP)
    }

    /// The same with other addresses; `None` where one of them is nowhere.
    pub fn with_addresses(&self, mut address_of: impl FnMut(u32) -> Option<u32>) -> Option<Tuple> {
        let [low, high] = self.ends();
        let mut end = |end: TupleEnd| Some(TupleEnd { address: address_of(end.address)?, ..end });
        Some(Tuple::new(end(low)?, end(high)?, self.protocol()))
    }
}

impl Fixed for Tuple {
    type Bytes = [u8; 16];

    fn to_bytes(&self) -> [u8; 16] {
        (u128::from(self.addresses) << 64 | u128::from(self.rest)).to_le_bytes()
    }

    fn from_bytes(bytes: [u8; 16]) -> Tuple {
        let both = u128::from_le_bytes(bytes);
        Tuple { addresses: (both >> 64) as u64, rest: both as u64 }
    }
}

impl std::fmt::Debug for Tuple {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tuple").field(&self.ends()).field(&self.protocol()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end() -> impl Strategy<Value = TupleEnd> {
        any::<(u32, Option<u16>)>().prop_map(|(address, port)| TupleEnd { address, port })
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(one in end(), other in end(), protocol in any::<Option<u8>>()) {
            let tuple = Tuple::new(one, other, protocol);
            prop_assert_eq!(tuple.ends(), [one.min(other), one.max(other)]);
            prop_assert_eq!(tuple.protocol(), protocol);
            prop_assert_eq!(Tuple::from_bytes(tuple.to_bytes()), tuple);
        }
    }

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
