//! Times of which no file of a load is, as the names of AWS's deliveries say: rows are certain to be missing that the flow
//! logs may have written. A silence in the rows themselves says less, because a query or a filter leaves the same.

use super::coverage::{LATENESS_SECS, WINDOW_SECS_MAX};
use crate::analysis::TimeExtent;
use crate::analysis::files::times_without_any_file;

/// Times without a delivery, ascending; whatever interface it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undelivered(Vec<TimeExtent>);

impl Undelivered {
    /// From the names of all files that have records.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Undelivered {
        let times = times_without_any_file(names).into_iter();
        Undelivered(times.map(|(start_secs, end_secs)| TimeExtent { start_secs, end_secs }).collect())
    }

    /// Whether records may be missing of what went before, or with, what happened at `time`.
    pub(in crate::analysis) fn is_before(&self, time: Option<TimeExtent>) -> bool {
        time.is_some_and(|time| self.reaches(time, WINDOW_SECS_MAX, LATENESS_SECS))
    }

    /// Whether records may be missing of what went with, or within an aggregation interval after, what happened at `time`.
    pub(in crate::analysis) fn is_after(&self, time: TimeExtent, interval_secs: u64) -> bool {
        self.reaches(time, LATENESS_SECS, interval_secs + LATENESS_SECS)
    }

    fn reaches(&self, time: TimeExtent, before_secs: u64, after_secs: u64) -> bool {
        self.0.iter().any(|gap| {
            gap.start_secs <= time.end_secs.saturating_add(after_secs)
                && gap.end_secs.saturating_add(before_secs) >= time.start_secs
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reaches_as_far_as_a_window() {
        let undelivered = Undelivered(vec![TimeExtent { start_secs: 5_000, end_secs: 6_000 }]);
        let at = |start_secs, end_secs| TimeExtent { start_secs, end_secs };
        assert!(
            undelivered.is_before(Some(at(6_660, 7_000))) && !undelivered.is_before(Some(at(6_661, 7_000)))
        );
        assert!(
            undelivered.is_before(Some(at(4_000, 4_940))) && !undelivered.is_before(Some(at(4_000, 4_939)))
        );
        assert!(undelivered.is_after(at(4_000, 4_880), 60) && !undelivered.is_after(at(4_000, 4_879), 60));
        assert!(!undelivered.is_before(None));
    }
}
