//! The only types that travel between the page and the engine.
//!
//! Requests in, events out, each a postcard of these. Every request ends in exactly one of
//! [`Event::Answered`], [`Event::Failed`] and [`Event::Superseded`]; progress comes unasked.

use serde::{Deserialize, Serialize};

use crate::analysis::Metric;
use crate::analysis::direction::DirectionView;
use crate::analysis::files::FileFacts;
use crate::analysis::findings::{CauseId, Findings};
use crate::analysis::interface::AddressByHand;
use crate::analysis::outcomes::Outcomes;
use crate::analysis::overview::Overview;
use crate::analysis::packets_lost::PacketsLost;
use crate::analysis::rejected::RejectedView;
use crate::analysis::requests::{Reachable, Replay, RuleUse};
use crate::analysis::timeline::Timeline;
use crate::config::remedy::render::Written;
use crate::config::remedy::{Fix, Wanted};
use crate::config::{ConfigurationReport, RuleEdit};
use crate::intake::LoadOptions;
use crate::parse::{FileReport, SourceId};
use crate::query::{Filter, SortSpec, Subject};
use crate::record::{ColumnKey, Orientation, Value};
use crate::report::ReportFormat;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId(pub u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub command: Command,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Adds files to what is loaded. Their bytes do not travel here: the shell was given the files beside this
    /// message, in the same order. Answered by [`Answer::Opened`] at once; progress follows.
    Open(Vec<FileMeta>),
    /// Adds text that was pasted.
    OpenText {
        name: String,
        text: String,
    },
    /// Adds the log that the engine's own generator makes, and the descriptions of its account.
    OpenSample,
    /// Forgets all rows and reads all files again, in the order in which they were given, keeping what these options
    /// say; they hold for files that are added later, too. Corrections stay. Fails where the filter cannot be asked
    /// of rows while they are read; then nothing changes.
    Reload(LoadOptions),
    /// Stops reading; what was loaded stays.
    Cancel,
    /// Corrects which address an interface has, or with `None` goes back to what was inferred.
    SetInterfaceAddress {
        interface: Value,
        by_hand: Option<AddressByHand>,
    },
    Ask(Question),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// With its path where a folder was dropped.
    pub name: String,
    pub n_bytes: u64,
}

/// Text in a byte of a compressed flow log, and the names of files that are compressed.
const GZIP_RATIO: u64 = 5;
const COMPRESSED: [&str; 4] = [".gz", ".parquet", ".tgz", ".zip"];

impl FileMeta {
    /// How much text there is, about, by the name: only what depends on nothing but work may be decided by it.
    pub fn n_text_bytes_about(&self) -> u64 {
        let is_compressed = COMPRESSED.iter().any(|ending| self.name.ends_with(ending));
        if is_compressed { self.n_bytes.saturating_mul(GZIP_RATIO) } else { self.n_bytes }
    }
}

/// What a view asks. `filter` is what the view is filtered by: the page leaves out the view's own clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    Timeline {
        filter: Filter,
        n_buckets_max: u32,
    },
    Overview {
        filter: Filter,
        metric: Metric,
    },
    Records {
        filter: Filter,
        sort: Option<SortSpec>,
        subjects: Vec<Subject>,
        offset: u64,
        n_rows: u32,
    },
    /// The first rows of an order, where nobody turns pages: found without putting all in order.
    FirstRecords {
        filter: Filter,
        sort: SortSpec,
        subjects: Vec<Subject>,
        n_rows: u32,
    },
    Detail {
        row: RowRef,
    },
    Direction {
        filter: Filter,
    },
    Rejected {
        filter: Filter,
    },
    /// What became of accepted conversations.
    Outcomes {
        filter: Filter,
    },
    PacketsLost {
        filter: Filter,
    },
    /// Why what the filter leaves was rejected, by cause. What else was seen of the same conversations counts, too.
    Findings {
        filter: Filter,
    },
    /// What each of the account's rules was used for.
    RuleUse {
        filter: Filter,
    },
    /// On which ports somebody outside was accepted.
    Reachable {
        filter: Filter,
    },
    /// What edits of the account's rules would change.
    Replay {
        filter: Filter,
        edits: Vec<RuleEdit>,
    },
    /// The smallest change of rules that lets these flows through.
    Fix(Wanted),
    /// Edits as commands and templates.
    Write(Vec<RuleEdit>),
    /// What became of each file.
    Report,
    /// What the rows of each file say of it.
    Files,
    /// What the account's descriptions amount to.
    Account,
    /// Answered by any number of [`Event::ExportPart`] and then [`Answer::Exported`].
    Export {
        kind: ExportKind,
        filter: Filter,
        sort: Option<SortSpec>,
    },
}

impl Question {
    /// Whether several may be under way at a time, as each card on screen asks for its own: a newer one does not
    /// supersede those.
    pub fn is_one_of_many(&self) -> bool {
        matches!(self, Question::Fix(_))
    }

    /// Whether the answer rests on which way rows went. What is asked while loading mostly does not, and need not wait
    /// for it.
    pub fn needs_directions(&self) -> bool {
        match self {
            Question::Timeline { filter, .. }
            | Question::Overview { filter, .. }
            | Question::PacketsLost { filter } => filter.first_derived().is_some(),
            Question::Records { filter, sort, subjects, .. } => {
                let sorted_by = sort.as_ref().map(|sort| &sort.subject);
                filter.first_derived().is_some() || subjects.iter().chain(sorted_by).any(Subject::is_derived)
            }
            Question::FirstRecords { filter, sort, subjects, .. } => {
                filter.first_derived().is_some()
                    || subjects.iter().chain([&sort.subject]).any(Subject::is_derived)
            }
            Question::Report
            | Question::Files
            | Question::Account
            | Question::Fix(_)
            | Question::Write(_) => false,
            Question::Detail { .. }
            | Question::Direction { .. }
            | Question::Rejected { .. }
            | Question::Outcomes { .. }
            | Question::Findings { .. }
            | Question::RuleUse { .. }
            | Question::Reachable { .. }
            | Question::Replay { .. }
            | Question::Export { .. } => true,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportKind {
    /// JSON, schema "flowglass.summary/1".
    Summary,
    /// One JSON object a line, every row in load order.
    Records,
    /// The causes of rejections with their evidence and fixes, to be handed to somebody.
    HandOver(HandOver),
    /// These columns, safe against spreadsheet formulas.
    Csv(Vec<Subject>),
    /// Why it was rejected: one JSON object a line for each conversation, by first, interface and ends.
    Diagnosis,
}

/// How causes are handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Causes that the reader left out.
    pub left_out: Vec<CauseId>,
    pub format: ReportFormat,
    /// Where it is there, addresses are replaced by those that this key gives.
    pub pseudonym_key: Option<[u8; 16]>,
    /// Seconds since 1970.
    pub made_secs: u64,
}

/// A row of the load: stays the same while files are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowRef {
    pub shard: u16,
    pub row: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The state of the load, unasked, several times a second while loading and once when it ends.
    Progress(Progress),
    Answered {
        id: RequestId,
        answer: Answer,
        coverage: Coverage,
    },
    Failed {
        id: RequestId,
        message: String,
    },
    /// A newer request of the same kind took its place.
    Superseded {
        id: RequestId,
    },
    ExportPart {
        id: RequestId,
        bytes: Vec<u8>,
    },
    /// The engine is gone; the message says why. Nothing follows.
    Crashed {
        message: String,
    },
    /// A worker has come up and hears what it is told: the first that it says. An engine on the page's thread, which
    /// nothing keeps from coming up, does not say it.
    Started,
}

/// Which data an answer is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Counts up whenever rows, files or corrections are added.
    pub generation: u64,
    /// Bytes read of the files, and their size.
    pub n_bytes_read: u64,
    pub n_bytes: u64,
}

impl Coverage {
    pub fn is_complete(&self) -> bool {
        self.n_bytes_read >= self.n_bytes
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Numbers of the files in the order they were given.
    Opened(Vec<SourceId>),
    /// A command that has nothing to say.
    Done,
    Timeline(Timeline),
    Overview(Overview),
    Records(RecordsPage),
    Detail(RowDetail),
    Direction(DirectionView),
    Rejected(RejectedView),
    Outcomes(Outcomes),
    PacketsLost(PacketsLost),
    Findings(Findings),
    RuleUse(RuleUse),
    Reachable(Reachable),
    Replay(Replay),
    Fix(Box<Fix>),
    Written(Written),
    Report(Vec<FileReport>),
    /// In the order of the files.
    Files(Vec<FileFacts>),
    /// `None` where no description was opened.
    Account(Option<ConfigurationReport>),
    Exported {
        file_name: String,
        media_type: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub coverage: Coverage,
    pub phase: LoadPhase,
    /// Milliseconds spent reading in the current or last load, by the shell's clock.
    pub elapsed_ms: u64,
    pub n_files: u32,
    pub n_files_done: u32,
    pub n_files_refused: u32,
    /// Bytes that were read, also of files that were not read to their end.
    pub n_bytes_parsed: u64,
    /// What of the files is kept, and how.
    pub options: LoadOptions,
    /// Flow records in what was read, kept or not.
    pub n_records_read: u64,
    /// Flow records that were kept.
    pub n_records: u64,
    /// Rows that they became: as many, unless they were rolled up.
    pub n_rows: u64,
    pub n_status_records: u64,
    pub n_problems: u64,
    /// Columns that any file has: AWS fields in the order of the field table, then others by name.
    pub columns: Vec<ColumnKey>,
    /// Smallest start and largest end of the rows, seconds since 1970.
    pub time: Option<(u64, u64)>,
    pub n_heap_bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadPhase {
    #[default]
    Idle,
    Loading,
    /// All files were read to their end.
    Loaded,
    Cancelled,
    /// Loading stopped before the memory ran out; the sentence says so.
    OutOfBudget(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsPage {
    /// Rows that the filter leaves.
    pub n_rows: u64,
    pub offset: u64,
    pub rows: Vec<RecordRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRow {
    pub row: RowRef,
    /// One for each subject asked for.
    pub cells: Vec<Value>,
}

/// All that is known of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDetail {
    pub row: RowRef,
    pub file: String,
    /// Not known while the lines before it are still being read, or were not read. Where several records were rolled
    /// up into the row, the line of the first.
    pub line: Option<u64>,
    /// How many records the row stands for; `None` where rows are records.
    pub n_records: Option<u64>,
    /// The record as it stands in the file, single-spaced; where rows were rolled up, the row in the same layout.
    pub text: String,
    /// Values in the file's order.
    pub fields: Vec<(ColumnKey, Value)>,
    pub orientation: Orientation,
    pub local: (Value, Value),
    pub remote: (Value, Value),
}
