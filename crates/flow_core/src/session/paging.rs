//! Where a page begins in each shard, found in few questions: shards are asked for the keys at some positions, and
//! each answer narrows where the first `offset` rows of all end.

use std::ops::Range;

use super::shard::spread;
use crate::arrange::Arrange;
use crate::query::SortKey;

/// Keys that a shard is asked for at once. With this many, three questions find any place among ten million rows.
pub const KEYS_AT_ONCE: u32 = 128;

/// Where it is known so closely, asking for the page and so many rows more is quicker than asking on.
const ROWS_TOO_MANY: u32 = 128;

/// The first `offset` rows of all shards are, of each shard, the first of its rows: so many as this knows.
pub struct Split {
    offset: u64,
    descending: bool,
    sides: Vec<Side>,
}

struct Side {
    /// The number sought is one of these, both included.
    low: u32,
    high: u32,
    /// Keys known, by position.
    keys: Vec<(u32, SortKey)>,
}

impl Split {
    /// Of shards with so many rows, each in order.
    pub fn new(offset: u64, descending: bool, n_rows: impl IntoIterator<Item = u32>) -> Split {
        let sides: Vec<Side> =
            n_rows.into_iter().map(|high| Side { low: 0, high, keys: Vec::new() }).collect();
        let mut split = Split { offset, descending, sides };
        let n_rows_all: u64 = split.sides.iter().map(|side| u64::from(side.high)).sum();
        if n_rows_all <= offset {
            split.sides.iter_mut().for_each(|side| side.low = side.high);
        } else if let [side] = &mut split.sides[..] {
            // Below the number of rows, so it fits.
            (side.low, side.high) = (offset as u32, offset as u32);
        }
        split
    }

    /// Positions whose keys would help, of each shard; none where the place is known closely enough.
    pub fn wanted(&self) -> Vec<Vec<u32>> {
        let n_open: u32 = self.sides.iter().fold(0, |sum, side| sum.saturating_add(side.high - side.low));
        let n_keys = if n_open > ROWS_TOO_MANY { KEYS_AT_ONCE } else { 0 };
        self.sides.iter().map(|side| spread(side.low..side.high, n_keys)).collect()
    }

    /// Takes in keys of a shard, with their positions.
    pub fn learn(&mut self, side: usize, keys: Vec<(u32, SortKey)>) {
        let side = &mut self.sides[side];
        side.keys.extend(keys);
        side.keys.arrange_by_key(|(position, _)| *position);
    }

    /// Draws the conclusions from what was learnt.
    ///
    /// A row is among the first `offset` exactly where fewer rows than that come before it. Of each shard it is known
    /// between which numbers those lie; where both ends of all shards together say the same, the row is decided, and
    /// with it all rows before it, or all after it.
    pub fn narrow(&mut self) {
        for at in 0..self.sides.len() {
            for (position, key) in self.sides[at].keys.clone() {
                let side = &self.sides[at];
                if !(side.low..side.high).contains(&position) {
                    continue;
                }
                let before: Vec<(u32, u32)> = (0..self.sides.len())
                    .map(|other| if other == at { (position, position) } else { self.n_before(other, &key) })
                    .collect();
                let least: u64 = before.iter().map(|(least, _)| u64::from(*least)).sum();
                let most: u64 = before.iter().map(|(_, most)| u64::from(*most)).sum();
                if most < self.offset {
                    for (side, (least, _)) in self.sides.iter_mut().zip(&before) {
                        side.low = side.low.max(*least);
                    }
                    self.sides[at].low = position + 1;
                } else if least >= self.offset {
                    for (side, (_, most)) in self.sides.iter_mut().zip(&before) {
                        side.high = side.high.min(*most);
                    }
                }
            }
        }
        for side in &mut self.sides {
            side.keys.retain(|(position, _)| (side.low..side.high).contains(position));
        }
    }

    /// The fewest and the most rows of a shard that can come before the key, as far as it matters: numbers outside of
    /// what is sought count as its ends, which leaves every conclusion as it is.
    fn n_before(&self, side: usize, key: &SortKey) -> (u32, u32) {
        let side = &self.sides[side];
        let known = side.keys.partition_point(|(_, own)| own.compare(key, self.descending).is_lt());
        let least = known.checked_sub(1).map_or(side.low, |at| side.keys[at].0 + 1);
        let most = side.keys.get(known).map_or(side.high, |(position, _)| *position);
        (least.clamp(side.low, side.high), most.clamp(side.low, side.high))
    }

    /// The positions of each shard that surely hold its part of the page.
    pub fn page(&self, n_rows: u32) -> Vec<Range<u32>> {
        self.sides.iter().map(|side| side.low..side.high.saturating_add(n_rows)).collect()
    }

    /// How many of those rows, in order, come before the page.
    pub fn n_rows_before_page(&self) -> u64 {
        self.offset.saturating_sub(self.sides.iter().map(|side| u64::from(side.low)).sum())
    }
}

/// Rows of several shards, each in order, as one order.
pub fn merge<T>(sides: Vec<Vec<(SortKey, T)>>, descending: bool) -> impl Iterator<Item = T> {
    let mut sides: Vec<_> = sides.into_iter().map(|side| side.into_iter().peekable()).collect();
    std::iter::from_fn(move || {
        let heads = sides.iter_mut().enumerate().filter_map(|(at, side)| Some((at, side.peek()?.0.clone())));
        let (first, _) = heads.min_by(|(_, a), (_, b)| a.compare(b, descending))?;
        sides[first].next().map(|(_, row)| row)
    })
}
