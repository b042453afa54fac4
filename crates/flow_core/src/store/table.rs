//! Rows in order: frozen segments, the open one that is being filled, and where each row came from.

use std::collections::BTreeMap;
use std::ops::Range;

use super::open_column::OpenColumn;
use super::segment::SEGMENT_ROWS;
use super::{ColumnId, Segment};
use crate::parse::SourceId;

/// Where a row came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    pub source: SourceId,
    /// 1 for the first line of the file.
    pub line: u64,
    /// Index into the store's layouts.
    pub layout: u32,
}

/// Consecutive rows from consecutive lines of one file in one layout.
#[derive(Clone, Debug)]
struct Run {
    first_row: u32,
    first: Origin,
}

/// What an odd spelling takes beside its text, about: key, pointer, length, and its share of a tree node.
const ODD_SPELLING_BYTES: usize = 40;

/// A sequence of rows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    segments: Vec<Segment>,
    /// Whether the last of `segments` is a copy of the open rows, made so that they can be read.
    has_open_copy: bool,
    /// Values of the open rows by column.
    open: Vec<OpenColumn>,
    n_open: u32,
    n_frozen: u32,
    runs: Vec<Run>,
    /// Values whose text is not how we would print it.
    odd_spellings: BTreeMap<(u32, ColumnId), Box<str>>,
    /// Bytes of their texts.
    n_odd_bytes: usize,
}

impl Table {
    /// Rows added so far, readable or not.
    pub fn n_rows(&self) -> u32 {
        self.n_frozen + self.n_open
    }

    /// Rows that [`Table::segments`] shows.
    pub fn n_readable(&self) -> u32 {
        self.segments.last().map_or(0, |last| last.first_row() + last.n_rows())
    }

    /// Readable rows in load order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many of [`Table::segments`] will not change any more: all but the copy of the rows still being added.
    pub fn n_frozen_segments(&self) -> usize {
        self.segments.len() - usize::from(self.has_open_copy)
    }

    pub fn segments_mut(&mut self) -> &mut [Segment] {
        &mut self.segments
    }

    /// Makes every row added so far readable.
    pub fn settle(&mut self) {
        if self.n_readable() == self.n_rows() {
            return;
        }
        self.drop_open_copy();
        self.segments.push(self.frozen_open());
        self.has_open_copy = true;
    }

    /// The segment of a readable row, and the row's place in it.
    pub fn locate(&self, row: u32) -> (&Segment, u32) {
        let segment = &self.segments[(row / SEGMENT_ROWS) as usize];
        (segment, row - segment.first_row())
    }

    pub fn origin(&self, row: u32) -> Origin {
        let at = self.runs.partition_point(|run| run.first_row <= row) - 1;
        let run = &self.runs[at];
        Origin { line: run.first.line + u64::from(row - run.first_row), ..run.first }
    }

    /// Stretches of readable rows in the order of their origins, which is the order of the files and their
    /// lines; `None` where rows are stored in that order, as they are unless files were read out of order.
    pub fn stretches_by_origin(&self) -> Option<Vec<Range<u32>>> {
        let key = |run: &Run| (run.first.source, run.first.line);
        if self.runs.is_sorted_by_key(key) {
            return None;
        }
        let ends = self.runs.iter().skip(1).map(|run| run.first_row).chain([self.n_rows()]);
        // Lines are distinct and a run's are consecutive, so that runs never interleave.
        let mut stretches: Vec<_> = self.runs.iter().zip(ends).collect();
        stretches.sort_by_key(|(run, _)| key(run));
        let n_readable = self.n_readable();
        Some(
            stretches
                .into_iter()
                .map(|(run, end)| run.first_row.min(n_readable)..end.min(n_readable))
                .collect(),
        )
    }

    pub fn odd_spelling(&self, row: u32, column: ColumnId) -> Option<&str> {
        self.odd_spellings.get(&(row, column)).map(|text| &**text)
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.segments.iter().map(Segment::n_heap_bytes).sum::<usize>()
            + self.open.iter().map(OpenColumn::n_heap_bytes).sum::<usize>()
            + self.runs.capacity() * size_of::<Run>()
            + self.odd_spellings.len() * ODD_SPELLING_BYTES
            + self.n_odd_bytes
    }

    /// Adds rows that follow each other in their file: begin, then [`Table::open_column`] for every column that
    /// has values, end. At most [`Table::n_rows_free`] together.
    pub(super) fn begin_rows(&mut self, origin: Origin) {
        let row = self.n_rows();
        let follows = self.runs.last().is_some_and(|run| {
            (run.first.source, run.first.layout) == (origin.source, origin.layout)
                && run.first.line + u64::from(row - run.first_row) == origin.line
        });
        if !follows {
            self.runs.push(Run { first_row: row, first: origin });
        }
    }

    /// Rows that can be added before the segment is full; at least one.
    pub(super) fn n_rows_free(&self) -> u32 {
        SEGMENT_ROWS - self.n_open
    }

    /// Takes the values of the rows that were begun, one for each.
    pub(super) fn open_column(&mut self, column: ColumnId) -> &mut OpenColumn {
        if self.open.len() <= column.index() {
            self.open.resize_with(column.index() + 1, OpenColumn::default);
        }
        let open = &mut self.open[column.index()];
        open.pad(self.n_open as usize);
        open
    }

    pub(super) fn set_odd_spelling(&mut self, column: ColumnId, text: &str) {
        self.odd_spellings.insert((self.n_rows(), column), text.into());
        self.n_odd_bytes += text.len();
    }

    pub(super) fn end_rows(&mut self, n_rows: u32) {
        self.n_open += n_rows;
        if self.n_open == SEGMENT_ROWS {
            self.drop_open_copy();
            self.segments.push(self.frozen_open());
            self.n_frozen += self.n_open;
            self.n_open = 0;
            for column in &mut self.open {
                column.clear();
            }
        }
    }

    /// Forgets all rows but the first `n_rows`. Rare: rows are taken back only where they were read in a layout that
    /// turned out not to be theirs.
    pub(super) fn truncate(&mut self, n_rows: u32) {
        if n_rows >= self.n_rows() {
            return;
        }
        // The segment that the end falls into, open or frozen, is added anew.
        self.settle();
        let at = (n_rows / SEGMENT_ROWS) as usize;
        let cut = self.segments.swap_remove(at);
        let first_row = cut.first_row();
        let origins: Vec<Origin> = (first_row..n_rows).map(|row| self.origin(row)).collect();
        self.segments.truncate(at);
        self.has_open_copy = false;
        self.n_frozen = first_row;
        self.n_open = 0;
        self.open.iter_mut().for_each(OpenColumn::clear);
        self.runs.truncate(self.runs.partition_point(|run| run.first_row < first_row));
        self.odd_spellings.retain(|(row, _), _| *row < n_rows);
        self.n_odd_bytes = self.odd_spellings.values().map(|text| text.len()).sum();
        for (at, origin) in (0..).zip(origins) {
            self.begin_rows(origin);
            for (id, column) in cut.columns() {
                if let Some(value) = column.get(at) {
                    self.open_column(id).push(value);
                }
            }
            self.end_rows(1);
        }
    }

    fn frozen_open(&self) -> Segment {
        let columns = self.open.iter().map(|column| column.freeze(self.n_open)).collect();
        Segment::new(self.n_frozen, self.n_open, columns)
    }

    fn drop_open_copy(&mut self) {
        if self.has_open_copy {
            self.segments.pop();
            self.has_open_copy = false;
        }
    }
}
