//! How many rows each pair of small numbers has, such as a group and an address.
//!
//! The simple version is a `HashMap` of pairs. Where most pairs are different, as with scanners, each row then waits for
//! memory; noting all and putting them in order goes through memory in line, and the order is wanted anyhow. With 400,000
//! rows that have 250,000 pairs it takes a third of the time.

use crate::query::sort_by_digit;

/// Pairs that are noted before equal ones are put together: so few that what repeats takes little memory, so many that
/// what does not is seldom put in order twice.
const PAIRS_MIN: usize = 1 << 20;

/// Pairs that came last, a power of two: those of a few hundred groups with the one or two addresses that they want something
/// of, which are nearly all that there are, seldom leave.
const RECENT_PAIRS: usize = 1 << 12;

/// Bits of a digit of the sort; see `query/radix_sort`.
const DIGIT_BITS: u32 = 11;
const N_DIGITS: usize = 1 << DIGIT_BITS;

/// A pair, the first above the second, with its rows.
pub(super) type PairRows = (u64, u64);

#[derive(Debug)]
pub(super) struct PairCounts {
    /// Each at a place of its own that it shares with others; without rows where there is none.
    recent: Vec<PairRows>,
    pairs: Vec<PairRows>,
    n_pairs_max: usize,
}

impl Default for PairCounts {
    fn default() -> PairCounts {
        PairCounts {
            recent: vec![PairRows::default(); RECENT_PAIRS],
            pairs: Vec::new(),
            n_pairs_max: PAIRS_MIN,
        }
    }
}

impl PairCounts {
    pub fn add(&mut self, first: u32, second: u32, n_rows: u64) {
        let pair = u64::from(first) << u32::BITS | u64::from(second);
        let place = mixed(pair) as usize & (self.recent.len() - 1);
        let recent = &mut self.recent[place];
        if recent.0 == pair {
            recent.1 += n_rows;
            return;
        }
        let before = std::mem::replace(recent, (pair, n_rows));
        if before.1 > 0 {
            if self.pairs.len() == self.n_pairs_max {
                self.put_together();
            }
            self.pairs.push(before);
        }
    }

    /// Every pair once, ascending.
    pub fn into_sorted(mut self) -> Vec<PairRows> {
        self.pairs.extend(self.recent.into_iter().filter(|(_, n_rows)| *n_rows > 0));
        sort_by_pair(&mut self.pairs);
        add_equal(&mut self.pairs);
        self.pairs
    }

    #[cold]
    fn put_together(&mut self) {
        sort_by_pair(&mut self.pairs);
        add_equal(&mut self.pairs);
        if self.pairs.len() > self.n_pairs_max / 2 {
            self.n_pairs_max *= 2;
        }
    }
}

fn mixed(pair: u64) -> u32 {
    // Of 2^64 the golden section: pairs that differ a little are far from each other.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    ((pair ^ pair >> u32::BITS).wrapping_mul(FACTOR) >> u32::BITS) as u32
}

/// Digit by digit from the lowest, only those in which pairs differ.
fn sort_by_pair(pairs: &mut Vec<PairRows>) {
    let Some(&(first, _)) = pairs.first() else { return };
    let differing = pairs.iter().fold(0, |bits, (pair, _)| bits | (pair ^ first));
    let mut sorted = vec![PairRows::default(); pairs.len()];
    // Each half by itself: numbers are small, and digits across the middle would be empty for the most part.
    for half in [0, u32::BITS] {
        for shift in (half..half + u32::BITS).step_by(DIGIT_BITS as usize) {
            let n_bits = DIGIT_BITS.min(half + u32::BITS - shift);
            let mask = (1u64 << n_bits) - 1;
            if differing >> shift & mask != 0 {
                let digit = |(pair, _): PairRows| (pair >> shift & mask) as usize;
                sort_by_digit::<N_DIGITS, PairRows>(pairs, &mut sorted, digit);
                std::mem::swap(pairs, &mut sorted);
            }
        }
    }
}

fn add_equal(pairs: &mut Vec<PairRows>) {
    pairs.dedup_by(|(pair, n_rows), (before, sum)| {
        let is_equal = pair == before;
        if is_equal {
            *sum += *n_rows;
        }
        is_equal
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_are_those_of_a_map(
            pairs in prop::collection::vec((any::<u32>(), any::<u32>(), 1u64..9), 0..300),
            masks in (any::<u32>(), any::<u32>()),
            n_pairs_max in 1usize..40,
            n_recent_log in 0u32..6,
        ) {
            let recent = vec![PairRows::default(); 1 << n_recent_log];
            let mut counts = PairCounts { recent, n_pairs_max, ..PairCounts::default() };
            let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
            for (first, second, n_rows) in pairs {
                let (first, second) = (first & masks.0, second & masks.1);
                counts.add(first, second, n_rows);
                *expected.entry(u64::from(first) << 32 | u64::from(second)).or_default() += n_rows;
            }
            prop_assert_eq!(counts.into_sorted(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
