//! The rejected ones of some rows, a block at a time.

use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::{FieldBlocks, FieldIds};
use crate::query::{RowSet, SegmentRows};
use crate::record::Field;
use crate::store::{Block, Segment, Store};

/// Of each segment of a store.
pub(super) struct RejectedRows<'a> {
    store: &'a Store,
    of_segments: Vec<SegmentRows>,
}

impl<'a> RejectedRows<'a> {
    pub fn of(store: &'a Store, rows: &RowSet) -> RejectedRows<'a> {
        let actions = Actions::of(store);
        let action = FieldIds::of(store, [Field::ACTION]);
        let of_segment = |(segment, rows): (&Segment, &SegmentRows)| match rows {
            SegmentRows::None => SegmentRows::None,
            rows => {
                let mut rejected = actions.rows(action.columns(segment)[0], Action::Rejected);
                rejected.keep(rows);
                rejected
            }
        };
        let of_segments = store.rows().segments().iter().zip(rows.segments()).map(of_segment).collect();
        RejectedRows { store, of_segments }
    }

    pub fn n_rows(&self) -> u64 {
        self.of_segments.iter().map(|rows| u64::from(rows.n_rows())).sum()
    }

    /// Visits decoded values: one slice for each field, in their order.
    pub fn for_each_block<const N: usize>(
        &self,
        fields: [Field; N],
        mut visit: impl FnMut(&Segment, Block<'_>, [&[u64]; N]),
    ) {
        let mut columns = FieldBlocks::new(self.store, fields);
        for (segment, rows) in self.store.rows().segments().iter().zip(&self.of_segments) {
            rows.for_each_block(|block| visit(segment, block, columns.read(segment, block)));
        }
    }
}
