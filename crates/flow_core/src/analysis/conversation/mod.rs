//! Conversations: both directions of a five-tuple, as every interface saw them, whatever became of them.
//!
//! What analyses of conversations share: rows read and folded, who began, what interfaces were heard of. Not what any of
//! them concludes.

mod began;
mod coverage;
mod folded;
mod half;
mod heard;
mod load_coverage;
mod row_reader;
mod trace;
mod traces;
mod tuple;
mod tuple_list;
mod undelivered;
mod value_hash;
mod view;

pub use began::Began;
pub(super) use began::who_began;
pub(super) use coverage::{Coverage, WINDOW_SECS_MAX, scan as scan_coverage};
pub(super) use folded::{CoverageByPlace, Folded, FoldedPlaces};
pub(super) use half::Half;
pub(super) use load_coverage::{Blind, LoadCoverage};
pub(super) use row_reader::{EndsOf, ReadRow, RowReader};
pub(super) use trace::{Fate, Marks, SPAN_SECS, Trace, TraceKey, span_of};
pub(super) use traces::{Traces, Wanted};
pub(super) use tuple::{Tuple, TupleEnd};
pub(super) use tuple_list::TupleList;
pub use undelivered::Undelivered;
pub(super) use value_hash::{address_hash, conversation_hash};
pub use view::SeenBy;
pub(super) use view::{View, in_conversations};
