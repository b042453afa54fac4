//! Columns of numbers, eight digits at a time.

use super::Marks;
use super::values::{RegularRows, each_byte, word_at};
use crate::parse::row_block::ABSENT_NUMBER;

/// Digits in a word.
const WORD_DIGITS: usize = 8;

/// Reads a column into `numbers`, one for each row. Rows whose value is not a number of at most `max` in our
/// own spelling are marked.
#[inline(never)]
pub fn read(rows: RegularRows<'_>, column: usize, max: u64, numbers: &mut Vec<u64>, marks: &mut Marks) {
    numbers.clear();
    numbers.extend(rows.spans(column).enumerate().map(|(row, span)| {
        let word = word_at(rows.text, span.start);
        let number = if span.n_bytes.wrapping_sub(1) < WORD_DIGITS {
            short_number(word, span.n_bytes)
        } else {
            long_number(word, word_at(rows.text, span.start + WORD_DIGITS), span.n_bytes)
        };
        match number {
            Some(number) if number <= max => number,
            None if span.n_bytes == 1 && word as u8 == b'-' => ABSENT_NUMBER,
            _ => {
                marks.mark(row);
                ABSENT_NUMBER
            }
        }
    }));
}

/// A number of one to eight digits, which begins in the word's lowest byte.
#[inline(always)]
fn short_number(word: u64, n_digits: usize) -> Option<u64> {
    // The last digit to the top; what is shifted in below reads as leading zeros.
    let digits = (word ^ each_byte(b'0')) << (64 - 8 * n_digits);
    let has_leading_zero = word as u8 == b'0' && n_digits > 1;
    (are_digits(digits) && !has_leading_zero).then(|| eight_digits(digits))
}

/// A number of nine to sixteen digits; others are left to the slow way.
#[inline(always)]
fn long_number(first: u64, second: u64, n_digits: usize) -> Option<u64> {
    let n_second = n_digits.wrapping_sub(WORD_DIGITS);
    if n_second.wrapping_sub(1) >= WORD_DIGITS || first as u8 == b'0' {
        return None;
    }
    let high = first ^ each_byte(b'0');
    let low = (second ^ each_byte(b'0')) << (64 - 8 * n_second);
    (are_digits(high) && are_digits(low))
        .then(|| eight_digits(high) * POWERS_OF_TEN[n_second] + eight_digits(low))
}

const POWERS_OF_TEN: [u64; WORD_DIGITS + 1] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// Whether every byte is at most nine.
#[inline(always)]
fn are_digits(bytes: u64) -> bool {
    // A byte past 9 reaches the top bit by adding 0x76, or has it. What carries out of a byte past 0x89 can
    // only spoil a word that is spoilt already.
    (bytes | bytes.wrapping_add(each_byte(0x7f - 9))) & each_byte(0x80) == 0
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
