//! The bars of the timeline as SVG paths, one for each kind of row. Pure.
//!
//! A path for all bars of a kind, not an element for each bar: a picture is five elements, however many
//! buckets it has.

use std::fmt::Write;

use flow_core::analysis::Metric;
use flow_core::analysis::timeline::{Bucket, Timeline};

/// What is drawn, in pixels from the top left corner of the plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    pub accepted: String,
    pub rejected: String,
    pub other: String,
    /// Marks at the foot of the buckets in which records were skipped, where bars hide what is behind them.
    pub skipdata: String,
    /// The same buckets as bands from foot to top, behind all bars: holes that touch are one.
    pub holes: String,
    /// Buckets for which a file is missing, as such bands.
    pub gaps: String,
    /// Amounts at which a line crosses the plot, with their distance from the top, ascending.
    pub amounts: Vec<(u64, f64)>,
}

/// Of a bar: what is there is seen, however small. A rejected SYN has 40 bytes; beside a download it would
/// be nothing.
const SEEN_PX_MIN: f64 = 1.5;
const SKIPDATA_PX: f64 = 4.0;
/// Between two bars, where they are wide enough to have something between them.
const GAP_PX: f64 = 1.0;
const GAP_FROM_WIDTH_PX: f64 = 4.0;

pub fn draw(timeline: &Timeline, metric: Metric, width: f64, height: f64) -> Bars {
    let n_buckets = timeline.buckets.len();
    if n_buckets == 0 || width <= 0.0 || height <= 0.0 {
        return Bars::default();
    }
    let largest = timeline.buckets.iter().map(|bucket| sum(bucket, metric)).max().unwrap_or(0);
    let amounts = round_amounts(largest);
    let top = amounts.last().copied().unwrap_or(1) as f64;
    let step = width / n_buckets as f64;
    let bar_width = if step >= GAP_FROM_WIDTH_PX { step - GAP_PX } else { step };

    let mut bars = Bars::default();
    for (place, bucket) in timeline.buckets.iter().enumerate() {
        let x = place as f64 * step;
        let mut foot = height;
        let kinds = [
            (bucket.accepted, &mut bars.accepted),
            (bucket.rejected, &mut bars.rejected),
            (bucket.other, &mut bars.other),
        ];
        for (tally, path) in kinds {
            let amount = tally.get(metric);
            if amount > 0 {
                let tall = (amount as f64 / top * height).max(SEEN_PX_MIN);
                rectangle(path, x, foot, bar_width, tall);
                foot -= tall;
            }
        }
        if bucket.n_skipdata > 0 {
            rectangle(&mut bars.skipdata, x, height + SKIPDATA_PX, bar_width, SKIPDATA_PX);
        }
    }
    for (runs, path) in [(holes(timeline), &mut bars.holes), (gaps(timeline), &mut bars.gaps)] {
        for (first, last) in runs {
            rectangle(path, first as f64 * step, height, (last - first + 1) as f64 * step, height);
        }
    }
    bars.amounts =
        amounts.into_iter().map(|amount| (amount, height - amount as f64 / top * height)).collect();
    bars
}

/// The first and the last place of buckets beside one another in all of which records were skipped.
pub fn holes(timeline: &Timeline) -> Vec<(u64, u64)> {
    runs(timeline, |bucket| bucket.n_skipdata > 0)
}

/// The same of buckets for which a flow log has no file.
pub fn gaps(timeline: &Timeline) -> Vec<(u64, u64)> {
    runs(timeline, |bucket| bucket.lacks_file)
}

fn runs(timeline: &Timeline, is_in: impl Fn(&Bucket) -> bool) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for place in (0..).zip(&timeline.buckets).filter(|(_, bucket)| is_in(bucket)).map(|(place, _)| place) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => runs.push((place, place)),
        }
    }
    runs
}

/// All rows of a bucket.
pub fn sum(bucket: &Bucket, metric: Metric) -> u64 {
    let parts = [bucket.accepted, bucket.rejected, bucket.other];
    parts.into_iter().fold(0, |sum: u64, tally| sum.saturating_add(tally.get(metric)))
}

fn rectangle(path: &mut String, x: f64, foot: f64, width: f64, tall: f64) {
    write!(path, "M{x:.2} {foot:.2}v-{tall:.2}h{width:.2}v{tall:.2}z").expect("a String takes all");
}

/// About three amounts that people can read, the last at least `largest`; none for nothing.
fn round_amounts(largest: u64) -> Vec<u64> {
    const N_AMOUNTS: u64 = 3;
    if largest == 0 {
        return Vec::new();
    }
    let wanted = largest.div_ceil(N_AMOUNTS);
    let mut power = 1u64;
    while power <= wanted / 10 {
        power *= 10;
    }
    // 1, 2 or 5 and noughts: at least `wanted`, or as near as a number gets.
    let step = [1, 2, 5, 10]
        .into_iter()
        .map(|digit| power.saturating_mul(digit))
        .find(|step| *step >= wanted)
        .unwrap_or(u64::MAX);
    let n_steps = largest.div_ceil(step);
    (1..=n_steps).map(|n| step.saturating_mul(n)).collect()
}

#[cfg(test)]
mod tests {
    use flow_core::analysis::Tally;
    use proptest::prelude::*;

    use super::*;

    fn bytes(bytes: u64) -> Tally {
        Tally { rows: 1, packets: 1, bytes }
    }

    fn timeline(buckets: Vec<Bucket>) -> Timeline {
        Timeline { start_secs: 0, bucket_secs: 60, buckets, n_rows_outside: 0, n_skipdata_outside: 0 }
    }

    #[test]
    fn rejected_stands_on_accepted() {
        let bucket = Bucket { accepted: bytes(20), rejected: bytes(10), ..Bucket::default() };
        let bars = draw(&timeline(vec![bucket]), Metric::Bytes, 100.0, 60.0);
        assert_eq!(bars.accepted, "M0.00 60.00v-40.00h99.00v40.00z");
        assert_eq!(bars.rejected, "M0.00 20.00v-20.00h99.00v20.00z");
        assert_eq!(bars.other, "");
        assert_eq!(bars.amounts, [(10, 40.0), (20, 20.0), (30, 0.0)]);
    }

    #[test]
    fn what_is_small_is_still_seen() {
        let bucket = Bucket { accepted: bytes(1_000_000), rejected: bytes(40), ..Bucket::default() };
        let bars = draw(&timeline(vec![bucket]), Metric::Bytes, 100.0, 50.0);
        assert!(bars.rejected.contains("v-1.50"), "{}", bars.rejected);
    }

    #[test]
    fn skipped_records_are_marked_under_an_empty_bucket() {
        let buckets = vec![Bucket { n_skipdata: 2, ..Bucket::default() }, Bucket::default()];
        let bars = draw(&timeline(buckets), Metric::Rows, 100.0, 50.0);
        assert_eq!(bars.skipdata, "M0.00 54.00v-4.00h49.00v4.00z");
        assert_eq!((&*bars.holes, &*bars.gaps), ("M0.00 50.00v-50.00h50.00v50.00z", ""));
        assert_eq!((bars.accepted.as_str(), bars.amounts.len()), ("", 0));
    }

    #[test]
    fn holes_that_touch_are_one() {
        let buckets = [0, 1, 3, 0, 2, 0].map(|n_skipdata| Bucket { n_skipdata, ..Bucket::default() });
        assert_eq!(holes(&timeline(buckets.to_vec())), [(1, 2), (4, 4)]);
    }

    #[test]
    fn a_time_without_a_file_is_a_band_whatever_was_skipped() {
        let bucket = |lacks_file, n_skipdata| Bucket { lacks_file, n_skipdata, ..Bucket::default() };
        let timeline = timeline(vec![bucket(false, 1), bucket(true, 1), bucket(true, 0), bucket(false, 0)]);
        assert_eq!((holes(&timeline), gaps(&timeline)), (vec![(0, 1)], vec![(1, 2)]));
        let bars = draw(&timeline, Metric::Rows, 100.0, 50.0);
        assert_eq!(bars.gaps, "M25.00 50.00v-50.00h50.00v50.00z");
    }

    #[test]
    fn amounts_are_round() {
        assert_eq!(round_amounts(1), [1]);
        assert_eq!(round_amounts(3), [1, 2, 3]);
        assert_eq!(round_amounts(7), [5, 10]);
        assert_eq!(round_amounts(1_204_331), [500_000, 1_000_000, 1_500_000]);
        assert!(round_amounts(0).is_empty());
    }

    proptest! {
        #[test]
        fn amounts_reach_the_largest_and_are_few(largest in 1..=u64::MAX) {
            let amounts = round_amounts(largest);
            prop_assert!((1..=3).contains(&amounts.len()), "{amounts:?}");
            prop_assert!(*amounts.last().unwrap() >= largest);
            prop_assert!(amounts.is_sorted());
        }

        #[test]
        fn no_bar_stands_out_of_the_plot_by_more_than_what_must_be_seen(
            parts in prop::collection::vec((0..u64::MAX, 0..u64::MAX, 0..u64::MAX), 1..5)
        ) {
            let buckets = parts.into_iter().map(|(a, r, o)| {
                Bucket { accepted: bytes(a), rejected: bytes(r), other: bytes(o), ..Bucket::default() }
            });
            let bars = draw(&timeline(buckets.collect()), Metric::Bytes, 80.0, 100.0);
            for tall in [&bars.accepted, &bars.rejected, &bars.other].into_iter().flat_map(|path| path.split("v-").skip(1)) {
                let tall: f64 = tall.split('h').next().unwrap().parse().unwrap();
                prop_assert!((SEEN_PX_MIN..=100.0).contains(&tall), "{tall}");
            }
        }
    }
}
