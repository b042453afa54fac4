//! The seam between parsing and the store.

use serde::{Deserialize, Serialize};

use super::{Layout, RowBlock};
use crate::record::Address;

/// One file of a load; files are numbered in the order they were given, over all drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// A checked value that still borrows from the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawValue<'a> {
    Absent,
    /// At most the `max` of its field's kind.
    Number(u64),
    Address(Address),
    Text(&'a str),
}

/// A value whose text is not how we would print it: `0443`, or an IPv6 address written out. Kept so that a
/// row prints back to the line it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddSpelling<'a> {
    /// Place of the value in the layout.
    pub at: usize,
    pub text: &'a str,
}

/// One record, each value in the place that the layout gives its column.
#[derive(Clone, Copy, Debug)]
pub struct RawRow<'a> {
    /// 1 for the first line of the file.
    pub line: u64,
    /// As many as the layout has columns, of the kinds of those columns.
    pub values: &'a [RawValue<'a>],
    pub odd: &'a [OddSpelling<'a>],
}

/// Takes what the parser reads.
pub trait RowSink {
    /// Whether there is room for this layout. Records in a layout that is not accepted are problems.
    fn accepts(&self, _layout: &Layout) -> bool {
        true
    }

    /// What follows comes from this file, in this layout. Called before the file's first record and again
    /// whenever a header brings another layout.
    fn begin(&mut self, source: SourceId, layout: &Layout);
    fn row(&mut self, row: RawRow<'_>);

    /// Many rows at once; the same as all of them by [`RowSink::row`].
    fn block(&mut self, block: RowBlock<'_>) {
        block.for_each_row(|row| self.row(row));
    }

    /// NODATA, SKIPDATA: a statement about an interface, not about a flow.
    fn status_record(&mut self, row: RawRow<'_>);
}
