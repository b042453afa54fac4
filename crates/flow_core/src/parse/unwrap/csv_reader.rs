//! Reads a CSV file: one cell of each record is the text of a flow log record, or all of them are its values.

use memchr::memchr;

use super::csv_records::{Cells, CsvContent, CsvRecord, CsvRecords};
use super::json_content;
use super::messages::Messages;
use super::table::TableColumns;
use crate::parse::lines::Line;
use crate::parse::{FileReport, Layout, ProblemKind, RowSink, header};
use crate::record::ColumnKey;

/// Which cells are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CsvCells {
    /// The text of a record is in one column.
    Message { names: Vec<String>, at: u32 },
    /// The columns are fields.
    Fields(TableColumns),
}

pub struct CsvReader {
    records: CsvRecords,
    cells: CsvCells,
    messages: Messages,
}

impl CsvReader {
    pub fn new(delimiter: u8, cells: CsvCells, messages: Messages) -> CsvReader {
        CsvReader { records: CsvRecords::new(delimiter), cells, messages }
    }

    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        let CsvReader { records, cells, messages } = self;
        records.push(bytes, |record| cells.read(&record, messages, report, sink));
        messages.flush(report, sink);
    }

    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        let CsvReader { records, cells, messages } = self;
        records.finish(|record| cells.read(&record, messages, report, sink));
        messages.flush(report, sink);
    }

    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.messages.unreadable(ProblemKind::Damaged, self.records.carried(), report, sink);
    }
}

impl CsvCells {
    fn read(
        &mut self,
        record: &CsvRecord<'_>,
        messages: &mut Messages,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        let cells = match record.content {
            CsvContent::Cells(cells) if cells.iter().any(|cell| !cell.trim_ascii().is_empty()) => cells,
            CsvContent::Cells(_) | CsvContent::Blank => {
                return messages.line(Line::Whole(b""), report, sink);
            }
            CsvContent::Unreadable(kind) => {
                return messages.unreadable(kind, record.text, report, sink);
            }
        };
        if self.is_header(cells) {
            return messages.ignored(report, sink);
        }
        if let CsvCells::Fields(columns) = self
            && header::are_names(names(cells))
        {
            *columns = TableColumns::of(names(cells));
            messages.change_layout(columns.layout(), report, sink);
            return messages.ignored(report, sink);
        }
        if cells.len() < self.names().len() {
            return messages.unreadable(ProblemKind::TooFewFields, record.text, report, sink);
        }
        if cells.len() > self.names().len() {
            return messages.unreadable(ProblemKind::TooManyFields, record.text, report, sink);
        }
        for (name, cell) in self.names().iter().zip(cells.iter()) {
            match name.as_str() {
                "@logStream" => report.log_streams.add_stream(cell),
                "@log" => report.log_streams.add_group(json_content::without_account(cell)),
                _ => {}
            }
        }
        match self {
            CsvCells::Message { at, .. } => {
                let message = cells.iter().nth(*at as usize).unwrap_or_default();
                messages.push(message.as_bytes(), report, sink);
            }
            CsvCells::Fields(columns) => {
                let layout = messages.layout();
                let mut kept = columns.kept.iter().peekable();
                let mut is_kept = |at: usize| kept.next_if(|kept| **kept as usize == at).is_some();
                let cells = cells.iter().enumerate().filter(|(at, _)| is_kept(*at));
                let cells: Vec<Option<&str>> = cells.map(|(_, cell)| Some(cell)).collect();
                if memchr(b'\n', record.text).is_some() && has_line_feed(&cells, layout) {
                    return messages.unreadable(ProblemKind::Malformed, record.text, report, sink);
                }
                messages.cells(&cells, record.text, report, sink);
            }
        }
    }

    fn names(&self) -> &[String] {
        match self {
            CsvCells::Message { names, .. } => names,
            CsvCells::Fields(columns) => &columns.names,
        }
    }

    /// Whether these are the names of the columns: in the first line, and where files were put together.
    fn is_header(&self, cells: Cells<'_>) -> bool {
        names(cells).eq(self.names().iter().map(String::as_str))
    }
}

/// Whether a field goes over several lines: none does, so a quote before it was never closed.
fn has_line_feed(cells: &[Option<&str>], layout: &Layout) -> bool {
    let is_field = |key: &ColumnKey| matches!(key, ColumnKey::Known(_));
    let mut fields = cells.iter().zip(layout.columns()).filter(|(_, key)| is_field(key));
    fields.any(|(cell, _)| cell.is_some_and(|cell| cell.contains('\n')))
}

/// Cells as the names of columns.
pub fn names(cells: Cells<'_>) -> impl Iterator<Item = &str> + Clone {
    cells.iter().map(str::trim_ascii)
}

/// The first record in the head of a file that is not blank, as names.
pub fn names_of(head: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let mut first = None;
    let mut take = |record: CsvRecord<'_>| match record.content {
        CsvContent::Cells(cells) if first.is_none() => {
            first = Some(names(cells).map(str::to_owned).collect());
        }
        CsvContent::Blank | CsvContent::Cells(_) | CsvContent::Unreadable(_) => {}
    };
    let mut records = CsvRecords::new(delimiter);
    records.push(head, &mut take);
    records.finish(take);
    first
}

/// The cells of one column in the head of a file, below its first line; only of records that are whole.
pub fn column_of(head: &[u8], delimiter: u8, at: usize) -> Vec<String> {
    let mut cells_of_column = Vec::new();
    let mut n_records = 0;
    CsvRecords::new(delimiter).push(head, |record| {
        if let CsvContent::Cells(cells) = record.content {
            n_records += 1;
            if n_records > 1 {
                cells_of_column.extend(cells.iter().nth(at).map(str::to_owned));
            }
        }
    });
    cells_of_column
}
