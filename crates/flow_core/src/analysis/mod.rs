//! One file for each question a view asks. Pure: rows in, answer out; nothing is remembered.
//!
//! Every analysis is scan, merge, finish, so that shards can answer apart: the answer depends neither on how
//! many there are nor on their order.

mod action;
mod as_bytes;
mod by_code;
mod by_key;
mod columns;
mod confidence;
mod conversation;
mod counted;
mod counters;
pub mod diagnosis;
pub mod direction;
mod distinct;
mod endpoint;
pub mod export;
mod fan_in;
pub mod files;
pub mod findings;
pub mod interface;
mod keyed;
mod last_counted;
mod memory;
pub mod outcomes;
pub mod overview;
pub mod packets_lost;
mod packing;
mod pair_counts;
mod places;
pub mod rejected;
pub mod requests;
mod stretch;
pub mod summary;
pub mod tally;
pub mod time_extent;
pub mod timeline;
mod whole_list;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::query::RowSet;
use crate::store::Store;

pub use memory::Memory;
pub use tally::{Metric, Tally};
pub use time_extent::TimeExtent;

/// What one shard lends to an analysis: its store, the rows that the filter left, and what it remembers.
#[derive(Clone, Copy)]
pub struct ShardView<'a> {
    pub store: &'a Store,
    pub rows: &'a RowSet,
    /// Makes answers faster and nothing else.
    pub memory: Option<&'a Memory>,
}

/// A question that can be asked of shards apart.
pub trait Analysis {
    /// What one shard found, in values, never in codes: codes mean nothing outside their shard.
    type Partial: Serialize + DeserializeOwned;
    type Answer;

    /// Notes in the memory of a shard what scans of its store can use, whatever their rows, and what was counted of the rows
    /// that the next scan is of. What is noted already is not worked out again, so this is called before every scan.
    fn remember(&self, _store: &Store, _rows: &RowSet, _memory: &mut Memory) {}

    fn scan(&self, shard: ShardView<'_>) -> Self::Partial;
    /// Order and grouping of merges must not matter.
    fn merge(&self, into: &mut Self::Partial, other: Self::Partial);
    fn finish(&self, partial: Self::Partial) -> Self::Answer;
}

/// Scans every shard, merges, finishes. `None` where there is no shard.
pub fn answer<'a, A: Analysis>(
    analysis: &A,
    shards: impl IntoIterator<Item = ShardView<'a>>,
) -> Option<A::Answer> {
    let merged = shards.into_iter().map(|shard| analysis.scan(shard)).reduce(|mut into, other| {
        analysis.merge(&mut into, other);
        into
    });
    merged.map(|partial| analysis.finish(partial))
}
