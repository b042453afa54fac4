//! Records of the same minute, ends and service, as one row.
//!
//! Rows of one file and layout become one where they agree in all of [`KEY`], in the minute of their `start` (or
//! `end`, where no start is recorded), and in the ports once the client's own is left out ([`super::client`] says
//! which that is). Then
//!
//! | field | of the row |
//! |---|---|
//! | those of the key | as in every record |
//! | `packets`, `bytes` and others of their kind | the sum of those that are recorded |
//! | `start` | the first second of the minute |
//! | `end` | the largest |
//! | the client's port | absent |
//! | `tcp-flags` | ORed, as AWS does over a window; records whose flags tell another client stay apart |
//! | all others | the value, where every record has the same; else absent |
//!
//! and the row says how many records it stands for. Sums and counts stay exact; times finer than a minute, the
//! clients' ports and the single records are gone.
//!
//! Groups grow in one open segment. When it is full they are handed to the store and new ones begin, so memory is
//! bounded whatever comes, and equal records far apart in a load are more than one row.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

use super::client::{End, RowEvidence, client_by_flags};
use crate::record::{Field, FieldKind};
use crate::store::{ABSENT, Batch, ColumnId, SEGMENT_ROWS, Store};

/// Seconds of the stretch that becomes one row: the shortest interval that AWS aggregates over.
pub const MINUTE_SECS: u64 = 60;

/// Codes that records must agree in, beside minute and ports: what says between whom, which way and with what
/// result. Packet addresses are among them because directions are worked out from them.
const KEY: [Field; 8] = [
    Field::INTERFACE_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::PKT_SRCADDR,
    Field::PKT_DSTADDR,
    Field::ACTION,
    Field::LOG_STATUS,
    Field::FLOW_DIRECTION,
];

/// What records agree in that become one row: codes two to a word, ports with protocol and what the flags say,
/// where the record came from, and the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct GroupKey([u64; KEY.len() / 2 + 3]);

pub(super) struct RollUp {
    /// The groups so far, each a row.
    groups: Batch,
    keys: Vec<GroupKey>,
    by_key: HashTable<u32>,
    evidence: RowEvidence,
    /// Whether the store shows less than the groups say.
    has_news: bool,
    // Buffers.
    new_keys: Vec<GroupKey>,
    ports: [Vec<u64>; 2],
    dealt: Dealt,
}

/// Rows that were given their groups, each by its place in the batch that is added.
#[derive(Default)]
struct Dealt {
    /// Those that began a group, in the order of the groups.
    first: Vec<u32>,
    /// Those that came to a group, with it.
    others: Vec<(u32, u32)>,
}

impl Default for RollUp {
    fn default() -> RollUp {
        RollUp {
            groups: Batch::default(),
            keys: Vec::new(),
            by_key: HashTable::new(),
            evidence: RowEvidence::new(false),
            has_news: false,
            new_keys: Vec::new(),
            ports: Default::default(),
            dealt: Dealt::default(),
        }
    }
}

/// How the values of a column become one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// They are the same in all rows of a group.
    Key,
    Sum,
    Largest,
    BitOr,
    SameOrAbsent,
}

impl Rule {
    fn of(store: &Store, id: ColumnId) -> Rule {
        let key = &store.column(id).key;
        match key.kind() {
            FieldKind::Port | FieldKind::Protocol => Rule::Key,
            _ if KEY.iter().any(|field| *key == (*field).into()) => Rule::Key,
            FieldKind::Packets | FieldKind::Bytes => Rule::Sum,
            FieldKind::TcpFlags => Rule::BitOr,
            _ if *key == Field::END.into() => Rule::Largest,
            _ => Rule::SameOrAbsent,
        }
    }
}

impl RollUp {
    /// Adds rows to their groups; full segments of groups go to `store`.
    pub fn add(&mut self, rows: &Batch, store: &mut Store) {
        if rows.n_rows() == 0 {
            return;
        }
        self.work_out_keys(rows, store);
        let mut n_added = 0;
        while n_added < rows.n_rows() {
            n_added = self.find_groups(rows, n_added);
            self.add_values(rows, store);
            self.has_news = true;
            if self.groups.n_rows() == SEGMENT_ROWS as usize {
                self.show(store);
                self.groups.clear();
                self.keys.clear();
                self.by_key.clear();
            }
        }
    }

    /// Makes `store` have all groups as they are now.
    pub fn show(&mut self, store: &mut Store) {
        if std::mem::take(&mut self.has_news) {
            store.replace_open(&self.groups);
        }
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.groups.n_heap_bytes()
            + (self.keys.capacity() + self.new_keys.capacity()) * size_of::<GroupKey>()
            + self.by_key.capacity() * (size_of::<u32>() + 1)
            + self.ports.iter().map(|ports| ports.capacity() * size_of::<u64>()).sum::<usize>()
            + self.dealt.first.capacity() * size_of::<u32>()
            + self.dealt.others.capacity() * size_of::<(u32, u32)>()
            + RowEvidence::N_HEAP_BYTES
    }

    /// Fills `new_keys` and `ports`, one for each row.
    fn work_out_keys(&mut self, rows: &Batch, store: &Store) {
        let n_rows = rows.n_rows();
        let column = |field: Field| {
            let values = store.field_id(field).and_then(|id| rows.columns().get(id.index()))?;
            (!values.is_empty()).then_some(values.as_slice())
        };
        let value = |column: Option<&[u64]>, row: usize| column.map_or(ABSENT, |values| values[row]);
        let key = KEY.map(column);
        let [src_port, dst_port, protocol, flags] =
            [Field::SRCPORT, Field::DSTPORT, Field::PROTOCOL, Field::TCP_FLAGS].map(column);
        let [start, end] = [Field::START, Field::END].map(column);
        self.new_keys.clear();
        self.ports.iter_mut().for_each(Vec::clear);
        for row in 0..n_rows {
            let (protocol, flags) = (value(protocol, row), value(flags, row));
            let (src_port, dst_port) = (value(src_port, row), value(dst_port, row));
            let hint = self.evidence.hint(protocol, flags, src_port, dst_port);
            let ports = self.evidence.ports_without_client(hint, src_port, dst_port);
            self.ports.iter_mut().zip(ports).for_each(|(values, port)| values.push(port));
            let origin = rows.origins[row];
            let mut words = [0; KEY.len() / 2 + 3];
            for (word, pair) in words.iter_mut().zip(key.chunks(2)) {
                // Codes have 32 bits; absence has all of them.
                *word = u64::from(value(pair[0], row) as u32) | value(pair[1], row) << 32;
            }
            // Apart from those of a start, as rows that have none are counted at their end.
            let minute = match (value(start, row), value(end, row)) {
                (ABSENT, ABSENT) => ABSENT,
                (ABSENT, end) => (end / MINUTE_SECS) | (1 << 63),
                (start, _) => start / MINUTE_SECS,
            };
            // Ports and protocol fit 17 bits with absence, which wraps to 0.
            let [src_port, dst_port, protocol_code] =
                [ports[0], ports[1], protocol].map(|value| value.wrapping_add(1));
            let said_by_flags = match client_by_flags(protocol, flags) {
                None => 0,
                Some(End::Src) => 1,
                Some(End::Dst) => 2,
            };
            words[KEY.len() / 2..].copy_from_slice(&[
                src_port | dst_port << 17 | protocol_code << 34 | said_by_flags << 51,
                u64::from(origin.source.0) | u64::from(origin.layout) << 32,
                minute,
            ]);
            self.new_keys.push(GroupKey(words));
        }
    }

    /// Gives rows from `first_row` on their groups, until there is no room for a new one; says up to which row.
    fn find_groups(&mut self, rows: &Batch, first_row: usize) -> usize {
        let Dealt { first, others } = &mut self.dealt;
        first.clear();
        others.clear();
        for row in first_row..rows.n_rows() {
            let key = &self.new_keys[row];
            let keys = &mut self.keys;
            let n_groups = keys.len() as u32;
            let entry = self.by_key.entry(
                hash_of(key),
                |&group| keys[group as usize] == *key,
                |&group| hash_of(&keys[group as usize]),
            );
            match entry {
                Entry::Occupied(known) => others.push((row as u32, *known.get())),
                Entry::Vacant(_) if n_groups == SEGMENT_ROWS => return row,
                Entry::Vacant(vacant) => {
                    vacant.insert(n_groups);
                    keys.push(*key);
                    first.push(row as u32);
                }
            }
        }
        rows.n_rows()
    }

    /// Adds the values of the rows that were just given their groups: those that begin one by one column after the
    /// other, then the others to theirs, except what the key says is the same.
    fn add_values(&mut self, rows: &Batch, store: &Store) {
        let RollUp { groups, dealt, ports, .. } = self;
        let n_known = groups.n_rows();
        let end_ports = [Field::SRCPORT, Field::DSTPORT].map(|field| store.field_id(field));
        let start = store.field_id(Field::START);
        for id in ColumnId::all(rows.columns().len().max(groups.columns().len())) {
            let values = match end_ports.iter().position(|port| *port == Some(id)) {
                Some(end) => &ports[end],
                None => rows.columns().get(id.index()).map_or(&[][..], Vec::as_slice),
            };
            let into = groups.column_mut(id);
            if values.is_empty() && into.is_empty() {
                continue;
            }
            let value = |row: u32| values.get(row as usize).copied().unwrap_or(ABSENT);
            into.resize(n_known, ABSENT);
            if start == Some(id) {
                let minute = |start| if start == ABSENT { ABSENT } else { start / MINUTE_SECS * MINUTE_SECS };
                into.extend(dealt.first.iter().map(|&row| minute(value(row))));
            } else {
                into.extend(dealt.first.iter().map(|&row| value(row)));
                add_column(
                    into,
                    dealt.others.iter().map(|&(row, group)| (value(row), group)),
                    Rule::of(store, id),
                );
            }
        }
        groups.origins.extend(dealt.first.iter().map(|&row| rows.origins[row as usize]));
        groups.n_records.resize(groups.origins.len(), 1);
        dealt.others.iter().for_each(|&(_, group)| groups.n_records[group as usize] += 1);
    }
}

/// Adds values to those of their groups.
fn add_column(into: &mut [u64], values: impl Iterator<Item = (u64, u32)>, rule: Rule) {
    match rule {
        Rule::Key => {}
        Rule::Sum => join(into, values, |sum, value| {
            // Short of what stands for absence, where all sums of a load stay too.
            sum.saturating_add(value).min(ABSENT - 1)
        }),
        Rule::Largest => join(into, values, u64::max),
        Rule::BitOr => join(into, values, |flags, more| flags | more),
        Rule::SameOrAbsent => {
            for (value, group) in values {
                let into = &mut into[group as usize];
                if *into != value {
                    *into = ABSENT;
                }
            }
        }
    }
}

/// Joins present values; absent ones change nothing.
fn join(into: &mut [u64], values: impl Iterator<Item = (u64, u32)>, joined: impl Fn(u64, u64) -> u64) {
    for (value, group) in values {
        let into = &mut into[group as usize];
        *into = match (*into, value) {
            (known, ABSENT) => known,
            (ABSENT, value) => value,
            (known, value) => joined(known, value),
        };
    }
}

fn hash_of(key: &impl Hash) -> u64 {
    FxBuildHasher.hash_one(key)
}
