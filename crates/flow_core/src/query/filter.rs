//! A filter as data.
//!
//! A test on a row is true or false, never "unknown": an absent value equals only `-`, so a row is in
//! exactly one of `F` and `not F`.

use serde::{Deserialize, Serialize};

use super::Subject;
use crate::record::{Address, FieldKind, Prefix};

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Filter {
    /// True where all are; every row where there are none.
    And(Vec<Filter>),
    /// True where one is; no row where there are none.
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
}

/// One test of one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Test {
    pub scope: Scope,
    pub predicate: Predicate,
}

/// Where a test looks; it is true where it is true for one of the subjects.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    One(Subject),
    /// `addr`: source or destination.
    AnyAddress,
    /// `port`: source or destination.
    AnyPort,
    /// `any`: every column of the row that has a value, as text.
    AnyColumn,
}

impl Scope {
    /// What the values are that a test in this scope sees.
    pub fn kind(&self) -> FieldKind {
        match self {
            Scope::One(subject) => subject.kind(),
            Scope::AnyAddress => FieldKind::Address,
            Scope::AnyPort => FieldKind::Port,
            Scope::AnyColumn => FieldKind::Text,
        }
    }

    /// All values there can be, where they are few; empty where they are not.
    pub fn names(&self) -> &'static [&'static str] {
        match self {
            Scope::One(subject) => subject.names(),
            _ => &[],
        }
    }

    /// Whether a test in this scope can see that a value is absent: a direction is `unknown` rather than
    /// absent, and which columns of a row are absent depends on what else was loaded.
    pub fn sees_absence(&self) -> bool {
        !matches!(self, Scope::AnyColumn) && self.names().is_empty()
    }
}

/// What is asked of a value. Numbers, addresses and texts of other kinds than the subject's are never equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Predicate {
    /// `=` and `in`: one of these.
    In(Vec<Item>),
    /// A number below, at most, above, at least.
    Less(u64),
    LessOrEqual(u64),
    Greater(u64),
    GreaterOrEqual(u64),
    /// The value as a flow log writes it contains this text, whatever the case of ASCII letters. Absent
    /// values contain nothing.
    Contains(String),
}

/// One choice of an [`Predicate::In`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Item {
    Absent,
    Number(u64),
    /// Both ends included.
    NumberRange(u64, u64),
    Address(Address),
    Prefix(Prefix),
    /// Text equals whatever the case of ASCII letters.
    Text(String),
}

impl Filter {
    pub const fn everything() -> Filter {
        Filter::And(Vec::new())
    }

    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::And(parts) if parts.is_empty())
    }

    /// The first condition on what is worked out from all rows, not recorded in each.
    pub fn first_derived(&self) -> Option<(&Filter, &Subject)> {
        match self {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().find_map(Filter::first_derived),
            Filter::Not(part) => part.first_derived(),
            Filter::Test(Test { scope: Scope::One(subject), .. }) => {
                subject.is_derived().then_some((self, subject))
            }
            Filter::Test(_) => None,
        }
    }

    pub fn test(subject: impl Into<Subject>, predicate: Predicate) -> Filter {
        Filter::Test(Test { scope: Scope::One(subject.into()), predicate })
    }
}
