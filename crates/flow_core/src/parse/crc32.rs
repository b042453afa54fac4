//! The checksum of gzip and zip.
//!
//! WebAssembly has no instruction for it, and by tables alone, as zlib-rs does it there, it took more than a quarter of what
//! unpacking took. Most of a piece is therefore folded first, which needs neither tables nor shifts, after Sharma and
//! others ("Chorba", 2024): 8.6 GB/s in place of 3.6.

/// The checksum's polynomial, its first power the highest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// How many words further on a word may be added instead, to all four of them: x^300 + x^155 + x^117 + x^89 + 1 is a
/// multiple of the polynomial, and so is the same of x^64. From 300 on, these are the distances.
const FOLDS: [usize; 4] = [145, 183, 211, 300];

/// Words that the last ones folded were added to, or come to be.
const N_OPEN: usize = FOLDS[3];

/// Words that can be folded without looking at one another, several in a register.
const N_AT_ONCE: usize = FOLDS[0];

/// Words held while folding: as many as make it cheap to move the open ones back to the start.
const N_HELD: usize = N_OPEN + 8 * N_AT_ONCE;

/// What a byte does to the checksum when so many bytes follow it in its word.
static TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut n_bits = 0;
        while n_bits < 8 {
            sum = if sum & 1 != 0 { POLYNOMIAL ^ (sum >> 1) } else { sum >> 1 };
            n_bits += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut n_behind = 1;
    while n_behind < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[n_behind - 1][byte];
            tables[n_behind][byte] = tables[0][before as usize & 0xff] ^ (before >> 8);
            byte += 1;
        }
        n_behind += 1;
    }
    tables
};

/// The checksum of bytes that come in pieces.
#[derive(Clone, Copy)]
pub struct Crc32 {
    state: u32,
}

impl Default for Crc32 {
    fn default() -> Crc32 {
        Crc32 { state: !0 }
    }
}

impl Crc32 {
    pub fn update(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        if let Some(n_words) = words.len().checked_sub(N_OPEN)
            && n_words >= N_AT_ONCE
        {
            let (folded, open) = words.split_at(n_words - n_words % N_AT_ONCE);
            self.fold(folded, open);
        } else {
            words.iter().for_each(|word| self.add_word(u64::from_le_bytes(*word)));
        }
        for byte in rest {
            self.state = TABLES[0][usize::from(self.state as u8 ^ byte)] ^ (self.state >> 8);
        }
    }

    pub fn sum(&self) -> u32 {
        !self.state
    }

    #[inline(always)]
    fn add_word(&mut self, word: u64) {
        let bytes = (word ^ u64::from(self.state)).to_le_bytes();
        self.state =
            TABLES.iter().rev().zip(bytes).fold(0, |sum, (table, byte)| sum ^ table[usize::from(byte)]);
    }

    /// Adds words by adding the first of them to others; `open` are the words to which the last of them are added.
    fn fold(&mut self, folded: &[[u8; 8]], open: &[[u8; 8]]) {
        let mut held = [0; N_HELD];
        let mut end = N_OPEN;
        // What came before is added to the first word.
        let mut before = u64::from(std::mem::take(&mut self.state));
        for words in folded.chunks_exact(N_AT_ONCE) {
            if end + N_AT_ONCE > N_HELD {
                held.copy_within(end - N_OPEN..end, 0);
                end = N_OPEN;
            }
            let (earlier, now) = held.split_at_mut(end);
            let [a, b, c, d] = FOLDS.map(|n_back| &earlier[end - n_back..][..N_AT_ONCE]);
            let now = &mut now[..N_AT_ONCE];
            for at in 0..N_AT_ONCE {
                now[at] = u64::from_le_bytes(words[at]) ^ a[at] ^ b[at] ^ c[at] ^ d[at];
            }
            now[0] ^= std::mem::take(&mut before);
            end += N_AT_ONCE;
        }
        for (at, word) in open.iter().enumerate() {
            let folds = FOLDS.iter().filter(|n_back| **n_back > at).map(|n_back| held[end + at - n_back]);
            self.add_word(folds.fold(u64::from_le_bytes(*word), |word, fold| word ^ fold));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(n: u32) -> Vec<u8> {
        (0..n).map(|at| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8).collect()
    }

    #[test]
    fn the_sum_is_that_of_the_standard_and_of_another_library() {
        let mut checksum = Crc32::default();
        assert_eq!(checksum.sum(), 0);
        checksum.update(b"123456789");
        assert_eq!(checksum.sum(), 0xcbf4_3926);
        // To both sides of where folding begins, and of where what is held is moved.
        let least = 8 * (N_OPEN + N_AT_ONCE) as u32;
        for n in [0, 1, 7, 8, 9, least - 1, least, least + 1, 20_000, 131_072, 1_000_003] {
            let mut checksum = Crc32::default();
            checksum.update(&bytes(n));
            let mut oracle = flate2::Crc::new();
            oracle.update(&bytes(n));
            assert_eq!(checksum.sum(), oracle.sum(), "{n} bytes");
        }
    }

    #[test]
    fn where_bytes_are_cut_changes_nothing() {
        let bytes = bytes(50_000);
        let mut whole = Crc32::default();
        whole.update(&bytes);
        for n in [1, 13, 4_000, 12_345] {
            let mut cut = Crc32::default();
            bytes.chunks(n).for_each(|piece| cut.update(piece));
            assert_eq!(cut.sum(), whole.sum());
        }
    }
}
