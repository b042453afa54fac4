//! The filter as the reader writes it: the page's one door to the engine's filter language.

use flow_core::query::{Filter, Item, Predicate, Subject};
use flow_core::record::Value;

/// What is wrong with a filter text, and where: bytes `start..end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub start: usize,
    pub end: usize,
    pub message: String,
}

pub fn parse(text: &str) -> Result<Filter, Mistake> {
    if text.trim().is_empty() {
        return Ok(Filter::everything());
    }
    Err(Mistake { start: 0, end: text.len(), message: "Filters are not built yet".to_owned() })
}

/// Rows where the subject has this value.
pub fn equals(subject: Subject, value: &Value) -> Filter {
    let item = match value {
        Value::Absent => Item::Absent,
        Value::Number(number) => Item::Number(*number),
        Value::Address(address) => Item::Address(*address),
        Value::Text(text) => Item::Text(text.clone()),
    };
    Filter::test(subject, Predicate::In(vec![item]))
}

/// The text that also asks for `filter`.
pub fn narrowed(text: &str, filter: &Filter) -> String {
    let _ = filter;
    text.to_owned()
}
