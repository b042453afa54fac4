//! What a shard hands over in the second pass, and how two of them become one.

use serde::{Deserialize, Serialize};

use super::REQUIRED;
use super::admitted::{AdmittedKey, AdmittedTime, RefusedServices};
use super::contact::{Contact, ContactKey};
use super::coverage::{self, Coverage};
use super::row_reader::{EndsOf, RowReader};
use super::trace::{Marks, Trace, TraceKey};
use super::wanted::{RejectedTuples, WantedCodes};
use crate::analysis::ShardView;
use crate::analysis::by_key::ByKey;
use crate::analysis::fan_in::{Endpoint, FanIn, PeerPorts};
use crate::analysis::places::{NOT_THERE, Places, join_lists, moved};
use crate::intake::client::RowEvidence;
use crate::query::SegmentRows;
use crate::record::{Address, Field, Value};
use crate::store::{ABSENT, Store};

/// The rows of wanted tuples, folded, and what verdicts need besides. Self-contained: everything points into the
/// partial's own lists. After a merge a key may stand in a list twice; whoever reads them adds them up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct DiagnosisPartial {
    /// Which of [`REQUIRED`], and of the helpful fields, any file records.
    pub(super) recorded: Recorded,
    /// Rows without an action, of which nothing can be said.
    pub(super) n_rows_without_action: u64,
    pub(super) n_rows: u64,
    pub(super) is_rolled_up: bool,
    pub(super) interfaces: Vec<Value>,
    pub(super) coverage: Vec<(u32, Coverage)>,
    pub(super) addresses: Vec<Address>,
    pub(super) traces: Vec<(TraceKey, Trace)>,
    pub(super) peer_ports: Vec<(Endpoint, PeerPorts)>,
    pub(super) contacts: Vec<(ContactKey, Contact)>,
    pub(super) admitted: Vec<(AdmittedKey, AdmittedTime)>,
}

/// Which fields the files of a load record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub required: [bool; REQUIRED.len()],
    pub subnet_id: bool,
}

impl Recorded {
    fn of(store: &Store) -> Recorded {
        let has = |field| store.field_id(field).is_some();
        Recorded { required: REQUIRED.map(has), subnet_id: has(Field::SUBNET_ID) }
    }

    fn join(&mut self, other: Recorded) {
        for (into, other) in self.required.iter_mut().zip(other.required) {
            *into |= other;
        }
        self.subnet_id |= other.subnet_id;
    }
}

pub(super) fn scan(shard: ShardView<'_>, wanted: &RejectedTuples) -> DiagnosisPartial {
    let ShardView { store, rows, .. } = shard;
    let wanted = WantedCodes::of(wanted, store);
    let mut reader = RowReader::new(store, EndsOf::Packet);
    let mut evidence = RowEvidence::new(store.is_rolled_up());
    let mut traces: ByKey<TraceKey, Trace> = ByKey::with_capacity(wanted.tuples.len());
    let mut contacts: ByKey<ContactKey, Contact> = ByKey::with_capacity(0);
    let mut fan_in = FanIn::with_capacity(wanted.tuples.len());
    let refused = RefusedServices::of(wanted.tuples.iter(), store.addresses().all().len(), &mut evidence);
    let mut admitted: ByKey<AdmittedKey, AdmittedTime> = ByKey::with_capacity(0);
    let mut partial = DiagnosisPartial {
        recorded: Recorded::of(store),
        is_rolled_up: store.is_rolled_up(),
        ..DiagnosisPartial::default()
    };
    for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
        // What else was seen of a conversation does not depend on the filter.
        let asked = reader.rejected(segment).and(rows.clone());
        let others = asked.clone().not(segment.n_rows());
        for (rows, is_asked) in [(asked, true), (others, false)] {
            reader.for_each(segment, &rows, |row| {
                if wanted.tuples.contains(&row.tuple) {
                    traces.at(TraceKey::of(&row)).add(Trace::of_row(&row, is_asked));
                    // Where flags tell, nobody counts ports.
                    let flags_tell = row.marks.has(Marks::SYN.and(Marks::SYN_ACK));
                    if let (Some(src_port), Some(dst_port)) = (row.src.port, row.dst.port)
                        && !flags_tell
                        && row.src.address != NOT_THERE
                        && row.dst.address != NOT_THERE
                    {
                        fan_in.note(
                            row.src.address,
                            row.dst.address,
                            src_port,
                            dst_port,
                            row.tuple.protocol(),
                        );
                    }
                }
                refused.note(&row, &mut evidence, &mut admitted);
                if wanted.is_outsider(row.src.address) || wanted.is_outsider(row.dst.address) {
                    let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
                    let protocol = row.tuple.protocol().map_or(ABSENT, u64::from);
                    let (src_port, dst_port) = (decoded(row.src.port), decoded(row.dst.port));
                    let client = evidence.hint(protocol, row.flags, src_port, dst_port).client;
                    if let Some((key, contact)) =
                        Contact::of_row(&row, client, |code| wanted.is_outsider(code))
                    {
                        contacts.at(key).add(contact);
                    }
                }
            });
        }
        let action = segment.column_or_absent(store.field_id(Field::ACTION));
        let without = SegmentRows::from_bitmap(action.present()).not(segment.n_rows());
        partial.n_rows_without_action += u64::from(without.n_rows());
        partial.n_rows += u64::from(segment.n_rows());
    }
    partial.admitted = admitted.into_entries();
    partial.take_values(store, traces.into_entries(), contacts.into_entries(), fan_in.into_endpoints());
    partial
}

impl DiagnosisPartial {
    /// Trades a shard's codes for places in lists of values, which hold no more than is needed.
    fn take_values(
        &mut self,
        store: &Store,
        traces: Vec<(TraceKey, Trace)>,
        contacts: Vec<(ContactKey, Contact)>,
        peer_ports: Vec<(Endpoint, PeerPorts)>,
    ) {
        let interface_id = store.field_id(Field::INTERFACE_ID);
        let mut interfaces = Places::new(interface_id.map_or(0, |id| store.column(id).texts.all().len()));
        let mut addresses = Places::new(store.addresses().all().len());
        (self.traces, self.contacts, self.peer_ports) = (traces, contacts, peer_ports);
        self.replace(|code| interfaces.place(code), |code| addresses.place(code));
        let values = interfaces
            .codes()
            .iter()
            .map(|&code| interface_id.map_or(Value::Absent, |id| store.value(id, u64::from(code))));
        self.interfaces = values.collect();
        self.addresses =
            addresses.codes().iter().map(|&code| store.addresses().get(u64::from(code))).collect();
        let (values, coverage): (Vec<Value>, Vec<Coverage>) = coverage::scan(store).into_iter().unzip();
        let places = join_lists(&mut self.interfaces, values);
        self.coverage = places.into_iter().zip(coverage).collect();
    }

    /// Gives every interface and address of the lists its new place.
    fn replace(&mut self, mut interface: impl FnMut(u32) -> u32, mut address: impl FnMut(u32) -> u32) {
        for (key, _) in &mut self.traces {
            key.interface = interface(key.interface);
            key.src.address = address(key.src.address);
            key.dst.address = address(key.dst.address);
        }
        for (key, _) in &mut self.contacts {
            key.outsider = address(key.outsider);
            key.service.address = address(key.service.address);
        }
        for (endpoint, _) in &mut self.peer_ports {
            endpoint.address = address(endpoint.address);
        }
        for (key, _) in &mut self.admitted {
            key.interface = interface(key.interface);
            key.service.address = address(key.service.address);
            key.client = address(key.client);
        }
    }

    pub(super) fn merge(&mut self, mut other: DiagnosisPartial) {
        self.recorded.join(other.recorded);
        self.n_rows_without_action += other.n_rows_without_action;
        self.n_rows += other.n_rows;
        self.is_rolled_up |= other.is_rolled_up;
        let interfaces = join_lists(&mut self.interfaces, std::mem::take(&mut other.interfaces));
        let addresses = join_lists(&mut self.addresses, std::mem::take(&mut other.addresses));
        other.replace(|place| moved(&interfaces, place), |place| moved(&addresses, place));
        self.coverage.extend(
            other.coverage.into_iter().map(|(place, coverage)| (moved(&interfaces, place), coverage)),
        );
        self.traces.extend(other.traces);
        self.contacts.extend(other.contacts);
        self.peer_ports.extend(other.peer_ports);
        self.admitted.extend(other.admitted);
    }

    pub(super) fn address(&self, place: u32) -> Option<Address> {
        self.addresses.get(place as usize).copied()
    }

    pub(super) fn interface(&self, place: u32) -> &Value {
        self.interfaces.get(place as usize).unwrap_or(&Value::Absent)
    }
}
