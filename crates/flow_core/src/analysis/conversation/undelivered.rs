//! Times of which no file of a load is, as the names of AWS's deliveries say: rows are certain to be missing that the flow
//! logs may have written. A silence in the rows themselves says less, because a query or a filter leaves the same.

use super::coverage::{LATENESS_SECS, WINDOW_SECS_MAX};
use crate::analysis::TimeExtent;
use crate::analysis::files::{Deliveries, deliveries};

/// Times without a delivery, ascending; whatever interface it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undelivered(Vec<TimeExtent>);

impl Undelivered {
    /// From the names of all files that have records. One that does not say its flow log and time may be of any time, and one
    /// flow log may write what another does not: a time counts where no file of any flow log is of it.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str> + Clone) -> Undelivered {
        let n_names = names.clone().into_iter().count() as u64;
        let all = deliveries(names);
        if all.iter().map(|of| of.n_files).sum::<u64>() < n_names {
            return Undelivered::default();
        }
        let mut gaps: Vec<(u64, u64)> = all.iter().flat_map(|of| of.gaps.iter().copied()).collect();
        gaps.retain(|gap| all.iter().all(|of| is_silent(of, *gap)));
        gaps.sort_unstable();
        gaps.dedup();
        let times = gaps.into_iter().map(|(start_secs, end_secs)| TimeExtent { start_secs, end_secs });
        Undelivered(times.collect())
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

fn is_silent(of: &Deliveries, (start, end): (u64, u64)) -> bool {
    let is_outside = end <= of.time.0 || of.time.1 <= start;
    is_outside || of.gaps.iter().any(|gap| gap.0 <= start && end <= gap.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(flow_log: &str, time: &str) -> String {
        format!("123456789012_vpcflowlogs_us-east-1_{flow_log}_20231114T{time}Z_fe123456.log.gz")
    }

    /// Begins and ends in minutes of 2023-11-14.
    fn undelivered(names: &[String]) -> Vec<(u64, u64)> {
        const DAY: u64 = 1_699_920_000;
        let Undelivered(times) = Undelivered::of_names(names.iter().map(String::as_str));
        times.iter().map(|time| ((time.start_secs - DAY) / 60, (time.end_secs - DAY) / 60)).collect()
    }

    #[test]
    fn a_time_of_no_file_is_certain_to_be_missing() {
        let names = ["1000", "1005", "1100", "1105"].map(|time| name("fl-0a", time));
        assert_eq!(undelivered(&names), [(610, 660)]);
        // A file of any time may have what is missing.
        let with_another = [&names[..], &["a.log".to_owned()]].concat();
        assert_eq!(undelivered(&with_another), []);
    }

    #[test]
    fn what_another_flow_log_delivered_is_not_missing_of_all() {
        let one = ["1000", "1005", "1100", "1105"].map(|time| name("fl-0a", time));
        let silent_too = ["0955", "1005", "1100"].map(|time| name("fl-0b", time));
        assert_eq!(undelivered(&[&one[..], &silent_too[..]].concat()), [(610, 660)]);
        let earlier = ["0800", "0805"].map(|time| name("fl-0b", time));
        assert_eq!(undelivered(&[&one[..], &earlier[..]].concat()), [(610, 660)]);
        let meanwhile = ["1020", "1025"].map(|time| name("fl-0b", time));
        assert_eq!(undelivered(&[&one[..], &meanwhile[..]].concat()), []);
    }

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
