//! Short lists of numbers with their rows, one for each group, lying behind each other: there can be a hundred thousand
//! groups, and most have few sources.

use serde::{Deserialize, Serialize};

use crate::analysis::as_bytes::{self, Fixed};
use crate::analysis::pair_counts::PairRows;

/// A number and its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NumberRows {
    pub number: u32,
    pub n_rows: u64,
}

impl Fixed for NumberRows {
    type Bytes = [u8; 12];

    fn to_bytes(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.number.to_le_bytes());
        bytes[4..].copy_from_slice(&self.n_rows.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; 12]) -> NumberRows {
        let [a, b, c, d, rows @ ..] = bytes;
        NumberRows { number: u32::from_le_bytes([a, b, c, d]), n_rows: u64::from_le_bytes(rows) }
    }
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupLists {
    /// Where the list of each group ends.
    #[serde(with = "as_bytes")]
    ends: Vec<u32>,
    /// Each number once in a list, ascending.
    #[serde(with = "as_bytes")]
    items: Vec<NumberRows>,
}

impl GroupLists {
    /// From pairs of groups and numbers, ascending.
    pub fn of(n_groups: usize, pairs: &[PairRows]) -> GroupLists {
        let mut ends = vec![0; n_groups];
        let items = pairs.iter().map(|&(pair, n_rows)| NumberRows { number: pair as u32, n_rows }).collect();
        for (group, end) in pairs.iter().map(|(pair, _)| (pair >> u32::BITS) as usize).zip(1..) {
            ends[group] = end;
        }
        // A group without a list ends where the one before does.
        let mut before = 0;
        for end in &mut ends {
            before = before.max(*end);
            *end = before;
        }
        GroupLists { ends, items }
    }

    pub fn list(&self, group: usize) -> &[NumberRows] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[group] as usize]
    }

    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.items.iter().map(|item| item.number)
    }

    /// Other numbers for all, in the same order.
    pub fn renumber(&mut self, numbers: &[u32]) {
        self.items.iter_mut().for_each(|item| item.number = numbers[item.number as usize]);
    }

    /// Takes in the lists of another: `others` says of each group which of its lists that is. There may be more groups.
    pub fn join(&mut self, other: &GroupLists, others: &[Option<usize>]) {
        let mut items = Vec::with_capacity(self.items.len() + other.items.len());
        let mut ends = Vec::with_capacity(others.len());
        for (group, at_other) in others.iter().enumerate() {
            let own = if group < self.ends.len() { self.list(group) } else { &[] };
            let more = at_other.map_or(&[][..], |at| other.list(at));
            join(own, more, &mut items);
            ends.push(items.len() as u32);
        }
        *self = GroupLists { ends, items };
    }
}

fn join(mut one: &[NumberRows], mut other: &[NumberRows], into: &mut Vec<NumberRows>) {
    while let ([first, rest @ ..], [first_other, rest_other @ ..]) = (one, other) {
        let order = first.number.cmp(&first_other.number);
        let mut item = if order.is_le() { *first } else { *first_other };
        if order.is_eq() {
            item.n_rows += first_other.n_rows;
        }
        if order.is_le() {
            one = rest;
        }
        if order.is_ge() {
            other = rest_other;
        }
        into.push(item);
    }
    into.extend_from_slice(one);
    into.extend_from_slice(other);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Map = BTreeMap<(u32, u32), u64>;

    fn lists(n_groups: usize, map: &Map) -> GroupLists {
        let pairs = map.iter().map(|(&(group, number), &n)| (u64::from(group) << 32 | u64::from(number), n));
        let lists = GroupLists::of(n_groups, &pairs.collect::<Vec<_>>());
        postcard::from_bytes(&postcard::to_allocvec(&lists).unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn joined_lists_are_those_of_a_joined_map(
            one in prop::collection::btree_map((0u32..5, 0u32..6), 1u64..9, 0..20),
            other in prop::collection::btree_map((0u32..7, 0u32..6), 1u64..9, 0..20),
        ) {
            let mut joined = lists(5, &one);
            // The other's groups are the same in another order, and two more.
            let place = |group: u32| (group + 3) % 7;
            let moved: Map = other.iter().map(|(&(group, number), &n)| ((place(group), number), n)).collect();
            let others: Vec<Option<usize>> = (0..7).map(|group| Some(place(group) as usize)).collect();
            joined.join(&lists(7, &moved), &others);
            let mut expected = one;
            other.into_iter().for_each(|(pair, n)| *expected.entry(pair).or_default() += n);
            prop_assert_eq!(joined, lists(7, &expected));
        }
    }
}
