//! The rows that a filter leaves, segment by segment.

use crate::store::{Bitmap, Table};

/// Rows of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentRows {
    None,
    All(u32),
    Some(Bitmap),
}

impl SegmentRows {
    /// The shortest way to say which bits are set.
    pub fn from_bitmap(bitmap: Bitmap) -> SegmentRows {
        match bitmap.n_ones() {
            0 => SegmentRows::None,
            n_ones if n_ones == bitmap.n_bits() => SegmentRows::All(n_ones),
            _ => SegmentRows::Some(bitmap),
        }
    }

    pub fn n_rows(&self) -> u32 {
        match self {
            SegmentRows::None => 0,
            SegmentRows::All(n_rows) => *n_rows,
            SegmentRows::Some(bitmap) => bitmap.n_ones(),
        }
    }

    /// Places within the segment, ascending.
    pub fn for_each(&self, mut visit: impl FnMut(usize)) {
        match self {
            SegmentRows::None => {}
            SegmentRows::All(n_rows) => (0..*n_rows as usize).for_each(visit),
            SegmentRows::Some(bitmap) => bitmap.iter().for_each(|at| visit(at as usize)),
        }
    }
}

/// Rows of a table: one entry for each of its segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSet {
    segments: Vec<SegmentRows>,
}

impl RowSet {
    pub fn new(segments: Vec<SegmentRows>) -> RowSet {
        RowSet { segments }
    }

    pub fn all(table: &Table) -> RowSet {
        RowSet::new(table.segments().iter().map(|segment| SegmentRows::All(segment.n_rows())).collect())
    }

    /// Rows chosen in each segment, in the order of the table's segments.
    pub fn segments(&self) -> &[SegmentRows] {
        &self.segments
    }

    pub fn n_rows(&self) -> u64 {
        self.segments.iter().map(|rows| u64::from(rows.n_rows())).sum()
    }
}
