//! From the folded rows of all shards to requests: conversations are put together, who asked is judged, and what is the
//! same but for the client's port becomes one.

use std::collections::BTreeMap;

use super::basis::Basis;
use super::fold::{Folded, joined};
use super::partial::{HELPFUL, REQUIRED, RequestsPartial};
use super::request::{Request, RequestKey, RequestTotal, Requests, Sent, is_guess};
use crate::analysis::TimeExtent;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::Coverage;
use crate::analysis::conversation::Half;
use crate::analysis::conversation::Tuple;
use crate::analysis::conversation::View;
use crate::analysis::conversation::who_began;
use crate::analysis::conversation::{Fate, TraceKey};
use crate::analysis::diagnosis::Began;
use crate::analysis::fan_in::{FanIn, Servers};
use crate::config::RuleDirection;
use crate::intake::client::{RowEvidence, has_ports};
use crate::record::{Address, Field, Value};

pub(super) fn requests(mut partial: RequestsPartial) -> Requests {
    let entries = partial.take_entries();
    let order = in_conversations(&entries);
    let mut coverage: BTreeMap<Value, Coverage> = BTreeMap::new();
    for (place, of) in std::mem::take(&mut partial.coverage) {
        let interface = partial.interfaces.get(place as usize).cloned().unwrap_or(Value::Absent);
        coverage.entry(interface).or_default().join(of);
    }
    let mut resolver = Resolver {
        servers: servers(&partial),
        // A port that is absent while the other is there is a client's, in every folded row.
        evidence: RowEvidence::new(true),
        requests: ByKey::with_capacity(entries.len()),
        n_rows_unknown: 0,
        n_rows_without_side: 0,
    };
    let goes_on =
        |one: &Place, next: &Place| one.tuple == next.tuple && next.span <= one.span.saturating_add(1);
    let mut seen: Vec<Seen> = Vec::new();
    let (mut n_accepted, mut n_other) = (0, 0);
    for of_conversation in order.chunk_by(goes_on) {
        seen.clear();
        for place in of_conversation {
            let (key, folded) = &entries[place.entry as usize];
            let n = if key.fate == Fate::Accepted { &mut n_accepted } else { &mut n_other };
            *n += folded.trace.tally.rows;
            let at =
                seen.iter().rposition(|seen| seen.view.interface == key.interface).unwrap_or_else(|| {
                    seen.push(Seen::of(key.interface));
                    seen.len() - 1
                });
            seen[at].add(key, folded);
        }
        let (first, _) = &entries[of_conversation[0].entry as usize];
        resolver.take(&partial, first.tuple, &seen);
    }
    let times = coverage.values().map(|coverage| coverage.time).fold(None, TimeExtent::joined);
    let not_recorded = |fields: &[Field], recorded: &[bool]| {
        fields.iter().zip(recorded).filter(|(_, recorded)| !**recorded).map(|(field, _)| *field).collect()
    };
    let skipped = coverage.iter().map(|(interface, of)| (interface.clone(), of.skipped.len() as u64));
    let requests = resolver.requests.into_entries();
    let basis = Basis {
        n_rows: partial.n_rows,
        time: times.map(|time| (time.start_secs, time.end_secs)),
        n_rows_guessed: requests.iter().map(|(_, total)| total.n_rows_guessed).sum(),
        n_rows_unknown: resolver.n_rows_unknown,
        n_rows_without_side: resolver.n_rows_without_side,
        n_accepted_rows_over_limit: partial.n_accepted_rows - n_accepted,
        n_other_rows_over_limit: partial.n_rows - partial.n_accepted_rows - n_other,
        n_rows_without_action: partial.n_rows_without_action,
        skipped: skipped.filter(|(_, n_windows)| *n_windows > 0).collect(),
        missing: not_recorded(&REQUIRED, &partial.recorded),
        needs: not_recorded(&HELPFUL, &partial.recorded_helpful),
    };
    Requests {
        requests: requests.into_iter().map(|(key, total)| Request { key, total }).collect(),
        interfaces: partial.interfaces,
        addresses: partial.addresses,
        coverage,
        basis,
    }
}

/// Where an entry belongs among others. Sorted instead of the entries, which are large to move about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    tuple: Tuple,
    span: u64,
    interface: u32,
    entry: u32,
}

/// The entries of one conversation beside each other, and in it those of one interface.
fn in_conversations(entries: &[(TraceKey, Folded)]) -> Vec<Place> {
    let places = (0..).zip(entries).map(|(entry, (key, _))| Place {
        tuple: key.tuple,
        span: key.span,
        interface: key.interface,
        entry,
    });
    let mut places: Vec<Place> = places.collect();
    places.sort_unstable();
    places
}

fn servers(partial: &RequestsPartial) -> Servers {
    let mut fan_in = FanIn::with_capacity(partial.peer_ports.len());
    for (endpoint, ports) in &partial.peer_ports {
        fan_in.add(*endpoint, *ports);
    }
    let endpoints = fan_in.into_endpoints();
    endpoints.into_iter().filter(|(_, ports)| ports.is_server()).map(|(endpoint, _)| endpoint).collect()
}

/// What one interface saw of a conversation.
struct Seen {
    view: View,
    /// By end of the tuple, as in [`View::halves`].
    sent: [Sent; 2],
    n_session_rows: [u64; 2],
    client_ports: Option<(u16, u16)>,
}

impl Seen {
    fn of(interface: u32) -> Seen {
        Seen {
            view: View::of(interface),
            sent: [Sent::default(); 2],
            n_session_rows: [0; 2],
            client_ports: None,
        }
    }

    fn add(&mut self, key: &TraceKey, folded: &Folded) {
        self.view.add(key, folded.trace);
        let sender = key.sender();
        let (sent, trace) = (&mut self.sent[sender], &folded.trace);
        match key.fate {
            Fate::Accepted => {
                sent.accepted.add(trace.tally);
                sent.accepted_time = TimeExtent::joined(sent.accepted_time, trace.time);
                self.n_session_rows[sender] += folded.n_session_rows;
            }
            Fate::Rejected => {
                sent.rejected.add(trace.tally);
                sent.rejected_time = TimeExtent::joined(sent.rejected_time, trace.time);
            }
            Fate::RejectedByBlockPublicAccess | Fate::RejectedByEncryptionControls => {
                sent.n_rows_refused_otherwise += trace.tally.rows;
            }
            Fate::NotRecorded => {}
        }
        self.client_ports = joined(self.client_ports, folded.client_ports);
    }

    fn n_rows(&self) -> u64 {
        self.view.halves.iter().map(Half::n_rows).sum()
    }
}

struct Resolver {
    servers: Servers,
    evidence: RowEvidence,
    requests: ByKey<RequestKey, RequestTotal>,
    n_rows_unknown: u64,
    n_rows_without_side: u64,
}

impl Resolver {
    /// Takes in what all interfaces saw of one conversation.
    fn take(&mut self, partial: &RequestsPartial, tuple: Tuple, seen: &[Seen]) {
        let mut all = [Half::default(); 2];
        for seen in seen {
            for end in [0, 1] {
                all[end].join(&seen.view.halves[end]);
            }
        }
        let one_way = [0, 1].map(|end| seen.iter().any(|seen| seen.view.accepted_only_of(end)));
        let (client, began) = who_began(&tuple, &all, one_way, &self.servers, &mut self.evidence);
        let [low, high] = tuple.ends().map(|end| partial.address(end.address));
        let known = low.zip(high).zip(client).filter(|(_, client)| !lacks_port(&tuple, *client));
        let Some(((low, high), client)) = known else {
            self.n_rows_unknown += seen.iter().map(Seen::n_rows).sum::<u64>();
            return;
        };
        for seen in seen {
            self.take_seen(&tuple, [low, high], client, began, seen);
        }
    }

    fn take_seen(
        &mut self,
        tuple: &Tuple,
        addresses: [Address; 2],
        client: usize,
        began: Began,
        seen: &Seen,
    ) {
        let Some(local) = seen.view.local(addresses) else {
            self.n_rows_without_side += seen.n_rows();
            return;
        };
        let ends = tuple.ends();
        let total = self.requests.at(RequestKey {
            interface: seen.view.interface,
            direction: RuleDirection::of_egress(local == client),
            local: ends[local].address,
            remote: ends[1 - local].address,
            protocol: tuple.protocol(),
            port: ends[1 - client].port,
        });
        total.asked.add(&seen.sent[client]);
        total.answered.add(&seen.sent[1 - client]);
        total.n_session_rows += seen.n_session_rows[client];
        let of_key = ends[client].port.map(|port| (port, port));
        total.client_ports = joined(total.client_ports, joined(seen.client_ports, of_key));
        total.began = total.began.min(began);
        total.n_rows_guessed += if is_guess(began) { seen.n_rows() } else { 0 };
    }
}

impl Sent {
    fn add(&mut self, other: &Sent) {
        self.accepted.add(other.accepted);
        self.accepted_time = TimeExtent::joined(self.accepted_time, other.accepted_time);
        self.rejected.add(other.rejected);
        self.rejected_time = TimeExtent::joined(self.rejected_time, other.rejected_time);
        self.n_rows_refused_otherwise += other.n_rows_refused_otherwise;
    }
}

/// Whether the port that was asked for is not recorded, though the protocol has ports.
fn lacks_port(tuple: &Tuple, client: usize) -> bool {
    let has_ports = tuple.protocol().is_some_and(|protocol| has_ports(u64::from(protocol), 0, 0));
    has_ports && tuple.ends()[1 - client].port.is_none()
}
