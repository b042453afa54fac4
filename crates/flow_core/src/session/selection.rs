//! The rows that a filter leaves, over all shards, in the order that was asked for last.

use super::message::RowRef;
use super::shard::Shard;
use crate::query::{Filter, RowSet, SortSpec, SortedRows, merge_page, sort_rows};

pub struct Selection {
    filter: Filter,
    /// One for each shard.
    rows: Vec<RowSet>,
    sorted: Option<(Option<SortSpec>, Vec<SortedRows>)>,
}

impl Selection {
    pub fn new(filter: &Filter, shards: &mut [Shard]) -> Selection {
        let rows = shards.iter_mut().map(|shard| shard.select(filter)).collect();
        Selection { filter: filter.clone(), rows, sorted: None }
    }

    pub fn is_of(&self, filter: &Filter) -> bool {
        self.filter == *filter
    }

    /// The rows of each shard.
    pub fn rows(&self) -> &[RowSet] {
        &self.rows
    }

    /// The same in order; worked out anew only when the order is another one than last time.
    pub fn sorted(&mut self, sort: Option<&SortSpec>, shards: &[Shard]) -> &[SortedRows] {
        let is_sorted = self.sorted.as_ref().is_some_and(|(known, _)| known.as_ref() == sort);
        if !is_sorted {
            self.sorted = None;
        }
        let rows = &self.rows;
        let (_, sorted) = self.sorted.get_or_insert_with(|| {
            let sort_shard =
                |(shard, rows): (&Shard, &RowSet)| sort_rows(shard.store(), shard.store().rows(), rows, sort);
            (sort.cloned(), shards.iter().zip(rows).map(sort_shard).collect())
        });
        sorted
    }
}

/// Rows of all shards together, in one order.
pub fn page_of(
    shards: &[Shard],
    sorted: &[SortedRows],
    sort: Option<&SortSpec>,
    offset: u64,
    n_rows: u32,
) -> Vec<RowRef> {
    let sides: Vec<_> =
        shards.iter().zip(sorted).map(|(shard, rows)| (shard.store(), shard.store().rows(), rows)).collect();
    let row_ref = |(shard, row): (usize, u32)| RowRef { shard: shard as u16, row };
    merge_page(&sides, sort, offset, n_rows).into_iter().map(row_ref).collect()
}
