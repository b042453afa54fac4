//! The rows that a filter leaves, segment by segment.

use crate::store::{Bitmap, Block, Table};

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

    /// Every row of a segment of `n_rows`.
    pub fn all(n_rows: u32) -> SegmentRows {
        if n_rows == 0 { SegmentRows::None } else { SegmentRows::All(n_rows) }
    }

    pub fn n_rows(&self) -> u32 {
        match self {
            SegmentRows::None => 0,
            SegmentRows::All(n_rows) => *n_rows,
            SegmentRows::Some(bitmap) => bitmap.n_ones(),
        }
    }

    /// Whether the row at this place of the segment is among them.
    pub fn has(&self, at: u32) -> bool {
        match self {
            SegmentRows::None => false,
            SegmentRows::All(n_rows) => at < *n_rows,
            SegmentRows::Some(bitmap) => bitmap.get(at),
        }
    }

    /// The rows of a segment of `n_rows` that are not among these.
    #[must_use]
    pub fn not(self, n_rows: u32) -> SegmentRows {
        match self {
            SegmentRows::None => SegmentRows::all(n_rows),
            SegmentRows::All(_) => SegmentRows::None,
            SegmentRows::Some(mut bitmap) => {
                bitmap.not();
                SegmentRows::Some(bitmap)
            }
        }
    }

    /// Rows that are among both.
    #[must_use]
    pub fn and(self, other: SegmentRows) -> SegmentRows {
        match (self, other) {
            (SegmentRows::None, _) | (_, SegmentRows::None) => SegmentRows::None,
            (SegmentRows::All(_), rows) | (rows, SegmentRows::All(_)) => rows,
            (SegmentRows::Some(mut bitmap), SegmentRows::Some(other)) => {
                bitmap.and(&other);
                SegmentRows::from_bitmap(bitmap)
            }
        }
    }

    /// Leaves those that are among `others` too, which stay as they are.
    pub fn keep(&mut self, others: &SegmentRows) {
        match (&mut *self, others) {
            (SegmentRows::None, _) | (_, SegmentRows::All(_)) => {}
            (SegmentRows::Some(bitmap), SegmentRows::Some(other)) => {
                bitmap.and(other);
                let kept = std::mem::replace(self, SegmentRows::None);
                if let SegmentRows::Some(bitmap) = kept {
                    *self = SegmentRows::from_bitmap(bitmap);
                }
            }
            (_, others) => *self = others.clone(),
        }
    }

    pub fn n_heap_bytes(&self) -> usize {
        match self {
            SegmentRows::None | SegmentRows::All(_) => 0,
            SegmentRows::Some(bitmap) => bitmap.n_heap_bytes(),
        }
    }

    /// Rows that are among one of the two at least.
    #[must_use]
    pub fn or(self, other: SegmentRows) -> SegmentRows {
        match (self, other) {
            (SegmentRows::None, rows) | (rows, SegmentRows::None) => rows,
            (SegmentRows::All(n_rows), _) | (_, SegmentRows::All(n_rows)) => SegmentRows::All(n_rows),
            (SegmentRows::Some(mut bitmap), SegmentRows::Some(other)) => {
                bitmap.or(&other);
                SegmentRows::from_bitmap(bitmap)
            }
        }
    }

    /// How many rows are among both, without a list of them.
    pub fn n_common(&self, other: &SegmentRows) -> u32 {
        match (self, other) {
            (SegmentRows::None, _) | (_, SegmentRows::None) => 0,
            (SegmentRows::All(_), rows) | (rows, SegmentRows::All(_)) => rows.n_rows(),
            (SegmentRows::Some(bitmap), SegmentRows::Some(other)) => bitmap.n_common(other),
        }
    }

    /// The place of the chosen row that has `n` chosen rows before it; `None` where there are not so many.
    pub fn nth(&self, n: u32) -> Option<u32> {
        match self {
            SegmentRows::None => None,
            SegmentRows::All(n_rows) => (n < *n_rows).then_some(n),
            SegmentRows::Some(bitmap) => bitmap.nth_one(n),
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

    /// The same a block at a time.
    pub fn for_each_block(&self, visit: impl FnMut(Block<'_>)) {
        match self {
            SegmentRows::None => {}
            SegmentRows::All(n_rows) => {
                Block::of_run(0..*n_rows).for_each(visit);
            }
            SegmentRows::Some(bitmap) => bitmap.for_each_block(visit),
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
