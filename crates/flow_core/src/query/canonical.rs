//! One way to write each filter: what the parser returns, what is printed, what a URL carries.
//!
//! Canonical does not mean minimal: what the reader wrote stays as they wrote it, in their order. Only what
//! has no text of its own goes: nesting without meaning, doubles, and tests that can never be true, such as
//! a port that equals an address.

use hashbrown::HashSet;
use rustc_hash::FxBuildHasher;

use super::{Filter, Item, Predicate, Scope, Subject, Test};
use crate::record::{Address, ColumnKey, FieldKind};

impl Filter {
    /// True for no row.
    pub const fn nothing() -> Filter {
        Filter::Or(Vec::new())
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Filter::Or(parts) if parts.is_empty())
    }

    /// The filter's canonical form, which is true for the same rows.
    #[must_use]
    pub fn canonical(self) -> Filter {
        match self {
            Filter::And(parts) => {
                let mut flat = Vec::with_capacity(parts.len());
                for part in parts {
                    match part.canonical() {
                        Filter::And(inner) => flat.extend(inner),
                        part if part.is_nothing() => return Filter::nothing(),
                        part => flat.push(part),
                    }
                }
                only_or(distinct(flat), Filter::And)
            }
            Filter::Or(parts) => {
                let mut flat = Vec::with_capacity(parts.len());
                for part in parts {
                    match part.canonical() {
                        Filter::Or(inner) => flat.extend(inner),
                        part if part.is_everything() => return Filter::everything(),
                        part => flat.push(part),
                    }
                }
                only_or(distinct(flat), Filter::Or)
            }
            Filter::Not(part) => match part.canonical() {
                Filter::Not(inner) => *inner,
                part if part.is_everything() => Filter::nothing(),
                part if part.is_nothing() => Filter::everything(),
                part => Filter::Not(Box::new(part)),
            },
            Filter::Test(test) => test.canonical().map_or(Filter::nothing(), Filter::Test),
        }
    }

    /// The same filter with all text in one case: two filters that differ in case only mean the same.
    pub(super) fn case_folded(&self) -> Filter {
        let all = |parts: &[Filter]| parts.iter().map(Filter::case_folded).collect();
        match self {
            Filter::And(parts) => Filter::And(all(parts)),
            Filter::Or(parts) => Filter::Or(all(parts)),
            Filter::Not(part) => Filter::Not(Box::new(part.case_folded())),
            Filter::Test(test) => {
                let predicate = match &test.predicate {
                    Predicate::In(items) => Predicate::In(items.iter().map(Item::case_folded).collect()),
                    Predicate::Contains(text) => Predicate::Contains(text.to_ascii_lowercase()),
                    other => other.clone(),
                };
                Filter::Test(Test { scope: test.scope.clone(), predicate })
            }
        }
    }
}

/// The only part where there is one, else all of them together.
fn only_or(mut parts: Vec<Filter>, together: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => together(parts),
    }
}

/// The first of each.
fn distinct(parts: Vec<Filter>) -> Vec<Filter> {
    let mut seen = HashSet::with_hasher(FxBuildHasher);
    parts.into_iter().filter(|part| seen.insert(part.case_folded())).collect()
}

impl Test {
    /// `None` where no row can pass.
    fn canonical(self) -> Option<Test> {
        let scope = match self.scope {
            // A name that AWS documents is that field, however it was spelt.
            Scope::One(Subject::Column(ColumnKey::Other(name))) => {
                Scope::One(Subject::Column(ColumnKey::from_name(&name)))
            }
            scope => scope,
        };
        let max = scope.kind().max();
        let predicate = match self.predicate {
            Predicate::In(items) => {
                let mut seen = HashSet::with_hasher(FxBuildHasher);
                let items: Vec<Item> = items
                    .into_iter()
                    .filter_map(|item| item.canonical(&scope))
                    .filter(|item| seen.insert(item.case_folded()))
                    .collect();
                if items.is_empty() {
                    return None;
                }
                Predicate::In(items)
            }
            Predicate::Less(bound) if bound > max? => Predicate::LessOrEqual(max?),
            Predicate::LessOrEqual(bound) => Predicate::LessOrEqual(bound.min(max?)),
            Predicate::Greater(bound) | Predicate::GreaterOrEqual(bound) if bound > max? => return None,
            Predicate::Contains(text) => Predicate::Contains(text),
            predicate => predicate,
        };
        Some(Test { scope, predicate })
    }
}

impl Item {
    /// `None` where no value in `scope` can equal the item.
    fn canonical(self, scope: &Scope) -> Option<Item> {
        let kind = scope.kind();
        match self {
            Item::Absent => scope.sees_absence().then_some(Item::Absent),
            Item::Number(number) => (number <= kind.max()?).then_some(Item::Number(number)),
            Item::NumberRange(first, last) => {
                let last = last.min(kind.max()?);
                match first.cmp(&last) {
                    std::cmp::Ordering::Less => Some(Item::NumberRange(first, last)),
                    std::cmp::Ordering::Equal => Some(Item::Number(first)),
                    std::cmp::Ordering::Greater => None,
                }
            }
            Item::Address(address) => (kind == FieldKind::Address).then_some(Item::Address(address)),
            Item::Prefix(prefix) if kind == FieldKind::Address => Some(match prefix.base() {
                base @ Address::V4(_) if prefix.n_bits() == 32 => Item::Address(base),
                base @ Address::V6(_) if prefix.n_bits() == 128 => Item::Address(base),
                _ => Item::Prefix(prefix),
            }),
            Item::Prefix(_) => None,
            Item::Text(text) if kind == FieldKind::Text => match scope.names() {
                [] => Some(Item::Text(text)),
                names => names
                    .iter()
                    .find(|name| name.eq_ignore_ascii_case(&text))
                    .map(|name| Item::Text((*name).to_owned())),
            },
            Item::Text(_) => None,
        }
    }

    fn case_folded(&self) -> Item {
        match self {
            Item::Text(text) => Item::Text(text.to_ascii_lowercase()),
            other => other.clone(),
        }
    }
}
