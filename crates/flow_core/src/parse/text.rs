//! The text of one file, however it comes and in whatever encoding: recognised by its head, then read line by line.

use std::mem;

use super::container::Container;
use super::encoding::TextDecoder;
use super::lines::{LineSplitter, Piece};
use super::records::RecordReader;
use super::sniff::{self, Form, HeadEnd, SNIFF_BYTES_MAX, Verdict};
use super::unwrap::Unwrapper;
use super::{Continuation, FileReport, FileState, Layout, ProblemKind, RowSink};
use crate::config::read::FILE_BYTES_MAX as DESCRIPTION_BYTES_MAX;

pub struct TextReader {
    decoder: TextDecoder,
    reading: Reading,
}

/// Of what was decoded.
struct Reading {
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
        let reading = Reading { stage: Stage::Sniffing(Vec::new()), given };
        TextReader { decoder: TextDecoder::default(), reading }
    }

    /// Reads on behind lines that somebody else reads.
    pub fn continuing(before: &Continuation, report: &mut FileReport) -> TextReader {
        report.layouts.clone_from(&before.known);
        let stage = Stage::reading(Form::TEXT, before.layout.clone());
        TextReader { decoder: TextDecoder::AsItIs, reading: Reading { stage, given: Vec::new() } }
    }

    /// `None` while no line has shown a layout, for records that must be taken out of something, and where the text is
    /// not as it is in the file.
    pub fn continuation(&self, report: &FileReport) -> Option<Continuation> {
        match &self.reading.stage {
            Stage::Lines(reader) if self.decoder.is_as_it_is() && !report.layouts.is_empty() => {
                let layout = reader.records.layout().clone();
                Some(Continuation { layout, known: report.layouts.clone() })
            }
            Stage::Lines(_) | Stage::Wrapped(_) | Stage::Sniffing(_) | Stage::Describing(_) | Stage::Over => {
                None
            }
        }
    }

    pub fn is_description(&self) -> bool {
        matches!(self.reading.stage, Stage::Describing(_))
    }

    /// A description of the account that has come to its end.
    pub fn take_description(&mut self) -> Option<Vec<u8>> {
        match mem::replace(&mut self.reading.stage, Stage::Over) {
            Stage::Describing(description) => Some(description),
            stage => {
                self.reading.stage = stage;
                None
            }
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self.reading.stage, Stage::Over)
    }

    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        let TextReader { decoder, reading } = self;
        decoder.push(bytes, |text| reading.push(text, report, sink));
    }

    /// There are no more bytes.
    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        let TextReader { decoder, reading } = self;
        decoder.finish(|text| reading.push(text, report, sink));
        reading.finish(report, sink);
    }

    /// There are more bytes, but nobody can read them.
    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        let TextReader { decoder, reading } = self;
        decoder.finish(|text| reading.push(text, report, sink));
        reading.damaged(report, sink);
    }
}

impl Reading {
    fn push(&mut self, mut text: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
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

    fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
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

    fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
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

#[cfg(test)]
mod tests {
    use super::super::problem::PROBLEMS_KEPT_PER_FILE;
    use super::super::report::LAYOUTS_KEPT_PER_FILE;
    use super::super::{LayoutFrom, Problem, RawRow, SourceId};
    use super::*;

    /// Counts; that is all these tests need.
    #[derive(Default)]
    struct Count {
        n_begun: usize,
        n_rows: usize,
    }

    impl RowSink for Count {
        fn begin(&mut self, _source: SourceId, _layout: &Layout) {
            self.n_begun += 1;
        }

        fn row(&mut self, _row: RawRow<'_>) {
            self.n_rows += 1;
        }

        fn status_record(&mut self, _row: RawRow<'_>) {}
    }

    fn read(text: &str) -> (FileReport, Count) {
        let (mut report, mut count) = (FileReport::new(SourceId(0), "a.log", 0), Count::default());
        let mut reader = TextReader::new(Vec::new());
        reader.push(text.as_bytes(), &mut report, &mut count);
        reader.finish(&mut report, &mut count);
        (report, count)
    }

    #[test]
    fn all_problems_are_counted_and_the_first_are_kept() {
        let n_problems = PROBLEMS_KEPT_PER_FILE + 10;
        let (report, _) = read(&format!("srcaddr dstaddr dstport\n{}", "oops\n".repeat(n_problems)));
        assert_eq!(report.lines.problems, n_problems as u64);
        assert_eq!(report.problems.len(), PROBLEMS_KEPT_PER_FILE);
        let first =
            Problem { line: 2, field: None, kind: ProblemKind::TooFewFields, text: "oops".to_owned() };
        assert_eq!(report.problems[0], first);
    }

    #[test]
    fn each_layout_is_in_force_and_the_first_are_kept() {
        let n_layouts = LAYOUTS_KEPT_PER_FILE + 10;
        let part = |n: usize| {
            format!("srcaddr dstaddr start end new-field-{n}\n10.0.0.1 10.0.0.2 1700000000 1700000060 x\n")
        };
        let (report, count) = read(&(0..n_layouts).map(part).collect::<String>());
        assert_eq!((count.n_begun, count.n_rows), (n_layouts, n_layouts));
        assert_eq!(report.layouts.len(), LAYOUTS_KEPT_PER_FILE);
        assert_eq!(report.lines.headers, n_layouts as u64);
    }

    #[test]
    fn a_header_behind_very_many_comments_is_found() {
        let comments = "# nothing yet\n".repeat(2 * SNIFF_BYTES_MAX / 14);
        let (report, count) = read(&(comments + "srcaddr dstaddr dstport\n10.0.0.1 10.0.0.2 443\n"));
        assert_eq!((report.layout_from, count.n_rows), (LayoutFrom::Header, 1));
    }

    #[test]
    fn a_header_cut_by_the_end_of_the_head_decides_nothing() {
        // Whatever part of the header is in the head, it must not be taken for the whole of it.
        for n_bytes in [1, 30, 60, 100] {
            let comment = format!("#{}\n", "x".repeat(SNIFF_BYTES_MAX - 2 - n_bytes));
            let (report, count) = read(
                &(comment
                    + "srcaddr dstaddr srcport dstport protocol packets bytes action\n\
                10.0.0.1 10.0.0.2 1 2 6 1 40 ACCEPT\n"),
            );
            assert_eq!(report.layouts.len(), 1, "{n_bytes}");
            assert_eq!((report.lines.headers, count.n_rows, report.problems.len()), (1, 1, 0), "{n_bytes}");
        }
    }
}
