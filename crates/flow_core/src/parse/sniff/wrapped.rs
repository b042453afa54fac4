//! Records inside JSON and CSV: whether they are there, and in which layout.
//!
//! They are taken out of the head as they will be out of the file, so that what is decided here holds for it.

use super::lines::{self, looks_like_record};
use super::table::Table;
use super::{Form, Verdict, query_result};
use crate::parse::unwrap::{self, CsvCells, MessageAt, TableColumns, Wrapping};
use crate::parse::{Layout, LayoutFrom, container::Container};

/// What to do with a JSON file; `text` is its head.
pub fn json(container: Container, text: &[u8], given: &[Layout]) -> Verdict {
    let at = match container {
        Container::SubscriptionJson | Container::EventsJson | Container::FirehoseJson => MessageAt::Message,
        Container::FirehoseEvent => MessageAt::Payload,
        Container::InsightsJson | Container::InsightsResultsJson => {
            let columns = unwrap::json_names_of(text);
            if !columns.names.is_empty() && !columns.names.iter().any(|name| name == "@message") {
                return json_fields(container, columns);
            }
            MessageAt::InsightsMessage
        }
        Container::FieldsJson => return json_fields(container, unwrap::json_names_of(text)),
        _ => return Verdict::refuse(container),
    };
    let (messages, has_others) = unwrap::messages_of(text, at);
    if messages.is_empty() && has_others {
        return Verdict::refuse(Container::OtherJson);
    }
    let form = Form { container, wrapping: Some(Wrapping::JsonMessages(at)) };
    of_messages(form, &messages, given)
}

fn json_fields(container: Container, columns: TableColumns) -> Verdict {
    if columns.has_computed() || !columns.are_of_records() {
        return query_result::refuse(container, &columns);
    }
    let layout = columns.layout();
    let form = Form { container, wrapping: Some(Wrapping::JsonFields(columns)) };
    Verdict::Records { form, layout, from: LayoutFrom::Header }
}

/// What to do with a CSV file; `text` is its head.
pub fn table(table: Table, text: &[u8], given: &[Layout]) -> Verdict {
    let (container, delimiter, cells) = match table {
        Table::Readable { container, delimiter, cells } => (container, delimiter, cells),
        Table::Refused(verdict) => return verdict,
    };
    let verdict = |cells, layout, from| {
        let form = Form { container, wrapping: Some(Wrapping::Csv { delimiter, cells }) };
        Verdict::Records { form, layout, from }
    };
    let (names, at) = match cells {
        CsvCells::Fields(columns) => {
            let layout = columns.layout();
            return verdict(CsvCells::Fields(columns), layout, LayoutFrom::Header);
        }
        CsvCells::Message { names, at } => (names, at),
    };
    let messages = unwrap::column_of(text, delimiter, at as usize);
    let columns = TableColumns::of(names.iter().map(String::as_str));
    let form = Form {
        container,
        wrapping: Some(Wrapping::Csv { delimiter, cells: CsvCells::Message { names, at } }),
    };
    match of_messages(form, &messages, given) {
        // What is called a message may be anything, beside fields that say all.
        Verdict::Refuse { .. } if columns.are_of_records() => {
            let layout = columns.layout();
            verdict(CsvCells::Fields(columns), layout, LayoutFrom::Header)
        }
        verdict => verdict,
    }
}

/// What to do with a file that holds these messages first.
fn of_messages(form: Form, messages: &[String], given: &[Layout]) -> Verdict {
    let lines: Vec<&str> = messages.iter().flat_map(|message| lines::content_of(message)).collect();
    if lines.is_empty() {
        return Verdict::Nothing(form);
    }
    let Some((layout, from)) = lines::layout(&lines, given) else {
        return refuse_lines(form.container, &lines);
    };
    Verdict::Records { form, layout, from }
}

/// Refuses a file whose records are in a layout that nothing says, or are none.
pub fn refuse_lines(container: Container, lines: &[&str]) -> Verdict {
    let is_record = lines.iter().any(|line| looks_like_record(line));
    let (what, columns) = match is_record {
        true => (Container::HeaderlessMessages, lines::guesses(lines)),
        false => (Container::OtherMessages, Vec::new()),
    };
    Verdict::refuse_in(container, what, columns)
}
