//! Which values there are, so that those of several shards can be counted together.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::analysis::as_bytes;
use crate::record::{Address, FieldKind, Value};

/// Distinct values of one field, each family in a list of its own that ascends. Nearly all are numbers or addresses, and
/// these travel as bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Distinct {
    /// Numbers of 32 bits, or IPv4 addresses; which of the two the field tells.
    #[serde(with = "as_bytes")]
    numbers: Vec<u32>,
    #[serde(with = "as_bytes")]
    v6: Vec<u128>,
    others: Vec<Value>,
}

impl Distinct {
    /// Takes in a value behind smaller ones.
    pub fn push(&mut self, value: Value) {
        match value {
            Value::Address(Address::V4(bits)) => self.numbers.push(bits),
            Value::Address(Address::V6(bits)) => self.v6.push(bits),
            Value::Number(number) if u32::try_from(number).is_ok() => self.numbers.push(number as u32),
            value => self.others.push(value),
        }
    }

    pub fn contains(&self, value: &Value) -> bool {
        match value {
            Value::Address(Address::V4(bits)) => self.numbers.binary_search(bits).is_ok(),
            Value::Address(Address::V6(bits)) => self.v6.binary_search(bits).is_ok(),
            Value::Number(number) if u32::try_from(*number).is_ok() => {
                self.numbers.binary_search(&(*number as u32)).is_ok()
            }
            value => self.others.binary_search(value).is_ok(),
        }
    }

    pub fn len(&self) -> usize {
        self.numbers.len() + self.v6.len() + self.others.len()
    }

    /// The value at a place: values ascend with their places. Numbers are values of a kind that the field tells.
    pub fn get(&self, place: usize, kind: FieldKind) -> Value {
        let Some(place_v6) = place.checked_sub(self.numbers.len()) else {
            return match kind {
                FieldKind::Address => Value::Address(Address::V4(self.numbers[place])),
                _ => Value::Number(self.numbers[place].into()),
            };
        };
        match place_v6.checked_sub(self.v6.len()) {
            None => Value::Address(Address::V6(self.v6[place_v6])),
            Some(place) => self.others[place].clone(),
        }
    }

    /// The values of both. `pair` is told of each, in order, at which places it was.
    pub fn join(self, other: Distinct, mut pair: impl FnMut(Option<usize>, Option<usize>)) -> Distinct {
        let (mut first, mut first_other) = (0, 0);
        let mut from = |n_own: usize, n_other: usize| {
            let (at, at_other) = (first, first_other);
            (first, first_other) = (first + n_own, first_other + n_other);
            (at, at_other)
        };
        let numbers = join(self.numbers, other.numbers, &mut from, &mut pair);
        let v6 = join(self.v6, other.v6, &mut from, &mut pair);
        let others = join(self.others, other.others, &mut from, &mut pair);
        Distinct { numbers, v6, others }
    }
}

/// All items of two ascending lists, once each and ascending. `from` says at which places two lists of such lengths begin.
fn join<T: Ord>(
    own: Vec<T>,
    others: Vec<T>,
    mut from: impl FnMut(usize, usize) -> (usize, usize),
    mut pair: impl FnMut(Option<usize>, Option<usize>),
) -> Vec<T> {
    let (mut at, mut at_other) = from(own.len(), others.len());
    let mut joined = Vec::with_capacity(own.len().max(others.len()));
    let (mut own, mut others) = (own.into_iter().peekable(), others.into_iter().peekable());
    loop {
        let order = match (own.peek(), others.peek()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return joined,
        };
        let item = if order.is_le() { own.next() } else { None };
        let other = if order.is_ge() { others.next() } else { None };
        pair(item.as_ref().map(|_| at), other.as_ref().map(|_| at_other));
        at += usize::from(item.is_some());
        at_other += usize::from(other.is_some());
        joined.extend(item.or(other));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        // Few enough to be equal at times, in all families.
        prop_oneof![
            (0u32..20).prop_map(|bits| Value::Address(Address::V4(bits))),
            (0u128..20).prop_map(|bits| Value::Address(Address::V6(bits))),
            (0u64..5).prop_map(|bits| Value::Address(Address::Mac(bits))),
            "[a-c]".prop_map(Value::Text),
        ]
    }

    proptest! {
        #[test]
        fn values_of_both_are_there_once(
            one in prop::collection::btree_set(value(), 0..30),
            other in prop::collection::btree_set(value(), 0..30),
            sought in value(),
        ) {
            let distinct = |values: &BTreeSet<Value>| {
                let mut distinct = Distinct::default();
                values.iter().for_each(|value| distinct.push(value.clone()));
                let bytes = postcard::to_allocvec(&distinct).unwrap();
                postcard::from_bytes::<Distinct>(&bytes).unwrap()
            };
            let all: BTreeSet<Value> = one.union(&other).cloned().collect();
            let mut pairs = Vec::new();
            let joined = distinct(&one).join(distinct(&other), |at, at_other| pairs.push((at, at_other)));
            prop_assert_eq!(&joined, &distinct(&all));
            prop_assert_eq!(joined.len(), all.len());
            prop_assert_eq!(joined.contains(&sought), all.contains(&sought));
            let place = |values: &BTreeSet<Value>, value: &Value| values.iter().position(|known| known == value);
            for (at, value) in all.iter().enumerate() {
                prop_assert_eq!(&joined.get(at, FieldKind::Address), value);
                prop_assert_eq!(pairs[at], (place(&one, value), place(&other, value)));
            }
        }
    }
}
