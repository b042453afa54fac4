//! What the rows are, at a glance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::action::{Action, Actions};
use super::by_code::ByCode;
use super::columns::FieldColumns;
use super::keyed::{keep_first, merge_by_key};
use super::time_extent::TimeExtent;
use super::{Analysis, Metric, ShardView, Tally};
use crate::query::SegmentRows;
use crate::record::{ColumnKey, Field, Value};
use crate::store::{ABSENT, Store};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverviewQuestion {
    /// What the top lists are ranked by.
    pub metric: Metric,
}

/// All rows with one value, and the rejected ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct ValueTally {
    total: Tally,
    rejected: Tally,
}

impl ValueTally {
    fn add(&mut self, other: ValueTally) {
        self.total.add(other.total);
        self.rejected.add(other.rejected);
    }
}

/// Every value of one field: a value that is small here may be large with another shard's rows.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FieldTallies {
    recorded: bool,
    values: Vec<(Value, ValueTally)>,
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

    fn scan(&self, shard: ShardView<'_>) -> OverviewPartial {
        let store = shard.store;
        let mut partial =
            OverviewPartial { status_records: status_records(store), ..OverviewPartial::default() };
        let actions = Actions::of(store);
        let mut tallies = TOP_FIELDS.map(|field| ByCode::<ValueTally>::of_field(store, field));
        let mut top_columns = FieldColumns::new(store, TOP_FIELDS);
        let mut columns =
            FieldColumns::new(store, [Field::START, Field::END, Field::ACTION, Field::PACKETS, Field::BYTES]);
        for (segment, rows) in store.rows().segments().iter().zip(shard.rows.segments()) {
            if *rows == SegmentRows::None {
                continue;
            }
            let [start, end, action, packets, bytes] = columns.decode(segment);
            rows.for_each(|at| {
                partial.note_window(start[at], end[at]);
                partial.of_action(actions.get(action[at])).add(Tally::of_row(packets[at], bytes[at]));
            });
            // One field after the other: the counters of one stay in the cache, those of six do not.
            for (values, tallies) in top_columns.decode(segment).into_iter().zip(&mut tallies) {
                rows.for_each(|at| {
                    let row = Tally::of_row(packets[at], bytes[at]);
                    let tally = tallies.at(values[at]);
                    tally.total.add(row);
                    if actions.get(action[at]) == Action::Rejected {
                        tally.rejected.add(row);
                    }
                });
            }
        }
        for ((field, tallies), of_field) in TOP_FIELDS.into_iter().zip(tallies).zip(&mut partial.top) {
            if let Some(id) = store.field_id(field) {
                of_field.recorded = true;
                of_field.values =
                    tallies.into_present().map(|(code, tally)| (store.value(id, code), tally)).collect();
            }
        }
        partial
    }

    fn merge(&self, into: &mut OverviewPartial, other: OverviewPartial) {
        into.accepted.add(other.accepted);
        into.rejected.add(other.rejected);
        into.other.add(other.other);
        into.time = TimeExtent::joined(into.time, other.time);
        if let Some(aggregation) = other.aggregation {
            into.note_aggregation(aggregation);
        }
        for (status, n_records) in other.status_records {
            *into.status_records.entry(status).or_default() += n_records;
        }
        for (into, other) in into.top.iter_mut().zip(other.top) {
            into.recorded |= other.recorded;
            merge_by_key(&mut into.values, other.values, ValueTally::add);
        }
    }

    fn finish(&self, partial: OverviewPartial) -> Overview {
        let mut total = partial.accepted;
        total.add(partial.rejected);
        total.add(partial.other);
        let mut status_records: Vec<(String, u64)> = partial.status_records.into_iter().collect();
        // Stable, so equal counts stay in the order of their names.
        status_records.sort_by_key(|(_, n_records)| std::cmp::Reverse(*n_records));
        let top: Vec<TopList> = TOP_FIELDS
            .into_iter()
            .zip(partial.top)
            .map(|(field, tallies)| self.top_list(field, tallies))
            .collect();
        let interfaces = top.iter().find(|list| list.field == Field::INTERFACE_ID);
        Overview {
            total,
            accepted: partial.accepted,
            rejected: partial.rejected,
            other: partial.other,
            n_interfaces: interfaces.map_or(0, |list| list.n_distinct),
            time: partial.time.map(|time| (time.start_secs, time.end_secs)),
            aggregation: partial.aggregation,
            status_records,
            top,
        }
    }
}

impl OverviewQuestion {
    fn top_list(&self, field: Field, tallies: FieldTallies) -> TopList {
        let n_distinct = tallies.values.len() as u64;
        let mut values = tallies.values;
        keep_first(&mut values, TOP_ENTRIES, |(a, a_tally), (b, b_tally)| {
            let size = |tally: &ValueTally| (tally.total.get(self.metric), tally.total.rows);
            size(b_tally).cmp(&size(a_tally)).then_with(|| a.cmp(b))
        });
        let entries = values
            .into_iter()
            .map(|(value, tally)| TopEntry { value, total: tally.total, rejected: tally.rejected })
            .collect();
        TopList { field, recorded: tallies.recorded, n_distinct, entries }
    }
}

impl OverviewPartial {
    fn of_action(&mut self, action: Action) -> &mut Tally {
        match action {
            Action::Accepted => &mut self.accepted,
            Action::Rejected => &mut self.rejected,
            Action::Other => &mut self.other,
        }
    }

    fn note_window(&mut self, start: u64, end: u64) {
        self.time = TimeExtent::joined(self.time, TimeExtent::of_window(start, end));
        if start != ABSENT && end != ABSENT {
            let longest_secs = end.saturating_sub(start);
            let n_over_minute = u64::from(longest_secs > MINUTE_SECS);
            self.note_aggregation(Aggregation { longest_secs, n_over_minute });
        }
    }

    fn note_aggregation(&mut self, other: Aggregation) {
        let into = self.aggregation.get_or_insert(Aggregation { longest_secs: 0, n_over_minute: 0 });
        into.longest_secs = into.longest_secs.max(other.longest_secs);
        into.n_over_minute += other.n_over_minute;
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
