//! Tests of a value as a flow log writes it, whatever the case of its ASCII letters.

use std::io::Write;

use super::digits_test::DigitsTest;
use crate::arrange::Arrange;
use crate::record::Address;

/// What a printed value must contain, or be.
#[derive(Clone, Debug)]
pub(super) enum TextTest {
    /// In small letters; of digits also in the form in which numbers are tested without being printed.
    Contains(Vec<u8>, Option<DigitsTest>),
    /// One of these; in small letters, sorted.
    OneOf(Vec<Vec<u8>>),
}

impl TextTest {
    pub fn contains(text: &str) -> TextTest {
        let part = text.to_ascii_lowercase().into_bytes();
        let digits = DigitsTest::new(&part);
        TextTest::Contains(part, digits)
    }

    pub fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> TextTest {
        let mut texts: Vec<_> =
            texts.into_iter().map(|text| text.to_ascii_lowercase().into_bytes()).collect();
        texts.arrange();
        TextTest::OneOf(texts)
    }

    pub fn passes(&self, printed: &[u8]) -> bool {
        match self {
            TextTest::Contains(part, _) => contains(printed, part),
            TextTest::OneOf(texts) => texts
                .binary_search_by(|text| text.iter().copied().cmp(printed.iter().map(u8::to_ascii_lowercase)))
                .is_ok(),
        }
    }

    pub fn passes_number(&self, number: u64) -> bool {
        match self {
            TextTest::Contains(_, Some(digits)) => digits.passes(number),
            _ => self.passes_printed(number),
        }
    }

    /// The simple version of [`TextTest::passes_number`].
    pub fn passes_printed(&self, number: u64) -> bool {
        const U64_DIGITS_MAX: usize = 20;
        let mut digits = [0u8; U64_DIGITS_MAX];
        let mut first = U64_DIGITS_MAX;
        let mut rest = number;
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.passes(&digits[first..])
    }

    /// Whether a number can pass at all: most texts that people look for have a letter.
    pub fn may_pass_numbers(&self) -> bool {
        let is_digits = |text: &Vec<u8>| text.iter().all(u8::is_ascii_digit);
        match self {
            TextTest::Contains(part, _) => is_digits(part),
            TextTest::OneOf(texts) => texts.iter().any(is_digits),
        }
    }
}

/// Printed values are tens of bytes: looking for the first byte and comparing there is as fast as anything.
fn contains(printed: &[u8], part: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else { return true };
    let Some(last_start) = printed.len().checked_sub(part.len()) else { return false };
    (0..=last_start).any(|start| {
        printed[start].to_ascii_lowercase() == *first
            && printed[start + 1..start + part.len()].eq_ignore_ascii_case(rest)
    })
}

/// Prints values one after the other into the same memory.
#[derive(Default)]
pub(super) struct Printer {
    text: Vec<u8>,
}

impl Printer {
    /// An address, as it prints. Most are IPv4, and formatting them takes five times as long as putting their digits there.
    pub fn print_address(&mut self, address: Address) -> &[u8] {
        let Address::V4(bits) = address else { return self.print(address) };
        self.text.clear();
        for (at, octet) in bits.to_be_bytes().into_iter().enumerate() {
            if at > 0 {
                self.text.push(b'.');
            }
            if octet >= 100 {
                self.text.push(b'0' + octet / 100);
            }
            if octet >= 10 {
                self.text.push(b'0' + octet / 10 % 10);
            }
            self.text.push(b'0' + octet % 10);
        }
        &self.text
    }

    pub fn print(&mut self, value: impl std::fmt::Display) -> &[u8] {
        self.text.clear();
        write!(self.text, "{value}").expect("writing to memory does not fail");
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_wherever_they_are() {
        for (part, printed, expected) in [
            ("", "", true),
            ("", "a", true),
            ("a", "", false),
            ("RE", "reject", true),
            ("ect", "REJECT", true),
            ("ectx", "REJECT", false),
            ("aab", "aaab", true),
            ("é", "CAFé", true),
        ] {
            assert_eq!(TextTest::contains(part).passes(printed.as_bytes()), expected, "{part} in {printed}");
        }
        assert!(TextTest::one_of(["b", "Reject"]).passes(b"rEJECT"));
        assert!(!TextTest::one_of(["b", "Reject"]).passes(b"rejec"));
    }

    #[test]
    fn addresses_are_tested_as_they_print() {
        let octets = [0u32, 1, 9, 10, 99, 100, 199, 255];
        let v4 =
            octets.iter().flat_map(|a| octets.map(|b| Address::V4(a << 24 | b << 16 | (255 - b) << 8 | b)));
        for address in v4.chain([Address::V6(0x2001 << 112 | 1), Address::Mac(0xabcdef)]) {
            assert_eq!(Printer::default().print_address(address), address.to_string().as_bytes());
        }
    }

    #[test]
    fn numbers_are_tested_as_they_print() {
        for number in [0, 7, 10, 443, 65_535, u64::MAX - 1] {
            assert!(TextTest::one_of([number.to_string().as_str()]).passes_number(number));
        }
        assert!(TextTest::contains("43").passes_number(443));
        assert!(!TextTest::contains("0443").passes_number(443));
        assert!(!TextTest::contains("x").may_pass_numbers() && TextTest::contains("").may_pass_numbers());
    }
}
