//! What a shard hands over in the second pass, and how two of them become one.

use serde::{Deserialize, Serialize};

use super::REQUIRED;
use super::admitted::{AdmittedKey, AdmittedTime, RefusedServices};
use super::contact::{Contact, ContactKey};
use super::wanted::{RejectedTuples, WantedCodes};
use crate::analysis::ShardView;
use crate::analysis::action::Action;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::{EndsOf, Folded, FoldedPlaces, Marks, RowReader, Wanted};
use crate::analysis::fan_in::FanIn;
use crate::analysis::places::{NOT_THERE, moved};
use crate::intake::client::RowEvidence;
use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{ABSENT, Store};

/// The rows of wanted tuples, folded, and what verdicts need besides. After a merge a key may stand in a list twice;
/// whoever reads them adds them up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct DiagnosisPartial {
    /// Which of [`REQUIRED`], and of the helpful fields, any file records.
    pub(super) recorded: Recorded,
    /// Rows without an action, of which nothing can be said.
    pub(super) n_rows_without_action: u64,
    pub(super) n_rows: u64,
    pub(super) is_rolled_up: bool,
    pub(super) folded: Folded,
    /// With places in the folded lists, as what follows.
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

pub(super) fn scan(shard: ShardView<'_>, tuples: &RejectedTuples) -> DiagnosisPartial {
    let ShardView { store, rows, .. } = shard;
    let wanted = WantedCodes::of(tuples, store);
    let mut reader = RowReader::new(store, EndsOf::Packet);
    let mut evidence = RowEvidence::new(store.is_rolled_up());
    let mut traces = tuples.traces(&wanted);
    let mut known: Vec<Option<Wanted>> = Vec::new();
    let mut contacts: ByKey<ContactKey, Contact> = ByKey::with_capacity(0);
    let mut fan_in = FanIn::with_capacity(tuples.tuples().len());
    let n_addresses = store.addresses().all().len();
    let refused = RefusedServices::of(tuples.tuples(), &wanted.codes, n_addresses, &mut evidence);
    let mut admitted: ByKey<AdmittedKey, AdmittedTime> = ByKey::with_capacity(0);
    let mut partial = DiagnosisPartial {
        recorded: Recorded::of(store),
        is_rolled_up: store.is_rolled_up(),
        ..DiagnosisPartial::default()
    };
    for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
        // What else was seen of a conversation does not depend on the filter.
        let asked = reader.rows_with(segment, Action::Rejected).and(rows.clone());
        let others = asked.clone().not(segment.n_rows());
        for (rows, is_asked) in [(asked, true), (others, false)] {
            reader.for_each_batch(segment, &rows, |rows| {
                known.clear();
                known.extend(traces.wanted_of(rows));
                for (row, known) in rows.iter().zip(&known) {
                    if let Some(known) = known {
                        traces.add(*known, row, is_asked);
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
                    refused.note(row, &mut evidence, &mut admitted);
                    if wanted.is_outsider(row.src.address) || wanted.is_outsider(row.dst.address) {
                        let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
                        let protocol = row.tuple.protocol().map_or(ABSENT, u64::from);
                        let (src_port, dst_port) = (decoded(row.src.port), decoded(row.dst.port));
                        let client = evidence.hint(protocol, row.flags, src_port, dst_port).client;
                        if let Some((key, contact)) =
                            Contact::of_row(row, client, |code| wanted.is_outsider(code))
                        {
                            contacts.at(key).add(contact);
                        }
                    }
                }
            });
        }
        let action = segment.column_or_absent(store.field_id(Field::ACTION));
        let without = SegmentRows::from_bitmap(action.present()).not(segment.n_rows());
        partial.n_rows_without_action += u64::from(without.n_rows());
        partial.n_rows += u64::from(segment.n_rows());
    }
    let mut places = FoldedPlaces::of(store);
    partial.contacts = contacts.into_entries();
    partial.admitted = admitted.into_entries();
    partial.replace(|code| places.interfaces.place(code), |code| places.addresses.place(code));
    partial.folded = Folded::of_shard(store, traces.into_entries(), fan_in.into_endpoints(), places);
    partial
}

impl DiagnosisPartial {
    /// Gives every interface and address that is not among the folded ones its new place.
    fn replace(&mut self, mut interface: impl FnMut(u32) -> u32, mut address: impl FnMut(u32) -> u32) {
        for (key, _) in &mut self.contacts {
            key.outsider = address(key.outsider);
            key.service = key.service.at(address(key.service.address()));
        }
        for (key, _) in &mut self.admitted {
            key.interface = interface(key.interface);
            key.service = key.service.at(address(key.service.address()));
            key.client = address(key.client);
        }
    }

    pub(super) fn merge(&mut self, mut other: DiagnosisPartial) {
        self.recorded.join(other.recorded);
        self.n_rows_without_action += other.n_rows_without_action;
        self.n_rows += other.n_rows;
        self.is_rolled_up |= other.is_rolled_up;
        let [interfaces, addresses] = self.folded.merge(std::mem::take(&mut other.folded));
        other.replace(|place| moved(&interfaces, place), |place| moved(&addresses, place));
        self.contacts.extend(other.contacts);
        self.admitted.extend(other.admitted);
    }
}
