//! What a shard remembers between questions, so that none is worked out twice.
//!
//! All of it follows from the store: without it answers are the same and take longer. It holds for segments by
//! their versions, so that nothing outlives what it was made of, whatever has happened to the store since.

use super::counted::Remembered;
use super::overview::{OverviewCounts, RememberedWindows};

/// Filled by [`super::Analysis::remember`].
#[derive(Clone, Debug)]
pub struct Memory {
    pub(super) overview: Remembered<OverviewCounts>,
    pub(super) windows: RememberedWindows,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { overview: Remembered::new(OverviewCounts::default()), windows: RememberedWindows::default() }
    }
}
