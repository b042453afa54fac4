//! One bit for each row of a segment.

use super::block::{BLOCK_ROWS, Block};

/// A fixed number of bits; bits past the length are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    words: Box<[u64]>,
    n_bits: u32,
}

impl Bitmap {
    pub fn zeros(n_bits: u32) -> Bitmap {
        Bitmap { words: vec![0; n_bits.div_ceil(64) as usize].into(), n_bits }
    }

    pub fn ones(n_bits: u32) -> Bitmap {
        let mut bitmap = Bitmap { words: vec![u64::MAX; n_bits.div_ceil(64) as usize].into(), n_bits };
        bitmap.clear_past_end();
        bitmap
    }

    /// One bit for each item, in order. 64 tests give a byte each, without a branch between them, so that several are
    /// made at once; then eight bytes become eight bits together. A bit at a time, filters take three times as long.
    pub fn from_tests<T: Copy>(items: &[T], test: impl Fn(T) -> bool) -> Bitmap {
        const WORD_BITS: usize = u64::BITS as usize;
        let (whole, rest) = items.as_chunks::<WORD_BITS>();
        let word = |items: &[T; WORD_BITS]| word_of(&items.map(|item| u8::from(test(item))));
        let mut words: Vec<u64> = Vec::with_capacity(items.len().div_ceil(WORD_BITS));
        words.extend(whole.iter().map(word));
        if !rest.is_empty() {
            words.push((0..).zip(rest).fold(0, |word, (at, &item)| word | u64::from(test(item)) << at));
        }
        Bitmap { words: words.into(), n_bits: items.len() as u32 }
    }

    pub fn n_bits(&self) -> u32 {
        self.n_bits
    }

    pub fn get(&self, at: u32) -> bool {
        self.words[at as usize / 64] >> (at % 64) & 1 == 1
    }

    pub fn set(&mut self, at: u32) {
        debug_assert!(at < self.n_bits);
        self.words[at as usize / 64] |= 1 << (at % 64);
    }

    pub fn n_ones(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    pub fn n_heap_bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// How many places are one in both; they must have the same length, here and below.
    pub fn n_common(&self, other: &Bitmap) -> u32 {
        debug_assert_eq!(self.n_bits, other.n_bits);
        self.words.iter().zip(&other.words).map(|(word, other)| (word & other).count_ones()).sum()
    }

    pub fn and(&mut self, other: &Bitmap) {
        debug_assert_eq!(self.n_bits, other.n_bits);
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub fn or(&mut self, other: &Bitmap) {
        debug_assert_eq!(self.n_bits, other.n_bits);
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub fn not(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        self.clear_past_end();
    }

    /// Places of the ones, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    at as u32 * 64 + bit
                })
            })
        })
    }

    /// The places of the ones, ascending, a block at a time.
    pub fn for_each_block(&self, mut visit: impl FnMut(Block<'_>)) {
        const WORD_BITS: usize = u64::BITS as usize;
        let mut places = Vec::with_capacity(BLOCK_ROWS as usize + WORD_BITS);
        for (at, &word) in self.words.iter().enumerate() {
            let first = at * WORD_BITS;
            let mut rest = word;
            while rest != 0 {
                places.push((first + rest.trailing_zeros() as usize) as u16);
                rest &= rest - 1;
            }
            if places.len() > BLOCK_ROWS as usize - WORD_BITS {
                visit(Block::Places(&places));
                places.clear();
            }
        }
        if !places.is_empty() {
            visit(Block::Places(&places));
        }
    }

    /// The place of the one that has `n` ones before it; `None` where there are not so many.
    pub fn nth_one(&self, n: u32) -> Option<u32> {
        let mut n_before = n;
        for (at, &word) in self.words.iter().enumerate() {
            let n_ones = word.count_ones();
            if n_before < n_ones {
                let rest = (0..n_before).fold(word, |rest, _| rest & (rest - 1));
                return Some(at as u32 * 64 + rest.trailing_zeros());
            }
            n_before -= n_ones;
        }
        None
    }

    fn clear_past_end(&mut self) {
        let n_used = self.n_bits % 64;
        if n_used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << n_used) - 1;
        }
    }
}

/// One bit for each byte, all of which are 0 or 1.
fn word_of(bytes: &[u8; u64::BITS as usize]) -> u64 {
    // Byte i has its bit at 8i; times 2^(56 - 7i), one of the parts of the factor, it comes to 56 + i. No two parts
    // of the product meet in a bit, so nothing is carried.
    const TO_HIGHEST_BYTE: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = bytes.as_chunks::<8>();
    (0..).zip(eights).fold(0, |word, (at, eight)| {
        word | (u64::from_le_bytes(*eight).wrapping_mul(TO_HIGHEST_BYTE) >> 56) << (8 * at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_past_the_end_stay_zero() {
        for n_bits in [0, 1, 63, 64, 65, 130] {
            assert_eq!(Bitmap::ones(n_bits).n_ones(), n_bits);
            let mut bitmap = Bitmap::zeros(n_bits);
            bitmap.not();
            assert_eq!(bitmap, Bitmap::ones(n_bits));
            assert_eq!(bitmap.iter().collect::<Vec<_>>(), (0..n_bits).collect::<Vec<_>>());
        }
    }

    #[test]
    fn tests_land_on_their_bits() {
        let items: Vec<u32> = (0..200).collect();
        for divisor in [1, 2, 3, 7, 63, 64, 65, 300] {
            let bitmap = Bitmap::from_tests(&items, |item| item % divisor == divisor / 2);
            assert_eq!(
                bitmap.iter().collect::<Vec<_>>(),
                items.iter().copied().filter(|item| item % divisor == divisor / 2).collect::<Vec<_>>()
            );
        }
        let bitmap = Bitmap::from_tests(&items, |item| item % 7 == 3);
        assert!(bitmap.get(3) && !bitmap.get(4));
        for (n, at) in bitmap.iter().enumerate() {
            assert_eq!(bitmap.nth_one(n as u32), Some(at));
        }
        assert_eq!(bitmap.nth_one(bitmap.n_ones()), None);
    }
}
