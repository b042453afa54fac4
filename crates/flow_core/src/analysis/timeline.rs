//! Accepted and rejected traffic over time.

use serde::{Deserialize, Serialize};

use super::action::{Action, Actions};
use super::columns::FieldColumns;
use super::time_extent::{TimeExtent, time_of};
use super::{Analysis, ShardView, Tally};
use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{Store, Table};

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
    /// Rows without a time, or with one outside the buckets.
    pub n_rows_outside: u64,
    /// SKIPDATA records of the same kind: holes that no bucket shows.
    pub n_skipdata_outside: u64,
}

/// Widths that a person reads off an axis at once.
const WIDTHS_SECS: [u64; 17] = [
    1,
    5,
    10,
    15,
    30,
    60,
    5 * 60,
    10 * 60,
    15 * 60,
    30 * 60,
    HOUR_SECS,
    3 * HOUR_SECS,
    6 * HOUR_SECS,
    12 * HOUR_SECS,
    DAY_SECS,
    7 * DAY_SECS,
    28 * DAY_SECS,
];
const HOUR_SECS: u64 = 60 * 60;
const DAY_SECS: u64 = 24 * HOUR_SECS;

/// More bars than a screen has columns of pixels show nothing more.
pub const BUCKETS_MAX: u32 = 4_096;

/// Asks for the timeline. Rows are counted where their window starts, or ends if no start is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineQuestion {
    /// What the buckets cover; the same for every shard.
    pub extent: Option<TimeExtent>,
    /// At least one is made, at most [`BUCKETS_MAX`].
    pub n_buckets_max: u32,
}

impl TimelineQuestion {
    fn empty_timeline(&self) -> Timeline {
        let Some(extent) = self.extent else {
            return Timeline {
                start_secs: 0,
                bucket_secs: 1,
                buckets: Vec::new(),
                n_rows_outside: 0,
                n_skipdata_outside: 0,
            };
        };
        let bucket_secs = bucket_secs(extent, self.n_buckets_max.clamp(1, BUCKETS_MAX));
        Timeline {
            start_secs: extent.start_secs / bucket_secs * bucket_secs,
            bucket_secs,
            buckets: vec![Bucket::default(); n_buckets(extent, bucket_secs) as usize],
            n_rows_outside: 0,
            n_skipdata_outside: 0,
        }
    }
}

/// Buckets that start at multiples of their width and cover the extent.
fn n_buckets(extent: TimeExtent, bucket_secs: u64) -> u64 {
    (extent.end_secs / bucket_secs).saturating_sub(extent.start_secs / bucket_secs).saturating_add(1)
}

/// The smallest width of which `n_max` buckets are enough. One record with a crazy time makes them wide, never
/// many.
fn bucket_secs(extent: TimeExtent, n_max: u32) -> u64 {
    let fits = |&width: &u64| n_buckets(extent, width) <= u64::from(n_max);
    let longest = WIDTHS_SECS[WIDTHS_SECS.len() - 1];
    let longer = std::iter::successors(Some(longest), |width: &u64| width.checked_mul(2));
    // Past the last doubling a single bucket starts at 0 and holds all time there is.
    WIDTHS_SECS.into_iter().chain(longer).find(fits).unwrap_or(u64::MAX)
}

impl Timeline {
    fn bucket_at(&mut self, time: Option<u64>) -> Option<&mut Bucket> {
        let offset = time?.checked_sub(self.start_secs)?;
        // Not `as`: in wasm that would fold a time far outside onto a bucket.
        self.buckets.get_mut(usize::try_from(offset / self.bucket_secs).ok()?)
    }
}

impl Analysis for TimelineQuestion {
    type Partial = Timeline;
    type Answer = Timeline;

    fn scan(&self, shard: ShardView<'_>) -> Timeline {
        let mut timeline = self.empty_timeline();
        let actions = Actions::of(shard.store);
        let fields = [Field::START, Field::END, Field::ACTION, Field::PACKETS, Field::BYTES];
        let mut columns = FieldColumns::new(shard.store, fields);
        for (segment, rows) in shard.store.rows().segments().iter().zip(shard.rows.segments()) {
            if *rows == SegmentRows::None {
                continue;
            }
            let [start, end, action, packets, bytes] = columns.decode(segment);
            rows.for_each(|at| {
                let Some(bucket) = timeline.bucket_at(time_of(start[at], end[at])) else {
                    timeline.n_rows_outside += 1;
                    return;
                };
                let of_action = match actions.get(action[at]) {
                    Action::Accepted => &mut bucket.accepted,
                    Action::Rejected => &mut bucket.rejected,
                    Action::Other => &mut bucket.other,
                };
                of_action.add(Tally::of_row(packets[at], bytes[at]));
            });
        }
        count_skipdata(&mut timeline, shard.store, shard.store.status_records());
        timeline
    }

    fn merge(&self, into: &mut Timeline, other: Timeline) {
        debug_assert_eq!((into.start_secs, into.bucket_secs), (other.start_secs, other.bucket_secs));
        for (into, other) in into.buckets.iter_mut().zip(other.buckets) {
            into.accepted.add(other.accepted);
            into.rejected.add(other.rejected);
            into.other.add(other.other);
            into.n_skipdata += other.n_skipdata;
        }
        into.n_rows_outside += other.n_rows_outside;
        into.n_skipdata_outside += other.n_skipdata_outside;
    }

    fn finish(&self, partial: Timeline) -> Timeline {
        partial
    }
}

fn count_skipdata(timeline: &mut Timeline, store: &Store, records: &Table) {
    let Some(skipdata) =
        store.field_id(Field::LOG_STATUS).and_then(|id| store.column(id).texts.code("SKIPDATA"))
    else {
        return;
    };
    let mut columns = FieldColumns::new(store, [Field::START, Field::END, Field::LOG_STATUS]);
    for segment in records.segments() {
        let [start, end, status] = columns.decode(segment);
        for at in (0..status.len()).filter(|&at| status[at] == u64::from(skipdata)) {
            match timeline.bucket_at(time_of(start[at], end[at])) {
                Some(bucket) => bucket.n_skipdata += 1,
                None => timeline.n_skipdata_outside += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start_secs: u64, end_secs: u64, n_buckets_max: u32, expected: (u64, u64, usize)) {
        let extent = Some(TimeExtent { start_secs, end_secs });
        let timeline = TimelineQuestion { extent, n_buckets_max }.empty_timeline();
        assert_eq!((timeline.start_secs, timeline.bucket_secs, timeline.buckets.len()), expected);
    }

    #[test]
    fn buckets_have_the_smallest_nice_width_that_covers_the_extent() {
        check(100, 100, 60, (100, 1, 1));
        check(100, 159, 60, (100, 1, 60));
        check(100, 160, 60, (100, 5, 13));
        check(59, 60, 1, (0, 300, 1));
        check(1_700_000_000, 1_700_003_600, 120, (1_699_999_980, 60, 61));
        check(0, 10 * DAY_SECS, 3, (0, 7 * DAY_SECS, 2));
    }

    #[test]
    fn a_crazy_time_makes_wide_buckets_and_never_many() {
        for n_buckets_max in [0, 1, 7, 200, u32::MAX] {
            let extent = Some(TimeExtent { start_secs: 1, end_secs: u64::MAX - 1 });
            let mut timeline = TimelineQuestion { extent, n_buckets_max }.empty_timeline();
            let n_max = n_buckets_max.clamp(1, BUCKETS_MAX) as usize;
            assert!((1..=n_max).contains(&timeline.buckets.len()), "{}", timeline.buckets.len());
            assert!(
                timeline.bucket_at(Some(1)).is_some() && timeline.bucket_at(Some(u64::MAX - 1)).is_some()
            );
        }
    }

    #[test]
    fn widths_ascend() {
        assert!(WIDTHS_SECS.is_sorted());
    }
}
