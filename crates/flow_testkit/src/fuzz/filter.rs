//! Texts in the filter box: read or refused with a place, and what is read prints back.

use flow_core::query::{Span, completions, parse_filter_with};

use crate::filters::ODD_COLUMNS;

pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let columns = ODD_COLUMNS.map(String::from);
    match parse_filter_with(text, &columns) {
        Ok(filter) => {
            let printed = filter.to_string();
            assert_eq!(parse_filter_with(&printed, &columns), Ok(filter), "it prints back as {printed}");
        }
        Err(error) => {
            assert!(is_within(error.span, text), "{error:?}");
            assert!(!error.expected.is_empty() && !error.found.is_empty(), "{error:?}");
        }
    }
    // While it is typed, and with the cursor put back to the middle.
    for cursor in [text.len(), text.len() / 2] {
        for completion in completions(text, cursor, &columns) {
            assert!(is_within(completion.replaces, text) && completion.replaces.end() <= cursor);
            assert!(!completion.text.is_empty());
        }
    }
}

fn is_within(span: Span, text: &str) -> bool {
    text.get(span.start()..span.end()).is_some()
}
