//! The timeline in words: one bucket, a range, what a bar means. Pure.

use flow_core::analysis::Metric;
use flow_core::analysis::timeline::{Bucket, Timeline};

use super::axis::TimeAxis;
use super::bars;
use crate::state::TimeRange;
use crate::ui::format;

/// What one bucket holds: `accepted 1.2 MB, rejected 40 kB`.
pub fn bucket(bucket: &Bucket, metric: Metric) -> String {
    let mut parts = vec![
        format!("accepted {}", with_unit(metric, bucket.accepted.get(metric))),
        format!("rejected {}", with_unit(metric, bucket.rejected.get(metric))),
    ];
    if bucket.other.rows > 0 {
        parts.push(format!("without action {}", with_unit(metric, bucket.other.get(metric))));
    }
    if bucket.n_skipdata > 0 {
        parts.push(format!("{} SKIPDATA: records are missing here", format::count(bucket.n_skipdata)));
    }
    if bucket.lacks_file {
        parts.push("a flow log has no file for all of it: see Files".to_owned());
    }
    parts.join(", ")
}

/// Times that are spelt out; the picture has all.
const TIMES_SPELT_OUT: usize = 5;

/// The times in which records were skipped, for who does not see the bands; `None` where there are none.
pub fn holes(timeline: &Timeline, axis: TimeAxis) -> Option<String> {
    let times = times(&bars::holes(timeline), axis)?;
    Some(format!("Records are missing (SKIPDATA) within {times}"))
}

/// The times for which a file is missing; `None` where there are none.
pub fn gaps(timeline: &Timeline, axis: TimeAxis) -> Option<String> {
    let times = times(&bars::gaps(timeline), axis)?;
    Some(format!("A flow log has no file (not opened, or not written) within {times}. Files says which"))
}

fn times(runs: &[(u64, u64)], axis: TimeAxis) -> Option<String> {
    let spelt_out = runs.iter().take(TIMES_SPELT_OUT);
    let times: Vec<String> =
        spelt_out.map(|&(first, last)| range(axis.range_of_buckets(first, last))).collect();
    let more = match runs.len() - times.len() {
        0 => String::new(),
        n_more => format!(", and {} more", format::count(n_more as u64)),
    };
    (!times.is_empty()).then(|| format!("{}{more}", times.join(", ")))
}

/// `2026-01-02 03:04:00 – 03:09:00 UTC`: the date once where both ends share it.
pub fn range(range: TimeRange) -> String {
    let (from, to) = (format::utc(range.from_secs), format::utc(range.to_secs));
    let same_day = from.get(..10).is_some_and(|day| to.starts_with(day) && to.len() > 10);
    let to = if same_day { to[10..].trim_start() } else { to.as_str() };
    format!("{from} – {to} UTC")
}

/// Bytes carry their unit; counts say what was counted.
fn with_unit(metric: Metric, number: u64) -> String {
    match metric {
        Metric::Bytes => format::amount(metric, number),
        Metric::Packets => format::counted(number, "packet"),
        Metric::Rows => format::counted(number, "row"),
    }
}

#[cfg(test)]
mod tests {
    use flow_core::analysis::Tally;

    use super::*;

    #[test]
    fn a_bucket_says_what_it_holds_and_what_is_missing() {
        let some = Bucket { accepted: Tally { rows: 1_200, packets: 1, bytes: 5 }, ..Bucket::default() };
        assert_eq!(bucket(&some, Metric::Rows), "accepted 1,200 rows, rejected 0 rows");
        assert_eq!(bucket(&some, Metric::Packets), "accepted 1 packet, rejected 0 packets");
        let hole = Bucket { n_skipdata: 2, other: Tally { rows: 1, packets: 0, bytes: 0 }, ..some };
        assert!(
            bucket(&hole, Metric::Rows)
                .ends_with("without action 1 row, 2 SKIPDATA: records are missing here")
        );
        let gap = Bucket { lacks_file: true, ..some };
        assert!(bucket(&gap, Metric::Rows).ends_with("a flow log has no file for all of it: see Files"));
    }

    #[test]
    fn holes_are_said_as_times_and_many_are_counted() {
        let words = |n_skipdata: &[u64]| {
            let bucket = |&n_skipdata: &u64| Bucket { n_skipdata, ..Bucket::default() };
            let buckets = n_skipdata.iter().map(bucket).collect();
            let start_secs = 1_767_312_000;
            let timeline =
                Timeline { start_secs, bucket_secs: 60, buckets, n_rows_outside: 0, n_skipdata_outside: 0 };
            holes(&timeline, TimeAxis::of(&timeline).unwrap())
        };
        assert_eq!(words(&[0, 0]), None);
        assert_eq!(
            words(&[0, 1, 2, 0]).unwrap(),
            "Records are missing (SKIPDATA) within 2026-01-02 00:01:00 – 00:03:00 UTC"
        );
        assert!(words(&[1, 0].repeat(7)).unwrap().ends_with("00:09:00 UTC, and 2 more"));
    }

    #[test]
    fn times_without_a_file_are_said_in_other_words() {
        let bucket = |lacks_file| Bucket { lacks_file, ..Bucket::default() };
        let timeline = Timeline {
            start_secs: 1_767_312_000,
            bucket_secs: 60,
            buckets: [false, true, true].map(bucket).to_vec(),
            n_rows_outside: 0,
            n_skipdata_outside: 0,
        };
        let axis = TimeAxis::of(&timeline).unwrap();
        assert_eq!(holes(&timeline, axis), None);
        assert_eq!(
            gaps(&timeline, axis).unwrap(),
            "A flow log has no file (not opened, or not written) within 2026-01-02 00:01:00 – 00:03:00 UTC. Files says \
             which"
        );
    }

    #[test]
    fn a_range_says_its_date_once() {
        let day = 1_767_312_000;
        let words = |from, to| range(TimeRange::new(from, to).unwrap());
        assert_eq!(words(day, day + 300), "2026-01-02 00:00:00 – 00:05:00 UTC");
        assert_eq!(words(day - 60, day), "2026-01-01 23:59:00 – 2026-01-02 00:00:00 UTC");
    }
}
