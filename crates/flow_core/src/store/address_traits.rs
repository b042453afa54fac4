//! What is asked of the address of every row, in a byte for each distinct address: an address itself takes 32, and
//! those of a busy network more than a core's caches.

use crate::record::Address;
use crate::record::address::Family;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressTraits(u8);

const FAMILY_BITS: u8 = 3;
const IS_PRIVATE: u8 = 4;

impl AddressTraits {
    pub fn of(address: Address) -> AddressTraits {
        AddressTraits(address.family() as u8 | if address.is_private() { IS_PRIVATE } else { 0 })
    }

    pub fn family(self) -> Family {
        [Family::V4, Family::V6, Family::Mac, Family::Mac][usize::from(self.0 & FAMILY_BITS)]
    }

    /// See [`Address::is_private`].
    pub fn is_private(self) -> bool {
        self.0 & IS_PRIVATE != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_are_those_of_the_address() {
        for text in ["10.0.0.1", "8.8.8.8", "2001:db8::1", "fd00::1", "01:23:45:67:89:ab"] {
            let address = Address::parse(text.as_bytes()).unwrap();
            let traits = AddressTraits::of(address);
            assert_eq!(
                (traits.family(), traits.is_private()),
                (address.family(), address.is_private()),
                "{text}"
            );
        }
    }
}
