//! What a shard hands over: its rejected rows, judged and grouped.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::judge::{Judge, Row};
use super::lists::GroupLists;
use super::peers::RejectedPeers;
use super::rows::RejectedRows;
use super::{HELPFUL, Initiator, Spark, WantedBy};
use crate::analysis::by_key::ByKey;
use crate::analysis::distinct::Distinct;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::overview::AddressOrder;
use crate::analysis::pair_counts::PairCounts;
use crate::analysis::places::{NOT_THERE, Places, join_lists, moved};
use crate::analysis::time_extent::{TimeExtent, time_of};
use crate::analysis::whole_list::whole_list;
use crate::analysis::{ShardView, Tally};
use crate::intake::client::{InitiatorEvidence, RowEvidence, has_ports};
use crate::record::{Direction, Field, Orientation, Value};
use crate::store::{ABSENT, Block, Segment, Store};

/// What makes rows a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupKey {
    /// A code while a shard scans, then a place in the partial's list; [`NOT_THERE`] where it is absent.
    pub interface: u32,
    pub initiator: Initiator,
    pub wanted_by: WantedBy,
    pub port: Option<u16>,
    pub protocol: Option<u8>,
}

impl Hash for GroupKey {
    /// One word instead of half a dozen small writes: each row looks up its group.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let port = self.port.map_or(0, |port| u64::from(port) + 1);
        let protocol = self.protocol.map_or(0, |protocol| u64::from(protocol) + 1);
        let kinds = (self.initiator as u64) << 2 | self.wanted_by as u64;
        state.write_u64(u64::from(self.interface) << 32 | port << 14 | protocol << 5 | kinds);
    }
}

/// The rows of a group.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct GroupTotal {
    /// The strongest.
    pub evidence: InitiatorEvidence,
    pub tally: Tally,
    pub time: Option<TimeExtent>,
}

impl Default for GroupTotal {
    fn default() -> GroupTotal {
        GroupTotal { evidence: InitiatorEvidence::None, tally: Tally::default(), time: None }
    }
}

impl GroupTotal {
    fn add(&mut self, other: GroupTotal) {
        self.evidence = self.evidence.min(other.evidence);
        self.tally.add(other.tally);
        self.time = TimeExtent::joined(self.time, other.time);
    }
}

/// One shard's rejected rows. Self-contained: groups point into the partial's own lists.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RejectedPartial {
    /// Which of [`HELPFUL`] any file records, and whether any records an action.
    pub(super) recorded: [bool; HELPFUL.len()],
    pub(super) has_action: bool,
    pub(super) interfaces: Vec<Value>,
    /// Ends of rejected rows.
    pub(super) addresses: Distinct,
    #[serde(deserialize_with = "whole_list")]
    pub(super) groups: Vec<(GroupKey, GroupTotal)>,
    /// For each group the addresses of who wanted it, by their places, with their rows.
    pub(super) sources: GroupLists,
    /// The same of whom it was wanted.
    pub(super) targets: GroupLists,
    /// For each group the parts of its sparkline, with their rows.
    pub(super) parts: GroupLists,
}

pub(super) fn scan(
    shard: ShardView<'_>,
    knowledge: &InterfaceKnowledge,
    peers: &RejectedPeers,
    spark: Option<Spark>,
) -> RejectedPartial {
    let ShardView { store, rows, memory } = shard;
    let order = AddressOrder::remembered_or_made(store, memory);
    let mut grouping = Grouping::new(store, Judge::new(store, knowledge, peers), spark, &order);
    RejectedRows::of(store, rows).for_each_block(
        [
            Field::SRCADDR,
            Field::DSTADDR,
            Field::INTERFACE_ID,
            Field::SRCPORT,
            Field::DSTPORT,
            Field::PROTOCOL,
            Field::TCP_FLAGS,
            Field::PACKETS,
            Field::BYTES,
            Field::START,
            Field::END,
        ],
        |segment, block, columns| grouping.take_block(segment, block, columns),
    );
    grouping.into_partial(store, &order)
}

/// The rows of a shard, group by group.
struct Grouping {
    judge: Judge,
    row_evidence: RowEvidence,
    spark: Option<Spark>,
    /// Where each address is in the order of all, by its code: then lists come in the order of values.
    ranks: Vec<u32>,
    groups: ByKey<GroupKey, GroupTotal>,
    /// By group and rank.
    sources: PairCounts,
    targets: PairCounts,
    /// By group and part of the sparkline.
    parts: PairCounts,
    orientations: Vec<u8>,
    n_records: Vec<u64>,
}

impl Grouping {
    fn new(store: &Store, judge: Judge, spark: Option<Spark>, order: &AddressOrder) -> Grouping {
        let mut ranks = vec![0; store.addresses().all().len()];
        for (rank, code) in (0..).zip(order.codes()) {
            ranks[code as usize] = rank;
        }
        Grouping {
            judge,
            row_evidence: RowEvidence::new(store.is_rolled_up()),
            spark,
            ranks,
            groups: ByKey::with_capacity(0),
            sources: PairCounts::default(),
            targets: PairCounts::default(),
            parts: PairCounts::default(),
            orientations: Vec::new(),
            n_records: Vec::new(),
        }
    }

    /// By itself, so that a browser can go on with better code from one block to the next.
    #[inline(never)]
    fn take_block(&mut self, segment: &Segment, block: Block<'_>, columns: [&[u64]; 11]) {
        segment.read_orientation(block, &mut self.orientations);
        segment.n_records().read(block, &mut self.n_records);
        let [src, dst, interface, src_port, dst_port, protocol, flags, packets, bytes, start, end] = columns;
        for at in 0..block.n_rows() {
            let hint = self.row_evidence.hint(protocol[at], flags[at], src_port[at], dst_port[at]);
            let (src_port, dst_port) = if has_ports(protocol[at], src_port[at], dst_port[at]) {
                (port(src_port[at]), port(dst_port[at]))
            } else {
                (None, None)
            };
            let row = Row {
                src: code(src[at]),
                dst: code(dst[at]),
                src_port,
                dst_port,
                protocol: (protocol[at] != ABSENT).then_some(protocol[at] as u8),
                direction: direction(self.orientations[at]),
                hint,
            };
            let judged = self.judge.judge(&row);
            let place = self.groups.place(GroupKey {
                interface: code(interface[at]),
                initiator: judged.initiator,
                wanted_by: judged.wanted_by,
                port: judged.port,
                protocol: row.protocol,
            });
            let n_records = self.n_records[at];
            self.groups.at_place(place).add(GroupTotal {
                evidence: judged.evidence,
                tally: Tally::of_row(n_records, packets[at], bytes[at]),
                time: TimeExtent::of_window(start[at], end[at]),
            });
            let group = place as u32;
            for (address, counts) in [(judged.source, &mut self.sources), (judged.target, &mut self.targets)]
            {
                if address != NOT_THERE {
                    counts.add(group, self.ranks[address as usize], n_records);
                }
            }
            let time = time_of(start[at], end[at]);
            if let Some(part) = self.spark.zip(time).and_then(|(spark, time)| spark.part_of(time)) {
                self.parts.add(group, u32::from(part), n_records);
            }
        }
    }

    /// Trades the shard's codes for places in lists of values, which hold no more than is needed.
    fn into_partial(self, store: &Store, order: &AddressOrder) -> RejectedPartial {
        let mut groups = self.groups.into_entries();
        let interface_id = store.field_id(Field::INTERFACE_ID);
        let n_interfaces = interface_id.map_or(0, |id| store.column(id).texts.all().len());
        let mut interfaces = Places::new(n_interfaces);
        for (key, _) in &mut groups {
            key.interface = interfaces.place(key.interface);
        }
        let n_groups = groups.len();
        let lists = |counts: PairCounts| GroupLists::of(n_groups, &counts.into_sorted());
        let (mut sources, mut targets, parts) = (lists(self.sources), lists(self.targets), lists(self.parts));
        let mut is_end = vec![false; self.ranks.len()];
        for rank in sources.numbers().chain(targets.numbers()) {
            is_end[rank as usize] = true;
        }
        let mut addresses = Distinct::default();
        let mut places = vec![NOT_THERE; is_end.len()];
        for (rank, code) in order.codes().enumerate().filter(|(rank, _)| is_end[*rank]) {
            places[rank] = addresses.len() as u32;
            addresses.push(Value::Address(store.addresses().get(u64::from(code))));
        }
        sources.renumber(&places);
        targets.renumber(&places);
        RejectedPartial {
            recorded: HELPFUL.map(|field| store.field_id(field).is_some()),
            has_action: store.field_id(Field::ACTION).is_some(),
            interfaces: interfaces
                .codes()
                .iter()
                .map(|&code| interface_id.map_or(Value::Absent, |id| store.value(id, u64::from(code))))
                .collect(),
            addresses,
            groups,
            sources,
            targets,
            parts,
        }
    }
}

fn port(decoded: u64) -> Option<u16> {
    u16::try_from(decoded).ok()
}

/// [`ABSENT`] becomes [`NOT_THERE`].
fn code(decoded: u64) -> u32 {
    decoded as u32
}

fn direction(code: u8) -> Direction {
    Orientation::from_code(code).direction
}

impl RejectedPartial {
    pub(super) fn merge(&mut self, other: RejectedPartial) {
        for (into, other) in self.recorded.iter_mut().zip(other.recorded) {
            *into |= other;
        }
        self.has_action |= other.has_action;
        let interfaces = join_lists(&mut self.interfaces, other.interfaces);
        let (mut own_places, mut other_places, mut n_addresses) = (Vec::new(), Vec::new(), 0);
        self.addresses = std::mem::take(&mut self.addresses).join(other.addresses, |at, at_other| {
            at.iter().for_each(|_| own_places.push(n_addresses));
            at_other.iter().for_each(|_| other_places.push(n_addresses));
            n_addresses += 1;
        });
        // Of each group where the other's lists of it are.
        let mut others = vec![None; self.groups.len()];
        let known: HashMap<GroupKey, usize, FxBuildHasher> =
            self.groups.iter().map(|(key, _)| *key).zip(0..).collect();
        for (at, (mut key, total)) in other.groups.into_iter().enumerate() {
            key.interface = moved(&interfaces, key.interface);
            match known.get(&key) {
                Some(&place) => {
                    self.groups[place].1.add(total);
                    others[place] = Some(at);
                }
                None => {
                    self.groups.push((key, total));
                    others.push(Some(at));
                }
            }
        }
        for (lists, mut of_other) in [(&mut self.sources, other.sources), (&mut self.targets, other.targets)]
        {
            lists.renumber(&own_places);
            of_other.renumber(&other_places);
            lists.join(&of_other, &others);
        }
        self.parts.join(&other.parts, &others);
    }
}
