//! How much there is of each of many things: a [`Tally`] for each small number.
//!
//! The simple version is a `Vec<Tally>`. A scan adds to one place in it for each row and list, and what it takes
//! is the way to that place: 24 bytes are three additions and, for the addresses of a busy network, more than the
//! second-level cache. Here rows and packets share a word, so a place is one addition of 16 bytes.

use super::Tally;
use crate::store::{BLOCK_ROWS, Block, Column};

/// Bits of the shared word that count rows; the others count packets.
const ROWS_BITS: u32 = 24;
const ROWS_MAX: u64 = (1 << ROWS_BITS) - 1;
const PACKETS_MAX: u64 = (1 << (u64::BITS - ROWS_BITS)) - 1;

/// Neighbouring rows go to copies of the places of small keys: adding to what was stored a moment ago waits for the
/// store. Rows come in the order of time, so that a timeline takes two thirds of the time with four; where keys
/// are many it makes no difference.
const N_COPIES: usize = 4;
const COPIED_KEYS: usize = 2_048;

/// Bytes, then packets and rows.
type Place = [u64; 2];

/// What the rows of a block add.
#[derive(Debug, Default)]
pub(super) struct Weights {
    places: Vec<Place>,
    /// Empty where each row is one record, as nearly always.
    n_records: Vec<u64>,
    packets: Vec<u64>,
    bytes: Vec<u64>,
    total: Tally,
    /// Whether a count is so large that the places could run over: then each row is added by itself.
    is_hostile: bool,
}

/// Counts of one record from which on a block's rows are added one by one. A record spans ten minutes at most.
const BYTES_TAME_MAX: u64 = 1 << 48;
const PACKETS_TAME_MAX: u64 = 1 << 28;
/// Records of one row from which on, too: those of a block's rows together fit their bits.
const RECORDS_TAME_MAX: u64 = ROWS_MAX / BLOCK_ROWS as u64;

impl Weights {
    /// Reads a block's records a row, which are never absent, and packets and bytes, which count as nothing where
    /// they are.
    pub fn read(&mut self, n_records: &Column, packets: &Column, bytes: &Column, block: Block<'_>) {
        let max = |column: &Column| column.range().map_or(0, |(_, max)| max);
        self.is_hostile = max(packets) > PACKETS_TAME_MAX
            || max(bytes) > BYTES_TAME_MAX
            || max(n_records) > RECORDS_TAME_MAX;
        packets.read(block, &mut self.packets);
        bytes.read(block, &mut self.bytes);
        if max(n_records) == 1 {
            self.n_records.clear();
            self.add_up(|_| 1);
        } else {
            let mut counts = std::mem::take(&mut self.n_records);
            n_records.read(block, &mut counts);
            self.add_up(|at| counts[at]);
            self.n_records = counts;
        }
    }

    /// All rows of the block together.
    pub fn total(&self) -> Tally {
        self.total
    }

    fn add_up(&mut self, n_records: impl Fn(usize) -> u64) {
        let rows = (self.packets.iter().zip(&self.bytes).enumerate())
            .map(|(at, (&packets, &bytes))| Tally::of_row(n_records(at), packets, bytes));
        if self.is_hostile {
            self.total = rows.fold(Tally::default(), Tally::plus);
            return;
        }
        let mut total = Place::default();
        self.places.clear();
        self.places.extend(rows.map(|row| {
            let place = [row.bytes, row.packets << ROWS_BITS | row.rows];
            // At most a block's rows of tame counts: no run over.
            total = [total[0] + place[0], total[1] + place[1]];
            place
        }));
        self.total = tally_of(total);
    }
}

fn tally_of(place: Place) -> Tally {
    Tally { rows: place[1] & ROWS_MAX, packets: place[1] >> ROWS_BITS, bytes: place[0] }
}

/// A [`Tally`] for each key below a number that may grow.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    n_keys: usize,
    /// [`N_COPIES`] for each of the first [`COPIED_KEYS`], one for each other key; none while nothing was added.
    places: Vec<Place>,
    /// All that the places hold together: as long as this has room, each has.
    in_places: Tally,
    /// What was moved out of the places before they ran over; empty as long as that was not needed.
    moved: Vec<Tally>,
    total: Tally,
}

/// Where a key's places begin, and how many it has: a power of two.
fn places_of(key: usize) -> (usize, usize) {
    if key < COPIED_KEYS { (key * N_COPIES, N_COPIES) } else { (key + (N_COPIES - 1) * COPIED_KEYS, 1) }
}

impl Counters {
    /// Makes room for keys below `n_keys`.
    pub fn grow(&mut self, n_keys: usize) {
        self.n_keys = self.n_keys.max(n_keys);
    }

    /// Adds each row of a block to its key.
    pub fn add(&mut self, keys: &[u32], weights: &Weights) {
        self.total.add(weights.total);
        if weights.is_hostile {
            self.moved.resize(self.n_keys, Tally::default());
            for (at, &key) in keys.iter().enumerate() {
                let n_records = weights.n_records.get(at).copied().unwrap_or(1);
                let row = Tally::of_row(n_records, weights.packets[at], weights.bytes[at]);
                self.moved[key as usize].add(row);
            }
            return;
        }
        self.make_room(weights.total);
        // The first rows bring the memory: a scan that finds none has none to look through.
        let (first, n_copies) = places_of(self.n_keys);
        self.places.resize(first + n_copies, Place::default());
        for (at, (&key, weight)) in keys.iter().zip(&weights.places).enumerate() {
            let (first, n_copies) = places_of(key as usize);
            let place = &mut self.places[first + (at & (n_copies - 1))];
            *place = [place[0] + weight[0], place[1] + weight[1]];
        }
    }

    pub fn get(&self, key: usize) -> Tally {
        let in_places = self.in_places_of(key);
        match self.moved.get(key) {
            Some(moved) => moved.plus(in_places),
            None => in_places,
        }
    }

    /// Whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.moved.is_empty()
    }

    pub fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// Whether no sum has come to the end of `u64`: then what was added can be taken away again.
    pub fn is_exact(&self) -> bool {
        self.total.packets < u64::MAX && self.total.bytes < u64::MAX
    }

    /// What the copies of a key's place hold together; all places together have room, so one key's have.
    fn in_places_of(&self, key: usize) -> Tally {
        let (first, n_copies) = places_of(key);
        let copies = self.places.get(first..first + n_copies).unwrap_or_default();
        tally_of(copies.iter().fold(Place::default(), |sum, place| [sum[0] + place[0], sum[1] + place[1]]))
    }

    fn make_room(&mut self, coming: Tally) {
        let together = self.in_places.plus(coming);
        let has_room =
            together.rows <= ROWS_MAX && together.packets <= PACKETS_MAX && together.bytes < u64::MAX;
        if has_room {
            self.in_places = together;
        } else {
            self.move_out();
            self.in_places = coming;
        }
    }

    fn move_out(&mut self) {
        let mut moved = std::mem::take(&mut self.moved);
        moved.resize(self.n_keys, Tally::default());
        for (key, moved) in moved.iter_mut().enumerate() {
            moved.add(self.in_places_of(key));
        }
        self.moved = moved;
        self.places.fill(Place::default());
        self.in_places = Tally::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ABSENT;

    /// Adds the rows, a key with packets and bytes each, in blocks of two: as records and as many of them.
    fn check(n_keys: usize, rows: &[(u32, u64, u64)], n_times: u64) {
        for n_records in [&[1][..], &[1, 3, 2], &[RECORDS_TAME_MAX], &[5, RECORDS_TAME_MAX + 1]] {
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
    }

    #[test]
    fn each_key_has_its_sums_whatever_their_size() {
        check(3, &[(0, 1, 40), (2, 5, 1_500), (2, ABSENT, 7), (0, 1, 1), (1, 0, 0)], 3);
        check(70_000, &[(69_999, 1, 40), (2, 5, 1_500), (69_999, 9, ABSENT)], 2);
        // Packets fill their bits, rows fill theirs, bytes fill u64.
        check(2, &[(1, PACKETS_TAME_MAX, 1), (0, PACKETS_TAME_MAX, 2), (1, 3, 3)], 5_000);
        check(1, &[(0, 0, BYTES_TAME_MAX); 8], 10_000);
        check(2, &[(1, u64::MAX - 1, u64::MAX - 1), (0, 7, 7), (1, 7, 7)], 2);
    }

    #[test]
    fn many_rows_of_one_key_do_not_reach_its_packets() {
        let (packets, bytes) = (Column::freeze(&[1; 1_024]), Column::freeze(&[3; 1_024]));
        let mut weights = Weights::default();
        weights.read(&Column::constant(1_024, 1), &packets, &bytes, Block::Run(0, 1_024));
        let mut counters = Counters::default();
        counters.grow(1_000);
        let n_times = (ROWS_MAX + 1) / 1_024 + 5;
        (0..n_times).for_each(|_| counters.add(&[7; 1_024], &weights));
        let rows = n_times * 1_024;
        assert_eq!(counters.get(7), Tally { rows, packets: rows, bytes: 3 * rows });
    }

    #[test]
    fn sums_at_the_end_of_u64_are_not_exact() {
        let packets = Column::freeze(&[1]);
        let (mut counters, mut weights) = (Counters::default(), Weights::default());
        counters.grow(1);
        weights.read(&Column::constant(1, 1), &packets, &Column::freeze(&[u64::MAX - 1]), Block::Run(0, 1));
        counters.add(&[0], &weights);
        assert!(counters.is_exact());
        counters.add(&[0], &weights);
        assert!(!counters.is_exact());
        assert_eq!(counters.get(0), Tally { rows: 2, packets: 2, bytes: u64::MAX });
    }
}
