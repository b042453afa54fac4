//! Small numbers as Parquet packs them: runs of one number, and groups of eight at so many bits each. Levels and
//! places in a dictionary come this way.

use std::ops::Range;

use super::thrift::varint;
use crate::parse::gzip::Damaged;

/// Where reading is in the bytes of a page.
#[derive(Debug)]
pub struct Hybrid {
    /// What is left of the bytes.
    rest: Range<usize>,
    n_bits: u8,
    run: Run,
    n_left_in_run: u64,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Same(u32),
    /// The bit of the page where the next number begins.
    Packed {
        bit: u64,
    },
}

impl Hybrid {
    /// Numbers of at most so many bits in these bytes.
    pub fn new(range: Range<usize>, n_bits: u8) -> Result<Hybrid, Damaged> {
        if n_bits > 32 {
            return Err(Damaged);
        }
        Ok(Hybrid { rest: range, n_bits, run: Run::Same(0), n_left_in_run: 0 })
    }

    /// The next numbers, as many as there is room for.
    pub fn fill(&mut self, page: &[u8], mut into: &mut [u32]) -> Result<(), Damaged> {
        while !into.is_empty() {
            if self.n_left_in_run == 0 {
                self.next_run(page)?;
                continue;
            }
            let n = into.len().min(usize::try_from(self.n_left_in_run).unwrap_or(usize::MAX));
            let (now, later) = into.split_at_mut(n);
            match &mut self.run {
                Run::Same(number) => now.fill(*number),
                Run::Packed { bit } => {
                    for number in now {
                        *number = bits(page, *bit, self.n_bits).ok_or(Damaged)? as u32;
                        *bit += u64::from(self.n_bits);
                    }
                }
            }
            self.n_left_in_run -= n as u64;
            into = later;
        }
        Ok(())
    }

    fn next_run(&mut self, page: &[u8]) -> Result<(), Damaged> {
        let bytes = page.get(self.rest.clone()).ok_or(Damaged)?;
        let (head, n_bytes) = varint(bytes)?;
        self.rest.start += n_bytes;
        if head & 1 == 0 {
            let n_bytes = usize::from(self.n_bits.div_ceil(8));
            let value = page.get(self.rest.start..self.rest.start + n_bytes).ok_or(Damaged)?;
            let number = value.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte));
            self.rest.start += n_bytes;
            self.run = Run::Same(number);
            self.n_left_in_run = head >> 1;
        } else {
            let n_groups = head >> 1;
            let n_bytes = n_groups.checked_mul(u64::from(self.n_bits)).ok_or(Damaged)?;
            self.run = Run::Packed { bit: self.rest.start as u64 * 8 };
            self.n_left_in_run = n_groups.checked_mul(8).ok_or(Damaged)?;
            // Some writers leave the end of the last group out.
            let n_there = self.rest.len();
            self.rest.start += usize::try_from(n_bytes).unwrap_or(usize::MAX).min(n_there);
        }
        Ok(())
    }
}

/// The number of `n_bits` that begins at this bit, the lowest first; `None` where the bytes end before it.
#[inline]
pub fn bits(bytes: &[u8], bit: u64, n_bits: u8) -> Option<u64> {
    if n_bits == 0 {
        return Some(0);
    }
    let first = usize::try_from(bit / 8).ok()?;
    let shift = (bit % 8) as u32;
    let mask = u64::MAX >> (64 - u32::from(n_bits));
    if u32::from(n_bits) + shift <= 64
        && let Some(word) = bytes.get(first..).and_then(|rest| rest.first_chunk())
    {
        return Some((u64::from_le_bytes(*word) >> shift) & mask);
    }
    let n_bytes = (u32::from(n_bits) + shift).div_ceil(8) as usize;
    let word = bytes
        .get(first..first + n_bytes)?
        .iter()
        .rev()
        .fold(0u128, |word, byte| (word << 8) | u128::from(*byte));
    Some((word >> shift) as u64 & mask)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8], n_bits: u8, n: usize) -> Result<Vec<u32>, Damaged> {
        let mut numbers = vec![0; n];
        Hybrid::new(0..bytes.len(), n_bits)?.fill(bytes, &mut numbers)?;
        Ok(numbers)
    }

    #[test]
    fn runs_and_groups_follow_each_other() {
        // The example of the format's documentation: 0 to 7 at three bits; then four fives.
        let bytes = [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010, 8, 5];
        assert_eq!(all(&bytes, 3, 12), Ok(vec![0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5, 5]));
        assert_eq!(all(&bytes, 3, 13), Err(Damaged), "there are no more");
        assert_eq!(all(&[0b11, 0xff], 3, 8), Err(Damaged), "the group is cut off");
        assert_eq!(all(&[6], 0, 3), Ok(vec![0; 3]), "no bits, one value");
    }

    proptest! {
        #[test]
        fn bits_are_what_the_slow_way_says(bytes in prop::collection::vec(any::<u8>(), 0..24), bit in 0u64..200, n_bits in 0u8..=64) {
            let slow = |at: u64| bytes.get((at / 8) as usize).map(|byte| u64::from(byte >> (at % 8) & 1));
            let expected = (0..u64::from(n_bits)).try_fold(0, |sum, at| Some(sum | slow(bit + at)? << at));
            prop_assert_eq!(bits(&bytes, bit, n_bits), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40), n_bits in 0u8..=40) {
            let _ = all(&bytes, n_bits, 1000);
        }
    }
}
