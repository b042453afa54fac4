//! Random filters: sensible ones on the columns of random rows, and ones that only a program would make.

use flow_core::query::{Filter, Item, Predicate, Scope, Subject, Test};
use flow_core::record::{ColumnKey, Prefix};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::rows::{ADDRESSES, AMOUNTS, COLUMNS, PORTS, TEXTS};

/// Columns that a filter may name though no row has them, with names that look like something else.
pub const ODD_COLUMNS: [&str; 6] = ["my column", "direction", "and", "x\"y\\z", "10.0.0.1", "port"];

pub fn any_subject() -> impl Strategy<Value = Subject> {
    prop_oneof![
        6 => select(&COLUMNS[..]).prop_map(Subject::from_name),
        3 => select(&Subject::DERIVED[..]),
        1 => select(&ODD_COLUMNS[..]).prop_map(|name| Subject::Column(ColumnKey::from_name(name))),
    ]
}

/// Up to three levels of and, or and not over tests of every scope, predicate and item, whether they fit each
/// other or not.
pub fn any_filter() -> impl Strategy<Value = Filter> {
    let test =
        (any_scope(), any_predicate()).prop_map(|(scope, predicate)| Filter::Test(Test { scope, predicate }));
    test.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Filter::And),
            vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn any_scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        6 => any_subject().prop_map(Scope::One),
        1 => Just(Scope::AnyAddress),
        1 => Just(Scope::AnyPort),
        1 => Just(Scope::AnyColumn),
    ]
}

fn any_predicate() -> impl Strategy<Value = Predicate> {
    prop_oneof![
        6 => vec(any_item(), 0..4).prop_map(Predicate::In),
        1 => any_number().prop_map(Predicate::Less),
        1 => any_number().prop_map(Predicate::LessOrEqual),
        1 => any_number().prop_map(Predicate::Greater),
        1 => any_number().prop_map(Predicate::GreaterOrEqual),
        2 => any_text().prop_map(Predicate::Contains),
    ]
}

fn any_item() -> impl Strategy<Value = Item> {
    prop_oneof![
        1 => Just(Item::Absent),
        2 => any_number().prop_map(Item::Number),
        1 => (any_number(), any_number()).prop_map(|(first, last)| Item::NumberRange(first, last)),
        2 => select(&ADDRESSES[..]).prop_map(Item::Address),
        1 => (select(&ADDRESSES[..]), 0u8..=128)
            .prop_filter_map("a MAC address has no prefix", |(base, len)| Prefix::new(base, len))
            .prop_map(Item::Prefix),
        2 => any_text().prop_map(Item::Text),
    ]
}

/// Numbers that rows have, their neighbours, and any other.
fn any_number() -> impl Strategy<Value = u64> {
    let known = prop_oneof![select(&PORTS[..]), select(&AMOUNTS[..]), Just(6), Just(17)];
    prop_oneof![
        4 => known.clone(),
        2 => (known, any::<bool>())
            .prop_map(|(number, up)| if up { number.saturating_add(1) } else { number.saturating_sub(1) }),
        1 => any::<u64>(),
    ]
}

/// Texts that rows have, parts of them, words of the filter language, and any other.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&TEXTS[..]).prop_map(str::to_owned),
        2 => select(
            &["", "-", "0", "4", "10.", "::", "re", "IN", "and", "a..b", "it's", "\\", "\"", "ingress", "Unknown"][..]
        )
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}
