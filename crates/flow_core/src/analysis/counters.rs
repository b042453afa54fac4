//! How much there is of each of many things: a [`Tally`] for each small number.
//!
//! The simple version is a `Vec<Tally>`. A scan adds to one place in it for each row and list, and what it takes
//! is the way to that place: 24 bytes are three additions and, for the addresses of a busy network, far more than the
//! second-level cache. Here bytes, packets and rows share a word, with a bit above each that shows when it is full; what
//! a place held is then put aside. So a place is one addition and 8 bytes.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::Tally;
use crate::store::{Block, Column};

/// Bits of each of the three; the bit above is its guard. Sums that have no guard set add up without a carry.
const BYTES_BITS: u32 = 30;
const PACKETS_BITS: u32 = 18;
const ROWS_BITS: u32 = 13;
const PACKETS_AT: u32 = BYTES_BITS + 1;
const ROWS_AT: u32 = PACKETS_AT + PACKETS_BITS + 1;
const _: () = assert!(ROWS_AT + ROWS_BITS + 1 == u64::BITS);

/// The guards of all three: in a sum, that one of them is full. As a weight, that the row is too large for a place.
const GUARDS: u64 = 1 << BYTES_BITS | 1 << (PACKETS_AT + PACKETS_BITS) | 1 << (ROWS_AT + ROWS_BITS);

/// Where keys are few, neighbouring rows go to copies of their places: adding to what was stored a moment ago waits for the
/// store. Rows come in the order of time, so that a timeline takes two thirds of the time with four. Where keys are many,
/// neighbours seldom meet, and finding a copy takes as long as the rest of adding.
const N_COPIES: usize = 4;
const COPIED_KEYS_MAX: usize = 2_048;

/// Rows above packets above bytes.
type Place = u64;

/// What the rows of a block add.
#[derive(Debug, Default)]
pub(super) struct Weights {
    /// [`GUARDS`] for what has no room in a place.
    places: Vec<Place>,
    /// Empty where each row is one record, as nearly always.
    n_records: Vec<u64>,
    packets: Vec<u64>,
    bytes: Vec<u64>,
    total: Tally,
}

impl Weights {
    /// Reads a block's records a row, which are never absent, and packets and bytes, which count as nothing where
    /// they are.
    pub fn read(&mut self, n_records: &Column, packets: &Column, bytes: &Column, block: Block<'_>) {
        packets.read(block, &mut self.packets);
        bytes.read(block, &mut self.bytes);
        self.n_records.clear();
        if n_records.range() != Some((1, 1)) {
            n_records.read(block, &mut self.n_records);
        }
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        let has_room =
            self.n_records.is_empty() && are_below(packets, PACKETS_BITS) && are_below(bytes, BYTES_BITS);
        if has_room {
            // Nothing to ask of each row, so that several are put together at once.
            let place = |(packets, bytes): (&u64, &u64)| 1 << ROWS_AT | packets << PACKETS_AT | bytes;
            places.extend(self.packets.iter().zip(&self.bytes).map(place));
            let (packets, bytes) = (self.packets.iter().sum(), self.bytes.iter().sum());
            self.total = Tally { rows: places.len() as u64, packets, bytes };
        } else {
            self.total = Tally::default();
            places.extend((0..self.packets.len()).map(|at| {
                let row = self.row(at);
                self.total.add(row);
                place_of(row)
            }));
        }
        self.places = places;
    }

    fn row(&self, at: usize) -> Tally {
        let n_records = self.n_records.get(at).copied().unwrap_or(1);
        Tally::of_row(n_records, self.packets[at], self.bytes[at])
    }

    /// All rows of the block together.
    pub fn total(&self) -> Tally {
        self.total
    }
}

/// Whether every row has a value of so many bits.
fn are_below(column: &Column, n_bits: u32) -> bool {
    !column.has_absent() && column.range().is_some_and(|(_, most)| most >> n_bits == 0)
}

fn place_of(row: Tally) -> Place {
    let has_room =
        row.bytes >> BYTES_BITS == 0 && row.packets >> PACKETS_BITS == 0 && row.rows >> ROWS_BITS == 0;
    if has_room { row.rows << ROWS_AT | row.packets << PACKETS_AT | row.bytes } else { GUARDS }
}

/// What a place holds, also where guards are set.
fn tally_of(place: Place) -> Tally {
    Tally {
        rows: place >> ROWS_AT,
        packets: place >> PACKETS_AT & ((2 << PACKETS_BITS) - 1),
        bytes: place & ((2 << BYTES_BITS) - 1),
    }
}

/// A [`Tally`] for each key below a number that may grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    n_keys: usize,
    /// As many for each key as [`Counters::n_copies`] says; none while nothing was added.
    places: Vec<Place>,
    /// What had no room in a place: of the few keys that have thousands of rows, or large ones.
    put_aside: HashMap<u32, Tally, FxBuildHasher>,
    total: Tally,
}

/// The keys of counters that have something, each with its place.
#[derive(Clone, Debug, Default)]
pub(super) struct SparseCounters {
    keys: Vec<u32>,
    places: Vec<Place>,
    /// As in [`Counters`].
    put_aside: Vec<(u32, Tally)>,
    total: Tally,
}

impl SparseCounters {
    pub fn n_entries(&self) -> usize {
        self.keys.len() + self.put_aside.len()
    }
}

impl Counters {
    /// Makes room for keys below `n_keys`.
    pub fn grow(&mut self, n_keys: usize) {
        let n_copies = self.n_copies();
        self.n_keys = self.n_keys.max(n_keys);
        if self.n_copies() < n_copies && !self.is_empty() {
            self.join_copies();
        }
    }

    /// Places of each key.
    fn n_copies(&self) -> usize {
        if self.n_keys <= COPIED_KEYS_MAX { N_COPIES } else { 1 }
    }

    /// Goes on with one place for each key.
    fn join_copies(&mut self) {
        let copied = std::mem::take(&mut self.places);
        self.make_places();
        for (key, copies) in copied.chunks_exact(N_COPIES).enumerate() {
            copies
                .iter()
                .for_each(|&copy| add_to_place(&mut self.places[key], copy, &mut self.put_aside, key));
        }
    }

    /// The first rows bring the memory: a scan that finds none has none to look through.
    fn make_places(&mut self) {
        self.places.resize(self.n_keys * self.n_copies(), Place::default());
    }

    /// Adds each row of a block to its key.
    pub fn add(&mut self, keys: &[u32], weights: &Weights) {
        self.total.add(weights.total);
        self.make_places();
        // Rows of one service, say, that a filter left: one addition for all of them.
        if let [key, others @ ..] = keys
            && others.iter().all(|other| other == key)
        {
            match place_of(weights.total) {
                GUARDS => put_aside(&mut self.put_aside, *key, weights.total),
                sum => {
                    let n_copies = self.n_copies();
                    let place = &mut self.places[*key as usize * n_copies];
                    add_to_place(place, sum, &mut self.put_aside, *key as usize);
                }
            }
        } else if self.n_copies() == 1 {
            self.add_rows::<1>(keys, weights);
        } else {
            self.add_rows::<N_COPIES>(keys, weights);
        }
    }

    fn add_rows<const COPIES: usize>(&mut self, keys: &[u32], weights: &Weights) {
        for (at, (&key, &weight)) in keys.iter().zip(&weights.places).enumerate() {
            let place = &mut self.places[key as usize * COPIES + at % COPIES];
            let sum = *place + weight;
            if sum & GUARDS == 0 {
                *place = sum;
            } else if weight == GUARDS {
                put_aside(&mut self.put_aside, key, weights.row(at));
            } else {
                *place = 0;
                put_aside(&mut self.put_aside, key, tally_of(sum));
            }
        }
    }

    /// What was added, without the keys that have nothing.
    pub fn to_sparse(&self) -> SparseCounters {
        let mut sparse = SparseCounters { total: self.total, ..SparseCounters::default() };
        self.for_each(|key, tally| match place_of(tally) {
            _ if tally == Tally::default() => {}
            GUARDS => sparse.put_aside.push((key as u32, tally)),
            place => {
                sparse.keys.push(key as u32);
                sparse.places.push(place);
            }
        });
        sparse
    }

    /// Adds what others have, of keys below [`Counters::n_keys`].
    pub fn add_sparse(&mut self, sparse: &SparseCounters) {
        self.total.add(sparse.total);
        self.make_places();
        let n_copies = self.n_copies();
        for (&key, &added) in sparse.keys.iter().zip(&sparse.places) {
            let place = &mut self.places[key as usize * n_copies];
            add_to_place(place, added, &mut self.put_aside, key as usize);
        }
        for &(key, tally) in &sparse.put_aside {
            put_aside(&mut self.put_aside, key, tally);
        }
    }

    pub fn get(&self, key: usize) -> Tally {
        let in_places = self.in_places_of(key);
        match self.put_aside.get(&(key as u32)) {
            Some(aside) => aside.plus(in_places),
            None => in_places,
        }
    }

    /// Adds what each key has to its sum: as [`Counters::get`] of all keys, which looks for each among those put aside.
    pub fn add_to(&self, sums: &mut [Tally]) {
        self.for_each(|key, tally| sums[key].add(tally));
    }

    /// Takes what each key has from its sum, which it is part of.
    pub fn take_from(&self, sums: &mut [Tally]) {
        self.for_each(|key, tally| sums[key] = sums[key].minus(tally));
    }

    /// Visits tallies that add up to what each key has.
    fn for_each(&self, mut visit: impl FnMut(usize, Tally)) {
        if self.is_empty() {
            return;
        }
        for (key, copies) in self.places.chunks_exact(self.n_copies()).enumerate() {
            // Most keys of many have none.
            if let [place] = copies {
                if *place != Place::default() {
                    visit(key, tally_of(*place));
                }
            } else {
                visit(key, tally_of_all(copies));
            }
        }
        self.put_aside.iter().for_each(|(&key, &tally)| visit(key as usize, tally));
    }

    /// Whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// Whether all sums are far from the end of `u64`, see [`Tally::is_exact`].
    pub fn is_exact(&self) -> bool {
        self.total.is_exact()
    }

    /// What the copies of a key's place hold together.
    fn in_places_of(&self, key: usize) -> Tally {
        let n_copies = self.n_copies();
        tally_of_all(self.places.get(key * n_copies..(key + 1) * n_copies).unwrap_or_default())
    }
}

fn tally_of_all(copies: &[Place]) -> Tally {
    copies.iter().fold(Tally::default(), |sum, place| sum.plus(tally_of(*place)))
}

/// Adds what fits a place to one; what that holds is put aside where it is full.
#[inline(always)]
fn add_to_place(place: &mut Place, added: Place, aside: &mut HashMap<u32, Tally, FxBuildHasher>, key: usize) {
    let sum = *place + added;
    if sum & GUARDS == 0 {
        *place = sum;
    } else {
        *place = 0;
        put_aside(aside, key as u32, tally_of(sum));
    }
}

/// By itself, so that it does not lie in the way of what is done for each row.
#[cold]
fn put_aside(aside: &mut HashMap<u32, Tally, FxBuildHasher>, key: u32, tally: Tally) {
    aside.entry(key).or_default().add(tally);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ABSENT;

    /// Adds the rows, a key with packets and bytes each, in blocks of two: as records and as many of them.
    fn check(n_keys: usize, rows: &[(u32, u64, u64)], n_times: u64) {
        for n_records in [&[1][..], &[1, 3, 2], &[(1 << ROWS_BITS) - 1], &[5, 1 << ROWS_BITS, 1 << 40]] {
            check_records(n_keys, rows, n_records, n_times);
        }
    }

    fn check_records(n_keys: usize, rows: &[(u32, u64, u64)], n_records: &[u64], n_times: u64) {
        let n_records: Vec<u64> = n_records.iter().copied().cycle().take(rows.len()).collect();
        let packets: Vec<u64> = rows.iter().map(|row| row.1).collect();
        let bytes: Vec<u64> = rows.iter().map(|row| row.2).collect();
        let (packets, bytes) = (Column::freeze(&packets), Column::freeze(&bytes));
        let records = Column::freeze(&n_records);
        let mut expected = vec![Tally::default(); n_keys];
        let (mut counters, mut weights) = (Counters::default(), Weights::default());
        for _ in 0..n_times {
            for (at, rows) in rows.chunks(2).enumerate() {
                counters.grow(rows.iter().map(|row| row.0 as usize + 1).max().unwrap());
                let keys: Vec<u32> = rows.iter().map(|row| row.0).collect();
                let first = 2 * at as u32;
                weights.read(&records, &packets, &bytes, Block::Run(first, first + rows.len() as u32));
                counters.add(&keys, &weights);
            }
            for (row, &n_records) in rows.iter().zip(&n_records) {
                expected[row.0 as usize].add(Tally::of_row(n_records, row.1, row.2));
            }
        }
        for (key, expected) in expected.iter().enumerate() {
            assert_eq!(counters.get(key), *expected, "{key}");
        }
        assert_eq!(counters.get(n_keys + 1_000), Tally::default());
        if counters.is_exact() {
            let mut twice = counters.clone();
            twice.add_sparse(&counters.to_sparse());
            for (key, expected) in expected.iter().enumerate() {
                assert_eq!(twice.get(key), expected.plus(*expected), "{key}");
            }
        }
        let mut sums = vec![Tally::default(); n_keys];
        counters.add_to(&mut sums);
        assert_eq!(sums, expected);
        if counters.is_exact() {
            counters.take_from(&mut sums);
            assert_eq!(sums, vec![Tally::default(); n_keys]);
        }
    }

    #[test]
    fn each_key_has_its_sums_whatever_their_size() {
        check(3, &[(0, 1, 40), (2, 5, 1_500), (2, ABSENT, 7), (0, 1, 1), (1, 0, 0)], 3);
        check(70_000, &[(69_999, 1, 40), (2, 5, 1_500), (69_999, 9, ABSENT)], 2);
        // Few keys that become many when there is something already, in all copies, as much as there is room for.
        let full = (1 << BYTES_BITS) - 1;
        check(70_000, &[(2, 5, full), (1, 5, full), (1, 7, 3), (2, 7, full), (69_999, 1, 40), (2, 1, 1)], 2);
        // Packets fill their bits, rows fill theirs, bytes fill theirs and u64.
        check(2, &[(1, (1 << PACKETS_BITS) - 1, 1), (0, 1 << PACKETS_BITS, 2), (1, 3, 3)], 5_000);
        check(1, &[(0, 0, (1 << BYTES_BITS) - 1); 8], 10_000);
        check(3_000, &[(2_999, 9, 1 << BYTES_BITS), (2_999, 1, 1 << 60), (5, 1 << 40, 1)], 40);
        check(2, &[(1, u64::MAX - 1, u64::MAX - 1), (0, 7, 7), (1, 7, 7)], 2);
    }

    #[test]
    fn many_rows_of_one_key_do_not_reach_its_packets() {
        let (packets, bytes) = (Column::freeze(&[1; 1_024]), Column::freeze(&[3; 1_024]));
        let mut weights = Weights::default();
        weights.read(&Column::constant(1_024, 1), &packets, &bytes, Block::Run(0, 1_024));
        let mut counters = Counters::default();
        counters.grow(1_000);
        let n_times = 3 * (1 << ROWS_BITS) / 1_024 + 5;
        let mut keys = [7; 1_024];
        keys[1_023] = 8;
        for _ in 0..n_times {
            counters.add(&keys, &weights);
            counters.add(&[9; 1_024], &weights);
        }
        for (key, n_rows) in [(7, 1_023), (8, 1), (9, 1_024)] {
            let rows = n_times * n_rows;
            assert_eq!(counters.get(key), Tally { rows, packets: rows, bytes: 3 * rows }, "{key}");
        }
    }

    #[test]
    fn sums_at_the_end_of_u64_are_not_exact() {
        let packets = Column::freeze(&[1]);
        let (mut counters, mut weights) = (Counters::default(), Weights::default());
        counters.grow(1);
        let bytes = Column::freeze(&[u64::MAX / 8]);
        weights.read(&Column::constant(1, 1), &packets, &bytes, Block::Run(0, 1));
        counters.add(&[0], &weights);
        assert!(counters.is_exact());
        (0..8).for_each(|_| counters.add(&[0], &weights));
        assert!(!counters.is_exact());
        assert_eq!(counters.get(0), Tally { rows: 9, packets: 9, bytes: u64::MAX });
    }
}
