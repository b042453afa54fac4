//! Counts that are remembered, and rows counted by those that are left out.
//!
//! Counts of rows can be taken away again. So what all frozen segments hold is counted once, and a filter that
//! leaves most rows is answered by counting the others: no filter costs more than half of the rows.

use super::Tally;
use super::counters::Counters;
use crate::query::{RowSet, SegmentRows};
use crate::store::{Segment, SegmentVersion, Store};

/// Something that is counted row by row.
pub(super) trait Count: Clone {
    /// Takes in what the store has learned since; before the first segment of a scan.
    fn prepare(&mut self, store: &Store);
    fn count(&mut self, segment: &Segment, rows: &SegmentRows);
    /// Whether rows that were counted can be taken away again.
    fn is_exact(&self) -> bool;
    /// What the counts of a segment hold for.
    fn version(segment: &Segment) -> SegmentVersion {
        segment.version()
    }
}

/// Counts of all rows of the first frozen segments of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered<C> {
    /// Of the segments that were counted, in order.
    versions: Vec<SegmentVersion>,
    counts: C,
}

impl<C: Count> Remembered<C> {
    pub fn new(counts: C) -> Remembered<C> {
        Remembered { versions: Vec::new(), counts }
    }

    /// Counts the frozen segments that are new. `nothing` is what to start from where an old one has changed.
    pub fn update(&mut self, store: &Store, nothing: impl FnOnce() -> C) {
        self.update_some(store, usize::MAX, nothing);
    }

    /// The same for a few of them; how many there were.
    pub fn update_some(&mut self, store: &Store, n_max: usize, nothing: impl FnOnce() -> C) -> usize {
        let table = store.rows();
        let frozen = &table.segments()[..table.n_frozen_segments()];
        if self.n_covered(frozen) < self.versions.len() {
            *self = Remembered::new(nothing());
        }
        let new = &frozen[self.versions.len()..];
        let new = &new[..new.len().min(n_max)];
        if !new.is_empty() {
            self.counts.prepare(store);
        }
        for segment in new {
            self.counts.count(segment, &SegmentRows::all(segment.n_rows()));
            self.versions.push(C::version(segment));
        }
        new.len()
    }

    /// Counts of all readable rows, open ones too.
    pub fn all(store: &Store, remembered: Option<&Remembered<C>>, nothing: impl FnOnce() -> C) -> C {
        let segments = store.rows().segments();
        let n_covered = remembered.map_or(0, |remembered| remembered.n_covered(segments));
        let mut counts = match remembered {
            Some(remembered) if n_covered > 0 => remembered.counts.clone(),
            _ => nothing(),
        };
        counts.prepare(store);
        for segment in &segments[n_covered..] {
            counts.count(segment, &SegmentRows::all(segment.n_rows()));
        }
        counts
    }

    /// How many of the first of `segments` the counts are of: all that were counted, or none.
    fn n_covered(&self, segments: &[Segment]) -> usize {
        let is_same = segments.len() >= self.versions.len()
            && self.versions.iter().zip(segments).all(|(version, segment)| *version == C::version(segment));
        if is_same { self.versions.len() } else { 0 }
    }
}

/// The counts of some rows: `counted`, and where that was less work, all of the remembered without the rest.
pub(super) struct Counted<'a, C> {
    pub counted: C,
    /// All that is remembered, and the part of it that was not asked for.
    pub without: Option<(&'a C, C)>,
}

impl<'a, C: Count> Counted<'a, C> {
    /// Counts `rows` of the flow records of `store`, from `nothing`.
    pub fn of(
        store: &Store,
        rows: &RowSet,
        remembered: Option<&'a Remembered<C>>,
        nothing: impl Fn() -> C,
    ) -> Counted<'a, C> {
        let segments = store.rows().segments();
        let n_covered = remembered.map_or(0, |remembered| remembered.n_covered(segments));
        let (covered, others) = segments.split_at(n_covered);
        let (rows_covered, rows_others) = rows.segments().split_at(n_covered);
        let start = || {
            let mut counts = nothing();
            counts.prepare(store);
            counts
        };
        let mut counted = start();
        let n_rows: u64 = covered.iter().map(|segment| u64::from(segment.n_rows())).sum();
        let n_wanted: u64 = rows_covered.iter().map(|rows| u64::from(rows.n_rows())).sum();
        let without = remembered.filter(|all| n_wanted > n_rows / 2 && all.counts.is_exact()).map(|all| {
            let mut rest = start();
            for (segment, rows) in covered.iter().zip(rows_covered) {
                match rows {
                    SegmentRows::All(_) => {}
                    rows => rest.count(segment, &rows.clone().not(segment.n_rows())),
                }
            }
            (&all.counts, rest)
        });
        if without.is_none() {
            for (segment, rows) in covered.iter().zip(rows_covered) {
                counted.count(segment, rows);
            }
        }
        for (segment, rows) in others.iter().zip(rows_others) {
            counted.count(segment, rows);
        }
        Counted { counted, without }
    }

    /// A sum over the rows asked for, from the same sum over counts.
    pub fn sum(&self, of: impl Fn(&C) -> Tally) -> Tally {
        let counted = of(&self.counted);
        match &self.without {
            None => counted,
            Some((all, rest)) => counted.plus(of(all).minus(of(rest))),
        }
    }

    /// The same for all keys below `n_keys` at once, of several counters together.
    pub fn sums_of_keys<'c, const N: usize>(
        &'c self,
        n_keys: usize,
        of: impl Fn(&'c C) -> [&'c Counters; N],
    ) -> Vec<Tally> {
        let mut sums = vec![Tally::default(); n_keys];
        if let Some((all, rest)) = &self.without {
            of(all).iter().for_each(|counters| counters.add_to(&mut sums));
            of(rest).iter().for_each(|counters| counters.take_from(&mut sums));
        }
        of(&self.counted).iter().for_each(|counters| counters.add_to(&mut sums));
        sums
    }

    /// The same for one key after the other of the counters that `of` finds. Counters that hold nothing, as most do that
    /// count what a filter leaves out or the rows of an open segment, are not asked for each of many thousand keys.
    pub fn sum_of_key<'c>(&'c self, of: impl Fn(&'c C) -> &'c Counters) -> impl Fn(usize) -> Tally + 'c {
        let holding = |counts: &'c C| Some(of(counts)).filter(|counters| !counters.is_empty());
        let counted = holding(&self.counted);
        let (all, rest) = match &self.without {
            Some((all, rest)) => (holding(all), holding(rest)),
            None => (None, None),
        };
        move |key| {
            let get =
                |counters: Option<&Counters>| counters.map_or(Tally::default(), |counters| counters.get(key));
            match get(all) {
                // The rest is part of it.
                Tally { rows: 0, .. } => get(counted),
                all => get(counted).plus(all.minus(get(rest))),
            }
        }
    }
}
