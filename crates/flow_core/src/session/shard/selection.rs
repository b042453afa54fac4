//! The rows that a filter leaves in one store, in the order that was asked for last.

use crate::query::{ClauseCache, Filter, RowSet, SortSpec, SortedRows, sort_rows};
use crate::store::Store;

/// Row sets kept for the questions of one screen, which share a few filters.
const SELECTIONS_KEPT: usize = 4;

#[derive(Default)]
pub struct Selections {
    /// The newest first.
    kept: Vec<Selection>,
    clauses: ClauseCache,
}

pub struct Selection {
    filter: Filter,
    rows: RowSet,
    sorted: Option<(Option<SortSpec>, SortedRows)>,
}

impl Selections {
    /// What was selected is not what would be now. Clauses know by themselves what they still hold for.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    pub fn of(&mut self, filter: &Filter, store: &Store) -> &mut Selection {
        let at = self.kept.iter().position(|selection| selection.filter == *filter).unwrap_or_else(|| {
            self.kept.truncate(SELECTIONS_KEPT - 1);
            let rows = self.clauses.select(filter, store);
            self.kept.insert(0, Selection { filter: filter.clone(), rows, sorted: None });
            0
        });
        &mut self.kept[at]
    }
}

impl Selection {
    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// The same in order; worked out anew only when the order is another one than last time.
    pub fn sorted(&mut self, sort: Option<&SortSpec>, store: &Store) -> &SortedRows {
        if self.sorted.as_ref().is_some_and(|(known, _)| known.as_ref() != sort) {
            self.sorted = None;
        }
        let rows = &self.rows;
        let (_, sorted) =
            self.sorted.get_or_insert_with(|| (sort.cloned(), sort_rows(store, store.rows(), rows, sort)));
        sorted
    }
}
