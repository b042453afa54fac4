//! Whether the window of a record can be true: a damaged time must not stretch every chart to 1975.

/// The longest window that is taken for one. Flow logs aggregate over ten minutes at most; a day leaves room for whatever
/// else writes records.
const WINDOW_SECS_MAX: u64 = 86_400;

/// 2100-01-01: a record from later is damaged, or in milliseconds.
const SECS_MAX: u64 = 4_102_444_800;

/// Whether start and end can be those of one record, in seconds; where one is not recorded, only the other is looked at.
#[inline]
pub fn is_plausible(start: Option<u64>, end: Option<u64>) -> bool {
    match (start, end) {
        (Some(start), Some(end)) => start.abs_diff(end) <= WINDOW_SECS_MAX && start.max(end) <= SECS_MAX,
        (Some(time), None) | (None, Some(time)) => time <= SECS_MAX,
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
        assert!(is_plausible(Some(1_654_892_493), None) && is_plausible(None, None));
        assert!(is_plausible(Some(1_654_892_493), Some(1_654_892_400)), "that is said elsewhere");
    }
}
