//! The filter language, case by case and by its properties.

use flow_core::query::text::{DEPTH_MAX, ITEMS_MAX, TEXT_BYTES_MAX};
use flow_core::query::{Filter, FilterError, completions, parse_filter, parse_filter_with};
use flow_testkit::filters::{ODD_COLUMNS, any_filter};
use proptest::prelude::*;

/// Columns that the cases may name beside AWS's own.
fn columns() -> Vec<String> {
    ODD_COLUMNS.into_iter().chain(["k8s-pod", "Team"]).map(str::to_owned).collect()
}

/// Cases of a file: paragraphs, without `#` comments.
fn cases(file: &str) -> Vec<Vec<&str>> {
    file.split("\n\n")
        .map(|paragraph| paragraph.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>())
        .filter(|lines| !lines.is_empty())
        .collect()
}

#[test]
fn text_is_printed_in_its_canonical_form() {
    let cases = cases(include_str!("filter/canonical.txt"));
    assert!(cases.len() >= 80, "{}", cases.len());
    for case in cases {
        let (canonical, texts) = case.split_last().unwrap();
        let canonical = canonical.strip_prefix("=> ").unwrap_or_else(|| panic!("no => in {case:?}"));
        // A canonical text is its own canonical form.
        for text in texts.iter().copied().chain([canonical]) {
            let filter = parse_filter_with(text, &columns()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(filter.to_string(), canonical, "{text}");
        }
    }
}

#[test]
fn errors_show_their_place_and_say_what_would_fit() {
    let cases = cases(include_str!("filter/errors.txt"));
    assert!(cases.len() >= 40, "{}", cases.len());
    for case in cases {
        let [text, marks, sentence] = case[..] else { panic!("three lines make a case: {case:?}") };
        let error = parse_filter_with(text, &columns()).expect_err(text);
        assert_eq!(marked(text, &error), marks, "{text}\n{error}");
        assert_eq!(error.to_string(), sentence, "{text}");
    }
}

/// `^` under each character of the error's place, one past the end where the text ends too early.
fn marked(text: &str, error: &FilterError) -> String {
    let n_before = text[..error.span.start()].chars().count();
    let n_within = text[error.span.start()..error.span.end()].chars().count();
    " ".repeat(n_before) + &"^".repeat(n_within.max(1))
}

#[test]
fn limits_are_errors_not_accidents() {
    let open = "(".repeat(100_000);
    let error = parse_filter(&open).unwrap_err();
    assert_eq!((error.span.start(), error.span.end()), (DEPTH_MAX, DEPTH_MAX + 1));
    assert!(error.to_string().contains("at most 64 parentheses"), "{error}");
    let nested = format!("{}tcp{}", "(".repeat(DEPTH_MAX), ")".repeat(DEPTH_MAX));
    assert_eq!(parse_filter(&nested).unwrap().to_string(), "protocol = tcp");

    assert_eq!(parse_filter(&format!("{}tcp", "not ".repeat(30_000))).unwrap().to_string(), "protocol = tcp");

    let long = "é".repeat(TEXT_BYTES_MAX);
    let error = parse_filter(&long).unwrap_err();
    assert_eq!(error.span.end(), long.len());
    assert!(error.to_string().contains("131072 bytes, found 262144 bytes"), "{error}");

    let list = |n_items: usize| {
        let items: Vec<String> = (0..n_items).map(|port| port.to_string()).collect();
        format!("dstport in ({})", items.join(","))
    };
    assert!(parse_filter(&list(ITEMS_MAX)).is_ok());
    let error = parse_filter(&list(ITEMS_MAX + 1)).unwrap_err();
    assert!(error.to_string().starts_with("Expected at most 2000 values in a list, found `2000`"), "{error}");
}

#[test]
fn an_unknown_column_is_an_error_until_the_log_has_it() {
    assert!(parse_filter("k8s-pod = web").is_err());
    let filter = parse_filter_with("K8S-pod = web", &columns()).unwrap();
    assert_eq!(filter.to_string(), "k8s-pod = web");
}

/// Fragments of the language in any order: nearly a filter, which is where parsers break.
fn almost_a_filter() -> impl Strategy<Value = String> {
    let fragment = proptest::sample::select(
        &[
            "dstport",
            "srcaddr",
            "addr",
            "any",
            "action",
            "start",
            "direction",
            "my column",
            "=",
            "!=",
            "<=",
            ">",
            "in",
            "contains",
            "not",
            "and",
            "or",
            "&&",
            "||",
            "!",
            "(",
            ")",
            ",",
            "..",
            "\"",
            "'",
            "\\",
            "-",
            "22",
            "https",
            "10.0.0.0/8",
            "::1",
            "2026-01-02",
            "10k",
            "reject",
            "é",
            "\u{2003}",
            "é\"",
        ][..],
    );
    proptest::collection::vec((fragment, proptest::sample::select(&["", " "][..])), 0..14)
        .prop_map(|fragments| fragments.into_iter().flat_map(|(text, space)| [text, space]).collect())
}

fn check_any_text(text: &str) {
    match parse_filter_with(text, &columns()) {
        Ok(filter) => {
            assert_eq!(filter.clone().canonical(), filter, "parsing gives canonical filters");
            assert_eq!(parse_filter_with(&filter.to_string(), &columns()), Ok(filter));
        }
        Err(error) => {
            assert!(error.span.start <= error.span.end && error.span.end() <= text.len());
            assert!(text.is_char_boundary(error.span.start()) && text.is_char_boundary(error.span.end()));
            assert!(error.span.start < error.span.end || error.span.start() == text.len());
        }
    }
    for cursor in 0..=text.len() {
        for completion in completions(text, cursor, &columns()) {
            assert!(completion.replaces.start() <= completion.replaces.end());
            assert!(text.get(completion.replaces.start()..completion.replaces.end()).is_some());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_printed_parses_to_the_same_filter(filter in any_filter()) {
        let canonical = filter.clone().canonical();
        let text = filter.to_string();
        let parsed = parse_filter_with(&text, &columns());
        prop_assert_eq!(parsed.as_ref(), Ok(&canonical), "{}", text);
        prop_assert_eq!(canonical.to_string(), text);
    }

    #[test]
    fn canonical_is_final(filter in any_filter()) {
        let canonical = filter.canonical();
        prop_assert_eq!(canonical.clone().canonical(), canonical);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in any::<String>()) {
        check_any_text(&text);
    }

    #[test]
    fn almost_any_filter_is_one_or_an_error_within_it(text in almost_a_filter()) {
        check_any_text(&text);
    }

    #[test]
    fn adding_a_part_twice_adds_it_once(first in any_filter(), second in any_filter()) {
        let both = first.and(second.clone());
        prop_assert_eq!(both.clone().and(second), both);
    }

    #[test]
    fn taking_all_parts_away_leaves_everything(filter in any_filter()) {
        let mut filter = filter.canonical();
        for _ in 0..filter.conjuncts().len() {
            filter = filter.without_conjunct(0);
        }
        prop_assert!(filter.is_everything());
    }
}

#[test]
fn the_empty_text_is_everything() {
    for text in ["", "  \n", "()", "( )", "not not ()"] {
        assert_eq!(parse_filter(text), Ok(Filter::everything()), "{text:?}");
    }
    assert_eq!(Filter::everything().to_string(), "");
}
