//! The order of rows.

use serde::{Deserialize, Serialize};

use super::Subject;

/// Which value rows are ordered by; equal ones stay in load order, absent ones come last both ways.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortSpec {
    pub subject: Subject,
    pub descending: bool,
}
