//! Rows in order: frozen segments, the open one that is being filled, and where each row came from.

use std::collections::BTreeMap;
use std::ops::Range;

use super::open_column::OpenColumn;
use super::origins::Origins;
use super::segment::SEGMENT_ROWS;
use super::{Batch, Column, ColumnId, Origin, Segment};
use crate::parse::SourceId;

/// What an odd spelling takes beside its text, about: key, pointer, length, and its share of a tree node.
const ODD_SPELLING_BYTES: usize = 40;

/// A sequence of rows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    segments: Vec<Segment>,
    /// Whether the last of `segments` is a copy of the open rows, made so that they can be read.
    has_open_copy: bool,
    /// Segments that have become full since: what is readable changes when the table settles, and only then, so that all
    /// questions in between are about the same rows.
    filled: Vec<Segment>,
    /// Whether rows were added or replaced that are not readable yet.
    has_news: bool,
    /// Values of the open rows by column.
    open: Vec<OpenColumn>,
    /// How many flow records each open row stands for; empty where each is one.
    open_n_records: Vec<u64>,
    n_open: u32,
    n_frozen: u32,
    origins: Origins,
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
        self.make_readable(true);
    }

    /// Makes rows added so far readable: those of full segments where there are new ones, else all. Rows that come fast
    /// are readable soon enough without a copy of those in the open segment, which costs as much as freezing it.
    pub fn settle_some(&mut self) {
        self.make_readable(self.filled.is_empty());
    }

    fn make_readable(&mut self, with_open: bool) {
        if !self.has_news {
            return;
        }
        if self.has_open_copy {
            self.segments.pop();
        }
        self.segments.append(&mut self.filled);
        self.has_open_copy = with_open && self.n_open > 0;
        if self.has_open_copy {
            self.segments.push(self.frozen_open());
        }
        self.has_news = !with_open && self.n_open > 0;
    }

    /// The segment of a readable row, and the row's place in it.
    pub fn locate(&self, row: u32) -> (&Segment, u32) {
        let segment = &self.segments[(row / SEGMENT_ROWS) as usize];
        (segment, row - segment.first_row())
    }

    pub fn origin(&self, row: u32) -> Origin {
        self.origins.get(row)
    }

    /// Stretches of readable rows in the order of their origins, which is the order of the files and their
    /// lines; `None` where rows are stored in that order, as they are unless files were read out of order.
    pub fn stretches_by_origin(&self) -> Option<Vec<Range<u32>>> {
        self.origins.stretches(self.n_readable())
    }

    /// The sources of readable rows in their order, each with rows that follow each other.
    pub fn sources(&self, rows: Range<u32>) -> impl Iterator<Item = (SourceId, Range<u32>)> {
        self.origins.sources(rows)
    }

    pub fn odd_spelling(&self, row: u32, column: ColumnId) -> Option<&str> {
        self.odd_spellings.get(&(row, column)).map(|text| &**text)
    }

    /// All values that are not spelled as we would print them, by row and column.
    pub fn odd_spellings(&self) -> impl Iterator<Item = (u32, ColumnId, &str)> {
        self.odd_spellings.iter().map(|(&(row, column), text)| (row, column, &**text))
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.segments.iter().chain(&self.filled).map(Segment::n_heap_bytes).sum::<usize>()
            + self.open.iter().map(OpenColumn::n_heap_bytes).sum::<usize>()
            + self.open_n_records.capacity() * size_of::<u64>()
            + self.origins.n_heap_bytes()
            + self.odd_spellings.len() * ODD_SPELLING_BYTES
            + self.n_odd_bytes
    }

    /// Adds rows that follow each other in their file: begin, then [`Table::open_column`] for every column that
    /// has values, end. At most [`Table::n_rows_free`] together.
    pub(super) fn begin_rows(&mut self, origin: Origin) {
        self.origins.begin(origin);
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
        self.origins.end(n_rows);
        self.n_open += n_rows;
        self.has_news = true;
        if self.n_open == SEGMENT_ROWS {
            self.freeze();
        }
    }

    /// Adds rows that are in the codes of this table's store.
    pub(super) fn append(&mut self, batch: &Batch) {
        let first_row = self.n_rows();
        for (place, column, text) in &batch.odd_spellings {
            self.n_odd_bytes += text.len();
            self.odd_spellings.insert((first_row + place, *column), text.clone());
        }
        let mut n_added = 0;
        while n_added < batch.n_rows() {
            let part = n_added..batch.n_rows().min(n_added + self.n_rows_free() as usize);
            for (id, values) in ColumnId::all(batch.columns().len()).zip(batch.columns()) {
                if !values.is_empty() {
                    self.open_column(id).extend_from_slice(&values[part.clone()]);
                }
            }
            if !batch.n_records.is_empty() {
                debug_assert_eq!(self.open_n_records.len(), self.n_open as usize, "all rows or none count");
                self.open_n_records.extend_from_slice(&batch.n_records[part.clone()]);
            }
            for &origin in &batch.origins[part.clone()] {
                self.origins.begin(origin);
                self.origins.end(1);
            }
            n_added = part.end;
            self.n_open += part.len() as u32;
            self.has_news = true;
            if self.n_open == SEGMENT_ROWS {
                self.freeze();
            }
        }
    }

    /// Forgets all rows but the first `n_rows`, of a table whose rows are records. Rare: rows are taken back only where
    /// they were read in a layout that turned out not to be theirs, or where another memory has room.
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
        self.origins.truncate(first_row);
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

    /// Takes out all rows and keeps the memory of the open ones.
    pub(super) fn clear(&mut self) {
        let open = std::mem::take(&mut self.open);
        *self = Table { open, ..Table::default() };
        self.open.iter_mut().for_each(OpenColumn::clear);
    }

    /// Takes out the rows of the segment that is still open. What is readable of them stays so until the table settles.
    pub(super) fn clear_open(&mut self) {
        self.has_news = true;
        self.n_open = 0;
        self.open.iter_mut().for_each(OpenColumn::clear);
        self.open_n_records.clear();
        self.origins.truncate(self.n_frozen);
        for text in self.odd_spellings.split_off(&(self.n_frozen, ColumnId::FIRST)).into_values() {
            self.n_odd_bytes -= text.len();
        }
    }

    fn freeze(&mut self) {
        self.filled.push(self.frozen_open());
        self.origins.freeze(self.n_frozen);
        self.n_frozen += self.n_open;
        self.n_open = 0;
        self.open.iter_mut().for_each(OpenColumn::clear);
        self.open_n_records.clear();
    }

    fn frozen_open(&self) -> Segment {
        let columns = self.open.iter().map(|column| column.freeze(self.n_open)).collect();
        let segment = Segment::new(self.n_frozen, self.n_open, columns);
        match &*self.open_n_records {
            [] => segment,
            n_records => segment.with_n_records(Column::freeze(n_records)),
        }
    }
}
