//! A frozen stretch of rows.

use std::sync::atomic::{AtomicU64, Ordering};

use super::block::Block;
use super::{Column, ColumnId};
use crate::record::Orientation;

/// Rows in a full segment: a decoded column then fits a core's second-level cache, row places fit 16 bits,
/// and cancelling between segments is soon enough for any screen.
pub const SEGMENT_ROWS: u32 = 65_536;

/// Tells the content of a segment from every other that this program has made. Equal versions, equal content: a
/// clone keeps its version, and each change takes a new one. What was worked out from a segment holds as long as
/// its version, whatever has happened to the table around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentVersion(u64);

impl SegmentVersion {
    fn next() -> SegmentVersion {
        static N_MADE: AtomicU64 = AtomicU64::new(0);
        SegmentVersion(N_MADE.fetch_add(1, Ordering::Relaxed))
    }
}

/// Columns of consecutive rows.
#[derive(Clone, Debug)]
pub struct Segment {
    first_row: u32,
    n_rows: u32,
    /// By [`ColumnId`]; columns that came later are not here and are absent.
    columns: Vec<Column>,
    absent: Column,
    n_records: Column,
    /// One [`crate::record::Orientation`] code for each row; empty until an analysis has worked it out.
    orientation: Vec<u8>,
    /// Of the columns.
    version: SegmentVersion,
    /// Of the columns and the orientation.
    oriented_version: SegmentVersion,
}

impl Segment {
    pub fn new(first_row: u32, n_rows: u32, columns: Vec<Column>) -> Segment {
        debug_assert!(columns.iter().all(|column| column.n_rows() == n_rows));
        let version = SegmentVersion::next();
        Segment {
            first_row,
            n_rows,
            columns,
            absent: Column::absent(n_rows),
            n_records: Column::constant(n_rows, 1),
            orientation: Vec::new(),
            version,
            oriented_version: version,
        }
    }

    /// What was worked out from the columns alone holds for this version.
    pub fn version(&self) -> SegmentVersion {
        self.version
    }

    /// What was worked out from the columns and the orientation holds for this version.
    pub fn oriented_version(&self) -> SegmentVersion {
        self.oriented_version
    }

    /// The table's number of the segment's first row.
    pub fn first_row(&self) -> u32 {
        self.first_row
    }

    pub fn n_rows(&self) -> u32 {
        self.n_rows
    }

    pub fn column(&self, id: ColumnId) -> &Column {
        self.columns.get(id.index()).unwrap_or(&self.absent)
    }

    /// Every column that was there when the segment was frozen.
    pub(super) fn columns(&self) -> impl Iterator<Item = (ColumnId, &Column)> {
        self.columns.iter().enumerate().map(|(at, column)| (ColumnId::of_index(at), column))
    }

    /// The column of `id`, or an absent one where the store has no such column.
    pub fn column_or_absent(&self, id: Option<ColumnId>) -> &Column {
        id.map_or(&self.absent, |id| self.column(id))
    }

    /// How many flow records each row stands for: 1 in every row, which takes no room, unless rows were rolled up.
    pub fn n_records(&self) -> &Column {
        &self.n_records
    }

    /// The segment with another count of records for each row.
    #[must_use]
    pub fn with_n_records(self, n_records: Column) -> Segment {
        debug_assert!(n_records.n_rows() == self.n_rows && !n_records.has_absent());
        Segment { n_records, ..self }
    }

    /// One code for each row, or none while nobody has worked it out.
    pub fn orientation(&self) -> &[u8] {
        &self.orientation
    }

    /// `codes` must hold one code for each row.
    pub fn set_orientation(&mut self, codes: Vec<u8>) {
        assert_eq!(codes.len(), self.n_rows as usize, "one code for each row");
        if self.orientation != codes {
            self.orientation = codes;
            self.oriented_version = SegmentVersion::next();
        }
    }

    /// Replaces `out` by the code of the orientation of each row of `block`; unknown where nobody has worked it out.
    pub fn read_orientation(&self, block: Block<'_>, out: &mut Vec<u8>) {
        if self.orientation.is_empty() {
            const UNKNOWN: u8 = Orientation::UNKNOWN.to_code();
            out.clear();
            out.resize(block.n_rows(), UNKNOWN);
        } else {
            block.pick(&self.orientation, |code| code, out);
        }
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.columns.iter().map(Column::n_heap_bytes).sum::<usize>()
            + self.n_records.n_heap_bytes()
            + self.orientation.len()
    }
}
