//! What became of a file: counts that add up, problems, and why it was refused.

use serde::{Deserialize, Serialize};

use super::container::Container;
use super::detect::{ColumnGuess, Confidence};
use super::problem::PROBLEMS_KEPT_PER_FILE;
use super::{Layout, LogStreams, Problem, SourceId};

/// Layouts kept for each file. A real file has one, a concatenation a few; a hostile one could have another
/// on every line, and each is searched whenever a header comes.
pub const LAYOUTS_KEPT_PER_FILE: usize = 64;

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineCounts {
    pub rows: u64,
    pub status_records: u64,
    pub headers: u64,
    pub blank: u64,
    /// Text around records that the container is known to carry, such as `#` comment lines.
    pub ignored: u64,
    pub problems: u64,
}

impl LineCounts {
    pub fn add(&mut self, other: &LineCounts) {
        self.rows += other.rows;
        self.status_records += other.status_records;
        self.headers += other.headers;
        self.blank += other.blank;
        self.ignored += other.ignored;
        self.problems += other.problems;
    }

    pub fn total(&self) -> u64 {
        self.rows + self.status_records + self.headers + self.blank + self.ignored + self.problems
    }
}

/// Why a file was not read, for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What it seems to be, as the end of "This seems to be …".
    pub seems_to_be: String,
    /// What the reader can do now, a sentence.
    pub next_step: String,
}

impl Refusal {
    /// The first of these names, for a sentence: what a reader knows a table by.
    pub(super) fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
        const NAMES_SHOWN: usize = 5;
        const NAME_CHARS_SHOWN: usize = 60;
        let mut names = names.into_iter();
        let mut shown: Vec<String> = names
            .by_ref()
            .take(NAMES_SHOWN)
            .map(|name| name.chars().take(NAME_CHARS_SHOWN).collect())
            .collect();
        if names.next().is_some() {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }
}

/// How far reading came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileState {
    Waiting,
    Reading,
    Read,
    /// Stopped by the reader; what was read stays.
    Cancelled,
    /// Not a flow log, or one in a container that we cannot read.
    Refused(Refusal),
    /// A description of AWS resources; what it describes.
    Described(String),
    /// A file that AWS puts beside logs and that holds none; said, not an error.
    Ignored(String),
    /// The file itself could not be read, in the words of the system.
    Failed(String),
}

/// How the layout of a file is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LayoutFrom {
    /// The file names its fields.
    #[default]
    Header,
    /// The reader said it.
    Given,
    /// Told by what the values look like.
    Shape(Confidence),
    /// Records came before any header: the AWS default, or that of a header further down.
    Assumed,
}

/// All that is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub source: SourceId,
    pub name: String,
    pub state: FileState,
    /// As the summary export names it: `text`, `parquet`, `zip`.
    pub container: String,
    /// As the summary export names it: `none`, `gzip`; of a table, that of its pages; `zip` or `gzip` where an archive packed it.
    pub compression: String,
    /// Distinct layouts in the order they came, the first [`LAYOUTS_KEPT_PER_FILE`]. Empty while none is known.
    pub layouts: Vec<Layout>,
    /// How the first of them is known.
    pub layout_from: LayoutFrom,
    /// What can be told of the columns of a file that was refused because nothing says its layout; else empty.
    pub columns: Vec<ColumnGuess>,
    /// Where CloudWatch Logs had the records, as far as the file says.
    pub log_streams: LogStreams,
    /// Size of the file when it was picked, or what was read of it where that is more: a log that is written to grows.
    pub n_bytes: u64,
    /// Bytes of it that have been read.
    pub n_bytes_read: u64,
    pub lines: LineCounts,
    /// The first [`super::problem::PROBLEMS_KEPT_PER_FILE`]; `lines.problems` counts all.
    pub problems: Vec<Problem>,
}

impl FileReport {
    pub fn new(source: SourceId, name: impl Into<String>, n_bytes: u64) -> FileReport {
        FileReport {
            source,
            name: name.into(),
            state: FileState::Waiting,
            container: Container::Text.name().to_owned(),
            compression: "none".to_owned(),
            layouts: Vec::new(),
            layout_from: LayoutFrom::default(),
            columns: Vec::new(),
            log_streams: LogStreams::default(),
            n_bytes,
            n_bytes_read: 0,
            lines: LineCounts::default(),
            problems: Vec::new(),
        }
    }

    /// Bytes at its end that were there when it was picked and not any more when they were read.
    pub fn n_bytes_gone(&self) -> u64 {
        match self.state {
            FileState::Read => self.n_bytes.saturating_sub(self.n_bytes_read),
            // Of what was not read to its end nobody knows.
            _ => 0,
        }
    }

    /// Counts a problem and keeps it while there is room.
    pub(super) fn add_problem(&mut self, problem: impl FnOnce() -> Problem) {
        self.lines.problems += 1;
        if self.problems.len() < PROBLEMS_KEPT_PER_FILE {
            self.problems.push(problem());
        }
    }

    pub(super) fn add_layout(&mut self, layout: &Layout) {
        if self.layouts.len() < LAYOUTS_KEPT_PER_FILE && !self.layouts.contains(layout) {
            self.layouts.push(layout.clone());
        }
    }
}
