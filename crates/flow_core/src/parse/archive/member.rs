//! A member of an archive, read as the file that it was.

use std::ops::Range;

use super::zip::{STARTS, number};
use super::{MemberPlace, Packing};
use crate::parse::crc32::Crc32;
use crate::parse::deflate::{Inflater, Paused};
use crate::parse::gzip::{Damaged, GzipCursor};
use crate::parse::{FileParser, Refusal, RowSink, Wants};

/// A head in a zip archive, without the name and what is behind that.
const HEAD_BYTES: u64 = 30;

/// A file that cannot be read from front to back and is compressed must be unpacked whole first.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

pub struct MemberReader {
    place: MemberPlace,
    /// What came of the head, until it is whole.
    head: Vec<u8>,
    /// Where the data begins, once the head has said so.
    data_start: Option<u64>,
    /// Bytes of the data that were read.
    n_read: u64,
    unpacking: Unpacking,
    /// What unpacks the archive, where that is what is packed.
    cursor: Option<Box<GzipCursor>>,
    parser: FileParser,
    is_over: bool,
}

enum Unpacking {
    Stored,
    Deflated(Box<Deflated>),
    /// Unpacked with all that is before it.
    Streamed(Held),
    /// Inflated, for a parser that wants this and that of it.
    Held(Vec<u8>),
}

struct Deflated {
    inflater: Inflater,
    n_unpacked: u64,
    checksum: Crc32,
    held: Held,
}

/// What is unpacked: until it shows whether the parser wants it whole, and then all of it.
type Held = Option<Vec<u8>>;

impl MemberReader {
    /// A reader that gives what it unpacks to `parser`.
    pub fn new(place: MemberPlace, parser: FileParser) -> MemberReader {
        let (data_start, unpacking) = match place.packing {
            Packing::Tar => (Some(place.start), Unpacking::Stored),
            Packing::TarInGzip => (Some(place.start), Unpacking::Streamed(Some(Vec::new()))),
            Packing::Zip { is_deflated: false, .. } => (None, Unpacking::Stored),
            Packing::Zip { is_deflated: true, .. } => {
                let deflated = Deflated {
                    inflater: Inflater::default(),
                    n_unpacked: 0,
                    checksum: Crc32::default(),
                    held: Some(Vec::new()),
                };
                (None, Unpacking::Deflated(Box::new(deflated)))
            }
        };
        let cursor = (place.packing == Packing::TarInGzip).then(Box::default);
        let head = Vec::new();
        MemberReader { place, head, data_start, n_read: 0, unpacking, cursor, parser, is_over: false }
    }

    pub fn parser(&self) -> &FileParser {
        &self.parser
    }

    pub fn parser_mut(&mut self) -> &mut FileParser {
        &mut self.parser
    }

    pub fn into_parser(self) -> FileParser {
        self.parser
    }

    /// Goes on where the reader of another member stopped, if that is not behind the start of this one.
    pub fn go_on_from(&mut self, cursor: Box<GzipCursor>) {
        if self.cursor.is_some() && cursor.n_unpacked() <= self.place.start {
            self.cursor = Some(cursor);
        }
    }

    /// Where it stopped, for the reader of another member.
    pub fn take_cursor(&mut self) -> Option<Box<GzipCursor>> {
        self.cursor.take()
    }

    pub fn is_over(&self) -> bool {
        self.is_over || self.parser.is_over()
    }

    /// How often what is pushed was packed.
    pub fn n_packings(&self) -> u32 {
        let n_own = matches!(self.unpacking, Unpacking::Deflated(_) | Unpacking::Streamed(_));
        u32::from(n_own) + self.parser.n_packings()
    }

    /// In bytes of the archive.
    pub fn wants(&self) -> Wants {
        let Some(data_start) = self.data_start else {
            let start = self.place.start + self.head.len() as u64;
            return Wants::Range(start..self.place.start + HEAD_BYTES);
        };
        let of_data = |range: Range<u64>| Wants::Range(data_start + range.start..data_start + range.end);
        match (&self.unpacking, self.parser.wants()) {
            (Unpacking::Stored, Wants::Turn) | (Unpacking::Held(_), _) => Wants::Turn,
            (Unpacking::Stored, Wants::Range(range)) => of_data(range),
            // At its end, a turn is what is left to do.
            _ if self.n_read == self.place.n_bytes => Wants::Turn,
            _ if let Some(cursor) = &self.cursor => Wants::Range(cursor.n_packed()..u64::MAX),
            _ => of_data(self.n_read..self.place.n_bytes),
        }
    }

    /// Takes bytes of the archive that are wanted; what is beyond them is dropped.
    pub fn push(&mut self, mut bytes: &[u8], sink: &mut impl RowSink) {
        if let Wants::Range(range) = self.wants() {
            let n_bytes = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            bytes = &bytes[..bytes.len().min(n_bytes)];
        }
        if self.data_start.is_none() {
            return self.read_head(bytes, sink);
        }
        match &mut self.unpacking {
            Unpacking::Stored if self.parser.wants() == Wants::Next && self.n_read == self.place.n_bytes => {
                self.end(sink);
            }
            Unpacking::Stored => {
                self.n_read += bytes.len() as u64;
                self.parser.push(bytes, sink);
            }
            Unpacking::Deflated(_) => {
                self.n_read += bytes.len() as u64;
                if self.inflate(bytes, sink).is_err() {
                    self.is_over = true;
                    self.parser.damaged(sink);
                }
            }
            Unpacking::Streamed(_) => {
                if self.stream(bytes, sink).is_err() {
                    self.is_over = true;
                    self.parser.damaged(sink);
                }
            }
            Unpacking::Held(file) => match self.parser.wants() {
                Wants::Range(range) => {
                    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(file.len());
                    match &file[place(range.start)..place(range.end)] {
                        [] => self.end(sink),
                        wanted => self.parser.push(wanted, sink),
                    }
                }
                Wants::Turn => self.parser.push(&[], sink),
                Wants::Next => self.end(sink),
            },
        }
    }

    /// There are no more bytes in the archive.
    pub fn finish(&mut self, sink: &mut impl RowSink) {
        // What was taken in may not all have been given out.
        let mut n_before = None;
        while !self.is_over() && (self.wants() == Wants::Turn || n_before != Some(self.n_read)) {
            n_before = Some(self.n_read);
            self.push(&[], sink);
        }
        if !self.is_over() {
            self.is_over = true;
            self.parser.damaged(sink);
        }
    }

    fn end(&mut self, sink: &mut impl RowSink) {
        self.is_over = true;
        self.parser.finish(sink);
    }

    fn read_head(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        self.head.extend_from_slice(bytes);
        if (self.head.len() as u64) < HEAD_BYTES {
            return;
        }
        match (number(&self.head, 26, 2), number(&self.head, 28, 2)) {
            (Ok(n_name), Ok(n_extra)) if self.head.starts_with(STARTS[0]) => {
                self.data_start = Some(self.place.start + HEAD_BYTES + n_name + n_extra);
            }
            _ => {
                self.is_over = true;
                self.parser.damaged(sink);
            }
        }
    }

    /// All of it was unpacked.
    fn end_unpacking(&mut self, held: Held, sink: &mut impl RowSink) {
        match held.filter(|_| self.parser.wants() != Wants::Next) {
            Some(held) => self.unpacking = Unpacking::Held(held),
            None => self.end(sink),
        }
    }

    /// Unpacks the archive to where the member begins, and a piece of the member: what is packed in that once more can
    /// be very much.
    fn stream(&mut self, mut bytes: &[u8], sink: &mut impl RowSink) -> Result<(), Damaged> {
        let Unpacking::Streamed(held) = &mut self.unpacking else { return Err(Damaged) };
        let cursor = self.cursor.as_mut().ok_or(Damaged)?;
        while self.n_read < self.place.n_bytes {
            let n_packed_before = cursor.n_packed();
            let n_before = self.place.start.saturating_sub(cursor.n_unpacked());
            if n_before > 0 {
                cursor.read(bytes, n_before)?;
            } else {
                let piece = cursor.read(bytes, self.place.n_bytes - self.n_read)?;
                self.n_read += piece.len() as u64;
                give(piece, held, self.place.n_bytes, &mut self.parser, sink);
                if !piece.is_empty() {
                    break;
                }
            }
            bytes = &bytes[(cursor.n_packed() - n_packed_before) as usize..];
            if bytes.is_empty() {
                return Ok(());
            }
        }
        if self.n_read == self.place.n_bytes && !self.parser.is_over() {
            let held = held.take();
            self.end_unpacking(held, sink);
        }
        Ok(())
    }

    fn inflate(&mut self, mut bytes: &[u8], sink: &mut impl RowSink) -> Result<(), Damaged> {
        let Packing::Zip { n_bytes_unpacked, checksum, .. } = self.place.packing else { return Err(Damaged) };
        let Unpacking::Deflated(deflated) = &mut self.unpacking else { return Err(Damaged) };
        let Deflated { inflater, n_unpacked, checksum: sum, held } = &mut **deflated;
        loop {
            let paused = inflater.inflate(&mut bytes);
            // What comes before damage, or before more than there should be, is given whatever comes with it.
            let n_missing = usize::try_from(n_bytes_unpacked - *n_unpacked).unwrap_or(usize::MAX);
            let piece = inflater.pass(n_missing);
            *n_unpacked += piece.len() as u64;
            sum.update(piece);
            give(piece, held, n_bytes_unpacked, &mut self.parser, sink);
            if self.parser.is_over() {
                return Ok(());
            }
            if !inflater.pending().is_empty() {
                return Err(Damaged);
            }
            match paused? {
                Paused::Full => {}
                // More is to come, unless this was all.
                Paused::Starved if self.n_read == self.place.n_bytes => return Err(Damaged),
                Paused::Starved => return Ok(()),
                Paused::End if *n_unpacked == n_bytes_unpacked && sum.sum() == checksum => {
                    let held = held.take();
                    self.end_unpacking(held, sink);
                    return Ok(());
                }
                Paused::End => return Err(Damaged),
            }
        }
    }
}

/// Gives the parser what was unpacked, or holds it where the parser wants to choose from the whole file.
fn give(piece: &[u8], held: &mut Held, n_bytes: u64, parser: &mut FileParser, sink: &mut impl RowSink) {
    if let Some(held) = held {
        held.extend_from_slice(piece);
    }
    if parser.wants() != Wants::Next {
        return;
    }
    parser.push(piece, sink);
    match parser.wants() {
        Wants::Next if parser.is_undecided() || parser.is_over() => {}
        Wants::Next => *held = None,
        Wants::Range(_) | Wants::Turn if n_bytes > UNPACKED_BYTES_MAX => parser.refuse(Refusal {
            seems_to_be: "a large Parquet file in an archive, which would have to be unpacked first"
                .to_owned(),
            next_step: "Extract it and open the result.".to_owned(),
        }),
        Wants::Range(_) | Wants::Turn => {}
    }
}
