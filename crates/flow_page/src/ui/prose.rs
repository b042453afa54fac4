//! Sentences with code in them: what stands between backticks is shown as code, and copied without them.

use leptos::prelude::*;

/// The parts of a sentence, code or not.
fn parts(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part)).filter(|(_, part)| !part.is_empty())
}

#[component]
pub fn Prose(#[prop(into)] text: String) -> impl IntoView {
    parts(&text)
        .map(|(is_code, part)| match is_code {
            true => view! { <code>{part.to_owned()}</code> }.into_any(),
            false => part.to_owned().into_any(),
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_backticks_is_code() {
        let parts: Vec<_> = parts("Run `a b` or `c`.").collect();
        assert_eq!(parts, [(false, "Run "), (true, "a b"), (false, " or "), (true, "c"), (false, ".")]);
    }
}
