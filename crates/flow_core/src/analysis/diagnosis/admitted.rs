//! What was accepted at services that refused somebody: whether others got through, and whether the same client did at
//! other times. No verdict rests on it; it tells how likely a refused flow is wanted.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::row_reader::ReadRow;
use super::trace::Fate;
use super::tuple::{Tuple, TupleEnd};
use crate::analysis::TimeExtent;
use crate::analysis::by_key::ByKey;
use crate::analysis::places::NOT_THERE;
use crate::intake::client::{End, RowEvidence, has_ports};
use crate::record::Direction;
use crate::store::ABSENT;

/// Where something was accepted, and for whom. Addresses and interfaces are codes, or places in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct AdmittedKey {
    /// The interface that the request came into; [`NOT_THERE`] for requests that went out, of whichever interface.
    pub interface: u32,
    pub service: TupleEnd,
    pub protocol: Option<u8>,
    /// A client that was refused at the service, too; [`NOT_THERE`] for all others together.
    pub client: u32,
    /// Whether the accepted packets are the service's.
    pub is_reply: bool,
}

/// When; `None` where no row has a time.
pub(super) type AdmittedTime = Option<TimeExtent>;

/// The services and clients of refused tuples, as one store numbers them. Which end is the service is told by ports
/// alone: it weighs little, so a wrong guess costs little.
pub(super) struct RefusedServices {
    /// By address code: whether it has such a service, which leaves most rows out.
    is_responder: Vec<bool>,
    services: HashSet<(TupleEnd, Option<u8>), FxBuildHasher>,
    clients: HashSet<(TupleEnd, Option<u8>, u32), FxBuildHasher>,
}

impl RefusedServices {
    /// Of addresses with codes below `n_addresses`.
    pub fn of<'a>(
        tuples: impl Iterator<Item = &'a Tuple>,
        n_addresses: usize,
        evidence: &mut RowEvidence,
    ) -> RefusedServices {
        let mut refused = RefusedServices {
            is_responder: vec![false; n_addresses],
            services: HashSet::default(),
            clients: HashSet::default(),
        };
        for tuple in tuples {
            let [low, high] = tuple.ends();
            let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
            let protocol = tuple.protocol().map_or(ABSENT, u64::from);
            let (low_port, high_port) = (decoded(low.port), decoded(high.port));
            let client = evidence.hint(protocol, ABSENT, low_port, high_port).client;
            let client = client.filter(|_| has_ports(protocol, low_port, high_port));
            for (end, client_end, service) in [(End::Src, low, high), (End::Dst, high, low)] {
                if client.is_none_or(|client| client == end)
                    && let Some(is_responder) = refused.is_responder.get_mut(service.address as usize)
                {
                    *is_responder = true;
                    refused.services.insert((service, tuple.protocol()));
                    refused.clients.insert((service, tuple.protocol(), client_end.address));
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
        if !self.services.contains(&(service, protocol)) {
            return;
        }
        let request_comes_in = (row.direction == Direction::Ingress) == (asks == End::Src);
        let is_refused = self.clients.contains(&(service, protocol, client.address));
        let time = admitted.at(AdmittedKey {
            interface: if request_comes_in { row.interface } else { NOT_THERE },
            service,
            protocol,
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
        let mut times: HashMap<AdmittedKey, AdmittedTime, FxBuildHasher> = HashMap::default();
        for (key, time) in entries {
            let known = times.entry(*key).or_default();
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
