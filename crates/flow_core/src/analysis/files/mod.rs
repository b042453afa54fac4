//! What the rows of each file say of it, and what speaks against taking the file as it is: about the whole load, no filter
//! applies.

mod deliveries;
mod scan;
mod sketch;
mod warnings;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Analysis, ShardView, TimeExtent};
use crate::parse::{LogStreams, SourceId};
pub use deliveries::{Deliveries, deliveries, times_without_any_file, times_without_file};
pub use scan::{NAMES_KEPT, Names, SourceFacts};
pub use warnings::Warning;

/// What the rows of one file show, and what is odd about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Flow records.
    pub n_rows: u64,
    pub capture: Capture,
    /// Smallest start and largest end.
    pub time: Option<TimeExtent>,
    /// The longest window, in seconds: what the aggregation interval was at least.
    pub longest_secs: Option<u64>,
    pub interfaces: Names,
    pub accounts: Names,
    /// SKIPDATA records: each stands for flows that AWS did not record.
    pub n_skipped: u64,
    pub warnings: Vec<Warning>,
}

/// Which traffic a flow log seems to capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Capture {
    /// Too few rows, or none that says whether it was accepted.
    #[default]
    Unknown,
    All,
    AcceptedOnly,
    RejectedOnly,
}

/// Rows of only one action from which on that is the flow log's choice rather than chance.
const CAPTURE_ROWS_MIN: u64 = 50;

impl Capture {
    fn of(facts: &SourceFacts) -> Capture {
        match (facts.n_accepted, facts.n_rejected) {
            (0, n_rejected) if n_rejected >= CAPTURE_ROWS_MIN => Capture::RejectedOnly,
            (n_accepted, 0) if n_accepted >= CAPTURE_ROWS_MIN => Capture::AcceptedOnly,
            (1.., 1..) => Capture::All,
            _ => Capture::Unknown,
        }
    }
}

/// Asked of all files at once: some are odd only beside others.
#[derive(Clone, Copy, Debug, Default)]
pub struct FilesQuestion<'a> {
    /// Names of the files in the order they were given; shards need none.
    pub names: &'a [&'a str],
    /// By source the file that it is a part of; shards need none.
    pub files: &'a [u32],
    /// Of each file what it says of log streams; shards need none.
    pub log_streams: &'a [LogStreams],
}

impl Analysis for FilesQuestion<'_> {
    type Partial = BTreeMap<SourceId, SourceFacts>;
    /// In the order of the files.
    type Answer = Vec<FileFacts>;

    fn scan(&self, shard: ShardView<'_>) -> Self::Partial {
        scan::scan(shard.store)
    }

    fn merge(&self, into: &mut Self::Partial, other: Self::Partial) {
        for (source, facts) in other {
            into.entry(source).or_default().join(facts);
        }
    }

    fn finish(&self, partial: Self::Partial) -> Vec<FileFacts> {
        let mut by_file: Vec<SourceFacts> = vec![SourceFacts::default(); self.names.len()];
        for (source, facts) in partial {
            by_file[self.files[source.0 as usize] as usize].join(facts);
        }
        let warnings = warnings::of(self.names, self.log_streams, &by_file);
        let facts = by_file.into_iter().zip(warnings);
        facts
            .map(|(facts, warnings)| FileFacts {
                n_rows: facts.n_rows,
                capture: Capture::of(&facts),
                time: facts.time,
                longest_secs: facts.longest_secs,
                interfaces: facts.interfaces,
                accounts: facts.accounts,
                n_skipped: facts.n_skipped,
                warnings,
            })
            .collect()
    }
}
