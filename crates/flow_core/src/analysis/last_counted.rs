//! Counts that are kept for the next question about the same rows.

use super::counted::{Count, Counted, Difference, Remembered};
use crate::query::RowSet;
use crate::store::{SegmentVersion, Store};

/// The counts of the rows that were asked about last: what asks about them again, as the next turn of a question does or
/// the same view by another metric, need not count.
#[derive(Clone, Debug)]
pub(super) struct LastCounted<C> {
    last: Option<(CountedRows, Difference<C>)>,
}

#[derive(Clone, Debug, PartialEq)]
struct CountedRows {
    versions: Vec<SegmentVersion>,
    rows: RowSet,
    /// How many of the segments are in what is remembered.
    n_remembered: usize,
}

impl<C> Default for LastCounted<C> {
    fn default() -> LastCounted<C> {
        LastCounted { last: None }
    }
}

impl CountedRows {
    fn of<C: Count>(store: &Store, rows: &RowSet, remembered: &Remembered<C>) -> CountedRows {
        let versions = store.rows().segments().iter().map(C::version).collect();
        CountedRows { versions, rows: rows.clone(), n_remembered: remembered.n_segments() }
    }

    fn are<C: Count>(&self, store: &Store, rows: &RowSet, remembered: &Remembered<C>) -> bool {
        self.n_remembered == remembered.n_segments()
            && self.versions.iter().copied().eq(store.rows().segments().iter().map(C::version))
            && self.rows == *rows
    }
}

impl<C: Count> LastCounted<C> {
    /// Counts these rows, unless they are the same as last time.
    pub fn update(
        &mut self,
        store: &Store,
        rows: &RowSet,
        remembered: &Remembered<C>,
        nothing: impl Fn() -> C,
    ) {
        match &mut self.last {
            Some((counted, difference)) if counted.are(store, rows, remembered) => difference.prepare(store),
            last => {
                // What was counted of other rows makes room first.
                *last = None;
                let difference = Counted::of(store, rows, Some(remembered), nothing).into_difference();
                *last = Some((CountedRows::of(store, rows, remembered), difference));
            }
        }
    }

    /// The counts of these rows, if they are those that were counted last.
    pub fn get<'a>(
        &'a self,
        store: &Store,
        rows: &RowSet,
        remembered: &'a Remembered<C>,
    ) -> Option<Counted<'a, C>> {
        let (_, difference) = self.last.as_ref().filter(|(last, _)| last.are(store, rows, remembered))?;
        Some(Counted::again(difference, remembered))
    }
}
