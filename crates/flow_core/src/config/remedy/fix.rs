//! A remedy with all that is written of it, ready to be shown.

use serde::{Deserialize, Serialize};

use super::render::{Context, Written};
use super::{Change, Remedy, Wanted, remedy};
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
        let write = |Change { edits, looked_up, .. }: &Change| {
            let interface = looked_up.as_ref().or(wanted.interfaces.first());
            Written::of(edits, &Context::of(rules, interface.map(String::as_str), edits))
        };
        Fix {
            written: write(&remedy.change),
            alternatives: remedy.alternatives.iter().map(write).collect(),
            remedy,
        }
    }
}
