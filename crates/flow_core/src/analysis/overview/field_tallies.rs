//! How much there is of each value of one field: what shards hand over for a list of the largest.
//!
//! A value that is small in one shard may be large with another's rows, so all of them travel, with every generation
//! while loading. Nearly all are numbers or IPv4 addresses: these are kept as 32 bits and travel as bytes. A list of whole
//! [`Value`]s takes twice the memory and several times as long to make, to send and to join.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::{TOP_ENTRIES, TopEntry, TopList};
use crate::analysis::keyed::merge_by_key;
use crate::analysis::{Metric, Tally, as_bytes};
use crate::arrange::keep_first;
use crate::record::{Address, Field, FieldKind, Value};

/// All rows with one value, and the rejected ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ValueTally {
    pub total: Tally,
    pub rejected: Tally,
}

impl ValueTally {
    fn add(&mut self, other: ValueTally) {
        self.total.add(other.total);
        self.rejected.add(other.rejected);
    }
}

/// What values are ranked by.
type Size = (u64, u64);

fn size(total: &Tally, metric: Metric) -> Size {
    (total.get(metric), total.rows)
}

/// Every value of one field that rows have, in no order.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FieldTallies {
    recorded: bool,
    /// Numbers, and IPv4 addresses as numbers; which of the two the field tells.
    numbers: NumberTallies,
    others: Vec<(Value, ValueTally)>,
}

/// Numbers by their place: each stands in the list once.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct NumberTallies {
    #[serde(with = "as_bytes")]
    numbers: Vec<u32>,
    #[serde(with = "as_bytes")]
    totals: Vec<Tally>,
    /// Where the rows of which some are rejected stand, ascending; most values have none.
    #[serde(with = "as_bytes")]
    rejected_places: Vec<u32>,
    #[serde(with = "as_bytes")]
    rejected: Vec<Tally>,
}

impl NumberTallies {
    fn push(&mut self, number: u32, tally: ValueTally) {
        if tally.rejected.rows > 0 {
            self.rejected_places.push(self.numbers.len() as u32);
            self.rejected.push(tally.rejected);
        }
        self.numbers.push(number);
        self.totals.push(tally.total);
    }

    fn merge(&mut self, other: NumberTallies) {
        if self.numbers.is_empty() {
            *self = other;
            return;
        }
        let hash = |number: u32| FxBuildHasher.hash_one(number);
        let mut places: HashTable<u32> = HashTable::with_capacity(self.numbers.len());
        for (&number, place) in self.numbers.iter().zip(0..) {
            places.insert_unique(hash(number), place, |&place| hash(self.numbers[place as usize]));
        }
        // By place, so that what is rejected on both sides finds itself without being looked up.
        let mut rejected = vec![Tally::default(); self.numbers.len()];
        for (&place, tally) in self.rejected_places.iter().zip(&self.rejected) {
            rejected[place as usize] = *tally;
        }
        let mut others_rejected = other.rejected_places.iter().zip(&other.rejected).peekable();
        for (place, (&number, total)) in (0u32..).zip(other.numbers.iter().zip(&other.totals)) {
            let also_rejected = others_rejected
                .next_if(|(at, _)| **at == place)
                .map_or(Tally::default(), |(_, tally)| *tally);
            match places.find(hash(number), |&place| self.numbers[place as usize] == number) {
                Some(&place) => {
                    self.totals[place as usize].add(*total);
                    rejected[place as usize].add(also_rejected);
                }
                // In its list it stands once, so that it need not be found again.
                None => {
                    self.numbers.push(number);
                    self.totals.push(*total);
                    rejected.push(also_rejected);
                }
            }
        }
        let with_rows = (0u32..).zip(rejected).filter(|(_, tally)| tally.rows > 0);
        (self.rejected_places, self.rejected) = with_rows.unzip();
    }

    /// The part of the rows at a place that is rejected.
    fn rejected_at(&self, place: u32) -> Tally {
        let at = self.rejected_places.binary_search(&place);
        at.map_or(Tally::default(), |at| self.rejected[at])
    }
}

impl FieldTallies {
    /// For a field that a file of the shard has; without this, none has it.
    pub fn recorded(n_values_max: usize) -> FieldTallies {
        // Room for all at once: nearly every code has rows, and these are the largest lists that a question makes.
        let numbers = NumberTallies {
            numbers: Vec::with_capacity(n_values_max),
            totals: Vec::with_capacity(n_values_max),
            ..NumberTallies::default()
        };
        FieldTallies { recorded: true, numbers, others: Vec::new() }
    }

    /// Notes a value, each once.
    pub fn push(&mut self, value: Value, tally: ValueTally) {
        match value {
            Value::Address(Address::V4(bits)) => self.numbers.push(bits, tally),
            Value::Number(number) if u32::try_from(number).is_ok() => {
                self.numbers.push(number as u32, tally);
            }
            value => self.others.push((value, tally)),
        }
    }

    pub fn merge(&mut self, other: FieldTallies) {
        self.recorded |= other.recorded;
        self.numbers.merge(other.numbers);
        merge_by_key(&mut self.others, other.others, ValueTally::add);
    }

    pub fn top(self, field: Field, metric: Metric) -> TopList {
        let FieldTallies { recorded, numbers, others } = self;
        let n_distinct = numbers.numbers.len() + others.len();
        // First by size alone, which is smaller than an entry: what is as large as the last one listed is compared
        // by value too.
        let sizes = numbers.totals.iter().chain(others.iter().map(|(_, tally)| &tally.total));
        let least = least_of_largest(sizes.map(|total| size(total, metric)));
        let value = |number: u32| match field.kind() {
            FieldKind::Address => Value::Address(Address::V4(number)),
            _ => Value::Number(number.into()),
        };
        let mut largest: Vec<(Value, ValueTally)> = Vec::new();
        for (place, (&number, &total)) in (0u32..).zip(numbers.numbers.iter().zip(&numbers.totals)) {
            if size(&total, metric) >= least {
                let rejected = numbers.rejected_at(place);
                largest.push((value(number), ValueTally { total, rejected }));
            }
        }
        largest.extend(others.into_iter().filter(|(_, tally)| size(&tally.total, metric) >= least));
        keep_first(&mut largest, TOP_ENTRIES, |(a, a_tally), (b, b_tally)| {
            size(&b_tally.total, metric).cmp(&size(&a_tally.total, metric)).then_with(|| a.cmp(b))
        });
        let entries = largest
            .into_iter()
            .map(|(value, ValueTally { total, rejected })| TopEntry { value, total, rejected })
            .collect();
        TopList { field, recorded, n_distinct: n_distinct as u64, entries }
    }
}

/// The smallest of the [`TOP_ENTRIES`] largest, or of all where there are no more. Nearly all only meet the smallest of
/// those before them.
fn least_of_largest(sizes: impl Iterator<Item = Size>) -> Size {
    // Descending.
    let mut largest: Vec<Size> = Vec::with_capacity(TOP_ENTRIES + 1);
    for size in sizes {
        if largest.len() == TOP_ENTRIES && size <= largest[TOP_ENTRIES - 1] {
            continue;
        }
        let at = largest.partition_point(|larger| *larger >= size);
        largest.insert(at, size);
        largest.truncate(TOP_ENTRIES);
    }
    largest.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(bytes: u64, is_rejected: bool) -> ValueTally {
        let total = Tally { rows: 1, packets: 0, bytes };
        ValueTally { total, rejected: if is_rejected { total } else { Tally::default() } }
    }

    /// As it comes to the lead from a shard in another worker.
    fn tallies(values: &[(Value, ValueTally)]) -> FieldTallies {
        let mut tallies = FieldTallies::recorded(0);
        values.iter().for_each(|(value, tally)| tallies.push(value.clone(), *tally));
        let bytes = postcard::to_allocvec(&tallies).unwrap();
        postcard::from_bytes(&bytes).unwrap()
    }

    /// The simple version: all values in order.
    fn top_of_sorted(mut values: Vec<(Value, ValueTally)>, metric: Metric) -> Vec<TopEntry> {
        values.sort_by_key(|(value, tally)| (std::cmp::Reverse(size(&tally.total, metric)), value.clone()));
        let entry = |(value, ValueTally { total, rejected }): (Value, ValueTally)| TopEntry {
            value,
            total,
            rejected,
        };
        values.into_iter().take(TOP_ENTRIES).map(entry).collect()
    }

    fn address() -> impl Strategy<Value = Address> {
        // Few enough to be equal at times, in all families.
        prop_oneof![
            (0u32..40).prop_map(Address::V4),
            (0u128..20).prop_map(Address::V6),
            (0u64..5).prop_map(Address::Mac),
        ]
    }

    proptest! {
        #[test]
        fn the_largest_of_three_shards_are_those_of_all_rows(
            rows in prop::collection::vec((address(), 0u64..4, any::<bool>(), 0usize..3), 0..200),
        ) {
            let mut shards: [Vec<(Value, ValueTally)>; 3] = Default::default();
            let mut all: Vec<(Value, ValueTally)> = Vec::new();
            for (address, bytes, is_rejected, shard) in rows {
                for list in [&mut shards[shard], &mut all] {
                    let value = Value::Address(address);
                    match list.iter_mut().find(|(known, _)| *known == value) {
                        Some((_, known)) => known.add(tally(bytes, is_rejected)),
                        None => list.push((value, tally(bytes, is_rejected))),
                    }
                }
            }
            for metric in Metric::ALL {
                let mut merged = tallies(&shards[0]);
                merged.merge(tallies(&shards[1]));
                merged.merge(tallies(&shards[2]));
                let top = merged.top(Field::SRCADDR, metric);
                prop_assert_eq!(top.n_distinct, all.len() as u64);
                prop_assert_eq!(top.entries, top_of_sorted(all.clone(), metric));
            }
        }
    }
}
