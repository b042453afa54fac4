//! The only types that travel between the lead and its shards, in values and never in codes: a shard may have a
//! memory of its own, and codes mean nothing outside it.
//!
//! Requests are taken in the order they were sent. [`ShardReply::Answered`] and [`ShardReply::Settled`] answer one
//! request each; the others come unasked.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::message::{RecordRow, RowDetail};
use crate::analysis::diagnosis::{DiagnosisPartial, RejectedTuples};
use crate::analysis::direction::DirectionPartial;
use crate::analysis::files::SourceFacts;
use crate::analysis::interface::{InterfaceAddresses, InterfaceKnowledge};
use crate::analysis::outcomes::{OneSidedTuples, OutcomesPartial};
use crate::analysis::overview::{HandOver, OverviewPartial};
use crate::analysis::packets_lost::PacketsLostPartial;
use crate::analysis::rejected::{PeersQuestion, RejectedPartial, RejectedPeers};
use crate::analysis::requests::RequestsPartial;
use crate::analysis::summary::SummaryPartial;
use crate::analysis::timeline::Timeline;
use crate::analysis::{Metric, TimeExtent};
use crate::intake::LoadOptions;
use crate::parse::{Continuation, FileReport, Member, MemberPlace, ParseOptions, SourceId};
use crate::query::{Filter, SortKey, SortSpec, Subject};
use crate::record::ColumnKey;

/// A question under way; new for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InquiryId(pub u32);

/// Tells the times apart that a stretch was given out: what is said of an earlier one is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Deal(pub u32);

/// The lines of a file that begin at a byte from `start` to before `end`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub deal: Deal,
    /// Names the stretch inside the stores; stretches of a file have ascending numbers, and later files higher ones.
    pub source: SourceId,
    /// Which of the files that were opened. Of a member, the archive.
    pub file: u32,
    pub name: String,
    /// Size of the file.
    pub n_bytes: u64,
    pub start: u64,
    /// `None`: to the end of the file.
    pub end: Option<u64>,
    pub options: ParseOptions,
}

impl Stretch {
    /// Where its bytes are to be read from: one byte early, because only that says whether a line begins at `start`.
    /// A member begins where it is in its archive.
    pub fn first_byte(&self) -> u64 {
        self.options.member.as_ref().map_or(self.start.saturating_sub(1), MemberPlace::first_byte)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ShardRequest {
    /// The first one, and again where all is read anew: which shard it is, the memory that its rows may take, and what
    /// it keeps. Answered by [`ShardReply::Begun`]; what was said before is void.
    Begin { number: u16, store_bytes_max: u64, options: LoadOptions },
    /// After those that were given before.
    Read(Stretch),
    /// Forgets the rows of this stretch and of all that were begun after it, and does not begin those that wait.
    TakeBack(Deal),
    /// Stops reading; rows stay. The stretch being read ends as cancelled.
    StopReading,
    /// Makes rows readable: all where they are the last, else those that can be had for little. Answered by
    /// [`ShardReply::Settled`].
    Settle { is_last: bool },
    /// Gives every readable row its direction; `None` where nothing is new since the last.
    Orient(Option<InterfaceKnowledge>),
    /// Answered by [`ShardReply::Answered`], unless forgotten before.
    Ask { inquiry: InquiryId, ask: ShardAsk },
    /// Nobody waits for this any more.
    Forget(InquiryId),
}

/// What a shard is asked about its readable rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ShardAsk {
    Timeline {
        filter: Filter,
        extent: Option<TimeExtent>,
        n_buckets_max: u32,
        bucket_secs_min: u64,
    },
    Overview {
        filter: Filter,
        metric: Metric,
        hand_over: HandOver,
    },
    Direction {
        filter: Filter,
    },
    /// What the judgement of rejected rows asks of all shards; once or twice.
    RejectedPeers {
        filter: Filter,
        question: PeersQuestion,
    },
    /// What was rejected; the peers are those of all shards.
    Rejected {
        filter: Filter,
        extent: Option<TimeExtent>,
        peers: Arc<RejectedPeers>,
    },
    /// Tuples that may not have worked.
    OneSidedTuples,
    /// What became of accepted rows; the tuples are those of all shards.
    Outcomes {
        filter: Filter,
        tuples: Arc<OneSidedTuples>,
    },
    PacketsLost {
        filter: Filter,
    },
    /// Which five-tuples have a rejection.
    RejectedTuples {
        filter: Filter,
        n_tuples_max: u32,
    },
    /// All that was seen of them. They are those of all shards.
    Diagnosis {
        filter: Filter,
        tuples: Arc<RejectedTuples>,
    },
    Requests {
        filter: Filter,
    },
    Summary {
        filter: Filter,
    },
    /// How many rows there are, with the keys at `n_keys` of their positions.
    Order {
        order: RowOrder,
        n_keys: u32,
    },
    Keys {
        order: RowOrder,
        positions: Vec<u32>,
    },
    Rows {
        order: RowOrder,
        offset: u32,
        n_rows: u32,
        subjects: Vec<Subject>,
    },
    /// The first rows of an order that nobody will want the others of.
    FirstRows {
        filter: Filter,
        sort: SortSpec,
        n_rows: u32,
        subjects: Vec<Subject>,
    },
    Detail {
        row: u32,
    },
    /// The file being read.
    Report,
    Files,
    /// Begins an export of this inquiry, of the rows that are readable now.
    ExportLines(Filter),
    ExportTable {
        order: RowOrder,
        subjects: Vec<Subject>,
    },
    /// The next records of the export, at most so many.
    ExportNext(u32),
}

/// The rows that a filter leaves, in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOrder {
    pub filter: Filter,
    pub sort: Option<SortSpec>,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum ShardReply {
    /// A shard in a memory of its own has started.
    Ready,
    Begun,
    /// More was read, a few times a second and when the first rows come.
    Advanced {
        has_rows: bool,
    },
    /// Whether a file can be read in stretches, and how those after the first begin; said once, of a first stretch
    /// that has an end.
    Recognised {
        deal: Deal,
        continuation: Option<Continuation>,
    },
    /// A stretch was read to its end, or no more of it will be.
    Ended {
        deal: Deal,
        report: FileReport,
        /// What is in the file, where it is an archive.
        members: Vec<Member>,
        /// The file itself, where it describes the account.
        description: Option<Vec<u8>>,
        continuation: Option<Continuation>,
    },
    /// The memory for rows is used up; nothing more is read.
    Full,
    Settled(Settled),
    Answered {
        inquiry: InquiryId,
        answer: ShardAnswer,
    },
}

/// What the lead must know of a shard to speak for all.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Settled {
    pub n_heap_bytes: u64,
    pub n_rows: u64,
    /// Flow records that the rows stand for.
    pub n_records: u64,
    /// Of all readable rows.
    pub time: Option<TimeExtent>,
    pub columns: Vec<ColumnKey>,
    /// What the rows say of the interfaces' addresses.
    pub addresses: InterfaceAddresses,
    /// The file being read.
    pub reading: Option<(Deal, FileReport)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub enum ShardAnswer {
    Timeline(Timeline),
    Overview(Box<OverviewPartial>),
    Direction(DirectionPartial),
    RejectedPeers(RejectedPeers),
    Rejected(RejectedPartial),
    OneSidedTuples(OneSidedTuples),
    Outcomes(OutcomesPartial),
    PacketsLost(PacketsLostPartial),
    RejectedTuples(RejectedTuples),
    Diagnosis(DiagnosisPartial),
    Requests(RequestsPartial),
    Summary(SummaryPartial),
    Order {
        n_rows: u32,
        keys: Vec<(u32, SortKey)>,
    },
    Keys(Vec<(u32, SortKey)>),
    Rows(Vec<(SortKey, RecordRow)>),
    /// With how many rows there are.
    FirstRows {
        n_rows: u64,
        rows: Vec<(SortKey, RecordRow)>,
    },
    /// `None` where there is no such row. File and line are of the stretch: see [`OfStretch`].
    Detail(Option<OfStretch<RowDetail>>),
    Report(Option<(Deal, FileReport)>),
    Files(BTreeMap<SourceId, SourceFacts>),
    /// Records of each source, in their order.
    Lines(Vec<(SourceId, u64)>),
    /// Text of so many records.
    Text {
        bytes: Vec<u8>,
        n_records: u64,
    },
    /// Lines of a table, each with where it stands.
    Table(Vec<(SortKey, Vec<u8>)>),
    /// The rows that an export was about were taken back.
    Gone,
}

/// Something about a line whose number is not known to the shard: it counts from the start of a stretch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfStretch<T> {
    pub source: SourceId,
    /// 1 for the first line of the stretch.
    pub line: u64,
    pub it: T,
}
