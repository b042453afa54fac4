//! The timeline in words: one bucket, a range, what a bar means. Pure.

use flow_core::analysis::Metric;
use flow_core::analysis::timeline::Bucket;

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
    parts.join(", ")
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
    }

    #[test]
    fn a_range_says_its_date_once() {
        let day = 1_767_312_000;
        let words = |from, to| range(TimeRange::new(from, to).unwrap());
        assert_eq!(words(day, day + 300), "2026-01-02 00:00:00 – 00:05:00 UTC");
        assert_eq!(words(day - 60, day), "2026-01-01 23:59:00 – 2026-01-02 00:00:00 UTC");
    }
}
