//! A page of rows out of several shards, each sorted by itself: exactly the page that one store with all the
//! rows would give.
//!
//! Where the page begins in each shard is found by searching, not by walking: the last page of ten million
//! rows takes as long as the first.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{SortSpec, SortedRows};
use crate::parse::SourceId;
use crate::record::Value;
use crate::store::{Store, Table};

/// Where a row stands in the order of a sort over all shards; owned, so that shards in different memories can
/// be compared too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// Absent where nothing is sorted by.
    value: Value,
    source: SourceId,
    line: u64,
}

impl SortKey {
    /// The key of a readable row.
    pub fn new(store: &Store, table: &Table, row: u32, sort: Option<&SortSpec>) -> SortKey {
        let value = sort.map_or(Value::Absent, |sort| sort.subject.value(store, table, row));
        let origin = table.origin(row);
        SortKey { value, source: origin.source, line: origin.line }
    }

    /// Whether the row of this key comes before or after that of another.
    pub fn compare(&self, other: &SortKey, descending: bool) -> Ordering {
        let by_value = match (self.value.is_absent(), other.value.is_absent()) {
            (false, false) if descending => other.value.cmp(&self.value),
            (false, false) => self.value.cmp(&other.value),
            (is_absent, other_is_absent) => is_absent.cmp(&other_is_absent),
        };
        by_value.then_with(|| (self.source, self.line).cmp(&(other.source, other.line)))
    }
}

/// The rows at `len` positions from `offset` in the order over all shards, each as the index of its shard and
/// its row there. Every shard must be sorted by `sort`.
pub fn merge_page(
    shards: &[(&Store, &Table, &SortedRows)],
    sort: Option<&SortSpec>,
    offset: u64,
    len: u32,
) -> Vec<(usize, u32)> {
    let merge = Merge { shards, sort };
    let mut positions = merge.split(offset);
    let mut heads: Vec<Option<SortKey>> =
        positions.iter().enumerate().map(|(shard, &position)| merge.key(shard, position)).collect();
    let mut page = Vec::new();
    while page.len() < len as usize {
        let candidates = heads.iter().enumerate().filter_map(|(shard, key)| Some((shard, key.as_ref()?)));
        let Some((first, _)) = candidates.min_by(|(_, a), (_, b)| merge.compare(a, b)) else { break };
        let (_, _, rows) = shards[first];
        page.push((first, rows.get(positions[first])));
        positions[first] += 1;
        heads[first] = merge.key(first, positions[first]);
    }
    page
}

struct Merge<'a> {
    shards: &'a [(&'a Store, &'a Table, &'a SortedRows)],
    sort: Option<&'a SortSpec>,
}

impl Merge<'_> {
    /// `None` past the shard's last row.
    fn key(&self, shard: usize, position: u32) -> Option<SortKey> {
        let (store, table, rows) = self.shards[shard];
        (position < rows.len()).then(|| SortKey::new(store, table, rows.get(position), self.sort))
    }

    fn compare(&self, a: &SortKey, b: &SortKey) -> Ordering {
        a.compare(b, self.sort.is_some_and(|sort| sort.descending))
    }

    /// How many rows of each shard are among the first `offset` of all.
    ///
    /// Between `low` and `high`, which enclose the answer, the middle of the widest shard is taken and counted
    /// against all others: it is either among the first `offset`, with all before it, or not, with all after
    /// it. Each turn halves the widest.
    fn split(&self, offset: u64) -> Vec<u32> {
        let mut low = vec![0; self.shards.len()];
        let mut high: Vec<u32> = self.shards.iter().map(|(_, _, rows)| rows.len()).collect();
        if high.iter().map(|&n_rows| u64::from(n_rows)).sum::<u64>() <= offset {
            return high;
        }
        loop {
            let widest = (0..low.len()).max_by_key(|&shard| high[shard] - low[shard]);
            let Some(pivot) = widest.filter(|&shard| low[shard] < high[shard]) else { return low };
            let middle = low[pivot] + (high[pivot] - low[pivot]) / 2;
            let key = self.key(pivot, middle).expect("the middle lies before the end");
            let n_before: Vec<u32> = (0..low.len())
                .map(|shard| match shard.cmp(&pivot) {
                    Ordering::Equal => middle,
                    // Equal keys, which two shards should never have, go by shard, as they do in the merge.
                    Ordering::Less => self.n_before(shard, low[shard]..high[shard], &key, Ordering::Greater),
                    Ordering::Greater => self.n_before(shard, low[shard]..high[shard], &key, Ordering::Equal),
                })
                .collect();
            if n_before.iter().map(|&n_rows| u64::from(n_rows)).sum::<u64>() < offset {
                low = n_before;
                low[pivot] = middle + 1;
            } else {
                high = n_before;
            }
        }
    }

    /// The first position of `shard` within `positions` whose row compares to `key` as `from` or later.
    fn n_before(&self, shard: usize, positions: std::ops::Range<u32>, key: &SortKey, from: Ordering) -> u32 {
        let (mut low, mut high) = (positions.start, positions.end);
        while low < high {
            let middle = low + (high - low) / 2;
            let own = self.key(shard, middle).expect("the middle lies before the end");
            if self.compare(&own, key) < from {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
