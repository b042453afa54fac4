//! Whether the window of a record can be true: a damaged time must not stretch every chart to 1975.

/// The longest window that is taken for one. Flow logs aggregate over ten minutes at most; a day leaves room for whatever
/// else writes records.
const WINDOW_SECS_MAX: u64 = 86_400;

/// 2010-01-01: flow logs exist since June 2015, and the examples in AWS's own guide are of 2014. A record from earlier is
/// damaged, however well its two times agree, and one such would stretch a chart over decades. What the bulk of a file
/// says is not asked: what a record is may not depend on those that come after it.
const SECS_MIN: u64 = 1_262_304_000;

/// 2100-01-01: a record from later is damaged, or in milliseconds.
const SECS_MAX: u64 = 4_102_444_800;

/// Whether start and end can be those of one record, in seconds; where one is not recorded, only the other is looked at.
#[inline]
pub fn is_plausible(start: Option<u64>, end: Option<u64>) -> bool {
    match (start, end) {
        (Some(start), Some(end)) => {
            start.abs_diff(end) <= WINDOW_SECS_MAX && start.min(end) >= SECS_MIN && start.max(end) <= SECS_MAX
        }
        (Some(time), None) | (None, Some(time)) => (SECS_MIN..=SECS_MAX).contains(&time),
        (None, None) => true,
    }
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
        assert!(!is_plausible(Some(0), Some(0)) && !is_plausible(None, Some(60)));
        assert!(is_plausible(Some(1_418_530_010), Some(1_418_530_070)), "AWS's own example");
        assert!(is_plausible(Some(1_654_892_493), None) && is_plausible(None, None));
        assert!(is_plausible(Some(1_654_892_493), Some(1_654_892_400)), "that is said elsewhere");
    }
}
