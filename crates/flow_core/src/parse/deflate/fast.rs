//! Reads codes while there is more input, and more room, than a turn of its loop can take, so that it need not ask.
//!
//! Of the same codes it makes the same as [`super::block`], which reads one at a time and is what is left to read at the
//! end. The order of things follows libdeflate: bits are taken eight bytes at a time, once for several codes, and what
//! comes next is looked up before the last repetition is copied.

use super::Paused;
use super::bits::Bits;
use super::block::BlockCodes;
use super::codes::{DISTANCE_BITS_MAX, DISTANCE_TABLE_BITS, LITLEN_TABLE_BITS};
use super::unpacked::{FAST_END_MAX, Unpacked, repeat};
use crate::parse::gzip::Damaged;

/// Input that bits are taken from at once.
const WORD_BYTES: usize = 8;

/// The same for a turn of the loop: it takes bits twice at most.
const TURN_BYTES_MAX: usize = 2 * WORD_BYTES;

/// Bits and the input that they come from.
struct Source<'a> {
    /// Above those that are held are no zeros here: they are those of the bytes to come.
    bits: Bits,
    bytes: &'a [u8],
    n_taken: usize,
}

impl Source<'_> {
    /// At least 56 bits are held then.
    #[inline(always)]
    fn refill(&mut self) {
        let word = self.bytes[self.n_taken..].first_chunk().expect("there is more than a turn takes");
        self.bits.held |= u64::from_le_bytes(*word) << self.bits.n_held;
        self.n_taken += (63 - self.bits.n_held) as usize / 8;
        self.bits.n_held |= 56;
    }

    fn has_turn(&self) -> bool {
        self.n_taken + TURN_BYTES_MAX <= self.bytes.len()
    }
}

/// Reads on until there is little input or room, or the block ends; says which of both.
#[inline(never)]
pub fn read(
    codes: &BlockCodes,
    bits: &mut Bits,
    input: &mut &[u8],
    unpacked: &mut Unpacked,
) -> Result<Paused, Damaged> {
    let mut source = Source { bits: *bits, bytes: input, n_taken: 0 };
    let mut end = unpacked.end;
    let result = if input.len() > TURN_BYTES_MAX + WORD_BYTES {
        read_turns(codes, &mut source, unpacked, &mut end)
    } else {
        Ok(Paused::Starved)
    };
    unpacked.end = end;
    let Bits { held, n_held } = source.bits;
    *bits = Bits { held: held & ((1 << n_held) - 1), n_held };
    *input = &input[source.n_taken..];
    result
}

#[inline(always)]
fn read_turns(
    codes: &BlockCodes,
    source: &mut Source<'_>,
    unpacked: &mut Unpacked,
    end: &mut usize,
) -> Result<Paused, Damaged> {
    let BlockCodes { litlen, distance: distances } = codes;
    let start = unpacked.start;
    let bytes = &mut *unpacked.bytes;
    source.refill();
    let mut entry = litlen.first(source.bits.held);
    while source.has_turn() && *end <= FAST_END_MAX {
        // Bits for two literals of the main table, and a length: 11 each and 20.
        let mut n_literals = 0;
        while entry.is_literal() && n_literals < 2 {
            source.bits.skip(entry.n_bits());
            bytes[*end] = entry.byte();
            *end += 1;
            entry = litlen.first(source.bits.held);
            n_literals += 1;
        }
        if entry.is_odd() {
            if entry.is_long() {
                source.bits.skip(LITLEN_TABLE_BITS);
                entry = litlen.long(entry, source.bits.held);
            }
            if entry.is_odd() {
                source.bits.skip(entry.n_bits());
                return if entry.is_none() { Err(Damaged) } else { Ok(Paused::End) };
            }
        }
        if entry.is_literal() {
            source.bits.skip(entry.n_bits());
            bytes[*end] = entry.byte();
            *end += 1;
            source.refill();
            entry = litlen.first(source.bits.held);
            continue;
        }
        let n_bytes = entry.span_in(source.bits.held);
        source.bits.skip(entry.n_bits());
        if source.bits.n_held < DISTANCE_BITS_MAX {
            source.refill();
        }
        let mut entry_of_distance = distances.first(source.bits.held);
        if entry_of_distance.is_odd() {
            if entry_of_distance.is_long() {
                source.bits.skip(DISTANCE_TABLE_BITS);
                entry_of_distance = distances.long(entry_of_distance, source.bits.held);
            }
            if entry_of_distance.is_odd() {
                return Err(Damaged);
            }
        }
        let distance = entry_of_distance.span_in(source.bits.held);
        source.bits.skip(entry_of_distance.n_bits());
        if distance > *end - start {
            return Err(Damaged);
        }
        source.refill();
        entry = litlen.first(source.bits.held);
        repeat(bytes, *end, distance, n_bytes);
        *end += n_bytes;
    }
    Ok(Paused::Starved)
}
