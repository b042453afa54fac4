//! What was counted of a few segments, in little room, to be added to other counts at once.
//!
//! Counters have a place for each value that a store knows; a few segments have rows of some thousands of them. So adding a
//! stretch is a fifth of the work of counting its rows, and takes two or three bytes a row.

use super::Tally;
use super::counters::SparseCounters;

#[derive(Clone, Debug, Default)]
pub(super) struct Stretch {
    pub tallies: Vec<Tally>,
    pub counters: Vec<SparseCounters>,
}

impl Stretch {
    pub fn n_entries(&self) -> usize {
        self.counters.iter().map(SparseCounters::n_entries).sum()
    }
}
