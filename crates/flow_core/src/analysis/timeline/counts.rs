//! How much there is of each action in each bucket.

use super::{Bucket, TimelineQuestion};
use crate::analysis::Tally;
use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::FieldIds;
use crate::analysis::counted::{Count, Counted};
use crate::analysis::counters::{Counters, Weights};
use crate::analysis::time_extent::{TimeExtent, time_of};
use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{Column, Segment, Store};

/// Equal stretches of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buckets {
    pub start_secs: u64,
    pub bucket_secs: u64,
    pub n_buckets: u32,
}

impl Buckets {
    /// The number of the bucket of a time; `None` for times outside.
    pub fn of(&self, time: u64) -> Option<u32> {
        let bucket = time.checked_sub(self.start_secs)? / self.bucket_secs;
        // Not `as`: in wasm that would fold a time far outside onto a bucket.
        u32::try_from(bucket).ok().filter(|bucket| *bucket < self.n_buckets)
    }

    /// The first and the last bucket that a window is in, whose end is not in it; `None` for windows outside.
    pub fn touched_by(&self, window: TimeExtent) -> Option<(u32, u32)> {
        let last_secs = window.start_secs.max(window.end_secs.saturating_sub(1));
        let last_bucket = self.n_buckets.checked_sub(1)?;
        if last_secs < self.start_secs {
            return None;
        }
        let first = self.of(window.start_secs.max(self.start_secs))?;
        Some((first, self.of(last_secs).unwrap_or(last_bucket)))
    }

    /// Where rows of a bucket begin to be counted, by action; those outside are first.
    fn first_key(&self, time: Option<u64>) -> u32 {
        time.and_then(|time| self.of(time)).map_or(0, |bucket| bucket + 1) * Action::ALL.len() as u32
    }
}

/// Counts of rows by bucket and action.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct TimelineCounts {
    buckets: Buckets,
    ids: FieldIds<5>,
    actions: Actions,
    counters: Counters,
}

/// The keys of the times of one segment.
enum Keys {
    /// All times are in one bucket.
    One(u32),
    /// By the time's distance from the segment's first: a division for each second instead of one for each row.
    BySecond { first: u64, keys: Vec<u32> },
    /// Rows without a start, or spread over more seconds than there are rows.
    ByRow,
}

impl Keys {
    fn of(buckets: &Buckets, start: &Column) -> Keys {
        match start.range() {
            Some((first, last)) if !start.has_absent() && last - first < u64::from(start.n_rows()) => {
                let key = |time| buckets.first_key(Some(time));
                if key(first) == key(last) {
                    Keys::One(key(first))
                } else {
                    Keys::BySecond { first, keys: (first..=last).map(key).collect() }
                }
            }
            _ => Keys::ByRow,
        }
    }
}

impl TimelineCounts {
    pub fn new(question: &TimelineQuestion) -> TimelineCounts {
        TimelineCounts {
            buckets: question.buckets(),
            ids: FieldIds::default(),
            actions: Actions::default(),
            counters: Counters::default(),
        }
    }
}

impl Count for TimelineCounts {
    fn prepare(&mut self, store: &Store) {
        self.ids =
            FieldIds::of(store, [Field::START, Field::END, Field::ACTION, Field::PACKETS, Field::BYTES]);
        self.actions = Actions::of(store);
        self.counters.grow(Action::ALL.len() * (self.buckets.n_buckets as usize + 1));
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        let [start, end, action, packets, bytes] = self.ids.columns(segment);
        let of_times = Keys::of(&self.buckets, start);
        let mut weights = Weights::default();
        let (mut starts, mut ends) = (Vec::<u64>::new(), Vec::<u64>::new());
        let (mut actions, mut keys) = (Vec::<u32>::new(), Vec::new());
        rows.for_each_block(|block| {
            weights.read(segment.n_records(), packets, bytes, block);
            action.read(block, &mut actions);
            keys.clear();
            let actions = actions.iter().map(|&code| self.actions.get(u64::from(code)) as u32);
            match &of_times {
                Keys::One(first_key) => keys.extend(actions.map(|action| first_key + action)),
                Keys::BySecond { first, keys: by_second } => {
                    start.read(block, &mut starts);
                    let first_keys = starts.iter().map(|time| by_second[(time - first) as usize]);
                    keys.extend(first_keys.zip(actions).map(|(first_key, action)| first_key + action));
                }
                Keys::ByRow => {
                    start.read(block, &mut starts);
                    end.read(block, &mut ends);
                    let times = starts.iter().zip(&ends).map(|(&start, &end)| time_of(start, end));
                    let first_keys = times.map(|time| self.buckets.first_key(time));
                    keys.extend(first_keys.zip(actions).map(|(first_key, action)| first_key + action));
                }
            }
            self.counters.add(&keys, &weights);
        });
    }

    fn is_exact(&self) -> bool {
        self.counters.is_exact()
    }
}

impl Counted<'_, TimelineCounts> {
    pub fn of_bucket(&self, bucket: u32) -> Bucket {
        self.at((bucket + 1) * Action::ALL.len() as u32)
    }

    pub fn n_rows_outside(&self) -> u64 {
        let Bucket { accepted, rejected, other, .. } = self.at(0);
        accepted.rows + rejected.rows + other.rows
    }

    fn at(&self, first_key: u32) -> Bucket {
        let of = |action: Action| -> Tally {
            self.sum(|counts: &TimelineCounts| counts.counters.get(first_key as usize + action as usize))
        };
        Bucket {
            accepted: of(Action::Accepted),
            rejected: of(Action::Rejected),
            other: of(Action::Other),
            n_skipdata: 0,
            lacks_file: false,
        }
    }
}
