//! The structural scan: finds where the values of a block of text begin, 64 bytes at a time.
//!
//! Every byte up to the space and every byte past ASCII ends a value here. In a plain line those are single
//! spaces and the line feed; whatever else there is (tabs, carriage returns, control characters, text that is
//! not ASCII) thereby spoils the count or the kind of the separators of its line, which then goes the slow way.

use super::words::separators;

/// The longest block that is scanned at once: it, the places of its values and a column stay in a core's first
/// cache.
pub const BLOCK_BYTES_MAX: usize = 16 * 1024;

/// Bytes whose separators are found together.
pub const WORD_BYTES: usize = 64;

/// Room for the starts of a block: one after each of its bytes, and so many that every place of 15 bits is within, which
/// the compiler then need not ask.
pub const N_STARTS: usize = (1 << 15) + WORD_BYTES;

/// As a place among the starts of a block, which it is.
#[inline(always)]
pub const fn within_starts(at: usize) -> usize {
    at & (N_STARTS - WORD_BYTES - 1)
}

/// Places of a block where a value begins: 0, and after each separator.
#[derive(Debug)]
pub struct ValueStarts {
    /// Only the first `n_starts` mean something.
    starts: Box<[u16; N_STARTS]>,
    n_starts: usize,
    n_line_feeds: usize,
    /// 0 where all separators are line feeds and spaces.
    odd: u64,
}

impl Default for ValueStarts {
    fn default() -> ValueStarts {
        let starts = vec![0; N_STARTS].into_boxed_slice().try_into().expect("it is as long");
        ValueStarts { starts, n_starts: 0, n_line_feeds: 0, odd: 0 }
    }
}

impl ValueStarts {
    /// Finds the values of a text of at most [`BLOCK_BYTES_MAX`] bytes.
    #[inline(never)]
    pub fn find(&mut self, text: &[u8]) {
        assert!(text.len() <= BLOCK_BYTES_MAX, "a start fits 16 bits");
        (self.n_starts, self.n_line_feeds, self.odd) = (1, 0, 0);
        let (words, rest) = text.as_chunks();
        let mut base = 0;
        for word in words {
            self.push(base, separators(word));
            base += WORD_BYTES as u16;
        }
        let mut last = [b'x'; WORD_BYTES];
        last[..rest.len()].copy_from_slice(rest);
        self.push(base, separators(&last));
    }

    /// Starts in order. A value ends one byte before the next one begins; after the last start comes what
    /// follows the last separator, which is nothing where the text ends in one.
    pub fn as_slice(&self) -> &[u16] {
        &self.starts[..self.n_starts]
    }

    /// The same with what lies behind them and means nothing.
    pub fn padded(&self) -> &[u16; N_STARTS] {
        &self.starts
    }

    /// Whether all lines of the text, which was found last, hold `n_columns` values, single-spaced.
    pub fn are_regular(&self, text: &[u8], n_columns: usize) -> bool {
        let ends = self.as_slice()[1..].iter().skip(n_columns - 1).step_by(n_columns);
        self.odd == 0
            && self.n_starts - 1 == self.n_line_feeds * n_columns
            && ends.fold(0, |odd, start| odd | (text[usize::from(*start) - 1] ^ b'\n')) == 0
    }

    /// Adds the places after the separators of a word. As many places as are usual are written whatever their
    /// number, and those too many are written over: a loop that ends by the number of bits is guessed wrong
    /// once a word.
    #[inline(always)]
    fn push(&mut self, base: u16, separators: Separators) {
        const USUAL: usize = 10;
        self.n_line_feeds += separators.line_feeds as usize;
        self.odd |= separators.odd;
        let mut mask = separators.all;
        let n_bits = mask.count_ones() as usize;
        let out: &mut [u16; WORD_BYTES] = self.starts[within_starts(self.n_starts)..]
            .first_chunk_mut()
            .expect("there is room for a start after each byte");
        for start in &mut out[..USUAL] {
            *start = base.wrapping_add(mask.trailing_zeros() as u16 + 1);
            mask &= mask.wrapping_sub(1);
        }
        for start in &mut out[USUAL..] {
            if mask == 0 {
                break;
            }
            *start = base.wrapping_add(mask.trailing_zeros() as u16 + 1);
            mask &= mask - 1;
        }
        self.n_starts += n_bits;
    }
}

/// What ends the values of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// One bit for each byte that ends a value (see the top of this file), the first byte's lowest.
    pub all: u64,
    /// How many of them are line feeds.
    pub line_feeds: u32,
    /// 0 where all are line feeds and spaces.
    pub odd: u64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_separator(byte: u8) -> bool {
        byte <= b' ' || byte >= 0x80
    }

    fn simple(text: &[u8]) -> Vec<u16> {
        let ends = text.iter().enumerate().filter(|(_, byte)| is_separator(**byte));
        std::iter::once(0).chain(ends.map(|(at, _)| at as u16 + 1)).collect()
    }

    fn found(text: &[u8]) -> Vec<u16> {
        let mut starts = ValueStarts::default();
        // What was there before does not matter.
        starts.find(&[b' '; 100]);
        starts.find(text);
        starts.as_slice().to_vec()
    }

    #[test]
    fn every_byte_is_told_apart_at_every_place() {
        for byte in 0..=u8::MAX {
            for at in 0..WORD_BYTES {
                let mut word = [b'x'; WORD_BYTES];
                word[at] = byte;
                let found = separators(&word);
                assert_eq!(found.all, u64::from(is_separator(byte)) << at, "{byte} at {at}");
                assert_eq!(found.line_feeds, u32::from(byte == b'\n'), "{byte} at {at}");
                let is_plain = !is_separator(byte) || byte == b' ' || byte == b'\n';
                assert_eq!(found.odd == 0, is_plain, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_longest_block_of_nothing_but_separators_fits() {
        let text = vec![b'\n'; BLOCK_BYTES_MAX];
        assert_eq!(found(&text), simple(&text));
    }

    proptest! {
        #[test]
        fn words_find_what_bytes_find(text in prop::collection::vec(prop_oneof![Just(b' '), Just(b'1'), any::<u8>()], 0..300)) {
            prop_assert_eq!(found(&text), simple(&text));
        }
    }
}
