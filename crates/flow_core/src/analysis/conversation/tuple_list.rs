//! Five-tuples that travel: what a first pass over all shards hands to the second.

use serde::{Deserialize, Serialize};

use super::traces::Traces;
use super::tuple::{Tuple, TupleEnd};
use super::value_hash::{address_hash, conversation_hash};
use crate::analysis::as_bytes;
use crate::analysis::by_key::ByKey;
use crate::analysis::places::{NOT_THERE, Places, join_lists, moved};
use crate::record::Address;
use crate::store::Store;

/// Self-contained: tuples point into the list of addresses. After a merge a tuple may stand twice. In the order of rows where
/// one shard has them: the second pass then finds beside each other what belongs to rows that lie beside each other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::analysis) struct TupleList {
    addresses: Vec<Address>,
    #[serde(with = "as_bytes")]
    tuples: Vec<Tuple>,
}

impl TupleList {
    /// Of tuples in the codes of a store.
    pub fn of_codes(store: &Store, tuples: impl IntoIterator<Item = Tuple>) -> TupleList {
        let mut places = Places::new(store.addresses().all().len());
        let placed = |tuple: Tuple| tuple.with_addresses(|code| Some(places.place(code)));
        let tuples = tuples.into_iter().filter_map(placed).collect();
        let addresses = places.codes().iter().map(|&code| store.addresses().get(u64::from(code)));
        TupleList { tuples, addresses: addresses.collect() }
    }

    pub fn merge(&mut self, other: TupleList) {
        let places = join_lists(&mut self.addresses, other.addresses);
        let here = |tuple: Tuple| tuple.with_addresses(|place| Some(moved(&places, place)));
        self.tuples.extend(other.tuples.into_iter().filter_map(here));
    }

    /// Each once, where it is first.
    pub fn distinct(self) -> TupleList {
        let TupleList { addresses, tuples } = self;
        let mut distinct: ByKey<Tuple, ()> = ByKey::with_capacity(tuples.len());
        for tuple in tuples {
            distinct.place(tuple);
        }
        TupleList { addresses, tuples: distinct.into_keys() }
    }

    /// Of distinct tuples at most `n_max`, and of addresses only theirs. All shards keep the same.
    pub fn bounded(self, n_max: u32) -> TupleList {
        let TupleList { addresses, mut tuples } = self;
        let n_max = n_max as usize;
        if tuples.len() <= n_max {
            return TupleList { addresses, tuples };
        }
        let hashes: Vec<u64> = addresses.iter().copied().map(address_hash).collect();
        let hash_of = |place: u32| hashes.get(place as usize).copied().unwrap_or(0);
        tuples.select_nth_unstable_by_key(n_max, |tuple| {
            // Ends lie in the order of places, which shards do not share; their hash does not ask for it.
            conversation_hash(tuple, hash_of)
        });
        tuples.truncate(n_max);
        let mut places = Places::new(addresses.len());
        let placed = |tuple: Tuple| tuple.with_addresses(|place| Some(places.place(place)));
        let tuples = tuples.into_iter().filter_map(placed).collect();
        TupleList {
            tuples,
            addresses: places.codes().iter().map(|&place| addresses[place as usize]).collect(),
        }
    }

    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Their addresses are places in [`TupleList::addresses`].
    pub fn tuples(&self) -> &[Tuple] {
        &self.tuples
    }

    /// The code of each address in a store that has it.
    pub fn address_codes(&self, store: &Store) -> Vec<Option<u32>> {
        self.addresses.iter().map(|address| store.addresses().code(*address)).collect()
    }

    /// A table for the rows of those that a store can have, in its codes.
    pub fn traces(&self, codes: &[Option<u32>]) -> Traces {
        Traces::of(self.in_codes(codes), self.tuples.len())
    }

    /// Those that a store can have, in its codes.
    pub fn in_codes(&self, codes: &[Option<u32>]) -> impl Iterator<Item = Tuple> {
        let code_of = |place: u32| match place {
            NOT_THERE => Some(NOT_THERE),
            place => codes[place as usize],
        };
        self.tuples.iter().filter_map(move |tuple| tuple.with_addresses(code_of))
    }

    /// Their ends whose address a store has, in its codes, with the protocol. Of all tuples: the other end of a tuple may
    /// be known in other stores only.
    pub fn ends_in_codes(&self, codes: &[Option<u32>]) -> impl Iterator<Item = (TupleEnd, Option<u8>)> {
        let code_of = |end: TupleEnd| {
            let address = codes.get(end.address as usize).copied().flatten()?;
            Some(TupleEnd { address, ..end })
        };
        self.tuples.iter().flat_map(move |tuple| {
            let protocol = tuple.protocol();
            tuple.ends().into_iter().filter_map(code_of).map(move |end| (end, protocol))
        })
    }
}
