//! Numbers as differences, and texts with their lengths or what they share put together: what newer writers use in
//! place of plain values.

use super::hybrid::bits;
use super::thrift::varint;
use crate::parse::gzip::Damaged;

/// Numbers, each as its difference from the one before, packed in blocks.
#[derive(Debug)]
pub struct DeltaInts {
    /// The byte of the page that follows what has been read.
    at: usize,
    n_left: u64,
    value: i64,
    is_first: bool,
    n_per_miniblock: u64,
    n_miniblocks: u64,
    /// Of the block under way.
    min_delta: i64,
    /// Where the widths of its miniblocks that are still to come are.
    widths_at: usize,
    n_miniblocks_left: u64,
    /// Of the miniblock under way.
    n_bits: u8,
    bit: u64,
    n_left_in_miniblock: u64,
}

impl DeltaInts {
    /// Reads the head at byte `at` of a page.
    pub fn new(page: &[u8], at: usize) -> Result<DeltaInts, Damaged> {
        let mut ints = DeltaInts {
            at,
            n_left: 0,
            value: 0,
            is_first: true,
            n_per_miniblock: 0,
            n_miniblocks: 0,
            min_delta: 0,
            widths_at: 0,
            n_miniblocks_left: 0,
            n_bits: 0,
            bit: 0,
            n_left_in_miniblock: 0,
        };
        let n_per_block = ints.varint(page)?;
        ints.n_miniblocks = ints.varint(page)?;
        ints.n_left = ints.varint(page)?;
        ints.value = ints.zigzag(page)?;
        ints.n_per_miniblock = n_per_block.checked_div(ints.n_miniblocks).ok_or(Damaged)?;
        // As the format wants it; and miniblocks begin at whole bytes.
        if ints.n_per_miniblock == 0 || !ints.n_per_miniblock.is_multiple_of(8) || n_per_block > 1 << 20 {
            return Err(Damaged);
        }
        Ok(ints)
    }

    pub fn n_left(&self) -> u64 {
        self.n_left
    }

    pub fn next(&mut self, page: &[u8]) -> Result<i64, Damaged> {
        self.n_left = self.n_left.checked_sub(1).ok_or(Damaged)?;
        if self.is_first {
            self.is_first = false;
            return Ok(self.value);
        }
        if self.n_left_in_miniblock == 0 {
            self.next_miniblock(page)?;
        }
        let delta = bits(page, self.bit, self.n_bits).ok_or(Damaged)? as i64;
        self.bit += u64::from(self.n_bits);
        self.n_left_in_miniblock -= 1;
        self.value = self.value.wrapping_add(self.min_delta).wrapping_add(delta);
        Ok(self.value)
    }

    /// Where the bytes behind the numbers begin, once all were read.
    pub fn end(&self) -> usize {
        self.at
    }

    fn next_miniblock(&mut self, page: &[u8]) -> Result<(), Damaged> {
        if self.n_miniblocks_left == 0 {
            self.min_delta = self.zigzag(page)?;
            self.widths_at = self.at;
            self.n_miniblocks_left = self.n_miniblocks;
            self.at += usize::try_from(self.n_miniblocks).map_err(|_| Damaged)?;
        }
        self.n_bits = *page.get(self.widths_at).ok_or(Damaged)?;
        if self.n_bits > 64 {
            return Err(Damaged);
        }
        self.widths_at += 1;
        self.n_miniblocks_left -= 1;
        self.bit = self.at as u64 * 8;
        self.n_left_in_miniblock = self.n_per_miniblock;
        // The last one is as long as the others, with nothing in its end.
        self.at += (self.n_per_miniblock / 8) as usize * usize::from(self.n_bits);
        Ok(())
    }

    fn varint(&mut self, page: &[u8]) -> Result<u64, Damaged> {
        let (number, n_bytes) = varint(page.get(self.at..).ok_or(Damaged)?)?;
        self.at += n_bytes;
        Ok(number)
    }

    fn zigzag(&mut self, page: &[u8]) -> Result<i64, Damaged> {
        let bits = self.varint(page)?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }
}

/// Texts whose lengths come first, and before those, in one of the two ways, how much each shares with the one before.
#[derive(Debug)]
pub struct DeltaTexts {
    shared: Option<DeltaInts>,
    lengths: DeltaInts,
    /// Where the next text begins.
    at: usize,
    value: Vec<u8>,
}

impl DeltaTexts {
    pub fn new(page: &[u8], at: usize, is_shared: bool) -> Result<DeltaTexts, Damaged> {
        let (shared, at) = if is_shared {
            let (ints, end) = read_over(page, at)?;
            (Some(ints), end)
        } else {
            (None, at)
        };
        let (lengths, at) = read_over(page, at)?;
        Ok(DeltaTexts { shared, lengths, at, value: Vec::new() })
    }

    pub fn next(&mut self, page: &[u8]) -> Result<&[u8], Damaged> {
        let n_shared = match &mut self.shared {
            Some(shared) => usize::try_from(shared.next(page)?).map_err(|_| Damaged)?,
            None => 0,
        };
        let n_bytes = usize::try_from(self.lengths.next(page)?).map_err(|_| Damaged)?;
        let end = self.at.checked_add(n_bytes).ok_or(Damaged)?;
        let own = page.get(self.at..end).ok_or(Damaged)?;
        if n_shared > self.value.len() {
            return Err(Damaged);
        }
        self.value.truncate(n_shared);
        self.value.extend_from_slice(own);
        self.at = end;
        Ok(&self.value)
    }
}

/// Numbers to be read from this byte, and the byte where they end: only reading them all shows it.
fn read_over(page: &[u8], at: usize) -> Result<(DeltaInts, usize), Damaged> {
    let mut ints = DeltaInts::new(page, at)?;
    while ints.n_left() > 0 {
        ints.next(page)?;
    }
    Ok((DeltaInts::new(page, at)?, ints.end()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_differences_in_blocks() {
        // The format's example: 1, 2, 3, 4, 5 are one value and deltas of 1, which take no bits.
        let page = [128, 1, 4, 5, 2, 2, 0, 0, 0, 0];
        let mut ints = DeltaInts::new(&page, 0).unwrap();
        let numbers: Vec<i64> = (0..5).map(|_| ints.next(&page).unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert_eq!((ints.next(&page), ints.end()), (Err(Damaged), page.len()));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(page in prop::collection::vec(any::<u8>(), 0..60), start in prop::option::of(Just([128u8, 1, 4]))) {
            let page = [start.map_or(Vec::new(), Vec::from), page].concat();
            if let Ok(mut ints) = DeltaInts::new(&page, 0) {
                for _ in 0..1_000 {
                    let _ = ints.next(&page);
                }
            }
        }
    }
}
