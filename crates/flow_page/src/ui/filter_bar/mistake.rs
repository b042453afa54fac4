//! Where a filter text cannot be read, and why.

use flow_core::query::FilterError;
use leptos::prelude::*;

use crate::ui::prose::Prose;

/// The text around a mistake, cut so that it fits under the field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    before: String,
    /// What is underlined; a space where the text just ends too early.
    wrong: String,
    after: String,
}

/// Enough on either side to recognise the place.
const CONTEXT_CHARS: usize = 32;

impl Excerpt {
    fn of(text: &str, start: usize, end: usize) -> Excerpt {
        let start = text.floor_char_boundary(start);
        let end = text.floor_char_boundary(end).max(start);
        let (before, wrong, after) = (&text[..start], &text[start..end], &text[end..]);
        let wrong: String = wrong.chars().take(CONTEXT_CHARS).collect();
        Excerpt {
            before: last_chars(before),
            wrong: if wrong.is_empty() { " ".to_owned() } else { wrong },
            after: first_chars(after),
        }
    }
}

fn first_chars(text: &str) -> String {
    match text.char_indices().nth(CONTEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn last_chars(text: &str) -> String {
    match text.char_indices().nth_back(CONTEXT_CHARS) {
        Some((start, char)) => format!("…{}", &text[start + char.len_utf8()..]),
        None => text.to_owned(),
    }
}

#[component]
pub fn MistakeView(text: String, error: FilterError) -> impl IntoView {
    let Excerpt { before, wrong, after } = Excerpt::of(&text, error.span.start(), error.span.end());
    view! {
        <p class="filter-mistake">
            <code class="filter-mistake-text">{before}<mark class="filter-mistake-mark">{wrong}</mark>{after}</code>
            <span class="filter-mistake-words"><Prose text=error.to_string()/></span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use flow_core::query::parse_filter;

    use super::*;

    fn check(text: &str, before: &str, wrong: &str, after: &str) {
        let span = parse_filter(text).unwrap_err().span;
        let expected =
            Excerpt { before: before.to_owned(), wrong: wrong.to_owned(), after: after.to_owned() };
        assert_eq!(Excerpt::of(text, span.start(), span.end()), expected);
    }

    #[test]
    fn the_wrong_word_is_underlined_at_its_place() {
        check("dstport = 99999 and tcp", "dstport = ", "99999", " and tcp");
    }

    #[test]
    fn a_text_that_ends_too_early_is_underlined_behind_its_end() {
        check("dstport =", "dstport =", " ", "");
    }

    #[test]
    fn a_long_text_is_cut_on_both_sides() {
        let tcp = "tcp and ".repeat(10);
        let text = format!("{tcp}dstport = é and {tcp}udp");
        let excerpt = Excerpt::of(&text, 90, 92);
        assert_eq!(excerpt.wrong, "é");
        assert!(excerpt.before.starts_with('…') && excerpt.before.ends_with("dstport = "));
        assert!(excerpt.after.starts_with(" and tcp") && excerpt.after.ends_with('…'));
        assert_eq!(excerpt.before.chars().count(), CONTEXT_CHARS + 1);
    }
}
