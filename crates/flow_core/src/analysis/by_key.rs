//! Something for each key that occurs, in order of first sight.
//!
//! The simple version is a `HashMap<K, T>`. Its table holds keys and values, so every doubling copies them all;
//! with hundreds of thousands of rejected flows that was a third of the scan. Here the table holds places only.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Entries that room is made for at once: growing copies all of them in a wasm memory, but most of these may never come.
const ENTRIES_RESERVED_MAX: usize = 1 << 18;

#[derive(Clone, Debug)]
pub(super) struct ByKey<K, T> {
    places: HashTable<u32>,
    entries: Vec<(K, T)>,
}

impl<K: Hash + Eq, T: Default> ByKey<K, T> {
    /// Where the number of keys is bounded, room for that many saves all doublings.
    pub fn with_capacity(n_keys: usize) -> ByKey<K, T> {
        let entries = Vec::with_capacity(n_keys.min(ENTRIES_RESERVED_MAX));
        ByKey { places: HashTable::with_capacity(n_keys), entries }
    }

    /// The place of a key in the entries.
    pub fn place(&mut self, key: K) -> usize {
        let entries = &mut self.entries;
        let hash = FxBuildHasher.hash_one(&key);
        let place = *self
            .places
            .entry(
                hash,
                |&place| entries[place as usize].0 == key,
                |&place| FxBuildHasher.hash_one(&entries[place as usize].0),
            )
            .or_insert_with(|| entries.len() as u32)
            .get();
        if place as usize == entries.len() {
            entries.push((key, T::default()));
        }
        place as usize
    }

    pub fn at(&mut self, key: K) -> &mut T {
        let place = self.place(key);
        &mut self.entries[place].1
    }

    /// What is there of a key.
    pub fn get(&self, key: &K) -> Option<&T> {
        let is_key = |&place: &u32| self.entries[place as usize].0 == *key;
        let place = self.places.find(FxBuildHasher.hash_one(key), is_key)?;
        Some(&self.entries[*place as usize].1)
    }

    pub fn entries(&self) -> &[(K, T)] {
        &self.entries
    }

    pub fn at_place(&mut self, place: usize) -> &mut T {
        &mut self.entries[place].1
    }

    pub fn into_keys(self) -> Vec<K> {
        self.entries.into_iter().map(|(key, _)| key).collect()
    }

    pub fn into_entries(self) -> Vec<(K, T)> {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_one_entry_however_many_there_are() {
        let mut counts: ByKey<u64, u64> = ByKey::with_capacity(0);
        for key in (0..5_000).chain((0..5_000).rev()) {
            *counts.at(key) += key;
        }
        assert_eq!((counts.get(&7), counts.get(&5_000)), (Some(&14), None));
        let expected: Vec<(u64, u64)> = (0..5_000).map(|key| (key, 2 * key)).collect();
        assert_eq!(counts.into_entries(), expected);
    }
}
