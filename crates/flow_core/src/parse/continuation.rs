//! What the lines of a file say about those that follow, so that the middle of a file can be read by itself.

use serde::{Deserialize, Serialize};

use super::Layout;
use super::header::NAMES_OF_SHORT_HEADER_MAX;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    /// The layout in force.
    pub layout: Layout,
    /// Those that the file has shown so far, as its report keeps them.
    pub known: Vec<Layout>,
}

impl Continuation {
    /// Whether the same lines mean the same behind both.
    ///
    /// Of the layouts that were in force before, only those of few names matter: such a header is believed only
    /// where it has been seen.
    pub fn reads_like(&self, other: &Continuation) -> bool {
        let short = |of: &Continuation| -> Vec<Layout> {
            let is_short = |layout: &&Layout| layout.columns().len() <= NAMES_OF_SHORT_HEADER_MAX;
            of.known.iter().filter(is_short).cloned().collect()
        };
        self.layout == other.layout && short(self) == short(other)
    }
}
