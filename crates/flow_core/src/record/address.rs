//! Addresses as flow logs write them: IPv4, IPv6, and the MAC addresses of EFA traffic; and prefixes.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// One end of a flow. Ordered IPv4 before IPv6 before MAC, each by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Address {
    V4(u32),
    V6(u128),
    /// The 48 bits of a MAC address.
    Mac(u64),
}

/// The family decides which interface address a record can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    V4,
    V6,
    Mac,
}

impl Address {
    /// Reads an address as text; `None` where it is not one. No surrounding space is allowed.
    pub fn parse(text: &[u8]) -> Option<Address> {
        if let Some(v4) = parse_v4(text) {
            return Some(Address::V4(v4));
        }
        let text = std::str::from_utf8(text).ok()?;
        if let Ok(v6) = text.parse::<Ipv6Addr>() {
            return Some(Address::V6(v6.into()));
        }
        parse_mac(text.as_bytes()).map(Address::Mac)
    }

    pub const fn family(self) -> Family {
        match self {
            Address::V4(_) => Family::V4,
            Address::V6(_) => Family::V6,
            Address::Mac(_) => Family::Mac,
        }
    }

    /// With a port, or alone where there is none: `10.0.0.5:443`, `[2001:db8::1]:443`.
    pub fn with_port(self, port: Option<u16>) -> String {
        match (self, port) {
            (_, None) => self.to_string(),
            (Address::V6(_), Some(port)) => format!("[{self}]:{port}"),
            (_, Some(port)) => format!("{self}:{port}"),
        }
    }

    /// Whether the address is of a network that its owner numbers: RFC 1918, shared address space
    /// (100.64.0.0/10), unique local and link-local. Nobody on the internet can be reached by it.
    pub fn is_private(self) -> bool {
        match self {
            Address::V4(bits) => {
                let [a, b, ..] = bits.to_be_bytes();
                a == 10
                    || (a == 172 && b & 0xf0 == 16)
                    || (a == 192 && b == 168)
                    || (a == 100 && b & 0xc0 == 64)
                    || (a == 169 && b == 254)
            }
            Address::V6(bits) => bits >> 121 == 0xfc >> 1 || bits >> 118 == 0xfe80 >> 6,
            Address::Mac(_) => true,
        }
    }
}

/// Four decimal parts without leading zeros: the one spelling AWS writes.
fn parse_v4(text: &[u8]) -> Option<u32> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    let mut bits = 0u32;
    let mut part = 0u32;
    let mut n_digits = 0;
    let mut n_dots = 0;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            if n_digits > 0 && part == 0 {
                return None;
            }
            part = part * 10 + u32::from(digit);
            n_digits += 1;
            if part > 255 {
                return None;
            }
        } else if byte == b'.' && n_digits > 0 && n_dots < 3 {
            bits = bits << 8 | part;
            part = 0;
            n_digits = 0;
            n_dots += 1;
        } else {
            return None;
        }
    }
    (n_dots == 3 && n_digits > 0).then_some(bits << 8 | part)
}

/// `01:23:45:67:89:ab`.
fn parse_mac(text: &[u8]) -> Option<u64> {
    if text.len() != 17 {
        return None;
    }
    let mut bits = 0u64;
    for (at, &byte) in text.iter().enumerate() {
        if at % 3 == 2 {
            if byte != b':' {
                return None;
            }
        } else {
            bits = bits << 4 | u64::from((byte as char).to_digit(16)?);
        }
    }
    Some(bits)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Address::V4(bits) => Ipv4Addr::from(bits).fmt(f),
            Address::V6(bits) => Ipv6Addr::from(bits).fmt(f),
            Address::Mac(bits) => {
                let [_, _, bytes @ ..] = bits.to_be_bytes();
                for (at, byte) in bytes.iter().enumerate() {
                    write!(f, "{}{byte:02x}", if at == 0 { "" } else { ":" })?;
                }
                Ok(())
            }
        }
    }
}

/// A network: the addresses whose first `len` bits equal those of `base`. Ordered by base, the wider first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Prefix {
    base: Address,
    len: u8,
}

impl Prefix {
    /// The prefix that holds `address`; bits past `len` are dropped. `None` for a MAC address or a `len`
    /// past the family's width.
    pub fn new(address: Address, len: u8) -> Option<Prefix> {
        let base = match address {
            Address::V4(bits) if len <= 32 => Address::V4(bits & mask_v4(len)),
            Address::V6(bits) if len <= 128 => Address::V6(bits & mask_v6(len)),
            _ => return None,
        };
        Some(Prefix { base, len })
    }

    /// The longest prefix that holds all addresses; `None` without any, or where they are of two families or MAC addresses.
    pub fn covering(addresses: impl IntoIterator<Item = Address>) -> Option<Prefix> {
        let mut addresses = addresses.into_iter();
        let first = addresses.next()?;
        // The bits in which any of the others differs from the first.
        let n_bits = match first {
            Address::V4(bits) => {
                let differ = addresses.try_fold(0, |differ, address| match address {
                    Address::V4(other) => Some(differ | (bits ^ other)),
                    _ => None,
                })?;
                differ.leading_zeros()
            }
            Address::V6(bits) => {
                let differ = addresses.try_fold(0, |differ, address| match address {
                    Address::V6(other) => Some(differ | (bits ^ other)),
                    _ => None,
                })?;
                differ.leading_zeros()
            }
            Address::Mac(_) => return None,
        };
        Prefix::new(first, n_bits as u8)
    }

    /// Reads `10.0.0.0/8`. Host bits may be set; they are dropped.
    pub fn parse(text: &str) -> Option<Prefix> {
        let (address, len) = text.split_once('/')?;
        if len.is_empty() || len.len() > 3 || !len.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Prefix::new(Address::parse(address.as_bytes())?, len.parse().ok()?)
    }

    pub fn contains(self, address: Address) -> bool {
        match (self.base, address) {
            (Address::V4(base), Address::V4(bits)) => bits & mask_v4(self.len) == base,
            (Address::V6(base), Address::V6(bits)) => bits & mask_v6(self.len) == base,
            _ => false,
        }
    }

    pub const fn base(self) -> Address {
        self.base
    }

    /// The largest address; the base is the smallest.
    pub const fn last(self) -> Address {
        match self.base {
            Address::V4(base) => Address::V4(base | !mask_v4(self.len)),
            Address::V6(base) => Address::V6(base | !mask_v6(self.len)),
            base @ Address::Mac(_) => base,
        }
    }

    /// How many leading bits are fixed.
    pub const fn n_bits(self) -> u8 {
        self.len
    }
}

const fn mask_v4(len: u8) -> u32 {
    // Shifting by the whole width, where nothing is fixed, is no shift.
    match u32::MAX.checked_shl(32 - len as u32) {
        Some(mask) => mask,
        None => 0,
    }
}

const fn mask_v6(len: u8) -> u128 {
    // Shifting by the whole width, where nothing is fixed, is no shift.
    match u128::MAX.checked_shl(128 - len as u32) {
        Some(mask) => mask,
        None => 0,
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address_prints_back() {
        for text in ["10.0.0.5", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "01:23:45:67:89:ab"] {
            assert_eq!(Address::parse(text.as_bytes()).unwrap().to_string(), text);
        }
        assert_eq!(Address::parse(b"2001:0DB8:0:0:0:0:0:1").unwrap().to_string(), "2001:db8::1");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "-",
            "10.0.0",
            "10.0.0.256",
            "010.0.0.1",
            "10.0.0.0.1",
            "10..0.1",
            " 10.0.0.1",
            "host",
            "1:2",
        ] {
            assert_eq!(Address::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn prefixes_hold_what_they_should() {
        let holds = |prefix: &str, address: &str| {
            Prefix::parse(prefix).unwrap().contains(Address::parse(address.as_bytes()).unwrap())
        };
        assert!(holds("10.1.2.3/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("10.0.0.1/32", "10.0.0.1") && !holds("10.0.0.1/32", "10.0.0.2"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        for text in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "10.0.0.0/-1", "::/129", "01:23:45:67:89:ab/8"] {
            assert_eq!(Prefix::parse(text), None, "{text}");
        }
        assert_eq!(Prefix::parse("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        for (prefix, last) in [
            ("10.0.0.0/8", "10.255.255.255"),
            ("0.0.0.0/0", "255.255.255.255"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("2001:db8::/112", "2001:db8::ffff"),
        ] {
            assert_eq!(Prefix::parse(prefix).unwrap().last().to_string(), last);
        }
    }

    #[test]
    fn one_prefix_covers_all() {
        let covering = |texts: &[&str]| {
            let addresses = texts.iter().map(|text| Address::parse(text.as_bytes()).unwrap());
            Prefix::covering(addresses).map(|prefix| prefix.to_string())
        };
        assert_eq!(covering(&["10.0.0.5"]).as_deref(), Some("10.0.0.5/32"));
        assert_eq!(covering(&["10.0.0.5", "10.0.0.4", "10.0.0.5"]).as_deref(), Some("10.0.0.4/31"));
        assert_eq!(covering(&["10.0.0.5", "10.0.1.5"]).as_deref(), Some("10.0.0.0/23"));
        assert_eq!(covering(&["10.0.0.5", "192.0.2.1"]).as_deref(), Some("0.0.0.0/0"));
        assert_eq!(covering(&["2001:db8::1", "2001:db8::2"]).as_deref(), Some("2001:db8::/126"));
        assert_eq!(covering(&["fd00::1", "10.0.0.5"]), None);
        assert_eq!((covering(&[]), covering(&["01:23:45:67:89:ab"])), (None, None));
    }

    #[test]
    fn private_is_what_cannot_be_reached_from_the_internet() {
        let private = |text: &str| Address::parse(text.as_bytes()).unwrap().is_private();
        for text in
            ["10.9.8.7", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd00::1", "fe80::1"]
        {
            assert!(private(text), "{text}");
        }
        for text in ["8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1"] {
            assert!(!private(text), "{text}");
        }
    }
}
