//! What a shard's records say of each interface itself: when it was heard of, when records were skipped, and which
//! subnets it names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::analysis::TimeExtent;
use crate::analysis::by_code::ByCode;
use crate::analysis::columns::FieldBlocks;
use crate::query::SegmentRows;
use crate::record::{Field, Value};
use crate::store::{ABSENT, Store};

/// The longest that packets of one row can lie apart, and the lateness of its times: AWS closes a row after ten
/// minutes at the latest, and its times are up to a minute late.
pub(in crate::analysis) const WINDOW_SECS_MAX: u64 = 600 + LATENESS_SECS;
pub(super) const LATENESS_SECS: u64 = 60;

/// Of one interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Coverage {
    /// Of all its rows.
    pub time: Option<TimeExtent>,
    /// When it has rows or status records.
    pub heard: Heard,
    /// From start to end of its longest row.
    pub longest_secs: u64,
    /// Whether a status record says that there was no traffic: then silence without one is a gap.
    pub says_nodata: bool,
    /// Windows in which records were skipped; `None` in the place of one without times.
    pub skipped: BTreeSet<Option<(u64, u64)>>,
    /// Values of subnet-id; an interface has one, unless its id was given twice.
    pub subnets: BTreeSet<String>,
}

impl Coverage {
    pub fn join(&mut self, other: Coverage) {
        self.time = TimeExtent::joined(self.time, other.time);
        self.heard.join(&other.heard);
        self.longest_secs = self.longest_secs.max(other.longest_secs);
        self.says_nodata |= other.says_nodata;
        self.skipped.extend(other.skipped);
        self.subnets.extend(other.subnets);
    }

    /// Whether records may be missing of what went before, or with, what happened at `time`. What came after it
    /// would tell nothing.
    pub fn is_skipped_before(&self, time: Option<TimeExtent>) -> bool {
        let Some(time) = time else { return !self.skipped.is_empty() };
        self.skipped.iter().any(|window| {
            window.is_none_or(|(start, end)| {
                start <= time.end_secs.saturating_add(LATENESS_SECS)
                    && end.saturating_add(WINDOW_SECS_MAX) >= time.start_secs
            })
        })
    }

    /// Whether records may be missing of what went with, or within an aggregation interval after, what happened at
    /// `time`.
    pub fn is_skipped_after(&self, time: TimeExtent, interval_secs: u64) -> bool {
        let reach = interval_secs + LATENESS_SECS;
        self.skipped.iter().any(|window| {
            window.is_none_or(|(start, end)| {
                start <= time.end_secs.saturating_add(reach)
                    && end.saturating_add(LATENESS_SECS) >= time.start_secs
            })
        })
    }

    /// Whether what began then may have had a beginning before the interface's first row.
    pub fn may_begin_before(&self, secs: u64) -> bool {
        self.time.is_none_or(|time| secs < time.start_secs.saturating_add(WINDOW_SECS_MAX))
    }
}

/// Of every interface that has a row or a status record, [`Value::Absent`] among them where rows have no interface.
pub(in crate::analysis) fn scan(store: &Store) -> Vec<(Value, Coverage)> {
    let mut by_interface: ByCode<CoverageInCodes> = ByCode::of_field(store, Field::INTERFACE_ID);
    let fields = [Field::INTERFACE_ID, Field::START, Field::END, Field::SUBNET_ID];
    let mut columns = FieldBlocks::new(store, fields);
    for segment in store.rows().segments() {
        SegmentRows::all(segment.n_rows()).for_each_block(|block| {
            let [interface, start, end, subnet] = columns.read(segment, block);
            for at in 0..block.n_rows() {
                let of = by_interface.at(interface[at]);
                if let Some(time) = TimeExtent::of_window(start[at], end[at]) {
                    of.time = TimeExtent::joined(of.time, Some(time));
                    of.heard.note(time);
                    of.longest_secs = of.longest_secs.max(time.end_secs - time.start_secs);
                }
                if of.last_subnet != subnet[at] {
                    of.last_subnet = subnet[at];
                    of.subnets.insert(subnet[at]);
                }
            }
        });
    }
    let status_id = store.field_id(Field::LOG_STATUS);
    let mut columns =
        FieldBlocks::new(store, [Field::INTERFACE_ID, Field::START, Field::END, Field::LOG_STATUS]);
    for segment in store.status_records().segments() {
        SegmentRows::all(segment.n_rows()).for_each_block(|block| {
            let [interface, start, end, status] = columns.read(segment, block);
            for at in 0..block.n_rows() {
                let Some(Value::Text(status)) = status_id.map(|id| store.value(id, status[at])) else {
                    continue;
                };
                let window = TimeExtent::of_window(start[at], end[at]);
                let of = by_interface.at(interface[at]);
                window.into_iter().for_each(|time| of.heard.note(time));
                if status.eq_ignore_ascii_case("SKIPDATA") {
                    of.skipped.insert(window.map(|time| (time.start_secs, time.end_secs)));
                } else if status.eq_ignore_ascii_case("NODATA") {
                    of.says_nodata = true;
                }
            }
        });
    }
    let text =
        |field: Field, code: u64| store.field_id(field).map_or(Value::Absent, |id| store.value(id, code));
    by_interface
        .into_entries()
        .into_iter()
        .map(|(code, of)| {
            let subnets = of.subnets.into_iter().filter(|code| *code != ABSENT);
            let coverage = Coverage {
                time: of.time,
                heard: of.heard,
                longest_secs: of.longest_secs,
                says_nodata: of.says_nodata,
                skipped: of.skipped,
                subnets: subnets.map(|code| text(Field::SUBNET_ID, code).to_string()).collect(),
            };
            (text(Field::INTERFACE_ID, code), coverage)
        })
        .collect()
}

struct CoverageInCodes {
    time: Option<TimeExtent>,
    heard: Heard,
    longest_secs: u64,
    says_nodata: bool,
    skipped: BTreeSet<Option<(u64, u64)>>,
    subnets: BTreeSet<u64>,
    /// Rows of an interface name the same subnet, mostly.
    last_subnet: u64,
}

impl Default for CoverageInCodes {
    fn default() -> CoverageInCodes {
        CoverageInCodes {
            time: None,
            heard: Heard::default(),
            longest_secs: 0,
            says_nodata: false,
            skipped: BTreeSet::new(),
            subnets: BTreeSet::new(),
            last_subnet: ABSENT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_reaches_as_far_as_a_window() {
        let coverage = Coverage {
            time: Some(TimeExtent { start_secs: 1_000, end_secs: 9_000 }),
            skipped: BTreeSet::from([Some((5_000, 5_060))]),
            ..Coverage::default()
        };
        let near =
            |start_secs, end_secs| coverage.is_skipped_before(Some(TimeExtent { start_secs, end_secs }));
        assert!(near(5_010, 5_020) && near(4_000, 9_000));
        assert!(near(5_060 + 660, 6_000) && !near(5_060 + 661, 6_000));
        assert!(near(4_000, 5_000 - 60) && !near(4_000, 5_000 - 61));
        assert!(coverage.may_begin_before(1_659) && !coverage.may_begin_before(1_660));
        let timeless = Coverage { skipped: BTreeSet::from([None]), ..Coverage::default() };
        assert!(timeless.is_skipped_before(Some(TimeExtent { start_secs: 0, end_secs: 0 })));
        let after_in = |interval_secs, start_secs, end_secs| {
            coverage.is_skipped_after(TimeExtent { start_secs, end_secs }, interval_secs)
        };
        let after = |start_secs, end_secs| after_in(600, start_secs, end_secs);
        assert!(after(4_000, 5_000 - 660) && !after(4_000, 5_000 - 661));
        assert!(after_in(60, 4_000, 5_000 - 120) && !after_in(60, 4_000, 5_000 - 121));
        assert!(after(5_060 + 60, 6_000) && !after(5_060 + 61, 6_000));
    }
}
