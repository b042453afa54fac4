//! What the rows of each source say, from one scan of a store.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::sketch::Sketch;
use crate::analysis::TimeExtent;
use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::FieldBlocks;
use crate::parse::SourceId;
use crate::record::{Field, Value};
use crate::store::{ABSENT, Block, Segment, Store};

/// Interfaces, accounts and regions whose names are kept of each source: as many as anybody reads.
pub const NAMES_KEPT: usize = 100;

/// What the rows of one source say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Flow records.
    pub n_rows: u64,
    pub n_accepted: u64,
    pub n_rejected: u64,
    /// Smallest start and largest end.
    pub time: Option<TimeExtent>,
    /// Longest `end - start`, in seconds.
    pub longest_secs: Option<u64>,
    pub n_end_before_start: u64,
    /// Status records that say that records were skipped.
    pub n_skipped: u64,
    pub interfaces: Names,
    pub accounts: Names,
    pub regions: Names,
    pub sketch: Sketch,
}

/// Distinct values, the first [`NAMES_KEPT`] of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    pub names: BTreeSet<Value>,
    /// Whether there are more.
    pub is_cut: bool,
}

impl Names {
    fn add(&mut self, name: Value) {
        self.names.insert(name);
        if self.names.len() > NAMES_KEPT {
            self.names.pop_last();
            self.is_cut = true;
        }
    }

    fn join(&mut self, other: Names) {
        self.is_cut |= other.is_cut;
        other.names.into_iter().for_each(|name| self.add(name));
    }
}

impl SourceFacts {
    pub fn join(&mut self, other: SourceFacts) {
        self.n_rows += other.n_rows;
        self.n_accepted += other.n_accepted;
        self.n_rejected += other.n_rejected;
        self.time = TimeExtent::joined(self.time, other.time);
        self.longest_secs = self.longest_secs.max(other.longest_secs);
        self.n_end_before_start += other.n_end_before_start;
        self.n_skipped += other.n_skipped;
        self.interfaces.join(other.interfaces);
        self.accounts.join(other.accounts);
        self.regions.join(other.regions);
        self.sketch.join(&other.sketch);
    }
}

/// What makes a row that row: [`Scan::row_hash`] is of these.
const HASHED: [Field; 10] = [
    Field::INTERFACE_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::SRCPORT,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::PACKETS,
    Field::BYTES,
    Field::START,
    Field::END,
];

pub fn scan(store: &Store) -> BTreeMap<SourceId, SourceFacts> {
    let mut by_source: BTreeMap<SourceId, SourceFacts> = BTreeMap::new();
    let mut scan = Scan::new(store);
    for segment in store.rows().segments() {
        let first = segment.first_row();
        for (source, rows) in store.rows().sources(first..first + segment.n_rows()) {
            let places = rows.start - first..rows.end - first;
            scan.rows(segment, places, by_source.entry(source).or_default());
        }
    }
    count_skipped(store, &mut by_source);
    by_source
}

fn count_skipped(store: &Store, by_source: &mut BTreeMap<SourceId, SourceFacts>) {
    let Some(id) = store.field_id(Field::LOG_STATUS) else { return };
    let Some(skipped) = store.column(id).texts.all().iter().position(|text| &**text == "SKIPDATA") else {
        return;
    };
    let table = store.status_records();
    for segment in table.segments() {
        let first = segment.first_row();
        for (source, rows) in table.sources(first..first + segment.n_rows()) {
            let status = |row: u32| segment.column_or_absent(Some(id)).get(row - first);
            let n_skipped = rows.filter(|row| status(*row) == Some(skipped as u64)).count() as u64;
            by_source.entry(source).or_default().n_skipped += n_skipped;
        }
    }
}

struct Scan<'a> {
    store: &'a Store,
    actions: Actions,
    hashed: FieldBlocks<{ HASHED.len() }>,
    others: FieldBlocks<3>,
    n_records: Vec<u64>,
    /// By code: in values, so that shards agree.
    address_hashes: Vec<u64>,
    interface_hashes: Vec<u64>,
    /// Names that the rows at hand have shown already, by code: the number of the call that saw them last.
    interfaces_seen: Vec<u32>,
    accounts_seen: Vec<u32>,
    regions_seen: Vec<u32>,
    n_calls: u32,
}

impl<'a> Scan<'a> {
    fn new(store: &'a Store) -> Scan<'a> {
        let texts = |field| store.field_id(field).map_or(&[][..], |id| store.column(id).texts.all());
        let interfaces = texts(Field::INTERFACE_ID);
        Scan {
            store,
            actions: Actions::of(store),
            hashed: FieldBlocks::new(store, HASHED),
            others: FieldBlocks::new(store, [Field::ACTION, Field::ACCOUNT_ID, Field::REGION]),
            n_records: Vec::new(),
            address_hashes: store.addresses().all().iter().map(hash_of).collect(),
            interface_hashes: interfaces.iter().map(|text| hash_of(&**text)).collect(),
            interfaces_seen: vec![0; interfaces.len()],
            accounts_seen: vec![0; texts(Field::ACCOUNT_ID).len()],
            regions_seen: vec![0; texts(Field::REGION).len()],
            n_calls: 0,
        }
    }

    /// Takes in rows of a segment that come from one source.
    fn rows(&mut self, segment: &Segment, places: Range<u32>, facts: &mut SourceFacts) {
        self.n_calls += 1;
        for block in Block::of_run(places) {
            let hashed = self.hashed.read(segment, block);
            let [action, account, region] = self.others.read(segment, block);
            segment.n_records().read(block, &mut self.n_records);
            let [interface, src, dst, .., start, end] = hashed;
            for at in 0..self.n_records.len() {
                let n_records = self.n_records[at];
                facts.n_rows += n_records;
                match self.actions.get(action[at]) {
                    Action::Accepted => facts.n_accepted += n_records,
                    Action::Rejected => facts.n_rejected += n_records,
                    Action::Other => {}
                }
                facts.time = TimeExtent::joined(facts.time, TimeExtent::of_window(start[at], end[at]));
                if start[at] != ABSENT && end[at] != ABSENT {
                    facts.longest_secs = facts.longest_secs.max(end[at].checked_sub(start[at]));
                    facts.n_end_before_start += if end[at] < start[at] { n_records } else { 0 };
                }
                // Rows that say neither when nor between whom repeat for good reasons.
                if [src[at], dst[at], start[at]].iter().all(|value| *value != ABSENT) {
                    let by_code =
                        |hashes: &[u64], code: u64| hashes.get(code as usize).copied().unwrap_or(ABSENT);
                    let mut hash = [
                        by_code(&self.interface_hashes, interface[at]),
                        by_code(&self.address_hashes, src[at]),
                    ]
                    .into_iter()
                    .chain([by_code(&self.address_hashes, dst[at])])
                    .fold(0, mixed);
                    hash = hashed[3..].iter().fold(hash, |hash, values| mixed(hash, values[at]));
                    facts.sketch.add(finished(hash));
                }
                let names = [
                    (Field::INTERFACE_ID, interface[at], &mut self.interfaces_seen, &mut facts.interfaces),
                    (Field::ACCOUNT_ID, account[at], &mut self.accounts_seen, &mut facts.accounts),
                    (Field::REGION, region[at], &mut self.regions_seen, &mut facts.regions),
                ];
                for (field, code, seen, names) in names {
                    // Absence is past the end.
                    if let Some(last) = seen.get_mut(code as usize)
                        && *last != self.n_calls
                    {
                        *last = self.n_calls;
                        let id = self.store.field_id(field).expect("it has values");
                        names.add(self.store.value(id, code));
                    }
                }
            }
        }
    }
}

fn hash_of(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}

fn mixed(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Spreads what differs over all bits: the sketch keeps the smallest.
fn finished(hash: u64) -> u64 {
    let hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ hash >> 32
}
