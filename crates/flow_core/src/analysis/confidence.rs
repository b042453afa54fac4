//! How sure what is inferred is.

use serde::{Deserialize, Serialize};

/// How sure a verdict is, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// The record itself says so.
    Certain,
    High,
    Medium,
    Low,
}

impl Confidence {
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}
