//! Values read word by word in ordinary registers: eight bytes side by side in each.
//!
//! `simd` is its twin for WebAssembly with 128-bit instructions; the two take and refuse the same.

use super::starts::{Separators, WORD_BYTES};
use super::values::{BlockText, Span, each_byte, word_at};

/// See [`super::starts`].
#[inline(always)]
pub fn separators(word: &[u8; WORD_BYTES]) -> Separators {
    const TOP_BITS: u64 = each_byte(0x80);
    // The top bit of each byte that is not `byte`. Nothing carries from one byte into the next.
    let not = |bytes: u64, byte: u8| {
        let difference = bytes ^ each_byte(byte);
        ((difference & !TOP_BITS) + each_byte(0x7f)) | difference
    };
    let mut separators = Separators { all: 0, line_feeds: 0, odd: 0 };
    for (at, bytes) in word.as_chunks().0.iter().enumerate() {
        let bytes = u64::from_le_bytes(*bytes);
        // The top bit is set where the other bits are past a space; bytes past ASCII have their own.
        let past_space = (bytes & !TOP_BITS) + each_byte(0x7f - b' ');
        let all = (bytes | !past_space) & TOP_BITS;
        let not_line_feed = not(bytes, b'\n');
        separators.odd |= all & not_line_feed & not(bytes, b' ');
        separators.line_feeds += (!not_line_feed & TOP_BITS).count_ones();
        // Gathers the top bits: each lands in the top byte, in its order.
        separators.all |= ((all >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (at * 8);
    }
    separators
}

/// Digits in a word.
const WORD_DIGITS: usize = 8;

/// A number of one to sixteen digits without leading zeros.
#[inline(always)]
pub fn number(text: &BlockText, span: Span) -> Option<u64> {
    // The numbers of a column have much the same length, so that this is guessed well.
    if span.n_bytes <= WORD_DIGITS { short_number(text, span) } else { long_number(text, span) }
}

/// A number of one to eight digits.
#[inline(always)]
fn short_number(text: &BlockText, span: Span) -> Option<u64> {
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
fn long_number(text: &BlockText, span: Span) -> Option<u64> {
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

/// The longest IPv4 address.
const V4_BYTES_MAX: usize = 15;

/// The lowest byte of each half of a word.
const LOWEST: u64 = 0x0000_00ff_0000_00ff;

/// Four decimal parts without leading zeros, and whether the value is that: without a branch, because an
/// address that is something else is guessed wrong every time.
#[inline(always)]
pub fn v4(text: &BlockText, span: Span) -> (u32, bool) {
    // A part begins at most 16 bytes in here and is read as four.
    let bytes: &[u8; 20] = text[span.start..].first_chunk().expect("a block is padded");
    let word = |at: usize| u64::from_le_bytes(*bytes[at..].first_chunk().expect("16 bytes"));
    let within = (1u32 << (span.n_bytes as u32 & 31)) - 1;
    let dots = (dots(word(0)) | dots(word(8)) << 8) & within;
    let two_dots = dots & dots.wrapping_sub(1);
    let one_dot = two_dots & two_dots.wrapping_sub(1);
    // Where there are less dots, these mean nothing, but are not past the end either.
    let ends = [dots, two_dots, one_dot].map(|dots| dots.trailing_zeros() & 15);
    let has_three_dots = one_dot.is_power_of_two();

    let part = |start: u32, end: u32| {
        let bytes = u32::from_le_bytes(*bytes[start as usize..].first_chunk().expect("at most 16 before"));
        // Where the ends mean nothing, it is not a number of digits either.
        let n_digits = end.wrapping_sub(start) & 15;
        // The last digit to the top; what is shifted in below reads as leading zeros.
        let digits = (bytes ^ u32::from_ne_bytes([b'0'; 4])) << (32u32.wrapping_sub(8 * n_digits) & 31);
        // The least that a number of so many digits is without a leading zero: 0, 10 or 100.
        let least = (0x64_0a_00_00_u32 >> ((8 * n_digits) & 31)) & 0xff;
        (n_digits, u64::from(digits), u64::from(least))
    };
    let (n_first, first, least_first) = part(0, ends[0]);
    let (n_second, second, least_second) = part(ends[0] + 1, ends[1]);
    let (n_third, third, least_third) = part(ends[1] + 1, ends[2]);
    let (n_fourth, fourth, least_fourth) = part(ends[2] + 1, span.n_bytes as u32);

    // Two parts in each word, for two at a time.
    let (front, back) = (first | second << 32, third | fourth << 32);
    let non_digits = |digits: u64| digits | digits.wrapping_add(each_byte(0x7f - 9));
    let numbers =
        |digits: u64| (digits >> 8 & LOWEST) * 100 + (digits >> 16 & LOWEST) * 10 + (digits >> 24 & LOWEST);
    let (front_numbers, back_numbers) = (numbers(front), numbers(back));
    // Taking away what a number must have at least takes this bit with it where it has less.
    const ENOUGH: u64 = 0x8000_0000_8000_0000;
    let has_enough = |numbers: u64, leasts: u64| (numbers | ENOUGH).wrapping_sub(leasts);
    let enough = has_enough(front_numbers, least_first | least_second << 32)
        & has_enough(back_numbers, least_third | least_fourth << 32);
    // A part without digits has something else in its place.
    let odd = (non_digits(front) | non_digits(back)) & each_byte(0x80)
        | (front_numbers | back_numbers) & !LOWEST
        | !enough & ENOUGH
        | u64::from((n_first | n_second | n_third | n_fourth) & !3);
    let is_v4 = odd == 0 && has_three_dots & (span.n_bytes <= V4_BYTES_MAX);

    let halves = |numbers: u64| (numbers << 8 | numbers >> 32) as u32 & 0xffff;
    (halves(front_numbers) << 16 | halves(back_numbers), is_v4)
}

/// One bit for each of eight bytes that is a dot, the first byte's lowest.
#[inline(always)]
fn dots(bytes: u64) -> u32 {
    let from_dots = bytes ^ each_byte(b'.');
    // The top bit stays clear only where all bits are.
    let others = ((from_dots & each_byte(0x7f)) + each_byte(0x7f)) | from_dots;
    let dots = !others & each_byte(0x80);
    ((dots >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}
