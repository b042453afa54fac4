//! What the load is up to, worked out from the engine's progress.

use flow_core::session::message::{LoadPhase, Progress};

/// The load as the screen tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadState {
    /// Nothing was opened yet.
    Empty,
    Loading,
    /// Nothing more comes until files are added.
    Settled,
}

impl LoadState {
    pub fn of(progress: &Progress) -> LoadState {
        match progress.phase {
            LoadPhase::Idle if progress.n_files == 0 => LoadState::Empty,
            LoadPhase::Loading => LoadState::Loading,
            _ => LoadState::Settled,
        }
    }
}
