//! Accepted and rejected traffic over time.

mod counts;

use serde::{Deserialize, Serialize};

use super::columns::FieldColumns;
use super::counted::{Counted, Remembered};
use super::memory::Memory;
use super::time_extent::TimeExtent;
use super::{Analysis, ShardView, Tally};
use crate::query::RowSet;
use crate::record::Field;
use crate::store::{Store, Table};

use counts::Buckets;
pub(super) use counts::TimelineCounts;

/// Traffic whose window starts in the bucket, by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub accepted: Tally,
    pub rejected: Tally,
    /// Rows whose action is absent or neither of the two.
    pub other: Tally,
    /// SKIPDATA records whose window is here, all of it or in part: the view has holes.
    pub n_skipdata: u64,
    /// Whether a flow log has no file for this time or a part of it, between its first file and its last.
    pub lacks_file: bool,
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
    /// SKIPDATA records without a time, or whose window is outside: holes that no bucket shows.
    pub n_skipdata_outside: u64,
}

impl Timeline {
    /// Notes times for which files are missing, from and to in seconds since 1970. Names of files say them, not rows, so
    /// shards know nothing of them.
    pub fn note_times_without_file(&mut self, times: &[(u64, u64)]) {
        let Timeline { start_secs, bucket_secs, .. } = *self;
        let buckets = Buckets { start_secs, bucket_secs, n_buckets: self.buckets.len() as u32 };
        for &(start_secs, end_secs) in times {
            if let Some((first, last)) = buckets.touched_by(TimeExtent { start_secs, end_secs }) {
                let touched = &mut self.buckets[first as usize..=last as usize];
                touched.iter_mut().for_each(|bucket| bucket.lacks_file = true);
            }
        }
    }
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
    /// Buckets are no narrower than this: rows that were rolled up say no more than their minute.
    pub bucket_secs_min: u64,
}

impl TimelineQuestion {
    fn buckets(&self) -> Buckets {
        let Some(extent) = self.extent else {
            return Buckets { start_secs: 0, bucket_secs: 1, n_buckets: 0 };
        };
        let bucket_secs = bucket_secs(extent, self.n_buckets_max.clamp(1, BUCKETS_MAX), self.bucket_secs_min);
        Buckets {
            start_secs: extent.start_secs / bucket_secs * bucket_secs,
            bucket_secs,
            n_buckets: n_buckets(extent, bucket_secs) as u32,
        }
    }
}

/// Buckets that start at multiples of their width and cover the extent.
fn n_buckets(extent: TimeExtent, bucket_secs: u64) -> u64 {
    (extent.end_secs / bucket_secs).saturating_sub(extent.start_secs / bucket_secs).saturating_add(1)
}

/// The smallest width of which `n_max` buckets are enough. One record with a crazy time makes them wide, never
/// many.
fn bucket_secs(extent: TimeExtent, n_max: u32, secs_min: u64) -> u64 {
    let fits = |&width: &u64| width >= secs_min && n_buckets(extent, width) <= u64::from(n_max);
    let longest = WIDTHS_SECS[WIDTHS_SECS.len() - 1];
    let longer = std::iter::successors(Some(longest), |width: &u64| width.checked_mul(2));
    // Past the last doubling a single bucket starts at 0 and holds all time there is.
    WIDTHS_SECS.into_iter().chain(longer).find(fits).unwrap_or(u64::MAX)
}

impl Analysis for TimelineQuestion {
    type Partial = Timeline;
    type Answer = Timeline;

    fn remember(&self, store: &Store, _rows: &RowSet, memory: &mut Memory) {
        let nothing = || TimelineCounts::new(self);
        let is_other = |(question, _): &(TimelineQuestion, _)| question != self;
        if memory.timeline.as_ref().is_none_or(is_other) {
            memory.timeline = Some((*self, Remembered::new(nothing())));
        }
        if let Some((_, remembered)) = &mut memory.timeline {
            remembered.update(store, nothing);
        }
    }

    fn scan(&self, shard: ShardView<'_>) -> Timeline {
        let ShardView { store, rows, memory } = shard;
        let remembered = memory.and_then(|memory| memory.timeline.as_ref());
        let remembered = remembered.filter(|(question, _)| question == self).map(|(_, counts)| counts);
        let counted = Counted::of(store, rows, remembered, || TimelineCounts::new(self));
        let buckets = self.buckets();
        let mut timeline = Timeline {
            start_secs: buckets.start_secs,
            bucket_secs: buckets.bucket_secs,
            buckets: (0..buckets.n_buckets).map(|bucket| counted.of_bucket(bucket)).collect(),
            n_rows_outside: counted.n_rows_outside(),
            n_skipdata_outside: 0,
        };
        count_skipdata(&mut timeline, &buckets, store, store.status_records());
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

fn count_skipdata(timeline: &mut Timeline, buckets: &Buckets, store: &Store, records: &Table) {
    let Some(skipdata) =
        store.field_id(Field::LOG_STATUS).and_then(|id| store.column(id).texts.code("SKIPDATA"))
    else {
        return;
    };
    // Windows that begin and that have ended before a bucket: one may reach over all of them.
    let mut begin = vec![0u64; timeline.buckets.len()];
    let mut have_ended = vec![0u64; timeline.buckets.len() + 1];
    let mut columns = FieldColumns::new(store, [Field::START, Field::END, Field::LOG_STATUS]);
    for segment in records.segments() {
        let [start, end, status] = columns.decode(segment);
        for at in (0..status.len()).filter(|&at| status[at] == u64::from(skipdata)) {
            let window = TimeExtent::of_window(start[at], end[at]);
            match window.and_then(|window| buckets.touched_by(window)) {
                Some((first, last)) => {
                    begin[first as usize] += 1;
                    have_ended[last as usize + 1] += 1;
                }
                None => timeline.n_skipdata_outside += 1,
            }
        }
    }
    let mut n_open = 0;
    for ((bucket, begin), have_ended) in timeline.buckets.iter_mut().zip(begin).zip(have_ended) {
        n_open = n_open + begin - have_ended;
        bucket.n_skipdata = n_open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start_secs: u64, end_secs: u64, n_buckets_max: u32, expected: (u64, u64, u32)) {
        let extent = Some(TimeExtent { start_secs, end_secs });
        let buckets = TimelineQuestion { extent, n_buckets_max, bucket_secs_min: 1 }.buckets();
        assert_eq!((buckets.start_secs, buckets.bucket_secs, buckets.n_buckets), expected);
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
            let buckets = TimelineQuestion { extent, n_buckets_max, bucket_secs_min: 1 }.buckets();
            let n_max = n_buckets_max.clamp(1, BUCKETS_MAX);
            assert!((1..=n_max).contains(&buckets.n_buckets), "{}", buckets.n_buckets);
            assert!(buckets.of(1).is_some() && buckets.of(u64::MAX - 1).is_some());
        }
    }

    #[test]
    fn widths_ascend() {
        assert!(WIDTHS_SECS.is_sorted());
    }
}
