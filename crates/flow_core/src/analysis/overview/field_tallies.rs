//! How much there is of each value of one field: what shards hand over for a list of the largest.
//!
//! A value that is small in one shard may be large with another's rows, so all of them travel. Nearly all are numbers
//! or IPv4 addresses, which are kept as 32 bits: a list of whole [`Value`]s takes twice the memory and several times as
//! long to make, to send and to join.

use serde::{Deserialize, Serialize};

use super::{TOP_ENTRIES, TopEntry, TopList};
use crate::analysis::keyed::merge_by_key;
use crate::analysis::{Metric, Tally};
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

    /// What values are ranked by.
    fn size(&self, metric: Metric) -> (u64, u64) {
        (self.total.get(metric), self.total.rows)
    }
}

/// Every value of one field that rows have, in no order.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FieldTallies {
    recorded: bool,
    /// Numbers, and IPv4 addresses as numbers; which of the two the field tells.
    numbers: Vec<(u32, ValueTally)>,
    others: Vec<(Value, ValueTally)>,
}

impl FieldTallies {
    /// For a field that a file of the shard has; without this, none has it.
    pub fn recorded(n_values_max: usize) -> FieldTallies {
        // Room for all at once: nearly every code has rows, and these are the largest lists that a question makes.
        FieldTallies { recorded: true, numbers: Vec::with_capacity(n_values_max), others: Vec::new() }
    }

    /// Notes a value, each once.
    pub fn push(&mut self, value: Value, tally: ValueTally) {
        match value {
            Value::Address(Address::V4(bits)) => self.numbers.push((bits, tally)),
            Value::Number(number) if u32::try_from(number).is_ok() => {
                self.numbers.push((number as u32, tally));
            }
            value => self.others.push((value, tally)),
        }
    }

    pub fn merge(&mut self, other: FieldTallies) {
        self.recorded |= other.recorded;
        merge_by_key(&mut self.numbers, other.numbers, ValueTally::add);
        merge_by_key(&mut self.others, other.others, ValueTally::add);
    }

    pub fn top(self, field: Field, metric: Metric) -> TopList {
        let n_distinct = self.numbers.len() + self.others.len();
        let mut sizes: Vec<(u64, u64)> = Vec::with_capacity(n_distinct);
        sizes.extend(self.numbers.iter().map(|(_, tally)| tally.size(metric)));
        sizes.extend(self.others.iter().map(|(_, tally)| tally.size(metric)));
        // First by size alone, which is smaller than an entry: what is as large as the last one listed is compared
        // by value too.
        let least = match sizes.len() {
            n_sizes if n_sizes > TOP_ENTRIES => *sizes.select_nth_unstable(n_sizes - TOP_ENTRIES).1,
            _ => (0, 0),
        };
        let is_large = |tally: &ValueTally| tally.size(metric) >= least;
        let value = |number: u32| match field.kind() {
            FieldKind::Address => Value::Address(Address::V4(number)),
            _ => Value::Number(number.into()),
        };
        let numbers = self.numbers.into_iter().filter(|(_, tally)| is_large(tally));
        let mut largest: Vec<(Value, ValueTally)> =
            numbers.map(|(number, tally)| (value(number), tally)).collect();
        largest.extend(self.others.into_iter().filter(|(_, tally)| is_large(tally)));
        keep_first(&mut largest, TOP_ENTRIES, |(a, a_tally), (b, b_tally)| {
            b_tally.size(metric).cmp(&a_tally.size(metric)).then_with(|| a.cmp(b))
        });
        let entries = largest
            .into_iter()
            .map(|(value, ValueTally { total, rejected })| TopEntry { value, total, rejected })
            .collect();
        TopList { field, recorded: self.recorded, n_distinct: n_distinct as u64, entries }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(rows: u64, bytes: u64) -> ValueTally {
        ValueTally { total: Tally { rows, packets: 0, bytes }, rejected: Tally::default() }
    }

    fn tallies(values: &[(Value, ValueTally)]) -> FieldTallies {
        let mut tallies = FieldTallies::recorded(0);
        values.iter().for_each(|(value, tally)| tallies.push(value.clone(), *tally));
        tallies
    }

    /// The simple version: all values in order.
    fn top_of_sorted(mut values: Vec<(Value, ValueTally)>, metric: Metric) -> Vec<(Value, Tally)> {
        values.sort_by_key(|(value, tally)| (std::cmp::Reverse(tally.size(metric)), value.clone()));
        values.into_iter().take(TOP_ENTRIES).map(|(value, tally)| (value, tally.total)).collect()
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
        fn the_largest_of_two_shards_are_those_of_all_rows(
            rows in prop::collection::vec((address(), 0u64..4, any::<bool>()), 0..200),
        ) {
            let mut shards: [Vec<(Value, ValueTally)>; 2] = Default::default();
            let mut all: Vec<(Value, ValueTally)> = Vec::new();
            for (address, bytes, is_second) in rows {
                for list in [&mut shards[usize::from(is_second)], &mut all] {
                    let value = Value::Address(address);
                    match list.iter_mut().find(|(known, _)| *known == value) {
                        Some((_, known)) => known.add(tally(1, bytes)),
                        None => list.push((value, tally(1, bytes))),
                    }
                }
            }
            for metric in Metric::ALL {
                let mut merged = tallies(&shards[0]);
                merged.merge(tallies(&shards[1]));
                let top = merged.top(Field::SRCADDR, metric);
                let entries: Vec<_> = top.entries.into_iter().map(|entry| (entry.value, entry.total)).collect();
                prop_assert_eq!(top.n_distinct, all.len() as u64);
                prop_assert_eq!(entries, top_of_sorted(all.clone(), metric));
            }
        }
    }
}
