//! What of the files a load keeps, and how.

use serde::{Deserialize, Serialize};

use crate::parse::GivenLayout;
use crate::query::{Filter, Subject};

/// Chosen before loading; by default every row is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoadOptions {
    /// Rows that are kept; all lines are read and accounted for all the same.
    pub keep: Filter,
    /// Whether records of the same minute, ends and service become one row.
    pub roll_up: bool,
    /// Layouts of files without a header.
    pub layouts: Vec<GivenLayout>,
}

impl Default for LoadOptions {
    fn default() -> LoadOptions {
        LoadOptions { keep: Filter::everything(), roll_up: false, layouts: Vec::new() }
    }
}

/// Why rows cannot be kept by a filter: one of its conditions is not decided by a row alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotKeep {
    /// The condition, as filter text.
    pub condition: String,
    pub subject: Subject,
}

impl LoadOptions {
    /// Whether every row is kept as it is.
    pub fn keeps_everything(&self) -> bool {
        self.is_exact() && self.keep.is_everything()
    }

    /// Whether each row that is kept is a record, just as it stands in its file.
    pub fn is_exact(&self) -> bool {
        !self.roll_up
    }

    /// Whether the filter can be asked of rows while they are read.
    pub fn check(&self) -> Result<(), CannotKeep> {
        match self.keep.first_derived() {
            None => Ok(()),
            Some((condition, subject)) => {
                Err(CannotKeep { condition: condition.to_string(), subject: subject.clone() })
            }
        }
    }
}

impl std::fmt::Display for CannotKeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` cannot be decided while loading: `{}` is worked out when all rows are there. Keep by what is \
             recorded instead: addresses, ports, interface, action, time",
            self.condition,
            self.subject.name()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse_filter;

    fn check(text: &str) -> Option<String> {
        let keep = parse_filter(text).expect("a filter");
        LoadOptions { keep, ..LoadOptions::default() }.check().err().map(|cannot_keep| cannot_keep.condition)
    }

    #[test]
    fn what_is_recorded_can_be_kept_by() {
        for text in
            ["", "dstport = 443", "not srcaddr in 10.0.0.0/8 or action = REJECT", "start >= 5 and eni-1"]
        {
            assert_eq!(check(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_worked_out_is_named() {
        assert_eq!(check("dstport = 443 and direction = ingress").unwrap(), "direction = ingress");
        assert_eq!(check("not (tcp or remoteaddr in 10.0.0.0/8)").unwrap(), "remoteaddr in 10.0.0.0/8");
        assert_eq!(check("class = inbound").unwrap(), "class = inbound");
    }
}
