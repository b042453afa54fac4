//! Unpacks deflate: what is in gzip files and pages of Parquet, and in zip archives.
//!
//! Our own, because unpacking is half of what reading packed logs costs: in the page it takes half of the time that zlib-rs
//! needs, which is the oracle of the tests. What that comes from: bits are taken eight bytes at a time, a table's entry
//! says all of a code, repetitions are copied 64 bytes at once and seldom more, and codes are written straight to where
//! they may be repeated from.

mod bits;
mod block;
mod codes;
mod fast;
mod lengths;
mod unpacked;

use bits::Bits;
use block::BlockCodes;
use codes::{DISTANCE_CODES_MAX, DISTANCE_MEANINGS, LITLEN_CODES_MAX, LITLEN_MEANINGS};
use lengths::Lengths;
#[cfg(test)]
pub use unpacked::PIECE_BYTES_MAX;
use unpacked::Unpacked;

use super::gzip::Damaged;

/// Lengths of the codes of blocks that bring none of their own: how many have which.
const FIXED_LITLEN: [(usize, u8); 4] = [(144, 8), (112, 9), (24, 7), (8, 8)];
const FIXED_DISTANCE: [u8; DISTANCE_CODES_MAX] = [5; DISTANCE_CODES_MAX];

/// Why unpacking paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// All input was taken, and more is needed.
    Starved,
    /// What was unpacked must be passed on.
    Full,
    /// It is over.
    End,
}

/// Unpacks streams that follow each other, with what others put between them.
#[derive(Default)]
pub struct Inflater {
    bits: Bits,
    place: Place,
    /// Whether the block is the last one of its stream.
    is_last: bool,
    lengths: Lengths,
    codes: Box<BlockCodes>,
    unpacked: Unpacked,
}

/// What comes next in a stream.
#[derive(Clone, Copy, Default)]
enum Place {
    /// A block, if there is another.
    #[default]
    Block,
    StoredHead,
    Stored {
        n_left: usize,
    },
    Lengths,
    Codes,
}

impl Inflater {
    /// Unpacks until it has to pause, which is soon where what was unpacked before was not passed on. What came before the
    /// damage is unpacked, too.
    pub fn inflate(&mut self, input: &mut &[u8]) -> Result<Paused, Damaged> {
        if !self.unpacked.pending().is_empty() {
            return Ok(Paused::Full);
        }
        self.unpacked.make_room();
        loop {
            let paused = match self.place {
                Place::Block if self.is_last => return Ok(Paused::End),
                Place::Block => self.begin_block(input)?,
                Place::StoredHead => self.begin_stored(input)?,
                Place::Stored { n_left } => self.take_stored(n_left, input),
                Place::Lengths => {
                    let is_done = self.lengths.read(&mut self.bits, input, &mut self.codes)?;
                    self.goes_on(is_done.then_some(Place::Codes))
                }
                Place::Codes => match self.codes.read(&mut self.bits, input, &mut self.unpacked)? {
                    Paused::End => self.goes_on(Some(Place::Block)),
                    paused => Some(paused),
                },
            };
            if let Some(paused) = paused {
                return Ok(paused);
            }
        }
    }

    /// Behind the end of a stream, the next one begins with its next bit.
    pub fn begin(&mut self) {
        (self.place, self.is_last) = (Place::Block, false);
        self.unpacked.begin();
    }

    /// What was unpacked and not passed on.
    pub fn pending(&self) -> &[u8] {
        self.unpacked.pending()
    }

    /// Passes on at most so many bytes.
    pub fn pass(&mut self, n_max: usize) -> &[u8] {
        self.unpacked.pass(n_max)
    }

    /// The next bytes, as a number, of what is not deflate; `None` where more input is needed.
    pub fn take_bytes(&mut self, n_bytes: u32, input: &mut &[u8]) -> Option<u32> {
        self.bits.skip_to_byte();
        self.bits.take(8 * n_bytes, input)
    }

    /// What comes next, if that is known; else more input is needed.
    fn goes_on(&mut self, place: Option<Place>) -> Option<Paused> {
        let Some(place) = place else { return Some(Paused::Starved) };
        self.place = place;
        None
    }

    fn begin_block(&mut self, input: &mut &[u8]) -> Result<Option<Paused>, Damaged> {
        let Some(head) = self.bits.take(3, input) else { return Ok(Some(Paused::Starved)) };
        self.is_last = head & 1 != 0;
        self.place = match head >> 1 {
            0 => {
                self.bits.skip_to_byte();
                Place::StoredHead
            }
            1 => {
                let mut lengths = [0; LITLEN_CODES_MAX];
                let mut start = 0;
                for (n_codes, n_bits) in FIXED_LITLEN {
                    lengths[start..start + n_codes].fill(n_bits);
                    start += n_codes;
                }
                self.codes.litlen.set(&lengths, &LITLEN_MEANINGS)?;
                self.codes.distance.set(&FIXED_DISTANCE, &DISTANCE_MEANINGS)?;
                Place::Codes
            }
            2 => Place::Lengths,
            _ => return Err(Damaged),
        };
        Ok(None)
    }

    fn begin_stored(&mut self, input: &mut &[u8]) -> Result<Option<Paused>, Damaged> {
        let Some(head) = self.bits.take(32, input) else { return Ok(Some(Paused::Starved)) };
        let (n_left, inverted) = (head & 0xffff, head >> 16);
        if n_left ^ inverted != 0xffff {
            return Err(Damaged);
        }
        self.place = Place::Stored { n_left: n_left as usize };
        Ok(None)
    }

    /// Bytes as they are. The first may be among the bits.
    fn take_stored(&mut self, mut n_left: usize, input: &mut &[u8]) -> Option<Paused> {
        while n_left > 0
            && !self.unpacked.is_full()
            && let Some(byte) = self.bits.take_held(8)
        {
            self.unpacked.push(byte as u8);
            n_left -= 1;
        }
        if self.bits.n_held == 0 {
            n_left -= self.unpacked.take(input, n_left);
        }
        self.place = if n_left > 0 { Place::Stored { n_left } } else { Place::Block };
        match n_left {
            0 => None,
            _ if self.unpacked.is_full() => Some(Paused::Full),
            _ => Some(Paused::Starved),
        }
    }
}
