//! What a parse gave, as text that people can read and compare.

use std::fmt::Write;

use flow_core::parse::detect::Confidence;
use flow_core::parse::{
    FileParser, FileReport, FileState, GivenLayout, Layout, LayoutFrom, ParseOptions, RawRow, RawValue,
    RowSink, SourceId,
};
use flow_testkit::reading::read_in_pieces;

/// A file and what the parser is told about it.
pub struct Input<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub layout: Option<Layout>,
}

impl Input<'_> {
    /// Parses the file as the parser wants it, in pieces of these sizes; the last size is used again until the end.
    pub fn parse(&self, piece_sizes: &[usize]) -> Parsed {
        let options = ParseOptions {
            layouts: self.layout.iter().cloned().map(GivenLayout::from).collect(),
            ..ParseOptions::default()
        };
        let mut parser = FileParser::new(SourceId(0), self.name, self.bytes.len() as u64, &options);
        let mut records = Records::default();
        read_in_pieces(&mut parser, self.bytes, piece_sizes, &mut records);
        Parsed { report: parser.report().clone(), records }
    }
}

/// All that the outside sees of a parse.
#[derive(Debug, PartialEq)]
pub struct Parsed {
    pub report: FileReport,
    pub records: Records,
}

/// What a sink was told, each call a line of text.
#[derive(Debug, Default, PartialEq)]
pub struct Records {
    pub calls: Vec<String>,
}

impl Records {
    /// The calls without the numbers of their lines.
    #[allow(
        dead_code,
        reason = "this module is part of several tests, and not all compare tables with texts"
    )]
    pub fn lines(&self) -> Vec<&str> {
        self.calls
            .iter()
            .map(|call| call.trim_start_matches(|char: char| char == ' ' || char.is_ascii_digit()))
            .collect()
    }
}

impl RowSink for Records {
    fn begin(&mut self, _source: SourceId, layout: &Layout) {
        self.calls.push(format!("begin {}", layout.names().join(" ")));
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.calls.push(format!("{:>4} row     {}", row.line, print(row)));
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.calls.push(format!("{:>4} status  {}", row.line, print(row)));
    }
}

/// The record as the line it came from: values single-spaced, odd spellings put back.
pub fn print(row: RawRow<'_>) -> String {
    let mut odd = row.odd.iter();
    let mut next_odd = odd.next();
    let mut line = String::new();
    for (at, value) in row.values.iter().enumerate() {
        if at > 0 {
            line.push(' ');
        }
        match (next_odd, value) {
            (Some(spelling), _) if spelling.at == at => {
                line.push_str(spelling.text);
                next_odd = odd.next();
            }
            (_, RawValue::Absent) => line.push('-'),
            (_, RawValue::Number(number)) => write!(line, "{number}").unwrap(),
            (_, RawValue::Address(address)) => write!(line, "{address}").unwrap(),
            (_, RawValue::Text(text)) => line.push_str(text),
        }
    }
    assert!(next_odd.is_none(), "odd spellings come in the order of the values");
    // What was read is also said typed where that is not what the line says.
    for spelling in row.odd {
        match row.values[spelling.at] {
            RawValue::Number(number) => write!(line, "  [{} is {number}]", spelling.text).unwrap(),
            RawValue::Address(address) => write!(line, "  [{} is {address}]", spelling.text).unwrap(),
            other => panic!("{other:?} cannot be spelled oddly"),
        }
    }
    line
}

impl Parsed {
    /// The whole outcome, for expectation files.
    pub fn dump(&self) -> String {
        let report = &self.report;
        let mut text = String::new();
        let state = match &report.state {
            FileState::Read => "read".to_owned(),
            FileState::Refused(refusal) => {
                format!("refused\nThis seems to be {}.\n{}", refusal.seems_to_be, refusal.next_step)
            }
            FileState::Described(what) => format!("described\n{what}"),
            FileState::Ignored(what_it_is) => format!("ignored\n{what_it_is}"),
            other => panic!("a finished parse ends {other:?}"),
        };
        let lines = &report.lines;
        writeln!(text, "container {}, compression {}: {state}", report.container, report.compression)
            .unwrap();
        writeln!(
            text,
            "{} lines = {} rows + {} status records + {} headers + {} blank + {} ignored + {} problems",
            lines.total(),
            lines.rows,
            lines.status_records,
            lines.headers,
            lines.blank,
            lines.ignored,
            lines.problems,
        )
        .unwrap();
        for (at, layout) in report.layouts.iter().enumerate() {
            let from = match report.layout_from {
                LayoutFrom::Assumed if at == 0 => " (assumed)",
                LayoutFrom::Given if at == 0 => " (given)",
                LayoutFrom::Shape(Confidence::High) if at == 0 => " (by its shape)",
                LayoutFrom::Shape(Confidence::Medium) if at == 0 => " (by its shape, perhaps)",
                _ => "",
            };
            writeln!(text, "layout{from} {}", layout.names().join(" ")).unwrap();
        }
        let names = [("log group", &report.log_streams.groups), ("log stream", &report.log_streams.streams)];
        for (kind, names) in names {
            names.iter().for_each(|name| writeln!(text, "{kind} {name}").unwrap());
        }
        for column in &report.columns {
            let field = column.field.map_or("?", |field| field.name());
            writeln!(text, "column {field}: {}", column.examples.join(" ")).unwrap();
        }
        for call in &self.records.calls {
            writeln!(text, "{call}").unwrap();
        }
        for problem in &report.problems {
            let field = problem.field.as_deref().unwrap_or("-");
            writeln!(text, "{:>4} problem {} {field}: {:?}", problem.line, problem.kind.name(), problem.text)
                .unwrap();
        }
        text
    }
}
