//! The time that rows are spread over, known without a scan.
//!
//! Charts over time need the same buckets in every shard. So this is asked first, of all shards, and handed to
//! the questions that have a time axis.

use serde::{Deserialize, Serialize};

use crate::record::Field;
use crate::store::{ABSENT, Store};

/// Smallest start and largest end, both included, seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeExtent {
    pub start_secs: u64,
    pub end_secs: u64,
}

impl TimeExtent {
    /// Of one row's decoded start and end, one standing in for the other; `None` where it has neither.
    pub(super) fn of_window(start: u64, end: u64) -> Option<TimeExtent> {
        let (start, end) = (time_of(start, end)?, time_of(end, start)?);
        // The window of a broken record may end before it starts.
        Some(TimeExtent { start_secs: start.min(end), end_secs: start.max(end) })
    }

    pub fn join(&mut self, other: TimeExtent) {
        self.start_secs = self.start_secs.min(other.start_secs);
        self.end_secs = self.end_secs.max(other.end_secs);
    }

    /// Both together, where either may be missing.
    pub fn joined(one: Option<TimeExtent>, other: Option<TimeExtent>) -> Option<TimeExtent> {
        match (one, other) {
            (Some(mut one), Some(other)) => {
                one.join(other);
                Some(one)
            }
            (one, other) => one.or(other),
        }
    }
}

/// When a row is counted: `first`, or `second` where that is absent.
pub(super) fn time_of(first: u64, second: u64) -> Option<u64> {
    [first, second].into_iter().find(|&time| time != ABSENT)
}

/// The extent of all readable rows of a shard, from what its columns know of themselves. Join those of all
/// shards before asking a question with a time axis.
pub fn time_extent(store: &Store) -> Option<TimeExtent> {
    let ids = [Field::START, Field::END].map(|field| store.field_id(field));
    let ranges = store
        .rows()
        .segments()
        .iter()
        .flat_map(|segment| ids.map(|id| segment.column_or_absent(id).range()))
        .flatten();
    ranges.map(|(start_secs, end_secs)| TimeExtent { start_secs, end_secs }).reduce(|mut extent, range| {
        extent.join(range);
        extent
    })
}
