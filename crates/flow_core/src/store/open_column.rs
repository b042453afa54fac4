//! One column of the rows that are still being added.

use super::Column;
use super::column::ABSENT;

/// Among the codes of rows, stands for a row without a value. What a narrow column holds there, too.
pub(super) const ABSENT_CODE: u32 = u32::MAX;

/// Values in the order of their rows. May be shorter than there are rows: the rest is absent.
///
/// Half as wide while every value allows it, which nearly all do: open columns are the memory that loading
/// walks through, and they then fit the second cache better.
#[derive(Clone, Debug)]
pub enum OpenColumn {
    /// [`ABSENT_CODE`] where absent; every value is less.
    Narrow(Vec<u32>),
    /// [`ABSENT`] where absent.
    Wide(Vec<u64>),
}

impl Default for OpenColumn {
    fn default() -> OpenColumn {
        OpenColumn::Narrow(Vec::new())
    }
}

/// Whether a narrow column can hold a value or [`ABSENT`]: a question without a branch.
fn excess(value: u64) -> u64 {
    // ABSENT wraps around to 0.
    value.wrapping_add(1) >> 32
}

impl OpenColumn {
    /// Makes the column `n_rows` long; it is not longer.
    pub fn pad(&mut self, n_rows: usize) {
        match self {
            OpenColumn::Narrow(values) => values.resize(n_rows, ABSENT_CODE),
            OpenColumn::Wide(values) => values.resize(n_rows, ABSENT),
        }
    }

    /// Adds a value that is there.
    pub fn push(&mut self, value: u64) {
        self.extend_from_slice(&[value]);
    }

    /// Adds values, [`ABSENT`] where absent.
    pub fn extend_from_slice(&mut self, more: &[u64]) {
        if let OpenColumn::Narrow(values) = self {
            if more.iter().fold(0, |any, &value| any | excess(value)) == 0 {
                values.extend(more.iter().map(|&value| value as u32));
                return;
            }
            *self = OpenColumn::Wide(values.iter().map(|&value| widened(value)).collect());
        }
        if let OpenColumn::Wide(values) = self {
            values.extend_from_slice(more);
        }
    }

    /// Adds codes of a dictionary, [`ABSENT_CODE`] where absent.
    pub fn extend_codes(&mut self, codes: &[u32]) {
        match self {
            OpenColumn::Narrow(values) => values.extend_from_slice(codes),
            OpenColumn::Wide(values) => values.extend(codes.iter().map(|&code| widened(code))),
        }
    }

    /// Forgets all rows and keeps the memory.
    pub fn clear(&mut self) {
        match self {
            OpenColumn::Narrow(values) => values.clear(),
            OpenColumn::Wide(values) => values.clear(),
        }
    }

    /// Packs the first `n_rows` rows.
    pub fn freeze(&self, n_rows: u32) -> Column {
        match self {
            OpenColumn::Narrow(values) => Column::freeze_padded(values, n_rows),
            OpenColumn::Wide(values) => Column::freeze_padded(values, n_rows),
        }
    }

    pub fn n_heap_bytes(&self) -> usize {
        match self {
            OpenColumn::Narrow(values) => values.capacity() * size_of::<u32>(),
            OpenColumn::Wide(values) => values.capacity() * size_of::<u64>(),
        }
    }
}

fn widened(value: u32) -> u64 {
    if value == ABSENT_CODE { ABSENT } else { u64::from(value) }
}
