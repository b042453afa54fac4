//! The first pass: the five-tuples of which something was rejected, in all shards. The second pass then keeps of
//! accepted rows only what belongs to them.
//!
//! A public address that is scanned is refused to millions. No more tuples are asked about than there is room for, those
//! with the smallest hashes of their values, which all shards agree on; each is judged by all that was seen of it.

use serde::{Deserialize, Serialize};

use super::CONVERSATIONS_MAX;
use crate::analysis::action::Action;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::{EndsOf, RowReader, Traces, Tuple, TupleList};
use crate::analysis::{Analysis, ShardView};
use crate::store::Store;

/// Tuples with a rejected row, as many as there is room for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RejectedTuples {
    list: TupleList,
    /// Rejected rows that the filter left, of the tuples that there is no room for, too.
    n_rows: u64,
}

/// Asks for the tuples of the rejected rows among those that the filter left.
#[derive(Clone, Copy, Debug)]
pub struct RejectedTuplesQuestion {
    pub n_tuples_max: u32,
}

impl Default for RejectedTuplesQuestion {
    fn default() -> RejectedTuplesQuestion {
        RejectedTuplesQuestion { n_tuples_max: CONVERSATIONS_MAX }
    }
}

impl Analysis for RejectedTuplesQuestion {
    type Partial = RejectedTuples;
    type Answer = RejectedTuples;

    fn scan(&self, shard: ShardView<'_>) -> RejectedTuples {
        let ShardView { store, rows, .. } = shard;
        let mut reader = RowReader::new(store, EndsOf::Packet);
        let mut tuples: ByKey<Tuple, ()> = ByKey::with_capacity(0);
        let mut n_rows = 0;
        for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
            let rejected = reader.rows_with(segment, Action::Rejected).and(rows.clone());
            reader.for_each(segment, &rejected, |row| {
                tuples.place(row.tuple);
                n_rows += row.n_records;
            });
        }
        let list = TupleList::of_codes(store, tuples.into_keys()).bounded(self.n_tuples_max);
        RejectedTuples { list, n_rows }
    }

    fn merge(&self, into: &mut RejectedTuples, other: RejectedTuples) {
        into.list.merge(other.list);
        into.n_rows += other.n_rows;
    }

    fn finish(&self, partial: RejectedTuples) -> RejectedTuples {
        RejectedTuples { list: partial.list.distinct().bounded(self.n_tuples_max), ..partial }
    }
}

impl RejectedTuples {
    /// Addresses are places in [`WantedCodes::codes`].
    pub(super) fn tuples(&self) -> &[Tuple] {
        self.list.tuples()
    }

    /// A table for their rows in a store whose codes these are.
    pub(super) fn traces(&self, codes: &WantedCodes) -> Traces {
        self.list.traces(&codes.codes)
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }
}

/// Addresses of [`RejectedTuples`] in the codes of one store.
pub(super) struct WantedCodes {
    /// By place of an address: its code, where the store has it.
    pub codes: Vec<Option<u32>>,
    /// By address code: whether it is a public end of one of them.
    is_outsider: Vec<bool>,
}

impl WantedCodes {
    pub fn of(wanted: &RejectedTuples, store: &Store) -> WantedCodes {
        let wanted = &wanted.list;
        let codes = wanted.address_codes(store);
        let mut is_outsider = vec![false; store.addresses().all().len()];
        for (address, code) in wanted.addresses().iter().zip(&codes) {
            if let Some(code) = code {
                is_outsider[*code as usize] = !address.is_private();
            }
        }
        WantedCodes { codes, is_outsider }
    }

    pub fn is_outsider(&self, code: u32) -> bool {
        self.is_outsider.get(code as usize).copied().unwrap_or(false)
    }
}
