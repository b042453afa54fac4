//! How the load goes, worked out from the engine's progress.

use flow_core::session::message::{LoadPhase, Progress};

/// The load as the screen tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadState {
    /// Nothing was opened yet.
    Empty,
    Loading,
    /// Nothing more comes until something is added.
    Settled,
}

impl LoadState {
    pub fn of(progress: &Progress) -> LoadState {
        match progress.phase {
            LoadPhase::Loading => LoadState::Loading,
            _ if progress.n_files == 0 => LoadState::Empty,
            _ => LoadState::Settled,
        }
    }
}

/// How fast the current load is, or the last one was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadPace {
    /// What earlier loads had read: progress counts the bytes of all files, but the time of one load.
    n_bytes_before: u64,
    n_bytes_read: u64,
    n_bytes: u64,
    elapsed_ms: u64,
    is_loading: bool,
}

/// Too short a time to tell a speed from: the first slice of a file says little about the next.
const PACE_KNOWN_AFTER_MS: u64 = 300;

impl LoadPace {
    /// `last` as it stands after more progress.
    pub fn after(last: LoadPace, progress: &Progress) -> LoadPace {
        let is_loading = progress.phase == LoadPhase::Loading;
        let has_begun = is_loading && (!last.is_loading || progress.elapsed_ms < last.elapsed_ms);
        LoadPace {
            // Where all is read again, nothing was read before.
            n_bytes_before: match has_begun {
                true => last.n_bytes_read.min(progress.coverage.n_bytes_read),
                false => last.n_bytes_before,
            },
            n_bytes_read: progress.coverage.n_bytes_read,
            n_bytes: progress.coverage.n_bytes,
            elapsed_ms: progress.elapsed_ms,
            is_loading,
        }
    }

    /// Bytes that this load has read.
    pub fn n_bytes_of_load(self) -> u64 {
        self.n_bytes_read.saturating_sub(self.n_bytes_before)
    }

    /// `None` while it is too early to tell.
    pub fn bytes_per_sec(self) -> Option<f64> {
        let n_bytes = self.n_bytes_of_load();
        let is_known = n_bytes > 0
            && self.elapsed_ms > 0
            && (!self.is_loading || self.elapsed_ms >= PACE_KNOWN_AFTER_MS);
        is_known.then(|| n_bytes as f64 * 1000.0 / self.elapsed_ms as f64)
    }

    /// Whole seconds left at this pace, rounded up.
    pub fn secs_left(self) -> Option<u64> {
        let n_left = self.n_bytes.saturating_sub(self.n_bytes_read);
        let pace = self.bytes_per_sec().filter(|_| self.is_loading)?;
        Some((n_left as f64 / pace).ceil() as u64)
    }

    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        if self.n_bytes == 0 {
            return 0.0;
        }
        (self.n_bytes_read as f64 / self.n_bytes as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use flow_core::session::message::Coverage;

    use super::*;

    fn progress(phase: LoadPhase, n_bytes_read: u64, n_bytes: u64, elapsed_ms: u64) -> Progress {
        let coverage = Coverage { generation: 1, n_bytes_read, n_bytes };
        Progress { phase, coverage, elapsed_ms, n_files: 1, ..Progress::default() }
    }

    fn pace(steps: &[Progress]) -> LoadPace {
        steps.iter().fold(LoadPace::default(), LoadPace::after)
    }

    #[test]
    fn a_page_without_files_is_empty_and_one_with_refused_files_is_not() {
        assert_eq!(LoadState::of(&Progress::default()), LoadState::Empty);
        let refused =
            Progress { n_files: 1, n_files_refused: 1, phase: LoadPhase::Loaded, ..Progress::default() };
        assert_eq!(LoadState::of(&refused), LoadState::Settled);
        assert_eq!(LoadState::of(&progress(LoadPhase::Loading, 0, 9, 0)), LoadState::Loading);
        assert_eq!(LoadState::of(&progress(LoadPhase::Cancelled, 1, 9, 5)), LoadState::Settled);
    }

    #[test]
    fn pace_and_time_left_come_from_bytes_and_time() {
        let halfway = pace(&[progress(LoadPhase::Loading, 500_000, 1_500_000, 500)]);
        assert_eq!(halfway.bytes_per_sec(), Some(1_000_000.0));
        assert_eq!(halfway.secs_left(), Some(1));
        assert!((halfway.fraction() - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn it_is_too_early_to_tell_at_the_start() {
        let start = pace(&[progress(LoadPhase::Loading, 500_000, 1_000_000, 100)]);
        assert_eq!((start.bytes_per_sec(), start.secs_left()), (None, None));
        // A short load that is over can be told.
        let done = pace(&[progress(LoadPhase::Loaded, 500_000, 500_000, 100)]);
        assert_eq!((done.bytes_per_sec(), done.secs_left()), (Some(5_000_000.0), None));
    }

    #[test]
    fn bytes_of_an_earlier_load_do_not_make_the_next_one_faster() {
        let second = pace(&[
            progress(LoadPhase::Loading, 900, 1_000, 400),
            progress(LoadPhase::Loaded, 1_000, 1_000, 500),
            progress(LoadPhase::Loading, 1_000, 4_000, 0),
            progress(LoadPhase::Loading, 2_000, 4_000, 500),
        ]);
        assert_eq!(second.bytes_per_sec(), Some(2_000.0));
        assert_eq!(second.secs_left(), Some(1));
        assert_eq!(second.n_bytes_of_load(), 1_000);
    }

    #[test]
    fn bytes_that_are_read_again_count_again() {
        let again = pace(&[
            progress(LoadPhase::Loaded, 1_000, 1_000, 500),
            progress(LoadPhase::Loading, 0, 1_000, 0),
            progress(LoadPhase::Loaded, 1_000, 1_000, 400),
        ]);
        assert_eq!(again.n_bytes_of_load(), 1_000);
    }

    #[test]
    fn files_without_bytes_divide_nothing() {
        let empty = pace(&[progress(LoadPhase::Loaded, 0, 0, 0)]);
        assert_eq!((empty.fraction(), empty.bytes_per_sec(), empty.secs_left()), (0.0, None, None));
    }
}
