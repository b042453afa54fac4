//! Chosen columns as CSV with a header line.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line break for a formula, and a
//! formula can reach out of the sheet. Text in a log is not ours: a tag, or a header, can be anything. Such text
//! gets an apostrophe in front, which spreadsheets read as "this is text". All text that begins so does, also
//! `-5`: no text of a flow log is a negative number. Numbers and addresses are printed by us and begin with a
//! digit, a letter or a colon.

use std::borrow::Cow;

use super::{Format, Record};
use crate::query::Subject;
use crate::record::Value;

/// A CSV of these subjects; an absent value is an empty cell.
pub struct CsvText {
    subjects: Vec<Subject>,
}

impl CsvText {
    pub fn new(subjects: Vec<Subject>) -> CsvText {
        CsvText { subjects }
    }
}

impl Format for CsvText {
    fn begin(&mut self, out: &mut Vec<u8>) {
        write_line(self.subjects.iter().map(|subject| guarded(subject.name())), out);
    }

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) {
        write_line(
            self.subjects.iter().map(|subject| match subject.value(record.store, record.table, record.row) {
                Value::Absent => Cow::Borrowed(""),
                Value::Text(text) => Cow::Owned(guarded(&text).into_owned()),
                value @ (Value::Number(_) | Value::Address(_)) => Cow::Owned(value.to_string()),
            }),
            out,
        );
    }
}

fn write_line<'a>(cells: impl Iterator<Item = Cow<'a, str>>, out: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(LINE_BYTES).from_writer(out);
    let write = || {
        for cell in cells {
            writer.write_field(cell.as_bytes())?;
        }
        // Ends the line. The fields were written one by one, because a record of all would be one more copy.
        writer.write_record(None::<&[u8]>)?;
        writer.flush().map_err(csv::Error::from)
    };
    write().expect("a Vec takes all that is written, and a line without fields is none");
}

/// Most lines are shorter; longer ones are written in pieces.
const LINE_BYTES: usize = 512;

/// Text that no spreadsheet takes for a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        for text in ["", "eni-1", "10.0.0.1", "a=b", " =1", "'x"] {
            assert_eq!(guarded(text), text);
        }
    }
}
