//! Records as JSON, one object a line: the fields of the record's own layout, in its order.

use std::io::Write;

use super::{Format, Record};
use crate::record::FieldKind;
use crate::store::{ColumnId, Store};

/// The records export: keys are AWS names with `_`, numbers are numbers, identifiers text, absent is null.
#[derive(Default)]
pub struct JsonLines {
    layouts: Vec<KnownLayout>,
    /// The place in `layouts` of the record before: records of one file come together.
    last: usize,
}

struct KnownLayout {
    shard: u16,
    layout: u32,
    fields: Vec<JsonField>,
}

struct JsonField {
    column: ColumnId,
    kind: FieldKind,
    /// `"dstport":`, with the quotes.
    key: String,
}

impl Format for JsonLines {
    fn begin(&mut self, _: &mut Vec<u8>) {}

    fn record(&mut self, record: Record<'_>, out: &mut Vec<u8>) {
        let (segment, at) = record.table.locate(record.row);
        out.push(b'{');
        for (place, field) in self.fields(record).iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(field.key.as_bytes());
            write_value(record.store, field, segment.column(field.column).get(at), out);
        }
        out.extend_from_slice(b"}\n");
    }
}

impl JsonLines {
    /// The fields of the record's layout.
    fn fields(&mut self, record: Record<'_>) -> &[JsonField] {
        let layout = record.table.origin(record.row).layout;
        let is_it = |known: &KnownLayout| (known.shard, known.layout) == (record.shard, layout);
        if !self.layouts.get(self.last).is_some_and(is_it) {
            self.last = self.layouts.iter().position(is_it).unwrap_or_else(|| {
                let fields = json_fields(record.store, layout);
                self.layouts.push(KnownLayout { shard: record.shard, layout, fields });
                self.layouts.len() - 1
            });
        }
        &self.layouts[self.last].fields
    }
}

fn json_fields(store: &Store, layout: u32) -> Vec<JsonField> {
    let mut names: Vec<String> = Vec::new();
    let mut fields = Vec::new();
    for column in store.layout(layout).columns() {
        // Two columns may differ in `-` and `_` only; an object has each key once.
        let plain = column.name().replace('-', "_");
        let mut name = plain.clone();
        let mut copy = 1;
        while names.contains(&name) {
            copy += 1;
            name = format!("{plain}_{copy}");
        }
        fields.push(JsonField {
            column: store.column_id(column).expect("a store has the columns of its layouts"),
            kind: column.kind(),
            key: format!("{}:", serde_json::json!(name)),
        });
        names.push(name);
    }
    fields
}

/// Straight from the codes: a [`crate::record::Value`] between would copy every text.
fn write_value(store: &Store, field: &JsonField, code: Option<u64>, out: &mut Vec<u8>) {
    let written = match (code, field.kind) {
        (None, _) => out.write_all(b"null"),
        (Some(code), FieldKind::Address) => write!(out, "\"{}\"", store.addresses().get(code)),
        (Some(code), FieldKind::Text) => {
            serde_json::to_writer(out, store.column(field.column).texts.get(code)).map_err(Into::into)
        }
        (Some(number), _) => write!(out, "{number}"),
    };
    written.expect("a Vec takes all that is written");
}
