//! For every address, of which marked sets it is: one search for each flow, whatever its rules are.

use std::collections::{BTreeSet, HashMap};

use super::ranges::{LineKey, Ranges};
use super::remote::{AddressSet, Mark};
use crate::arrange::Arrange;
use crate::record::Address;

#[derive(Debug)]
pub(super) struct Marks {
    v4: MarkLine<u32>,
    v6: MarkLine<u128>,
}

impl Marks {
    /// The mark of a set is its place in `sets`.
    pub fn new(sets: &[AddressSet]) -> Marks {
        Marks {
            v4: MarkLine::new(sets.iter().map(|set| &set.v4)),
            v6: MarkLine::new(sets.iter().map(|set| &set.v6)),
        }
    }

    /// A number that addresses of one family share where they have the same marks.
    pub fn list_of(&self, address: Address) -> u32 {
        match address {
            Address::V4(bits) => self.v4.list_of(bits),
            Address::V6(bits) => self.v6.list_of(bits),
            Address::Mac(_) => 0,
        }
    }

    /// Sorted.
    pub fn of(&self, address: Address) -> &[Mark] {
        match address {
            Address::V4(bits) => self.v4.of(bits),
            Address::V6(bits) => self.v6.of(bits),
            Address::Mac(_) => &[],
        }
    }
}

#[derive(Debug)]
struct MarkLine<K> {
    /// Where the stretches of the line begin; the first begins at the first key.
    starts: Vec<K>,
    /// For each stretch the number of its list: many interfaces have the same groups.
    lists: Vec<u32>,
    marks: Vec<Vec<Mark>>,
}

impl<K: LineKey> MarkLine<K> {
    fn new<'a>(sets: impl Iterator<Item = &'a Ranges<K>>) -> MarkLine<K>
    where
        K: 'a,
    {
        let mut turns = Vec::new();
        for (mark, ranges) in (0..).zip(sets) {
            for (first, last) in ranges.iter() {
                turns.push((first, mark));
                turns.extend(last.next().map(|after| (after, mark)));
            }
        }
        turns.arrange();
        let mut line = MarkLine { starts: vec![K::FIRST], lists: vec![0], marks: vec![Vec::new()] };
        let mut known = HashMap::from([(Vec::new(), 0)]);
        let mut present: BTreeSet<Mark> = BTreeSet::new();
        for turns in turns.chunk_by(|a, b| a.0 == b.0) {
            for (_, mark) in turns {
                // Ranges of a set lie apart, so a mark that turns up again ends.
                if !present.remove(mark) {
                    present.insert(*mark);
                }
            }
            let marks: Vec<Mark> = present.iter().copied().collect();
            let next = line.marks.len() as u32;
            let list = *known.entry(marks).or_insert_with_key(|marks| {
                line.marks.push(marks.clone());
                next
            });
            if turns[0].0 == K::FIRST {
                line.lists[0] = list;
            } else {
                line.starts.push(turns[0].0);
                line.lists.push(list);
            }
        }
        line
    }

    fn list_of(&self, key: K) -> u32 {
        let stretch = self.starts.partition_point(|start| *start <= key) - 1;
        self.lists[stretch]
    }

    fn of(&self, key: K) -> &[Mark] {
        &self.marks[self.list_of(key) as usize]
    }
}
