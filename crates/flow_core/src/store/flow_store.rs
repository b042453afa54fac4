//! The store of one shard: its columns, dictionaries and tables; takes rows from the parser.

use std::collections::HashMap;

use super::column::ABSENT;
use super::{AddressDictionary, Batch, Origin, Table, TextDictionary};
use crate::parse::{BlockColumn, Layout, RawRow, RawValue, RowBlock, RowSink, SourceId};
use crate::record::{Address, ColumnKey, Field, FieldKind, Value};

/// Distinct layouts of a load. A person has a few; more than these come only of headers made to cost time, and are
/// looked through one after the other.
pub const LAYOUTS_MAX: usize = 1_000;

/// Distinct columns of a load: all that AWS documents, and room for what its users call their own. Each costs a
/// segment's worth of memory while it is filled.
pub const COLUMNS_MAX: usize = 1_000;

/// A column of one store. Ids differ between shards; names do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(u16);

impl ColumnId {
    pub(super) const FIRST: ColumnId = ColumnId(0);

    /// The numbers of a store's columns, in order.
    pub fn all(n_columns: usize) -> impl Iterator<Item = ColumnId> {
        (0..n_columns).map(|index| ColumnId(index as u16))
    }

    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn of_index(at: usize) -> ColumnId {
        ColumnId(at as u16)
    }
}

/// What is known of a column over all segments.
#[derive(Clone, Debug)]
pub struct StoreColumn {
    pub key: ColumnKey,
    /// Codes of a text column; empty for the others.
    pub texts: TextDictionary,
}

/// A place in the order of adding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    n_rows: u32,
    n_status_records: u32,
}

/// All records of one shard.
#[derive(Clone, Debug, Default)]
pub struct Store {
    columns: Vec<StoreColumn>,
    ids: HashMap<ColumnKey, ColumnId>,
    addresses: AddressDictionary,
    layouts: Vec<Layout>,
    /// The columns of each layout, in its order.
    layout_columns: Vec<Vec<ColumnId>>,
    rows: Table,
    status_records: Table,
    current: Option<(SourceId, u32)>,
    /// Room for the codes of one column of a block.
    codes: Vec<u32>,
    is_rolled_up: bool,
}

impl Store {
    /// A store for rows that stand for several flow records each.
    pub fn for_rolled_up() -> Store {
        Store { is_rolled_up: true, ..Store::default() }
    }

    /// Whether rows may stand for several flow records each.
    pub fn is_rolled_up(&self) -> bool {
        self.is_rolled_up
    }

    pub fn columns(&self) -> &[StoreColumn] {
        &self.columns
    }

    pub fn column_id(&self, key: &ColumnKey) -> Option<ColumnId> {
        self.ids.get(key).copied()
    }

    pub fn field_id(&self, field: Field) -> Option<ColumnId> {
        self.column_id(&ColumnKey::Known(field))
    }

    pub fn column(&self, id: ColumnId) -> &StoreColumn {
        &self.columns[id.index()]
    }

    /// The dictionary of every address column.
    pub fn addresses(&self) -> &AddressDictionary {
        &self.addresses
    }

    pub fn layout(&self, layout: u32) -> &Layout {
        &self.layouts[layout as usize]
    }

    /// The flow records.
    pub fn rows(&self) -> &Table {
        &self.rows
    }

    pub fn rows_mut(&mut self) -> &mut Table {
        &mut self.rows
    }

    /// NODATA and SKIPDATA records: apart, because they are no flows.
    pub fn status_records(&self) -> &Table {
        &self.status_records
    }

    /// Makes every record added so far readable.
    pub fn settle(&mut self) {
        self.rows.settle();
        self.status_records.settle();
    }

    /// Makes so many of them readable as costs little: see [`Table::settle_some`].
    pub fn settle_some(&mut self) {
        self.rows.settle_some();
        self.status_records.settle_some();
    }

    /// Where the store ends now, to come back to.
    pub fn mark(&self) -> Mark {
        Mark { n_rows: self.rows.n_rows(), n_status_records: self.status_records.n_rows() }
    }

    /// Forgets the records that were added since the mark. Columns, layouts and dictionary entries that came with
    /// them stay; nothing refers to them.
    pub fn take_back(&mut self, mark: Mark) {
        self.rows.truncate(mark.n_rows);
        self.status_records.truncate(mark.n_status_records);
        self.current = None;
    }

    /// Adds rows, all of them in this store's codes and layouts.
    pub fn append(&mut self, batch: &Batch) {
        self.rows.append(batch);
    }

    /// The same, in place of the rows of the segment that is still open.
    pub fn replace_open(&mut self, batch: &Batch) {
        self.rows.clear_open();
        self.rows.append(batch);
    }

    /// Takes out all records; what values have codes, columns numbers and layouts places stays.
    pub fn clear_records(&mut self) {
        self.rows.clear();
        self.status_records = Table::default();
    }

    /// Forgets which values have codes. Only where there are no records.
    pub fn clear_dictionaries(&mut self) {
        assert_eq!(self.rows.n_rows() + self.status_records.n_rows(), 0, "records are made of codes");
        self.addresses = AddressDictionary::default();
        self.columns.iter_mut().for_each(|column| column.texts = TextDictionary::default());
    }

    /// The code of an address.
    pub fn intern_address(&mut self, address: Address) -> u32 {
        self.addresses.intern(address)
    }

    /// The code of a text in a text column.
    pub fn intern_text(&mut self, id: ColumnId, text: &str) -> u32 {
        self.columns[id.index()].texts.intern(text)
    }

    /// Bytes of the dictionaries on the heap.
    pub fn n_dictionary_bytes(&self) -> usize {
        self.addresses.n_heap_bytes()
            + self.columns.iter().map(|column| column.texts.n_heap_bytes()).sum::<usize>()
    }

    /// The value that a decoded column's `code` stands for.
    pub fn value(&self, id: ColumnId, code: u64) -> Value {
        if code == ABSENT {
            return Value::Absent;
        }
        let column = &self.columns[id.index()];
        match column.key.kind() {
            FieldKind::Address => Value::Address(self.addresses.get(code)),
            FieldKind::Text => Value::Text(column.texts.get(code).to_owned()),
            _ => Value::Number(code),
        }
    }

    /// The value of a readable row; absent where the store has no such column.
    pub fn cell(&self, table: &Table, row: u32, key: &ColumnKey) -> Value {
        let Some(id) = self.column_id(key) else { return Value::Absent };
        let (segment, at) = table.locate(row);
        segment.column(id).get(at).map_or(Value::Absent, |code| self.value(id, code))
    }

    /// The line that a readable row came from: values as they were written, one space between, no comment.
    pub fn line(&self, table: &Table, row: u32) -> String {
        let layout = table.origin(row).layout as usize;
        let (segment, at) = table.locate(row);
        let mut line = String::new();
        for &id in &self.layout_columns[layout] {
            if !line.is_empty() {
                line.push(' ');
            }
            match (table.odd_spelling(row, id), segment.column(id).get(at)) {
                (Some(text), _) => line.push_str(text),
                (None, Some(code)) => line.push_str(&self.value(id, code).to_string()),
                (None, None) => line.push('-'),
            }
        }
        line
    }

    /// Bytes on the heap, near enough to budget by.
    pub fn n_heap_bytes(&self) -> usize {
        self.rows.n_heap_bytes() + self.status_records.n_heap_bytes() + self.n_dictionary_bytes()
    }

    fn intern_column(&mut self, key: &ColumnKey) -> ColumnId {
        if let Some(&id) = self.ids.get(key) {
            return id;
        }
        let id = ColumnId(u16::try_from(self.columns.len()).expect("COLUMNS_MAX is asked before"));
        self.columns.push(StoreColumn { key: key.clone(), texts: TextDictionary::default() });
        self.ids.insert(key.clone(), id);
        id
    }

    fn intern_layout(&mut self, layout: &Layout) -> u32 {
        if let Some(at) = self.layouts.iter().position(|known| known == layout) {
            return at as u32;
        }
        let columns = layout.columns().iter().map(|key| self.intern_column(key)).collect();
        self.layouts.push(layout.clone());
        self.layout_columns.push(columns);
        self.layouts.len() as u32 - 1
    }

    fn add(&mut self, to_rows: bool, row: RawRow<'_>) {
        let (source, layout) = self.current.expect("begin comes before the first record");
        let table = if to_rows { &mut self.rows } else { &mut self.status_records };
        table.begin_rows(Origin { source, line: row.line, layout });
        let columns = &self.layout_columns[layout as usize];
        for odd in row.odd {
            table.set_odd_spelling(columns[odd.at], odd.text);
        }
        for (&id, value) in columns.iter().zip(row.values) {
            let code = match *value {
                RawValue::Absent => continue,
                RawValue::Number(number) => number,
                RawValue::Address(address) => u64::from(self.addresses.intern(address)),
                RawValue::Text(text) => u64::from(self.columns[id.index()].texts.intern(text)),
            };
            table.open_column(id).push(code);
        }
        table.end_rows(1);
    }

    /// Adds rows for which the open segment has room.
    fn add_block(&mut self, block: &RowBlock<'_>) {
        let (source, layout) = self.current.expect("begin comes before the first record");
        self.rows.begin_rows(Origin { source, line: block.first_line(), layout });
        for (&id, column) in self.layout_columns[layout as usize].iter().zip(block.columns()) {
            let open = self.rows.open_column(id);
            match column {
                BlockColumn::Numbers(numbers) => open.extend_from_slice(numbers),
                BlockColumn::Addresses(addresses) => {
                    self.addresses.intern_all(addresses, &mut self.codes);
                    open.extend_codes(&self.codes);
                }
                BlockColumn::Texts(texts) => {
                    self.columns[id.index()].texts.intern_all(texts, &mut self.codes);
                    open.extend_codes(&self.codes);
                }
            }
        }
        self.rows.end_rows(block.n_rows() as u32);
    }
}

impl RowSink for Store {
    fn accepts(&self, layout: &Layout) -> bool {
        let n_new = layout.columns().iter().filter(|key| !self.ids.contains_key(key)).count();
        self.layouts.contains(layout)
            || (self.layouts.len() < LAYOUTS_MAX && self.columns.len() + n_new <= COLUMNS_MAX)
    }

    /// Only layouts that [`RowSink::accepts`] has room for.
    fn begin(&mut self, source: SourceId, layout: &Layout) {
        self.current = Some((source, self.intern_layout(layout)));
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.add(true, row);
    }

    fn block(&mut self, mut block: RowBlock<'_>) {
        while block.n_rows() > 0 {
            let n_rows = block.n_rows().min(self.rows.n_rows_free() as usize);
            let (now, later) = block.split_at(n_rows);
            self.add_block(&now);
            block = later;
        }
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.add(false, row);
    }
}
