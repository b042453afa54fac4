//! Packets that a transit gateway lost, why, and whose they were. Only Transit Gateway flow logs record that.

use serde::{Deserialize, Serialize};

use super::by_key::ByKey;
use super::columns::FieldBlocks;
use super::keyed::merge_by_key;
use super::{Analysis, ShardView};
use crate::arrange::keep_first;
use crate::record::{Field, Value};
use crate::store::ABSENT;

/// The fields that count lost packets, one for each reason, in the order of [`Lost`].
pub const REASONS: [Field; 4] = [
    Field::PACKETS_LOST_NO_ROUTE,
    Field::PACKETS_LOST_BLACKHOLE,
    Field::PACKETS_LOST_MTU_EXCEEDED,
    Field::PACKETS_LOST_TTL_EXPIRED,
];

/// What lost packets are listed by, in the order of [`PacketsLost::lists`]: where they came in and were to go out, the
/// zones between, and the flows.
pub const LISTED_BY: [&[Field]; 3] = [
    &[Field::TGW_ATTACHMENT_ID, Field::TGW_PAIR_ATTACHMENT_ID],
    &[Field::TGW_SRC_AZ_ID, Field::TGW_DST_AZ_ID],
    &[Field::SRCADDR, Field::DSTADDR, Field::DSTPORT, Field::PROTOCOL],
];

/// Entries of a list: more than a person reads, who filters then.
pub const ENTRIES_MAX: usize = 50;

/// The fields of all lists.
const KEYS: [Field; 8] = [
    Field::TGW_ATTACHMENT_ID,
    Field::TGW_PAIR_ATTACHMENT_ID,
    Field::TGW_SRC_AZ_ID,
    Field::TGW_DST_AZ_ID,
    Field::SRCADDR,
    Field::DSTADDR,
    Field::DSTPORT,
    Field::PROTOCOL,
];

/// Packets lost for each of [`REASONS`]. A sum past `u64` stays at its end.
pub type Lost = [u64; REASONS.len()];

/// Packets lost under one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostEntry {
    /// Values of the list's fields.
    pub key: Vec<Value>,
    pub lost: Lost,
    /// Records with a loss.
    pub n_records: u64,
}

/// Most packets first, then records, then key; at most [`ENTRIES_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostList {
    pub entries: Vec<LostEntry>,
    /// Before the cut.
    pub n_keys: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketsLost {
    /// Whether any loaded file has the field of this reason.
    pub is_recorded: [bool; REASONS.len()],
    pub lost: Lost,
    /// Records asked about that have at least one of the fields.
    pub n_records: u64,
    /// Those of them with a loss.
    pub n_with_loss: u64,
    /// In the order of [`LISTED_BY`].
    pub lists: [LostList; LISTED_BY.len()],
}

#[derive(Clone, Copy, Debug)]
pub struct PacketsLostQuestion;

/// Lost packets and records with a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    lost: Lost,
    n_records: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PacketsLostPartial {
    is_recorded: [bool; REASONS.len()],
    all: Sum,
    /// Records that have at least one of the fields.
    n_records: u64,
    lists: [Vec<(Vec<Value>, Sum)>; LISTED_BY.len()],
}

impl Sum {
    fn add(&mut self, other: Sum) {
        for (into, lost) in self.lost.iter_mut().zip(other.lost) {
            *into = into.saturating_add(lost);
        }
        self.n_records += other.n_records;
    }
}

/// All reasons together.
pub fn total(lost: &Lost) -> u64 {
    lost.iter().fold(0, |sum, lost| sum.saturating_add(*lost))
}

impl Analysis for PacketsLostQuestion {
    type Partial = PacketsLostPartial;
    type Answer = PacketsLost;

    fn scan(&self, shard: ShardView<'_>) -> PacketsLostPartial {
        let ShardView { store, rows, .. } = shard;
        let is_recorded = REASONS.map(|field| store.field_id(field).is_some());
        let mut partial = PacketsLostPartial { is_recorded, ..PacketsLostPartial::default() };
        if !is_recorded.contains(&true) {
            return partial;
        }
        let mut reasons = FieldBlocks::new(store, REASONS);
        let mut keys = FieldBlocks::new(store, KEYS);
        let mut n_records = Vec::new();
        // By codes, which are values of this shard: few rows lose packets, so one table of all their keys is small.
        let mut sums: ByKey<[u64; KEYS.len()], Sum> = ByKey::with_capacity(0);
        for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
            rows.for_each_block(|block| {
                let reasons = reasons.read(segment, block);
                let keys = keys.read(segment, block);
                segment.n_records().read::<u64>(block, &mut n_records);
                for (at, &n_records) in n_records.iter().enumerate() {
                    let counts = reasons.map(|reason| reason[at]);
                    if counts.iter().all(|count| *count == ABSENT) {
                        continue;
                    }
                    partial.n_records += n_records;
                    let lost = counts.map(|count| if count == ABSENT { 0 } else { count });
                    if total(&lost) > 0 {
                        sums.at(keys.map(|key| key[at])).add(Sum { lost, n_records });
                    }
                }
            });
        }
        let ids = KEYS.map(|field| store.field_id(field));
        let value = |at: usize, code: u64| ids[at].map_or(Value::Absent, |id| store.value(id, code));
        let mut first = 0;
        let sums = sums.into_entries();
        sums.iter().for_each(|(_, sum)| partial.all.add(*sum));
        for (list, fields) in partial.lists.iter_mut().zip(LISTED_BY) {
            let places = first..first + fields.len();
            first = places.end;
            let mut of_list: ByKey<&[u64], Sum> = ByKey::with_capacity(0);
            sums.iter().for_each(|(codes, sum)| of_list.at(&codes[places.clone()]).add(*sum));
            let values = |codes: &[u64]| {
                places.clone().zip(codes).map(|(at, code)| value(at, *code)).collect::<Vec<Value>>()
            };
            list.extend(of_list.into_entries().into_iter().map(|(codes, sum)| (values(codes), sum)));
        }
        partial
    }

    fn merge(&self, into: &mut PacketsLostPartial, other: PacketsLostPartial) {
        for (into, is_recorded) in into.is_recorded.iter_mut().zip(other.is_recorded) {
            *into |= is_recorded;
        }
        into.all.add(other.all);
        into.n_records += other.n_records;
        for (into, list) in into.lists.iter_mut().zip(other.lists) {
            merge_by_key(into, list, Sum::add);
        }
    }

    fn finish(&self, partial: PacketsLostPartial) -> PacketsLost {
        PacketsLost {
            is_recorded: partial.is_recorded,
            lost: partial.all.lost,
            n_records: partial.n_records,
            n_with_loss: partial.all.n_records,
            lists: partial.lists.map(list),
        }
    }
}

fn list(mut sums: Vec<(Vec<Value>, Sum)>) -> LostList {
    let n_keys = sums.len() as u64;
    keep_first(&mut sums, ENTRIES_MAX, |(a, a_sum), (b, b_sum)| {
        let size = |sum: &Sum| (total(&sum.lost), sum.n_records);
        size(b_sum).cmp(&size(a_sum)).then_with(|| a.cmp(b))
    });
    let entry = |(key, sum): (Vec<Value>, Sum)| LostEntry { key, lost: sum.lost, n_records: sum.n_records };
    LostList { entries: sums.into_iter().map(entry).collect(), n_keys }
}
