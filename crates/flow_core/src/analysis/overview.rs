//! What the rows are, at a glance.

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::record::{Field, Value};

/// Rows with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopEntry {
    pub value: Value,
    pub total: Tally,
    /// The part of `total` that was rejected.
    pub rejected: Tally,
}

/// The largest values of a field by the metric asked for, then rows, then value ascending. Rows without a
/// value are not ranked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopList {
    pub field: Field,
    /// Whether any loaded file has the field; without it nothing can be said.
    pub recorded: bool,
    pub n_distinct: u64,
    pub entries: Vec<TopEntry>,
}

/// The windows of the rows, which tell the aggregation interval of the flow log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregation {
    /// Longest `end - start` seen, in seconds.
    pub longest_secs: u64,
    /// Rows whose window is longer than a minute: only logs with the 10-minute interval have them.
    pub n_over_minute: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub total: Tally,
    pub accepted: Tally,
    pub rejected: Tally,
    /// Rows whose action is absent or neither of the two.
    pub other: Tally,
    pub n_interfaces: u64,
    /// Smallest start and largest end, seconds since 1970.
    pub time: Option<(u64, u64)>,
    /// `None` where no row has both ends of its window.
    pub aggregation: Option<Aggregation>,
    /// Status records by log-status, most first: about the whole load, no filter applies to them.
    pub status_records: Vec<(String, u64)>,
    /// srcaddr, dstaddr, dstport, srcport, protocol, interface-id.
    pub top: Vec<TopList>,
}
