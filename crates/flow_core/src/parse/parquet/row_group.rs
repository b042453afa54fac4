//! The records of one row group: a value of every column makes one.

use super::cell::{Cell, Cells};
use super::column::Column;
use crate::parse::gzip::Damaged;
use crate::parse::row::{RecordKind, RowReader, Trouble};
use crate::parse::{FileReport, Layout, OddSpelling, Problem, ProblemKind, RawRow, RawValue, RowSink};

/// Unpacked pages and dictionaries of all columns together. A column's writer is done with a page at some MiB; what
/// claims more in every one of its columns is not a log.
const HELD_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Records put together at once: enough that a column's turn costs nothing, few enough to stay in the cache.
const BATCH_ROWS: usize = 2048;

pub struct RowGroupReader {
    /// As they are in the file.
    bytes: Vec<u8>,
    columns: Vec<Column>,
    n_rows_left: u64,
}

impl RowGroupReader {
    pub fn new(bytes: Vec<u8>, columns: Vec<Column>, n_rows: u64) -> RowGroupReader {
        RowGroupReader { bytes, columns, n_rows_left: n_rows }
    }

    pub fn is_over(&self) -> bool {
        self.n_rows_left == 0
    }

    /// Reads some of the records; returns how many.
    pub fn read(
        &mut self,
        records: &mut Records,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) -> Result<u64, Damaged> {
        let mut n = BATCH_ROWS.min(usize::try_from(self.n_rows_left).unwrap_or(BATCH_ROWS));
        let mut n_held = 0;
        for column in &mut self.columns {
            // Pages of different columns end at different records.
            n = n.min(column.n_ready(&self.bytes)?);
            n_held += column.n_held_bytes();
            if n_held > HELD_BYTES_MAX {
                return Err(Damaged);
            }
        }
        for column in &mut self.columns {
            column.read(n)?;
        }
        let columns: Vec<(&[Cell], &Cells)> = self.columns.iter().map(Column::cells).collect();
        records.read(n, &columns, report, sink);
        self.n_rows_left -= n as u64;
        Ok(n as u64)
    }
}

/// What all row groups of a file share.
pub struct Records {
    layout: Layout,
    reader: RowReader,
    /// Whether the sink knows the layout; `None` before the first record.
    is_accepted: Option<bool>,
    /// Records so far: a record is a line.
    n_lines: u64,
}

impl Records {
    pub fn new(layout: Layout) -> Records {
        let reader = RowReader::new(&layout);
        Records { layout, reader, is_accepted: None, n_lines: 0 }
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// The values behind the last record cannot be read.
    pub fn damaged(&mut self, report: &mut FileReport) {
        self.n_lines += 1;
        self.problem(ProblemKind::Damaged, None, String::new, report);
    }

    fn read(
        &mut self,
        n_rows: usize,
        columns: &[(&[Cell], &Cells)],
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        let mut values: Vec<RawValue<'_>> = Vec::with_capacity(columns.len());
        let mut odd: Vec<OddSpelling<'_>> = Vec::new();
        for row in 0..n_rows {
            self.n_lines += 1;
            values.clear();
            odd.clear();
            let mut trouble = None;
            for (at, (cells, texts)) in columns.iter().enumerate() {
                match texts.raw(cells[row], at) {
                    Ok((value, spelling)) => {
                        values.push(value);
                        odd.extend(spelling);
                    }
                    Err(kind) => {
                        trouble.get_or_insert(Trouble { kind, at: Some(at) });
                    }
                }
            }
            let record = match trouble {
                Some(trouble) => Err(trouble),
                None => self.reader.record(&values),
            };
            let record = match record {
                Ok(_) if !self.is_accepted(report, sink) => {
                    Err(Trouble { kind: ProblemKind::TooManyLayouts, at: None })
                }
                record => record,
            };
            let raw = RawRow { line: self.n_lines, values: &values, odd: &odd };
            match record {
                Ok(RecordKind::Row) => {
                    report.lines.rows += 1;
                    sink.row(raw);
                }
                Ok(RecordKind::StatusRecord) => {
                    report.lines.status_records += 1;
                    sink.status_record(raw);
                }
                Err(Trouble { kind, at }) => self.problem(kind, at, || print(row, columns), report),
            }
        }
    }

    /// Whether the sink takes records, to which it then knows the layout. It is asked with the first one that can be read,
    /// as for text.
    fn is_accepted(&mut self, report: &FileReport, sink: &mut impl RowSink) -> bool {
        *self.is_accepted.get_or_insert_with(|| {
            let is_accepted = sink.accepts(&self.layout);
            if is_accepted {
                sink.begin(report.source, &self.layout);
            }
            is_accepted
        })
    }

    #[cold]
    fn problem(
        &self,
        kind: ProblemKind,
        at: Option<usize>,
        text: impl FnOnce() -> String,
        report: &mut FileReport,
    ) {
        report.add_problem(|| Problem {
            line: self.n_lines,
            field: at.map(|at| self.layout.columns()[at].name().to_owned()),
            kind,
            text: Problem::text_of(text().as_bytes()),
        });
    }
}

/// The record as a line would have it.
fn print(row: usize, columns: &[(&[Cell], &Cells)]) -> String {
    let mut line = String::new();
    for (at, (cells, texts)) in columns.iter().enumerate() {
        if at > 0 {
            line.push(' ');
        }
        texts.print(cells[row], &mut line);
    }
    line
}
