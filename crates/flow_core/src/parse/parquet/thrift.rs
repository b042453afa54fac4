//! The part of Thrift's compact protocol that Parquet's footer and page headers are written in.
//!
//! Hostile input is expected: nothing is reserved by a count that the bytes claim, and nesting has an end.

use crate::parse::gzip::Damaged;

/// Structures within structures: Parquet's own need fewer than ten.
const DEPTH_MAX: u32 = 32;

/// A type as the protocol numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    True,
    False,
    I8,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Map,
    Struct,
    Uuid,
}

impl Kind {
    fn of(code: u8) -> Result<Kind, Damaged> {
        Ok(match code {
            1 => Kind::True,
            2 => Kind::False,
            3 => Kind::I8,
            4 => Kind::I16,
            5 => Kind::I32,
            6 => Kind::I64,
            7 => Kind::Double,
            8 => Kind::Binary,
            // A list and a set are written alike.
            9 | 10 => Kind::List,
            11 => Kind::Map,
            12 => Kind::Struct,
            13 => Kind::Uuid,
            _ => return Err(Damaged),
        })
    }
}

/// Reads values one after the other.
pub struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

impl<'a> Thrift<'a> {
    pub fn new(bytes: &'a [u8]) -> Thrift<'a> {
        Thrift { bytes, at: 0, depth: 0 }
    }

    /// Bytes read so far.
    pub fn n_bytes_read(&self) -> usize {
        self.at
    }

    /// Calls `each` with the number and kind of every field of a structure; it reads the field's value or
    /// [skips](Thrift::skip) it.
    pub fn fields(
        &mut self,
        mut each: impl FnMut(&mut Thrift<'a>, i16, Kind) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Damaged);
        }
        let mut id = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                break;
            }
            id = match head >> 4 {
                0 => i16::try_from(self.integer()?).map_err(|_| Damaged)?,
                step => id.checked_add(i16::from(step)).ok_or(Damaged)?,
            };
            each(self, id, Kind::of(head & 0x0f)?)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Calls `each` for every element of a list.
    pub fn list(
        &mut self,
        mut each: impl FnMut(&mut Thrift<'a>, Kind) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let head = self.byte()?;
        let n = match head >> 4 {
            15 => self.varint()?,
            n => u64::from(n),
        };
        if n > 0 {
            let kind = Kind::of(head & 0x0f)?;
            for _ in 0..self.plausible(n)? {
                each(self, kind)?;
            }
        }
        Ok(())
    }

    /// A number of any width.
    pub fn integer(&mut self) -> Result<i64, Damaged> {
        let bits = self.varint()?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    pub fn text(&mut self) -> Result<&'a str, Damaged> {
        let n_bytes = self.varint()?;
        str::from_utf8(self.take(n_bytes)?).map_err(|_| Damaged)
    }

    /// Reads over a value that nobody wants.
    pub fn skip(&mut self, kind: Kind) -> Result<(), Damaged> {
        match kind {
            // The kind is the value.
            Kind::True | Kind::False => Ok(()),
            Kind::I8 => self.take(1).map(drop),
            Kind::I16 | Kind::I32 | Kind::I64 => self.varint().map(drop),
            Kind::Double => self.take(8).map(drop),
            Kind::Uuid => self.take(16).map(drop),
            Kind::Binary => {
                let n_bytes = self.varint()?;
                self.take(n_bytes).map(drop)
            }
            Kind::Struct => self.fields(Thrift::skip_field),
            Kind::List => self.nested(|thrift| thrift.list(Thrift::skip_element)),
            Kind::Map => self.nested(|thrift| {
                let n = thrift.varint()?;
                if n > 0 {
                    let kinds = thrift.byte()?;
                    let (key, value) = (Kind::of(kinds >> 4)?, Kind::of(kinds & 0x0f)?);
                    for _ in 0..thrift.plausible(n)? {
                        thrift.skip_element(key)?;
                        thrift.skip_element(value)?;
                    }
                }
                Ok(())
            }),
        }
    }

    fn skip_field(&mut self, _id: i16, kind: Kind) -> Result<(), Damaged> {
        self.skip(kind)
    }

    /// In a list, a truth value takes a byte.
    fn skip_element(&mut self, kind: Kind) -> Result<(), Damaged> {
        self.skip(if matches!(kind, Kind::True | Kind::False) { Kind::I8 } else { kind })
    }

    fn nested(&mut self, skip: impl FnOnce(&mut Thrift<'a>) -> Result<(), Damaged>) -> Result<(), Damaged> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Damaged);
        }
        skip(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// Every element takes a byte at least, so there cannot be more of them than bytes.
    fn plausible(&self, n: u64) -> Result<u64, Damaged> {
        if n <= (self.bytes.len() - self.at) as u64 { Ok(n) } else { Err(Damaged) }
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let byte = *self.bytes.get(self.at).ok_or(Damaged)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, n_bytes: u64) -> Result<&'a [u8], Damaged> {
        let rest = &self.bytes[self.at..];
        let n_bytes = usize::try_from(n_bytes).map_err(|_| Damaged)?;
        let taken = rest.get(..n_bytes).ok_or(Damaged)?;
        self.at += n_bytes;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Damaged> {
        let (number, n_bytes) = varint(&self.bytes[self.at..])?;
        self.at += n_bytes;
        Ok(number)
    }
}

/// A number in groups of seven bits, the lowest first, and how many bytes it took.
pub fn varint(bytes: &[u8]) -> Result<(u64, usize), Damaged> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f).checked_shl(7 * at as u32).ok_or(Damaged)?;
        if byte & 0x80 == 0 {
            return Ok((number, at + 1));
        }
    }
    Err(Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_number_and_others_skipped() {
        // 1: i32 -3; 2: list of two truth values; 4: text "ab"; end.
        let bytes = [0x15, 5, 0x19, 0x21, 1, 2, 0x28, 2, b'a', b'b', 0];
        let (mut number, mut text) = (0, "");
        let mut thrift = Thrift::new(&bytes);
        thrift
            .fields(|thrift, id, kind| {
                match id {
                    1 => number = thrift.integer()?,
                    4 => text = thrift.text()?,
                    _ => thrift.skip(kind)?,
                }
                Ok(())
            })
            .unwrap();
        assert_eq!((number, text, thrift.n_bytes_read()), (-3, "ab", bytes.len()));
    }

    #[test]
    fn what_the_bytes_cannot_hold_is_damage() {
        let skip = |bytes: &[u8]| Thrift::new(bytes).skip(Kind::Struct);
        assert_eq!(skip(&[]), Err(Damaged));
        assert_eq!(skip(&[0x18, 0xff, 0xff, 0xff, 0x7f]), Err(Damaged), "a text longer than all there is");
        assert_eq!(skip(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]), Err(Damaged), "a list likewise");
        assert_eq!(skip(&[0x1c; 100_000]), Err(Damaged), "structures without end");
        assert_eq!(skip(&[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Err(Damaged));
    }
}
