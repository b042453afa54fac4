//! Which rows, in which order: filters as data and as text, row sets, sorting, pages.

mod canonical;
mod conjunct;
pub mod filter;
pub mod row_set;
pub mod sort;
pub mod subject;
pub mod text;

pub use filter::{Filter, Item, Predicate, Scope, Test};
pub use row_set::{RowSet, SegmentRows};
pub use sort::SortSpec;
pub use subject::Subject;
pub use text::{Completion, FilterError, Span, completions, parse_filter, parse_filter_with};
