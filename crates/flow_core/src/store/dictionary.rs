//! Values by code and codes by value, for addresses and for text.
//!
//! Codes are given in order of first sight, so they say nothing about order and differ between shards:
//! they never leave a shard.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::record::Address;

fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// The addresses of all address columns of a store: one code for one address wherever it stands.
#[derive(Clone, Debug, Default)]
pub struct AddressDictionary {
    addresses: Vec<Address>,
    codes: HashTable<u32>,
    /// The code given last: records of one conversation come close together.
    last: u32,
}

impl AddressDictionary {
    pub fn intern(&mut self, address: Address) -> u32 {
        if self.addresses.get(self.last as usize) == Some(&address) {
            return self.last;
        }
        let hash = hash_of(&address);
        let addresses = &mut self.addresses;
        self.last = *self
            .codes
            .entry(
                hash,
                |&code| addresses[code as usize] == address,
                |&code| hash_of(&addresses[code as usize]),
            )
            .or_insert_with(|| addresses.len() as u32)
            .get();
        if self.last as usize == self.addresses.len() {
            self.addresses.push(address);
        }
        self.last
    }

    pub fn code(&self, address: Address) -> Option<u32> {
        self.codes.find(hash_of(&address), |&code| self.addresses[code as usize] == address).copied()
    }

    pub fn get(&self, code: u64) -> Address {
        self.addresses[code as usize]
    }

    /// Addresses in the order of their codes.
    pub fn all(&self) -> &[Address] {
        &self.addresses
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.addresses.capacity() * size_of::<Address>() + self.codes.capacity() * (size_of::<u32>() + 1)
    }
}

/// The texts of one column.
#[derive(Clone, Debug, Default)]
pub struct TextDictionary {
    texts: Vec<Box<str>>,
    /// Of all texts together: asked for with every piece of a file.
    n_text_bytes: usize,
    codes: HashTable<u32>,
    last: u32,
}

impl TextDictionary {
    pub fn intern(&mut self, text: &str) -> u32 {
        if self.texts.get(self.last as usize).is_some_and(|last| **last == *text) {
            return self.last;
        }
        let hash = hash_of(text);
        let texts = &mut self.texts;
        self.last = *self
            .codes
            .entry(hash, |&code| *texts[code as usize] == *text, |&code| hash_of(&*texts[code as usize]))
            .or_insert_with(|| texts.len() as u32)
            .get();
        if self.last as usize == self.texts.len() {
            self.texts.push(text.into());
            self.n_text_bytes += text.len();
        }
        self.last
    }

    pub fn code(&self, text: &str) -> Option<u32> {
        self.codes.find(hash_of(text), |&code| *self.texts[code as usize] == *text).copied()
    }

    pub fn get(&self, code: u64) -> &str {
        &self.texts[code as usize]
    }

    /// Texts in the order of their codes.
    pub fn all(&self) -> &[Box<str>] {
        &self.texts
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.n_text_bytes
            + self.texts.capacity() * size_of::<Box<str>>()
            + self.codes.capacity() * (size_of::<u32>() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_code() {
        let mut texts = TextDictionary::default();
        let codes: Vec<u32> =
            ["eni-1", "eni-2", "eni-1", "", "eni-2"].iter().map(|text| texts.intern(text)).collect();
        assert_eq!(codes, [0, 1, 0, 2, 1]);
        assert_eq!(texts.get(1), "eni-2");
        assert_eq!((texts.code("eni-1"), texts.code("eni-9")), (Some(0), None));

        let mut addresses = AddressDictionary::default();
        for n in (0..2_000).chain(0..2_000) {
            assert_eq!(addresses.intern(Address::V4(n)), n);
        }
        assert_eq!(addresses.intern(Address::V6(1)), 2_000, "::1 is not 0.0.0.1");
        assert_eq!(addresses.code(Address::V4(77)), Some(77));
        assert_eq!(addresses.all().len(), 2_001);
    }
}
