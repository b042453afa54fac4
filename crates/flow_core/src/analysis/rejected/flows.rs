//! What a shard hands over: its rejected rows, folded by all that a judgement may ask.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::accepted::AcceptedAddresses;
use super::{HELPFUL, Spark};
use crate::analysis::action::{Action, Actions};
use crate::analysis::by_key::ByKey;
use crate::analysis::columns::{FieldBlocks, FieldIds};
use crate::analysis::counted::Remembered;
use crate::analysis::fan_in::{Endpoint, FanIn, PeerPorts};
use crate::analysis::places::{Places, join_lists, moved};
use crate::analysis::time_extent::{TimeExtent, time_of};
use crate::analysis::whole_list::whole_list;
use crate::analysis::{ShardView, Tally};
use crate::intake::client::{End, Hint, RowEvidence, has_ports};
use crate::query::SegmentRows;
use crate::record::{Address, Direction, Field, Orientation, Value};
use crate::store::{ABSENT, Store};

/// The part of the sparkline of rows without a time.
pub(super) const NO_PART: u8 = u8::MAX;

/// Rejected rows that are the same in all that a judgement asks. Ports that cannot matter are left out, so that
/// retries from ever new ephemeral ports are one flow. Interfaces and addresses are codes while a shard scans,
/// then places in the partial's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flow {
    pub interface: u32,
    pub src: u32,
    pub dst: u32,
    pub src_port: Option<u16>,
    pub dst_port: Option<u16>,
    pub protocol: Option<u8>,
    pub direction: Direction,
    pub hint: Hint,
    /// The part of the sparkline, or [`NO_PART`].
    pub part: u8,
}

impl Hash for Flow {
    /// Three words instead of a dozen small writes: hashing is what the scan of rejected rows does most.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let port = |port: Option<u16>| u64::from(port.unwrap_or(0));
        state.write_u64(u64::from(self.src) << 32 | u64::from(self.dst));
        state.write_u64(u64::from(self.interface) << 32 | port(self.src_port) << 16 | port(self.dst_port));
        state.write_u64(
            u64::from(self.protocol.unwrap_or(u8::MAX)) << 24
                | u64::from(self.part) << 16
                | (self.direction as u64) << 8
                | self.hint.evidence as u64,
        );
    }
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct FlowTotal {
    pub tally: Tally,
    pub time: Option<TimeExtent>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct SeenAddress {
    pub address: Address,
    /// Whether a row with it was accepted, anywhere in the load.
    pub accepted: bool,
}

/// One shard's rejected rows. Self-contained: flows point into the partial's own lists.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RejectedPartial {
    /// Which of [`HELPFUL`] any file records, and whether any records an action.
    pub(super) recorded: [bool; HELPFUL.len()],
    pub(super) has_action: bool,
    pub(super) interfaces: Vec<Value>,
    /// Ends of rejected rows, and all public addresses that were accepted: other shards may have rejected them.
    #[serde(deserialize_with = "whole_list")]
    pub(super) addresses: Vec<SeenAddress>,
    /// After a merge a flow may stand here twice; whoever reads them adds them up.
    #[serde(deserialize_with = "whole_list")]
    pub(super) flows: Vec<(Flow, FlowTotal)>,
    #[serde(deserialize_with = "whole_list")]
    pub(super) peer_ports: Vec<(Endpoint, PeerPorts)>,
}

pub(super) fn scan(shard: ShardView<'_>, spark: Option<Spark>) -> RejectedPartial {
    let ShardView { store, rows, memory } = shard;
    let actions = Actions::of(store);
    let mut row_evidence = RowEvidence::new(store.is_rolled_up());
    let accepted = Remembered::all(store, memory.map(|memory| &memory.accepted), AcceptedAddresses::default);
    let action = FieldIds::of(store, [Field::ACTION]);
    let rejected: Vec<SegmentRows> = store
        .rows()
        .segments()
        .iter()
        .zip(rows.segments())
        .map(|(segment, rows)| rows.clone().and(actions.rows(action.columns(segment)[0], Action::Rejected)))
        .collect();
    let n_rejected = rejected.iter().map(|rows| rows.n_rows() as usize).sum();
    let mut fan_in = FanIn::with_capacity(n_rejected);
    let mut flows: ByKey<Flow, FlowTotal> = ByKey::with_capacity(n_rejected);
    let mut columns = FieldBlocks::new(
        store,
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
    );
    let (mut orientations, mut n_records) = (Vec::new(), Vec::<u64>::new());
    for (segment, rows) in store.rows().segments().iter().zip(&rejected) {
        rows.for_each_block(|block| {
            segment.read_orientation(block, &mut orientations);
            segment.n_records().read(block, &mut n_records);
            let [src, dst, interface, src_port, dst_port, protocol, flags, packets, bytes, start, end] =
                columns.read(segment, block);
            for at in 0..block.n_rows() {
                let hint = row_evidence.hint(protocol[at], flags[at], src_port[at], dst_port[at]);
                let ports = if has_ports(protocol[at], src_port[at], dst_port[at]) {
                    (port(src_port[at]), port(dst_port[at]))
                } else {
                    (None, None)
                };
                let protocol = (protocol[at] != ABSENT).then_some(protocol[at] as u8);
                if let (Some(src_port), Some(dst_port)) = ports
                    && src[at] != ABSENT
                    && dst[at] != ABSENT
                {
                    fan_in.note(src[at] as u32, dst[at] as u32, src_port, dst_port, protocol);
                }
                let (src_port, dst_port) = ports_that_matter(hint, ports);
                let time = time_of(start[at], end[at]);
                let flow = Flow {
                    interface: code(interface[at]),
                    src: code(src[at]),
                    dst: code(dst[at]),
                    src_port,
                    dst_port,
                    protocol,
                    direction: Orientation::from_code(orientations[at]).direction,
                    hint,
                    part: spark.zip(time).and_then(|(spark, time)| spark.part_of(time)).unwrap_or(NO_PART),
                };
                let total = flows.at(flow);
                total.tally.add(Tally::of_row(n_records[at], packets[at], bytes[at]));
                total.time = TimeExtent::joined(total.time, TimeExtent::of_window(start[at], end[at]));
            }
        });
    }
    in_values(store, &accepted.by_code, flows.into_entries(), fan_in)
}

fn port(decoded: u64) -> Option<u16> {
    u16::try_from(decoded).ok()
}

/// [`ABSENT`] becomes [`crate::analysis::places::NOT_THERE`].
fn code(decoded: u64) -> u32 {
    decoded as u32
}

/// Keeps the port that the row's own evidence calls the server's, and those that fan-in may call so.
fn ports_that_matter(hint: Hint, ports: (Option<u16>, Option<u16>)) -> (Option<u16>, Option<u16>) {
    let server = hint.client.map_or(End::Dst, End::other);
    let matters = |end: End, port: Option<u16>| {
        port.filter(|&port| server == end || (hint.yields_to_fan_in() && Endpoint::can_be_server(port)))
    };
    (matters(End::Src, ports.0), matters(End::Dst, ports.1))
}

/// Trades the shard's codes for places in lists of values, which hold no more than is needed.
fn in_values(
    store: &Store,
    accepted: &[bool],
    mut flows: Vec<(Flow, FlowTotal)>,
    fan_in: FanIn,
) -> RejectedPartial {
    let interface_id = store.field_id(Field::INTERFACE_ID);
    let n_interfaces = interface_id.map_or(0, |id| store.column(id).texts.all().len());
    let mut interfaces = Places::new(n_interfaces);
    let mut addresses = Places::new(accepted.len());
    for (flow, _) in &mut flows {
        flow.interface = interfaces.place(flow.interface);
        flow.src = addresses.place(flow.src);
        flow.dst = addresses.place(flow.dst);
    }
    let mut peer_ports = fan_in.into_endpoints();
    for (endpoint, _) in &mut peer_ports {
        endpoint.address = addresses.place(endpoint.address);
    }
    for (code, address) in store.addresses().all().iter().enumerate() {
        if accepted[code] && !address.is_private() {
            addresses.place(code as u32);
        }
    }
    RejectedPartial {
        recorded: HELPFUL.map(|field| store.field_id(field).is_some()),
        has_action: store.field_id(Field::ACTION).is_some(),
        interfaces: interfaces
            .codes()
            .iter()
            .map(|&code| interface_id.map_or(Value::Absent, |id| store.value(id, u64::from(code))))
            .collect(),
        addresses: addresses
            .codes()
            .iter()
            .map(|&code| SeenAddress {
                address: store.addresses().get(u64::from(code)),
                accepted: accepted[code as usize],
            })
            .collect(),
        flows,
        peer_ports,
    }
}

impl RejectedPartial {
    pub(super) fn merge(&mut self, other: RejectedPartial) {
        for (into, other) in self.recorded.iter_mut().zip(other.recorded) {
            *into |= other;
        }
        self.has_action |= other.has_action;
        let interfaces = join_lists(&mut self.interfaces, other.interfaces);
        let addresses = self.take_addresses(&other.addresses);
        self.flows.extend(other.flows.into_iter().map(|(mut flow, total)| {
            flow.interface = moved(&interfaces, flow.interface);
            flow.src = moved(&addresses, flow.src);
            flow.dst = moved(&addresses, flow.dst);
            (flow, total)
        }));
        let mut fan_in = FanIn::with_capacity(self.peer_ports.len());
        for (endpoint, ports) in self.peer_ports.drain(..) {
            fan_in.add(endpoint, ports);
        }
        for (endpoint, ports) in other.peer_ports {
            fan_in.add(Endpoint { address: moved(&addresses, endpoint.address), ..endpoint }, ports);
        }
        self.peer_ports = fan_in.into_endpoints();
    }

    /// Where each of another partial's addresses is here.
    fn take_addresses(&mut self, others: &[SeenAddress]) -> Vec<u32> {
        let mut known: HashMap<Address, u32, FxBuildHasher> =
            self.addresses.iter().map(|seen| seen.address).zip(0..).collect();
        others
            .iter()
            .map(|seen| {
                let place = *known.entry(seen.address).or_insert_with(|| {
                    self.addresses.push(*seen);
                    self.addresses.len() as u32 - 1
                });
                self.addresses[place as usize].accepted |= seen.accepted;
                place
            })
            .collect()
    }
}
