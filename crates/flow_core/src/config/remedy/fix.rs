//! A remedy with all that is written of it, ready to be shown.

use serde::{Deserialize, Serialize};

use super::render::{Context, Written};
use super::{Remedy, Wanted, remedy};
use crate::config::configuration::Configuration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub remedy: Remedy,
    pub written: Written,
    /// Of each alternative, by its place.
    pub alternatives: Vec<Written>,
}

impl Fix {
    /// `rules` is absent where nothing is described.
    pub fn of(rules: Option<&Configuration>, wanted: &Wanted) -> Fix {
        let remedy = remedy(rules, wanted);
        let write = |edits: &[_]| Written::of(edits, &Context::of(rules, wanted.interface.as_deref(), edits));
        Fix {
            written: write(&remedy.edits),
            alternatives: remedy.alternatives.iter().map(|other| write(&other.edits)).collect(),
            remedy,
        }
    }
}
