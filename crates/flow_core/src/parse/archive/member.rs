//! A member of an archive, read as the file that it was.

use std::ops::Range;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::zip::{STARTS, number};
use super::{MemberPlace, Packing};
use crate::parse::gzip::Damaged;
use crate::parse::{FileParser, Refusal, RowSink, Wants};

/// A head in a zip archive, without the name and what is behind that.
const HEAD_BYTES: u64 = 30;

/// A file that cannot be read from front to back and is compressed must be unpacked whole first.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Text passed on at once.
const PIECE_BYTES: usize = 128 * 1024;

pub struct MemberReader {
    place: MemberPlace,
    /// What came of the head, until it is whole.
    head: Vec<u8>,
    /// Where the data begins, once the head has said so.
    data_start: Option<u64>,
    /// Bytes of the data that were read.
    n_read: u64,
    unpacking: Unpacking,
    parser: FileParser,
    is_over: bool,
}

enum Unpacking {
    Stored,
    Deflated(Box<Inflater>),
    /// Inflated, for a parser that wants this and that of it.
    Held(Vec<u8>),
}

struct Inflater {
    inflate: Decompress,
    piece: Vec<u8>,
    checksum: Crc,
    /// What is unpacked: until it shows whether the parser wants it whole, and then all of it.
    held: Option<Vec<u8>>,
}

impl MemberReader {
    /// A reader that gives what it unpacks to `parser`.
    pub fn new(place: MemberPlace, parser: FileParser) -> MemberReader {
        let (data_start, unpacking) = match place.packing {
            Packing::Tar => (Some(place.start), Unpacking::Stored),
            Packing::Zip { is_deflated: false, .. } => (None, Unpacking::Stored),
            Packing::Zip { is_deflated: true, .. } => {
                let inflater = Inflater {
                    inflate: Decompress::new(false),
                    piece: vec![0; PIECE_BYTES],
                    checksum: Crc::new(),
                    held: Some(Vec::new()),
                };
                (None, Unpacking::Deflated(Box::new(inflater)))
            }
        };
        MemberReader { place, head: Vec::new(), data_start, n_read: 0, unpacking, parser, is_over: false }
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

    pub fn is_over(&self) -> bool {
        self.is_over || self.parser.is_over()
    }

    /// Whether few bytes can become very many.
    pub fn unpacks(&self) -> bool {
        matches!(self.unpacking, Unpacking::Deflated(_)) || self.parser.unpacks()
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
        while !self.is_over() && self.wants() == Wants::Turn {
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

    fn inflate(&mut self, mut bytes: &[u8], sink: &mut impl RowSink) -> Result<(), Damaged> {
        let Packing::Zip { n_bytes_unpacked, checksum, .. } = self.place.packing else { return Err(Damaged) };
        let Unpacking::Deflated(inflater) = &mut self.unpacking else { return Err(Damaged) };
        loop {
            let (in_before, out_before) = (inflater.inflate.total_in(), inflater.inflate.total_out());
            let status = inflater.inflate.decompress(bytes, &mut inflater.piece, FlushDecompress::None);
            let status = status.map_err(|_| Damaged)?;
            bytes = &bytes[(inflater.inflate.total_in() - in_before) as usize..];
            let n_out = (inflater.inflate.total_out() - out_before) as usize;
            let piece = &inflater.piece[..n_out];
            inflater.checksum.update(piece);
            if inflater.inflate.total_out() > n_bytes_unpacked {
                return Err(Damaged);
            }
            if let Some(held) = &mut inflater.held {
                held.extend_from_slice(piece);
            }
            if self.parser.wants() == Wants::Next {
                self.parser.push(piece, sink);
                match self.parser.wants() {
                    _ if self.parser.is_over() => return Ok(()),
                    Wants::Next if self.parser.is_undecided() => {}
                    Wants::Next => inflater.held = None,
                    Wants::Range(_) | Wants::Turn if n_bytes_unpacked > UNPACKED_BYTES_MAX => {
                        self.parser.refuse(Refusal {
                            seems_to_be:
                                "a large Parquet file in a zip archive, which would have to be unpacked first"
                                    .to_owned(),
                            next_step: "Extract it and open the result.".to_owned(),
                        });
                        return Ok(());
                    }
                    Wants::Range(_) | Wants::Turn => {}
                }
            }
            if status == Status::StreamEnd {
                let is_whole =
                    inflater.inflate.total_out() == n_bytes_unpacked && inflater.checksum.sum() == checksum;
                if !is_whole {
                    return Err(Damaged);
                }
                match inflater.held.take().filter(|_| self.parser.wants() != Wants::Next) {
                    Some(held) => self.unpacking = Unpacking::Held(held),
                    None => self.end(sink),
                }
                return Ok(());
            }
            if bytes.is_empty() && n_out < inflater.piece.len() {
                // More is to come, unless this was all.
                return if self.n_read == self.place.n_bytes { Err(Damaged) } else { Ok(()) };
            }
            if n_out == 0 && inflater.inflate.total_in() == in_before {
                return Err(Damaged);
            }
        }
    }
}
