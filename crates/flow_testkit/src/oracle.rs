//! What a filter means, in the slowest and most obvious way: the twin that the engine is tested against.
//!
//! Written from the documentation of `Filter`, not from the engine's code, and sharing none of it.

use flow_core::query::{Filter, Item, Predicate, Scope, Subject};
use flow_core::record::{Address, Direction, Prefix, Value};

use crate::rows::PlainRow;

pub fn matches(filter: &Filter, row: &PlainRow) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| matches(part, row)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, row)),
        Filter::Not(part) => !matches(part, row),
        Filter::Test(test) => {
            let values: Vec<Value> = match &test.scope {
                Scope::One(subject) => vec![value(subject, row)],
                Scope::AnyAddress => vec![column("srcaddr", row), column("dstaddr", row)],
                Scope::AnyPort => vec![column("srcport", row), column("dstport", row)],
                Scope::AnyColumn => row
                    .values
                    .values()
                    .filter(|value| **value != Value::Absent)
                    .map(|value| Value::Text(value.to_string()))
                    .collect(),
            };
            values.iter().any(|value| passes(&test.predicate, value))
        }
    }
}

pub fn value(subject: &Subject, row: &PlainRow) -> Value {
    let text = |name: &str| Value::Text(name.to_owned());
    // What leaves the interface has it as its source, what arrives has it as its destination.
    let end = |of_egress: &str, of_ingress: &str| match row.orientation.direction {
        Direction::Egress => column(of_egress, row),
        Direction::Ingress => column(of_ingress, row),
        Direction::Unknown => Value::Absent,
    };
    match subject {
        Subject::Column(key) => column(key.name(), row),
        Subject::Direction => text(row.orientation.direction.name()),
        Subject::Class => text(row.orientation.class.name()),
        // Rows as they were recorded.
        Subject::Records => Value::Number(1),
        Subject::LocalAddress => end("srcaddr", "dstaddr"),
        Subject::RemoteAddress => end("dstaddr", "srcaddr"),
        Subject::LocalPort => end("srcport", "dstport"),
        Subject::RemotePort => end("dstport", "srcport"),
    }
}

fn column(name: &str, row: &PlainRow) -> Value {
    row.values.get(name).cloned().unwrap_or(Value::Absent)
}

fn passes(predicate: &Predicate, value: &Value) -> bool {
    match (predicate, value) {
        (Predicate::In(items), value) => items.iter().any(|item| equals(item, value)),
        (Predicate::Less(bound), Value::Number(number)) => number < bound,
        (Predicate::LessOrEqual(bound), Value::Number(number)) => number <= bound,
        (Predicate::Greater(bound), Value::Number(number)) => number > bound,
        (Predicate::GreaterOrEqual(bound), Value::Number(number)) => number >= bound,
        (Predicate::Contains(_), Value::Absent) => false,
        (Predicate::Contains(part), value) => {
            value.to_string().to_ascii_lowercase().contains(&part.to_ascii_lowercase())
        }
        _ => false,
    }
}

fn equals(item: &Item, value: &Value) -> bool {
    match (item, value) {
        (Item::Absent, Value::Absent) => true,
        (Item::Number(item), Value::Number(number)) => item == number,
        (Item::NumberRange(first, last), Value::Number(number)) => (first..=last).contains(&number),
        (Item::Address(item), Value::Address(address)) => item == address,
        (Item::Prefix(prefix), Value::Address(address)) => is_within(*prefix, *address),
        (Item::Text(item), Value::Text(text)) => item.eq_ignore_ascii_case(text),
        _ => false,
    }
}

/// Written out as ones and zeros, the address begins with the prefix.
fn is_within(prefix: Prefix, address: Address) -> bool {
    let digits = |address| match address {
        Address::V4(bits) => format!("{bits:032b}"),
        Address::V6(bits) => format!("{bits:0128b}"),
        Address::Mac(bits) => format!("{bits:048b}"),
    };
    prefix.base().family() == address.family()
        && digits(address).starts_with(&digits(prefix.base())[..usize::from(prefix.n_bits())])
}
