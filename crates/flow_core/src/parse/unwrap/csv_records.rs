//! Cuts CSV into records, however the text itself was cut.
//!
//! The rules are RFC 4180's as the `csv` crates read them: a quote counts at the start of a cell only. What a record
//! means is read elsewhere. A record whose quote is never closed goes on to the next quote in the file, as it
//! does in every reader of CSV; it is then too long, or has too many cells, and is one problem.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use memchr::memchr;

use crate::parse::lines::{LINE_BYTES_MAX, LINE_START_BYTES};
use crate::parse::{ProblemKind, records::BOM};

/// The most columns of a table. AWS knows less than a hundred fields, and a table that another tool wrote adds
/// a few of its own.
pub const TABLE_COLUMNS_MAX: usize = 256;

/// One record as it stands in the file, with what it is.
#[derive(Debug)]
pub struct CsvRecord<'a> {
    /// As it is written, without its line feed; only the start where it is too long.
    pub text: &'a [u8],
    pub content: CsvContent<'a>,
}

#[derive(Debug)]
pub enum CsvContent<'a> {
    Blank,
    Cells(Cells<'a>),
    Unreadable(ProblemKind),
}

/// The cells of one record, without the quotes around them.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Cells<'a> {
    pub fn len(self) -> usize {
        self.ends.len()
    }

    pub fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends).map(move |(start, end)| &self.text[start..*end])
    }
}

pub struct CsvRecords {
    reader: Box<Reader>,
    /// Whether the file's first bytes have come.
    has_read: bool,
    /// Whether a record has begun that has not ended.
    is_begun: bool,
    /// What earlier bytes had of that record, as it is written; the start of it when it is too long.
    carried: Vec<u8>,
    is_too_long: bool,
    is_too_wide: bool,
    /// The cells of that record, one behind the other.
    cells: Vec<u8>,
    n_cell_bytes: usize,
    ends: Vec<usize>,
    n_ends: usize,
}

impl CsvRecords {
    pub fn new(delimiter: u8) -> CsvRecords {
        CsvRecords {
            // Carriage returns stay in the last cell, whose blanks count for nothing.
            reader: Box::new(
                ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build(),
            ),
            has_read: false,
            is_begun: false,
            carried: Vec::new(),
            is_too_long: false,
            is_too_wide: false,
            // One more than is allowed: what fills them is too much.
            cells: vec![0; LINE_BYTES_MAX + 1],
            n_cell_bytes: 0,
            ends: vec![0; TABLE_COLUMNS_MAX + 1],
            n_ends: 0,
        }
    }

    /// Calls `each` with all records that end in `bytes`. The first bytes of a file must hold its first
    /// characters whole.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(CsvRecord<'_>)) {
        if !self.has_read && !bytes.is_empty() {
            self.has_read = true;
            bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
        }
        while let Some(first) = bytes.first() {
            if !self.is_begun && *first == b'\n' {
                // The reader would pass over it without a word.
                each(CsvRecord { text: b"", content: CsvContent::Blank });
                bytes = &bytes[1..];
                continue;
            }
            self.is_begun = true;
            let (n_bytes, has_ended) = self.read(bytes);
            let (part, rest) = bytes.split_at(n_bytes);
            if has_ended {
                self.end(part.strip_suffix(b"\n").unwrap_or(part), &mut each);
            } else {
                self.carry(part);
            }
            bytes = rest;
        }
    }

    /// The text is over: what has not ended is the last record.
    pub fn finish(&mut self, mut each: impl FnMut(CsvRecord<'_>)) {
        if self.is_begun {
            // To the reader, no bytes are the end.
            self.read(b"");
            self.end(b"", &mut each);
        }
    }

    /// The start of the record that has not ended.
    pub fn carried(&self) -> &[u8] {
        &self.carried
    }

    /// Reads on in the record: how many of the bytes, and whether they end it.
    fn read(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut n_read = 0;
        loop {
            let (result, n_bytes, n_cell_bytes, n_ends) = self.reader.read_record(
                &bytes[n_read..],
                &mut self.cells[self.n_cell_bytes..],
                &mut self.ends[self.n_ends..],
            );
            n_read += n_bytes;
            self.n_cell_bytes += n_cell_bytes;
            self.n_ends += n_ends;
            match result {
                ReadRecordResult::InputEmpty => return (n_read, false),
                ReadRecordResult::Record | ReadRecordResult::End => return (n_read, true),
                // The rest is read too, to see where it ends, but over what was there.
                ReadRecordResult::OutputFull => {
                    self.is_too_long = true;
                    self.n_cell_bytes = 0;
                }
                ReadRecordResult::OutputEndsFull => {
                    self.is_too_wide = true;
                    self.n_ends = 0;
                }
            }
        }
    }

    fn carry(&mut self, part: &[u8]) {
        if self.carried.len() + part.len() <= LINE_BYTES_MAX && !self.is_too_long {
            self.carried.extend_from_slice(part);
        } else {
            self.is_too_long = true;
            let n_missing = LINE_START_BYTES.saturating_sub(self.carried.len());
            self.carried.extend_from_slice(&part[..n_missing.min(part.len())]);
            self.carried.truncate(LINE_START_BYTES);
        }
    }

    fn end(&mut self, part: &[u8], each: &mut impl FnMut(CsvRecord<'_>)) {
        let text = if self.carried.is_empty() && !self.is_too_long && part.len() <= LINE_BYTES_MAX {
            part
        } else {
            self.carry(part);
            &self.carried
        };
        let content = if self.is_too_long {
            CsvContent::Unreadable(ProblemKind::LineTooLong)
        } else if text.trim_ascii().is_empty() {
            CsvContent::Blank
        } else if std::str::from_utf8(text).is_err() || memchr(0, text).is_some() {
            CsvContent::Unreadable(ProblemKind::NotText)
        } else if self.is_too_wide || self.n_ends > TABLE_COLUMNS_MAX {
            CsvContent::Unreadable(ProblemKind::TooManyFields)
        } else {
            // Without its quotes and delimiters, text is still text.
            let cells = std::str::from_utf8(&self.cells[..self.n_cell_bytes]).unwrap_or_default();
            CsvContent::Cells(Cells { text: cells, ends: &self.ends[..self.n_ends] })
        };
        each(CsvRecord { text, content });
        self.carried.clear();
        (self.is_begun, self.is_too_long, self.is_too_wide) = (false, false, false);
        (self.n_cell_bytes, self.n_ends) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of `text` pushed `n_bytes` at a time, the cells of each in brackets.
    fn records(text: &[u8], n_bytes: usize) -> Vec<String> {
        let mut splitter = CsvRecords::new(b',');
        let mut records = Vec::new();
        let mut take = |record: CsvRecord<'_>| {
            records.push(match record.content {
                CsvContent::Blank => "blank".to_owned(),
                CsvContent::Cells(cells) => format!("{:?}", cells.iter().collect::<Vec<_>>()),
                CsvContent::Unreadable(kind) => format!("{} {}", kind.name(), record.text.len()),
            });
        };
        for bytes in text.chunks(n_bytes) {
            splitter.push(bytes, &mut take);
        }
        splitter.finish(take);
        records
    }

    #[test]
    fn records_are_the_same_however_the_text_is_cut() {
        let text = b"a,b\n\n\"c, \"\"d\"\"\ne\",f\r\n \r\n,\ng\"h,i\n\xff,j\nk\0\nlast,";
        let expected = [
            r#"["a", "b"]"#,
            "blank",
            r#"["c, \"d\"\ne", "f\r"]"#,
            "blank",
            r#"["", ""]"#,
            r#"["g\"h", "i"]"#,
            "not-text 3",
            "not-text 2",
            r#"["last", ""]"#,
        ];
        for n_bytes in 1..=text.len() {
            assert_eq!(records(text, n_bytes), expected, "{n_bytes} bytes at a time");
        }
        assert_eq!(records(b"", 1), [""; 0]);
    }

    #[test]
    fn a_record_too_long_or_too_wide_is_passed_over_whole() {
        let longest = [vec![b'x'; LINE_BYTES_MAX], b"\nnext".to_vec()].concat();
        let longer = [vec![b'x'; LINE_BYTES_MAX + 1], b"\nnext".to_vec()].concat();
        let widest = [vec![b','; TABLE_COLUMNS_MAX - 1], b"\nnext".to_vec()].concat();
        let wider = [vec![b','; 3 * TABLE_COLUMNS_MAX], b"\nnext".to_vec()].concat();
        for n_bytes in [100, 1_000, LINE_BYTES_MAX, usize::MAX] {
            let records = |text: &[u8]| records(text, n_bytes);
            assert_eq!(records(&longest)[0].len(), LINE_BYTES_MAX + 4);
            assert_eq!(records(&longer), [&format!("line-too-long {LINE_START_BYTES}"), r#"["next"]"#]);
            assert_eq!(records(&widest)[0].len(), 4 * TABLE_COLUMNS_MAX);
            assert_eq!(records(&wider), [&format!("too-many-fields {}", wider.len() - 5), r#"["next"]"#]);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_no_memory() {
        let mut splitter = CsvRecords::new(b',');
        splitter.push(b"a,\"b", |_| panic!("no record has ended"));
        for _ in 0..100 {
            splitter.push(b"x,\n".repeat(LINE_BYTES_MAX / 2).as_slice(), |_| panic!("no record has ended"));
        }
        assert!(splitter.carried.capacity() <= 2 * LINE_BYTES_MAX);
        let mut ends = Vec::new();
        splitter.finish(|record| ends.push(format!("{:?}", record.content)));
        assert_eq!(ends, ["Unreadable(LineTooLong)"]);
    }
}
