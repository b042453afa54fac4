//! Columns of fields, of one segment after the other.

use crate::record::Field;
use crate::store::{Block, Column, ColumnId, Decoded, Segment, Store};

/// Where a store keeps some fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldIds<const N: usize>([Option<ColumnId>; N]);

impl<const N: usize> Default for FieldIds<N> {
    fn default() -> FieldIds<N> {
        FieldIds([None; N])
    }
}

impl<const N: usize> FieldIds<N> {
    pub fn of(store: &Store, fields: [Field; N]) -> FieldIds<N> {
        FieldIds(fields.map(|field| store.field_id(field)))
    }

    pub fn columns<'a>(&self, segment: &'a Segment) -> [&'a Column; N] {
        self.0.map(|id| segment.column_or_absent(id))
    }
}

/// The columns of some fields, decoded into buffers that are used again for every segment.
pub(super) struct FieldColumns<const N: usize> {
    ids: FieldIds<N>,
    values: [Vec<u64>; N],
}

impl<const N: usize> FieldColumns<N> {
    pub fn new(store: &Store, fields: [Field; N]) -> FieldColumns<N> {
        FieldColumns { ids: FieldIds::of(store, fields), values: std::array::from_fn(|_| Vec::new()) }
    }

    /// One slice for each field in the order given to [`FieldColumns::new`], one value for each row;
    /// [`crate::store::ABSENT`] where absent.
    pub fn decode(&mut self, segment: &Segment) -> [&[u64]; N] {
        for (column, values) in self.ids.columns(segment).into_iter().zip(&mut self.values) {
            column.decode(values);
        }
        self.values.each_ref().map(Vec::as_slice)
    }
}

/// The same for one block after the other, in the width that its user wants: half of it is enough for codes.
pub(super) struct FieldBlocks<const N: usize, T = u64> {
    ids: FieldIds<N>,
    values: [Vec<T>; N],
}

impl<const N: usize, T: Decoded> FieldBlocks<N, T> {
    pub fn new(store: &Store, fields: [Field; N]) -> FieldBlocks<N, T> {
        FieldBlocks { ids: FieldIds::of(store, fields), values: std::array::from_fn(|_| Vec::new()) }
    }

    /// One slice for each field in the order given to [`FieldBlocks::new`], one value for each row of `block`;
    /// [`Decoded::ABSENT`] where absent.
    pub fn read(&mut self, segment: &Segment, block: Block<'_>) -> [&[T]; N] {
        for (column, values) in self.ids.columns(segment).into_iter().zip(&mut self.values) {
            column.read(block, values);
        }
        self.values.each_ref().map(Vec::as_slice)
    }
}
