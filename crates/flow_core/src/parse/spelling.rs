//! Whether an address is spelled as we would print it.

use std::fmt::{self, Write};

use crate::record::Address;

/// Whether printing the address gives another text than the one it was read from: an IPv6 address written
/// out or in capitals, a MAC address in capitals.
#[inline]
pub fn is_odd(address: Address, text: &str) -> bool {
    match address {
        // Other spellings of IPv4 addresses are not read at all.
        Address::V4(_) => false,
        // Printing into a comparison, so that nothing is allocated.
        Address::V6(_) | Address::Mac(_) => {
            let mut rest = Rest(text);
            write!(rest, "{address}").is_err() || !rest.0.is_empty()
        }
    }
}

/// What is left of a text after the parts that were written; writing another part is an error.
struct Rest<'a>(&'a str);

impl Write for Rest<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_odd_when_printing_does_not_give_it_back() {
        let odd = |text: &str| is_odd(Address::parse(text.as_bytes()).unwrap(), text);
        for text in ["10.0.0.1", "::", "2001:db8::1", "fe80::1:0:0:1", "::ffff:10.0.0.1", "0a:00:00:00:00:ff"]
        {
            assert!(!odd(text), "{text}");
        }
        for text in ["2001:DB8::1", "2001:0db8::1", "2001:db8:0:0:0:0:0:1", "0::0", "0A:00:00:00:00:ff"] {
            assert!(odd(text), "{text}");
        }
    }
}
