//! Codes by key: an open table for keys of a few words.
//!
//! Keys lie in the table itself, so that a look-up touches one place in memory; hashbrown's table of codes
//! touches three (its control bytes, the code, the value that the code stands for) and calls a comparison.

use crate::parse::ShortText;

/// What a [`CodeTable`] is keyed by.
pub trait Key: Copy + Eq + Default {
    /// Good in its highest bits.
    fn hash(self) -> u64;
}

/// Odd and without pattern, as multiplicative hashing wants them: the fractional parts of roots.
const FACTORS: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b];

impl Key for u32 {
    #[inline]
    fn hash(self) -> u64 {
        u64::from(self).wrapping_mul(FACTORS[0])
    }
}

impl Key for ShortText {
    #[inline]
    fn hash(self) -> u64 {
        // Each product's high bits depend on the whole word; the lower half alone would not do for texts that
        // differ in their last byte.
        let [first, second, third] = self.words();
        let sum = first
            .wrapping_mul(FACTORS[0])
            .wrapping_add(second.wrapping_mul(FACTORS[1]).rotate_left(17))
            .wrapping_add(third.wrapping_mul(FACTORS[2]).rotate_left(43));
        (sum ^ sum >> 29).wrapping_mul(FACTORS[0])
    }
}

/// Distinct keys, each with the code it was given.
#[derive(Clone, Debug, Default)]
pub struct CodeTable<K> {
    /// None, or a power of two, at least half of them empty.
    slots: Vec<Slot<K>>,
    n_keys: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot<K> {
    key: K,
    /// One more than the code; 0 for an empty slot.
    code_and_one: u32,
}

/// Slots of the first table that holds anything.
const N_SLOTS_MIN: usize = 16;

impl<K: Key> CodeTable<K> {
    #[inline]
    pub fn get(&self, key: K) -> Option<u32> {
        let mut at = self.home(key);
        // No slots at all end the search as an empty one does.
        while let Some(slot) = self.slots.get(at) {
            if slot.key == key {
                // An empty slot's key is the default one, which may be looked for: then this says 0.
                return slot.code_and_one.checked_sub(1);
            }
            if slot.code_and_one == 0 {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// Adds a key that is not there.
    #[cold]
    pub fn insert(&mut self, key: K, code: u32) {
        if 2 * (self.n_keys + 1) > self.slots.len() {
            let n_slots = (2 * self.slots.len()).max(N_SLOTS_MIN);
            let full = std::mem::replace(&mut self.slots, vec![Slot::default(); n_slots]);
            for slot in full {
                if slot.code_and_one != 0 {
                    self.put(slot);
                }
            }
        }
        self.put(Slot { key, code_and_one: code + 1 });
        self.n_keys += 1;
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<K>>()
    }

    fn put(&mut self, slot: Slot<K>) {
        let mut at = self.home(slot.key);
        while self.slots[at].code_and_one != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    /// The slot that a key belongs in; those after it are taken where it is not free.
    #[inline]
    fn home(&self, key: K) -> usize {
        // The highest bits, as many as number the slots; 0 where there are none.
        let n_bits = self.slots.len().trailing_zeros();
        (key.hash() >> 1 >> (63 - n_bits.min(63))) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_default_key_is_a_key_like_any_other() {
        let mut table = CodeTable::default();
        assert_eq!(table.get(0u32), None);
        table.insert(7u32, 70);
        assert_eq!((table.get(0), table.get(7)), (None, Some(70)));
        table.insert(0, 1);
        assert_eq!((table.get(0), table.get(7)), (Some(1), Some(70)));
    }

    proptest! {
        #[test]
        fn a_table_is_a_map(keys in prop::collection::vec(prop_oneof![0u32..50, any::<u32>()], 0..2_000)) {
            let mut table = CodeTable::default();
            let mut map = HashMap::new();
            for key in keys {
                prop_assert_eq!(table.get(key), map.get(&key).copied());
                if !map.contains_key(&key) {
                    table.insert(key, map.len() as u32);
                    map.insert(key, map.len() as u32);
                }
            }
            for (key, code) in map {
                prop_assert_eq!(table.get(key), Some(code));
            }
        }
    }
}
