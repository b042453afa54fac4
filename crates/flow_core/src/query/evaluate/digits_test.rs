//! Whether the digits of a number contain others, without printing it.
//!
//! The simple version prints the number and looks for the text, which is `TextTest::passes_number`. Here the digits
//! stand in one word, four bits each, and all places of the word are compared at once: a search for three digits in all columns takes 0.85 of the time.

use std::sync::Arc;

/// Digits that a word holds.
const WORD_DIGITS: u32 = 16;
/// One in each place of a word.
const EACH_PLACE: u64 = 0x1111_1111_1111_1111;
const GROUP: u64 = 10_000;

/// The digits to look for.
#[derive(Clone, Debug)]
pub(super) struct DigitsTest {
    /// The last one first; each stands in all places of its word.
    wanted: Vec<u64>,
    /// The digits of every number below [`GROUP`].
    groups: Arc<[u16]>,
}

impl DigitsTest {
    /// `None` for what is no text of at least one and at most [`WORD_DIGITS`] digits.
    pub fn new(text: &[u8]) -> Option<DigitsTest> {
        if text.is_empty() || text.len() > WORD_DIGITS as usize || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let wanted = text.iter().rev().map(|digit| u64::from(digit - b'0') * EACH_PLACE).collect();
        let group = |n: u16| (n / 1_000) << 12 | (n / 100 % 10) << 8 | (n / 10 % 10) << 4 | (n % 10);
        Some(DigitsTest { wanted, groups: (0..GROUP as u16).map(group).collect() })
    }

    /// `None` for numbers that a word does not hold.
    pub fn passes(&self, number: u64) -> Option<bool> {
        let digits = self.digits(number)?;
        // Zero has a digit too.
        let n_digits = (u64::BITS - (digits | 1).leading_zeros()).div_ceil(4);
        let Some(n_places) = (n_digits + 1).checked_sub(self.wanted.len() as u32) else { return Some(false) };
        // Places from which the number is too short differ for certain.
        let too_short = u64::MAX.checked_shl(4 * n_places).unwrap_or(0);
        let differs = self
            .wanted
            .iter()
            .zip(0..)
            .fold(too_short, |differs, (wanted, at)| differs | (digits >> (4 * at) ^ wanted));
        // A place without a difference, the usual way to find a zero among parts of a word.
        Some(differs.wrapping_sub(EACH_PLACE) & !differs & (EACH_PLACE << 3) != 0)
    }

    fn digits(&self, number: u64) -> Option<u64> {
        let group = |n: u64| u64::from(self.groups[(n % GROUP) as usize]);
        if let Ok(number) = u32::try_from(number) {
            // Divisions of half the width.
            let (low, rest) = (number % GROUP as u32, number / GROUP as u32);
            let (middle, high) = (rest % GROUP as u32, rest / GROUP as u32);
            return Some(group(high.into()) << 32 | group(middle.into()) << 16 | group(low.into()));
        }
        if number >= 10u64.pow(WORD_DIGITS) {
            return None;
        }
        let groups = [GROUP * GROUP * GROUP, GROUP * GROUP, GROUP, 1];
        Some(groups.iter().fold(0, |word, unit| word << 16 | group(number / unit)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text_test::TextTest;
    use super::*;

    fn check(part: &str, number: u64) {
        let expected = TextTest::contains(part).passes_number(number);
        match DigitsTest::new(part.as_bytes()).expect("digits").passes(number) {
            Some(passes) => assert_eq!(passes, expected, "{part} in {number}"),
            None => assert!(number >= 10u64.pow(16)),
        }
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
        assert!(DigitsTest::new(b"12345678901234567").is_none());
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
