//! docs/filter.md is true: every example on the page is read as the page says.

use flow_core::query::text::{DEPTH_MAX, ITEMS_MAX, TEXT_BYTES_MAX};
use flow_core::query::{Subject, parse_filter};

const PAGE: &str = include_str!("../../../docs/filter.md");

/// Lines of the fenced blocks that are marked as `language`.
fn blocks(language: &str) -> Vec<Vec<&'static str>> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(language) {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect());
        }
    }
    blocks
}

#[test]
fn every_example_is_read_and_printed_as_it_says() {
    let examples: Vec<&str> = blocks("filter").into_iter().flatten().collect();
    assert!(examples.len() >= 40, "{}", examples.len());
    for example in examples {
        let (text, printed) = example.split_once(" => ").unwrap_or((example, example));
        let filter = parse_filter(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        if printed != example {
            assert_eq!(filter.to_string(), printed.trim(), "{text}");
        }
        assert_eq!(parse_filter(printed), Ok(filter), "{text}");
    }
}

#[test]
fn every_error_is_the_one_that_it_says() {
    let errors = blocks("error");
    assert_eq!(errors.len(), 2);
    for lines in errors {
        let [text, marks, sentence] = lines[..] else { panic!("three lines make an error: {lines:?}") };
        let error = parse_filter(text).expect_err(text);
        let n_marked = error.span.end() - error.span.start();
        assert_eq!(" ".repeat(error.span.start()) + &"^".repeat(n_marked), marks);
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn the_page_names_what_is_worked_out_and_the_limits() {
    for subject in Subject::DERIVED {
        assert!(PAGE.contains(&format!("`{}`", subject.name())), "{}", subject.name());
    }
    let with_commas = |number: usize| match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    };
    let limits = [TEXT_BYTES_MAX, DEPTH_MAX, ITEMS_MAX].map(with_commas);
    let [bytes, parentheses, values] = limits;
    assert!(PAGE.contains(&format!(
        "at most {bytes} bytes, {parentheses} parentheses within one another and {values} values in a list"
    )));
}
