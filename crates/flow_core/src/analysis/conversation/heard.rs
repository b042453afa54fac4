//! When something was heard of: stretches of time with records in them.

use serde::{Deserialize, Serialize};

use crate::analysis::TimeExtent;

/// Stretches that lie no further apart are one: two of AWS's shorter aggregation intervals, as no silence up to
/// that is a gap.
const JOINED_SECS: u64 = 2 * 60;

/// Stretches of time, ascending, each further than [`JOINED_SECS`] from the next. What is noted in whatever order and
/// however it is merged leaves the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Heard(Vec<TimeExtent>);

impl Heard {
    pub fn note(&mut self, time: TimeExtent) {
        let reach = |secs: u64| secs.saturating_add(JOINED_SECS);
        // Records mostly come in the order of their times.
        let from = match self.0.last() {
            Some(last) if reach(last.end_secs) < time.start_secs => self.0.len(),
            _ => self.0.partition_point(|before| reach(before.end_secs) < time.start_secs),
        };
        let to = from + self.0[from..].partition_point(|with| with.start_secs <= reach(time.end_secs));
        let joined = self.0[from..to].iter().fold(time, |mut joined, with| {
            joined.join(*with);
            joined
        });
        match to - from {
            1 => self.0[from] = joined,
            _ => drop(self.0.splice(from..to, [joined])),
        }
    }

    pub fn join(&mut self, other: &Heard) {
        other.0.iter().for_each(|time| self.note(*time));
    }

    pub fn last_secs(&self) -> Option<u64> {
        self.0.last().map(|time| time.end_secs)
    }

    /// Whether something was heard between the two, both included.
    pub fn is_heard_within(&self, start_secs: u64, end_secs: u64) -> bool {
        let at = self.0.partition_point(|time| time.end_secs < start_secs);
        self.0.get(at).is_some_and(|time| time.start_secs <= end_secs)
    }

    /// Whether a silence longer than `silence_secs` between two stretches reaches in between these times.
    pub fn has_gap_within(&self, silence_secs: u64, start_secs: u64, end_secs: u64) -> bool {
        let at = self.0.partition_point(|time| time.start_secs <= start_secs).max(1);
        let pairs = self.0.iter().skip(at - 1).zip(self.0.iter().skip(at));
        pairs
            .take_while(|(before, _)| before.end_secs < end_secs)
            .any(|(before, after)| after.start_secs - before.end_secs > silence_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(times: &[(u64, u64)]) -> Heard {
        let mut heard = Heard::default();
        for &(start_secs, end_secs) in times {
            heard.note(TimeExtent { start_secs, end_secs });
        }
        heard
    }

    #[test]
    fn near_stretches_are_one_in_whatever_order() {
        let mut times = vec![(1_000, 1_060), (1_180, 1_200), (5_000, 5_000), (1_321, 1_400), (9_000, 9_100)];
        let expected = heard(&times);
        assert_eq!(expected.0.len(), 4);
        assert_eq!(expected.0[0], TimeExtent { start_secs: 1_000, end_secs: 1_200 });
        for turn in 0..times.len() {
            times.rotate_left(turn);
            assert_eq!(heard(&times), expected);
            let (mut one, other) = (heard(&times[..2]), heard(&times[2..]));
            one.join(&other);
            assert_eq!(one, expected);
        }
        let bridged = heard(&[(0, 100), (500, 600), (1_000, 1_100), (90, 1_010)]);
        assert_eq!(bridged.0, [TimeExtent { start_secs: 0, end_secs: 1_100 }]);
    }

    #[test]
    fn a_gap_is_longer_than_the_silence_that_was_asked_for() {
        let heard = heard(&[(0, 100), (300, 400), (2_000, 2_100)]);
        assert!(heard.has_gap_within(199, 50, 101) && !heard.has_gap_within(199, 50, 100));
        assert!(heard.has_gap_within(199, 299, 310) && !heard.has_gap_within(199, 300, 310));
        assert!(!heard.has_gap_within(200, 50, 310) && heard.has_gap_within(200, 50, 410));
        assert!(heard.has_gap_within(200, 0, u64::MAX) && !heard.has_gap_within(200, 2_000, u64::MAX));
        assert!(!Heard::default().has_gap_within(0, 0, u64::MAX));
        assert!(heard.is_heard_within(100, 100) && heard.is_heard_within(350, 5_000));
        assert!(!heard.is_heard_within(401, 1_999) && !heard.is_heard_within(2_101, 9_000));
    }
}
