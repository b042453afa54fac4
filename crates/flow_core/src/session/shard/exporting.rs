//! The part that one shard has in an export: its records in their order, as text, some at a time.

use crate::analysis::ShardView;
use crate::analysis::export::{CsvText, Format, JsonLines, PART_BYTES, Record, ShardRecords, load_order};
use crate::parse::SourceId;
use crate::query::{RowSet, SortKey, SortSpec, SortedRows, Subject};
use crate::session::shard_message::ShardAnswer;
use crate::store::Store;

/// What is written, and how far it came. Rows that come while it is written are not in it.
pub enum Exporting {
    Lines { format: JsonLines, records: Vec<RecordRef>, n_written: usize },
    Table { format: CsvText, sort: Option<SortSpec>, rows: SortedRows, n_written: u32 },
}

/// A record of either table.
#[derive(Clone, Copy)]
pub struct RecordRef {
    row: u32,
    is_status_record: bool,
}

impl Exporting {
    /// The chosen rows in load order, with or without the status records among them, and how many of each source
    /// there are.
    pub fn lines(view: ShardView<'_>, with_status_records: bool) -> (Exporting, Vec<(SourceId, u64)>) {
        let status_records = RowSet::all(view.store.status_records());
        let side = ShardRecords {
            store: view.store,
            rows: view.rows,
            status_records: with_status_records.then_some(&status_records),
        };
        let mut records = Vec::new();
        let mut n_records: Vec<(SourceId, u64)> = Vec::new();
        for record in load_order(&[side]) {
            let source = record.table.origin(record.row).source;
            match n_records.last_mut() {
                Some((last, n_records)) if *last == source => *n_records += 1,
                _ => n_records.push((source, 1)),
            }
            records.push(RecordRef {
                row: record.row,
                is_status_record: std::ptr::eq(record.table, view.store.status_records()),
            });
        }
        (Exporting::Lines { format: JsonLines::default(), records, n_written: 0 }, n_records)
    }

    pub fn table(subjects: Vec<Subject>, sort: Option<SortSpec>, rows: SortedRows) -> Exporting {
        Exporting::Table { format: CsvText::new(subjects), sort, rows, n_written: 0 }
    }

    /// The next records, at most `n_max`; fewer where they are long.
    pub fn next(&mut self, store: &Store, n_max: u32) -> ShardAnswer {
        match self {
            Exporting::Lines { format, records, n_written } => {
                let first = *n_written;
                let mut bytes = Vec::new();
                for record in records[first..].iter().take(n_max as usize) {
                    format.record(record.read(store), &mut bytes);
                    *n_written += 1;
                    if bytes.len() >= PART_BYTES {
                        break;
                    }
                }
                ShardAnswer::Text { bytes, n_records: (*n_written - first) as u64 }
            }
            Exporting::Table { format, sort, rows, n_written } => {
                let mut line = |row: u32| {
                    let mut bytes = Vec::new();
                    format.record(RecordRef { row, is_status_record: false }.read(store), &mut bytes);
                    (SortKey::new(store, store.rows(), row, sort.as_ref()), bytes)
                };
                let rows = rows.slice(*n_written, n_max);
                *n_written += rows.len() as u32;
                ShardAnswer::Table(rows.into_iter().map(&mut line).collect())
            }
        }
    }
}

impl RecordRef {
    fn read(self, store: &Store) -> Record<'_> {
        let table = if self.is_status_record { store.status_records() } else { store.rows() };
        Record { shard: 0, store, table, row: self.row }
    }
}
