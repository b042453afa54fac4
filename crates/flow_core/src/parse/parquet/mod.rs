//! Parquet: tables by column, as S3 holds flow logs where somebody chose so, and as other programs write them.
//!
//! The footer, at the end of the file, says where everything is; so the reader says which bytes it wants next and is
//! given those. It holds one row group as it is in the file, and of each column one page.
//!
//! This is our own code where a library exists. The `parquet` crate panics at one flipped bit in seven hundred
//! (version 60: a negative offset, a page before its dictionary), which ends the engine in a browser, reserves what a
//! page claims to be, and weighs ten times as much. It writes the files of our tests and says what is in them.
//!
//! Not read: lists and values within values, truth values and values of fixed length, encryption, LZ4 and Brotli.

mod cell;
mod column;
mod delta;
mod footer;
mod hybrid;
mod page;
mod row_group;
mod thrift;
mod unread;

use std::ops::Range;

use self::cell::Turn;
use self::column::Column;
use self::footer::{Footer, RowGroup};
use self::row_group::{Records, RowGroupReader};
use super::gzip::Damaged;
use super::{FileReport, FileState, Layout, Refusal, RowSink};
use crate::record::{ColumnKey, Field};

/// How a Parquet file begins and ends.
pub const MAGIC: [u8; 4] = *b"PAR1";

/// The length of the footer, and the magic again.
const TAIL_BYTES: u64 = 8;

/// A row group takes some KiB in it for each hundred columns, and a file has no more than thousands of row groups.
const FOOTER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Records that are read before others have their turn: some hundredths of a second.
const ROWS_PER_TURN: u64 = 16 * 1024;

/// So many fields that AWS knows make a table a flow log; fewer where it has no other columns.
const FIELDS_MIN: usize = 4;

/// Why a file cannot be read on.
#[derive(Debug)]
enum Trouble {
    Damaged,
    Refused(Refusal),
}

impl From<Damaged> for Trouble {
    fn from(_: Damaged) -> Trouble {
        Trouble::Damaged
    }
}

pub struct ParquetReader {
    /// Size of the file.
    n_bytes: u64,
    stage: Stage,
    /// What came of the range that is wanted.
    held: Vec<u8>,
    wanted: Range<u64>,
    /// Bytes of the file that were read for good.
    n_bytes_read: u64,
}

enum Stage {
    Tail,
    Footer,
    Bytes(Box<Table>),
    Rows(Box<Table>, Box<RowGroupReader>),
    Over,
}

/// What the footer says, and the records as they come.
struct Table {
    footer: Footer,
    turns: Vec<Turn>,
    /// Which row group is next, or under way.
    at: usize,
    records: Records,
}

impl ParquetReader {
    /// A reader of a file of so many bytes.
    pub fn new(n_bytes: u64) -> ParquetReader {
        let wanted = n_bytes.saturating_sub(TAIL_BYTES)..n_bytes;
        ParquetReader { n_bytes, stage: Stage::Tail, held: Vec::new(), wanted, n_bytes_read: 0 }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// The bytes of the file to be pushed next; `None` where there is work to do on those that came.
    pub fn wants(&self) -> Option<Range<u64>> {
        let missing = self.wanted.start + self.held.len() as u64..self.wanted.end;
        let has_work = missing.is_empty() || matches!(self.stage, Stage::Rows(..));
        (!has_work).then_some(missing)
    }

    /// Takes bytes that are wanted; what is beyond them is dropped. Where none are, reads some records.
    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        if let Some(wanted) = self.wants() {
            let n_missing = usize::try_from(wanted.end - wanted.start).unwrap_or(usize::MAX);
            let n = bytes.len().min(n_missing);
            if self.held.is_empty() {
                // No more than there is of the file: growing step by step would take twice as much.
                self.held.reserve_exact(n_missing);
            }
            self.held.extend_from_slice(&bytes[..n]);
            report.n_bytes_read = self.n_bytes.min(self.n_bytes_read + self.held.len() as u64);
            if self.wants().is_some() {
                return;
            }
        }
        let result = match &mut self.stage {
            Stage::Rows(..) => self.read_rows(report, sink),
            _ => self.next_stage(report),
        };
        if let Err(trouble) = result {
            self.end_with(trouble, report);
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        while !self.is_over() && self.wants().is_none() {
            self.push(&[], report, sink);
        }
        if !self.is_over() {
            self.end_with(Trouble::Damaged, report);
        }
    }

    fn end_with(&mut self, trouble: Trouble, report: &mut FileReport) {
        match (std::mem::replace(&mut self.stage, Stage::Over), trouble) {
            (_, Trouble::Refused(refusal)) => report.state = FileState::Refused(refusal),
            (Stage::Bytes(mut table) | Stage::Rows(mut table, _), Trouble::Damaged) => {
                table.records.damaged(report);
                report.state = FileState::Read;
            }
            (_, Trouble::Damaged) => report.state = FileState::Refused(unread::damaged()),
        }
    }

    /// What was wanted is all here.
    fn next_stage(&mut self, report: &mut FileReport) -> Result<(), Trouble> {
        let held = std::mem::take(&mut self.held);
        self.n_bytes_read += held.len() as u64;
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Tail => {
                self.stage = Stage::Tail;
                self.want_footer(&held)
            }
            Stage::Footer => {
                self.stage = Stage::Footer;
                let data = MAGIC.len() as u64..self.wanted.start;
                let table = Table::new(footer::read(&held, data)?)?;
                report.add_layout(table.records.layout());
                if let Some(chunk) = table.footer.row_groups.iter().flat_map(|group| &group.chunks).next() {
                    report.compression = chunk.codec.name().to_owned();
                }
                self.want_group(Box::new(table), report);
                Ok(())
            }
            Stage::Bytes(table) => {
                let group = table.open(held);
                self.stage = Stage::Rows(table, Box::new(group));
                Ok(())
            }
            Stage::Rows(..) | Stage::Over => unreachable!("these want no bytes"),
        }
    }

    fn want_footer(&mut self, tail: &[u8]) -> Result<(), Trouble> {
        let (n_bytes, magic) = tail.split_first_chunk::<4>().ok_or(Damaged)?;
        let n_bytes = u64::from(u32::from_le_bytes(*n_bytes));
        let end = self.n_bytes.checked_sub(TAIL_BYTES).ok_or(Damaged)?;
        let start = end.checked_sub(n_bytes).ok_or(Damaged)?;
        if *magic != MAGIC || n_bytes == 0 || n_bytes > FOOTER_BYTES_MAX || start < MAGIC.len() as u64 {
            return Err(Trouble::Damaged);
        }
        self.wanted = start..end;
        self.stage = Stage::Footer;
        Ok(())
    }

    /// Goes on with the next row group that has records, or ends.
    fn want_group(&mut self, mut table: Box<Table>, report: &mut FileReport) {
        while table.group().is_some_and(|group| group.n_rows == 0) {
            table.at += 1;
        }
        if let Some(group) = table.group() {
            self.wanted = group.range.clone();
            self.stage = Stage::Bytes(table);
        } else {
            report.n_bytes_read = self.n_bytes;
            report.state = FileState::Read;
            self.stage = Stage::Over;
        }
    }

    fn read_rows(&mut self, report: &mut FileReport, sink: &mut impl RowSink) -> Result<(), Trouble> {
        let Stage::Rows(table, group) = &mut self.stage else { return Ok(()) };
        let mut n_rows = 0;
        while n_rows < ROWS_PER_TURN && !group.is_over() {
            n_rows += group.read(&mut table.records, report, sink)?;
        }
        if group.is_over()
            && let Stage::Rows(mut table, _) = std::mem::replace(&mut self.stage, Stage::Over)
        {
            table.at += 1;
            self.want_group(table, report);
        }
        Ok(())
    }
}

impl Table {
    fn new(footer: Footer) -> Result<Table, Trouble> {
        let names: Vec<String> = footer.columns.iter().map(|column| column.name.clone()).collect();
        let n_known = names.iter().filter(|name| Field::from_name(name).is_some()).count();
        if n_known < FIELDS_MIN.min(names.len()) {
            return Err(Trouble::Refused(unread::other_table(&names)));
        }
        let records = Records::new(Layout::from_names(names.iter().map(String::as_str)));
        let keys: &[ColumnKey] = records.layout().columns();
        let turns = footer
            .columns
            .iter()
            .zip(keys)
            .zip(records.reader().checks())
            .map(|((column, key), check)| Turn::new(column, key, *check))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Table { footer, turns, at: 0, records })
    }

    fn group(&self) -> Option<&RowGroup> {
        self.footer.row_groups.get(self.at)
    }

    /// The row group under way, of these bytes.
    fn open(&self, bytes: Vec<u8>) -> RowGroupReader {
        let group = &self.footer.row_groups[self.at];
        let place = |at: u64| (at - group.range.start) as usize;
        let columns = self.footer.columns.iter().zip(&self.turns).zip(&group.chunks);
        let columns = columns.map(|((info, turn), chunk)| {
            let range = place(chunk.range.start)..place(chunk.range.end);
            Column::new(*turn, info.is_optional, chunk.codec, range)
        });
        RowGroupReader::new(bytes, columns.collect(), group.n_rows)
    }
}
