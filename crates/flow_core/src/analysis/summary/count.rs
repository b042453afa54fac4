//! What one shard counts for the summary.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ActionSummary, DirectionSummary, EvidenceSummary};
use crate::analysis::action::{Action, Actions};
use crate::analysis::by_code::ByCode;
use crate::analysis::by_key::ByKey;
use crate::analysis::columns::FieldColumns;
use crate::analysis::direction::orientation_code;
use crate::analysis::{ShardView, Tally, TimeExtent};
use crate::query::SegmentRows;
use crate::record::{Address, Field, Orientation};
use crate::store::{ABSENT, Store};

/// One shard's part of the summary.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SummaryPartial {
    pub(super) rows: u64,
    pub(super) status_records: BTreeMap<String, u64>,
    pub(super) time: Option<TimeExtent>,
    pub(super) action: ActionSummary,
    pub(super) direction: DirectionSummary,
    pub(super) evidence: EvidenceSummary,
    pub(super) interfaces: BTreeSet<String>,
    pub(super) sources: Vec<(Address, Tally)>,
    pub(super) destinations: Vec<(Address, ())>,
    pub(super) rejected: Vec<(RejectedKey, RejectedSources)>,
}

/// What rejected rows are grouped by, in the order that breaks ties; `None` is absent and comes first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct RejectedKey {
    pub interface: Option<String>,
    pub dstaddr: Option<Address>,
    pub dstport: Option<u64>,
    pub protocol: Option<u64>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct RejectedSources {
    pub rows: u64,
    /// Distinct, in no order.
    pub addresses: Vec<Address>,
}

impl RejectedSources {
    pub fn join(&mut self, other: RejectedSources) {
        self.rows += other.rows;
        self.addresses.extend(other.addresses);
        self.addresses.sort_unstable();
        self.addresses.dedup();
    }
}

/// Everything but the status records.
pub(super) fn rows(shard: ShardView<'_>) -> SummaryPartial {
    let store = shard.store;
    let actions = Actions::of(store);
    let mut partial = SummaryPartial::default();
    let mut interfaces: ByCode<()> = ByCode::of_field(store, Field::INTERFACE_ID);
    let mut sources: ByCode<Tally> = ByCode::of_field(store, Field::SRCADDR);
    let mut destinations: ByCode<()> = ByCode::of_field(store, Field::DSTADDR);
    let mut rejected = RejectedCodes::new();
    let mut columns = FieldColumns::new(
        store,
        [
            Field::INTERFACE_ID,
            Field::SRCADDR,
            Field::DSTADDR,
            Field::DSTPORT,
            Field::PROTOCOL,
            Field::PACKETS,
            Field::BYTES,
            Field::START,
            Field::END,
            Field::ACTION,
        ],
    );
    let mut n_records = Vec::new();
    for (segment, rows) in store.rows().segments().iter().zip(shard.rows.segments()) {
        if *rows == SegmentRows::None {
            continue;
        }
        let [interface, src, dst, port, protocol, packets, bytes, start, end, action] =
            columns.decode(segment);
        segment.n_records().decode(&mut n_records);
        rows.for_each(|at| {
            let row = Tally::of_row(n_records[at], packets[at], bytes[at]);
            partial.rows += row.rows;
            partial.time = TimeExtent::joined(partial.time, TimeExtent::of_window(start[at], end[at]));
            let orientation = Orientation::from_code(orientation_code(segment, at));
            partial.direction.of(orientation.direction).add(row);
            *partial.evidence.of(orientation.evidence) += row.rows;
            interfaces.at(interface[at]);
            sources.at(src[at]).add(row);
            destinations.at(dst[at]);
            match actions.get(action[at]) {
                Action::Accepted => partial.action.accept.add(row),
                Action::Other => partial.action.absent.add(row),
                Action::Rejected => {
                    partial.action.reject.add(row);
                    rejected.note([interface[at], dst[at], port[at], protocol[at]], src[at], row.rows);
                }
            }
        });
    }
    let address = |code| store.addresses().get(code);
    partial.interfaces =
        interfaces.into_present().filter_map(|(code, ())| interface_id(store, code)).collect();
    partial.sources = sources.into_present().map(|(code, tally)| (address(code), tally)).collect();
    partial.destinations = destinations.into_present().map(|(code, ())| (address(code), ())).collect();
    partial.rejected = rejected.in_values(store);
    partial
}

/// The interface-id that a decoded value stands for.
fn interface_id(store: &Store, code: u64) -> Option<String> {
    let id = store.field_id(Field::INTERFACE_ID)?;
    (code != ABSENT).then(|| store.column(id).texts.get(code).to_owned())
}

/// Rejected rows by interface, destination, port and protocol, in decoded values.
struct RejectedCodes {
    n_rows: ByKey<[u64; 4], u64>,
    /// The group and the source of each row that has a source.
    sources: Vec<(u32, u32)>,
}

impl RejectedCodes {
    fn new() -> RejectedCodes {
        RejectedCodes { n_rows: ByKey::with_capacity(0), sources: Vec::new() }
    }

    fn note(&mut self, key: [u64; 4], src: u64, n_rows: u64) {
        let group = self.n_rows.place(key);
        *self.n_rows.at_place(group) += n_rows;
        if src != ABSENT {
            self.sources.push((group as u32, src as u32));
        }
    }

    fn in_values(mut self, store: &Store) -> Vec<(RejectedKey, RejectedSources)> {
        let address = |code| store.addresses().get(code);
        let present = |value: u64| (value != ABSENT).then_some(value);
        self.sources.sort_unstable();
        self.sources.dedup();
        let mut sources = self.sources.iter().peekable();
        (0..)
            .zip(self.n_rows.into_entries())
            .map(|(group, ([interface, dst, port, protocol], rows))| {
                let key = RejectedKey {
                    interface: interface_id(store, interface),
                    dstaddr: present(dst).map(address),
                    dstport: present(port),
                    protocol: present(protocol),
                };
                let of_group = std::iter::from_fn(|| sources.next_if(|(of, _)| *of == group));
                (
                    key,
                    RejectedSources {
                        rows,
                        addresses: of_group.map(|(_, src)| address(u64::from(*src))).collect(),
                    },
                )
            })
            .collect()
    }
}
