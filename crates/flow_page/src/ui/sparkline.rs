//! A small drawing of counts over time, for a table cell.

use leptos::prelude::*;

use super::format;

/// The drawing's own units: the cell decides its size on screen.
const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 20.0;
/// Between two bars.
const GAP: f64 = 0.5;
/// A bar for one row beside one for a million is still seen.
const BAR_HEIGHT_MIN: f64 = 1.5;

/// One bar for each count that is not zero, as an SVG path; empty where there is nothing to draw.
pub fn bars_path(counts: &[u64]) -> String {
    let Some(largest) = counts.iter().copied().max().filter(|largest| *largest > 0) else {
        return String::new();
    };
    let step = WIDTH / counts.len() as f64;
    let bar = |(at, &count): (usize, &u64)| {
        let height = (count as f64 / largest as f64 * HEIGHT).max(BAR_HEIGHT_MIN);
        let (x, width) = (at as f64 * step, step - GAP);
        format!("M{x:.2} {HEIGHT}v-{height:.2}h{width:.2}v{height:.2}z")
    };
    counts.iter().enumerate().filter(|(_, count)| **count > 0).map(bar).collect()
}

/// What the drawing says, in words: when most came, and in how many parts anything came.
pub fn summary(counts: &[u64], time: Option<(u64, u64)>) -> String {
    // The first of equals: the earliest peak.
    let Some((peak, largest)) = counts
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, n)| *n > 0)
        .reduce(|a, b| if b.1 > a.1 { b } else { a })
    else {
        return "No rows over time".to_owned();
    };
    let n_used = counts.iter().filter(|count| **count > 0).count();
    let when = match time {
        // The length in parts, multiplied first: short loads have parts of less than a second.
        Some((start_secs, length_secs)) => {
            let into_secs = u128::from(length_secs) * peak as u128 / counts.len() as u128;
            format!(", at {} UTC", format::utc(start_secs.saturating_add(into_secs as u64)))
        }
        None => String::new(),
    };
    let most = format::counted(largest, "row");
    format!("In {n_used} of {} parts of the time; most, {most}{when}", counts.len())
}

/// Counts over equal parts of `time`, its start and length in seconds.
#[component]
pub fn Sparkline(counts: Vec<u64>, time: Option<(u64, u64)>) -> impl IntoView {
    let words = summary(&counts, time);
    let title = words.clone();
    view! {
        <svg
            class="sparkline"
            role="img"
            aria-label=words
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
        >
            <title>{title}</title>
            <path class="sparkline-base" d=format!("M0 {HEIGHT}H{WIDTH}")></path>
            <path class="sparkline-bars" d=bars_path(&counts)></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bar_for_each_count_and_the_largest_is_full_height() {
        let path = bars_path(&[0, 10, 5, 0]);
        assert_eq!(path, "M24.00 20v-20.00h23.50v20.00zM48.00 20v-10.00h23.50v10.00z");
        assert_eq!(bars_path(&[]), "");
        assert_eq!(bars_path(&[0, 0]), "");
    }

    #[test]
    fn a_single_row_beside_a_million_is_drawn() {
        let path = bars_path(&[1_000_000, 1]);
        assert!(path.contains("v-1.50"), "{path}");
        assert_eq!(path.matches('z').count(), 2);
    }

    #[test]
    fn the_words_say_when_most_came() {
        assert_eq!(
            summary(&[0, 2, 9, 9], Some((1_767_323_045, 400))),
            "In 3 of 4 parts of the time; most, 9 rows, at 2026-01-02 03:07:25 UTC"
        );
        assert_eq!(summary(&[1], None), "In 1 of 1 parts of the time; most, 1 row");
        assert_eq!(summary(&[0, 0], None), "No rows over time");
    }
}
