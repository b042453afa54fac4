//! Pages: what the header of one says, and its bytes unpacked.

use ruzstd::decoding::StreamingDecoder;
use ruzstd::io::Read;

use super::footer::Codec;
use super::thrift::{Kind, Thrift};
use crate::parse::gzip::{Damaged, GzipCursor};

/// Bytes of a page when it is unpacked. Writers make pages of 1 MiB by default, some a page of each row group; one page
/// of every column is held at a time.
const PAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Values of a page: as many as fit a page of that size at four bytes each. Those that take no bytes count, too.
const PAGE_VALUES_MAX: i64 = 16 * 1024 * 1024;

/// A byte of deflate can stand for no more than this, a byte of Snappy for much less: what a page claims beyond is
/// not believed, and nothing reserved for it.
const INFLATE_RATIO_MAX: usize = 1_040;
const SNAPPY_RATIO_MAX: usize = 64;

/// How the values of a page are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Dictionary,
    DeltaInts,
    DeltaLengths,
    DeltaTexts,
}

impl Encoding {
    fn of(code: i64) -> Result<Encoding, Damaged> {
        Ok(match code {
            0 => Encoding::Plain,
            2 | 8 => Encoding::Dictionary,
            5 => Encoding::DeltaInts,
            6 => Encoding::DeltaLengths,
            7 => Encoding::DeltaTexts,
            _ => return Err(Damaged),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    Dictionary,
    Data,
    /// Data with levels that are never compressed, so many bytes of them.
    DataV2 {
        n_level_bytes: usize,
        is_packed: bool,
    },
    /// Anything else; may be skipped.
    Other,
}

#[derive(Clone, Copy, Debug)]
pub struct PageHeader {
    pub kind: PageKind,
    /// Bytes of the header itself.
    pub n_header_bytes: usize,
    /// Bytes of the page as it is in the file.
    pub n_packed: usize,
    /// The same, unpacked.
    pub n_bytes: usize,
    pub n_values: u32,
    pub encoding: Encoding,
}

impl PageHeader {
    /// Reads the header that these bytes begin with.
    pub fn read(bytes: &[u8]) -> Result<PageHeader, Damaged> {
        let (mut kind, mut n_bytes, mut n_packed) = (-1, -1, -1);
        let (mut n_values, mut encoding) = (0, 0);
        let (mut n_level_bytes, mut is_packed) = (Some(0i64), true);
        let mut thrift = Thrift::new(bytes);
        thrift.fields(|thrift, id, field_kind| match (id, field_kind) {
            (1, Kind::I32) => thrift.integer().map(|number| kind = number),
            (2, Kind::I32) => thrift.integer().map(|number| n_bytes = number),
            (3, Kind::I32) => thrift.integer().map(|number| n_packed = number),
            // Of a data page, a dictionary page.
            (5 | 7, Kind::Struct) => thrift.fields(|thrift, id, kind| match (id, kind) {
                (1, Kind::I32) => thrift.integer().map(|number| n_values = number),
                (2, Kind::I32) => thrift.integer().map(|number| encoding = number),
                _ => thrift.skip(kind),
            }),
            // Of a data page of the second version.
            (8, Kind::Struct) => thrift.fields(|thrift, id, kind| match (id, kind) {
                (1, Kind::I32) => thrift.integer().map(|number| n_values = number),
                (4, Kind::I32) => thrift.integer().map(|number| encoding = number),
                (5 | 6, Kind::I32) => thrift
                    .integer()
                    .map(|number| n_level_bytes = n_level_bytes.and_then(|sum| sum.checked_add(number))),
                (7, Kind::False) => {
                    is_packed = false;
                    Ok(())
                }
                _ => thrift.skip(kind),
            }),
            _ => thrift.skip(field_kind),
        })?;
        let size = |number: i64| usize::try_from(number).map_err(|_| Damaged);
        let kind = match kind {
            0 => PageKind::Data,
            1 => PageKind::Other,
            2 => PageKind::Dictionary,
            3 => PageKind::DataV2 { n_level_bytes: size(n_level_bytes.ok_or(Damaged)?)?, is_packed },
            _ => return Err(Damaged),
        };
        let (n_bytes, n_packed) = (size(n_bytes)?, size(n_packed)?);
        if n_bytes > PAGE_BYTES_MAX || !(0..=PAGE_VALUES_MAX).contains(&n_values) {
            return Err(Damaged);
        }
        Ok(PageHeader {
            kind,
            n_header_bytes: thrift.n_bytes_read(),
            n_packed,
            n_bytes,
            n_values: n_values as u32,
            encoding: Encoding::of(encoding)?,
        })
    }

    /// The bytes of the page, levels first, into `page`, in place of what is there.
    pub fn unpack(&self, packed: &[u8], codec: Codec, page: &mut Vec<u8>) -> Result<(), Damaged> {
        page.clear();
        let (n_level_bytes, is_packed) = match self.kind {
            PageKind::DataV2 { n_level_bytes, is_packed } => (n_level_bytes, is_packed),
            _ => (0, true),
        };
        let (levels, values) = packed.split_at_checked(n_level_bytes).ok_or(Damaged)?;
        page.extend_from_slice(levels);
        let n_bytes = self.n_bytes.checked_sub(n_level_bytes).ok_or(Damaged)?;
        match if is_packed { codec } else { Codec::None } {
            Codec::None => page.extend_from_slice(values),
            // A page of nulls only, of some writers.
            _ if n_bytes == 0 => {}
            Codec::Gzip => inflate(values, n_bytes, page)?,
            Codec::Snappy => {
                let room = room(values, n_bytes, SNAPPY_RATIO_MAX, page)?;
                let n = snap::raw::Decoder::new().decompress(values, room).map_err(|_| Damaged)?;
                page.truncate(n_level_bytes + n);
            }
            Codec::Zstd => {
                let mut decoder = StreamingDecoder::new(values).map_err(|_| Damaged)?;
                // Grows as bytes come: nothing limits what a byte of zstd can stand for.
                let mut piece = [0; 32 * 1024];
                while page.len() <= self.n_bytes {
                    match decoder.read(&mut piece).map_err(|_| Damaged)? {
                        0 => break,
                        n => page.extend_from_slice(&piece[..n]),
                    }
                }
            }
        }
        if page.len() == self.n_bytes { Ok(()) } else { Err(Damaged) }
    }
}

/// Room for `n_bytes` at the end of `page`, if so few packed bytes can give as many.
fn room<'a>(
    packed: &[u8],
    n_bytes: usize,
    ratio: usize,
    page: &'a mut Vec<u8>,
) -> Result<&'a mut [u8], Damaged> {
    if n_bytes / ratio > packed.len() {
        return Err(Damaged);
    }
    let start = page.len();
    page.resize(start + n_bytes, 0);
    Ok(&mut page[start..])
}

/// Gzip members, one after the other.
fn inflate(mut packed: &[u8], n_bytes: usize, page: &mut Vec<u8>) -> Result<(), Damaged> {
    let mut room = room(packed, n_bytes, INFLATE_RATIO_MAX, page)?;
    let mut cursor = GzipCursor::default();
    while !packed.is_empty() {
        let n_before = cursor.n_packed();
        let piece = cursor.read(packed, u64::MAX)?;
        let (into, rest) = room.split_at_mut_checked(piece.len()).ok_or(Damaged)?;
        into.copy_from_slice(piece);
        room = rest;
        packed = &packed[(cursor.n_packed() - n_before) as usize..];
    }
    if room.is_empty() { cursor.finish() } else { Err(Damaged) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(packed: &[u8], codec: Codec, n_bytes: usize) -> Result<Vec<u8>, Damaged> {
        let header = PageHeader {
            kind: PageKind::Data,
            n_header_bytes: 0,
            n_packed: packed.len(),
            n_bytes,
            n_values: 0,
            encoding: Encoding::Plain,
        };
        let mut page = Vec::new();
        header.unpack(packed, codec, &mut page).map(|()| page)
    }

    #[test]
    fn a_page_has_the_bytes_that_its_header_says_and_no_others() {
        let bytes = b"the same and the same and the same";
        let snappy = snap::raw::Encoder::new().compress_vec(bytes).unwrap();
        let members = [gzip(&bytes[..10]), gzip(&bytes[10..])].concat();
        for (codec, packed) in [
            (Codec::None, bytes.to_vec()),
            (Codec::Gzip, gzip(bytes)),
            (Codec::Gzip, members),
            (Codec::Snappy, snappy),
        ] {
            assert_eq!(unpack(&packed, codec, bytes.len()), Ok(bytes.to_vec()), "{codec:?}");
            for n_bytes in [bytes.len() - 1, bytes.len() + 1, PAGE_BYTES_MAX] {
                assert_eq!(unpack(&packed, codec, n_bytes), Err(Damaged), "{codec:?}, {n_bytes} bytes");
            }
        }
    }

    #[test]
    fn a_wrong_checksum_is_damage() {
        let mut packed = gzip(b"one");
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        assert_eq!(unpack(&packed, Codec::Gzip, 3), Err(Damaged));
    }
}
