//! What can be asked for: a port of an address, or the address itself where the protocol has no ports.

use serde::{Deserialize, Serialize};

use super::conversation::TupleEnd;
use super::packing::{self, PORT_BITS, PROTOCOL_BITS, packed};

/// An end and its protocol, packed into one number, because most rows look one up. In the order of address, port and
/// protocol, what is absent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Endpoint(u64);

impl Endpoint {
    /// The address is a code or a place in a list.
    pub fn new(address: u32, port: Option<u16>, protocol: Option<u8>) -> Endpoint {
        let address = u64::from(address) << (PORT_BITS + PROTOCOL_BITS);
        Endpoint(address | packed(port) << PROTOCOL_BITS | packed(protocol))
    }

    pub fn of(end: TupleEnd, protocol: Option<u8>) -> Endpoint {
        Endpoint::new(end.address, end.port, protocol)
    }

    pub fn address(self) -> u32 {
        (self.0 >> (PORT_BITS + PROTOCOL_BITS)) as u32
    }

    pub fn port(self) -> Option<u16> {
        packing::port(self.0 >> PROTOCOL_BITS)
    }

    /// `None` where none is recorded.
    pub fn protocol(self) -> Option<u8> {
        packing::protocol(self.0)
    }

    /// All bits mixed into fewer.
    pub fn mixed(self) -> u32 {
        // Of 2^64 the golden section, as usual: neighbours are far from each other.
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        ((self.0 ^ self.0 >> u32::BITS).wrapping_mul(FACTOR) >> u32::BITS) as u32
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
