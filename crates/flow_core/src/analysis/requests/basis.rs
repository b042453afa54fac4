//! What an answer about requests rests on, and what it leaves aside: shown beside every one of them.

use serde::{Deserialize, Serialize};

use crate::record::{Field, Value};

/// Counts of rows, as they stood in the files, of those that the filter left. Whoever says that something did not happen
/// says it of these rows only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub n_rows: u64,
    /// Smallest start and largest end of all rows of the load, seconds since 1970.
    pub time: Option<(u64, u64)>,
    /// Counted with who asked being a guess: the smaller port, or who was there first.
    pub n_rows_guessed: u64,
    /// Left aside: nothing tells who asked.
    pub n_rows_unknown: u64,
    /// Left aside: who asked is known, which end is the interface is not.
    pub n_rows_without_side: u64,
    /// Left aside: there were more accepted requests than are kept, and more refused ones.
    pub n_accepted_rows_over_limit: u64,
    pub n_other_rows_over_limit: u64,
    /// Rows that record no action; they tell who asked and nothing else.
    pub n_rows_without_action: u64,
    /// Windows that AWS skipped (SKIPDATA), by interface: what it logged then is not here.
    pub skipped: Vec<(Value, u64)>,
    /// Fields that no file records and without which nothing can be said.
    pub missing: Vec<Field>,
    /// Fields that no file records and that would leave less to guess.
    pub needs: Vec<Field>,
}

impl Basis {
    pub fn n_skipped_windows(&self) -> u64 {
        self.skipped.iter().map(|(_, n_windows)| n_windows).sum()
    }
}
