//! Addresses replaced by others, so that a report can be handed to somebody who may not know them.
//!
//! Stable: with one key an address always becomes the same other one, and two never become one. Prefix-preserving: two
//! addresses share as many leading bits as before, so networks stay networks (Xu et al. 2002, with SipHash-2-4 as the
//! keyed function). Ranges that mean something by themselves keep their meaning: private addresses stay in their private
//! range, public ones stay public, and what is the same in every network is not replaced at all. Who has the key can
//! turn it back; so can, for some addresses, who knows others that are in the report.

use std::fmt::Write as _;
use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use crate::record::{Address, Prefix};

/// A range that addresses may neither leave nor enter, and whether what is in it stays as it is.
struct Range {
    prefix: &'static str,
    is_kept: bool,
}

const fn range(prefix: &'static str, is_kept: bool) -> Range {
    Range { prefix, is_kept }
}

const RANGES: [Range; 16] = [
    range("0.0.0.0/8", true),
    range("10.0.0.0/8", false),
    range("100.64.0.0/10", false),
    range("127.0.0.0/8", true),
    // Metadata, DNS and time of every VPC.
    range("169.254.0.0/16", true),
    range("172.16.0.0/12", false),
    range("192.168.0.0/16", false),
    range("224.0.0.0/3", true),
    range("::/128", true),
    range("::1/128", true),
    range("2000::/3", false),
    range("fc00::/8", false),
    // The same services over IPv6 are in fd00:ec2::/32.
    range("fd00:ec2::/32", true),
    range("fd00::/8", false),
    range("fe80::/10", false),
    range("ff00::/8", true),
];

/// Replaces addresses by one key.
pub struct Pseudonyms {
    key: [u8; 16],
    ranges: Vec<(Prefix, bool)>,
}

impl Pseudonyms {
    /// A key that nobody can guess, of 16 random bytes: with another one all addresses become others.
    pub fn new(key: [u8; 16]) -> Pseudonyms {
        let ranges = RANGES.iter().map(|range| {
            (Prefix::parse(range.prefix).expect("the table holds prefixes, a test reads it"), range.is_kept)
        });
        Pseudonyms { key, ranges: ranges.collect() }
    }

    pub fn address(&self, address: Address) -> Address {
        if self.ranges.iter().any(|(range, is_kept)| *is_kept && range.contains(address)) {
            return address;
        }
        let (bits, width) = bits_of(address);
        let mut replaced = bits;
        for depth in 0..width {
            let place = width - 1 - depth;
            if !self.leads_to_range(address, depth) {
                // What decides about a bit are the bits before it, so equal prefixes stay equal.
                let head = if depth == 0 { 0 } else { bits >> (width - depth) };
                replaced ^= u128::from(self.coin(width, depth, head)) << place;
            }
        }
        match address {
            Address::V4(_) => Address::V4(replaced as u32),
            Address::V6(_) => Address::V6(replaced),
            Address::Mac(_) => Address::Mac(replaced as u64),
        }
    }

    /// The network that its addresses move to.
    pub fn prefix(&self, prefix: Prefix) -> Prefix {
        let is_kept = |(range, is_kept): &(Prefix, bool)| *is_kept && range.contains(prefix.base());
        if self.ranges.iter().any(is_kept) && prefix.n_bits() == 0 {
            return prefix;
        }
        Prefix::new(self.address(prefix.base()), prefix.n_bits()).unwrap_or(prefix)
    }

    /// Whether the first `depth` bits are those of a range that goes on: there no bit may turn, or the range would move.
    fn leads_to_range(&self, address: Address, depth: u32) -> bool {
        self.ranges.iter().any(|(range, _)| {
            let is_ahead = u32::from(range.n_bits()) > depth;
            is_ahead && Prefix::new(range.base(), depth as u8).is_some_and(|head| head.contains(address))
        })
    }

    fn coin(&self, width: u32, depth: u32, head: u128) -> bool {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write(&width.to_le_bytes());
        hasher.write(&depth.to_le_bytes());
        hasher.write(&head.to_le_bytes());
        hasher.finish() & 1 == 1
    }

    /// Replaces the addresses and prefixes that stand in a text, and those in host names like `ip-10-0-1-5`.
    pub fn in_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // Whether the last thing written belongs to a word that an address cannot begin in.
        let mut is_in_word = false;
        while let Some(first) = rest.chars().next() {
            let found = if is_in_word { None } else { self.at_start(rest) };
            if let Some((replaced, n_bytes)) = found {
                out.push_str(&replaced);
                rest = &rest[n_bytes..];
                is_in_word = true;
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                is_in_word = first.is_alphanumeric() || matches!(first, '.' | ':' | '_');
            }
        }
        out
    }

    /// What is to stand for the address, prefix or host name that the text begins with, and how long that is.
    fn at_start(&self, text: &str) -> Option<(String, usize)> {
        if let Some(name) = text.strip_prefix("ip-") {
            let n_bytes = run(name, |byte| byte.is_ascii_digit() || byte == b'-');
            let dotted = name[..n_bytes].trim_end_matches('-').replace('-', ".");
            let address @ Address::V4(_) = Address::parse(dotted.as_bytes())? else { return None };
            let replaced = self.address(address).to_string().replace('.', "-");
            return Some((format!("ip-{replaced}"), "ip-".len() + dotted.len()));
        }
        let (address, n_bytes) = address_at_start(text)?;
        let after = &text[n_bytes..];
        if let Some(len) = after.strip_prefix('/') {
            let n_digits = run(len, |byte| byte.is_ascii_digit());
            if let Some(prefix) = len[..n_digits].parse().ok().and_then(|len| Prefix::new(address, len)) {
                return Some((self.prefix(prefix).to_string(), n_bytes + 1 + n_digits));
            }
        }
        let mut replaced = String::new();
        let _ = write!(replaced, "{}", self.address(address));
        Some((replaced, n_bytes))
    }
}

/// The address that the text begins with: the longest one, so that `10.0.0.1:443` and `10.0.0.1.` are read.
fn address_at_start(text: &str) -> Option<(Address, usize)> {
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b'.' || byte == b':';
    let n_bytes = run(text, is_part);
    let is_word = text[n_bytes..].starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let ends = (1..=n_bytes).rev().filter(|end| !is_word || *end < n_bytes);
    let mut candidates = ends.filter(|end| {
        // A part of a longer number or group is not an address.
        let next = text.as_bytes().get(*end);
        *end == n_bytes || matches!(next, Some(b'.' | b':'))
    });
    candidates.find_map(|end| Some((Address::parse(&text.as_bytes()[..end])?, end)))
}

fn run(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

/// The bits, and how many an address of the family has.
fn bits_of(address: Address) -> (u128, u32) {
    match address {
        Address::V4(bits) => (u128::from(bits), 32),
        Address::V6(bits) => (bits, 128),
        Address::Mac(bits) => (u128::from(bits), 48),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 16] = *b"a key of a test.";

    fn shared_bits(a: Address, b: Address) -> u32 {
        let ((a, width), (b, _)) = (bits_of(a), bits_of(b));
        ((a ^ b) << (128 - width)).leading_zeros().min(width)
    }

    fn address(text: &str) -> Address {
        Address::parse(text.as_bytes()).unwrap()
    }

    proptest! {
        #[test]
        fn prefixes_are_preserved(a: u32, b: u32, key: [u8; 16]) {
            let pseudonyms = Pseudonyms::new(key);
            let (a, b) = (Address::V4(a), Address::V4(b));
            let kept = |address| pseudonyms.ranges.iter().any(|(range, kept)| *kept && range.contains(address));
            prop_assume!(!kept(a) && !kept(b));
            prop_assert_eq!(shared_bits(pseudonyms.address(a), pseudonyms.address(b)), shared_bits(a, b));
        }

        #[test]
        fn ranges_are_neither_left_nor_entered(v4: u32, v6: u128, key: [u8; 16]) {
            let pseudonyms = Pseudonyms::new(key);
            for address in [Address::V4(v4), Address::V6(v6)] {
                let replaced = pseudonyms.address(address);
                prop_assert_eq!(address.is_private(), replaced.is_private());
                for (range, _) in &pseudonyms.ranges {
                    prop_assert_eq!(range.contains(address), range.contains(replaced), "{}", range);
                }
            }
        }

        #[test]
        fn an_address_moves_with_its_network(bits: u32, len in 0u8..=32, key: [u8; 16]) {
            let pseudonyms = Pseudonyms::new(key);
            let address = Address::V4(bits);
            let prefix = Prefix::new(address, len).unwrap();
            let kept = pseudonyms.ranges.iter().any(|(range, kept)| *kept && (range.contains(address) || range.contains(prefix.base())));
            prop_assume!(!kept);
            prop_assert!(pseudonyms.prefix(prefix).contains(pseudonyms.address(address)));
        }

        #[test]
        fn text_without_addresses_stays(text in "[a-zA-Z ,;()-]{0,60}") {
            let hex_group = address_at_start(&text).is_some();
            prop_assume!(!hex_group);
            prop_assert_eq!(Pseudonyms::new(KEY).in_text(&text), text);
        }
    }

    #[test]
    fn a_network_is_permuted() {
        let pseudonyms = Pseudonyms::new(KEY);
        let replaced: HashSet<Address> =
            (0..=255).map(|host| pseudonyms.address(Address::V4(0x0a01_0200 | host))).collect();
        assert_eq!(replaced.len(), 256);
        let network = pseudonyms.prefix(Prefix::parse("10.1.2.0/24").unwrap());
        assert!(replaced.iter().all(|address| network.contains(*address)));
        assert_ne!(network.to_string(), "10.1.2.0/24");
        assert!(network.to_string().starts_with("10."));
    }

    #[test]
    fn another_key_gives_other_addresses() {
        let public = address("8.8.8.8");
        let replaced: HashSet<Address> =
            (0..32).map(|byte| Pseudonyms::new([byte; 16]).address(public)).collect();
        assert!(replaced.len() > 30);
    }

    #[test]
    fn what_every_network_has_stays() {
        let pseudonyms = Pseudonyms::new(KEY);
        for kept in ["169.254.169.254", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "fd00:ec2::254"] {
            assert_eq!(pseudonyms.address(address(kept)), address(kept));
        }
        assert_eq!(pseudonyms.prefix(Prefix::parse("0.0.0.0/0").unwrap()).to_string(), "0.0.0.0/0");
        assert_eq!(pseudonyms.prefix(Prefix::parse("::/0").unwrap()).to_string(), "::/0");
    }

    #[test]
    fn addresses_are_found_in_text() {
        let pseudonyms = Pseudonyms::new(KEY);
        let of = |text: &str| pseudonyms.address(address(text)).to_string();
        let (v4, v6) = (of("10.0.1.5"), of("2001:db8::7"));
        let net = pseudonyms.prefix(Prefix::parse("10.0.0.0/16").unwrap()).to_string();
        for (text, expected) in [
            ("to 10.0.1.5:443.", format!("to {v4}:443.")),
            ("10.0.1.5", v4.clone()),
            ("(10.0.1.5, 2001:db8::7)", format!("({v4}, {v6})")),
            ("from 10.0.0.0/16;", format!("from {net};")),
            ("It is 10.0.1.5.", format!("It is {v4}.")),
            ("2001:db8::7: refused", format!("{v6}: refused")),
            ("ip-10-0-1-5.ec2.internal", format!("ip-{}.ec2.internal", v4.replace('.', "-"))),
            ("at 22:10:05 on 2023-11-14", "at 22:10:05 on 2023-11-14".to_owned()),
            ("version 1.2.3 of sg-0a1b, eni-10.0.1", "version 1.2.3 of sg-0a1b, eni-10.0.1".to_owned()),
            ("0.0.0.0/0", "0.0.0.0/0".to_owned()),
        ] {
            assert_eq!(pseudonyms.in_text(text), expected);
        }
    }
}
