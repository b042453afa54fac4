//! Text that is almost JSON made JSON: the examples in AWS's own documentation, and what people paste.
//!
//! Comments and ellipses are dropped, commas put right, single quotes made double. Lines stay lines. A document that is
//! cut off is not completed: half a group's rules would decide differently from all.

/// The first document of a text.
pub(super) struct Repaired {
    pub text: String,
    /// How much of the original it takes.
    pub n_bytes: usize,
    pub n_repairs: u32,
}

pub(super) fn repaired(text: &str) -> Repaired {
    let mut repair =
        Repair { rest: text, out: String::new(), depth: 0, last: Last::Open, comma: false, n_repairs: 0 };
    while !repair.rest.is_empty() {
        repair.step();
        if repair.depth == 0 && repair.last == Last::Value {
            break;
        }
    }
    Repaired { n_bytes: text.len() - repair.rest.len(), text: repair.out, n_repairs: repair.n_repairs }
}

/// What the last thing was that counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A bracket that opens, or nothing yet.
    Open,
    Colon,
    /// A string, a word or a bracket that closes.
    Value,
}

struct Repair<'a> {
    rest: &'a str,
    out: String,
    depth: u32,
    last: Last,
    /// A comma came and is not written yet.
    comma: bool,
    n_repairs: u32,
}

impl<'a> Repair<'a> {
    fn step(&mut self) {
        let Some(first) = self.rest.chars().next() else { return };
        match first {
            _ if first.is_whitespace() => {
                let space = self.take(first.len_utf8());
                self.out.push_str(space);
            }
            '/' if self.rest.starts_with("//") => self.drop_line(),
            '#' => self.drop_line(),
            '/' if self.rest.starts_with("/*") => {
                let n_bytes = self.rest.find("*/").map_or(self.rest.len(), |at| at + 2);
                self.drop(n_bytes);
            }
            '.' if self.rest.starts_with("..") => {
                let n_bytes = self.rest.len() - self.rest.trim_start_matches('.').len();
                self.drop(n_bytes);
            }
            '…' => self.drop(first.len_utf8()),
            ',' => {
                // A second comma, or one where no value came before.
                if self.comma || self.last != Last::Value {
                    self.n_repairs += 1;
                }
                self.take(1);
                self.comma = self.last == Last::Value;
            }
            ':' => {
                self.copy(1);
                self.last = Last::Colon;
            }
            '{' | '[' => {
                self.begin_value();
                self.copy(1);
                self.depth += 1;
                self.last = Last::Open;
            }
            '}' | ']' => {
                if self.comma {
                    self.comma = false;
                    self.n_repairs += 1;
                }
                self.copy(1);
                self.depth = self.depth.saturating_sub(1);
                self.last = Last::Value;
            }
            '"' => {
                self.begin_value();
                self.copy(end_of_string(self.rest, '"'));
                self.last = Last::Value;
            }
            '\'' => {
                self.begin_value();
                self.requote();
                self.last = Last::Value;
            }
            _ => {
                self.begin_value();
                let is_end = |c: char| c.is_whitespace() || ",:{}[]\"'#/".contains(c);
                let n_bytes = self.rest.find(is_end).unwrap_or(self.rest.len()).max(first.len_utf8());
                self.copy(n_bytes);
                self.last = Last::Value;
            }
        }
    }

    fn take(&mut self, n_bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(n_bytes);
        self.rest = rest;
        taken
    }

    fn copy(&mut self, n_bytes: usize) {
        let copied = self.take(n_bytes);
        self.out.push_str(copied);
    }

    /// Drops text, but not its line ends: lines keep their numbers.
    fn drop(&mut self, n_bytes: usize) {
        let dropped = self.take(n_bytes);
        self.out.extend(dropped.chars().filter(|c| *c == '\n'));
        self.n_repairs += 1;
    }

    fn drop_line(&mut self) {
        let n_bytes = self.rest.find('\n').unwrap_or(self.rest.len());
        self.drop(n_bytes);
    }

    /// Writes the comma that stands before a value, also where it was forgotten.
    fn begin_value(&mut self) {
        if self.last == Last::Value && self.depth > 0 {
            self.out.push(',');
            if !self.comma {
                self.n_repairs += 1;
            }
        }
        self.comma = false;
    }

    /// `'pool-2'` as `"pool-2"`.
    fn requote(&mut self) {
        let quoted = self.take(end_of_string(self.rest, '\''));
        let inner = quoted[1..].strip_suffix('\'').unwrap_or(&quoted[1..]);
        self.out.push('"');
        self.out.push_str(&inner.replace("\\'", "'").replace('"', "\\\""));
        self.out.push('"');
        self.n_repairs += 1;
    }
}

/// Where a string that begins here ends, its quotes included. A string ends with its line: JSON has none that go on.
fn end_of_string(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => return at,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(text: &str) -> (String, u32) {
        let Repaired { text, n_repairs, .. } = repaired(text);
        (text, n_repairs)
    }

    #[test]
    fn what_is_json_stays_as_it_is() {
        for text in [
            "{}",
            "[1, -2.5e3, true, null]",
            "{\"a\": \"x, ... // 'y' # \\\" \", \"b\": [{}, []]}",
            "{\n  \"k\": \"ü…\"\n}",
        ] {
            let (repaired, n_repairs) = repair(text);
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!((value(&repaired), n_repairs), (value(text), 0));
        }
    }

    #[test]
    fn what_documentation_does_to_json_is_undone() {
        for (text, json, n_repairs) in [
            ("{\"a\": 1,}", "{\"a\": 1}", 1),
            ("[1, 2, ]", "[1, 2 ]", 1),
            ("[1,, 2]", "[1, 2]", 1),
            ("[, 1]", "[ 1]", 1),
            ("[1, ...]", "[1 ]", 2),
            ("[{} ... {}]", "[{}  ,{}]", 2),
            ("{\"a\": 1 // one\n}", "{\"a\": 1 \n}", 1),
            ("{ # one\n\"a\": 1}", "{ \n\"a\": 1}", 1),
            ("{/* one\ntwo */\"a\": 1}", "{\n\"a\": 1}", 1),
            ("{\"a\": 'it\\'s \"x\"'}", "{\"a\": \"it's \\\"x\\\"\"}", 1),
            ("{\"a\": 1 \"b\": 2}", "{\"a\": 1 ,\"b\": 2}", 1),
        ] {
            let (repaired, n) = repair(text);
            assert_eq!(repaired.replace(' ', ""), json.replace(' ', ""), "{text}");
            assert_eq!(n, n_repairs, "{text}");
        }
    }

    #[test]
    fn it_ends_with_the_first_document_and_completes_none() {
        let first = repaired("{\"a\": 1,}\n{\"b\": 2}");
        assert_eq!((first.text.as_str(), first.n_bytes), ("{\"a\": 1}", 9));
        assert_eq!(repair("{\"a\": [1").0, "{\"a\": [1");
    }
}
