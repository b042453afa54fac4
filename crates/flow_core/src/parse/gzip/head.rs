//! The head of a gzip member: nothing in it is needed, but it must be one.

use super::{Damaged, MAGIC};
use crate::parse::crc32::Crc32;

/// Bytes that every head has: magic, method, flags, time, a hint, the system.
const FIXED_BYTES: usize = 10;
const METHOD_AT: usize = 2;
const FLAGS_AT: usize = 3;

/// The one method there is.
const DEFLATE: u8 = 8;

/// Flags that nobody knows the meaning of.
const RESERVED: u8 = 0b1110_0000;

/// Flags of what may follow, in its order: bytes of any use, a name, a comment, the head's checksum.
const OPTIONAL: [u8; 4] = [1 << 2, 1 << 3, 1 << 4, 1 << 1];

/// Reads a head, byte by byte.
#[derive(Default)]
pub struct Head {
    part: Part,
    flags: u8,
    /// Of what came before the checksum.
    checksum: Crc32,
}

enum Part {
    /// So many bytes of it were read.
    Fixed(usize),
    /// How many bytes of any use there are: the first byte of that number, once it was read.
    ExtraLength(Option<u8>),
    /// So many of them are to come.
    Extra(usize),
    /// A name or comment, which ends with a zero; its number among what may follow.
    Text(usize),
    /// So many bytes of it were read.
    Checksum(usize),
    Over,
}

impl Default for Part {
    fn default() -> Part {
        Part::Fixed(0)
    }
}

impl Head {
    /// Takes the next byte; says whether it was the last one.
    pub fn push(&mut self, byte: u8) -> Result<bool, Damaged> {
        self.part = match self.part {
            Part::Fixed(at) => self.fixed(at, byte)?,
            Part::ExtraLength(None) => Part::ExtraLength(Some(byte)),
            Part::ExtraLength(Some(low)) => match usize::from(u16::from_le_bytes([low, byte])) {
                0 => self.optional(1),
                n_left => Part::Extra(n_left),
            },
            Part::Extra(1) => self.optional(1),
            Part::Extra(n_left) => Part::Extra(n_left - 1),
            Part::Text(number) if byte == 0 => self.optional(number + 1),
            Part::Text(number) => Part::Text(number),
            // Its lower half is all that there is of it.
            Part::Checksum(at) if byte != self.checksum.sum().to_le_bytes()[at] => return Err(Damaged),
            Part::Checksum(0) => Part::Checksum(1),
            Part::Checksum(_) | Part::Over => Part::Over,
        };
        if !matches!(self.part, Part::Checksum(1)) {
            self.checksum.update(&[byte]);
        }
        Ok(matches!(self.part, Part::Over))
    }

    fn fixed(&mut self, at: usize, byte: u8) -> Result<Part, Damaged> {
        let is_well = match at {
            METHOD_AT => byte == DEFLATE,
            FLAGS_AT => byte & RESERVED == 0,
            _ => MAGIC.get(at).is_none_or(|magic| byte == *magic),
        };
        if at == FLAGS_AT {
            self.flags = byte;
        }
        match at + 1 {
            _ if !is_well => Err(Damaged),
            FIXED_BYTES => Ok(self.optional(0)),
            n_read => Ok(Part::Fixed(n_read)),
        }
    }

    /// The next part of those that may follow, from this one on.
    fn optional(&self, from: usize) -> Part {
        match (from..OPTIONAL.len()).find(|number| self.flags & OPTIONAL[*number] != 0) {
            None => Part::Over,
            Some(0) => Part::ExtraLength(None),
            Some(3) => Part::Checksum(0),
            Some(number) => Part::Text(number),
        }
    }
}
