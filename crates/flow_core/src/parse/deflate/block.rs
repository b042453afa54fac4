//! Reads what a block is written in codes for: literals, and repetitions of what came before.
//!
//! One code at a time, with as many bits as there are. [`super::fast`] reads most of them; this is how the last ones of the
//! input are read, and those at the end of the room.

use super::Paused;
use super::bits::Bits;
use super::codes::{Codes, DistanceCodes, Entry, LitlenCodes};
use super::fast;
use super::unpacked::Unpacked;
use crate::parse::gzip::Damaged;

/// The codes that a block is written in.
#[derive(Default)]
pub struct BlockCodes {
    pub litlen: LitlenCodes,
    pub distance: DistanceCodes,
}

/// What one code, with those that belong to it, stands for.
enum Step {
    Literal(u8),
    Repeat { distance: usize, n_bytes: usize },
    End,
}

impl BlockCodes {
    /// Reads on until it has to pause, or the block ends.
    pub fn read(
        &self,
        bits: &mut Bits,
        input: &mut &[u8],
        unpacked: &mut Unpacked,
    ) -> Result<Paused, Damaged> {
        loop {
            if fast::read(self, bits, input, unpacked)? == Paused::End {
                return Ok(Paused::End);
            }
            if unpacked.is_full() {
                return Ok(Paused::Full);
            }
            bits.refill(input);
            // Used only if there are enough of them.
            let mut ahead = *bits;
            let Some(step) = self.step(&mut ahead)? else { return Ok(Paused::Starved) };
            *bits = ahead;
            match step {
                Step::Literal(byte) => unpacked.push(byte),
                Step::Repeat { distance, n_bytes } if unpacked.reaches(distance) => {
                    unpacked.repeat(distance, n_bytes);
                }
                Step::Repeat { .. } => return Err(Damaged),
                Step::End => return Ok(Paused::End),
            }
        }
    }

    /// `None` where more bits are needed: no step takes more than 48.
    fn step(&self, bits: &mut Bits) -> Result<Option<Step>, Damaged> {
        let Some((entry, of_entry)) = next(&self.litlen, bits) else { return Ok(None) };
        if entry.is_literal() {
            return Ok(Some(Step::Literal(entry.byte())));
        }
        if entry.is_odd() {
            return if entry.is_none() { Err(Damaged) } else { Ok(Some(Step::End)) };
        }
        let n_bytes = entry.span_in(of_entry);
        let Some((entry, of_entry)) = next(&self.distance, bits) else { return Ok(None) };
        if entry.is_odd() {
            return Err(Damaged);
        }
        Ok(Some(Step::Repeat { distance: entry.span_in(of_entry), n_bytes }))
    }
}

/// What the next code stands for, and the bits that its entry is about, which are used; `None` where there are too few.
fn next<const TABLE_BITS: u32, const N: usize>(
    codes: &Codes<TABLE_BITS, N>,
    bits: &mut Bits,
) -> Option<(Entry, u64)> {
    let mut entry = codes.first(bits.held);
    if entry.is_long() {
        if bits.n_held < TABLE_BITS {
            return None;
        }
        bits.skip(TABLE_BITS);
        entry = codes.long(entry, bits.held);
    }
    let of_entry = bits.held;
    if bits.n_held < entry.n_bits() {
        return None;
    }
    bits.skip(entry.n_bits());
    Some((entry, of_entry))
}
