//! A few rows of one segment at a time, so that what is read of them stays in the nearest cache.

use std::ops::Range;

use super::SEGMENT_ROWS;
use super::column::ABSENT;

/// Rows in a block, at most: 16 kB of pairs of sums, which with the values of a column beside them leave a
/// first-level cache room for counters. Twice or half as many took as long; 16 times as many took 1.3 times.
pub const BLOCK_ROWS: u32 = 1_024;

/// Places within a segment, ascending; at most [`BLOCK_ROWS`].
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// From the first place up to the second, which is not part of it.
    Run(u32, u32),
    Places(&'a [u16]),
}

impl Block<'_> {
    /// Blocks of these places, in order.
    pub fn of_run(places: Range<u32>) -> impl Iterator<Item = Block<'static>> {
        let end = places.end;
        places.step_by(BLOCK_ROWS as usize).map(move |first| Block::Run(first, (first + BLOCK_ROWS).min(end)))
    }

    pub fn n_rows(&self) -> usize {
        match self {
            Block::Run(first, end) => (end - first) as usize,
            Block::Places(places) => places.len(),
        }
    }

    /// Replaces `out` by the item of each row; `items` has one for each row of the segment.
    pub fn pick<T: Copy, U>(&self, items: &[T], mut of: impl FnMut(T) -> U, out: &mut Vec<U>) {
        out.clear();
        match *self {
            Block::Run(first, end) => {
                out.extend(items[first as usize..end as usize].iter().map(|&item| of(item)))
            }
            // Every place lies within a full segment, so that none needs to be checked.
            Block::Places(places) => match <&[T; SEGMENT_ROWS as usize]>::try_from(items) {
                Ok(items) => out.extend(places.iter().map(|&at| of(items[usize::from(at)]))),
                Err(_) => out.extend(places.iter().map(|&at| of(items[usize::from(at)]))),
            },
        }
    }
}

/// What decoded values are read into.
pub trait Decoded: Copy {
    /// Stands for a value that is not there.
    const ABSENT: Self;

    /// `base + distance`, which is a value of the column.
    fn of(base: u64, distance: u64) -> Self;
}

impl Decoded for u64 {
    const ABSENT: u64 = ABSENT;

    #[inline]
    fn of(base: u64, distance: u64) -> u64 {
        base.wrapping_add(distance)
    }
}

/// For codes and for numbers of kinds below `u32::MAX`: half as much to write and read.
impl Decoded for u32 {
    const ABSENT: u32 = u32::MAX;

    #[inline]
    fn of(base: u64, distance: u64) -> u32 {
        base.wrapping_add(distance) as u32
    }
}
