//! Takes records out of what they are wrapped in, for every container that is text, JSON or CSV.
//!
//! [`super::sniff`] says in what; here it is only undone, piece by piece as the file comes, so that a file of any size
//! takes memory for one record. What is found goes to the same [`RecordReader`] as the lines of a plain file: the text
//! of a record as a line ([`messages`]), the values of a table as cells. One record is one line in the counts of the file.

mod csv_reader;
mod csv_records;
mod json_content;
mod json_elements;
mod json_object;
mod json_reader;
mod messages;
mod payload;
mod prefix;
mod prefixed_lines;
mod table;

use super::records::RecordReader;
use super::{FileReport, RowSink};
use csv_reader::CsvReader;
use json_reader::JsonReader;
use messages::Messages;
use prefixed_lines::PrefixedLines;

pub use csv_reader::{CsvCells, column_of, names_of as csv_names_of};
pub use csv_records::TABLE_COLUMNS_MAX;
pub use json_content::MessageAt;
pub use json_reader::{messages_of, names_of as json_names_of};
pub use prefix::{Prefix, begins_with_time, without_colours};
pub use table::{FIELDS_MIN, TableColumns, is_of_insights};

/// What records are wrapped in, and all that must be known to take them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// Something is in front of each record on its line.
    Prefix(Prefix),
    Csv {
        delimiter: u8,
        cells: CsvCells,
    },
    JsonMessages(MessageAt),
    /// The members of each object are fields; these are those in the head of the file.
    JsonFields(TableColumns),
}

pub enum Unwrapper {
    Prefixed(PrefixedLines),
    Csv(CsvReader),
    Json(JsonReader),
}

impl Unwrapper {
    /// `records` reads what is taken out.
    pub fn new(wrapping: Wrapping, records: RecordReader) -> Unwrapper {
        let messages = Messages::new(records);
        match wrapping {
            Wrapping::Prefix(prefix) => Unwrapper::Prefixed(PrefixedLines::new(prefix, messages)),
            Wrapping::Csv { delimiter, cells } => Unwrapper::Csv(CsvReader::new(delimiter, cells, messages)),
            Wrapping::JsonMessages(at) => Unwrapper::Json(JsonReader::of_messages(at, messages)),
            Wrapping::JsonFields(columns) => Unwrapper::Json(JsonReader::of_fields(columns, messages)),
        }
    }

    /// Reads the next bytes of the text. The first bytes must be the head of the file, as it was recognised by.
    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        match self {
            Unwrapper::Prefixed(lines) => lines.push(bytes, report, sink),
            Unwrapper::Csv(csv) => csv.push(bytes, report, sink),
            Unwrapper::Json(json) => json.push(bytes, report, sink),
        }
    }

    /// There is no more text.
    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        match self {
            Unwrapper::Prefixed(lines) => lines.finish(report, sink),
            Unwrapper::Csv(csv) => csv.finish(report, sink),
            Unwrapper::Json(json) => json.finish(report, sink),
        }
    }

    /// There is more text, but nobody can read it.
    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        match self {
            Unwrapper::Prefixed(lines) => lines.damaged(report, sink),
            Unwrapper::Csv(csv) => csv.damaged(report, sink),
            Unwrapper::Json(json) => json.damaged(report, sink),
        }
    }
}
