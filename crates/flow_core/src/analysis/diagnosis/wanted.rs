//! The first pass: the five-tuples of which something was rejected, in all shards. The second pass then keeps of
//! accepted rows only what belongs to them.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::row_reader::{EndsOf, RowReader};
use super::tuple::Tuple;
use crate::analysis::places::{NOT_THERE, Places, join_lists, moved};
use crate::analysis::{Analysis, ShardView};
use crate::record::Address;
use crate::store::Store;

/// Tuples with a rejected row. Self-contained: tuples point into the list of addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RejectedTuples {
    addresses: Vec<Address>,
    /// In a partial a tuple may stand twice.
    tuples: Vec<Tuple>,
}

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
            let rejected = reader.rejected(segment).and(rows.clone());
            reader.for_each(segment, &rejected, |row| {
                tuples.insert(row.tuple);
            });
        }
        let mut places = Places::new(store.addresses().all().len());
        let placed: Vec<Tuple> = tuples
            .into_iter()
            .filter_map(|tuple| tuple.with_addresses(|code| Some(places.place(code))))
            .collect();
        RejectedTuples {
            tuples: placed,
            addresses: places.codes().iter().map(|&code| store.addresses().get(u64::from(code))).collect(),
        }
    }

    fn merge(&self, into: &mut RejectedTuples, other: RejectedTuples) {
        let places = join_lists(&mut into.addresses, other.addresses);
        let here = |tuple: Tuple| tuple.with_addresses(|place| Some(moved(&places, place)));
        into.tuples.extend(other.tuples.into_iter().filter_map(here));
    }

    fn finish(&self, mut partial: RejectedTuples) -> RejectedTuples {
        partial.tuples.sort_unstable();
        partial.tuples.dedup();
        partial
    }
}

/// [`RejectedTuples`] in the codes of one store.
pub(super) struct WantedCodes {
    pub tuples: HashSet<Tuple, FxBuildHasher>,
    /// By address code: whether it is a public end of one of them.
    is_outsider: Vec<bool>,
}

impl WantedCodes {
    pub fn of(wanted: &RejectedTuples, store: &Store) -> WantedCodes {
        let codes: Vec<Option<u32>> =
            wanted.addresses.iter().map(|address| store.addresses().code(*address)).collect();
        let mut is_outsider = vec![false; store.addresses().all().len()];
        for (address, code) in wanted.addresses.iter().zip(&codes) {
            if let Some(code) = code {
                is_outsider[*code as usize] = !address.is_private();
            }
        }
        let code_of = |place: u32| match place {
            NOT_THERE => Some(NOT_THERE),
            place => codes[place as usize],
        };
        let tuples = wanted.tuples.iter().filter_map(|tuple| tuple.with_addresses(code_of)).collect();
        WantedCodes { tuples, is_outsider }
    }

    pub fn is_outsider(&self, code: u32) -> bool {
        self.is_outsider.get(code as usize).copied().unwrap_or(false)
    }
}
