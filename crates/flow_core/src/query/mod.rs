//! Which rows, in which order: filters as data and as text, row sets, sorting, pages.

mod canonical;
mod clause_cache;
mod conjunct;
pub mod evaluate;
pub mod filter;
pub mod page;
mod radix_sort;
pub mod row_set;
pub mod sort;
pub mod subject;
pub mod text;

pub use clause_cache::ClauseCache;
pub use evaluate::CompiledFilter;
pub use filter::{Filter, Item, Predicate, Scope, Test};
pub use page::{SortKey, merge_page};
pub(crate) use radix_sort::sort_by_digit;
pub use row_set::{RowSet, SegmentRows};
pub use sort::{SortSpec, SortedRows, first_rows, sort_rows};
pub use subject::Subject;
pub use text::{Completion, FilterError, Span, completions, parse_filter, parse_filter_with};
