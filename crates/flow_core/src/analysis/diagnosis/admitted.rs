//! What was accepted at services that refused somebody: whether others got through, and whether the same client did at
//! other times. No verdict rests on it; it tells how likely a refused flow is wanted.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::analysis::TimeExtent;
use crate::analysis::by_key::ByKey;
use crate::analysis::conversation::{Fate, ReadRow, Tuple, TupleEnd};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::places::NOT_THERE;
use crate::intake::client::{End, RowEvidence, has_ports};
use crate::record::Direction;
use crate::store::ABSENT;

/// Where something was accepted, and for whom. Addresses and interfaces are codes, or places in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AdmittedKey {
    /// The interface that the request came into; [`NOT_THERE`] for requests that went out, of whichever interface.
    pub interface: u32,
    pub service: Endpoint,
    /// A client that was refused at the service, too; [`NOT_THERE`] for all others together.
    pub client: u32,
    /// Whether the accepted packets are the service's.
    pub is_reply: bool,
}

impl Hash for AdmittedKey {
    /// In few words: most accepted rows are looked up.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.service, self.is_reply).hash(state);
        state.write_u64(u64::from(self.interface) << 32 | u64::from(self.client));
    }
}

/// When; `None` where no row has a time.
pub(super) type AdmittedTime = Option<TimeExtent>;

/// The services and clients of refused tuples, as one store numbers them. Which end is the service is told by ports
/// alone: it weighs little, so a wrong guess costs little.
pub(super) struct RefusedServices {
    /// By address code: whether it has such a service, which leaves most rows out.
    is_responder: Vec<bool>,
    /// Numbered, so that the table of their clients, which is large, is half as large.
    services: HashMap<Endpoint, u32, FxBuildHasher>,
    /// Of each service, by its number.
    clients: HashSet<(u32, u32), FxBuildHasher>,
}

impl RefusedServices {
    /// Of tuples whose addresses are places in `codes`, in a store that has `n_addresses`. A service is known though the
    /// store knows no client that was refused there: others may be in it.
    pub fn of(
        tuples: &[Tuple],
        codes: &[Option<u32>],
        n_addresses: usize,
        evidence: &mut RowEvidence,
    ) -> RefusedServices {
        let mut refused = RefusedServices {
            is_responder: vec![false; n_addresses],
            services: HashMap::default(),
            clients: HashSet::with_capacity_and_hasher(tuples.len(), FxBuildHasher),
        };
        let code_of = |end: TupleEnd| codes.get(end.address as usize).copied().flatten();
        for tuple in tuples {
            let [low, high] = tuple.ends();
            let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
            let protocol = tuple.protocol().map_or(ABSENT, u64::from);
            let (low_port, high_port) = (decoded(low.port), decoded(high.port));
            let client = evidence.hint(protocol, ABSENT, low_port, high_port).client;
            let client = client.filter(|_| has_ports(protocol, low_port, high_port));
            for (end, client_end, service) in [(End::Src, low, high), (End::Dst, high, low)] {
                if client.is_none_or(|client| client == end)
                    && let Some(address) = code_of(service)
                {
                    let service = Endpoint::of(service, tuple.protocol()).at(address);
                    refused.is_responder[address as usize] = true;
                    let next = refused.services.len() as u32;
                    let service = *refused.services.entry(service).or_insert(next);
                    refused.clients.extend(code_of(client_end).map(|client| (service, client)));
                }
            }
        }
        refused
    }

    /// Notes a row where it was accepted between such a service and whoever asked.
    pub fn note(
        &self,
        row: &ReadRow,
        evidence: &mut RowEvidence,
        admitted: &mut ByKey<AdmittedKey, AdmittedTime>,
    ) {
        let may_be = |end: TupleEnd| self.is_responder.get(end.address as usize).copied().unwrap_or(false);
        if row.fate != Fate::Accepted
            || row.is_transit
            || row.direction == Direction::Unknown
            || !(may_be(row.src) || may_be(row.dst))
        {
            return;
        }
        let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
        let protocol = row.tuple.protocol();
        let (src_port, dst_port) = (decoded(row.src.port), decoded(row.dst.port));
        let hint = evidence.hint(protocol.map_or(ABSENT, u64::from), row.flags, src_port, dst_port);
        let Some(asks) = hint.client else { return };
        let (client, service) = match asks {
            End::Src => (row.src, row.dst),
            End::Dst => (row.dst, row.src),
        };
        let service = Endpoint::of(service, protocol);
        let Some(number) = self.services.get(&service).filter(|_| client.address != NOT_THERE) else {
            return;
        };
        let request_comes_in = (row.direction == Direction::Ingress) == (asks == End::Src);
        let is_refused = self.clients.contains(&(*number, client.address));
        let time = admitted.at(AdmittedKey {
            interface: if request_comes_in { row.interface } else { NOT_THERE },
            service,
            client: if is_refused { client.address } else { NOT_THERE },
            is_reply: asks == End::Dst,
        });
        *time = TimeExtent::joined(*time, TimeExtent::of_window(row.start, row.end));
    }
}

/// What was accepted in all shards, to be looked up.
pub(super) struct Admitted(HashMap<AdmittedKey, AdmittedTime, FxBuildHasher>);

impl Admitted {
    /// A key may stand in the list more than once.
    pub fn of(entries: &[(AdmittedKey, AdmittedTime)]) -> Admitted {
        let mut times = HashMap::with_capacity_and_hasher(entries.len(), FxBuildHasher);
        for (key, time) in entries {
            let known: &mut AdmittedTime = times.entry(*key).or_default();
            *known = TimeExtent::joined(*known, *time);
        }
        Admitted(times)
    }

    /// Whether clients that were never refused there were accepted.
    pub fn has_others(&self, key: AdmittedKey) -> bool {
        self.0.contains_key(&AdmittedKey { client: NOT_THERE, ..key })
    }

    /// When the client itself was accepted.
    pub fn of_client(&self, key: AdmittedKey) -> AdmittedTime {
        self.0.get(&key).copied().flatten()
    }
}
