//! What can be asked for: a port of an address, or the address itself where the protocol has no ports.

use serde::{Deserialize, Serialize};

use super::conversation::TupleEnd;

/// An end and its protocol, packed into one number, because most rows look one up. In the order of address, port and
/// protocol, what is absent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Endpoint(u64);

/// A port and what is 1 more than the largest.
const PORT_BITS: u32 = 17;
const PROTOCOL_BITS: u32 = 9;

impl Endpoint {
    /// The address is a code or a place in a list.
    pub fn new(address: u32, port: Option<u16>, protocol: Option<u8>) -> Endpoint {
        let port = port.map_or(0, |port| u64::from(port) + 1);
        let protocol = protocol.map_or(0, |protocol| u64::from(protocol) + 1);
        Endpoint(u64::from(address) << (PORT_BITS + PROTOCOL_BITS) | port << PROTOCOL_BITS | protocol)
    }

    pub fn of(end: TupleEnd, protocol: Option<u8>) -> Endpoint {
        Endpoint::new(end.address, end.port, protocol)
    }

    pub fn address(self) -> u32 {
        (self.0 >> (PORT_BITS + PROTOCOL_BITS)) as u32
    }

    pub fn port(self) -> Option<u16> {
        let port = self.0 >> PROTOCOL_BITS & ((1 << PORT_BITS) - 1);
        port.checked_sub(1).map(|port| port as u16)
    }

    /// `None` where none is recorded.
    pub fn protocol(self) -> Option<u8> {
        let protocol = self.0 & ((1 << PROTOCOL_BITS) - 1);
        protocol.checked_sub(1).map(|protocol| protocol as u8)
    }

    /// The same of another address.
    #[must_use]
    pub fn at(self, address: u32) -> Endpoint {
        Endpoint::new(address, self.port(), self.protocol())
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({}, {:?}, {:?})", self.address(), self.port(), self.protocol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packing_loses_nothing_and_keeps_the_order(
            one in any::<(u32, Option<u16>, Option<u8>)>(),
            other in any::<(u32, Option<u16>, Option<u8>)>(),
            address in any::<u32>(),
        ) {
            let packed = |(address, port, protocol): (u32, Option<u16>, Option<u8>)| Endpoint::new(address, port, protocol);
            let endpoint = packed(one);
            prop_assert_eq!((endpoint.address(), endpoint.port(), endpoint.protocol()), one);
            prop_assert_eq!(packed(one).cmp(&packed(other)), one.cmp(&other));
            prop_assert_eq!(endpoint.at(address), packed((address, one.1, one.2)));
        }
    }
}
