//! The fast way of reading lines: a block of them at once, column by column.
//!
//! Flow logs are nearly all plain lines: ASCII, single-spaced, one value for every column, each spelled as we
//! would print it. This module reads runs of such lines and nothing else. It refuses, never judges: a line or
//! a value that is anything but plain is left to [`super::records`], which reads line by line and is the
//! oracle that the tests compare with.

mod addresses;
mod numbers;
mod starts;
mod texts;
mod values;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "simd.rs"]
mod words;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "swar.rs"]
mod words;

use memchr::memrchr;

use super::row::{Check, RowReader};
use super::row_block::{ABSENT_NUMBER, ColumnBuffer, RowBlock};
use super::window;
pub use starts::{BLOCK_BYTES_MAX, ValueStarts};
pub use values::BlockText;
use values::RegularRows;

/// The status of rows that are flow records whatever else they say.
const STATUS_OF_FLOWS: &[u8] = b"OK";

/// Bytes of the whole lines at the start of `text` that make a block; `None` where the first line is too long
/// for one.
pub fn block_bytes(text: &[u8]) -> Option<usize> {
    memrchr(b'\n', &text[..text.len().min(BLOCK_BYTES_MAX)]).map(|end| end + 1)
}

/// Reads blocks of one layout. Has memory for a block and keeps nothing from one to the next.
#[derive(Debug)]
pub struct BlockReader {
    checks: Vec<Check>,
    /// Where the layout has `log-status`.
    status_at: Option<usize>,
    /// Where it has `start` and `end`.
    window_at: [Option<usize>; 2],
    starts: ValueStarts,
    buffers: Vec<ColumnBuffer>,
    marks: Marks,
    /// A copy of the block where there is too little behind it.
    padded: Option<Box<BlockText>>,
}

/// What comes next in a block.
pub enum Part<'a> {
    Rows(RowBlock<'a>),
    /// A line without its line feed, to be read the slow way.
    Line(&'a [u8]),
}

impl BlockReader {
    /// `None` for a layout in which a header looks like a record.
    pub fn new(reader: &RowReader) -> Option<BlockReader> {
        (!reader.takes_any_text()).then(|| BlockReader {
            checks: reader.checks().to_vec(),
            buffers: reader.checks().iter().map(|check| ColumnBuffer::for_check(*check)).collect(),
            status_at: reader.status_at(),
            window_at: reader.window_at(),
            starts: ValueStarts::default(),
            marks: Marks::default(),
            padded: None,
        })
    }

    /// Begins to read the block that is the first `n_bytes` of `text`: whole lines, as [`block_bytes`] says.
    pub fn begin<'a>(&'a mut self, text: &'a [u8], n_bytes: usize) -> Block<'a> {
        let BlockReader { checks, status_at, window_at, starts, buffers, marks, padded } = self;
        starts.find(&text[..n_bytes]);
        let text = text.first_chunk().unwrap_or_else(|| {
            let padded = padded.get_or_insert_with(|| Box::new([0; size_of::<BlockText>()]));
            padded[..n_bytes].copy_from_slice(&text[..n_bytes]);
            padded
        });
        marks.reset(0);
        Block {
            checks,
            status_at: *status_at,
            window_at: *window_at,
            text,
            is_regular: starts.are_regular(text, checks.len()),
            starts,
            at: 0,
            buffers,
            marks,
            row: 0,
        }
    }
}

/// A block that is being read.
pub struct Block<'a> {
    checks: &'a [Check],
    status_at: Option<usize>,
    window_at: [Option<usize>; 2],
    text: &'a BlockText,
    starts: &'a ValueStarts,
    /// Whether every line holds as many values as there are columns, single-spaced.
    is_regular: bool,
    /// Place in `starts` of the next part.
    at: usize,
    /// Values of the run of regular rows that is being read.
    buffers: &'a mut [ColumnBuffer],
    /// One for each row of the run.
    marks: &'a mut Marks,
    /// The next row of the run.
    row: usize,
}

impl Block<'_> {
    /// The next rows or the next line, in order; `None` at the end of the block. `line` is the number of the
    /// line that it begins with.
    pub fn next(&mut self, line: u64) -> Option<Part<'_>> {
        let n_columns = self.checks.len();
        if self.row == self.marks.n_rows() {
            let starts = &self.starts.as_slice()[self.at..];
            let n_rows = if self.is_regular {
                (starts.len() - 1) / n_columns
            } else {
                values::n_regular_rows(self.text, starts, n_columns)
            };
            self.marks.reset(n_rows);
            self.row = 0;
            if n_rows > 0 {
                self.read_run();
            } else if starts.len() > 1 {
                let n_values = values::n_values_of_line(self.text, starts);
                return Some(Part::Line(self.take_line(n_values)));
            } else {
                return None;
            }
        }
        let n_plain = self.marks.n_unmarked_from(self.row);
        if n_plain == 0 {
            self.row += 1;
            return Some(Part::Line(self.take_line(n_columns)));
        }
        let rows = self.row..self.row + n_plain;
        self.row = rows.end;
        self.at += n_plain * n_columns;
        Some(Part::Rows(RowBlock::new(line, rows, self.buffers, self.text)))
    }

    /// Bytes of the parts so far.
    pub fn n_bytes_read(&self) -> usize {
        usize::from(self.starts.as_slice()[self.at])
    }

    fn take_line(&mut self, n_values: usize) -> &[u8] {
        let start = self.n_bytes_read();
        self.at += n_values;
        &self.text[start..self.n_bytes_read() - 1]
    }

    /// Reads the columns of the run that begins here.
    fn read_run(&mut self) {
        let n_columns = self.checks.len();
        let rows = RegularRows {
            text: self.text,
            starts: self.starts.padded(),
            first: self.at,
            n_rows: self.marks.n_rows(),
            n_columns,
        };
        for (at, (check, buffer)) in self.checks.iter().zip(self.buffers.iter_mut()).enumerate() {
            match (*check, buffer) {
                (Check::Number { max }, ColumnBuffer::Numbers(numbers)) => {
                    numbers::read(rows, at, max, numbers, self.marks);
                }
                (Check::Address, ColumnBuffer::Addresses(addresses)) => {
                    addresses::read(rows, at, addresses, self.marks);
                }
                (Check::Text, ColumnBuffer::Texts(spans)) => {
                    texts::read(rows, at, spans, self.marks);
                    if self.status_at == Some(at) {
                        texts::mark_all_but(STATUS_OF_FLOWS, self.text, spans, self.marks);
                    }
                }
                _ => unreachable!("buffers are made for the checks"),
            }
        }
        self.mark_implausible_windows();
    }

    /// What is odd about them, the slow way says.
    fn mark_implausible_windows(&mut self) {
        let numbers = |at: Option<usize>| match at.map(|at| &self.buffers[at]) {
            Some(ColumnBuffer::Numbers(numbers)) => numbers.as_slice(),
            _ => &[],
        };
        let [starts, ends] = self.window_at.map(numbers);
        let time = |times: &[u64], row: usize| times.get(row).copied().filter(|secs| *secs != ABSENT_NUMBER);
        for row in 0..starts.len().max(ends.len()) {
            if !window::is_plausible(time(starts, row), time(ends, row)) {
                self.marks.mark(row);
            }
        }
    }
}

/// Rows of a run that are left to the slow way.
#[derive(Debug, Default)]
struct Marks {
    is_marked: Vec<bool>,
    has_any: bool,
}

impl Marks {
    fn reset(&mut self, n_rows: usize) {
        self.is_marked.clear();
        self.is_marked.resize(n_rows, false);
        self.has_any = false;
    }

    fn n_rows(&self) -> usize {
        self.is_marked.len()
    }

    #[cold]
    fn mark(&mut self, row: usize) {
        self.is_marked[row] = true;
        self.has_any = true;
    }

    fn n_unmarked_from(&self, row: usize) -> usize {
        let rest = &self.is_marked[row..];
        let next = self.has_any.then(|| rest.iter().position(|is_marked| *is_marked)).flatten();
        next.unwrap_or(rest.len())
    }
}
