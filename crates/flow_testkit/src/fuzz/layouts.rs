//! What tells a layout: the values of records, a format that is pasted, the name of a file.

use flow_core::parse::{detect, file_name, log_format};
use flow_core::record::ColumnKey;

/// Records that are looked at; the page takes some dozens.
const RECORDS_MAX: usize = 100;

pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check_shape(text);
    check_format(text);
    check_name(text);
}

fn check_shape(text: &str) {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut records: Vec<Vec<&str>> =
        lines.take(RECORDS_MAX).map(|line| line.split_whitespace().collect()).collect();
    let detected = detect::detect(&records);
    if let Some((layout, _)) = &detected {
        let n_columns = layout.columns().len();
        assert!(
            records.iter().any(|record| record.len() == n_columns),
            "records are as long as their layout"
        );
        // A record's version says which fields AWS had at that time, not which there are.
        let is_version = |key: &ColumnKey| key.name() == "version";
        if let Some(at) = layout.columns().iter().position(is_version) {
            for record in records.iter_mut().filter(|record| record.len() == n_columns) {
                if let Ok(1..=9) = record[at].parse::<u8>() {
                    record[at] = if record[at] == "5" { "2" } else { "5" };
                }
            }
            assert_eq!(detect::detect(&records), detected, "the version decides nothing");
        }
    }
    let guesses = detect::guesses(&records);
    assert!(guesses.is_empty() || records.iter().any(|record| record.len() == guesses.len()));
    for (at, guess) in guesses.iter().enumerate() {
        let is_here = |example: &String| records.iter().any(|record| record.get(at) == Some(&&example[..]));
        assert!(guess.examples.iter().all(is_here), "examples are values of the column: {guess:?}");
        let n_times =
            guesses.iter().filter(|other| other.field.is_some() && other.field == guess.field).count();
        assert!(n_times <= 1, "a field is of one column: {guess:?}");
    }
}

fn check_format(text: &str) {
    match log_format::parse(text) {
        Ok(layout) => {
            let names = layout.names();
            let format = if text.contains("${") {
                names.iter().map(|name| format!("${{{name}}} ")).collect()
            } else {
                names.join(" ")
            };
            assert_eq!(log_format::parse(&format), Ok(layout), "a layout's names are its format: {format}");
        }
        Err(problem) => assert!(!problem.explanation().is_empty()),
    }
}

fn check_name(name: &str) {
    let facts = file_name::facts(name);
    if let Some(account) = &facts.account {
        assert!(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "{account}");
    }
    for part in [&facts.account, &facts.region, &facts.flow_log_id].into_iter().flatten() {
        assert!(name.contains(part.as_str()), "{part} stands in the name");
    }
    assert!(facts.flow_log_id.is_none_or(|id| id.starts_with("fl-")));
    assert!(facts.time.is_none_or(|(start, end)| start < end), "{:?}", facts.time);
}
