//! What a shard hands over, and how two of them become one.

use serde::{Deserialize, Serialize};

use super::Room;
use super::bounded::{BoundedFold, Kept};
use super::fold::{Folded, FoldedRow};
use crate::analysis::ShardView;
use crate::analysis::conversation::{
    Coverage, EndsOf, Fate, Marks, RowReader, TraceKey, address_hash, scan_coverage,
};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::{FanIn, PeerPorts};
use crate::analysis::places::{NOT_THERE, Places, join_lists, moved};
use crate::intake::client::RowEvidence;
use crate::record::{Address, Field, Value};
use crate::store::Store;

/// Fields without which requests cannot be told, or not judged.
pub(super) const REQUIRED: [Field; 4] = [Field::ACTION, Field::SRCADDR, Field::DSTADDR, Field::INTERFACE_ID];
/// Fields that make fewer guesses.
pub(super) const HELPFUL: [Field; 5] =
    [Field::PROTOCOL, Field::SRCPORT, Field::DSTPORT, Field::TCP_FLAGS, Field::FLOW_DIRECTION];

/// The rows of a shard, folded. Self-contained: everything points into the partial's own lists.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RequestsPartial {
    pub(super) n_rows: u64,
    pub(super) n_accepted_rows: u64,
    pub(super) n_rows_without_action: u64,
    pub(super) recorded: [bool; REQUIRED.len()],
    pub(super) recorded_helpful: [bool; HELPFUL.len()],
    pub(super) interfaces: Vec<Value>,
    /// Of all rows and status records, whatever the filter: what an interface logged.
    pub(super) coverage: Vec<(u32, Coverage)>,
    pub(super) addresses: Vec<Address>,
    pub(super) accepted: Kept,
    pub(super) refused: Kept,
    pub(super) peer_ports: Vec<(Endpoint, PeerPorts)>,
}

pub(super) fn scan(shard: ShardView<'_>, room: Room) -> RequestsPartial {
    let ShardView { store, rows, .. } = shard;
    // What a group or an ACL is asked about is what the interface shows, whoever sent the packet first or gets it last.
    let mut reader = RowReader::new(store, EndsOf::Interface);
    let mut evidence = RowEvidence::new(store.is_rolled_up());
    let hashes: Vec<u64> = store.addresses().all().iter().copied().map(address_hash).collect();
    let hash_of = |code: u32| hashes.get(code as usize).copied().unwrap_or_default();
    let n_rows = rows.segments().iter().map(|rows| rows.n_rows() as usize).sum();
    let mut accepted = BoundedFold::new(room.n_accepted as usize, n_rows);
    let mut refused = BoundedFold::new(room.n_refused as usize, n_rows);
    let mut fan_in = FanIn::with_capacity(0);
    let has = |field| store.field_id(field).is_some();
    let mut partial = RequestsPartial {
        recorded: REQUIRED.map(has),
        recorded_helpful: HELPFUL.map(has),
        ..RequestsPartial::default()
    };
    for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
        reader.for_each(segment, rows, |row| {
            partial.n_rows += row.n_records;
            match row.fate {
                Fate::Accepted => partial.n_accepted_rows += row.n_records,
                Fate::NotRecorded => partial.n_rows_without_action += row.n_records,
                _ => {}
            }
            let FoldedRow { key, folded, is_open } = FoldedRow::of(row, &mut evidence, store.is_rolled_up());
            // Where flags tell, nobody counts ports.
            if is_open
                && let (Some(src_port), Some(dst_port)) = (key.src().port, key.dst().port)
                && !row.marks.has(Marks::SYN.and(Marks::SYN_ACK))
                && row.src.address != NOT_THERE
                && row.dst.address != NOT_THERE
            {
                fan_in.note(row.src.address, row.dst.address, src_port, dst_port, key.tuple.protocol());
            }
            let to = if row.fate == Fate::Accepted { &mut accepted } else { &mut refused };
            to.add(key, &folded, hash_of);
        });
    }
    partial.accepted = accepted.into_kept(hash_of);
    partial.refused = refused.into_kept(hash_of);
    partial.peer_ports = fan_in.into_endpoints();
    partial.take_values(store);
    partial
}

impl RequestsPartial {
    /// Trades a shard's codes for places in lists of values, which hold no more than is needed.
    fn take_values(&mut self, store: &Store) {
        let interface_id = store.field_id(Field::INTERFACE_ID);
        let mut interfaces = Places::new(interface_id.map_or(0, |id| store.column(id).texts.all().len()));
        let mut addresses = Places::new(store.addresses().all().len());
        self.replace(|code| interfaces.place(code), |code| addresses.place(code));
        let values = interfaces
            .codes()
            .iter()
            .map(|&code| interface_id.map_or(Value::Absent, |id| store.value(id, u64::from(code))));
        self.interfaces = values.collect();
        self.addresses =
            addresses.codes().iter().map(|&code| store.addresses().get(u64::from(code))).collect();
        let (values, coverage): (Vec<Value>, Vec<Coverage>) = scan_coverage(store).into_iter().unzip();
        let places = join_lists(&mut self.interfaces, values);
        self.coverage = places.into_iter().zip(coverage).collect();
    }

    /// Gives every interface and address its new place.
    fn replace(&mut self, mut interface: impl FnMut(u32) -> u32, mut address: impl FnMut(u32) -> u32) {
        for (key, _) in self.accepted.entries.iter_mut().chain(&mut self.refused.entries) {
            key.replace(&mut interface, &mut address);
        }
        for (endpoint, _) in &mut self.peer_ports {
            *endpoint = endpoint.at(address(endpoint.address()));
        }
    }

    pub(super) fn merge(&mut self, mut other: RequestsPartial, room: Room) {
        self.n_rows += other.n_rows;
        self.n_accepted_rows += other.n_accepted_rows;
        self.n_rows_without_action += other.n_rows_without_action;
        for (into, other) in self.recorded.iter_mut().zip(other.recorded) {
            *into |= other;
        }
        for (into, other) in self.recorded_helpful.iter_mut().zip(other.recorded_helpful) {
            *into |= other;
        }
        let interfaces = join_lists(&mut self.interfaces, std::mem::take(&mut other.interfaces));
        let addresses = join_lists(&mut self.addresses, std::mem::take(&mut other.addresses));
        other.replace(|place| moved(&interfaces, place), |place| moved(&addresses, place));
        self.coverage.extend(
            other.coverage.into_iter().map(|(place, coverage)| (moved(&interfaces, place), coverage)),
        );
        self.peer_ports.extend(other.peer_ports);
        let all = &self.addresses;
        let hash_of = |place: u32| all.get(place as usize).copied().map_or(0, address_hash);
        self.accepted.merge(other.accepted, room.n_accepted as usize, hash_of);
        self.refused.merge(other.refused, room.n_refused as usize, hash_of);
    }

    pub(super) fn address(&self, place: u32) -> Option<Address> {
        self.addresses.get(place as usize).copied()
    }

    /// All that was kept, keys perhaps more than once.
    pub(super) fn take_entries(&mut self) -> Vec<(TraceKey, Folded)> {
        let mut entries = std::mem::take(&mut self.accepted.entries);
        entries.append(&mut self.refused.entries);
        entries
    }
}
