//! Where records live: columns of packed numbers in frozen segments, dictionaries for text and addresses.
//!
//! Rows are only ever added, but for a stretch that is taken back ([`Store::take_back`]). The raw text is not kept; a row
//! prints back to the line it came from.
//! Knows nothing of files, filters or questions.

mod address_traits;
mod batch;
pub mod bitmap;
pub mod block;
mod code_table;
pub mod column;
pub mod dictionary;
mod flow_store;
mod open_column;
mod origins;
pub mod segment;
pub mod table;

pub use batch::Batch;
pub use bitmap::Bitmap;
pub use block::{BLOCK_ROWS, Block, Decoded};
pub use column::{ABSENT, Column};
pub use dictionary::{AddressDictionary, TextDictionary};
pub use flow_store::{ColumnId, Mark, Store, StoreColumn};
pub use origins::Origin;
pub use segment::{SEGMENT_ROWS, Segment, SegmentVersion};
pub use table::Table;
