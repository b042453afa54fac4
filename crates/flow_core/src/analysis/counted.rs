//! Counts that are remembered, and rows counted by those that are left out.
//!
//! Counts of rows can be taken away again. So what all frozen segments hold is counted once, and a filter that
//! leaves most rows is answered by counting the others: no filter costs more than half of the rows. Where a question is
//! asked about stretches of time, the same holds for every few segments: those that lie in the stretch are not counted again.

use std::borrow::Cow;

use super::Tally;
use super::counters::Counters;
use super::stretch::Stretch;
use crate::query::{RowSet, SegmentRows};
use crate::store::{Segment, SegmentVersion, Store};

/// Something that is counted row by row.
pub(super) trait Count: Clone {
    /// How many segments make a stretch whose counts are kept by themselves; 0 where none are.
    const STRETCH_SEGMENTS: usize = 0;

    /// Takes in what the store has learned since; before the first segment of a scan.
    fn prepare(&mut self, store: &Store);
    fn count(&mut self, segment: &Segment, rows: &SegmentRows);
    /// Whether rows that were counted can be taken away again, from these counts and a few others together.
    fn is_exact(&self) -> bool;
    /// What the counts of a segment hold for.
    fn version(segment: &Segment) -> SegmentVersion {
        segment.version()
    }

    /// All that was counted, in little room.
    fn stretch(&self) -> Stretch {
        Stretch::default()
    }

    fn add_stretch(&mut self, _stretch: &Stretch) {}
}

/// What the stretches of one shard may take, in their entries of 12 bytes: 48 MiB, which is those of nearly 20 million rows
/// of the generator. What is behind them is counted.
const STRETCH_ENTRIES_MAX: usize = 4 << 20;

/// Entries that are added in the time of counting a row, which is in several lists.
const ENTRIES_A_ROW: usize = 4;

/// Counts of all rows of the first frozen segments of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered<C> {
    /// Of the segments that were counted, in order.
    versions: Vec<SegmentVersion>,
    /// Of all of them, or where there are stretches, of all whole ones.
    counts: C,
    /// Counts of one whole stretch after the other; none of those that take longer to add than to count.
    stretches: Vec<Option<Stretch>>,
    /// Of the segments behind them.
    begun: C,
    begun_stretch: Stretch,
}

impl<C: Count> Remembered<C> {
    /// From counts of nothing.
    pub fn new(nothing: C) -> Remembered<C> {
        Remembered {
            versions: Vec::new(),
            counts: nothing.clone(),
            stretches: Vec::new(),
            begun: nothing,
            begun_stretch: Stretch::default(),
        }
    }

    /// Counts the frozen segments that are new. `nothing` is what to start from where an old one has changed.
    pub fn update(&mut self, store: &Store, nothing: impl Fn() -> C) {
        self.update_some(store, usize::MAX, nothing);
    }

    /// The same for a few of them; how many there were.
    pub fn update_some(&mut self, store: &Store, n_max: usize, nothing: impl Fn() -> C) -> usize {
        let table = store.rows();
        let frozen = &table.segments()[..table.n_frozen_segments()];
        if self.n_covered(frozen) < self.versions.len() {
            *self = Remembered::new(nothing());
        }
        let new = &frozen[self.versions.len()..];
        let new = &new[..new.len().min(n_max)];
        if new.is_empty() {
            return 0;
        }
        self.counts.prepare(store);
        self.begun.prepare(store);
        for segment in new {
            let all = SegmentRows::all(segment.n_rows());
            self.versions.push(C::version(segment));
            if C::STRETCH_SEGMENTS == 0 {
                self.counts.count(segment, &all);
                continue;
            }
            self.begun.count(segment, &all);
            if self.versions.len().is_multiple_of(C::STRETCH_SEGMENTS) {
                self.end_stretch(C::STRETCH_SEGMENTS * all.n_rows() as usize);
                self.begun = nothing();
                self.begun.prepare(store);
            }
        }
        self.begun_stretch = self.begun.stretch();
        new.len()
    }

    fn end_stretch(&mut self, n_rows: usize) {
        let stretch = self.begun.stretch();
        self.counts.add_stretch(&stretch);
        let n_entries: usize = self.stretches.iter().flatten().map(Stretch::n_entries).sum();
        let is_kept = stretch.n_entries() < n_rows * ENTRIES_A_ROW / 2
            && n_entries + stretch.n_entries() <= STRETCH_ENTRIES_MAX;
        self.stretches.push(Some(stretch).filter(|_| is_kept));
    }

    /// Counts of all readable rows, open ones too.
    pub fn all(store: &Store, remembered: Option<&Remembered<C>>, nothing: impl FnOnce() -> C) -> C {
        debug_assert_eq!(C::STRETCH_SEGMENTS, 0);
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

    /// How many segments were counted.
    pub fn n_segments(&self) -> usize {
        self.versions.len()
    }

    /// How many of the first of `segments` the counts are of: all that were counted, or none.
    fn n_covered(&self, segments: &[Segment]) -> usize {
        let is_same = segments.len() >= self.versions.len()
            && self.versions.iter().zip(segments).all(|(version, segment)| *version == C::version(segment));
        if is_same { self.versions.len() } else { 0 }
    }

    /// What the first of `segments` count to, and how many these are.
    pub fn of_first(&self, segments: &[Segment]) -> (&C, usize) {
        debug_assert_eq!(C::STRETCH_SEGMENTS, 0);
        (&self.counts, self.n_covered(segments))
    }

    fn is_exact(&self) -> bool {
        self.counts.is_exact() && self.begun.is_exact()
    }

    /// How many of the first segments `counts` is of.
    fn n_in_counts(&self) -> usize {
        match C::STRETCH_SEGMENTS {
            0 => self.versions.len(),
            n_segments => self.stretches.len() * n_segments,
        }
    }

    /// The segments that are counted together, by how many there are, with their counts where these are kept.
    fn parts(&self) -> Vec<(usize, Option<&Stretch>)> {
        if C::STRETCH_SEGMENTS == 0 {
            return vec![(self.versions.len(), None)];
        }
        let whole = self.stretches.iter().map(|stretch| (C::STRETCH_SEGMENTS, stretch.as_ref()));
        let n_begun = self.versions.len() - self.n_in_counts();
        whole.chain([(n_begun, Some(&self.begun_stretch))]).collect()
    }
}

/// What some rows have beside all that is remembered, or without it.
#[derive(Clone, Debug)]
pub(super) struct Difference<C> {
    counted: C,
    /// Whether all that is remembered is added, where that was less work.
    has_all: bool,
    /// What others hold that was not asked for.
    rest: Option<C>,
}

/// The counts of some rows: those counted and `all`, without the rest.
pub(super) struct Counted<'a, C: Clone> {
    difference: Cow<'a, Difference<C>>,
    all: Option<&'a C>,
}

impl<C: Count> Difference<C> {
    /// Takes in values that came since, which no row has that was counted: they are asked for.
    pub fn prepare(&mut self, store: &Store) {
        self.counted.prepare(store);
    }

    /// Begins part by part with all or with nothing, whichever is nearer, and counts the difference.
    fn with_known(
        segments: &[Segment],
        rows: &[SegmentRows],
        known: &Remembered<C>,
        start: &impl Fn() -> C,
    ) -> Difference<C> {
        let n_rows_of = |segments: &[Segment]| segments.iter().map(|it| it.n_rows() as usize).sum::<usize>();
        let n_wanted_of = |rows: &[SegmentRows]| rows.iter().map(|it| it.n_rows() as usize).sum::<usize>();
        let n_in_counts = known.n_in_counts();
        let is_most = n_wanted_of(&rows[..n_in_counts]) > n_rows_of(&segments[..n_in_counts]) / 2;
        let mut counted = start();
        let mut rest: Option<C> = None;
        let mut at = 0;
        for (n_segments, stretch) in known.parts() {
            let (segments, rows) = (&segments[at..at + n_segments], &rows[at..at + n_segments]);
            at += n_segments;
            let (n_rows, n_wanted) = (n_rows_of(segments), n_wanted_of(rows));
            let (n_of_all, n_of_nothing) = (n_rows - n_wanted, n_wanted);
            let has_all = is_most && at <= n_in_counts;
            let mut from_all = has_all;
            if let Some(stretch) = stretch {
                let n_stretch = stretch.n_entries() / ENTRIES_A_ROW;
                let (n_so, n_otherwise) =
                    if has_all { (n_of_all, n_of_nothing) } else { (n_of_nothing, n_of_all) };
                if n_otherwise + n_stretch < n_so {
                    from_all = !has_all;
                    if from_all { &mut counted } else { rest.get_or_insert_with(start) }.add_stretch(stretch);
                }
            }
            for (segment, rows) in segments.iter().zip(rows) {
                match (from_all, rows) {
                    (true, SegmentRows::All(_)) | (false, SegmentRows::None) => {}
                    (true, rows) => {
                        rest.get_or_insert_with(start).count(segment, &rows.clone().not(segment.n_rows()))
                    }
                    (false, rows) => counted.count(segment, rows),
                }
            }
        }
        for (segment, rows) in segments.iter().zip(rows).skip(at) {
            counted.count(segment, rows);
        }
        Difference { counted, has_all: is_most, rest }
    }
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
        let start = || {
            let mut counts = nothing();
            counts.prepare(store);
            counts
        };
        let is_of_use = |known: &&Remembered<C>| known.n_covered(segments) > 0 && known.is_exact();
        if let Some(known) = remembered.filter(is_of_use) {
            let difference = Difference::with_known(segments, rows.segments(), known, &start);
            // Else a row of the open segment is as large as all that a number can hold.
            if difference.counted.is_exact() {
                let all = difference.has_all.then_some(&known.counts);
                return Counted { difference: Cow::Owned(difference), all };
            }
        }
        let mut counted = start();
        for (segment, rows) in segments.iter().zip(rows.segments()) {
            counted.count(segment, rows);
        }
        Counted { difference: Cow::Owned(Difference { counted, has_all: false, rest: None }), all: None }
    }

    /// What was counted before, beside what was remembered then and still is.
    pub fn again(difference: &'a Difference<C>, remembered: &'a Remembered<C>) -> Counted<'a, C> {
        let all = difference.has_all.then_some(&remembered.counts);
        Counted { difference: Cow::Borrowed(difference), all }
    }

    /// To be kept for [`Counted::again`].
    pub fn into_difference(self) -> Difference<C> {
        self.difference.into_owned()
    }

    /// What was counted, which has room for every key that the store knows.
    pub fn counted(&self) -> &C {
        &self.difference.counted
    }

    /// A sum over the rows asked for, from the same sum over counts.
    pub fn sum(&self, of: impl Fn(&C) -> Tally) -> Tally {
        let counted = self.all.map_or(Tally::default(), &of).plus(of(self.counted()));
        self.difference.rest.as_ref().map_or(counted, |rest| counted.minus(of(rest)))
    }

    /// The same for all keys below `n_keys` at once, of several counters together.
    pub fn sums_of_keys<'c, const N: usize>(
        &'c self,
        n_keys: usize,
        of: impl Fn(&'c C) -> [&'c Counters; N],
    ) -> Vec<Tally> {
        let mut sums = vec![Tally::default(); n_keys];
        for counts in self.all.into_iter().chain([self.counted()]) {
            of(counts).iter().for_each(|counters| counters.add_to(&mut sums));
        }
        if let Some(rest) = &self.difference.rest {
            of(rest).iter().for_each(|counters| counters.take_from(&mut sums));
        }
        sums
    }

    /// The same for one key after the other of the counters that `of` finds. Counters that hold nothing, as most do that
    /// count what a filter leaves out or the rows of an open segment, are not asked for each of many thousand keys.
    pub fn sum_of_key<'c>(&'c self, of: impl Fn(&'c C) -> &'c Counters) -> impl Fn(usize) -> Tally + 'c {
        let holding = |counts: &'c C| Some(of(counts)).filter(|counters| !counters.is_empty());
        let counted = holding(self.counted());
        let (all, rest) = (self.all.and_then(holding), self.difference.rest.as_ref().and_then(holding));
        move |key| {
            let get =
                |counters: Option<&Counters>| counters.map_or(Tally::default(), |counters| counters.get(key));
            match get(all).plus(get(counted)) {
                // The rest is part of it.
                Tally { rows: 0, .. } => Tally::default(),
                sum => sum.minus(get(rest)),
            }
        }
    }
}
