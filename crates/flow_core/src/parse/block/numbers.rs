//! Columns of numbers, eight digits at a time.

use super::Marks;
use super::values::{RegularRows, Span, each_byte, word_at};
use crate::parse::row_block::ABSENT_NUMBER;

/// Digits in a word.
const WORD_DIGITS: usize = 8;

/// Reads a column into `numbers`, one for each row. Rows whose value is not a number of at most `max` in our
/// own spelling are marked.
pub fn read(rows: RegularRows<'_>, column: usize, max: u64, numbers: &mut Vec<u64>, marks: &mut Marks) {
    // The numbers of a column have much the same length: one loop for each, with one question in it.
    let has_long = rows.spans(column).next().is_some_and(|span| span.n_bytes > WORD_DIGITS);
    if has_long {
        read_mostly(long_number, rows, column, max, numbers, marks);
    } else {
        read_mostly(short_number, rows, column, max, numbers, marks);
    }
}

/// Reads a column of which most values are of the length that `usual` reads. A function of its own for each, so
/// that its constants stay in registers.
#[inline(never)]
fn read_mostly(
    usual: impl Fn(&[u8], Span) -> Option<u64>,
    rows: RegularRows<'_>,
    column: usize,
    max: u64,
    numbers: &mut Vec<u64>,
    marks: &mut Marks,
) {
    numbers.resize(marks.n_rows(), 0);
    for (row, (place, span)) in numbers.iter_mut().zip(rows.spans(column)).enumerate() {
        *place = match usual(rows.text, span) {
            Some(number) if number <= max => number,
            _ => read_unusual(rows.text, span, row, max, marks),
        };
    }
}

#[cold]
#[inline(never)]
fn read_unusual(text: &[u8], span: Span, row: usize, max: u64, marks: &mut Marks) -> u64 {
    if span.n_bytes == 1 && text[span.start] == b'-' {
        return ABSENT_NUMBER;
    }
    match short_number(text, span).or_else(|| long_number(text, span)) {
        Some(number) if number <= max => number,
        _ => {
            marks.mark(row);
            ABSENT_NUMBER
        }
    }
}

/// A number of one to eight digits.
#[inline(always)]
fn short_number(text: &[u8], span: Span) -> Option<u64> {
    if span.n_bytes.wrapping_sub(1) >= WORD_DIGITS {
        return None;
    }
    let bytes = word_at(text, span.start);
    let digits = right_aligned(bytes ^ each_byte(b'0'), span.n_bytes);
    // Together: whether a number is 0 is guessed badly.
    let has_leading_zero = (bytes as u8 == b'0') & (span.n_bytes > 1);
    (!has_leading_zero && non_digits(digits) == 0).then(|| eight_digits(digits))
}

/// A number of nine to sixteen digits.
#[inline(always)]
fn long_number(text: &[u8], span: Span) -> Option<u64> {
    let n_behind = span.n_bytes.wrapping_sub(WORD_DIGITS);
    if n_behind.wrapping_sub(1) >= WORD_DIGITS {
        return None;
    }
    let bytes = word_at(text, span.start);
    let high = bytes ^ each_byte(b'0');
    let low = right_aligned(word_at(text, span.start + WORD_DIGITS) ^ each_byte(b'0'), n_behind);
    let has_leading_zero = bytes as u8 == b'0';
    (!has_leading_zero && non_digits(high) | non_digits(low) == 0)
        .then(|| eight_digits(high) * POWERS_OF_TEN[n_behind] + eight_digits(low))
}

/// The first one to eight digits, the last of them at the top; what is shifted in below reads as leading zeros.
#[inline(always)]
fn right_aligned(digits: u64, n_digits: usize) -> u64 {
    digits << (8 * (WORD_DIGITS - n_digits))
}

const POWERS_OF_TEN: [u64; WORD_DIGITS + 1] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// Zero where every byte is at most nine.
#[inline(always)]
fn non_digits(bytes: u64) -> u64 {
    // A byte past 9 reaches the top bit by adding 0x76, or has it. What carries out of a byte past 0x89 can
    // only spoil a word that is spoilt already.
    (bytes | bytes.wrapping_add(each_byte(0x7f - 9))) & each_byte(0x80)
}

/// The number of eight digits of which the first is lowest: pairs, then fours, then all.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    const EVERY_FOURTH: u64 = 0x0000_00ff_0000_00ff;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & EVERY_FOURTH).wrapping_mul(100 + (1_000_000 << 32));
    let second = (pairs >> 16 & EVERY_FOURTH).wrapping_mul(1 + (10_000 << 32));
    first.wrapping_add(second) >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::tests::column_of;
    use super::*;
    use crate::parse::number;

    /// What a value is in the eyes of the slow way, with nothing where it is not in our spelling.
    fn simple(text: &str, max: u64) -> Option<u64> {
        if text == "-" {
            return Some(ABSENT_NUMBER);
        }
        let number = number::parse(text.as_bytes(), max).ok()?;
        (!number::is_odd(text.as_bytes())).then_some(number)
    }

    fn check(values: &[String], max: u64) {
        let block = column_of(values);
        // What was there before does not matter.
        let (mut numbers, mut marks) = (vec![7; 3], Marks::default());
        marks.reset(values.len());
        read(block.rows(), 0, max, &mut numbers, &mut marks);
        for (row, value) in values.iter().enumerate() {
            let read = (!marks.is_marked[row]).then_some(numbers[row]);
            // A number that is too long for two words may be left to the slow way.
            if read.is_some() || value.len() <= 2 * WORD_DIGITS {
                assert_eq!(read, simple(value, max), "{value:?}");
            }
        }
    }

    #[test]
    fn numbers_at_the_edges_are_read_or_left() {
        let values = [
            "0",
            "1",
            "9",
            "-",
            "00",
            "01",
            "10",
            "65535",
            "65536",
            "99999999",
            "100000000",
            "999999999",
            "1234567890123456",
            "12345678901234567",
            "18446744073709551614",
            "18446744073709551615",
            "",
            "--",
            "-1",
            "+1",
            "1.0",
            "0x1",
            "1e3",
            "99999999x",
            "x9999999",
            "123456789x",
            "0123456789",
            ":",
            "/",
            "1/",
        ]
        .map(String::from);
        for max in [255, 65_535, u64::MAX - 1] {
            check(&values, max);
        }
        // The same behind one that makes the other loop the usual one.
        check(&[&["1700000000".to_owned()], &values[..]].concat(), u64::MAX - 1);
    }

    proptest! {
        #[test]
        fn words_read_what_digits_read(
            values in prop::collection::vec(
                prop_oneof![
                    any::<u64>().prop_map(|number| number.to_string()),
                    (0u64..100_000).prop_map(|number| number.to_string()),
                    "[0-9]{1,17}",
                    "[!-~]{0,18}",
                    Just("-".to_owned()),
                ],
                1..40,
            ),
            max in prop_oneof![Just(255), Just(65_535), Just(u64::MAX - 1)],
        ) {
            check(&values, max);
        }
    }
}
