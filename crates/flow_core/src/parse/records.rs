//! Lines in, records out: what each line of a text is, in which layout, and how the counts go.

use std::mem;

use memchr::memchr;

use super::block::{self, BlockReader, Part};
use super::lines::{self, Line};
use super::row::{RecordKind, RowBuffers, RowReader, Trouble};
use super::{FileReport, Layout, LayoutFrom, Problem, ProblemKind, RawRow, RowSink, header, values::Values};

/// What some editors put in front of a UTF-8 text.
pub const BOM: &[u8] = "\u{feff}".as_bytes();

pub struct RecordReader {
    layout: Layout,
    reader: RowReader,
    /// Whether the sink knows that `layout` is in force.
    begun: bool,
    /// Whether the sink has no room for `layout`.
    is_refused: bool,
    n_lines: u64,
    buffers: RowBuffers<'static>,
    /// The fast way for plain rows of this layout, where there can be one.
    blocks: Option<BlockReader>,
}

impl RecordReader {
    /// Reads lines, in this layout until a header gives another.
    pub fn new(layout: Layout) -> RecordReader {
        let reader = RowReader::new(&layout);
        let blocks = BlockReader::new(&reader);
        RecordReader {
            layout,
            reader,
            begun: false,
            is_refused: false,
            n_lines: 0,
            buffers: RowBuffers::default(),
            blocks,
        }
    }

    /// Reads the next lines, each with its line feed.
    pub fn lines(&mut self, mut text: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        while !text.is_empty() {
            let n_bytes = match block::block_bytes(text) {
                // Until a record has shown that there are any, lines are as likely to be anything else.
                Some(n_bytes) if self.begun && self.blocks.is_some() => {
                    self.block(text, n_bytes, report, sink)
                }
                _ => {
                    let (line, n_bytes) = lines::first_line(text);
                    self.line(line, report, sink);
                    n_bytes
                }
            };
            text = &text[n_bytes..];
        }
    }

    /// Reads the lines that are the first `n_bytes` of `text`, or as many of them as are in this layout.
    /// Returns the bytes read.
    fn block(
        &mut self,
        text: &[u8],
        n_bytes: usize,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) -> usize {
        let mut blocks = self.blocks.take().expect("asked before");
        let mut block = blocks.begin(text, n_bytes);
        // A header in the block may end the layout.
        while self.begun
            && let Some(part) = block.next(self.n_lines + 1)
        {
            match part {
                Part::Rows(rows) => {
                    self.n_lines += rows.n_rows() as u64;
                    report.lines.rows += rows.n_rows() as u64;
                    sink.block(rows);
                }
                Part::Line(line) => self.line(Line::Whole(line), report, sink),
            }
        }
        let n_bytes_read = block.n_bytes_read();
        self.blocks.get_or_insert(blocks);
        n_bytes_read
    }

    /// The one in force.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Reads the next line.
    pub fn line(&mut self, line: Line<'_>, report: &mut FileReport, sink: &mut impl RowSink) {
        self.n_lines += 1;
        let bytes = match line {
            // At the start of the file, and in the middle of files that were put together.
            Line::Whole(bytes) => bytes.strip_prefix(BOM).unwrap_or(bytes),
            Line::TooLong(start) => return self.problem(ProblemKind::LineTooLong, None, start, report),
        };
        match str::from_utf8(bytes) {
            Ok(text) if memchr(0, bytes).is_none() => self.text_line(text, report, sink),
            _ => self.problem(ProblemKind::NotText, None, bytes, report),
        }
    }

    /// Reads the next record where it comes as the cells of a table, as many as the layout has columns; `text` is the
    /// whole of it as it is written.
    pub fn cells(
        &mut self,
        cells: &[Option<&str>],
        text: &[u8],
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        self.n_lines += 1;
        let mut row = mem::take(&mut self.buffers).for_another_line();
        match self.reader.read_cells(cells, &mut row) {
            Ok(kind) => self.record(kind, text, &row, report, sink),
            Err(Trouble { kind, at }) => self.problem(kind, at, text, report),
        }
        self.buffers = row.for_another_line();
    }

    /// The next line is what the container is known to carry beside records.
    pub fn ignored(&mut self, report: &mut FileReport) {
        self.n_lines += 1;
        report.lines.ignored += 1;
    }

    /// The next line cannot be read: `start` is what there is of it.
    pub fn unreadable(&mut self, kind: ProblemKind, start: &[u8], report: &mut FileReport) {
        self.n_lines += 1;
        self.problem(kind, None, start, report);
    }

    /// What follows is in this layout.
    pub fn change_layout(&mut self, layout: Layout, report: &mut FileReport) {
        report.add_layout(&layout);
        if layout != self.layout {
            self.reader = RowReader::new(&layout);
            self.blocks = BlockReader::new(&self.reader);
            self.layout = layout;
            self.begun = false;
            self.is_refused = false;
        }
    }

    fn text_line(&mut self, text: &str, report: &mut FileReport, sink: &mut impl RowSink) {
        let mut row = mem::take(&mut self.buffers).for_another_line();
        let result = self.reader.read(text, &mut row);
        match result {
            // A line that fits a column of numbers or addresses is no line of names.
            Ok(kind) if !self.reader.takes_any_text() => {
                self.record(kind, text.as_bytes(), &row, report, sink)
            }
            _ => match self.other_line(text, report) {
                OtherLine::Taken => {}
                OtherLine::RecordAfterAll => match result {
                    Ok(kind) => self.record(kind, text.as_bytes(), &row, report, sink),
                    Err(Trouble { kind, at }) => self.problem(kind, at, text.as_bytes(), report),
                },
            },
        }
        self.buffers = row.for_another_line();
    }

    fn record(
        &mut self,
        kind: RecordKind,
        text: &[u8],
        row: &RowBuffers<'_>,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        if self.is_refused {
            return self.problem(ProblemKind::TooManyLayouts, None, text, report);
        }
        if !self.begun {
            if !sink.accepts(&self.layout) {
                self.is_refused = true;
                return self.problem(ProblemKind::TooManyLayouts, None, text, report);
            }
            self.begun = true;
            if report.lines.headers == 0 && report.layouts.is_empty() {
                report.layout_from = LayoutFrom::Assumed;
            }
            report.add_layout(&self.layout);
            sink.begin(report.source, &self.layout);
        }
        let raw = RawRow { line: self.n_lines, values: &row.values, odd: &row.odd };
        match kind {
            RecordKind::Row => {
                report.lines.rows += 1;
                sink.row(raw);
            }
            RecordKind::StatusRecord => {
                report.lines.status_records += 1;
                sink.status_record(raw);
            }
        }
    }

    /// Takes blank lines, comments and headers.
    #[cold]
    fn other_line(&mut self, text: &str, report: &mut FileReport) -> OtherLine {
        if Values::of(text).next().is_none() {
            // No values: nothing at all, or a comment from the start.
            let counter =
                if text.contains('#') { &mut report.lines.ignored } else { &mut report.lines.blank };
            *counter += 1;
            return OtherLine::Taken;
        }
        let Some(layout) = header::layout_of(text) else {
            return OtherLine::RecordAfterAll;
        };
        let is_short = layout.columns().len() <= header::NAMES_OF_SHORT_HEADER_MAX;
        if is_short && !report.layouts.contains(&layout) {
            return OtherLine::RecordAfterAll;
        }
        report.lines.headers += 1;
        self.change_layout(layout, report);
        OtherLine::Taken
    }

    #[cold]
    fn problem(&self, kind: ProblemKind, at: Option<usize>, line: &[u8], report: &mut FileReport) {
        report.add_problem(|| Problem {
            line: self.n_lines,
            field: at.map(|at| self.layout.columns()[at].name().to_owned()),
            kind,
            text: Problem::text_of(line),
        });
    }
}

enum OtherLine {
    Taken,
    RecordAfterAll,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SourceId;
    use super::*;

    /// What a sink was told, with the rows of a block one by one.
    #[derive(Debug, Default, PartialEq)]
    struct Calls(Vec<String>);

    impl RowSink for Calls {
        fn begin(&mut self, _source: SourceId, layout: &Layout) {
            self.0.push(format!("begin {:?}", layout.names()));
        }

        fn row(&mut self, row: RawRow<'_>) {
            self.0.push(format!("row {row:?}"));
        }

        fn status_record(&mut self, row: RawRow<'_>) {
            self.0.push(format!("status {row:?}"));
        }
    }

    /// The same lines in blocks and line by line.
    fn both_ways(text: &[u8]) -> [(FileReport, Calls); 2] {
        let layout = Layout::from_names(["srcaddr", "dstaddr", "dstport", "bytes", "action", "log-status"]);
        let read = |in_blocks: bool| {
            let mut records = RecordReader::new(layout.clone());
            let mut report = FileReport::new(SourceId(0), "a.log", 0);
            let mut calls = Calls::default();
            if in_blocks {
                records.lines(text, &mut report, &mut calls);
            } else {
                for line in text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n') {
                    records.line(Line::Whole(line), &mut report, &mut calls);
                }
            }
            (report, calls)
        };
        [read(true), read(false)]
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<u32>().prop_map(|bits| crate::record::Address::V4(bits).to_string()),
            (0u64..70_000).prop_map(|number| number.to_string()),
            prop::sample::select(vec![
                "-",
                "OK",
                "NODATA",
                "ACCEPT",
                "é",
                "#",
                "0443",
                "2001:DB8::1",
                "",
                "\r"
            ])
            .prop_map(String::from),
            "[ -~\t\u{1}\0]{0,30}",
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        let record = (any::<u32>(), any::<u32>(), any::<u16>(), any::<u64>(), any::<bool>()).prop_map(
            |(src, dst, port, n_bytes, is_accepted)| {
                let [src, dst] = [src, dst].map(crate::record::Address::V4);
                let action = if is_accepted { "ACCEPT" } else { "REJECT" };
                format!("{src} {dst} {port} {n_bytes} {action} OK")
            },
        );
        let spoilt = (record.clone(), 0usize..6, value()).prop_map(|(record, at, value)| {
            let mut values: Vec<&str> = record.split(' ').collect();
            values[at] = &value;
            values.join(" ")
        });
        prop_oneof![
            12 => record.clone(),
            4 => spoilt,
            1 => record.prop_map(|record| record + "\r"),
            1 => prop::collection::vec(value(), 0..8).prop_map(|values| values.join(" ")),
            1 => prop::sample::select(vec![
                "srcaddr dstaddr dstport bytes action log-status",
                "srcaddr dstaddr dstport action bytes log-status",
                "srcaddr dstaddr dstport",
                "10.0.0.1 10.0.0.2 443",
                "# a comment",
            ]).prop_map(String::from),
        ]
    }

    proptest! {
        #[test]
        fn blocks_read_what_lines_read(lines in prop::collection::vec(line(), 1..60)) {
            let text: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect();
            let [blocks, lines] = both_ways(&text);
            prop_assert_eq!(blocks, lines);
        }
    }

    #[test]
    fn many_blocks_read_what_lines_read() {
        let mut text = String::new();
        for n in 0..3_000 {
            let status = if n % 97 == 0 { "NODATA" } else { "OK" };
            text +=
                &format!("10.0.{}.{} 2001:db8::{n:x} {} {n} ACCEPT {status}\n", n % 256, n % 251, n % 70_000);
        }
        let [blocks, lines] = both_ways(text.as_bytes());
        assert_eq!(blocks, lines);
        assert_eq!(blocks.0.lines.status_records, 31);
    }
}
