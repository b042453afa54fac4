//! Why a filter text is none: the place, what would fit there, what stands there instead.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stretch of the text in bytes; both ends lie between characters. Empty only at the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Span {
        // A place past four billion bytes only has to be past every limit.
        let saturated = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: saturated(start), end: saturated(end) }
    }

    pub fn start(self) -> usize {
        self.start as usize
    }

    pub fn end(self) -> usize {
        self.end as usize
    }

    pub(super) fn text(self, text: &str) -> &str {
        &text[self.start()..self.end()]
    }
}

/// A filter text that cannot be read, in the words of its reader. Its `Display` is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterError {
    pub span: Span,
    /// What would fit, as the middle of "Expected …, found …".
    pub expected: String,
    /// What is there, as the end of that sentence.
    pub found: String,
    /// What may have been meant: text to put in the place of the span.
    pub suggestion: Option<String>,
}

/// What was found is said to be recognised, not to be read again.
const FOUND_CHARS_MAX: usize = 40;

impl FilterError {
    /// An error about a stretch of `text`, or about its end where the stretch is empty.
    pub(super) fn at(text: &str, span: Span, expected: impl Into<String>) -> FilterError {
        FilterError { span, expected: expected.into(), found: found(span.text(text)), suggestion: None }
    }

    pub(super) fn suggesting(mut self, suggestion: Option<impl Into<String>>) -> FilterError {
        self.suggestion = suggestion.map(Into::into);
        self
    }
}

fn found(text: &str) -> String {
    if text.is_empty() {
        return "the end of the filter".to_owned();
    }
    match text.char_indices().nth(FOUND_CHARS_MAX) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expected {}, found {}", self.expected, self.found)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, ". Did you mean {suggestion}?")?;
        }
        Ok(())
    }
}

impl std::error::Error for FilterError {}
