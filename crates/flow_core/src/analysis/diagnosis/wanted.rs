//! The first pass: the five-tuples of which something was rejected, in all shards. The second pass then keeps of
//! accepted rows only what belongs to them.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::analysis::action::Action;
use crate::analysis::conversation::{EndsOf, RowReader, Tuple, TupleList};
use crate::analysis::{Analysis, ShardView};
use crate::store::Store;

/// Tuples with a rejected row.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RejectedTuples(TupleList);

/// Asks for the tuples of the rejected rows among those that the filter left.
#[derive(Clone, Copy, Debug)]
pub struct RejectedTuplesQuestion;

impl Analysis for RejectedTuplesQuestion {
    type Partial = RejectedTuples;
    type Answer = RejectedTuples;

    fn scan(&self, shard: ShardView<'_>) -> RejectedTuples {
        let ShardView { store, rows, .. } = shard;
        let mut reader = RowReader::new(store, EndsOf::Packet);
        let mut tuples: HashSet<Tuple, FxBuildHasher> = HashSet::default();
        for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
            let rejected = reader.rows_with(segment, Action::Rejected).and(rows.clone());
            reader.for_each(segment, &rejected, |row| {
                tuples.insert(row.tuple);
            });
        }
        RejectedTuples(TupleList::of_codes(store, tuples))
    }

    fn merge(&self, into: &mut RejectedTuples, other: RejectedTuples) {
        into.0.merge(other.0);
    }

    fn finish(&self, partial: RejectedTuples) -> RejectedTuples {
        RejectedTuples(partial.0.distinct())
    }
}

impl RejectedTuples {
    /// Addresses are places in [`WantedCodes::codes`].
    pub(super) fn tuples(&self) -> &[Tuple] {
        self.0.tuples()
    }
}

/// [`RejectedTuples`] in the codes of one store.
pub(super) struct WantedCodes {
    /// By place of an address: its code, where the store has it.
    pub codes: Vec<Option<u32>>,
    pub tuples: HashSet<Tuple, FxBuildHasher>,
    /// By address code: whether it is a public end of one of them.
    is_outsider: Vec<bool>,
}

impl WantedCodes {
    pub fn of(wanted: &RejectedTuples, store: &Store) -> WantedCodes {
        let RejectedTuples(wanted) = wanted;
        let codes = wanted.address_codes(store);
        let mut is_outsider = vec![false; store.addresses().all().len()];
        for (address, code) in wanted.addresses().iter().zip(&codes) {
            if let Some(code) = code {
                is_outsider[*code as usize] = !address.is_private();
            }
        }
        let tuples = wanted.in_codes(&codes);
        WantedCodes { codes, tuples, is_outsider }
    }

    pub fn is_outsider(&self, code: u32) -> bool {
        self.is_outsider.get(code as usize).copied().unwrap_or(false)
    }
}
