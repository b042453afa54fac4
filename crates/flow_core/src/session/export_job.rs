//! An export under way: a part with each step, so that nothing else has to wait for it.

use super::Emit;
use super::message::{Answer, Coverage, Event, RequestId, RowRef};
use super::selection::page_of;
use super::shard::Shard;
use crate::analysis::export::{CsvText, Format, JsonLines, Record, ShardRecords, load_order, part};
use crate::analysis::summary::Summary;
use crate::query::{RowSet, SortSpec, SortedRows, Subject};

/// Rows of a CSV put in order at once; some of them make a part.
const CSV_ROWS_AT_ONCE: u32 = 1_024;

pub struct ExportJob {
    id: RequestId,
    work: Work,
}

/// What is written, and how far it came. Rows that come while it is written are not in it.
pub enum Work {
    Summary(String),
    Records { format: JsonLines, records: Vec<RecordRef>, n_written: usize },
    Csv { format: CsvText, has_begun: bool, sort: Option<SortSpec>, sorted: Vec<SortedRows>, n_written: u64 },
}

/// A record of any table of any shard.
#[derive(Clone, Copy)]
pub struct RecordRef {
    row: RowRef,
    is_status_record: bool,
}

impl Work {
    pub fn summary(summary: &Summary) -> Work {
        Work::Summary(summary.to_json())
    }

    /// The chosen rows of each shard in load order, with or without the status records among them.
    pub fn records(shards: &[Shard], rows: &[RowSet], with_status_records: bool) -> Work {
        let status_records: Vec<RowSet> =
            shards.iter().map(|shard| RowSet::all(shard.store().status_records())).collect();
        let sides: Vec<ShardRecords<'_>> = shards
            .iter()
            .zip(rows)
            .zip(&status_records)
            .map(|((shard, rows), status_records)| ShardRecords {
                store: shard.store(),
                rows,
                status_records: with_status_records.then_some(status_records),
            })
            .collect();
        let record_ref = |record: Record<'_>| RecordRef {
            row: RowRef { shard: record.shard, row: record.row },
            is_status_record: std::ptr::eq(record.table, record.store.status_records()),
        };
        let records = load_order(&sides).map(record_ref).collect();
        Work::Records { format: JsonLines::default(), records, n_written: 0 }
    }

    /// The sorted rows of each shard, as one order.
    pub fn csv(subjects: Vec<Subject>, sorted: Vec<SortedRows>, sort: Option<SortSpec>) -> Work {
        Work::Csv { format: CsvText::new(subjects), has_begun: false, sort, sorted, n_written: 0 }
    }

    /// What to call the file, and its media type.
    fn name(&self) -> (&'static str, &'static str) {
        match self {
            Work::Summary(_) => ("flowglass-summary.json", "application/json"),
            Work::Records { .. } => ("flowglass-records.jsonl", "application/jsonl"),
            Work::Csv { .. } => ("flowglass-rows.csv", "text/csv"),
        }
    }

    /// The next part; nothing where all is written.
    fn next_part(&mut self, shards: &[Shard]) -> Vec<u8> {
        match self {
            Work::Summary(text) => std::mem::take(text).into_bytes(),
            Work::Records { format, records, n_written } => {
                let mut rest = records[*n_written..].iter().map(|record| {
                    *n_written += 1;
                    record.read(shards)
                });
                part(&mut rest, format)
            }
            Work::Csv { format, has_begun, sort, sorted, n_written } => {
                let mut bytes = Vec::new();
                if !std::mem::replace(has_begun, true) {
                    format.begin(&mut bytes);
                }
                let rows = page_of(shards, sorted, sort.as_ref(), *n_written, CSV_ROWS_AT_ONCE);
                *n_written += rows.len() as u64;
                for row in rows {
                    format.record(RecordRef { row, is_status_record: false }.read(shards), &mut bytes);
                }
                bytes
            }
        }
    }
}

impl RecordRef {
    fn read(self, shards: &[Shard]) -> Record<'_> {
        let RowRef { shard, row } = self.row;
        let store = shards[usize::from(shard)].store();
        let table = if self.is_status_record { store.status_records() } else { store.rows() };
        Record { shard, store, table, row }
    }
}

impl ExportJob {
    pub fn new(id: RequestId, work: Work) -> ExportJob {
        ExportJob { id, work }
    }

    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Writes the next part; false where the export has ended.
    pub fn step(&mut self, shards: &[Shard], coverage: Coverage, emit: Emit<'_>) -> bool {
        let bytes = self.work.next_part(shards);
        if !bytes.is_empty() {
            emit(Event::ExportPart { id: self.id, bytes });
            return true;
        }
        let (file_name, media_type) = self.work.name();
        let answer = Answer::Exported { file_name: file_name.to_owned(), media_type: media_type.to_owned() };
        emit(Event::Answered { id: self.id, answer, coverage });
        false
    }
}
