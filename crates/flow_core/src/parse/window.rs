//! Whether the window of a record can be true: a damaged time must not stretch every chart to 1975.

use std::ops::Range;

/// The longest window that is taken for one, a hundred days. Flow logs aggregate over ten minutes at most, but AWS's guide
/// has a record of 38 days. A change of one of the first three digits moves a time by more: by 115 days at least.
const WINDOW_SECS_MAX: u64 = 8_640_000;

/// Times of nine digits, 1973 to 2001: those of today have ten, so one of nine has lost one. Where start and end lost
/// the same one they agree with each other, and would stretch a chart over decades all the same. What the bulk of a file
/// says is not asked: what a record is may not depend on those that come after it.
const LOST_DIGIT: Range<u64> = 100_000_000..1_000_000_000;

/// 2100-01-01: a record from later is damaged, or in milliseconds.
const SECS_MAX: u64 = 4_102_444_800;

/// Whether start and end can be those of one record, in seconds; where one is not recorded, only the other is looked at.
#[inline]
pub fn is_plausible(start: Option<u64>, end: Option<u64>) -> bool {
    match (start, end) {
        (Some(start), Some(end)) => {
            start.abs_diff(end) <= WINDOW_SECS_MAX && is_plausible_time(start) && is_plausible_time(end)
        }
        (Some(time), None) | (None, Some(time)) => is_plausible_time(time),
        (None, None) => true,
    }
}

fn is_plausible_time(secs: u64) -> bool {
    // 0 is what programs write that have no time.
    secs != 0 && secs <= SECS_MAX && !LOST_DIGIT.contains(&secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_digit_and_milliseconds_are_not_plausible() {
        assert!(is_plausible(Some(1_654_892_493), Some(1_654_892_553)));
        assert!(!is_plausible(Some(165_489_242), Some(1_654_892_493)), "a start with a lost digit");
        assert!(!is_plausible(Some(1_654_892_493), Some(16_548_925_530)));
        assert!(!is_plausible(Some(1_654_892_493_000), None), "milliseconds");
        assert!(!is_plausible(Some(165_489_242), Some(165_489_302)), "both lost a digit, and are of 1975");
        assert!(!is_plausible(Some(0), Some(0)) && !is_plausible(None, Some(0)));
        assert!(is_plausible(Some(1_418_530_010), Some(1_418_530_070)), "AWS's own example");
        assert!(is_plausible(Some(1_521_232_534), Some(1_524_512_343)), "AWS's example of an EFA");
        assert!(!is_plausible(Some(1_554_892_493), Some(1_654_892_493)), "a start with a changed digit");
        assert!(is_plausible(Some(1_654_892_493), None) && is_plausible(None, None));
        assert!(is_plausible(Some(1_654_892_493), Some(1_654_892_400)), "that is said elsewhere");
    }
}
