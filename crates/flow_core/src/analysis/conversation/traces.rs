//! The rows of wanted tuples, folded: a scan's table of what a second pass keeps.
//!
//! The simple version is a set of tuples and beside it a map by [`TraceKey`]. That is two look-ups in tables larger than a
//! processor's cache for each row that is kept; here a tuple leads to its few folded rows.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::row_reader::ReadRow;
use super::trace::{Trace, TraceKey};
use super::tuple::Tuple;
use crate::analysis::by_key::ByKey;

/// Folded rows that are found by going along a chain: both directions of a conversation at two interfaces, and as many
/// again. Pings all day and addresses that thousands of interfaces share have more, which are looked up.
const CHAINED_MAX: u32 = 8;

/// No folded row.
const END: u32 = u32::MAX;

/// A wanted tuple, as its place among them.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Wanted(u32);

pub(in crate::analysis) struct Traces {
    places: HashTable<u32>,
    tuples: Vec<Chain>,
    entries: Vec<(TraceKey, Trace)>,
    /// The next of the same tuple, by entry.
    next: Vec<u32>,
    /// Entries that are in no chain.
    further: ByKey<TraceKey, u32>,
}

struct Chain {
    tuple: Tuple,
    first: u32,
    n_chained: u32,
}

impl Traces {
    /// Of these tuples no row is known yet. A tuple may come twice.
    pub fn of(tuples: impl IntoIterator<Item = Tuple>, n_tuples_max: usize) -> Traces {
        let mut traces = Traces {
            places: HashTable::with_capacity(n_tuples_max),
            tuples: Vec::with_capacity(n_tuples_max),
            entries: Vec::with_capacity(n_tuples_max),
            next: Vec::with_capacity(n_tuples_max),
            further: ByKey::with_capacity(0),
        };
        for tuple in tuples {
            let Traces { places, tuples, .. } = &mut traces;
            let hash = FxBuildHasher.hash_one(tuple);
            places
                .entry(
                    hash,
                    |&place| tuples[place as usize].tuple == tuple,
                    |&place| FxBuildHasher.hash_one(tuples[place as usize].tuple),
                )
                .or_insert_with(|| {
                    tuples.push(Chain { tuple, first: END, n_chained: 0 });
                    tuples.len() as u32 - 1
                });
        }
        traces
    }

    /// Where the tuple is wanted.
    pub fn wanted(&self, tuple: &Tuple) -> Option<Wanted> {
        let is_it = |place: &u32| self.tuples[*place as usize].tuple == *tuple;
        self.places.find(FxBuildHasher.hash_one(tuple), is_it).copied().map(Wanted)
    }

    /// For each of the rows where its tuple is wanted.
    pub fn wanted_of<'a>(&'a self, rows: &'a [ReadRow]) -> impl Iterator<Item = Option<Wanted>> + 'a {
        rows.iter().map(|row| self.wanted(&row.tuple))
    }

    /// Adds a row of a wanted tuple.
    pub fn add(&mut self, Wanted(place): Wanted, row: &ReadRow, is_asked: bool) {
        let (key, trace) = (TraceKey::of(row), Trace::of_row(row, is_asked));
        let chain = &mut self.tuples[place as usize];
        let mut at = chain.first;
        while at != END {
            let (known, folded) = &mut self.entries[at as usize];
            if *known == key {
                folded.add(trace);
                return;
            }
            at = self.next[at as usize];
        }
        let new = self.entries.len() as u32;
        if chain.n_chained < CHAINED_MAX {
            self.next.push(std::mem::replace(&mut chain.first, new));
            chain.n_chained += 1;
        } else {
            // 1 + the entry's place, since what is new begins as 0.
            let known = self.further.at(key);
            if *known > 0 {
                self.entries[*known as usize - 1].1.add(trace);
                return;
            }
            *known = new + 1;
            self.next.push(END);
        }
        self.entries.push((key, trace));
    }

    /// In order of first sight.
    pub fn into_entries(self) -> Vec<(TraceKey, Trace)> {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::conversation::trace::{Fate, Marks};
    use crate::analysis::conversation::tuple::TupleEnd;
    use crate::record::Direction;

    fn row(interface: u32, port: u16, is_reply: bool) -> ReadRow {
        let (client, server) =
            (TupleEnd { address: 1, port: Some(port) }, TupleEnd { address: 2, port: Some(443) });
        let (src, dst) = if is_reply { (server, client) } else { (client, server) };
        ReadRow {
            interface,
            src,
            dst,
            tuple: Tuple::new(src, dst, Some(6)),
            fate: Fate::Accepted,
            marks: Marks::default(),
            direction: Direction::Unknown,
            is_transit: false,
            is_readdressed: false,
            n_records: 1,
            packets: 1,
            bytes: 40,
            start: 0,
            end: 0,
            flags: 0,
        }
    }

    #[test]
    fn rows_are_folded_as_a_map_by_key_would_however_many_keys_a_tuple_has() {
        let wanted = [row(0, 1, false).tuple, row(0, 2, false).tuple, row(0, 1, true).tuple];
        let mut traces = Traces::of(wanted, 3);
        assert!(traces.wanted(&row(0, 3, false).tuple).is_none());
        let mut expected: ByKey<TraceKey, Trace> = ByKey::with_capacity(0);
        for at in 0..600u32 {
            // Two tuples, thirty-one interfaces, both ways: sixty-two keys of each tuple.
            let row = row(at * 7 % 31, 1 + (at % 2) as u16, at % 3 == 0);
            traces.add(traces.wanted(&row.tuple).unwrap(), &row, at % 5 == 0);
            expected.at(TraceKey::of(&row)).add(Trace::of_row(&row, at % 5 == 0));
        }
        let seen = |entries: Vec<(TraceKey, Trace)>| -> Vec<(TraceKey, u64, u64)> {
            entries.into_iter().map(|(key, trace)| (key, trace.tally.rows, trace.n_rows_asked)).collect()
        };
        let expected = seen(expected.into_entries());
        assert!(expected.len() > 4 * CHAINED_MAX as usize);
        assert_eq!(seen(traces.into_entries()), expected);
    }
}
