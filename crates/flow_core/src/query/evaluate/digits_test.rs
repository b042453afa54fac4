//! Whether the digits of a number contain others, without printing it.
//!
//! The simple version prints the number and looks for the text, which is `TextTest::passes_printed`. Here four digits
//! are read at once: how much of what is wanted has been met so far, and the next four digits, are a place in a table
//! that says how much has been met after them.

use std::sync::Arc;

/// Numbers of four digits.
const GROUP: u32 = 10_000;
const GROUP_DIGITS: u32 = 4;

/// As many as the longest number has.
const DIGITS_MAX: usize = 20;

/// The digits to look for.
#[derive(Clone, Debug)]
pub(super) struct DigitsTest {
    /// How many digits are wanted; when so many have been met, all the rest is of no matter.
    n_wanted: u8,
    /// How many of the wanted digits a number below [`GROUP`] ends in the middle of, or all of them where it has them.
    of_first: Arc<[u8]>,
    /// The same after four more digits, zeros in front among them: by how many were met before, then by the digits.
    of_next: Arc<[u8]>,
}

impl DigitsTest {
    /// `None` for what is no text of digits that a number can have.
    pub fn new(text: &[u8]) -> Option<DigitsTest> {
        if text.is_empty() || text.len() > DIGITS_MAX || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let wanted: Vec<u8> = text.iter().map(|digit| digit - b'0').collect();
        let by_digit: Vec<[u8; 10]> = (0..=wanted.len())
            .map(|n_met| std::array::from_fn(|digit| met(&wanted, n_met, digit as u8)))
            .collect();
        let digits = |group: u32| [group / 1_000, group / 100 % 10, group / 10 % 10, group % 10];
        let read = |n_met: u8, digits: &[u32]| {
            digits.iter().fold(n_met, |n_met, &digit| by_digit[usize::from(n_met)][digit as usize])
        };
        let n_zeros = |group: u32| (GROUP_DIGITS - 1 - group.checked_ilog10().unwrap_or(0)) as usize;
        let of_next = (0..=wanted.len() as u8)
            .flat_map(|n_met| (0..GROUP).map(move |group| (n_met, group)))
            .map(|(n_met, group)| read(n_met, &digits(group)))
            .collect();
        Some(DigitsTest {
            n_wanted: wanted.len() as u8,
            of_first: (0..GROUP).map(|group| read(0, &digits(group)[n_zeros(group)..])).collect(),
            of_next,
        })
    }

    #[inline]
    pub fn passes(&self, number: u64) -> bool {
        // Divisions of half the width, where that is enough, as it nearly always is.
        let n_met = match u32::try_from(number) {
            Ok(number) if number < GROUP => self.of_first[number as usize],
            Ok(number) => {
                let high = number / GROUP;
                let n_met = if high < GROUP {
                    self.of_first[high as usize]
                } else {
                    self.after(self.of_first[(high / GROUP) as usize], high % GROUP)
                };
                self.after(n_met, number % GROUP)
            }
            Err(_) => self.n_met(number),
        };
        n_met == self.n_wanted
    }

    fn after(&self, n_met: u8, group: u32) -> u8 {
        self.of_next[usize::from(n_met) * GROUP as usize + group as usize]
    }

    fn n_met(&self, number: u64) -> u8 {
        let (high, group) = (number / u64::from(GROUP), (number % u64::from(GROUP)) as u32);
        if high == 0 { self.of_first[group as usize] } else { self.after(self.n_met(high), group) }
    }
}

/// How many of the wanted digits are met after `digit`, where `n_met` were before: as many as the longest beginning of
/// them that the digits now end in.
fn met(wanted: &[u8], n_met: usize, digit: u8) -> u8 {
    if n_met == wanted.len() {
        return n_met as u8;
    }
    let ended: Vec<u8> = wanted[..n_met].iter().copied().chain([digit]).collect();
    (0..=ended.len()).rev().find(|&n| ended.ends_with(&wanted[..n])).unwrap_or(0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text_test::TextTest;
    use super::*;

    fn check(part: &str, number: u64) {
        let expected = TextTest::contains(part).passes_printed(number);
        let passes = DigitsTest::new(part.as_bytes()).expect("digits").passes(number);
        assert_eq!(passes, expected, "{part} in {number}");
    }

    #[test]
    fn zeros_count_where_they_are_printed() {
        for part in ["0", "00", "01", "10", "443", "0443", "1000000000000000", "9999999999999999"] {
            for number in
                [0, 1, 10, 100, 443, 4_430, 10_443, 4_294_967_295, 4_294_967_296, 9_999_999_999_999_999]
            {
                check(part, number);
            }
        }
        assert!(DigitsTest::new(b"").is_none() && DigitsTest::new(b"1x").is_none());
        assert!(DigitsTest::new(b"123456789012345678901").is_none());
        check("18446744073709551614", u64::MAX - 1);
    }

    #[test]
    fn what_begins_anew_within_itself_is_found() {
        for number in [1_121, 11_211, 112_112, 1_112_112, 11_111, 121_212, 1_212_112] {
            for part in ["112", "1121", "11211", "1212", "111", "211"] {
                check(part, number);
            }
        }
    }

    proptest! {
        #[test]
        fn they_are_found_as_in_print(number in any::<u64>(), shift in 0u32..64, at in any::<prop::sample::Index>(),
            len in 1usize..6, other in "[0-9]{1,4}") {
            let number = number >> shift;
            let printed = number.to_string();
            let first = at.index(printed.len());
            check(&printed[first..printed.len().min(first + len)], number);
            check(&other, number);
        }
    }
}
