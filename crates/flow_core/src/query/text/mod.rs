//! The filter language: text to [`Filter`](super::Filter) and back, errors with a place, completion.
//!
//! Parsing always gives a canonical filter, and printing a canonical filter gives text that parses to it.
//! docs/filter.md is the language as its users see it; a test reads every example there.

mod bare_word;
mod completion;
mod error;
mod parser;
mod print;
mod suggestion;
mod token;
mod value;

pub use completion::{Completion, completions};
pub use error::{FilterError, Span};
pub use parser::{parse_filter, parse_filter_with};

/// Text longer than this is not read. A pasted list of [`ITEMS_MAX`] IPv6 addresses fits; more is a file
/// dropped into the wrong box, and would stall the page that parses on every key.
pub const TEXT_BYTES_MAX: usize = 128 * 1024;

/// Parentheses within parentheses. Nobody writes ten; parsing, evaluating and printing recurse, and this
/// many levels fit the smallest stack that a browser gives a worker.
pub const DEPTH_MAX: usize = 64;

/// Values in one list: what a reader may paste from a spreadsheet of addresses.
pub const ITEMS_MAX: usize = 2_000;

/// Words that have a meaning of their own; as values they need quotes.
const KEYWORDS: [&str; 5] = ["and", "or", "not", "in", "contains"];

fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}
