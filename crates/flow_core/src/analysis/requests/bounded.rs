//! As many folded conversations as there is room for, chosen so that every way of dealing rows to shards keeps the same.
//!
//! A scan of a large network makes millions of requests. Kept are those whose hashes are smallest: which these are
//! follows from the values of a conversation alone, so the smallest of all shards are among the smallest of each.
//! What is kept is counted in full, never in part.

use serde::{Deserialize, Serialize};

use super::fold::Folded;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::{TraceKey, conversation_hash};

/// Folded rows, at most `n_max` keys when they are handed over; twice as many in between.
pub(super) struct BoundedFold {
    entries: ByKey<TraceKey, Folded>,
    n_entries: usize,
    n_max: usize,
    /// Conversations with a hash from here on are left out.
    below: u64,
}

/// What is left of a fold. After a merge a key may stand in it twice; whoever reads it adds them up.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub entries: Vec<(TraceKey, Folded)>,
    below: u64,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept { entries: Vec::new(), below: u64::MAX }
    }
}

impl BoundedFold {
    /// For so many rows.
    pub fn new(n_max: usize, n_rows: usize) -> BoundedFold {
        let entries = ByKey::with_capacity(n_rows.min(2 * n_max));
        BoundedFold { entries, n_entries: 0, n_max, below: u64::MAX }
    }

    /// Adds a row whose addresses `hash_of` knows.
    pub fn add(&mut self, key: TraceKey, folded: &Folded, hash_of: impl Fn(u32) -> u64) {
        if self.below != u64::MAX && hash_of_key(&key, &hash_of) >= self.below {
            return;
        }
        let place = self.entries.place(key);
        self.entries.at_place(place).add(folded);
        self.n_entries = self.n_entries.max(place + 1);
        if self.n_entries > 2 * self.n_max {
            self.prune(hash_of);
        }
    }

    fn prune(&mut self, hash_of: impl Fn(u32) -> u64) {
        let entries =
            std::mem::replace(&mut self.entries, ByKey::with_capacity(2 * self.n_max)).into_entries();
        let mut kept = Kept { entries, below: self.below };
        kept.cut(self.n_max, hash_of);
        self.below = kept.below;
        self.n_entries = kept.entries.len();
        for (key, folded) in kept.entries {
            *self.entries.at(key) = folded;
        }
    }

    pub fn into_kept(self, hash_of: impl Fn(u32) -> u64) -> Kept {
        let mut kept = Kept { entries: self.entries.into_entries(), below: self.below };
        kept.cut(self.n_max, hash_of);
        kept
    }
}

impl Kept {
    /// Joins two whose addresses are places in one list, `hash_of` their hashes.
    pub fn merge(&mut self, other: Kept, n_max: usize, hash_of: impl Fn(u32) -> u64) {
        self.below = self.below.min(other.below);
        self.entries.extend(other.entries);
        if self.below != u64::MAX {
            let below = self.below;
            self.entries.retain(|(key, _)| hash_of_key(key, &hash_of) < below);
        }
        if self.entries.len() > n_max {
            let mut distinct: ByKey<TraceKey, Folded> = ByKey::with_capacity(self.entries.len());
            for (key, folded) in self.entries.drain(..) {
                distinct.at(key).add(&folded);
            }
            self.entries = distinct.into_entries();
            self.cut(n_max, hash_of);
        }
    }

    /// Leaves out the conversations with the largest hashes, each as a whole, until no more than `n_max` keys are left.
    fn cut(&mut self, n_max: usize, hash_of: impl Fn(u32) -> u64) {
        if self.entries.len() <= n_max {
            return;
        }
        let mut hashes: Vec<u64> = self.entries.iter().map(|(key, _)| hash_of_key(key, &hash_of)).collect();
        let (_, first_out, _) = hashes.select_nth_unstable(n_max);
        self.below = *first_out;
        let below = self.below;
        self.entries.retain(|(key, _)| hash_of_key(key, &hash_of) < below);
    }
}

/// Whichever interface saw it. `hash_of` says what [`address_hash`] does of a key's address.
///
/// [`address_hash`]: crate::analysis::conversation::address_hash
fn hash_of_key(key: &TraceKey, hash_of: impl Fn(u32) -> u64) -> u64 {
    conversation_hash(&key.tuple, hash_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::conversation::{TupleEnd, address_hash};
    use crate::record::Address;
    use proptest::prelude::*;

    /// One row of a conversation between addresses 0 and `peer`.
    fn row(peer: u32, is_reply: bool) -> TraceKey {
        let (own, peer) = (TupleEnd { address: 0, port: Some(443) }, TupleEnd { address: peer, port: None });
        let (src, dst) = if is_reply { (own, peer) } else { (peer, own) };
        TraceKey::between(src, dst, Some(6))
    }

    fn kept(rows: impl Iterator<Item = (u32, bool)>, n_max: usize) -> Kept {
        let mut fold = BoundedFold::new(n_max, 0);
        for (peer, is_reply) in rows {
            let folded = Folded { n_session_rows: 1, ..Folded::default() };
            fold.add(row(peer, is_reply), &folded, |address| address_hash(Address::V4(address)));
        }
        fold.into_kept(|address| address_hash(Address::V4(address)))
    }

    fn counts(kept: Kept) -> Vec<(u32, bool, u64)> {
        let mut counts: ByKey<(u32, bool), u64> = ByKey::with_capacity(0);
        for (key, folded) in kept.entries {
            let is_reply = key.src().address == 0;
            let peer = if is_reply { key.dst() } else { key.src() }.address;
            *counts.at((peer, is_reply)) += folded.n_session_rows;
        }
        let mut counts: Vec<(u32, bool, u64)> =
            counts.into_entries().into_iter().map(|((peer, is_reply), n)| (peer, is_reply, n)).collect();
        counts.sort_unstable();
        counts
    }

    proptest! {
        #[test]
        fn the_same_conversations_stay_however_rows_are_dealt(
            rows in proptest::collection::vec((1..40u32, any::<bool>(), any::<bool>()), 0..200),
            n_max in 1..30usize,
        ) {
            let all = counts(kept(rows.iter().map(|row| (row.0, row.1)), n_max));
            let of = |shard| {
                let rows = rows.iter().rev().filter(move |row| row.2 == shard).map(|row| (row.0, row.1));
                kept(rows, n_max)
            };
            let mut dealt = of(false);
            dealt.merge(of(true), n_max, |address| address_hash(Address::V4(address)));
            prop_assert_eq!(&counts(dealt), &all);
            prop_assert!(all.len() <= n_max);
            for (peer, is_reply, n) in all {
                let n_rows = rows.iter().filter(|row| (row.0, row.1) == (peer, is_reply)).count() as u64;
                prop_assert_eq!(n, n_rows, "what is kept is counted in full");
            }
        }
    }
}
