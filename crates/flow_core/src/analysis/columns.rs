//! Decoded columns of one segment after the other.

use crate::record::Field;
use crate::store::{ColumnId, Segment, Store};

/// The columns of some fields, decoded into buffers that are used again for every segment.
pub(super) struct FieldColumns<const N: usize> {
    ids: [Option<ColumnId>; N],
    values: [Vec<u64>; N],
}

impl<const N: usize> FieldColumns<N> {
    pub fn new(store: &Store, fields: [Field; N]) -> FieldColumns<N> {
        FieldColumns {
            ids: fields.map(|field| store.field_id(field)),
            values: std::array::from_fn(|_| Vec::new()),
        }
    }

    /// One slice for each field in the order given to [`FieldColumns::new`], one value for each row;
    /// [`crate::store::ABSENT`] where absent.
    pub fn decode(&mut self, segment: &Segment) -> [&[u64]; N] {
        for (id, values) in self.ids.iter().zip(&mut self.values) {
            segment.column_or_absent(*id).decode(values);
        }
        self.values.each_ref().map(Vec::as_slice)
    }
}
