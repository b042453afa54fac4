//! The head of a block that brings its own codes: how long each of them is, which says what they are.
//!
//! The lengths are written in codes themselves, whose lengths come first.

use super::bits::Bits;
use super::block::BlockCodes;
use super::codes::{
    Codes, DISTANCE_CODES_MAX, DISTANCE_MEANINGS, END_OF_BLOCK, LITLEN_CODES_MAX, LITLEN_MEANINGS,
};
use crate::parse::gzip::Damaged;

/// Codes that lengths are written in, and the order in which their own lengths come.
const N_LENGTH_CODES: usize = 19;
const ORDER: [u8; N_LENGTH_CODES] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Bits of the longest of them: their table knows them all.
const LENGTH_CODE_BITS_MAX: u32 = 7;

/// The last codes of literals and lengths, and of distances, stand for nothing: nobody may even name them.
const N_LITLEN_MAX: usize = LITLEN_CODES_MAX - 2;
const N_DISTANCE_MAX: usize = DISTANCE_CODES_MAX - 2;

/// Reads such a head, piece by piece.
pub struct Lengths {
    stage: Stage,
    n_litlen: usize,
    n_distance: usize,
    /// Of the codes that lengths are written in, how many have one.
    n_own: usize,
    n_read: usize,
    /// Of literals and lengths, then of distances; before them, of the codes that these are written in.
    lengths: [u8; N_LITLEN_MAX + N_DISTANCE_MAX],
    codes: Codes<LENGTH_CODE_BITS_MAX, { 1 << LENGTH_CODE_BITS_MAX }>,
}

#[derive(Clone, Copy)]
enum Stage {
    Counts,
    Own,
    Others,
}

impl Default for Lengths {
    fn default() -> Lengths {
        Lengths {
            stage: Stage::Counts,
            n_litlen: 0,
            n_distance: 0,
            n_own: 0,
            n_read: 0,
            lengths: [0; N_LITLEN_MAX + N_DISTANCE_MAX],
            codes: Codes::default(),
        }
    }
}

impl Lengths {
    /// Reads on; says whether all have come and are taken over, or more input is needed. After all, another head begins.
    pub fn read(
        &mut self,
        bits: &mut Bits,
        input: &mut &[u8],
        codes: &mut BlockCodes,
    ) -> Result<bool, Damaged> {
        loop {
            let is_done = match self.stage {
                Stage::Counts => self.read_counts(bits, input)?,
                Stage::Own => self.read_own(bits, input)?,
                Stage::Others => self.read_others(bits, input)?,
            };
            if !is_done {
                return Ok(false);
            }
            self.n_read = 0;
            self.stage = match self.stage {
                Stage::Counts => Stage::Own,
                Stage::Own => Stage::Others,
                Stage::Others => break,
            };
        }
        self.stage = Stage::Counts;
        let (litlen, others) = self.lengths.split_at(self.n_litlen);
        if litlen[END_OF_BLOCK] == 0 {
            return Err(Damaged);
        }
        codes.litlen.set(litlen, &LITLEN_MEANINGS)?;
        codes.distance.set(&others[..self.n_distance], &DISTANCE_MEANINGS)?;
        Ok(true)
    }

    fn read_counts(&mut self, bits: &mut Bits, input: &mut &[u8]) -> Result<bool, Damaged> {
        let Some(counts) = bits.take(14, input) else { return Ok(false) };
        self.n_litlen = 257 + (counts & 31) as usize;
        self.n_distance = 1 + (counts >> 5 & 31) as usize;
        self.n_own = 4 + (counts >> 10) as usize;
        self.lengths[..N_LENGTH_CODES].fill(0);
        if self.n_litlen <= N_LITLEN_MAX && self.n_distance <= N_DISTANCE_MAX {
            Ok(true)
        } else {
            Err(Damaged)
        }
    }

    fn read_own(&mut self, bits: &mut Bits, input: &mut &[u8]) -> Result<bool, Damaged> {
        while self.n_read < self.n_own {
            let Some(n_bits) = bits.take(3, input) else { return Ok(false) };
            self.lengths[usize::from(ORDER[self.n_read])] = n_bits as u8;
            self.n_read += 1;
        }
        let own = &self.lengths[..N_LENGTH_CODES];
        // One code alone is allowed elsewhere only.
        if own.iter().filter(|n_bits| **n_bits > 0).count() < 2 {
            return Err(Damaged);
        }
        // They stand for numbers, as literals do.
        self.codes.set(own, &LITLEN_MEANINGS)?;
        Ok(true)
    }

    fn read_others(&mut self, bits: &mut Bits, input: &mut &[u8]) -> Result<bool, Damaged> {
        let n_all = self.n_litlen + self.n_distance;
        while self.n_read < n_all {
            bits.refill(input);
            let mut ahead = *bits;
            let entry = self.codes.first(ahead.held);
            if ahead.n_held < entry.n_bits() {
                return Ok(false);
            }
            ahead.skip(entry.n_bits());
            let (n_first, n_more_bits) = match entry.byte() {
                16 => (3, 2),
                17 => (3, 3),
                18 => (11, 7),
                _ => (1, 0),
            };
            let Some(n_more) = ahead.take_held(n_more_bits) else { return Ok(false) };
            let n_bits = match entry.byte() {
                // The last one again.
                16 => *self.n_read.checked_sub(1).and_then(|last| self.lengths.get(last)).ok_or(Damaged)?,
                17 | 18 => 0,
                n_bits => n_bits,
            };
            let end = self.n_read + n_first + n_more as usize;
            if end > n_all {
                return Err(Damaged);
            }
            self.lengths[self.n_read..end].fill(n_bits);
            self.n_read = end;
            *bits = ahead;
        }
        Ok(true)
    }
}
