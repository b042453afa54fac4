//! Reads a JSON file: each element holds the text of a record, or is a record by its own members.

use std::borrow::Cow;
use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::csv_records::TABLE_COLUMNS_MAX;
use super::json_content::{self, MessageAt};
use super::json_elements::{Element, JsonElements};
use super::json_object::{self, Members};
use super::messages::{Found, Messages};
use super::table::{self, TableColumns};
use crate::parse::{FileReport, ProblemKind, RowSink};
use crate::record::Field;

pub struct JsonReader {
    elements: JsonElements,
    content: Content,
    messages: Messages,
}

enum Content {
    Messages(MessageAt),
    Fields(FieldObjects),
}

impl JsonReader {
    pub fn of_messages(at: MessageAt, messages: Messages) -> JsonReader {
        JsonReader { elements: JsonElements::default(), content: Content::Messages(at), messages }
    }

    pub fn of_fields(columns: TableColumns, messages: Messages) -> JsonReader {
        let content = Content::Fields(FieldObjects::new(columns));
        JsonReader { elements: JsonElements::default(), content, messages }
    }

    pub fn push(&mut self, bytes: &[u8], report: &mut FileReport, sink: &mut impl RowSink) {
        let JsonReader { elements, content, messages } = self;
        elements.push(bytes, |element| content.read(element, messages, report, sink));
        messages.flush(report, sink);
    }

    pub fn finish(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        let JsonReader { elements, content, messages } = self;
        elements.finish(|element| content.read(element, messages, report, sink));
        messages.flush(report, sink);
    }

    pub fn damaged(&mut self, report: &mut FileReport, sink: &mut impl RowSink) {
        self.messages.unreadable(ProblemKind::Damaged, self.elements.carried(), report, sink);
    }
}

impl Content {
    fn read(
        &mut self,
        element: Element<'_>,
        messages: &mut Messages,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        match self {
            Content::Messages(at) => at.find(element, &mut |found| messages.found(found, report, sink)),
            Content::Fields(objects) => match json_content::members(element) {
                Ok((text, members)) => {
                    json_content::origin(&members, &mut |found| messages.found(found, report, sink));
                    objects.read(text, &members, messages, report, sink);
                }
                Err(unreadable) => messages.found(unreadable, report, sink),
            },
        }
    }
}

/// Objects whose members are the fields of a record.
///
/// The layout begins with the names in the head of the file. An object with other names brings a layout with those
/// behind, which is in force from there, as a header in the middle of a text is. So nothing is lost, and objects
/// that leave names out have absent values.
struct FieldObjects {
    columns: TableColumns,
    /// Where each name is among the columns of the layout; `None` where it is no column of it.
    places: HashMap<String, Option<u32>, FxBuildHasher>,
    /// Whether AWS knows the column.
    is_known: Vec<bool>,
}

impl FieldObjects {
    fn new(columns: TableColumns) -> FieldObjects {
        let mut objects = FieldObjects {
            columns: TableColumns::default(),
            places: HashMap::default(),
            is_known: Vec::new(),
        };
        columns.names.iter().for_each(|name| objects.add(name));
        objects
    }

    fn add(&mut self, name: &str) {
        self.columns.add(name);
        let place = (!table::is_of_insights(name)).then_some(self.is_known.len() as u32);
        if place.is_some() {
            self.is_known.push(Field::from_name(name).is_some());
        }
        self.places.insert(name.to_owned(), place);
    }

    fn read(
        &mut self,
        text: &[u8],
        members: &Members<'_>,
        messages: &mut Messages,
        report: &mut FileReport,
        sink: &mut impl RowSink,
    ) {
        if !self.holds_record(members) {
            return messages.unreadable(ProblemKind::NoRecord, text, report, sink);
        }
        let n_columns = self.is_known.len();
        for (name, _) in members.iter() {
            if !self.places.contains_key(name) {
                if self.columns.names.len() == TABLE_COLUMNS_MAX {
                    return messages.unreadable(ProblemKind::TooManyFields, text, report, sink);
                }
                self.add(name);
            }
        }
        if self.is_known.len() > n_columns {
            messages.change_layout(self.columns.layout(), report, sink);
        }

        let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; self.is_known.len()];
        let mut is_filled = vec![false; self.is_known.len()];
        for (name, value) in members.iter() {
            let Some(place) = self.places[name].map(|place| place as usize) else { continue };
            // A name that comes twice has a value that no column can hold.
            if std::mem::replace(&mut is_filled[place], true) {
                return messages.unreadable(ProblemKind::TooManyFields, text, report, sink);
            }
            cells[place] = json_object::cell(value);
        }
        if cells.iter().flatten().any(|cell| cell.contains('\0')) {
            return messages.unreadable(ProblemKind::NotText, text, report, sink);
        }
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        messages.cells(&cells, text, report, sink);
    }

    /// Whether there is a member that AWS knows as a field.
    fn holds_record(&self, members: &Members<'_>) -> bool {
        members.iter().any(|(name, _)| match self.places.get(name) {
            Some(place) => place.is_some_and(|place| self.is_known[place as usize]),
            None => Field::from_name(name).is_some(),
        })
    }
}

/// The messages in the head of a file, as text, and whether there are elements without one.
pub fn messages_of(head: &[u8], at: MessageAt) -> (Vec<String>, bool) {
    let mut messages = Vec::new();
    let mut has_others = false;
    JsonElements::default().push(head, |element| {
        at.find(element, &mut |found| match found {
            Found::Message(message) => messages.push(String::from_utf8_lossy(message).into_owned()),
            Found::Ignored | Found::Origin { .. } => {}
            Found::Unreadable(..) => has_others = true,
        });
    });
    (messages, has_others)
}

/// All names that objects in the head of a file have, in the order they come.
pub fn names_of(head: &[u8]) -> TableColumns {
    let mut columns = TableColumns::default();
    JsonElements::default().push(head, |element| {
        if let Ok((_, members)) = json_content::members(element) {
            for (name, _) in members.iter() {
                if columns.names.len() < TABLE_COLUMNS_MAX && !columns.names.iter().any(|known| known == name)
                {
                    columns.add(name);
                }
            }
        }
    });
    columns
}
