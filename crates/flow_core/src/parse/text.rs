//! The text of one file, however it comes: recognised by its head, then read line by line.

use std::mem;

use super::container::Container;
use super::lines::{LineSplitter, Piece};
use super::records::RecordReader;
use super::sniff::{self, Form, HeadEnd, SNIFF_BYTES_MAX, Verdict};
use super::unwrap::Unwrapper;
use super::{Continuation, FileReport, FileState, Layout, ProblemKind, RowSink};
use crate::config::read::FILE_BYTES_MAX as DESCRIPTION_BYTES_MAX;

pub struct TextReader {
    stage: Stage,
    /// Layouts to use where the text has no header, the likeliest first.
    given: Vec<Layout>,
}

enum Stage {
    /// Not recognised yet; holds the head so far.
    Sniffing(Vec<u8>),
    /// Each line is a record, or about records.
    Lines(Box<LineReader>),
    /// Records must be taken out of something.
    Wrapped(Box<Unwrapper>),
    /// A description of the account, which is read as a whole; holds it so far.
    Describing(Vec<u8>),
    /// Refused or ignored: nothing more is read.
    Over,
}

struct LineReader {
    lines: LineSplitter,
    records: RecordReader,
}

impl Stage {
    fn reading(form: Form, layout: Layout) -> Stage {
        let records = RecordReader::new(layout);
        match form.wrapping {
            None => Stage::Lines(Box::new(LineReader { lines: LineSplitter::default(), records })),
            Some(wrapping) => Stage::Wrapped(Box::new(Unwrapper::new(wrapping, records))),
        }
    }
}

impl TextReader {
    pub fn new(given: Vec<Layout>) -> TextReader {
        TextReader { stage: Stage::Sniffing(Vec::new()), given }
    }

    /// Reads on behind lines that somebody else reads.
    pub fn continuing(before: &Continuation, report: &mut FileReport) -> TextReader {
        report.layouts.clone_from(&before.known);
        TextReader { stage: Stage::reading(Form::TEXT, before.layout.clone()), given: Vec::new() }
    }

    /// `None` while no line has shown a layout, and for records that must be taken out of something.
    pub fn continuation(&self, report: &FileReport) -> Option<Continuation> {
        match &self.stage {
            Stage::Lines(reader) if !report.layouts.is_empty() => {
                let layout = reader.records.layout().clone();
                Some(Continuation { layout, known: report.layouts.clone() })
            }
            Stage::Lines(_) | Stage::Wrapped(_) | Stage::Sniffing(_) | Stage::Describing(_) | Stage::Over => {
                None
            }
        }
    }

    pub fn is_description(&self) -> bool {
        matches!(self.stage, Stage::Describing(_))
    }

    /// A description of the account that has come to its end.
    pub fn take_description(&mut self) -> Option<Vec<u8>> {
        match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Describing(description) => Some(description),
            stage => {
                self.stage = stage;
                None
            }
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    pub fn push(&mut self, mut text: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        if let Stage::Sniffing(head) = &mut self.stage {
            if head.is_empty() && text.len() >= SNIFF_BYTES_MAX {
                // Large pieces, the usual case, are not copied.
                self.decide(&text[..SNIFF_BYTES_MAX], HeadEnd::More, report);
            } else {
                let n_missing = SNIFF_BYTES_MAX - head.len();
                let (start, rest) = text.split_at(n_missing.min(text.len()));
                head.extend_from_slice(start);
                if head.len() < SNIFF_BYTES_MAX {
                    return;
                }
                text = rest;
                self.decide_and_read_head(HeadEnd::More, report, sink);
            }
        }
        self.read(text, report, sink);
    }

    /// There is no more text.
    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.decide_and_read_head(HeadEnd::End, report, sink);
        match &mut self.stage {
            Stage::Lines(reader) => {
                let LineReader { lines, records } = &mut **reader;
                lines.finish(|line| records.line(line, report, sink));
            }
            Stage::Wrapped(unwrapper) => unwrapper.finish(report, sink),
            Stage::Sniffing(_) | Stage::Describing(_) | Stage::Over => {}
        }
    }

    /// There is more text, but nobody can read it.
    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.decide_and_read_head(HeadEnd::Damage, report, sink);
        match &mut self.stage {
            Stage::Lines(reader) => {
                reader.records.unreadable(ProblemKind::Damaged, reader.lines.carried(), report);
            }
            Stage::Wrapped(unwrapper) => unwrapper.damaged(report, sink),
            Stage::Sniffing(_) | Stage::Describing(_) | Stage::Over => {}
        }
    }

    fn decide_and_read_head(&mut self, end: HeadEnd, report: &mut FileReport, sink: &mut impl RowSink) {
        if let Stage::Sniffing(head) = &mut self.stage {
            let head = mem::take(head);
            self.decide(&head, end, report);
            self.read(&head, report, sink);
        }
    }

    fn read(&mut self, text: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        match &mut self.stage {
            Stage::Lines(reader) => {
                let LineReader { lines, records } = &mut **reader;
                lines.push(text, |piece| match piece {
                    Piece::Line(line) => records.line(line, report, sink),
                    Piece::Lines(text) => records.lines(text, report, sink),
                });
            }
            Stage::Wrapped(unwrapper) => unwrapper.push(text, report, sink),
            Stage::Describing(description) if description.len() + text.len() > DESCRIPTION_BYTES_MAX => {
                let refusal = Container::AwsDescription.refusal();
                report.state = FileState::Refused(refusal.expect("it is refused where it is too long"));
                self.stage = Stage::Over;
            }
            Stage::Describing(description) => description.extend_from_slice(text),
            Stage::Sniffing(_) | Stage::Over => {}
        }
    }

    fn decide(&mut self, head: &[u8], end: HeadEnd, report: &mut FileReport) {
        let (form, layout) = match sniff::decide(head, end, &report.name, &self.given) {
            Verdict::Records { form, layout, from } => {
                report.layout_from = from;
                report.add_layout(&layout);
                (form, layout)
            }
            // If records come after all, they are tried in the layout that most files have.
            Verdict::Nothing(form) => (form, self.given.first().cloned().unwrap_or_else(Layout::aws_default)),
            Verdict::Describe => {
                self.stage = Stage::Describing(Vec::new());
                return;
            }
            Verdict::Ignore(what_it_is) => {
                report.state = FileState::Ignored(what_it_is.to_owned());
                self.stage = Stage::Over;
                return;
            }
            Verdict::Refuse { container, refusal, columns } => {
                report.columns = columns;
                report.container = container.name().to_owned();
                if let Some(compression) = container.compression()
                    && report.compression == "none"
                {
                    report.compression = compression.to_owned();
                }
                report.state = FileState::Refused(refusal);
                self.stage = Stage::Over;
                return;
            }
        };
        report.container = form.container.name().to_owned();
        self.stage = Stage::reading(form, layout);
    }
}
