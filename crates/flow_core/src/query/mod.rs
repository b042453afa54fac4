//! Which rows, in which order: filters as data and as text, row sets, sorting, pages.

pub mod filter;
pub mod row_set;
pub mod sort;
pub mod subject;

pub use filter::{Filter, Item, Predicate, Scope, Test};
pub use row_set::{RowSet, SegmentRows};
pub use sort::SortSpec;
pub use subject::Subject;
