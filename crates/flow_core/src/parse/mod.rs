//! Bytes of files in, typed rows out. Knows nothing of the store: rows go to a [`RowSink`].
//!
//! Parsing never fails as a whole. Every line becomes a row, a status record, a header, blank, ignored
//! or a [`Problem`], and the counts add up. How the bytes were cut changes nothing.
//!
//! A file passes these stages, each pushing into the next: [`FileParser`] drives it along the `way` that its first bytes
//! tell, `packed` inflates and tells gzip in gzip and tar archives from text, `text` decodes, and holds the head back until
//! `sniff` has recognised it, `lines` cuts it into lines (or `unwrap` takes them out of JSON, CSV and the like), `records`
//! says what each line is, and `row` reads the values of a record as its layout says. Lines that are plain rows, as nearly
//! all are, take a way of their own past the last two: `block` reads many at once. Files that cannot be read from front to
//! back take other ways: `parquet` reads tables by ranges, `archive` lists what is in a zip or tar archive and reads each
//! member through a parser of its own.

mod archive;
mod bomb;
mod container;
mod continuation;
mod crc32;
mod deflate;
pub mod detect;
mod encoding;
mod first_bytes;
mod header;
mod lines;
mod number;
mod packed;
mod parquet;
mod records;
mod row;
mod row_block;
mod short_text;
mod sniff;
mod spelling;
mod text;
mod unwrap;
mod values;
mod way;
mod window;

pub mod block;
pub mod file_name;
pub mod file_parser;
mod given;
pub mod gzip;
pub mod layout;
pub mod log_format;
pub mod log_streams;
pub mod problem;
pub mod report;
pub mod sink;

pub use archive::{Member, MemberPlace};
pub use continuation::Continuation;
pub use file_parser::{FileParser, ParseOptions, Wants};
pub use given::GivenLayout;
pub use layout::Layout;
pub use lines::LINE_BYTES_MAX;
pub use log_streams::LogStreams;
pub use problem::{Problem, ProblemKind};
pub use report::{FileReport, FileState, LayoutFrom, LineCounts, Refusal};
pub use row_block::{ABSENT_NUMBER, BlockAddresses, BlockColumn, BlockTexts, RowBlock, TextOfBlock};
pub use short_text::ShortText;
pub use sink::{OddSpelling, RawRow, RawValue, RowSink, SourceId};
