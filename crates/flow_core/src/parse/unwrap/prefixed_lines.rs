//! Reads lines that have something in front of the record.

use super::messages::Messages;
use super::prefix::Prefix;
use crate::parse::lines::{self, Line, LineSplitter, Piece};
use crate::parse::{FileReport, ProblemKind, RowSink};

pub struct PrefixedLines {
    lines: LineSplitter,
    prefix: Prefix,
    /// Room for a line without its colours.
    plain: Vec<u8>,
    messages: Messages,
}

impl PrefixedLines {
    pub fn new(prefix: Prefix, messages: Messages) -> PrefixedLines {
        PrefixedLines { lines: LineSplitter::default(), prefix, plain: Vec::new(), messages }
    }

    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        let PrefixedLines { lines, prefix, plain, messages } = self;
        let mut read = |line: Line<'_>| match line {
            Line::Whole(line) => {
                let (record, stream) = prefix.cut(line, plain);
                stream.into_iter().for_each(|name| report.log_streams.add_stream(name));
                messages.push(record, report, sink);
            }
            Line::TooLong(_) => messages.line(line, report, sink),
        };
        lines.push(bytes, |piece| match piece {
            Piece::Line(line) => read(line),
            Piece::Lines(mut text) => {
                while !text.is_empty() {
                    let (line, n_bytes) = lines::first_line(text);
                    read(line);
                    text = &text[n_bytes..];
                }
            }
        });
        messages.flush(report, sink);
    }

    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        let PrefixedLines { lines, prefix, plain, messages } = self;
        lines.finish(|line| match line {
            Line::Whole(line) => {
                let (record, stream) = prefix.cut(line, plain);
                stream.into_iter().for_each(|name| report.log_streams.add_stream(name));
                messages.push(record, report, sink);
            }
            Line::TooLong(_) => messages.line(line, report, sink),
        });
        messages.flush(report, sink);
    }

    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.messages.unreadable(ProblemKind::Damaged, self.lines.carried(), report, sink);
    }
}
