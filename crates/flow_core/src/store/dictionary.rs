//! Values by code and codes by value, for addresses and for text.
//!
//! Codes are given in order of first sight, so they say nothing about order and differ between shards:
//! they never leave a shard.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::address_traits::AddressTraits;
use super::code_table::CodeTable;
use super::open_column::ABSENT_CODE;
use crate::parse::{BlockAddresses, BlockTexts, ShortText};
use crate::record::Address;

fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// The addresses of all address columns of a store: one code for one address wherever it stands.
#[derive(Clone, Debug, Default)]
pub struct AddressDictionary {
    addresses: Vec<Address>,
    traits: Vec<AddressTraits>,
    v4: CodeTable<u32>,
    /// Codes of all others.
    others: HashTable<u32>,
}

impl AddressDictionary {
    #[inline]
    pub fn intern(&mut self, address: Address) -> u32 {
        match address {
            Address::V4(bits) => self.intern_v4(bits),
            _ => self.intern_other(address),
        }
    }

    /// Replaces `codes` by the code of each row's address, [`ABSENT_CODE`] where it has none.
    #[inline(never)]
    pub fn intern_all(&mut self, addresses: BlockAddresses<'_>, codes: &mut Vec<u32>) {
        codes.clear();
        for (v4, other) in addresses.runs() {
            codes.extend(v4.iter().map(|&bits| self.intern_v4(bits)));
            codes.extend(other.map(|other| other.map_or(ABSENT_CODE, |other| self.intern(other))));
        }
    }

    #[inline(always)]
    fn intern_v4(&mut self, bits: u32) -> u32 {
        match self.v4.get(bits) {
            Some(code) => code,
            None => self.push_v4(bits),
        }
    }

    #[cold]
    #[inline(never)]
    fn push_v4(&mut self, bits: u32) -> u32 {
        let code = self.push(Address::V4(bits));
        self.v4.insert(bits, code);
        code
    }

    fn intern_other(&mut self, address: Address) -> u32 {
        let addresses = &self.addresses;
        let code = *self
            .others
            .entry(
                hash_of(&address),
                |&code| addresses[code as usize] == address,
                |&code| hash_of(&addresses[code as usize]),
            )
            .or_insert_with(|| addresses.len() as u32)
            .get();
        if code as usize == self.addresses.len() {
            self.push(address);
        }
        code
    }

    fn push(&mut self, address: Address) -> u32 {
        self.addresses.push(address);
        self.traits.push(AddressTraits::of(address));
        self.addresses.len() as u32 - 1
    }

    pub fn code(&self, address: Address) -> Option<u32> {
        match address {
            Address::V4(bits) => self.v4.get(bits),
            _ => {
                self.others.find(hash_of(&address), |&code| self.addresses[code as usize] == address).copied()
            }
        }
    }

    pub fn get(&self, code: u64) -> Address {
        self.addresses[code as usize]
    }

    pub fn traits(&self, code: u64) -> AddressTraits {
        self.traits[code as usize]
    }

    /// Addresses in the order of their codes.
    pub fn all(&self) -> &[Address] {
        &self.addresses
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.addresses.capacity() * size_of::<Address>()
            + self.traits.capacity()
            + self.v4.n_heap_bytes()
            + bytes_of_codes(&self.others)
    }
}

/// The texts of one column.
#[derive(Clone, Debug, Default)]
pub struct TextDictionary {
    texts: Vec<Box<str>>,
    /// Of all texts together: asked for with every piece of a file.
    n_text_bytes: usize,
    short: CodeTable<ShortText>,
    /// Codes of texts that are not short.
    long: HashTable<u32>,
}

impl TextDictionary {
    pub fn intern(&mut self, text: &str) -> u32 {
        match ShortText::new(text) {
            Some(short) => match self.short.get(short) {
                Some(code) => code,
                None => self.push_short(short, text),
            },
            None => self.intern_long(text),
        }
    }

    /// Replaces `codes` by the code of each row's text, [`ABSENT_CODE`] where it has none.
    ///
    /// Rows that follow each other often say the same (account, region and status nearly always, the interface where a
    /// file holds one after the other), and then no code is looked up.
    #[inline(never)]
    pub fn intern_all(&mut self, texts: BlockTexts<'_>, codes: &mut Vec<u32>) {
        codes.clear();
        codes.resize(texts.n_rows(), ABSENT_CODE);
        let mut last: Option<(ShortText, u32)> = None;
        for (place, text) in codes.iter_mut().zip(texts.iter()) {
            let Some(text) = text else { continue };
            let Some(short) = text.short() else {
                *place = self.intern_long(text.as_str());
                continue;
            };
            if let Some((last, code)) = last
                && last == short
            {
                *place = code;
                continue;
            }
            *place = self.short.get(short).unwrap_or_else(|| self.push_short(short, text.as_str()));
            last = Some((short, *place));
        }
    }

    #[cold]
    #[inline(never)]
    fn push_short(&mut self, short: ShortText, text: &str) -> u32 {
        let code = self.push(text);
        self.short.insert(short, code);
        code
    }

    fn intern_long(&mut self, text: &str) -> u32 {
        let texts = &self.texts;
        let code = *self
            .long
            .entry(
                hash_of(text),
                |&code| *texts[code as usize] == *text,
                |&code| hash_of(&*texts[code as usize]),
            )
            .or_insert_with(|| texts.len() as u32)
            .get();
        if code as usize == self.texts.len() {
            self.push(text);
        }
        code
    }

    #[cold]
    fn push(&mut self, text: &str) -> u32 {
        self.texts.push(text.into());
        self.n_text_bytes += text.len();
        self.texts.len() as u32 - 1
    }

    pub fn code(&self, text: &str) -> Option<u32> {
        match ShortText::new(text) {
            Some(short) => self.short.get(short),
            None => self.long.find(hash_of(text), |&code| *self.texts[code as usize] == *text).copied(),
        }
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
            + self.short.n_heap_bytes()
            + bytes_of_codes(&self.long)
    }
}

/// Bytes on the heap: each place has a control byte.
fn bytes_of_codes(codes: &HashTable<u32>) -> usize {
    codes.capacity() * (size_of::<u32>() + 1)
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
        let long = "arn:aws:ecs:us-east-1:123456789012:cluster/one";
        assert_eq!((texts.intern(long), texts.intern("OK"), texts.intern(long)), (3, 4, 3));
        assert_eq!((texts.code(long), texts.code("OK\0"), texts.code("OK")), (Some(3), None, Some(4)));

        let mut addresses = AddressDictionary::default();
        for n in (0..2_000).chain(0..2_000) {
            assert_eq!(addresses.intern(Address::V4(n)), n);
        }
        assert_eq!(addresses.intern(Address::V6(1)), 2_000, "::1 is not 0.0.0.1");
        assert_eq!(addresses.code(Address::V4(77)), Some(77));
        assert_eq!(addresses.all().len(), 2_001);
    }
}
