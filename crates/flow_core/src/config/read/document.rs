//! The JSON documents of a file, one after the other: strictly where that goes, otherwise repaired.
//!
//! What the documents mean is not known here.

use serde_json::{Deserializer, Value};

use super::repair::repaired;
use crate::config::report::Reason;

#[derive(Debug)]
pub(super) enum Document {
    Read {
        /// Where it begins; 1 for the first.
        line: u32,
        value: Value,
        /// 0 where it is JSON as it is.
        n_repairs: u32,
    },
    Problem {
        line: u32,
        reason: Reason,
    },
}

/// Documents of a file that may fail before the rest of it is left alone. Each is looked for over the whole rest, so a
/// file made of nothing but brackets would otherwise take hours.
const DAMAGED_DOCUMENTS_MAX: u32 = 16;

/// All documents of a file. Lines before a document that do not begin with a bracket are skipped: a shell's prompt, a
/// log of a build. Where a document cannot be read, the next line that begins with a bracket begins the next; after [`DAMAGED_DOCUMENTS_MAX`] of them nothing is.
pub(super) fn documents(text: &str) -> Documents<'_> {
    Documents { rest: Rest { text, line: 1 }, n_damaged: 0 }
}

pub(super) struct Documents<'a> {
    rest: Rest<'a>,
    n_damaged: u32,
}

impl Iterator for Documents<'_> {
    type Item = Document;

    fn next(&mut self) -> Option<Document> {
        let skipped = self.rest.skip_to_bracket();
        if skipped.n_lines > 0 {
            let reason = Reason::LinesSkipped(skipped.n_lines);
            return Some(Document::Problem { line: skipped.first_line, reason });
        }
        (!self.rest.text.is_empty()).then(|| self.next_document())
    }
}

impl Documents<'_> {
    fn next_document(&mut self) -> Document {
        let line = self.rest.line;
        if let Ok((value, n_bytes)) = first_value(self.rest.text) {
            self.rest.advance(n_bytes);
            return Document::Read { line, value, n_repairs: 0 };
        }
        let repaired = repaired(self.rest.text);
        let error = match first_value(&repaired.text) {
            Ok((value, _)) => {
                self.rest.advance(repaired.n_bytes);
                return Document::Read { line, value, n_repairs: repaired.n_repairs };
            }
            Err(error) => error,
        };
        self.n_damaged += 1;
        if self.n_damaged > DAMAGED_DOCUMENTS_MAX {
            self.rest.text = "";
            return Document::Problem { line, reason: Reason::RestNotRead };
        }
        // Repairs keep lines, so this is the line of the file.
        let line = line.saturating_add(error.line().saturating_sub(1) as u32);
        self.rest.skip_damaged();
        Document::Problem { line, reason: Reason::NotJson(words(&error)) }
    }
}

/// What is left of the text.
struct Rest<'a> {
    text: &'a str,
    /// Number of the line that `text` begins in.
    line: u32,
}

#[derive(Default)]
struct Skipped {
    first_line: u32,
    n_lines: u32,
}

impl Rest<'_> {
    fn advance(&mut self, n_bytes: usize) {
        let (passed, rest) = self.text.split_at(n_bytes);
        self.line = self.line.saturating_add(memchr::memchr_iter(b'\n', passed.as_bytes()).count() as u32);
        self.text = rest;
    }

    /// Passes space, commas between documents and lines that are none of a document's.
    fn skip_to_bracket(&mut self) -> Skipped {
        let mut skipped = Skipped::default();
        loop {
            let is_between = |c: char| c.is_whitespace() || c == ',' || c == ';';
            self.advance(self.text.len() - self.text.trim_start_matches(is_between).len());
            if self.text.is_empty() || self.text.starts_with(['{', '[']) {
                return skipped;
            }
            if skipped.n_lines == 0 {
                skipped.first_line = self.line;
            }
            skipped.n_lines += 1;
            self.advance(self.end_of_line());
        }
    }

    fn end_of_line(&self) -> usize {
        memchr::memchr(b'\n', self.text.as_bytes()).map_or(self.text.len(), |at| at + 1)
    }

    /// To the next line that begins with a bracket that opens.
    fn skip_damaged(&mut self) {
        loop {
            self.advance(self.end_of_line());
            if self.text.is_empty() || self.text.starts_with(['{', '[']) {
                return;
            }
        }
    }
}

/// The first value of the text and how many bytes it takes.
fn first_value(text: &str) -> Result<(Value, usize), serde_json::Error> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok((value, values.byte_offset())),
        Some(Err(error)) => Err(error),
        None => Ok((Value::Null, text.len())),
    }
}

/// The parser's words without the place, which is the problem's own.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line for each document: its first line, its repairs, the value or the reason.
    fn read(text: &str) -> Vec<String> {
        let line = |document| match document {
            Document::Read { line, value, n_repairs } => format!("{line}: {value} {n_repairs}"),
            Document::Problem { line, reason } => format!("{line}: {reason:?}"),
        };
        documents(text).map(line).collect()
    }

    #[test]
    fn documents_follow_one_another_with_anything_between() {
        assert_eq!(read(""), [""; 0]);
        assert_eq!(read("{\"a\":1}{\"b\":2}\n\n[3]"), ["1: {\"a\":1} 0", "1: {\"b\":2} 0", "3: [3] 0"]);
        assert_eq!(read("{},\n{}"), ["1: {} 0", "2: {} 0"]);
        assert_eq!(read("$ aws ec2 describe-vpcs\n{}\n"), ["1: LinesSkipped(1)", "2: {} 0"]);
        assert_eq!(read("a\nb\n"), ["1: LinesSkipped(2)"]);
    }

    #[test]
    fn a_damaged_document_is_one_problem_and_the_next_is_read() {
        let read = read("{\"a\": oops}\n{\"b\": 2}\n");
        assert_eq!(read, ["1: NotJson(\"expected value\")", "2: {\"b\":2} 0"]);
    }

    #[test]
    fn a_document_that_ends_early_is_a_problem() {
        assert_eq!(read("{\"a\": [1, 2"), ["1: NotJson(\"EOF while parsing a list\")"]);
    }

    #[test]
    fn depth_is_limited() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        // The parser's own limit; AWS's outputs are ten deep.
        assert!(read(&deep(127))[0].starts_with("1: [["));
        assert_eq!(read(&deep(10_000)), ["1: NotJson(\"recursion limit exceeded\")"]);
    }
}
