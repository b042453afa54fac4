//! The values of one column in a run of regular rows: where they are in the block's text.

use super::starts::{N_STARTS, within_starts};

/// Bytes that may be read behind the end of a block, so that values can be read in whole words.
pub const PADDING_BYTES: usize = 32;

/// The text of a block with all that is behind it. Every place of 16 bits can be read from, which the compiler then need
/// not ask.
pub type BlockText = [u8; (1 << 16) + PADDING_BYTES];

/// Lines one after the other that each hold one value for every column, single-spaced.
#[derive(Clone, Copy)]
pub struct RegularRows<'a> {
    pub text: &'a BlockText,
    /// Where each value of the block begins.
    pub starts: &'a [u16; N_STARTS],
    /// Which of them is the first of the rows'.
    pub first: usize,
    pub n_rows: usize,
    pub n_columns: usize,
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub n_bytes: usize,
}

impl<'a> RegularRows<'a> {
    /// The value of a row.
    pub fn span(self, row: usize, column: usize) -> Span {
        Span::at(self.starts, self.first + row * self.n_columns + column)
    }

    /// The values of a column in the rows from `row` on, in order. They may be empty.
    #[inline(always)]
    pub fn spans_from(self, row: usize, column: usize) -> impl Iterator<Item = Span> + 'a {
        let first = self.first + row * self.n_columns + column;
        (0..self.n_rows - row).map(move |row| Span::at(self.starts, first + row * self.n_columns))
    }

    /// How many rows, from the first on, have the same value in a column, letter for letter; at most one where that is
    /// longer than a word.
    pub fn n_alike(self, column: usize) -> usize {
        if self.n_rows == 0 {
            return 0;
        }
        let first = self.span(0, column);
        if first.n_bytes.wrapping_sub(1) >= size_of::<u64>() {
            return 1;
        }
        let n_bits_behind = u64::BITS as usize - 8 * first.n_bytes;
        let value = |span: Span| word_at(self.text, span.start) << n_bits_behind;
        let expected = value(first);
        let is_alike = |span: &Span| span.n_bytes == first.n_bytes && value(*span) == expected;
        1 + self.spans_from(1, column).take_while(is_alike).count()
    }
}

impl Span {
    /// Of the value that begins at this place among the starts.
    #[inline(always)]
    fn at(starts: &[u16; N_STARTS], at: usize) -> Span {
        let at = within_starts(at);
        let (start, next) = (usize::from(starts[at]), usize::from(starts[at + 1]));
        Span { start, n_bytes: next.wrapping_sub(start + 1) }
    }
}

/// How many lines from the start of `starts` on, one after the other, hold `n_columns` values, single-spaced.
pub fn n_regular_rows(text: &[u8], starts: &[u16], n_columns: usize) -> usize {
    let is_regular = |line: &&[u16]| {
        let (line_end, spaces) = line.split_last().expect("a layout has columns");
        separator_before(text, *line_end) == b'\n'
            && spaces.iter().all(|start| separator_before(text, *start) == b' ')
    };
    starts[1..].chunks_exact(n_columns).take_while(is_regular).count()
}

fn separator_before(text: &[u8], start: u16) -> u8 {
    text[usize::from(start) - 1]
}

/// How many separators the first line has, its line feed among them.
pub fn n_values_of_line(text: &[u8], starts: &[u16]) -> usize {
    let is_line_end = |start: &u16| separator_before(text, *start) == b'\n';
    1 + starts[1..].iter().position(is_line_end).expect("a block is whole lines")
}

/// The eight bytes from `at`, the first lowest. There must be so many.
#[inline(always)]
pub fn word_at(text: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(*text[at..].first_chunk().expect("a block is padded"))
}

/// The same byte eight times.
pub const fn each_byte(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[cfg(test)]
pub mod tests {
    use super::super::starts::ValueStarts;
    use super::*;

    /// A block of one column.
    pub struct ColumnBlock {
        text: Box<BlockText>,
        starts: ValueStarts,
    }

    pub fn column_of(values: &[String]) -> ColumnBlock {
        let values: Vec<u8> = values.iter().flat_map(|value| [value.as_bytes(), b"\n"].concat()).collect();
        ColumnBlock { starts: starts_of(&values), text: block_of(&values) }
    }

    fn starts_of(text: &[u8]) -> ValueStarts {
        let mut starts = ValueStarts::default();
        starts.find(text);
        starts
    }

    fn block_of(text: &[u8]) -> Box<BlockText> {
        // What lies behind a block is not a part of it.
        let mut block = Box::new([b'1'; size_of::<BlockText>()]);
        block[..text.len()].copy_from_slice(text);
        block
    }

    impl ColumnBlock {
        pub fn rows(&self) -> RegularRows<'_> {
            let n_rows = self.starts.as_slice().len() - 1;
            RegularRows { text: &self.text, starts: self.starts.padded(), first: 0, n_rows, n_columns: 1 }
        }
    }

    fn n_regular(text: &str, n_columns: usize) -> (bool, usize) {
        let starts = starts_of(text.as_bytes());
        let are_all = starts.are_regular(text.as_bytes(), n_columns);
        (are_all, n_regular_rows(text.as_bytes(), starts.as_slice(), n_columns))
    }

    #[test]
    fn a_regular_line_has_one_space_between_each_two_values() {
        assert_eq!(n_regular("a b\nc d\n", 2), (true, 2));
        assert_eq!(n_regular("a b\nc d\n", 1), (false, 0));
        assert_eq!(n_regular("a b\nc\td\ne f\n", 2), (false, 1), "a tab");
        assert_eq!(n_regular("a b\nc\nd\n", 2), (false, 1), "two short lines");
        assert_eq!(n_regular("a b\nc d e f\n", 2), (false, 1), "one long line");
        assert_eq!(n_regular("a b\nc d\r\n", 2), (false, 1), "a carriage return");
        assert_eq!(n_regular("a é\n", 2), (false, 0), "not ASCII");
        assert_eq!(n_regular("a \n b\n", 2), (true, 2), "values may be empty: the columns see to that");
    }

    #[test]
    fn rows_are_alike_as_long_as_their_letters_are() {
        let n_alike = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            column_of(&values).rows().n_alike(0)
        };
        assert_eq!(n_alike(&["2", "2", "2"]), 3);
        assert_eq!(n_alike(&["2", "2", "3", "2"]), 2);
        assert_eq!(n_alike(&["2", "22", "2"]), 1);
        assert_eq!(n_alike(&["12345678", "12345678", "12345679"]), 2, "a whole word");
        assert_eq!(n_alike(&["123456789", "123456789"]), 1, "more than a word");
        assert_eq!(n_alike(&["", ""]), 1);
    }

    #[test]
    fn spans_are_where_the_values_are() {
        let (text, starts) = (block_of(b"a bc\n d\n"), starts_of(b"a bc\n d\n"));
        let rows = RegularRows { text: &text, starts: starts.padded(), first: 0, n_rows: 2, n_columns: 2 };
        let spans =
            |column| rows.spans_from(0, column).map(|span| (span.start, span.n_bytes)).collect::<Vec<_>>();
        assert_eq!((spans(0), spans(1)), (vec![(0, 1), (5, 0)], vec![(2, 2), (6, 1)]));
        assert_eq!(rows.span(0, 1), Span { start: 2, n_bytes: 2 });
    }
}
