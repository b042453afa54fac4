//! Cuts text into lines, however the text itself was cut.
//!
//! Knows line ends and nothing else: what a line says is read elsewhere. Lines that lie whole in the bytes
//! given are passed on together, without copying; only what is left at the end is carried to the next bytes.

use memchr::{memchr, memrchr};

use super::problem::TEXT_CHARS_MAX;

/// The longest line that is read. A record of all fields with every tag and ARN as long as AWS allows stays
/// under 40 KiB; a line past this is no record, and carrying it could take all memory.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// What is kept of a line that is too long: enough for the text of its problem, whatever the characters.
pub const LINE_START_BYTES: usize = TEXT_CHARS_MAX * 4;

/// What comes next of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A line that was cut.
    Line(Line<'a>),
    /// Whole lines, each with its line feed.
    Lines(&'a [u8]),
}

/// A line without its line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Whole(&'a [u8]),
    /// The start of a line longer than [`LINE_BYTES_MAX`].
    TooLong(&'a [u8]),
}

impl<'a> Line<'a> {
    pub fn of(bytes: &'a [u8]) -> Line<'a> {
        if bytes.len() <= LINE_BYTES_MAX {
            Line::Whole(bytes)
        } else {
            Line::TooLong(&bytes[..LINE_START_BYTES])
        }
    }
}

/// The first of some whole lines, and how many bytes it has with its line feed.
pub fn first_line(text: &[u8]) -> (Line<'_>, usize) {
    let end = memchr(b'\n', text).unwrap_or(text.len());
    (Line::of(&text[..end]), end + 1)
}

#[derive(Debug, Default)]
pub struct LineSplitter {
    /// The line that has not ended yet, or the start of it when it is too long.
    carried: Vec<u8>,
    carried_too_long: bool,
}

impl LineSplitter {
    /// Calls `each` with all lines that end in `bytes`.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Piece<'_>)) {
        if !self.carried.is_empty() {
            let Some(end) = memchr(b'\n', bytes) else {
                return self.carry(bytes);
            };
            self.carry(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.end_carried(|line| each(Piece::Line(line)));
        }
        let n_whole = memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        let (whole, rest) = bytes.split_at(n_whole);
        if !whole.is_empty() {
            each(Piece::Lines(whole));
        }
        self.carry(rest);
    }

    /// The text is over: what is carried is the last line, without a line end.
    pub fn finish(&mut self, each: impl FnOnce(Line<'_>)) {
        if !self.carried.is_empty() {
            self.end_carried(each);
        }
    }

    /// The start of the line that has not ended; at most [`LINE_BYTES_MAX`] bytes.
    pub fn carried(&self) -> &[u8] {
        &self.carried
    }

    fn carry(&mut self, bytes: &[u8]) {
        if self.carried_too_long {
            return;
        }
        if self.carried.len() + bytes.len() <= LINE_BYTES_MAX {
            self.carried.extend_from_slice(bytes);
        } else {
            let n_missing = LINE_START_BYTES.saturating_sub(self.carried.len());
            self.carried.extend_from_slice(&bytes[..n_missing.min(bytes.len())]);
            self.carried.truncate(LINE_START_BYTES);
            self.carried_too_long = true;
        }
    }

    fn end_carried(&mut self, each: impl FnOnce(Line<'_>)) {
        each(if self.carried_too_long { Line::TooLong(&self.carried) } else { Line::Whole(&self.carried) });
        self.carried.clear();
        self.carried_too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `text` pushed `n_bytes` at a time, each as its length and whether it was whole.
    fn lines(text: &[u8], n_bytes: usize) -> Vec<(bool, Vec<u8>)> {
        let mut splitter = LineSplitter::default();
        let mut lines = Vec::new();
        let mut take = |line: Line<'_>| match line {
            Line::Whole(bytes) => lines.push((true, bytes.to_vec())),
            Line::TooLong(bytes) => lines.push((false, bytes.to_vec())),
        };
        for bytes in text.chunks(n_bytes) {
            splitter.push(bytes, |piece| match piece {
                Piece::Line(line) => take(line),
                Piece::Lines(mut text) => {
                    while !text.is_empty() {
                        let (line, n_bytes) = first_line(text);
                        take(line);
                        text = &text[n_bytes..];
                    }
                }
            });
        }
        splitter.finish(&mut take);
        lines
    }

    #[test]
    fn lines_are_the_same_however_the_text_is_cut() {
        let text = b"one\n\ntwo\r\nlast";
        let expected = [&b"one"[..], b"", b"two\r", b"last"].map(|line| (true, line.to_vec()));
        for n_bytes in 1..=text.len() {
            assert_eq!(lines(text, n_bytes), expected, "{n_bytes} bytes at a time");
        }
        assert_eq!(lines(b"", 1), []);
        assert_eq!(lines(b"\n", 1), [(true, vec![])]);
    }

    #[test]
    fn a_line_of_the_longest_length_is_whole_and_one_byte_more_is_not() {
        let longest = [vec![b'x'; LINE_BYTES_MAX], b"\nnext".to_vec()].concat();
        let longer = [vec![b'x'; LINE_BYTES_MAX + 1], b"\nnext".to_vec()].concat();
        for n_bytes in [1000, LINE_BYTES_MAX, usize::MAX] {
            assert_eq!(lines(&longest, n_bytes)[0], (true, vec![b'x'; LINE_BYTES_MAX]));
            assert_eq!(
                lines(&longer, n_bytes),
                [(false, vec![b'x'; LINE_START_BYTES]), (true, b"next".to_vec())]
            );
        }
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut splitter = LineSplitter::default();
        for _ in 0..100 {
            splitter.push(&[b'x'; LINE_BYTES_MAX], |_| panic!("no line has ended"));
        }
        assert!(splitter.carried.capacity() <= 2 * LINE_BYTES_MAX);
    }
}
