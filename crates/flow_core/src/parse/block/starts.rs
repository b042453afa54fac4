//! The structural scan: finds where the values of a block of text begin, 64 bytes at a time.
//!
//! Every byte up to the space and every byte past ASCII ends a value here. In a plain line those are single
//! spaces and the line feed; whatever else there is (tabs, carriage returns, control characters, text that is
//! not ASCII) thereby spoils the count or the kind of the separators of its line, which then goes the slow way.

/// The longest block that is scanned at once. A block, the places of its values and its columns stay in a
/// core's first cache; twice and half as much cost the same, eight times as much a tenth more.
pub const BLOCK_BYTES_MAX: usize = 16 * 1024;

/// Bytes whose separators are found together.
const WORD_BYTES: usize = 64;

/// Places of a block where a value begins: 0, and after each separator.
#[derive(Debug, Default)]
pub struct ValueStarts {
    /// As long as it can be needed; only the first `n_starts` mean something.
    starts: Vec<u16>,
    n_starts: usize,
}

impl ValueStarts {
    /// Finds the values of a text of at most [`BLOCK_BYTES_MAX`] bytes.
    #[inline(never)]
    pub fn find(&mut self, text: &[u8]) {
        assert!(text.len() <= BLOCK_BYTES_MAX, "a start fits 16 bits");
        self.starts.resize(1 + BLOCK_BYTES_MAX + WORD_BYTES, 0);
        self.n_starts = 1;
        let mut words = text.chunks_exact(WORD_BYTES);
        let mut base = 0;
        for word in &mut words {
            let word = word.first_chunk().expect("chunks are exact");
            self.push(base, separators(word));
            base += WORD_BYTES as u16;
        }
        let mut last = [b'x'; WORD_BYTES];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.push(base, separators(&last));
    }

    /// Starts in order. A value ends one byte before the next one begins; after the last start comes what
    /// follows the last separator, which is nothing where the text ends in one.
    pub fn as_slice(&self) -> &[u16] {
        &self.starts[..self.n_starts]
    }

    /// Adds the places after the bits of `mask`. As many places as are usual are written whatever their
    /// number, and those too many are written over: a loop that ends by the number of bits is guessed wrong
    /// once a word and took a third longer.
    #[inline]
    fn push(&mut self, base: u16, mut mask: u64) {
        const USUAL: usize = 10;
        let n_bits = mask.count_ones() as usize;
        let out: &mut [u16; WORD_BYTES] = self.starts[self.n_starts..]
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

/// One bit for each byte that ends a value (see the top of this file), the first byte's lowest.
#[inline]
fn separators(word: &[u8; WORD_BYTES]) -> u64 {
    swar::separators(word)
}

/// Eight bytes at a time, in ordinary registers.
mod swar {
    use super::WORD_BYTES;

    const fn each_byte(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }

    #[inline]
    pub fn separators(word: &[u8; WORD_BYTES]) -> u64 {
        let mut mask = 0;
        for (at, bytes) in word.chunks_exact(8).enumerate() {
            let bytes = u64::from_le_bytes(*bytes.first_chunk().expect("chunks are exact"));
            // The top bit of a byte is set where the byte's other bits are past a space; bytes past ASCII have
            // their own top bit. Nothing carries from one byte into the next.
            let past_space = (bytes & each_byte(0x7f)) + each_byte(0x7f - b' ');
            let separators = (bytes | !past_space) & each_byte(0x80);
            // Gathers the top bits: each lands in the top byte, in its order.
            let gathered = (separators >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            mask |= gathered << (at * 8);
        }
        mask
    }
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
                assert_eq!(separators(&word), u64::from(is_separator(byte)) << at, "{byte} at {at}");
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
