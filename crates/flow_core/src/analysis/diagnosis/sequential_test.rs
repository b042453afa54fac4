//! Who scans: a sequential hypothesis test over what each outsider met with first at each service
//! (Jung, Paxson, Berger, Balakrishnan: Fast portscan detection using sequential hypothesis testing, 2004).

use crate::analysis::endpoint::Endpoint;

/// How many failures more than successes decide, where four contacts in five of a scanner fail and one in five of
/// others, and where one in a hundred may be judged wrongly either way. Failure and success then weigh the same, so
/// counting them is enough; a test works it out.
pub(super) const NET_FAILURES: u32 = 4;

/// What an outsider met with first at one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub first_secs: u64,
    /// Successes before failures of the same second.
    pub is_failure: bool,
    /// The same one counts once.
    pub service: Endpoint,
}

/// At how many services an outsider was refused, if it is a scanner.
///
/// Somebody who turned out to know where to go starts again from nothing: a scanner that finds a few open doors
/// first is still one by what it tries afterwards.
pub(super) fn refusals_of_scanner(mut met: Vec<Met>) -> Option<u32> {
    met.sort_unstable_by_key(|met| (met.service, met.first_secs, met.is_failure));
    met.dedup_by_key(|met| met.service);
    // Which service comes first of those of one time makes no difference.
    met.sort_unstable_by_key(|met| (met.first_secs, met.is_failure));
    let mut net = 0;
    let mut is_scanner = false;
    for met in &met {
        net += if met.is_failure { 1 } else { -1 };
        is_scanner |= net >= NET_FAILURES as i32;
        if net <= -(NET_FAILURES as i32) {
            net = 0;
        }
    }
    is_scanner.then(|| met.iter().filter(|met| met.is_failure).count() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x` is refused, `.` is answered, each at a service of its own.
    fn test(outcomes: &str) -> Option<u32> {
        let met = (0..).zip(outcomes.chars()).map(|(at, outcome)| Met {
            first_secs: u64::from(at),
            is_failure: outcome == 'x',
            service: Endpoint::new(at, Some(22), Some(6)),
        });
        refusals_of_scanner(met.collect())
    }

    #[test]
    fn the_count_is_the_threshold_of_the_paper() {
        let (success_of_others, success_of_scanners, error_rate): (f64, f64, f64) = (0.8, 0.2, 0.01);
        let failure = ((1.0 - success_of_scanners) / (1.0 - success_of_others)).ln();
        let success = (success_of_scanners / success_of_others).ln();
        assert!((failure + success).abs() < 1e-12);
        let threshold = ((1.0 - error_rate) / error_rate).ln();
        assert_eq!((threshold / failure).ceil() as u32, NET_FAILURES);
    }

    #[test]
    fn four_refusals_more_than_answers_make_a_scanner() {
        assert_eq!(test("xxx"), None);
        assert_eq!(test("xxxx"), Some(4));
        assert_eq!(test(".xxxx"), None);
        assert_eq!(test("x.x.x.x.x."), None);
        assert_eq!(test("..xxxxxxx"), Some(7));
        assert_eq!(test("........xxxx"), Some(4));
    }

    #[test]
    fn a_service_counts_once_by_what_came_first() {
        let met = |first_secs, is_failure, port| Met {
            first_secs,
            is_failure,
            service: Endpoint::new(1, Some(port), Some(6)),
        };
        let retries = (0..20).map(|at| met(at, true, 443)).collect();
        assert_eq!(refusals_of_scanner(retries), None);
        let later_open = (0..4).flat_map(|port| [met(9, false, port), met(1, true, port)]).collect();
        assert_eq!(refusals_of_scanner(later_open), Some(4));
        let same_second = (0..8).flat_map(|port| [met(1, true, port), met(1, false, port)]).collect();
        assert_eq!(refusals_of_scanner(same_second), None);
    }
}
