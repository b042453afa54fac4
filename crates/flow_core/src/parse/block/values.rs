//! The values of one column in a run of regular rows: where they are in the block's text.

/// Bytes that may be read behind the end of a block, so that values can be read in whole words.
pub const PADDING_BYTES: usize = 32;

/// Lines one after the other that each hold one value for every column, single-spaced.
#[derive(Clone, Copy)]
pub struct RegularRows<'a> {
    /// The block, with at least [`PADDING_BYTES`] behind its last value.
    pub text: &'a [u8],
    /// Where each value of the rows begins, and one more, where the line after them would.
    pub starts: &'a [u16],
    pub n_columns: usize,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub n_bytes: usize,
}

impl<'a> RegularRows<'a> {
    /// The values of a column, in order. They may be empty.
    #[inline]
    pub fn spans(self, column: usize) -> impl Iterator<Item = Span> + 'a {
        let starts = self.starts[column..].iter().step_by(self.n_columns);
        let next_starts = self.starts[column + 1..].iter().step_by(self.n_columns);
        starts.zip(next_starts).map(|(start, next)| Span {
            start: usize::from(*start),
            n_bytes: usize::from(*next) - usize::from(*start) - 1,
        })
    }
}

/// How many lines from the start of `starts` on, one after the other, hold `n_columns` values, single-spaced.
#[inline(never)]
pub fn n_regular_rows(text: &[u8], starts: &[u16], n_columns: usize) -> usize {
    let separator = |start: &u16| text[usize::from(*start) - 1];
    starts[1..]
        .chunks_exact(n_columns)
        .take_while(|starts| {
            let (line_end, spaces) = starts.split_last().expect("a layout has columns");
            let odd = spaces.iter().fold(0, |odd, start| odd | (separator(start) ^ b' '));
            odd | (separator(line_end) ^ b'\n') == 0
        })
        .count()
}

/// How many separators the first line has, its line feed among them.
pub fn n_values_of_line(text: &[u8], starts: &[u16]) -> usize {
    let is_line_end = |start: &u16| text[usize::from(*start) - 1] == b'\n';
    1 + starts[1..].iter().position(is_line_end).expect("a block is whole lines")
}

/// The eight bytes from `at`, the first lowest. There must be so many.
#[inline]
pub fn word_at(text: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*text[at..].first_chunk().expect("a block is padded"))
}

/// The same byte eight times.
pub const fn each_byte(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}
