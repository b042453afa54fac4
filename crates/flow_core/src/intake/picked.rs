//! The rows that the filter leaves of one staged segment, in the terms of the store that is filled.

use super::codes::Codes;
use crate::query::SegmentRows;
use crate::store::{Batch, ColumnId, Segment, Store};

/// Where at most one row in this many is left, its values are looked up one by one; else columns are decoded whole.
const SPARSE_ROWS: u32 = 8;

/// Buffers that are used again for each segment.
#[derive(Default)]
pub(super) struct Picked {
    batch: Batch,
    /// Places of the rows within their segment.
    places: Vec<u32>,
    decoded: Vec<u64>,
}

impl Picked {
    /// Picks `rows` of a `segment` of `staged`.
    pub fn pick(
        &mut self,
        staged: &Store,
        segment: &Segment,
        rows: &SegmentRows,
        codes: &mut Codes,
        store: &mut Store,
    ) {
        let Picked { batch, places, decoded } = self;
        batch.clear();
        places.clear();
        rows.for_each(|at| places.push(at as u32));
        let table = staged.rows();
        batch.origins.extend(places.iter().map(|&at| table.origin(segment.first_row() + at)));
        for id in ColumnId::all(staged.columns().len()) {
            let column = segment.column(id);
            if column.n_present() == 0 {
                continue;
            }
            let values = batch.column_mut(id);
            match rows {
                SegmentRows::All(_) => column.decode(values),
                _ if places.len() as u32 <= segment.n_rows() / SPARSE_ROWS => {
                    values.extend(places.iter().map(|&at| column.get(at).unwrap_or(crate::store::ABSENT)));
                }
                _ => {
                    column.decode(decoded);
                    values.extend(places.iter().map(|&at| decoded[at as usize]));
                }
            }
            codes.translate(values, id, staged, store);
        }
        for (row, column, text) in table.odd_spellings() {
            let place = row.checked_sub(segment.first_row()).map(|at| places.binary_search(&at));
            if let Some(Ok(place)) = place {
                batch.odd_spellings.push((place as u32, column, text.into()));
            }
        }
    }

    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.batch.n_heap_bytes()
            + self.places.capacity() * size_of::<u32>()
            + self.decoded.capacity() * size_of::<u64>()
    }
}
