//! What all interfaces were heard of together, and so where a row that is not there tells nothing.

use super::coverage::{Coverage, LATENESS_SECS};
use super::heard::Heard;
use super::trace::SPAN_SECS;
use super::undelivered::Undelivered;
use crate::analysis::TimeExtent;

/// The two aggregation intervals that AWS has.
const SHORT_INTERVAL_SECS: u64 = 60;
const LONG_INTERVAL_SECS: u64 = 600;

/// Why it tells nothing that a row is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub(in crate::analysis) enum Blind {
    /// Rows have no times.
    NoTime,
    /// AWS skipped records.
    Skipped,
    /// The data ends.
    AtEnd,
    /// Records are missing of all interfaces, as rows or the names of files say, or, as its NODATA records show, of this one.
    Gap,
}

/// Of all interfaces and shards.
#[derive(Debug)]
pub(in crate::analysis) struct LoadCoverage {
    heard: Heard,
    /// The aggregation interval, as the longest row shows it.
    interval_secs: u64,
    /// Whether interfaces say when they had no traffic.
    says_nodata: bool,
    undelivered: Undelivered,
}

impl LoadCoverage {
    pub fn of<'a>(
        coverages: impl IntoIterator<Item = &'a Coverage>,
        undelivered: &Undelivered,
    ) -> LoadCoverage {
        let mut all = Coverage::default();
        for coverage in coverages {
            all.heard.join(&coverage.heard);
            all.longest_secs = all.longest_secs.max(coverage.longest_secs);
            all.says_nodata |= coverage.says_nodata;
        }
        // Rows of the shorter interval are a second or two longer at times.
        let is_short = all.longest_secs <= SHORT_INTERVAL_SECS + LATENESS_SECS;
        LoadCoverage {
            heard: all.heard,
            interval_secs: if is_short { SHORT_INTERVAL_SECS } else { LONG_INTERVAL_SECS },
            says_nodata: all.says_nodata,
            undelivered: undelivered.clone(),
        }
    }

    /// How far the spans of rows of one conversation without ports lie apart at most: rows of one exchange begin within
    /// an interval and the lateness of times.
    pub fn n_spans_apart(&self) -> u64 {
        (self.interval_secs + LATENESS_SECS) / SPAN_SECS
    }

    /// Why it tells nothing that an interface has no row that goes with, or comes soon after, what happened at
    /// `time`; `None` where it tells.
    pub fn blind_after(&self, of: &Coverage, time: Option<TimeExtent>) -> Option<Blind> {
        let Some(time) = time else { return Some(Blind::NoTime) };
        let until = time.end_secs.saturating_add(self.interval_secs);
        if of.is_skipped_after(time, self.interval_secs) {
            Some(Blind::Skipped)
        } else if self.heard.last_secs().is_none_or(|last| until > last) {
            Some(Blind::AtEnd)
        } else {
            let is_gap = self.undelivered.is_after(time, self.interval_secs)
                || self.has_gap(of, time.start_secs, until);
            is_gap.then_some(Blind::Gap)
        }
    }

    /// Whether the interface was heard of about then.
    pub fn is_heard(&self, of: &Coverage, time: TimeExtent) -> bool {
        of.heard.is_heard_within(
            time.start_secs.saturating_sub(self.interval_secs),
            time.end_secs.saturating_add(self.interval_secs),
        )
    }

    /// Whether records are missing between the two. An interface without traffic looks the same where nothing says
    /// NODATA: then only what is missing of all interfaces counts.
    fn has_gap(&self, of: &Coverage, start_secs: u64, end_secs: u64) -> bool {
        let is_there = |heard: &Heard| heard.has_gap_within(2 * self.interval_secs, start_secs, end_secs);
        is_there(&self.heard) || (self.says_nodata && is_there(&of.heard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(times: &[(u64, u64)]) -> Coverage {
        let mut coverage = Coverage::default();
        for &(start_secs, end_secs) in times {
            coverage.heard.note(TimeExtent { start_secs, end_secs });
            coverage.longest_secs = coverage.longest_secs.max(end_secs - start_secs);
        }
        coverage
    }

    fn load_of<const N: usize>(coverages: [&Coverage; N]) -> LoadCoverage {
        LoadCoverage::of(coverages, &Undelivered::default())
    }

    fn at(start_secs: u64, end_secs: u64) -> Option<TimeExtent> {
        Some(TimeExtent { start_secs, end_secs })
    }

    #[test]
    fn a_reply_may_lie_after_the_end_of_the_data() {
        let one = coverage(&[(1_000, 1_050), (1_100, 1_150)]);
        let load = load_of([&one]);
        assert_eq!(load.blind_after(&one, at(1_000, 1_090)), None);
        assert_eq!(load.blind_after(&one, at(1_000, 1_091)), Some(Blind::AtEnd));
        assert_eq!(load.blind_after(&one, None), Some(Blind::NoTime));
        let long = coverage(&[(1_000, 1_500), (1_600, 2_190)]);
        assert_eq!(load_of([&long]).blind_after(&long, at(1_000, 1_600)), Some(Blind::AtEnd));
        assert_eq!(load_of([&long]).blind_after(&long, at(1_000, 1_590)), None);
    }

    #[test]
    fn silence_of_one_interface_is_a_gap_only_where_others_say_nodata() {
        let quiet = coverage(&[(1_000, 1_050), (9_000, 9_050)]);
        let mut steady = Coverage::default();
        (1_000..9_500).step_by(60).for_each(|secs| steady.heard.note(at(secs, secs + 60).unwrap()));
        let load = load_of([&quiet, &steady]);
        assert_eq!(load.blind_after(&quiet, at(1_000, 1_050)), None);
        assert!(load.is_heard(&quiet, at(1_000, 1_010).unwrap()));
        assert!(!load.is_heard(&quiet, at(3_000, 3_010).unwrap()));
        steady.says_nodata = true;
        let load = load_of([&quiet, &steady]);
        assert_eq!(load.blind_after(&quiet, at(1_000, 1_050)), Some(Blind::Gap));
        assert_eq!(load.blind_after(&steady, at(1_000, 1_050)), None);
    }

    #[test]
    fn silence_of_all_is_a_gap() {
        let one = coverage(&[(1_000, 1_050), (9_000, 9_050)]);
        let load = load_of([&one, &Coverage::default()]);
        assert_eq!(load.blind_after(&one, at(1_000, 1_050)), Some(Blind::Gap));
        assert_eq!(load.blind_after(&one, at(980, 990)), None);
    }
}
