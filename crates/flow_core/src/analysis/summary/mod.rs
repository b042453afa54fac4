//! The summary export, schema "flowglass.summary/1": what any two versions, engines or machines are compared by.
//!
//! Field names and their order are the schema; changing one makes it another schema.

mod count;

use serde::{Deserialize, Serialize};

use super::keyed::merge_by_key;
use super::overview::status_records;
use super::{Analysis, ShardView, Tally, TimeExtent};
use crate::arrange::{Arrange, keep_first};
use crate::parse::{FileReport, FileState, LineCounts};
use crate::record::{Address, Direction, Evidence};

pub use count::SummaryPartial;
use count::{RejectedKey, RejectedSources};

/// The schema that [`Summary`] is of.
pub const SCHEMA: &str = "flowglass.summary/1";

/// As the schema says.
const TOP_ENTRIES: usize = 10;
/// As the schema says.
const PROBLEMS_MAX: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub schema: &'static str,
    pub files: Vec<FileSummary>,
    pub rows: u64,
    pub status_records: StatusSummary,
    /// `None` where no row has a time.
    pub time: Option<TimeSummary>,
    pub action: ActionSummary,
    pub direction: DirectionSummary,
    pub direction_evidence: EvidenceSummary,
    /// Distinct interface-ids among rows.
    pub interfaces: u64,
    pub addresses: AddressSummary,
    /// By bytes, then rows, then address.
    pub top_sources: Vec<SourceSummary>,
    /// By rows, then interface-id, dstaddr, dstport and protocol.
    pub top_rejected: Vec<RejectedSummary>,
    /// The first of the load.
    pub problems: Vec<ProblemSummary>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileSummary {
    pub name: String,
    pub container: String,
    pub compression: String,
    /// The first one, where a file has several.
    pub layout: Vec<String>,
    pub bytes: u64,
    pub lines: LinesSummary,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinesSummary {
    pub total: u64,
    #[serde(flatten)]
    pub counts: LineCounts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StatusSummary {
    #[serde(rename = "NODATA")]
    pub nodata: u64,
    #[serde(rename = "SKIPDATA")]
    pub skipdata: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimeSummary {
    pub start: u64,
    pub end: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSummary {
    #[serde(rename = "ACCEPT")]
    pub accept: Tally,
    #[serde(rename = "REJECT")]
    pub reject: Tally,
    /// Absent, or neither of the two, so that the three add up to all rows.
    pub absent: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionSummary {
    pub ingress: Tally,
    pub egress: Tally,
    pub unknown: Tally,
}

/// Rows by what their direction rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSummary {
    pub recorded: u64,
    /// From the interface's own address, whether that was inferred or set by hand.
    pub inferred: u64,
    pub none: u64,
}

/// Distinct addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AddressSummary {
    pub srcaddr: u64,
    pub dstaddr: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceSummary {
    pub srcaddr: String,
    pub rows: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedSummary {
    pub interface_id: Option<String>,
    pub dstaddr: Option<String>,
    pub dstport: Option<u64>,
    pub protocol: Option<u64>,
    pub rows: u64,
    /// Distinct source addresses.
    pub sources: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemSummary {
    pub file: String,
    pub line: u64,
    pub field: Option<String>,
    pub kind: &'static str,
    pub text: String,
}

impl Summary {
    /// As the export writes it, with a line end.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers are always JSON");
        json.push('\n');
        json
    }
}

/// Asks for the summary of oriented rows.
#[derive(Clone, Copy, Debug)]
pub struct SummaryQuestion<'a> {
    /// All files of the load.
    pub files: &'a [FileReport],
}

impl Analysis for SummaryQuestion<'_> {
    type Partial = SummaryPartial;
    type Answer = Summary;

    fn scan(&self, shard: ShardView<'_>) -> SummaryPartial {
        SummaryPartial { status_records: status_records(shard.store), ..count::rows(shard) }
    }

    fn merge(&self, into: &mut SummaryPartial, other: SummaryPartial) {
        into.rows += other.rows;
        for (status, n_records) in other.status_records {
            *into.status_records.entry(status).or_default() += n_records;
        }
        into.time = TimeExtent::joined(into.time, other.time);
        into.action.accept.add(other.action.accept);
        into.action.reject.add(other.action.reject);
        into.action.absent.add(other.action.absent);
        into.direction.ingress.add(other.direction.ingress);
        into.direction.egress.add(other.direction.egress);
        into.direction.unknown.add(other.direction.unknown);
        into.evidence.recorded += other.evidence.recorded;
        into.evidence.inferred += other.evidence.inferred;
        into.evidence.none += other.evidence.none;
        into.interfaces.extend(other.interfaces);
        merge_by_key(&mut into.sources, other.sources, |into, other| into.add(other));
        merge_by_key(&mut into.destinations, other.destinations, |(), ()| ());
        merge_by_key(&mut into.rejected, other.rejected, RejectedSources::join);
    }

    fn finish(&self, partial: SummaryPartial) -> Summary {
        let status = |name: &str| partial.status_records.get(name).copied().unwrap_or(0);
        Summary {
            schema: SCHEMA,
            files: self.files.iter().filter(|file| was_read(file)).map(FileSummary::of).collect(),
            rows: partial.rows,
            status_records: StatusSummary { nodata: status("NODATA"), skipdata: status("SKIPDATA") },
            time: partial.time.map(|time| TimeSummary { start: time.start_secs, end: time.end_secs }),
            action: partial.action,
            direction: partial.direction,
            direction_evidence: partial.evidence,
            interfaces: partial.interfaces.len() as u64,
            addresses: AddressSummary {
                srcaddr: partial.sources.len() as u64,
                dstaddr: partial.destinations.len() as u64,
            },
            top_sources: top_sources(partial.sources),
            top_rejected: top_rejected(partial.rejected),
            problems: self.first_problems(),
        }
    }
}

impl SummaryQuestion<'_> {
    fn first_problems(&self) -> Vec<ProblemSummary> {
        let mut files: Vec<&FileReport> = self.files.iter().collect();
        files.arrange_by_key(|file| file.source);
        let problems =
            files.iter().flat_map(|file| file.problems.iter().map(|problem| (&file.name, problem)));
        problems
            .take(PROBLEMS_MAX)
            .map(|(name, problem)| ProblemSummary {
                file: name.clone(),
                line: problem.line,
                field: problem.field.clone(),
                kind: problem.kind.name(),
                text: problem.text.clone(),
            })
            .collect()
    }
}

/// Files that gave nothing are not part of the summary: who reads them names them elsewhere, with the reason.
fn was_read(file: &FileReport) -> bool {
    match file.state {
        FileState::Reading | FileState::Read | FileState::Cancelled => true,
        FileState::Waiting
        | FileState::Refused(_)
        | FileState::Described(_)
        | FileState::Ignored(_)
        | FileState::Failed(_) => file.lines.total() > 0,
    }
}

impl FileSummary {
    fn of(file: &FileReport) -> FileSummary {
        FileSummary {
            name: file.name.clone(),
            container: file.container.clone(),
            compression: file.compression.clone(),
            layout: file.layouts.first().map(|layout| layout.names()).unwrap_or_default(),
            bytes: file.n_bytes,
            lines: LinesSummary { total: file.lines.total(), counts: file.lines },
        }
    }
}

impl EvidenceSummary {
    fn of(&mut self, evidence: Evidence) -> &mut u64 {
        match evidence {
            Evidence::Recorded => &mut self.recorded,
            Evidence::None => &mut self.none,
            Evidence::SetByHand
            | Evidence::RecordedElsewhere
            | Evidence::Described
            | Evidence::CommonAddress
            | Evidence::OtherClaimed
            | Evidence::PrivateSide
            | Evidence::CommonSubnet => &mut self.inferred,
        }
    }
}

impl DirectionSummary {
    fn of(&mut self, direction: Direction) -> &mut Tally {
        match direction {
            Direction::Ingress => &mut self.ingress,
            Direction::Egress => &mut self.egress,
            Direction::Unknown => &mut self.unknown,
        }
    }
}

fn top_sources(mut sources: Vec<(Address, Tally)>) -> Vec<SourceSummary> {
    keep_first(&mut sources, TOP_ENTRIES, |(a, a_tally), (b, b_tally)| {
        (b_tally.bytes, b_tally.rows).cmp(&(a_tally.bytes, a_tally.rows)).then(a.cmp(b))
    });
    sources
        .into_iter()
        .map(|(address, tally)| SourceSummary {
            srcaddr: address.to_string(),
            rows: tally.rows,
            bytes: tally.bytes,
        })
        .collect()
}

fn top_rejected(mut rejected: Vec<(RejectedKey, RejectedSources)>) -> Vec<RejectedSummary> {
    keep_first(&mut rejected, TOP_ENTRIES, |(a, a_sources), (b, b_sources)| {
        b_sources.rows.cmp(&a_sources.rows).then_with(|| a.cmp(b))
    });
    rejected
        .into_iter()
        .map(|(key, sources)| RejectedSummary {
            interface_id: key.interface,
            dstaddr: key.dstaddr.map(|address| address.to_string()),
            dstport: key.dstport,
            protocol: key.protocol,
            rows: sources.rows,
            sources: sources.addresses.len() as u64,
        })
        .collect()
}
