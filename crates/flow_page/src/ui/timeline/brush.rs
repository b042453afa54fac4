//! Choosing a time range: by a pointer that is dragged, or by keys. Previewed first, then committed. Pure.

use super::axis::TimeAxis;
use crate::state::TimeRange;

/// A choice under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    anchor: Anchor,
    /// `None` until the choice has left its first place: a press alone chooses nothing.
    range: Option<TimeRange>,
    /// A choice by keys is under way until it is applied; one by a pointer ends when the pointer is let go.
    is_by_keys: bool,
}

/// What stays where it is while the other end moves.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Anchor {
    /// The bucket where the choice began. `x` tells a press from a drag.
    Bucket { bucket: u64, x: f64 },
    /// The other end of the range, when one end is moved.
    Edge(u64),
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    From,
    To,
}

/// Hands shake: a pointer that moves less has pressed.
const DRAG_PX_MIN: f64 = 4.0;

impl Brush {
    /// The pointer went down on the plot.
    pub fn press(axis: TimeAxis, x: f64, width: f64) -> Brush {
        let bucket = axis.bucket_at(axis.secs_at(x, width));
        Brush { anchor: Anchor::Bucket { bucket, x }, range: None, is_by_keys: false }
    }

    /// The pointer took one end of what is chosen.
    pub fn grip(end: End, range: TimeRange) -> Brush {
        let stays = match end {
            End::From => range.to_secs,
            End::To => range.from_secs,
        };
        Brush { anchor: Anchor::Edge(stays), range: Some(range), is_by_keys: false }
    }

    /// A choice by keys that begins at a bucket.
    pub fn begin_at(axis: TimeAxis, bucket: u64) -> Brush {
        // Nothing is pressed: the bucket itself is chosen from the start.
        let anchor = Anchor::Bucket { bucket, x: f64::NAN };
        Brush { anchor, range: Some(axis.range_of_buckets(bucket, bucket)), is_by_keys: true }
    }

    /// The pointer is at `x` now.
    pub fn drag(&mut self, axis: TimeAxis, x: f64, width: f64) {
        let secs = axis.secs_at(x, width);
        match self.anchor {
            Anchor::Bucket { x: pressed, .. }
                if self.range.is_none() && (x - pressed).abs() < DRAG_PX_MIN => {}
            Anchor::Bucket { bucket, .. } => {
                self.range = Some(axis.range_of_buckets(bucket, axis.bucket_at(secs)))
            }
            // Past the other end the two change places; on it, the last choice that was one stays.
            Anchor::Edge(stays) => {
                let edge = axis.nearest_edge(secs);
                self.range = TimeRange::new(edge.min(stays), edge.max(stays)).or(self.range);
            }
        }
    }

    /// The choice by keys now reaches to this bucket.
    pub fn extend_to(&mut self, axis: TimeAxis, bucket: u64) {
        if let Anchor::Bucket { bucket: first, .. } = self.anchor {
            self.range = Some(axis.range_of_buckets(first, bucket));
        }
    }

    /// Moves one end by whole buckets, as far as at least one bucket stays chosen.
    pub fn step(axis: TimeAxis, range: TimeRange, end: End, n_buckets: i64) -> Brush {
        let shift = |secs: u64| {
            let by = axis.bucket_secs().saturating_mul(n_buckets.unsigned_abs());
            let moved = if n_buckets < 0 { secs.saturating_sub(by) } else { secs.saturating_add(by) };
            axis.nearest_edge(moved)
        };
        let last_from = axis.nearest_edge(range.to_secs.saturating_sub(axis.bucket_secs()));
        let first_to = axis.nearest_edge(range.from_secs.saturating_add(axis.bucket_secs()));
        let moved = match end {
            End::From => TimeRange::new(shift(range.from_secs).min(last_from), range.to_secs),
            End::To => TimeRange::new(range.from_secs, shift(range.to_secs).max(first_to)),
        };
        Brush { range: Some(moved.unwrap_or(range)), is_by_keys: true, ..Brush::grip(end, range) }
    }

    pub fn is_by_keys(&self) -> bool {
        self.is_by_keys
    }

    pub fn range(&self) -> Option<TimeRange> {
        self.range
    }

    /// What a choice means for the view: all of the time is no restriction, also when more is loaded later.
    pub fn committed(axis: TimeAxis, range: TimeRange) -> Option<TimeRange> {
        let holds_all = range.from_secs <= axis.start_secs() && range.to_secs >= axis.end_secs();
        (!holds_all).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use flow_core::analysis::timeline::{Bucket, Timeline};

    use super::*;

    const WIDTH: f64 = 100.0;

    /// Ten buckets of ten seconds from 100, ten pixels each.
    fn axis() -> TimeAxis {
        let buckets = vec![Bucket::default(); 10];
        TimeAxis::of(&Timeline {
            start_secs: 100,
            bucket_secs: 10,
            buckets,
            n_rows_outside: 0,
            n_skipdata_outside: 0,
        })
        .unwrap()
    }

    fn range(from: u64, to: u64) -> TimeRange {
        TimeRange::new(from, to).unwrap()
    }

    #[test]
    fn a_press_chooses_nothing_and_a_drag_whole_buckets() {
        let mut brush = Brush::press(axis(), 25.0, WIDTH);
        assert_eq!(brush.range(), None);
        brush.drag(axis(), 27.0, WIDTH);
        assert_eq!(brush.range(), None);
        brush.drag(axis(), 41.0, WIDTH);
        assert_eq!(brush.range(), Some(range(120, 150)));
        brush.drag(axis(), 26.0, WIDTH);
        assert_eq!(brush.range(), Some(range(120, 130)), "back at its start, a drag is still a drag");
    }

    #[test]
    fn a_drag_goes_both_ways_and_stays_on_the_axis() {
        let mut brush = Brush::press(axis(), 25.0, WIDTH);
        brush.drag(axis(), -40.0, WIDTH);
        assert_eq!(brush.range(), Some(range(100, 130)));
        brush.drag(axis(), 400.0, WIDTH);
        assert_eq!(brush.range(), Some(range(120, 200)));
    }

    #[test]
    fn an_end_that_is_dragged_past_the_other_changes_places_with_it() {
        let mut brush = Brush::grip(End::From, range(120, 150));
        brush.drag(axis(), 30.0, WIDTH);
        assert_eq!(brush.range(), Some(range(130, 150)));
        brush.drag(axis(), 50.0, WIDTH);
        assert_eq!(brush.range(), Some(range(130, 150)), "nothing lies between an end and itself");
        brush.drag(axis(), 70.0, WIDTH);
        assert_eq!(brush.range(), Some(range(150, 170)));
    }

    #[test]
    fn keys_grow_a_choice_from_its_first_bucket() {
        let mut brush = Brush::begin_at(axis(), 4);
        assert_eq!(brush.range(), Some(range(140, 150)));
        assert!(brush.is_by_keys() && !Brush::press(axis(), 25.0, WIDTH).is_by_keys());
        brush.extend_to(axis(), 6);
        assert_eq!(brush.range(), Some(range(140, 170)));
        brush.extend_to(axis(), 2);
        assert_eq!(brush.range(), Some(range(120, 150)));
    }

    #[test]
    fn keys_move_an_end_and_leave_a_bucket() {
        let step = |end, n| Brush::step(axis(), range(120, 140), end, n).range().unwrap();
        assert_eq!(step(End::From, -1), range(110, 140));
        assert_eq!(step(End::From, -99), range(100, 140));
        assert_eq!(step(End::From, 1), range(130, 140));
        assert_eq!(step(End::From, 2), range(130, 140), "one bucket stays");
        assert_eq!(step(End::To, 99), range(120, 200));
        assert_eq!(step(End::To, -99), range(120, 130));
    }

    #[test]
    fn all_of_the_time_is_no_restriction() {
        assert_eq!(Brush::committed(axis(), range(100, 200)), None);
        assert_eq!(Brush::committed(axis(), range(50, 300)), None);
        assert_eq!(Brush::committed(axis(), range(100, 190)), Some(range(100, 190)));
    }
}
