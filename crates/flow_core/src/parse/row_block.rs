//! Many rows at once, column by column: what the fast way of reading hands to a sink.

use std::ops::Range;

use super::block::BlockText;
use super::row::Check;
use super::{RawRow, RawValue, ShortText};
use crate::record::Address;

/// What a number column of a block holds where a row has no value. No number is this large.
pub const ABSENT_NUMBER: u64 = u64::MAX;

/// Rows from consecutive lines in one layout, all of them flow records in our own spelling.
#[derive(Clone, Debug)]
pub struct RowBlock<'a> {
    first_line: u64,
    rows: Range<usize>,
    columns: &'a [ColumnBuffer],
    text: &'a BlockText,
}

/// The values of one column of a [`RowBlock`], one for each row.
#[derive(Clone, Copy, Debug)]
pub enum BlockColumn<'a> {
    /// [`ABSENT_NUMBER`] where absent.
    Numbers(&'a [u64]),
    Addresses(BlockAddresses<'a>),
    Texts(BlockTexts<'a>),
}

/// Addresses of a column: IPv4 packed, because nearly all are, and the others beside them.
#[derive(Clone, Copy, Debug)]
pub struct BlockAddresses<'a> {
    /// One for each row; means nothing where the row is among the others.
    v4: &'a [u32],
    /// Rows with another address or none, ascending.
    others: &'a [OtherAddress],
    /// What the rows of `others` are counted from.
    first_row: usize,
}

/// Texts of a column; all of them ASCII without control characters.
#[derive(Clone, Copy, Debug)]
pub struct BlockTexts<'a> {
    spans: &'a [TextSpan],
    text: &'a BlockText,
}

/// A text of a block before it is anybody's value.
#[derive(Clone, Copy, Debug)]
pub struct TextOfBlock<'a> {
    span: TextSpan,
    text: &'a BlockText,
}

impl<'a> RowBlock<'a> {
    pub(super) fn new(
        first_line: u64,
        rows: Range<usize>,
        columns: &'a [ColumnBuffer],
        text: &'a BlockText,
    ) -> RowBlock<'a> {
        RowBlock { first_line, rows, columns, text }
    }

    /// 1 for the first line of the file; the rows come from this line and those after it.
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// As many as the layout has, in its order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = BlockColumn<'a>> {
        let (rows, text) = (self.rows.clone(), self.text);
        self.columns.iter().map(move |column| match column {
            ColumnBuffer::Numbers(numbers) => BlockColumn::Numbers(&numbers[rows.clone()]),
            ColumnBuffer::Addresses(addresses) => BlockColumn::Addresses(addresses.part(rows.clone())),
            ColumnBuffer::Texts(spans) => {
                BlockColumn::Texts(BlockTexts { spans: &spans[rows.clone()], text })
            }
        })
    }

    /// The first rows, and the rest.
    pub fn split_at(&self, n_rows: usize) -> (RowBlock<'a>, RowBlock<'a>) {
        let at = self.rows.start + n_rows;
        let part = |first_line, rows| RowBlock { first_line, rows, ..self.clone() };
        (part(self.first_line, self.rows.start..at), part(self.first_line + n_rows as u64, at..self.rows.end))
    }

    /// Row by row, for sinks that are in no hurry.
    pub fn for_each_row(&self, mut each: impl FnMut(RawRow<'_>)) {
        let mut values = Vec::new();
        for row in 0..self.n_rows() {
            values.clear();
            values.extend(self.columns().map(|column| column.value(row)));
            each(RawRow { line: self.first_line + row as u64, values: &values, odd: &[] });
        }
    }
}

impl<'a> BlockColumn<'a> {
    fn value(self, row: usize) -> RawValue<'a> {
        match self {
            BlockColumn::Numbers(numbers) if numbers[row] == ABSENT_NUMBER => RawValue::Absent,
            BlockColumn::Numbers(numbers) => RawValue::Number(numbers[row]),
            BlockColumn::Addresses(addresses) => {
                addresses.get(row).map_or(RawValue::Absent, RawValue::Address)
            }
            BlockColumn::Texts(texts) => {
                texts.iter().nth(row).flatten().map_or(RawValue::Absent, |text| RawValue::Text(text.as_str()))
            }
        }
    }
}

impl<'a> BlockAddresses<'a> {
    /// The address of a row, `None` where absent.
    pub fn get(self, row: usize) -> Option<Address> {
        match self.others.binary_search_by_key(&(self.first_row + row), |other| usize::from(other.row)) {
            Ok(at) => self.others[at].address,
            Err(_) => Some(Address::V4(self.v4[row])),
        }
    }

    /// All rows in order: runs of IPv4 addresses, each with the row after it, which has another address or none.
    /// The last run has no row after it.
    pub fn runs(self) -> impl Iterator<Item = (&'a [u32], Option<Option<Address>>)> {
        let mut next_row = 0;
        let ends = self.others.iter().map(Some).chain([None]);
        ends.map(move |other| {
            let end = other.map_or(self.v4.len(), |other| usize::from(other.row) - self.first_row);
            let run = &self.v4[next_row..end];
            next_row = end + 1;
            (run, other.map(|other| other.address))
        })
    }
}

impl<'a> BlockTexts<'a> {
    pub fn n_rows(self) -> usize {
        self.spans.len()
    }

    /// One for each row, `None` where absent.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Option<TextOfBlock<'a>>> {
        self.spans
            .iter()
            .map(move |&span| (span.n_bytes > 0).then_some(TextOfBlock { span, text: self.text }))
    }
}

impl<'a> TextOfBlock<'a> {
    /// The text as a key, where it is short enough for one.
    #[inline]
    pub fn short(self) -> Option<ShortText> {
        let bytes = self.text[usize::from(self.span.start)..].first_chunk().expect("a block is padded");
        ShortText::of_start(bytes, usize::from(self.span.n_bytes))
    }

    pub fn as_str(self) -> &'a str {
        str::from_utf8(self.span.of(self.text)).expect("texts of a block are ASCII")
    }
}

/// A row whose address is not IPv4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OtherAddress {
    pub row: u16,
    /// `None` where absent.
    pub address: Option<Address>,
}

/// Addresses of a column of a run of rows; see [`BlockAddresses`].
#[derive(Debug, Default)]
pub(super) struct AddressBuffer {
    pub v4: Vec<u32>,
    pub others: Vec<OtherAddress>,
    /// Where the reader notes the rows that will be among the others; never shrinks.
    pub places: Vec<u16>,
}

impl AddressBuffer {
    pub fn part(&self, rows: Range<usize>) -> BlockAddresses<'_> {
        let place = |row: usize| self.others.partition_point(|other| usize::from(other.row) < row);
        BlockAddresses {
            v4: &self.v4[rows.clone()],
            others: &self.others[place(rows.start)..place(rows.end)],
            first_row: rows.start,
        }
    }
}

/// Where a text is in its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextSpan {
    pub start: u16,
    pub n_bytes: u16,
}

impl TextSpan {
    pub const ABSENT: TextSpan = TextSpan { start: 0, n_bytes: 0 };

    #[inline]
    pub fn of(self, text: &[u8]) -> &[u8] {
        &text[usize::from(self.start)..][..usize::from(self.n_bytes)]
    }
}

/// Memory for the values of one column; it lives as long as the layout is in force.
#[derive(Debug)]
pub(super) enum ColumnBuffer {
    Numbers(Vec<u64>),
    Addresses(AddressBuffer),
    Texts(Vec<TextSpan>),
}

impl ColumnBuffer {
    pub fn for_check(check: Check) -> ColumnBuffer {
        match check {
            Check::Text => ColumnBuffer::Texts(Vec::new()),
            Check::Address => ColumnBuffer::Addresses(AddressBuffer::default()),
            Check::Number { .. } => ColumnBuffer::Numbers(Vec::new()),
        }
    }
}
