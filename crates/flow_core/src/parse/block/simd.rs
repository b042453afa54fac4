//! The same readings with the 128-bit instructions of WebAssembly: the page always has them.
//!
//! Natively the ordinary registers do it, because the instructions that every x86-64 has lack the one that this is
//! built on, a shuffle by an index of bytes. What both read is compared in a browser, by `flow_worker`'s tests.

use std::arch::wasm32::{
    i8x16, i8x16_add, i8x16_bitmask, i8x16_eq, i8x16_ge, i8x16_lt, i8x16_splat, i8x16_sub, i8x16_swizzle,
    i16x8, i16x8_extend_high_u8x16, i16x8_extend_low_u8x16, i16x8_narrow_i32x4, i32x4_dot_i16x8,
    i32x4_extadd_pairwise_i16x8, i32x4_splat, u8x16_gt, u8x16_narrow_i16x8, u8x16_splat, u32x4_extract_lane,
    u32x4_gt, u32x4_splat, u64x2, u64x2_extract_lane, v128, v128_and, v128_andnot, v128_any_true, v128_or,
};

use super::starts::{Separators, WORD_BYTES};
use super::values::{BlockText, Span, word_at};

/// Bytes of a vector.
const LANES: usize = 16;

#[inline(always)]
fn load(bytes: &[u8], at: usize) -> v128 {
    // Halves of an array of the right size: as two slices they would be two loads, and be put together.
    let bytes: &[u8; LANES] = bytes[at..].first_chunk().expect("a block is padded");
    u64x2(word_at(bytes, 0), word_at(bytes, LANES / 2))
}

/// See [`super::starts`]. As signed numbers, bytes past ASCII are below a space too.
#[inline(always)]
pub fn separators(word: &[u8; WORD_BYTES]) -> Separators {
    let mut separators = Separators { all: 0, line_feeds: 0, odd: 0 };
    let mut odd = i8x16_splat(0);
    for at in (0..WORD_BYTES).step_by(LANES) {
        let bytes = load(word, at);
        let all = i8x16_lt(bytes, i8x16_splat(b' ' as i8 + 1));
        let line_feeds = i8x16_eq(bytes, i8x16_splat(b'\n' as i8));
        let spaces = i8x16_eq(bytes, i8x16_splat(b' ' as i8));
        odd = v128_or(odd, v128_andnot(all, v128_or(line_feeds, spaces)));
        separators.all |= u64::from(i8x16_bitmask(all)) << at;
        separators.line_feeds += i8x16_bitmask(line_feeds).count_ones();
    }
    separators.odd = u64::from(v128_any_true(odd));
    separators
}

/// Indices that take the bytes before the 16th and as many zeros before them.
const RIGHT_ALIGNED: [u8; 2 * LANES] = {
    let mut indices = [0x80; 2 * LANES];
    let mut at = 0;
    while at < LANES {
        indices[LANES + at] = at as u8;
        at += 1;
    }
    indices
};

/// A number of one to sixteen digits without leading zeros.
#[inline(always)]
pub fn number(text: &BlockText, span: Span) -> Option<u64> {
    if span.n_bytes.wrapping_sub(1) >= LANES {
        return None;
    }
    let bytes = i8x16_sub(load(text, span.start), u8x16_splat(b'0'));
    let digits = i8x16_swizzle(bytes, load(&RIGHT_ALIGNED, span.n_bytes));
    if v128_any_true(u8x16_gt(digits, u8x16_splat(9))) {
        return None;
    }
    // Told by what the number comes to: whether there is one digit or more is guessed badly, and this is not a guess.
    let without_leading_zero = |number: u64| (number >= LEAST[span.n_bytes]).then_some(number);
    let tens = i16x8(10, 1, 10, 1, 10, 1, 10, 1);
    let hundreds = i16x8(100, 1, 100, 1, 100, 1, 100, 1);
    let high = i32x4_dot_i16x8(i16x8_extend_high_u8x16(digits), tens);
    // The numbers of a column have much the same length, so that this is guessed well.
    if span.n_bytes <= LANES / 2 {
        let halves = u64x2_extract_lane::<0>(i32x4_dot_i16x8(i16x8_narrow_i32x4(high, high), hundreds));
        return without_leading_zero((halves & 0xffff_ffff) * 10_000 + (halves >> 32));
    }
    let low = i32x4_dot_i16x8(i16x8_extend_low_u8x16(digits), tens);
    let fours = i32x4_dot_i16x8(i16x8_narrow_i32x4(low, high), hundreds);
    let eights =
        i32x4_dot_i16x8(i16x8_narrow_i32x4(fours, fours), i16x8(10_000, 1, 10_000, 1, 10_000, 1, 10_000, 1));
    let halves = u64x2_extract_lane::<0>(eights);
    without_leading_zero((halves & 0xffff_ffff) * 100_000_000 + (halves >> 32))
}

/// By number of digits: the least number that has so many.
const LEAST: [u64; LANES + 1] = {
    let mut least = [0; LANES + 1];
    let (mut n_digits, mut power) = (2, 10);
    while n_digits <= LANES {
        least[n_digits] = power;
        power *= 10;
        n_digits += 1;
    }
    least
};

/// An IPv4 address of four decimal parts without leading zeros, and whether the value is that.
#[inline(always)]
pub fn v4(text: &BlockText, span: Span) -> (u32, bool) {
    let bytes = load(text, span.start);
    let within = (1u32 << (span.n_bytes & 31)) - 1;
    let dots = u32::from(i8x16_bitmask(i8x16_eq(bytes, i8x16_splat(b'.' as i8)))) & within;
    let two_dots = dots & dots.wrapping_sub(1);
    let one_dot = two_dots & two_dots.wrapping_sub(1);
    // Where there are less dots, these mean nothing.
    let [first, second, third] = [dots, two_dots, one_dot].map(|dots| dots.trailing_zeros() & 15);
    let ends = first | second << 8 | third << 16 | (span.n_bytes as u32 & 31) << 24;

    // Four lanes for each part, in each of them where the part ends and where it begins.
    let part_of_lane = i8x16(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    let end = i8x16_swizzle(i32x4_splat(ends as i32), part_of_lane);
    let start = i8x16_swizzle(i32x4_splat(((ends + 0x0001_0101) << 8) as i32), part_of_lane);
    let n_digits = i8x16_sub(end, start);
    // The last four bytes of each part, those before its first as zeros.
    let place = i8x16_add(end, i8x16(-4, -3, -2, -1, -4, -3, -2, -1, -4, -3, -2, -1, -4, -3, -2, -1));
    let digits = i8x16_swizzle(i8x16_sub(bytes, u8x16_splat(b'0')), place);
    let digits = v128_and(digits, i8x16_ge(place, start));
    let weights = i16x8(0, 100, 10, 1, 0, 100, 10, 1);
    let front = i32x4_dot_i16x8(i16x8_extend_low_u8x16(digits), weights);
    let back = i32x4_dot_i16x8(i16x8_extend_high_u8x16(digits), weights);
    let numbers = i32x4_extadd_pairwise_i16x8(i16x8_narrow_i32x4(front, back));

    let first_digit = i8x16_swizzle(bytes, start);
    let has_leading_zero =
        v128_and(i8x16_eq(first_digit, i8x16_splat(b'0' as i8)), u8x16_gt(n_digits, u8x16_splat(1)));
    let is_other_length = u8x16_gt(i8x16_sub(n_digits, u8x16_splat(1)), u8x16_splat(2));
    let odd = v128_or(
        v128_or(has_leading_zero, is_other_length),
        v128_or(u8x16_gt(digits, u8x16_splat(9)), u32x4_gt(numbers, u32x4_splat(255))),
    );
    let is_v4 = one_dot.is_power_of_two() & (span.n_bytes < LANES) & !v128_any_true(odd);
    let narrow = i16x8_narrow_i32x4(numbers, numbers);
    (u32x4_extract_lane::<0>(u8x16_narrow_i16x8(narrow, narrow)).swap_bytes(), is_v4)
}
