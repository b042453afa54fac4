//! Bytes of files in, typed rows out. Knows nothing of the store: rows go to a [`RowSink`].
//!
//! Parsing never fails as a whole. Every line becomes a row, a status record, a header, blank, ignored
//! or a [`Problem`], and the counts add up. How the bytes were cut changes nothing.

pub mod layout;
pub mod problem;
pub mod report;
pub mod sink;

pub use layout::Layout;
pub use problem::{Problem, ProblemKind};
pub use report::{FileReport, FileState, LineCounts, Refusal};
pub use sink::{OddSpelling, RawRow, RawValue, RowSink, SourceId};
