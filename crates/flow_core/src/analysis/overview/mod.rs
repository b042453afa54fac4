//! What the rows are, at a glance.

mod address_order;
mod counts;
mod field_tallies;
mod windows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::by_code::ByCode;
use super::columns::FieldColumns;
use super::counted::Counted;
use super::memory::Memory;
use super::time_extent::TimeExtent;
use super::{Analysis, Metric, ShardView, Tally};
use crate::arrange::Arrange;
use crate::query::RowSet;
use crate::record::{ColumnKey, Field, Value};
use crate::store::Store;

pub(super) use address_order::AddressOrder;
pub(super) use counts::OverviewCounts;
use field_tallies::FieldTallies;
pub(super) use windows::RememberedWindows;
use windows::Windows;

/// Rows with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopEntry {
    pub value: Value,
    pub total: Tally,
    /// The part of `total` that was rejected.
    pub rejected: Tally,
}

/// The largest values of a field by the metric asked for, then rows, then value ascending. Rows without a
/// value are not ranked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopList {
    pub field: Field,
    /// Whether any loaded file has the field; without it nothing can be said.
    pub recorded: bool,
    pub n_distinct: u64,
    /// At most [`TOP_ENTRIES`].
    pub entries: Vec<TopEntry>,
}

/// The windows of the rows, which tell the aggregation interval of the flow log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregation {
    /// Longest `end - start` seen, in seconds.
    pub longest_secs: u64,
    /// Rows whose window is longer than a minute: only logs with the 10-minute interval have them.
    pub n_over_minute: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub total: Tally,
    pub accepted: Tally,
    pub rejected: Tally,
    /// Rows whose action is absent or neither of the two.
    pub other: Tally,
    pub n_interfaces: u64,
    /// Smallest start and largest end, seconds since 1970.
    pub time: Option<(u64, u64)>,
    /// `None` where no row has both ends of its window.
    pub aggregation: Option<Aggregation>,
    /// Status records by log-status, most first: about the whole load, no filter applies to them.
    pub status_records: Vec<(String, u64)>,
    /// The lists of [`TOP_FIELDS`].
    pub top: Vec<TopList>,
}

/// The fields whose largest values are listed, in the order of [`Overview::top`]. Source ports are not among them:
/// they are the clients' own, all different, and cost as much to count as the rest together.
pub const TOP_FIELDS: [Field; 5] =
    [Field::SRCADDR, Field::DSTADDR, Field::DSTPORT, Field::PROTOCOL, Field::INTERFACE_ID];

/// As many as one takes in at a glance.
pub const TOP_ENTRIES: usize = 10;

const MINUTE_SECS: u64 = 60;

/// Some of the lists of [`TOP_FIELDS`].
pub type Lists = [bool; TOP_FIELDS.len()];

/// How many of its values a shard hands over for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandOver {
    /// As many as are listed: no other shard has rows.
    Alone,
    /// The largest: enough to tell those of all shards, nearly always.
    Largest,
    /// All for these lists, none for the others.
    All(Lists),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverviewQuestion {
    /// What the top lists are ranked by.
    pub metric: Metric,
    pub hand_over: HandOver,
}

impl OverviewQuestion {
    /// Over any number of shards, in one turn.
    pub fn by(metric: Metric) -> OverviewQuestion {
        OverviewQuestion { metric, hand_over: HandOver::All([true; TOP_FIELDS.len()]) }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OverviewPartial {
    accepted: Tally,
    rejected: Tally,
    other: Tally,
    time: Option<TimeExtent>,
    aggregation: Option<Aggregation>,
    status_records: BTreeMap<String, u64>,
    /// In the order of [`TOP_FIELDS`].
    top: [FieldTallies; TOP_FIELDS.len()],
}

impl Analysis for OverviewQuestion {
    type Partial = OverviewPartial;
    type Answer = Overview;

    fn remember(&self, store: &Store, rows: &RowSet, memory: &mut Memory) {
        memory.overview.update(store, OverviewCounts::default);
        memory.last_overview.update(store, rows, &memory.overview, OverviewCounts::default);
        memory.windows.update(store);
        if self.hand_over != HandOver::Alone {
            memory.addresses.update(store);
        }
    }

    fn scan(&self, shard: ShardView<'_>) -> OverviewPartial {
        let ShardView { store, rows, memory } = shard;
        let counted =
            memory.and_then(|memory| memory.last_overview.get(store, rows, &memory.overview)).unwrap_or_else(
                || Counted::of(store, rows, memory.map(|memory| &memory.overview), OverviewCounts::default),
            );
        let windows = Windows::of(store, rows, memory.map(|memory| &memory.windows));
        let order = AddressOrder::remembered(store, memory);
        OverviewPartial {
            accepted: counted.of_action(Action::Accepted),
            rejected: counted.of_action(Action::Rejected),
            other: counted.of_action(Action::Other),
            time: windows.time,
            aggregation: windows.aggregation,
            status_records: status_records(store),
            top: std::array::from_fn(|at| counted.of_field(store, at, self, order)),
        }
    }

    fn merge(&self, into: &mut OverviewPartial, other: OverviewPartial) {
        into.accepted.add(other.accepted);
        into.rejected.add(other.rejected);
        into.other.add(other.other);
        into.time = TimeExtent::joined(into.time, other.time);
        into.aggregation = match (into.aggregation, other.aggregation) {
            (Some(one), Some(other)) => Some(one.joined(other)),
            (one, other) => one.or(other),
        };
        for (status, n_records) in other.status_records {
            *into.status_records.entry(status).or_default() += n_records;
        }
        for (into, other) in into.top.iter_mut().zip(other.top) {
            into.merge(other);
        }
    }

    /// Of what tells all lists.
    fn finish(&self, partial: OverviewPartial) -> Overview {
        let (overview, untold) = self.told(partial);
        assert!(!untold.contains(&true), "whoever hands over the largest only asks `told`");
        overview
    }
}

impl OverviewQuestion {
    /// The answer, and which lists of it are empty as what was handed over does not tell them: all does, the largest of each
    /// shard nearly always.
    pub fn told(&self, partial: OverviewPartial) -> (Overview, Lists) {
        let mut total = partial.accepted;
        total.add(partial.rejected);
        total.add(partial.other);
        let mut status_records: Vec<(String, u64)> = partial.status_records.into_iter().collect();
        // Stable, so equal counts stay in the order of their names.
        status_records.arrange_by_key(|(_, n_records)| std::cmp::Reverse(*n_records));
        let lists = TOP_FIELDS.into_iter().zip(partial.top);
        let top: Vec<Option<TopList>> =
            lists.map(|(field, tallies)| tallies.top(field, self.metric)).collect();
        let untold = std::array::from_fn(|at| top[at].is_none());
        let empty = |field| TopList { field, recorded: false, n_distinct: 0, entries: Vec::new() };
        let mut overview = Overview {
            total,
            accepted: partial.accepted,
            rejected: partial.rejected,
            other: partial.other,
            n_interfaces: 0,
            time: partial.time.map(|time| (time.start_secs, time.end_secs)),
            aggregation: partial.aggregation,
            status_records,
            top: TOP_FIELDS
                .into_iter()
                .zip(top)
                .map(|(field, list)| list.unwrap_or_else(|| empty(field)))
                .collect(),
        };
        overview.count_interfaces();
        (overview, untold)
    }
}

impl Overview {
    /// Takes these lists from an answer about the same rows that tells them.
    pub fn fill_in(&mut self, lists: Lists, other: Overview) {
        for ((list, known), is_missing) in self.top.iter_mut().zip(other.top).zip(lists) {
            if is_missing {
                *list = known;
            }
        }
        self.count_interfaces();
    }

    fn count_interfaces(&mut self) {
        let interfaces = self.top.iter().find(|list| list.field == Field::INTERFACE_ID);
        self.n_interfaces = interfaces.map_or(0, |list| list.n_distinct);
    }
}

impl Aggregation {
    /// Of the rows of both.
    fn joined(self, other: Aggregation) -> Aggregation {
        Aggregation {
            longest_secs: self.longest_secs.max(other.longest_secs),
            n_over_minute: self.n_over_minute + other.n_over_minute,
        }
    }
}

/// Status records by their log-status.
pub(super) fn status_records(store: &Store) -> BTreeMap<String, u64> {
    let key = ColumnKey::Known(Field::LOG_STATUS);
    let Some(id) = store.column_id(&key) else { return BTreeMap::new() };
    let mut counts: ByCode<u64> = ByCode::of_field(store, Field::LOG_STATUS);
    let mut columns = FieldColumns::new(store, [Field::LOG_STATUS]);
    for segment in store.status_records().segments() {
        let [status] = columns.decode(segment);
        for &code in status {
            *counts.at(code) += 1;
        }
    }
    counts.into_present().map(|(code, n_records)| (store.value(id, code).to_string(), n_records)).collect()
}
