//! One value of a record as the outside sees it: typed, and absent apart from every other value.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Address;

/// A value of any field. Absent (`-`, or a field that the file's layout lacks) is not zero and not "".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Value {
    Absent,
    Number(u64),
    Address(Address),
    Text(String),
}

impl Value {
    pub fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }
}

impl fmt::Display for Value {
    /// As a flow log writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Absent => f.write_str("-"),
            Value::Number(number) => number.fmt(f),
            Value::Address(address) => address.fmt(f),
            Value::Text(text) => f.write_str(text),
        }
    }
}
