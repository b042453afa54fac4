//! What became of a file: counts that add up, problems, and why it was refused.

use serde::{Deserialize, Serialize};

use super::{Layout, Problem, SourceId};

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
    /// A file that AWS puts beside logs and that holds none; said, not an error.
    Ignored(String),
    /// The file itself could not be read, in the words of the system.
    Failed(String),
}

/// All that is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub source: SourceId,
    pub name: String,
    pub state: FileState,
    /// As the summary export names it: `text`.
    pub container: String,
    /// As the summary export names it: `none` or `gzip`.
    pub compression: String,
    /// Distinct layouts in the order they came. Empty while none is known.
    pub layouts: Vec<Layout>,
    /// Whether the first layout was taken for the AWS default because no header came before the records.
    pub layout_assumed: bool,
    /// Size of the file as it is on disk.
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
            container: "text".to_owned(),
            compression: "none".to_owned(),
            layouts: Vec::new(),
            layout_assumed: false,
            n_bytes,
            n_bytes_read: 0,
            lines: LineCounts::default(),
            problems: Vec::new(),
        }
    }
}
