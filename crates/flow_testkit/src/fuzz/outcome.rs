//! All that the outside sees of a file's parse, small enough to make for every input.

use std::hash::{DefaultHasher, Hash, Hasher};

use flow_core::parse::problem::PROBLEMS_KEPT_PER_FILE;
use flow_core::parse::{
    FileParser, FileReport, FileState, Layout, Member, ParseOptions, RawRow, RawValue, RowSink, SourceId,
};
use flow_core::record::{ColumnKey, FieldKind};

use crate::reading::read_in_pieces;

#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub report: FileReport,
    pub records: CountedRecords,
    pub members: Vec<Member>,
}

impl Outcome {
    /// Reads a file and checks what must hold for any.
    pub fn of(name: &str, bytes: &[u8], options: &ParseOptions, piece_sizes: &[usize]) -> Outcome {
        let mut parser = FileParser::new(SourceId(0), name, bytes.len() as u64, options);
        let mut records = CountedRecords::default();
        read_in_pieces(&mut parser, bytes, piece_sizes, &mut records);
        let members = parser.take_members();
        let outcome = Outcome { report: parser.into_report(), records, members };
        outcome.check();
        outcome
    }

    fn check(&self) {
        let Outcome { report, records, .. } = self;
        assert_eq!(
            (report.lines.rows, report.lines.status_records),
            (records.n_rows, records.n_status_records),
            "the report counts what the sink was given"
        );
        let n_kept = report.lines.problems.min(PROBLEMS_KEPT_PER_FILE as u64);
        assert_eq!(report.problems.len() as u64, n_kept, "problems are kept while there is room");
        match &report.state {
            FileState::Read => {}
            FileState::Refused(refusal) => {
                assert!(!refusal.seems_to_be.is_empty() && !refusal.next_step.is_empty());
                assert_eq!(report.lines.total(), 0, "of a refused file nothing is read: {refusal:?}");
            }
            // What was listed before the damage, or read before it was too much, is kept.
            FileState::Failed(words) => {
                let is_archive = matches!(report.container.as_str(), "zip" | "tar");
                assert!(!words.is_empty() && (is_archive || report.compression == "gzip"), "{words}");
            }
            FileState::Ignored(what_it_is) | FileState::Described(what_it_is) => {
                assert!(!what_it_is.is_empty())
            }
            other => panic!("a file that is finished ends {other:?}"),
        }
    }
}

/// Counts records, checks that each is as its layout says, and keeps a digest of all in their order.
#[derive(Debug, Default)]
pub struct CountedRecords {
    n_rows: u64,
    n_status_records: u64,
    digest: DefaultHasher,
    layout: Option<Layout>,
    last_line: u64,
}

impl PartialEq for CountedRecords {
    fn eq(&self, other: &CountedRecords) -> bool {
        let counted = |of: &CountedRecords| (of.n_rows, of.n_status_records, of.digest.finish());
        counted(self) == counted(other)
    }
}

impl CountedRecords {
    fn record(&mut self, row: RawRow<'_>, is_status: bool) {
        let layout = self.layout.as_ref().expect("a layout is begun before the first record");
        assert_eq!(row.values.len(), layout.columns().len());
        assert!(row.line > self.last_line, "line {} comes after line {}", row.line, self.last_line);
        self.last_line = row.line;
        (is_status, row.line).hash(&mut self.digest);
        for (column, value) in layout.columns().iter().zip(row.values) {
            assert!(is_of_kind(column, value), "{column:?} cannot be {value:?}");
            match value {
                RawValue::Absent => b'-'.hash(&mut self.digest),
                RawValue::Number(number) => number.hash(&mut self.digest),
                RawValue::Address(address) => address.hash(&mut self.digest),
                RawValue::Text(text) => text.hash(&mut self.digest),
            }
        }
        for spelling in row.odd {
            assert!(!spelling.text.is_empty() && spelling.at < row.values.len());
            (spelling.at, spelling.text).hash(&mut self.digest);
        }
    }
}

fn is_of_kind(column: &ColumnKey, value: &RawValue<'_>) -> bool {
    match (column.kind(), value) {
        (_, RawValue::Absent)
        | (FieldKind::Text, RawValue::Text(_))
        | (FieldKind::Address, RawValue::Address(_)) => true,
        (kind, RawValue::Number(number)) => kind.max().is_some_and(|max| *number <= max),
        _ => false,
    }
}

impl RowSink for CountedRecords {
    fn begin(&mut self, _source: SourceId, layout: &Layout) {
        layout.hash(&mut self.digest);
        self.layout = Some(layout.clone());
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.n_rows += 1;
        self.record(row, false);
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.n_status_records += 1;
        self.record(row, true);
    }
}
