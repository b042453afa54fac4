//! All records in the order in which they stand in the files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Record;
use crate::parse::SourceId;
use crate::query::RowSet;
use crate::store::{Store, Table};

/// What one shard lends to an export.
#[derive(Clone, Copy)]
pub struct ShardRecords<'a> {
    pub store: &'a Store,
    pub rows: &'a RowSet,
    /// The status records to be written too, of the store's table of those; `None` where a filter rules them
    /// out, as it does unless it keeps everything.
    pub status_records: Option<&'a RowSet>,
}

/// Flow records and status records of all shards by file and line.
pub fn load_order<'a>(shards: &[ShardRecords<'a>]) -> impl Iterator<Item = Record<'a>> + use<'a> {
    let mut tables: Vec<TableRows<'a>> = Vec::new();
    for (number, shard) in (0..).zip(shards) {
        tables.push(TableRows::new(number, shard.store, shard.store.rows(), shard.rows));
        if let Some(rows) = shard.status_records {
            tables.push(TableRows::new(number, shard.store, shard.store.status_records(), rows));
        }
    }
    let mut heads: BinaryHeap<Reverse<(Place, usize)>> = BinaryHeap::new();
    for (at, table) in tables.iter_mut().enumerate() {
        heads.extend(table.next_place().map(|place| Reverse((place, at))));
    }
    std::iter::from_fn(move || {
        let Reverse((_, at)) = heads.pop()?;
        let record = tables[at].take();
        heads.extend(tables[at].next_place().map(|place| Reverse((place, at))));
        Some(record)
    })
}

/// Where a record stands.
type Place = (SourceId, u64);

/// The chosen rows of one table, by place.
struct TableRows<'a> {
    shard: u16,
    store: &'a Store,
    table: &'a Table,
    rows: Vec<u32>,
    n_taken: usize,
}

impl<'a> TableRows<'a> {
    fn new(shard: u16, store: &'a Store, table: &'a Table, chosen: &RowSet) -> TableRows<'a> {
        let mut rows = Vec::new();
        for (segment, of_segment) in table.segments().iter().zip(chosen.segments()) {
            of_segment.for_each(|at| rows.push(segment.first_row() + at as u32));
        }
        // A shard reads files as they are dealt to it, which mostly is their order already; a stable sort sees
        // that in one pass.
        rows.sort_by_key(|&row| place(table, row));
        TableRows { shard, store, table, rows, n_taken: 0 }
    }

    fn next_place(&self) -> Option<Place> {
        self.rows.get(self.n_taken).map(|&row| place(self.table, row))
    }

    fn take(&mut self) -> Record<'a> {
        let row = self.rows[self.n_taken];
        self.n_taken += 1;
        Record { shard: self.shard, store: self.store, table: self.table, row }
    }
}

fn place(table: &Table, row: u32) -> Place {
    let origin = table.origin(row);
    (origin.source, origin.line)
}
