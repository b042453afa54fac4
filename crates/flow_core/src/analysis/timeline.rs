//! Accepted and rejected traffic over time.

use serde::{Deserialize, Serialize};

use super::Tally;

/// Traffic whose window starts in the bucket, by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub accepted: Tally,
    pub rejected: Tally,
    /// Rows whose action is absent or neither of the two.
    pub other: Tally,
    /// SKIPDATA records: the view has holes here.
    pub n_skipdata: u64,
}

/// Equal buckets over a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Start of the first bucket, a multiple of `bucket_secs`, seconds since 1970.
    pub start_secs: u64,
    pub bucket_secs: u64,
    /// At most as many as were asked for; empty where no row has a time.
    pub buckets: Vec<Bucket>,
    /// Rows without a start time, or with one outside the buckets.
    pub n_rows_outside: u64,
}
