//! Rows in columns that are added to a store at once: what stands before a store hands over.

use super::{ColumnId, Origin};

/// Rows by column, in the codes and with the column numbers of the store that they are for.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub origins: Vec<Origin>,
    /// How many flow records each row stands for; empty where each is one.
    pub n_records: Vec<u64>,
    /// By [`ColumnId`]; each empty, where every row is absent, or with one value for each row.
    columns: Vec<Vec<u64>>,
    /// Values that are not spelled as we would print them: place of the row, column and text, ascending.
    pub odd_spellings: Vec<(u32, ColumnId, Box<str>)>,
}

impl Batch {
    pub fn n_rows(&self) -> usize {
        self.origins.len()
    }

    pub fn columns(&self) -> &[Vec<u64>] {
        &self.columns
    }

    /// The values of a column, to be replaced or added to: [`super::ABSENT`] where absent.
    pub fn column_mut(&mut self, id: ColumnId) -> &mut Vec<u64> {
        if self.columns.len() <= id.index() {
            self.columns.resize_with(id.index() + 1, Vec::new);
        }
        &mut self.columns[id.index()]
    }

    /// Takes the rows out and keeps the memory.
    pub fn clear(&mut self) {
        self.origins.clear();
        self.n_records.clear();
        self.columns.iter_mut().for_each(Vec::clear);
        self.odd_spellings.clear();
    }

    /// Bytes on the heap.
    pub fn n_heap_bytes(&self) -> usize {
        self.origins.capacity() * size_of::<Origin>()
            + self.n_records.capacity() * size_of::<u64>()
            + self.columns.iter().map(|column| column.capacity() * size_of::<u64>()).sum::<usize>()
            + self.odd_spellings.capacity() * size_of::<(u32, ColumnId, Box<str>)>()
            + self.odd_spellings.iter().map(|(_, _, text)| text.len()).sum::<usize>()
    }
}
