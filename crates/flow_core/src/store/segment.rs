//! A frozen stretch of rows.

use super::{Column, ColumnId};

/// Rows in a full segment: a decoded column then fits a core's second-level cache, row places fit 16 bits,
/// and cancelling between segments is soon enough for any screen.
pub const SEGMENT_ROWS: u32 = 65_536;

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
}

impl Segment {
    pub fn new(first_row: u32, n_rows: u32, columns: Vec<Column>) -> Segment {
        debug_assert!(columns.iter().all(|column| column.n_rows() == n_rows));
        Segment {
            first_row,
            n_rows,
            columns,
            absent: Column::absent(n_rows),
            n_records: Column::constant(n_rows, 1),
            orientation: Vec::new(),
        }
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
        self.orientation = codes;
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.columns.iter().map(Column::n_heap_bytes).sum::<usize>()
            + self.n_records.n_heap_bytes()
            + self.orientation.len()
    }
}
