//! A small sample of a file's rows that two files can be compared by.
//!
//! Each row is hashed, and the smallest hashes are kept: the same rows give the same sample in whatever order and
//! container they come, and the share of one sample that another one has is near the share of the rows.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;

/// Hashes that are kept of a file: enough to tell half of it from a tenth.
pub const SKETCH_HASHES: usize = 64;

/// The smallest hashes of rows, ascending, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    hashes: Vec<u64>,
}

impl Sketch {
    pub fn add(&mut self, hash: u64) {
        let is_full = self.hashes.len() == SKETCH_HASHES;
        if is_full && self.hashes.last().is_some_and(|last| *last <= hash) {
            return;
        }
        if let Err(at) = self.hashes.binary_search(&hash) {
            if is_full {
                self.hashes.pop();
            }
            self.hashes.insert(at, hash);
        }
    }

    pub fn join(&mut self, other: &Sketch) {
        other.hashes.iter().for_each(|hash| self.add(*hash));
    }

    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// About how much of what this is a sample of the other one has too, 0 to 1.
    fn share_in(&self, other: &Sketch) -> f64 {
        // Above the end of a full sample, nothing is known of its rows.
        let end = |sketch: &Sketch| {
            if sketch.hashes.len() < SKETCH_HASHES {
                u64::MAX
            } else {
                *sketch.hashes.last().expect("it is full")
            }
        };
        let end = end(self).min(end(other));
        let comparable = &self.hashes[..self.hashes.partition_point(|hash| *hash <= end)];
        let n_shared = comparable.iter().filter(|hash| other.hashes.binary_search(hash).is_ok()).count();
        n_shared as f64 / comparable.len().max(1) as f64
    }
}

/// A part of a file's rows that an earlier file has too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Place of the earlier file.
    pub with: usize,
    /// Of the later file's rows, about, 0 to 1.
    pub share: f64,
    /// Whether the earlier file has about as few that the later one lacks.
    pub is_mutual: bool,
}

/// Less common rows than this are chance, or the same packet seen at both of its ends.
const SHARE_MIN: f64 = 0.5;

/// For each file the earlier one that it shares most rows with, where it shares at least half of them.
pub fn overlaps(sketches: &[&Sketch]) -> Vec<Option<Overlap>> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut overlaps = Vec::with_capacity(sketches.len());
    for (at, sketch) in sketches.iter().enumerate() {
        let mut candidates: Vec<usize> =
            sketch.hashes.iter().filter_map(|hash| seen.get(hash)).flatten().copied().collect();
        candidates.arrange();
        candidates.dedup();
        let of = |with: usize| {
            let share = sketch.share_in(sketches[with]);
            let is_mutual = sketches[with].share_in(sketch) >= share;
            Overlap { with, share, is_mutual }
        };
        // The first of those that share most: where a file is there three times, both others are like the first.
        let most = candidates
            .into_iter()
            .map(of)
            .reduce(|most, other| if other.share > most.share { other } else { most });
        overlaps.push(most.filter(|most| most.share >= SHARE_MIN));
        for hash in &sketch.hashes {
            seen.entry(*hash).or_default().push(at);
        }
    }
    overlaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Spread as hashes of rows are.
    fn sketch(rows: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::default();
        rows.into_iter().for_each(|row| sketch.add((row + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        sketch
    }

    fn shares(files: &[Sketch]) -> Vec<Option<(usize, u32, bool)>> {
        let overlaps = overlaps(&files.iter().collect::<Vec<_>>());
        let percent =
            |overlap: Overlap| (overlap.with, (overlap.share * 100.0).round() as u32, overlap.is_mutual);
        overlaps.into_iter().map(|overlap| overlap.map(percent)).collect()
    }

    #[test]
    fn a_file_dropped_twice_is_like_itself_in_any_order() {
        let files = [sketch(0..1_000), sketch(5_000..5_100), sketch((0..1_000).rev()), sketch(0..1_000)];
        assert_eq!(shares(&files), [None, None, Some((0, 100, true)), Some((0, 100, true))]);
    }

    #[test]
    fn a_part_of_a_file_is_in_it_and_not_the_other_way() {
        let files = [sketch(0..10_000), sketch(2_000..4_000), sketch(0..20_000)];
        let shares = shares(&files);
        assert_eq!(shares[1], Some((0, 100, false)));
        let (with, percent, _) = shares[2].expect("half of it is in the first");
        assert!(with == 0 && (50..=75).contains(&percent), "{percent}");
    }

    #[test]
    fn files_without_rows_and_different_files_share_nothing() {
        assert_eq!(shares(&[sketch([]), sketch([]), sketch(0..5), sketch(5..10)]), [None; 4]);
    }

    proptest! {
        #[test]
        fn joining_is_adding(first in prop::collection::vec(any::<u64>(), 0..200), second in prop::collection::vec(any::<u64>(), 0..200)) {
            let mut joined = sketch(first.iter().map(|row| row / 2));
            joined.join(&sketch(second.iter().map(|row| row / 2)));
            prop_assert_eq!(joined, sketch(first.iter().chain(&second).map(|row| row / 2)));
        }
    }
}
