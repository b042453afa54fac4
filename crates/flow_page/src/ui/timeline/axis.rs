//! The time axis: seconds, buckets and pixels, and where its labels stand. Pure.

use flow_core::analysis::timeline::Timeline;

use crate::state::TimeRange;
use crate::ui::format;

/// Equal buckets of time across the width of the chart. There is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeAxis {
    start_secs: u64,
    bucket_secs: u64,
    n_buckets: u64,
}

/// A label under the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub secs: u64,
    pub label: String,
    /// Whether a day begins here: its label is the date.
    pub is_day: bool,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Distances between labels that people count in.
const STEPS: [u64; 21] = [
    1,
    5,
    10,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
];

impl TimeAxis {
    /// `None` where no row has a time.
    pub fn of(timeline: &Timeline) -> Option<TimeAxis> {
        let axis = TimeAxis {
            start_secs: timeline.start_secs,
            bucket_secs: timeline.bucket_secs,
            n_buckets: timeline.buckets.len() as u64,
        };
        (axis.n_buckets > 0 && axis.bucket_secs > 0).then_some(axis)
    }

    pub fn start_secs(self) -> u64 {
        self.start_secs
    }

    pub fn bucket_secs(self) -> u64 {
        self.bucket_secs
    }

    pub fn n_buckets(self) -> u64 {
        self.n_buckets
    }

    // A hostile file may name any second that fits u64: sums stay at its end.
    pub fn end_secs(self) -> u64 {
        self.bucket_start(self.n_buckets)
    }

    pub fn range(self) -> TimeRange {
        TimeRange { from_secs: self.start_secs, to_secs: self.end_secs() }
    }

    /// The bucket that holds a second; the first or last one for a second outside.
    pub fn bucket_at(self, secs: u64) -> u64 {
        (secs.saturating_sub(self.start_secs) / self.bucket_secs).min(self.n_buckets - 1)
    }

    pub fn bucket_start(self, bucket: u64) -> u64 {
        self.start_secs.saturating_add(bucket.saturating_mul(self.bucket_secs))
    }

    /// The time of the buckets from one to another, whichever is first, both included.
    pub fn range_of_buckets(self, one: u64, other: u64) -> TimeRange {
        TimeRange {
            from_secs: self.bucket_start(one.min(other)),
            to_secs: self.bucket_start(one.max(other) + 1),
        }
    }

    /// The place between two buckets, or at either end, that is nearest.
    pub fn nearest_edge(self, secs: u64) -> u64 {
        let within = secs.saturating_sub(self.start_secs);
        let edge = (within / self.bucket_secs) + u64::from(within % self.bucket_secs > self.bucket_secs / 2);
        self.bucket_start(edge.min(self.n_buckets))
    }

    /// How far from the left edge a second lies, from 0 to `width`.
    pub fn x_of(self, secs: u64, width: f64) -> f64 {
        let (within, span) = (secs.saturating_sub(self.start_secs), self.end_secs() - self.start_secs);
        if span == 0 { 0.0 } else { (within as f64 / span as f64 * width).min(width) }
    }

    /// The second at a distance from the left edge; the first or last one outside.
    pub fn secs_at(self, x: f64, width: f64) -> u64 {
        if width <= 0.0 {
            return self.start_secs;
        }
        let fraction = (x / width).clamp(0.0, 1.0);
        let span = self.end_secs() - self.start_secs;
        self.start_secs + ((span as f64 * fraction) as u64).min(span)
    }

    /// Labels at round times, at most `n_ticks_max`.
    pub fn ticks(self, n_ticks_max: usize) -> Vec<Tick> {
        if n_ticks_max == 0 {
            return Vec::new();
        }
        let n_ticks_max = n_ticks_max as u64;
        let span = self.end_secs() - self.start_secs;
        // n steps of the span can meet n + 1 round times.
        let is_wide_enough = |step: &u64| span / step < n_ticks_max;
        let step = STEPS.into_iter().find(is_wide_enough).unwrap_or_else(|| {
            // Years and ages: time that no log means, and that still may not fill the axis with labels.
            (span / n_ticks_max + 1).next_multiple_of(DAY)
        });
        let first = self.start_secs.div_ceil(step).saturating_mul(step);
        let mut ticks = Vec::new();
        let mut secs = first;
        while secs <= self.end_secs() && (ticks.len() as u64) < n_ticks_max {
            ticks.push(Tick { secs, label: tick_label(secs, step), is_day: secs.is_multiple_of(DAY) });
            let Some(next) = secs.checked_add(step) else { break };
            secs = next;
        }
        ticks
    }
}

/// The time of day, or the date where a day begins.
fn tick_label(secs: u64, step: u64) -> String {
    let written = format::utc(secs);
    let part = if secs.is_multiple_of(DAY) {
        written.get(..10)
    } else if step < MINUTE {
        written.get(11..19)
    } else {
        written.get(11..16)
    };
    part.map(str::to_owned).unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn axis(start_secs: u64, bucket_secs: u64, n_buckets: u64) -> TimeAxis {
        TimeAxis { start_secs, bucket_secs, n_buckets }
    }

    /// 2026-01-02 00:00:00.
    const JAN_2: u64 = 1_767_312_000;

    fn labels(axis: TimeAxis, n_ticks_max: usize) -> Vec<String> {
        axis.ticks(n_ticks_max).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_stand_at_round_times() {
        let three_hours = axis(JAN_2 + 7 * MINUTE, MINUTE, 180);
        assert_eq!(labels(three_hours, 8), ["00:30", "01:00", "01:30", "02:00", "02:30", "03:00"]);
        let half_a_minute = axis(JAN_2 + 2, 1, 30);
        assert_eq!(
            labels(half_a_minute, 8),
            ["00:00:05", "00:00:10", "00:00:15", "00:00:20", "00:00:25", "00:00:30"]
        );
        let three_days = axis(JAN_2 - DAY / 2, HOUR, 72);
        assert_eq!(labels(three_days, 4), ["2026-01-02", "2026-01-03", "2026-01-04"]);
    }

    #[test]
    fn a_day_that_begins_is_its_date() {
        let night = axis(JAN_2 - 2 * HOUR, HOUR, 4);
        let ticks = night.ticks(5);
        assert_eq!(labels(night, 5), ["22:00", "23:00", "2026-01-02", "01:00", "02:00"]);
        assert!(ticks[2].is_day && !ticks[1].is_day);
    }

    #[test]
    fn seconds_outside_belong_to_the_first_and_the_last_bucket() {
        let axis = axis(100, 10, 3);
        assert_eq!(
            [99, 100, 109, 110, 129, 130, 999].map(|secs| axis.bucket_at(secs)),
            [0, 0, 0, 1, 2, 2, 2]
        );
        assert_eq!(axis.range_of_buckets(2, 1), TimeRange::new(110, 130).unwrap());
        assert_eq!([0, 105, 106, 124, 200].map(|secs| axis.nearest_edge(secs)), [100, 100, 110, 120, 130]);
    }

    #[test]
    fn pixels_and_seconds_meet_at_the_ends() {
        let axis = axis(100, 10, 3);
        assert_eq!(
            (axis.x_of(100, 300.0), axis.x_of(115, 300.0), axis.x_of(130, 300.0)),
            (0.0, 150.0, 300.0)
        );
        assert_eq!((axis.x_of(0, 300.0), axis.x_of(999, 300.0)), (0.0, 300.0));
        assert_eq!(
            (axis.secs_at(-5.0, 300.0), axis.secs_at(150.0, 300.0), axis.secs_at(301.0, 300.0)),
            (100, 115, 130)
        );
        assert_eq!(axis.secs_at(10.0, 0.0), 100);
    }

    #[test]
    fn a_timeline_without_buckets_has_no_axis() {
        let none = Timeline {
            start_secs: 5,
            bucket_secs: 60,
            buckets: Vec::new(),
            n_rows_outside: 3,
            n_skipdata_outside: 0,
        };
        assert_eq!(TimeAxis::of(&none), None);
    }

    proptest! {
        #[test]
        fn any_times_give_few_ascending_labels_within_the_axis(
            start_secs in any::<u64>(), bucket_secs in 1..u64::MAX / 256, n_buckets in 1..200u64, n_ticks_max in 0..20usize,
        ) {
            let axis = axis(start_secs, bucket_secs, n_buckets);
            let ticks = axis.ticks(n_ticks_max);
            prop_assert!(ticks.len() <= n_ticks_max);
            prop_assert!(ticks.is_sorted_by(|a, b| a.secs < b.secs));
            prop_assert!(ticks.iter().all(|tick| axis.start_secs() <= tick.secs && tick.secs <= axis.end_secs()));
        }

        #[test]
        fn a_pixel_and_its_second_are_in_the_same_bucket(
            start_secs in 0..10_000_000_000u64, bucket_secs in 1..100_000u64, n_buckets in 1..200u64, bucket in 0..200u64,
        ) {
            let axis = axis(start_secs, bucket_secs, n_buckets);
            let bucket = bucket % n_buckets;
            // The middle of a bucket: at its very edge a pixel may round to either side.
            let middle = (bucket as f64 + 0.5) / n_buckets as f64 * 1000.0;
            prop_assert_eq!(axis.bucket_at(axis.secs_at(middle, 1000.0)), bucket);
        }
    }
}
