//! What each clause of a filter left of each frozen segment, so that a filter that differs in one clause costs one.
//!
//! Rows hold for a segment's version, whatever has happened to the table since. The copy of rows that are still
//! being added is asked anew each time.

use std::collections::{HashMap, VecDeque};

use rustc_hash::FxBuildHasher;

use super::evaluate::CompiledFilter;
use super::{Filter, RowSet, SegmentRows};
use crate::store::{Segment, SegmentVersion, Store};

/// Clauses kept: a screen has a handful, and a reader takes some away and adds them again.
const CLAUSES_MAX: usize = 32;

/// Memory that their rows may take: a bit for each row and clause, so that twenty clauses of ten million rows fit.
const HEAP_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The clauses asked last, for one store.
#[derive(Clone, Debug, Default)]
pub struct ClauseCache {
    /// Asked last first.
    clauses: VecDeque<Clause>,
}

#[derive(Clone, Debug)]
struct Clause {
    filter: Filter,
    rows: HashMap<SegmentVersion, SegmentRows, FxBuildHasher>,
    n_heap_bytes: usize,
}

impl ClauseCache {
    /// The readable flow records of `store` that pass, as [`RowSet::select`] has them.
    pub fn select(&mut self, filter: &Filter, store: &Store) -> RowSet {
        let segments = store.rows().segments();
        let n_frozen = store.rows().n_frozen_segments();
        let mut rows: Vec<SegmentRows> =
            segments.iter().map(|segment| SegmentRows::all(segment.n_rows())).collect();
        for conjunct in filter.conjuncts() {
            let clause = self.clause(conjunct);
            clause.select(store, &segments[..n_frozen], &mut rows[..n_frozen]);
            self.trim();
        }
        if n_frozen < segments.len() {
            let compiled = CompiledFilter::new(filter, store);
            for (segment, rows) in segments.iter().zip(&mut rows).skip(n_frozen) {
                *rows = compiled.segment(segment);
            }
        }
        RowSet::new(rows)
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.clauses.iter().map(|clause| clause.n_heap_bytes).sum()
    }

    /// The entry of a clause, which becomes the one asked last.
    fn clause(&mut self, filter: &Filter) -> &mut Clause {
        let clause = match self.clauses.iter().position(|clause| clause.filter == *filter) {
            Some(at) => self.clauses.remove(at),
            None => None,
        };
        self.clauses.push_front(clause.unwrap_or_else(|| Clause {
            filter: filter.clone(),
            rows: HashMap::default(),
            n_heap_bytes: 0,
        }));
        &mut self.clauses[0]
    }

    fn trim(&mut self) {
        self.clauses.truncate(CLAUSES_MAX);
        while self.clauses.len() > 1 && self.n_heap_bytes() > HEAP_BYTES_MAX {
            self.clauses.pop_back();
        }
    }
}

impl Clause {
    /// Takes from `rows`, one for each segment, those that do not pass.
    fn select(&mut self, store: &Store, segments: &[Segment], rows: &mut [SegmentRows]) {
        let is_new = |segment: &&Segment| !self.rows.contains_key(&segment.oriented_version());
        let new: Vec<&Segment> = segments.iter().filter(is_new).collect();
        if !new.is_empty() {
            // Segments that are gone or have changed leave room.
            if self.rows.len() + new.len() > segments.len() {
                let versions: Vec<SegmentVersion> = segments.iter().map(Segment::oriented_version).collect();
                self.rows.retain(|version, _| versions.contains(version));
            }
            let compiled = CompiledFilter::new(&self.filter, store);
            self.rows
                .extend(new.iter().map(|segment| (segment.oriented_version(), compiled.segment(segment))));
            self.n_heap_bytes = self.rows.values().map(SegmentRows::n_heap_bytes).sum();
        }
        for (segment, rows) in segments.iter().zip(rows) {
            rows.keep(&self.rows[&segment.oriented_version()]);
        }
    }
}
