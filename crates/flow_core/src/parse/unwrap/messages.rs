//! Records that were taken out of their container, on their way to the reader of lines.
//!
//! They are gathered, so that plain ones are read many at once as those of a text file are. What comes between
//! them, such as an element without a record, keeps its place.

use crate::parse::lines::Line;
use crate::parse::records::RecordReader;
use crate::parse::{FileReport, Layout, ProblemKind, RowSink};

/// How many bytes are gathered before they are read: a few blocks.
const GATHERED_BYTES: usize = 64 * 1024;

/// What a container holds in the place of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// The text of a record, or of several as lines.
    Message(&'a [u8]),
    /// What the container is known to carry beside records.
    Ignored,
    /// No record: the log group and log stream of those that follow, as far as they are named.
    Origin { group: Option<&'a str>, stream: Option<&'a str> },
    /// Nothing that can be read; the start of what it is.
    Unreadable(ProblemKind, &'a [u8]),
}

pub struct Messages {
    records: RecordReader,
    /// Lines, each with its line feed.
    gathered: Vec<u8>,
}

impl Messages {
    pub fn new(records: RecordReader) -> Messages {
        Messages { records, gathered: Vec::new() }
    }

    /// Takes the text of a message: a record, or several as lines.
    pub fn push(&mut self, message: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        let message = message.strip_suffix(b"\n").unwrap_or(message);
        self.gathered.extend_from_slice(message);
        self.gathered.push(b'\n');
        if self.gathered.len() >= GATHERED_BYTES {
            self.flush(report, sink);
        }
    }

    pub fn line(&mut self, line: Line<'_>, report: &mut FileReport, sink: &mut impl RowSink) {
        self.flush(report, sink);
        self.records.line(line, report, sink);
    }

    /// The next record comes as the cells of a table.
    pub fn cells(
        &mut self,
        cells: &[Option<&str>],
        text: &[u8],
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        self.flush(report, sink);
        self.records.cells(cells, text, report, sink);
    }

    /// The one in force, where cells are read.
    pub fn layout(&self) -> &Layout {
        self.records.layout()
    }

    /// What follows is in this layout.
    pub fn change_layout(&mut self, layout: Layout, report: &mut FileReport, sink: &mut impl RowSink) {
        self.flush(report, sink);
        self.records.change_layout(layout, report);
    }

    /// Something that the container is known to carry comes in place of a record.
    pub fn ignored(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.flush(report, sink);
        self.records.ignored(report);
    }

    /// Takes what was found in place of a record.
    pub fn found(&mut self, found: Found<'_>, report: &mut FileReport, sink: &mut impl RowSink) {
        match found {
            Found::Message(message) => self.push(message, report, sink),
            Found::Ignored => self.ignored(report, sink),
            Found::Origin { group, stream } => {
                group.into_iter().for_each(|name| report.log_streams.add_group(name));
                stream.into_iter().for_each(|name| report.log_streams.add_stream(name));
            }
            Found::Unreadable(kind, start) => self.unreadable(kind, start, report, sink),
        }
    }

    /// Something that cannot be read comes in place of a record: `start` is what there is of it.
    pub fn unreadable(
        &mut self,
        kind: ProblemKind,
        start: &[u8],
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        self.flush(report, sink);
        self.records.unreadable(kind, start, report);
    }

    /// Reads what is gathered. To be called before the report is looked at.
    pub fn flush(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        if !self.gathered.is_empty() {
            self.records.lines(&self.gathered, report, sink);
            self.gathered.clear();
        }
    }
}
