//! The largest values of one field, found among shards that hand over few of theirs.
//!
//! A value that is small in one shard may be large with another's rows. So each says, beside its largest values, how
//! large the next one is: nothing that it left out is larger. Nearly always that settles which are the largest of all;
//! where it does not, as where all values are alike, all are asked for. The simple version hands over all at once, which
//! took most of the time of an answer about ten million rows.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{TOP_ENTRIES, TopEntry, TopList};
use crate::analysis::as_bytes::{self, Fixed};
use crate::analysis::distinct::Distinct;
use crate::analysis::{Metric, Tally};
use crate::arrange::{Arrange, keep_first};
use crate::record::{Field, Value};

/// All rows with one value, and the rejected ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ValueTally {
    pub total: Tally,
    pub rejected: Tally,
}

impl Fixed for ValueTally {
    type Bytes = [u8; 48];

    fn to_bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        let ValueTally { total, rejected } = self;
        let numbers =
            [total.rows, total.packets, total.bytes, rejected.rows, rejected.packets, rejected.bytes];
        for (bytes, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: [u8; 48]) -> ValueTally {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| bytes[8 * at + byte]));
        let tally = |at| Tally { rows: number(at), packets: number(at + 1), bytes: number(at + 2) };
        ValueTally { total: tally(0), rejected: tally(3) }
    }
}

impl ValueTally {
    fn add(&mut self, other: ValueTally) {
        self.total.add(other.total);
        self.rejected.add(other.rejected);
    }
}

/// What values are ranked by: the metric, then rows.
pub(super) type Size = (u64, u64);

pub(super) fn size(total: &Tally, metric: Metric) -> Size {
    (total.get(metric), total.rows)
}

/// The largest values of a shard.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardLargest {
    /// In no order.
    pub largest: Vec<(Value, ValueTally)>,
    /// No value that is not among the largest is larger; `None` where all are among them.
    pub next: Option<Size>,
    /// All values that there are.
    pub values: Distinct,
}

/// What is known of the values of one field.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FieldTallies {
    /// No file has the field.
    #[default]
    NotRecorded,
    /// Of a shard that has all rows: the largest, in no order, with all that are as large as the smallest of them.
    Alone { largest: Vec<(Value, ValueTally)>, n_distinct: u64 },
    /// Of each shard.
    Largest(Vec<ShardLargest>),
    /// All, each with its place among the values.
    All {
        values: Distinct,
        #[serde(with = "as_bytes")]
        tallies: Vec<ValueTally>,
    },
}

/// A value that some shard has among its largest.
struct Candidate {
    value: Value,
    /// Of the shards that have it among theirs.
    tally: ValueTally,
    /// Which those are, ascending.
    shards: Vec<usize>,
}

impl FieldTallies {
    /// Joins what another shard handed over, in the same way.
    pub fn merge(&mut self, other: FieldTallies) {
        *self = match (std::mem::take(self), other) {
            (FieldTallies::NotRecorded, known) | (known, FieldTallies::NotRecorded) => known,
            (FieldTallies::Largest(mut shards), FieldTallies::Largest(more)) => {
                shards.extend(more);
                FieldTallies::Largest(shards)
            }
            (
                FieldTallies::All { values, tallies },
                FieldTallies::All { values: more, tallies: more_tallies },
            ) => {
                let mut joined = Vec::with_capacity(tallies.len().max(more_tallies.len()));
                let values = values.join(more, |at, at_other| {
                    let mut tally = at.map_or(ValueTally::default(), |at| tallies[at]);
                    tally.add(at_other.map_or(ValueTally::default(), |at| more_tallies[at]));
                    joined.push(tally);
                });
                FieldTallies::All { values, tallies: joined }
            }
            _ => unreachable!("all shards are asked alike, and one that is alone has no other"),
        };
    }

    /// The largest of all rows; `None` where what was handed over does not tell.
    pub fn top(self, field: Field, metric: Metric) -> Option<TopList> {
        let recorded = self != FieldTallies::NotRecorded;
        let (mut largest, n_distinct) = match self {
            FieldTallies::NotRecorded => (Vec::new(), 0),
            FieldTallies::Alone { largest, n_distinct } => (largest, n_distinct),
            FieldTallies::Largest(shards) => (certain_largest(&shards, metric)?, n_distinct(shards)),
            FieldTallies::All { values, tallies } => {
                let mut largest = Largest::new(TOP_ENTRIES);
                for (place, tally) in (0u32..).zip(&tallies) {
                    // Values ascend with their places, so that the smallest of those as large is kept.
                    largest.push(size(&tally.total, metric), place);
                }
                let (places, _) = largest.into_numbers();
                let entry = |place: u32| (values.get(place as usize, field.kind()), tallies[place as usize]);
                (places.map(entry).collect(), values.len() as u64)
            }
        };
        keep_first(&mut largest, TOP_ENTRIES, |(a, a_tally), (b, b_tally)| {
            size(&b_tally.total, metric).cmp(&size(&a_tally.total, metric)).then_with(|| a.cmp(b))
        });
        let entry = |(value, ValueTally { total, rejected })| TopEntry { value, total, rejected };
        Some(TopList { field, recorded, n_distinct, entries: largest.into_iter().map(entry).collect() })
    }
}

/// Values with all their rows, the [`TOP_ENTRIES`] largest of all among them; `None` where that is not certain.
fn certain_largest(shards: &[ShardLargest], metric: Metric) -> Option<Vec<(Value, ValueTally)>> {
    // How much the shards that left a value out can have of it at most, or of any that all left out.
    let left_out = |candidate: Option<&Candidate>| {
        let may_have = |at: usize, shard: &ShardLargest| {
            candidate.is_none_or(|Candidate { value, shards, .. }| {
                !shards.contains(&at) && shard.values.contains(value)
            })
        };
        let most = shards.iter().enumerate().filter(|(at, shard)| may_have(*at, shard));
        let most = most.filter_map(|(_, shard)| shard.next).map(|(next, _)| next);
        most.reduce(|sum, next| sum.saturating_add(next))
    };
    let (certain, uncertain): (Vec<Candidate>, Vec<Candidate>) =
        candidates(shards).into_iter().partition(|candidate| left_out(Some(candidate)).is_none());
    let mut listed = Largest::new(TOP_ENTRIES);
    certain.iter().for_each(|candidate| listed.push(size(&candidate.tally.total, metric), 0));
    let least = listed.least();
    let may_be_listed = |most: u64| least.is_none_or(|(least, _)| most >= least);
    let is_uncertain_listed = uncertain.iter().any(|candidate| {
        let most = left_out(Some(candidate)).unwrap_or(0);
        may_be_listed(candidate.tally.total.get(metric).saturating_add(most))
    });
    if is_uncertain_listed || left_out(None).is_some_and(may_be_listed) {
        return None;
    }
    Some(certain.into_iter().map(|candidate| (candidate.value, candidate.tally)).collect())
}

fn candidates(shards: &[ShardLargest]) -> Vec<Candidate> {
    let of_shard = |(at, shard): (usize, &'_ ShardLargest)| {
        shard.largest.iter().map(|(value, tally)| (value.clone(), at, *tally)).collect::<Vec<_>>()
    };
    let mut all: Vec<(Value, usize, ValueTally)> = shards.iter().enumerate().flat_map(of_shard).collect();
    // Stable, so that the shards of a value stay in order.
    all.arrange_by(|(a, ..), (b, ..)| a.cmp(b));
    let mut candidates: Vec<Candidate> = Vec::with_capacity(all.len());
    for (value, shard, tally) in all {
        match candidates.last_mut().filter(|last| last.value == value) {
            Some(last) => {
                last.tally.add(tally);
                last.shards.push(shard);
            }
            None => candidates.push(Candidate { value, tally, shards: vec![shard] }),
        }
    }
    candidates
}

fn n_distinct(shards: Vec<ShardLargest>) -> u64 {
    let values = shards.into_iter().map(|shard| shard.values);
    values.reduce(|all, more| all.join(more, |_, _| {})).map_or(0, |all| all.len() as u64)
}

/// The largest of many things by size, each with a number that stands for it; of those as large, the first that came.
pub(super) struct Largest {
    n_max: usize,
    /// Twice as many at most, so that they are seldom looked through.
    kept: Vec<(Reverse<Size>, u32)>,
    /// The largest that was left out.
    next: Option<Size>,
    /// What is not larger is left out.
    least: Option<Size>,
}

impl Largest {
    /// Of `n_max`, at least one.
    pub fn new(n_max: usize) -> Largest {
        Largest { n_max, kept: Vec::new(), next: None, least: None }
    }

    /// Takes in the next. Numbers ascend, or do not matter.
    pub fn push(&mut self, size: Size, number: u32) {
        if self.least.is_some_and(|least| size <= least) {
            self.next = self.next.max(Some(size));
            return;
        }
        self.kept.push((Reverse(size), number));
        if self.kept.len() >= 2 * self.n_max {
            self.leave_out();
        }
    }

    fn leave_out(&mut self) {
        if self.kept.len() > self.n_max {
            let (_, _, rest) = self.kept.select_nth_unstable(self.n_max - 1);
            let next = rest.iter().map(|(Reverse(size), _)| *size).max();
            self.next = self.next.max(next);
            self.kept.truncate(self.n_max);
        }
        if self.kept.len() == self.n_max {
            self.least = self.kept.iter().map(|(Reverse(size), _)| *size).min();
        }
    }

    /// The size of the smallest that is kept, if there are as many as are kept at most.
    pub fn least(&mut self) -> Option<Size> {
        self.leave_out();
        self.least
    }

    /// The numbers in no order, and the size of the largest that was left out.
    pub fn into_numbers(mut self) -> (impl Iterator<Item = u32>, Option<Size>) {
        self.leave_out();
        (self.kept.into_iter().map(|(_, number)| number), self.next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::Address;

    fn tally(bytes: u64, is_rejected: bool) -> ValueTally {
        let total = Tally { rows: 1, packets: 0, bytes };
        ValueTally { total, rejected: if is_rejected { total } else { Tally::default() } }
    }

    /// What a shard hands over, as it comes to the lead from another worker: so many of the largest, or all.
    fn handed_over(
        values: &[(Value, ValueTally)],
        metric: Metric,
        n_values_max: Option<usize>,
    ) -> FieldTallies {
        let mut values = values.to_vec();
        values.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut distinct = Distinct::default();
        values.iter().for_each(|(value, _)| distinct.push(value.clone()));
        let tallies = match n_values_max {
            Some(n_max) => {
                let mut largest = Largest::new(n_max);
                for (at, (_, tally)) in (0..).zip(&values) {
                    largest.push(size(&tally.total, metric), at);
                }
                let (numbers, next) = largest.into_numbers();
                let largest = numbers.map(|at| values[at as usize].clone()).collect();
                FieldTallies::Largest(vec![ShardLargest { largest, next, values: distinct }])
            }
            None => {
                let tallies = values.iter().map(|(_, tally)| *tally).collect();
                FieldTallies::All { values: distinct, tallies }
            }
        };
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
            6 => (0u32..40).prop_map(Address::V4),
            // Often, so that it is among the largest.
            4 => (0u32..4).prop_map(Address::V4),
            2 => (0u128..20).prop_map(Address::V6),
            1 => (0u64..5).prop_map(Address::Mac),
        ]
    }

    proptest! {
        #[test]
        fn the_largest_of_three_shards_are_those_of_all_rows_or_not_told(
            rows in prop::collection::vec((address(), 0u64..50, any::<bool>(), 0usize..3), 0..300),
            n_max in 1usize..40,
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
                for n_max in [Some(n_max), None] {
                    let mut merged = handed_over(&shards[0], metric, n_max);
                    merged.merge(handed_over(&shards[1], metric, n_max));
                    merged.merge(handed_over(&shards[2], metric, n_max));
                    match merged.top(Field::SRCADDR, metric) {
                        None => prop_assert_ne!(n_max, None, "where all is handed over all is told"),
                        Some(top) => {
                            prop_assert_eq!(top.n_distinct, all.len() as u64);
                            prop_assert_eq!(top.entries, top_of_sorted(all.clone(), metric));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn few_of_each_tell_the_largest_where_some_stand_out() {
        let value = |at: u32| Value::Address(Address::V4(at));
        let shard = |first: u32| -> Vec<(Value, ValueTally)> {
            let small = (first..first + 500).map(|at| (value(at), tally(1, false)));
            (0..20).map(|at| (value(at), tally(1_000 - u64::from(at), true))).chain(small).collect()
        };
        let mut merged = handed_over(&shard(100), Metric::Bytes, Some(64));
        merged.merge(handed_over(&shard(400), Metric::Bytes, Some(64)));
        let top = merged.top(Field::SRCADDR, Metric::Bytes).expect("64 of each are enough");
        assert_eq!(top.n_distinct, 20 + 800);
        assert_eq!(top.entries.len(), TOP_ENTRIES);
        assert_eq!(top.entries[9].value, value(9));
        assert_eq!(top.entries[9].total.bytes, 2 * 991);

        let mut merged = handed_over(&shard(100), Metric::Bytes, Some(9));
        merged.merge(handed_over(&shard(400), Metric::Bytes, Some(9)));
        assert_eq!(merged.top(Field::SRCADDR, Metric::Bytes), None, "the tenth is with those left out");
    }
}
