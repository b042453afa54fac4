//! Records written out: as JSON lines, and as CSV that a spreadsheet can open without harm.
//!
//! An export can be larger than memory, so it comes in parts: whoever writes it takes one after the other and
//! may stop between. Which records, and in which order, is an iterator; [`load_order`] makes the usual one.

mod csv_text;
mod json_lines;
mod load_order;

use crate::store::{Store, Table};

pub use csv_text::CsvText;
pub use json_lines::JsonLines;
pub use load_order::{ShardRecords, load_order};

/// A part is given out when it is this long; it then ends with a whole record. Large enough that the cost of
/// handing it over vanishes, small enough that a screen stays alive between two.
pub const PART_BYTES: usize = 256 * 1024;

/// One record to write: a flow record, or a status record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Tells the stores of an export apart.
    pub shard: u16,
    pub store: &'a Store,
    /// The table of `store` that holds it.
    pub table: &'a Table,
    /// A readable row.
    pub row: u32,
}

/// A text format of records.
pub trait Format {
    /// What comes before the first record.
    fn begin(&mut self, out: &mut Vec<u8>);
    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>);
}

/// The next part: records until it is long enough or they end. Nothing where there were none.
pub fn part<'a>(records: &mut impl Iterator<Item = Record<'a>>, format: &mut impl Format) -> Vec<u8> {
    let mut part = Vec::new();
    while part.len() < PART_BYTES
        && let Some(record) = records.next()
    {
        format.record(record, &mut part);
    }
    part
}
