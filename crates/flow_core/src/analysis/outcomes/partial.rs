//! The second pass: the rows of tuples that may not have worked, folded; of all others only counts.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::REQUIRED;
use super::one_sided::OneSidedTuples;
use crate::analysis::ShardView;
use crate::analysis::action::Action;
use crate::analysis::conversation::{
    EndsOf, Folded, FoldedPlaces, Marks, ReadRow, RowReader, Tuple, TupleEnd, Wanted,
};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::FanIn;
use crate::analysis::places::{NOT_THERE, moved};
use crate::query::SegmentRows;
use crate::record::Field;

/// What a shard hands over. After a merge a key may stand in a list twice; whoever reads them adds them up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OutcomesPartial {
    /// Which of [`REQUIRED`] any file records.
    pub(super) records_required: [bool; REQUIRED.len()],
    pub(super) records_flags: bool,
    pub(super) records_packet_ends: bool,
    pub(super) is_rolled_up: bool,
    pub(super) n_rows: u64,
    pub(super) n_rows_without_action: u64,
    pub(super) folded: Folded,
    /// Asked accepted rows of all other tuples: those work.
    pub(super) n_rows_working: u64,
    /// Accepted rows of all other tuples, asked or not, by those ends that are also an end of a folded one.
    pub(super) working: Vec<(Endpoint, u64)>,
    /// The ways of folded tuples that all other tuples took.
    pub(super) came_through: Vec<Way>,
}

/// From somebody to a service, by whatever port: of protocols without a handshake alone, because of TCP it shows by itself
/// whether an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Way {
    client: u32,
    service: Endpoint,
}

impl Way {
    /// `client` is the place of the end that asked.
    pub fn between(tuple: &Tuple, client: usize) -> Option<Way> {
        let ends = tuple.ends();
        let is_recorded = ends.iter().all(|end| end.address != NOT_THERE);
        (is_recorded && !tuple.is_tcp()).then(|| Way {
            client: ends[client].address,
            service: Endpoint::of(ends[1 - client], tuple.protocol()),
        })
    }

    /// Whoever asked.
    pub fn both_of(tuple: &Tuple) -> impl Iterator<Item = Way> {
        [0, 1].into_iter().filter_map(|client| Way::between(tuple, client))
    }
}

pub(super) fn scan(shard: ShardView<'_>, wanted: &OneSidedTuples) -> OutcomesPartial {
    let ShardView { store, rows, .. } = shard;
    let OneSidedTuples(wanted) = wanted;
    let codes = wanted.address_codes(store);
    let n_addresses = store.addresses().all().len();
    let mut ends = WantedEnds::of(wanted.ends_in_codes(&codes), wanted.in_codes(&codes), n_addresses);
    let mut reader = RowReader::new(store, EndsOf::Packet);
    let mut traces = wanted.traces(&codes);
    let mut known: Vec<Option<Wanted>> = Vec::new();
    let has = |field| store.field_id(field).is_some();
    let mut partial = OutcomesPartial {
        records_required: REQUIRED.map(has),
        records_flags: has(Field::TCP_FLAGS),
        records_packet_ends: has(Field::PKT_SRCADDR) || has(Field::PKT_DSTADDR),
        is_rolled_up: store.is_rolled_up(),
        ..OutcomesPartial::default()
    };
    for (segment, rows) in store.rows().segments().iter().zip(rows.segments()) {
        let accepted = reader.rows_with(segment, Action::Accepted);
        let asked = accepted.clone().and(rows.clone());
        let others = accepted.clone().and(asked.clone().not(segment.n_rows()));
        for (rows, is_asked) in [(asked, true), (others, false)] {
            reader.for_each_batch(segment, &rows, |rows| {
                known.clear();
                known.extend(traces.wanted_of(rows));
                for (row, known) in rows.iter().zip(&known) {
                    match known {
                        Some(known) => traces.add(*known, row, is_asked),
                        None if is_asked => partial.n_rows_working += row.n_records,
                        None => {}
                    }
                    ends.note(row, known.is_none());
                }
            });
        }
        // A rejection explains why there is no reply.
        let not_accepted = accepted.not(segment.n_rows());
        reader.for_each(segment, &not_accepted, |row| {
            if let Some(wanted) = traces.wanted(&row.tuple) {
                traces.add(wanted, &row, false);
            }
        });
        let action = segment.column_or_absent(store.field_id(Field::ACTION));
        let without = SegmentRows::from_bitmap(action.present()).not(segment.n_rows());
        partial.n_rows_without_action += u64::from(without.n_rows());
        partial.n_rows += u64::from(segment.n_rows());
    }
    let mut places = FoldedPlaces::of(store);
    partial.working = ends.working();
    partial.came_through = ends.came_through();
    partial.place_ends(|code| places.addresses.place(code));
    partial.folded = Folded::of_shard(store, traces.into_entries(), ends.fan_in.into_endpoints(), places);
    partial
}

impl OutcomesPartial {
    pub(super) fn merge(&mut self, mut other: OutcomesPartial) {
        for (into, other) in self.records_required.iter_mut().zip(other.records_required) {
            *into |= other;
        }
        self.records_flags |= other.records_flags;
        self.records_packet_ends |= other.records_packet_ends;
        self.is_rolled_up |= other.is_rolled_up;
        self.n_rows += other.n_rows;
        self.n_rows_without_action += other.n_rows_without_action;
        self.n_rows_working += other.n_rows_working;
        let [_, addresses] = self.folded.merge(std::mem::take(&mut other.folded));
        other.place_ends(|place| moved(&addresses, place));
        self.working.extend(other.working);
        self.came_through.extend(other.came_through);
    }

    /// Gives every address that is not among the folded ones its new place.
    fn place_ends(&mut self, mut place: impl FnMut(u32) -> u32) {
        for (end, _) in &mut self.working {
            *end = end.at(place(end.address()));
        }
        for way in &mut self.came_through {
            way.client = place(way.client);
            way.service = way.service.at(place(way.service.address()));
        }
    }
}

/// The ends of the wanted tuples that have ports, and what the rows of all tuples say of them. Of these ends only, because
/// they are the same however rows are dealt to shards, and few.
struct WantedEnds {
    /// By address code, so that most rows ask no table.
    is_wanted: Vec<bool>,
    n_rows_working: HashMap<Endpoint, u64, FxBuildHasher>,
    /// By way: whether others took it.
    came_through: HashMap<Way, bool, FxBuildHasher>,
    fan_in: FanIn,
}

impl WantedEnds {
    fn of(
        ends: impl Iterator<Item = (TupleEnd, Option<u8>)>,
        tuples: impl Iterator<Item = Tuple>,
        n_addresses: usize,
    ) -> WantedEnds {
        let mut is_wanted = vec![false; n_addresses];
        let mut n_rows_working = HashMap::default();
        for endpoint in ends.filter_map(|(end, protocol)| endpoint(end, protocol)) {
            is_wanted[endpoint.address() as usize] = true;
            n_rows_working.insert(endpoint, 0);
        }
        let came_through = tuples
            .flat_map(|tuple| Way::both_of(&tuple).collect::<Vec<_>>())
            .map(|way| (way, false))
            .collect();
        WantedEnds { is_wanted, n_rows_working, came_through, fan_in: FanIn::with_capacity(0) }
    }

    /// Of an accepted row.
    fn note(&mut self, row: &ReadRow, is_working: bool) {
        let protocol = row.tuple.protocol();
        if is_working && !row.tuple.is_tcp() {
            for way in Way::both_of(&row.tuple) {
                self.came_through.entry(way).and_modify(|is_taken| *is_taken = true);
            }
        }
        // Where flags tell, nobody counts ports.
        let flags_tell = row.marks.has(Marks::SYN.and(Marks::SYN_ACK));
        for (own, peer) in [(row.src, row.dst), (row.dst, row.src)] {
            let Some(endpoint) = endpoint(own, protocol) else { continue };
            if !self.is_wanted[endpoint.address() as usize] {
                continue;
            }
            let Some(n_rows) = self.n_rows_working.get_mut(&endpoint) else { continue };
            *n_rows += if is_working { row.n_records } else { 0 };
            if let (Some(port), Some(peer_port)) = (own.port, peer.port)
                && !flags_tell
            {
                self.fan_in.note_end(own.address, port, protocol, peer_port);
            }
        }
    }

    fn came_through(&mut self) -> Vec<Way> {
        self.came_through.drain().filter(|(_, is_taken)| *is_taken).map(|(way, _)| way).collect()
    }

    fn working(&mut self) -> Vec<(Endpoint, u64)> {
        self.n_rows_working.drain().filter(|(_, n_rows)| *n_rows > 0).collect()
    }
}

/// `None` for ends without a port, or without an address.
pub(super) fn endpoint(end: TupleEnd, protocol: Option<u8>) -> Option<Endpoint> {
    (end.port.is_some() && end.address != NOT_THERE).then(|| Endpoint::of(end, protocol))
}
