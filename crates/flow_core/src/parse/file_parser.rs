//! One file, from bytes to records: the parser that the outside drives.

use super::gzip::{self, GzipReader};
use super::text::TextReader;
use super::{FileReport, FileState, Layout, RowSink, SourceId};

/// What a reader may say about files that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// The layout of files without a header. A header in the file wins.
    pub layout: Option<Layout>,
}

/// Reads one file that comes in pieces of any size; where it is cut changes nothing.
///
/// Never fails: what cannot be read is in the [`report`](FileParser::report).
pub struct FileParser {
    intake: Intake,
    text: TextReader,
    report: FileReport,
}

/// Bytes to text.
enum Intake {
    /// Too few bytes to tell; holds them.
    Undecided(Vec<u8>),
    Plain,
    Gzip(Box<GzipReader>),
    /// Nothing more is read: refused, cancelled, damaged or finished.
    Over,
}

impl FileParser {
    /// A parser for the file that the reader knows as `name`, of `n_bytes` on disk.
    pub fn new(source: SourceId, name: &str, n_bytes: u64, options: &ParseOptions) -> FileParser {
        FileParser {
            intake: Intake::Undecided(Vec::new()),
            text: TextReader::new(options.layout.clone()),
            report: FileReport::new(source, name, n_bytes),
        }
    }

    /// Reads the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        self.report.n_bytes_read += bytes.len() as u64;
        if self.report.state == FileState::Waiting {
            self.report.state = FileState::Reading;
        }
        if let Intake::Undecided(held) = &mut self.intake {
            held.extend_from_slice(bytes);
            if held.len() >= gzip::MAGIC.len() {
                self.decide_and_read_held(sink);
            }
        } else {
            self.read(bytes, sink);
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, sink: &mut impl RowSink) {
        self.decide_and_read_held(sink);
        match &self.intake {
            Intake::Over => return,
            Intake::Gzip(gzip) if gzip.finish().is_err() => self.text.damaged(&mut self.report, sink),
            _ => self.text.finish(&mut self.report, sink),
        }
        self.intake = Intake::Over;
        if !self.text.is_over() {
            self.report.state = FileState::Read;
        }
    }

    /// Stops reading; the records that the sink has stay. A line that has not ended is not counted.
    pub fn cancel(&mut self) {
        self.stop(FileState::Cancelled);
    }

    /// The file itself cannot be read any further; `words` are the system's.
    pub fn fail(&mut self, words: &str) {
        self.stop(FileState::Failed(words.to_owned()));
    }

    /// Whether more bytes would change nothing, so that the driver may stop reading.
    pub fn is_over(&self) -> bool {
        matches!(self.intake, Intake::Over)
    }

    pub fn report(&self) -> &FileReport {
        &self.report
    }

    /// The report of a file that is finished, without the buffers it was read with.
    pub fn into_report(self) -> FileReport {
        self.report
    }

    fn stop(&mut self, state: FileState) {
        if !self.is_over() {
            self.intake = Intake::Over;
            self.report.state = state;
        }
    }

    fn decide_and_read_held(&mut self, sink: &mut impl RowSink) {
        if let Intake::Undecided(held) = &mut self.intake {
            let held = std::mem::take(held);
            // At the end of a file, half the magic is a gzip file cut off, and no text either.
            let is_gzip = held.starts_with(&gzip::MAGIC) || held == gzip::MAGIC[..1];
            self.intake = if is_gzip {
                self.report.compression = "gzip".to_owned();
                Intake::Gzip(Box::new(GzipReader::new()))
            } else {
                Intake::Plain
            };
            self.read(&held, sink);
        }
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        let FileParser { intake, text, report } = self;
        match intake {
            Intake::Plain => text.push(bytes, report, sink),
            Intake::Gzip(gzip) => {
                if gzip.push(bytes, |piece| text.push(piece, report, sink)).is_err() {
                    text.damaged(report, sink);
                    if !text.is_over() {
                        report.state = FileState::Read;
                    }
                    *intake = Intake::Over;
                }
            }
            Intake::Undecided(_) | Intake::Over => {}
        }
        if self.text.is_over() {
            self.intake = Intake::Over;
        }
    }
}
