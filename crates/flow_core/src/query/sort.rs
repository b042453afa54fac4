//! Rows of one store in the order of a subject.
//!
//! Numbers and addresses go by number (IPv4, then IPv6, then MAC), text by its bytes. Absent values come last
//! in both directions, because nobody sorts to see them. Ties stay in the order of the files and their lines,
//! also where the store read them in another.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::radix_sort::sort_by_upper_half;
use super::{RowSet, SegmentRows, Subject};
use crate::record::{Address, Direction, Field, FieldKind, Orientation};
use crate::store::{ABSENT, ColumnId, SEGMENT_ROWS, Segment, Store, Table};

/// What to order by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortSpec {
    pub subject: Subject,
    pub descending: bool,
}

/// Rows in order, found by their position.
#[derive(Clone, Debug)]
pub struct SortedRows {
    order: Order,
}

#[derive(Clone, Debug)]
enum Order {
    /// As the store has them: the set itself says which row is the n-th, so that a million rows need no list.
    Stored {
        rows: RowSet,
        /// Chosen rows before each segment, and all of them at the end.
        n_before: Vec<u32>,
    },
    Listed(Vec<u32>),
}

/// Puts `rows` of `table` in order; without a `sort`, the order of the files and their lines.
pub fn sort_rows(store: &Store, table: &Table, rows: &RowSet, sort: Option<&SortSpec>) -> SortedRows {
    let load_order = LoadOrder::of(table);
    let order = match (sort, &load_order) {
        (Some(sort), _) => Order::Listed(listed(store, table, rows, sort, &load_order)),
        (None, LoadOrder::Stored) => stored(rows),
        (None, LoadOrder::Other { .. }) => {
            let mut ranks = Vec::with_capacity(rows.n_rows() as usize);
            for_each_row(table, rows, |_, row| ranks.push(load_order.rank(row)));
            ranks.sort_unstable();
            Order::Listed(ranks.into_iter().map(|rank| load_order.row(rank)).collect())
        }
    };
    SortedRows { order }
}

impl SortedRows {
    pub fn len(&self) -> u32 {
        match &self.order {
            Order::Stored { n_before, .. } => n_before[n_before.len() - 1],
            Order::Listed(rows) => rows.len() as u32,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a position below [`SortedRows::len`].
    ///
    /// # Panics
    /// Where there are not so many rows.
    pub fn get(&self, position: u32) -> u32 {
        match &self.order {
            Order::Listed(rows) => rows[position as usize],
            Order::Stored { rows, n_before } => {
                let at = n_before.partition_point(|&n_rows| n_rows <= position) - 1;
                let place = rows.segments()[at].nth(position - n_before[at]);
                at as u32 * SEGMENT_ROWS + place.expect("the counts are those of the segments")
            }
        }
    }

    /// The rows at `len` positions from `offset`, or as many as there are.
    pub fn slice(&self, offset: u32, len: u32) -> Vec<u32> {
        let end = offset.saturating_add(len).min(self.len());
        (offset..end).map(|position| self.get(position)).collect()
    }
}

fn stored(rows: &RowSet) -> Order {
    let mut n_before = vec![0];
    let mut n_rows = 0;
    for segment in rows.segments() {
        n_rows += segment.n_rows();
        n_before.push(n_rows);
    }
    Order::Stored { rows: rows.clone(), n_before }
}

/// Which rows come first where nothing else decides.
enum LoadOrder {
    /// Row numbers are in order already.
    Stored,
    /// Files were read out of order.
    Other { rank_by_row: Vec<u32>, row_by_rank: Vec<u32> },
}

impl LoadOrder {
    fn of(table: &Table) -> LoadOrder {
        let Some(stretches) = table.stretches_by_origin() else { return LoadOrder::Stored };
        let row_by_rank: Vec<u32> = stretches.into_iter().flatten().collect();
        let mut rank_by_row = vec![0; row_by_rank.len()];
        for (rank, &row) in row_by_rank.iter().enumerate() {
            rank_by_row[row as usize] = rank as u32;
        }
        LoadOrder::Other { rank_by_row, row_by_rank }
    }

    fn rank(&self, row: u32) -> u32 {
        match self {
            LoadOrder::Stored => row,
            LoadOrder::Other { rank_by_row, .. } => rank_by_row[row as usize],
        }
    }

    fn row(&self, rank: u32) -> u32 {
        match self {
            LoadOrder::Stored => rank,
            LoadOrder::Other { row_by_rank, .. } => row_by_rank[rank as usize],
        }
    }
}

fn for_each_row(table: &Table, rows: &RowSet, mut visit: impl FnMut(usize, u32)) {
    for (segment, chosen) in table.segments().iter().zip(rows.segments()) {
        chosen.for_each(|at| visit(at, segment.first_row() + at as u32));
    }
}

/// The first `n_max` rows in the order of `sort`: the same as the first of [`sort_rows`], which is the simple version,
/// without putting the others in order. Of a column of numbers only those are looked at, after the first segment, that may
/// be among the first: they are selected by their range, several at once.
pub fn first_rows(store: &Store, table: &Table, rows: &RowSet, sort: &SortSpec, n_max: usize) -> Vec<u32> {
    let load_order = LoadOrder::of(table);
    let places = Places::of(store, table, sort);
    let mut first = First::new(n_max);
    let (mut values, mut others) = (Vec::new(), Vec::new());
    for (segment, chosen) in table.segments().iter().zip(rows.segments()) {
        let may_be_first = places.numbers_up_to(first.end >> RANK_BITS);
        let mut take = |value: u64, at: usize| {
            // The rank is only looked up for what may be first.
            let key = places.key(value);
            if first.may_take(key << RANK_BITS) {
                let rank = load_order.rank(segment.first_row() + at as u32);
                first.take(key << RANK_BITS | u128::from(rank));
            }
        };
        match may_be_first {
            Some((column, numbers)) => {
                let column = segment.column(column);
                let mut may_be =
                    SegmentRows::from_bitmap(column.select_range(*numbers.start(), *numbers.end()));
                may_be.keep(chosen);
                may_be.for_each(|at| take(column.get(at as u32).unwrap_or(ABSENT), at));
            }
            None => {
                places.keys.decode(segment, &mut values, &mut others);
                chosen.for_each(|at| take(values[at], at));
            }
        }
    }
    first.into_sorted().into_iter().map(|packed| load_order.row(packed as u32)).collect()
}

/// The smallest of many numbers, in no order until all have come.
struct First {
    n_max: usize,
    /// Twice as many at most, so that they are seldom put in order.
    kept: Vec<u128>,
    /// What is not less is not among the first.
    end: u128,
}

impl First {
    fn new(n_max: usize) -> First {
        First { n_max, kept: Vec::new(), end: if n_max == 0 { 0 } else { u128::MAX } }
    }

    fn may_take(&self, number: u128) -> bool {
        number < self.end
    }

    fn take(&mut self, number: u128) {
        self.kept.push(number);
        if self.kept.len() >= 2 * self.n_max {
            self.kept.select_nth_unstable(self.n_max - 1);
            self.kept.truncate(self.n_max);
            self.end = self.kept[self.n_max - 1];
        }
    }

    fn into_sorted(mut self) -> Vec<u128> {
        self.kept.sort_unstable();
        self.kept.truncate(self.n_max);
        self.kept
    }
}

/// Bits of a row's place in load order.
const RANK_BITS: u32 = u32::BITS;

/// Numbers that rows are in the order of, by their keys.
struct Places {
    keys: Keys,
    min: u64,
    max: u64,
    descending: bool,
}

impl Places {
    fn of(store: &Store, table: &Table, sort: &SortSpec) -> Places {
        let keys = Keys::of(&sort.subject, store);
        let (min, max) = keys.range(table).unwrap_or((0, 0));
        Places { keys, min, max, descending: sort.descending }
    }

    /// Behind all others.
    fn of_absent(&self) -> u128 {
        u128::from(self.max - self.min) + 1
    }

    /// The column whose numbers are the keys, and which of them come no later than `key`; `None` where keys are no such
    /// numbers, or where absent values are among these.
    fn numbers_up_to(&self, key: u128) -> Option<(ColumnId, RangeInclusive<u64>)> {
        let Keys::Column(column, Ranks::Numbers) = self.keys else { return None };
        let past_first = u64::try_from(key).ok().filter(|_| key < self.of_absent())?;
        Some(match self.descending {
            true => (column, self.max - past_first..=self.max),
            false => (column, self.min..=self.min + past_first),
        })
    }

    fn key(&self, value: u64) -> u128 {
        match value {
            ABSENT => self.of_absent(),
            value if self.descending => u128::from(self.max - value),
            value => u128::from(value - self.min),
        }
    }
}

/// Key and rank are packed into one number, key first, and the numbers sorted: comparing through row ids
/// would touch memory all over for each of twenty million comparisons. Where the keys are no further apart
/// than 32 bits, as most are, half as much memory moves.
fn listed(store: &Store, table: &Table, rows: &RowSet, sort: &SortSpec, load_order: &LoadOrder) -> Vec<u32> {
    let places = Places::of(store, table, sort);
    let n_rows = rows.n_rows() as usize;
    if places.of_absent() <= u128::from(u32::MAX) {
        let mut packed: Vec<u64> = Vec::with_capacity(n_rows);
        places.keys.for_each(table, rows, |value, row| {
            packed.push((places.key(value) as u64) << RANK_BITS | u64::from(load_order.rank(row)));
        });
        match load_order {
            // Rows come in the order of their ranks, so that only keys are left to sort by.
            LoadOrder::Stored => sort_by_upper_half(&mut packed),
            LoadOrder::Other { .. } => packed.sort_unstable(),
        }
        packed.into_iter().map(|packed| load_order.row(packed as u32)).collect()
    } else {
        let mut packed: Vec<u128> = Vec::with_capacity(n_rows);
        places.keys.for_each(table, rows, |value, row| {
            packed.push(places.key(value) << RANK_BITS | u128::from(load_order.rank(row)));
        });
        packed.sort_unstable();
        packed.into_iter().map(|packed| load_order.row(packed as u32)).collect()
    }
}

/// How to get a number to order by for each row.
enum Keys {
    Column(ColumnId, Ranks),
    Records,
    /// The numbers by the code of an orientation.
    Orientation(Vec<u64>),
    /// The columns to read where a row went out of the interface and into it.
    End {
        of_egress: Option<ColumnId>,
        of_ingress: Option<ColumnId>,
        ranks: Ranks,
    },
    /// Every row is absent.
    Absent,
}

/// From what a column holds to its place in order.
enum Ranks {
    /// Numbers are in order themselves.
    Numbers,
    ByCode(Vec<u32>),
}

impl Ranks {
    fn of(&self, value: u64) -> u64 {
        match self {
            Ranks::ByCode(ranks) if value != ABSENT => u64::from(ranks[value as usize]),
            _ => value,
        }
    }
}

impl Keys {
    fn of(subject: &Subject, store: &Store) -> Keys {
        let end = |of_egress, of_ingress, ranks| Keys::End {
            of_egress: store.field_id(of_egress),
            of_ingress: store.field_id(of_ingress),
            ranks,
        };
        match subject {
            Subject::Column(key) => store.column_id(key).map_or(Keys::Absent, |id| {
                let ranks = match key.kind() {
                    FieldKind::Address => address_ranks(store),
                    FieldKind::Text => text_ranks(store, id),
                    _ => Ranks::Numbers,
                };
                Keys::Column(id, ranks)
            }),
            Subject::Records => Keys::Records,
            Subject::Direction => Keys::Orientation(name_ranks(subject, |o| o.direction.name())),
            Subject::Class => Keys::Orientation(name_ranks(subject, |o| o.class.name())),
            Subject::LocalAddress => end(Field::SRCADDR, Field::DSTADDR, address_ranks(store)),
            Subject::RemoteAddress => end(Field::DSTADDR, Field::SRCADDR, address_ranks(store)),
            Subject::LocalPort => end(Field::SRCPORT, Field::DSTPORT, Ranks::Numbers),
            Subject::RemotePort => end(Field::DSTPORT, Field::SRCPORT, Ranks::Numbers),
        }
    }

    /// Bounds of all numbers but [`ABSENT`], not always the closest; `None` where there are none.
    fn range(&self, table: &Table) -> Option<(u64, u64)> {
        let over_segments = |id: Option<ColumnId>| {
            let ranges =
                table.segments().iter().filter_map(move |segment| segment.column_or_absent(id).range());
            ranges.reduce(|(min, max), (first, last)| (min.min(first), max.max(last)))
        };
        match self {
            Keys::Absent => None,
            Keys::Records => {
                let ranges = table.segments().iter().filter_map(|segment| segment.n_records().range());
                ranges.reduce(|(min, max), (first, last)| (min.min(first), max.max(last)))
            }
            Keys::Orientation(numbers) => Some((0, *numbers.iter().max()?)),
            Keys::Column(_, Ranks::ByCode(ranks)) | Keys::End { ranks: Ranks::ByCode(ranks), .. } => {
                Some((0, ranks.len() as u64))
            }
            Keys::Column(id, Ranks::Numbers) => over_segments(Some(*id)),
            Keys::End { of_egress, of_ingress, ranks: Ranks::Numbers } => {
                let ranges = [*of_egress, *of_ingress].map(over_segments);
                ranges
                    .into_iter()
                    .flatten()
                    .reduce(|(min, max), (first, last)| (min.min(first), max.max(last)))
            }
        }
    }

    fn for_each(&self, table: &Table, rows: &RowSet, mut visit: impl FnMut(u64, u32)) {
        let (mut values, mut others) = (Vec::new(), Vec::new());
        for (segment, chosen) in table.segments().iter().zip(rows.segments()) {
            self.decode(segment, &mut values, &mut others);
            chosen.for_each(|at| visit(values[at], segment.first_row() + at as u32));
        }
    }

    /// Replaces `values` by the number of each row of a segment; `others` is memory to work in.
    fn decode(&self, segment: &Segment, values: &mut Vec<u64>, others: &mut Vec<u64>) {
        let all_absent = |values: &mut Vec<u64>| {
            values.clear();
            values.resize(segment.n_rows() as usize, ABSENT);
        };
        match self {
            Keys::Absent => all_absent(values),
            Keys::Records => segment.n_records().decode(values),
            Keys::Column(id, ranks) => {
                segment.column(*id).decode(values);
                if let Ranks::ByCode(_) = ranks {
                    values.iter_mut().for_each(|value| *value = ranks.of(*value));
                }
            }
            Keys::Orientation(numbers) => {
                values.clear();
                values.extend(orientations(segment).map(|code| numbers[usize::from(code)]));
            }
            Keys::End { .. } if segment.orientation().is_empty() => all_absent(values),
            Keys::End { of_egress, of_ingress, ranks } => {
                segment.column_or_absent(*of_egress).decode(values);
                segment.column_or_absent(*of_ingress).decode(others);
                for ((value, &other), code) in values.iter_mut().zip(&*others).zip(orientations(segment)) {
                    *value = match Orientation::from_code(code).direction {
                        Direction::Egress => ranks.of(*value),
                        Direction::Ingress => ranks.of(other),
                        Direction::Unknown => ABSENT,
                    };
                }
            }
        }
    }
}

/// The orientation code of each row.
fn orientations(segment: &Segment) -> impl Iterator<Item = u8> {
    let codes = segment.orientation();
    let n_unknown = if codes.is_empty() { segment.n_rows() as usize } else { 0 };
    codes.iter().copied().chain(std::iter::repeat_n(Orientation::UNKNOWN.to_code(), n_unknown))
}

/// The rank of the name of each orientation, by its code.
fn name_ranks(subject: &Subject, name: fn(Orientation) -> &'static str) -> Vec<u64> {
    let mut names = subject.names().to_vec();
    names.sort_unstable();
    (0..Orientation::N_CODES)
        .map(|code| {
            let name = name(Orientation::from_code(code));
            names.iter().position(|known| *known == name).expect("a subject names all its values") as u64
        })
        .collect()
}

fn text_ranks(store: &Store, id: ColumnId) -> Ranks {
    let texts = store.column(id).texts.all();
    let mut codes: Vec<u32> = (0..texts.len() as u32).collect();
    codes.sort_unstable_by_key(|&code| &texts[code as usize]);
    Ranks::ByCode(ranks_of(&codes))
}

/// IPv4 addresses, nearly all of them, are sorted as packed numbers; comparing the addresses themselves takes
/// four times as long.
fn address_ranks(store: &Store) -> Ranks {
    let addresses = store.addresses().all();
    let mut v4 = Vec::with_capacity(addresses.len());
    let mut others = Vec::new();
    for (code, address) in addresses.iter().enumerate() {
        match address {
            Address::V4(bits) => v4.push(u64::from(*bits) << 32 | code as u64),
            Address::V6(_) | Address::Mac(_) => others.push((*address, code as u32)),
        }
    }
    v4.sort_unstable();
    others.sort_unstable();
    let codes: Vec<u32> =
        v4.into_iter().map(|packed| packed as u32).chain(others.into_iter().map(|(_, code)| code)).collect();
    Ranks::ByCode(ranks_of(&codes))
}

/// From codes in order to the place of each.
fn ranks_of(codes: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; codes.len()];
    for (rank, &code) in codes.iter().enumerate() {
        ranks[code as usize] = rank as u32;
    }
    ranks
}
