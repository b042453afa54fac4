//! Conversations put together by the service that was asked for and what became of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::judge::{Judged, JudgedOne};
use super::outcome::{Outcome, OutcomeCount, ServiceOutcome};
use super::words::because;
use super::{EVIDENCE_MAX, Outcomes, PEERS_SHOWN, REQUIRED, SERVICES_MAX};
use crate::analysis::TimeExtent;
use crate::analysis::confidence::Confidence;
use crate::analysis::interface::InterfaceKnowledge;
use crate::arrange::keep_first;
use crate::query::{Filter, Item, Predicate};
use crate::record::{Address, Field, Value};

/// Peers that a filter names; of more it leaves all.
const FILTER_PEERS_MAX: usize = 32;

pub(super) fn outcomes(judged: &Judged, knowledge: &InterfaceKnowledge) -> Outcomes {
    let mut sorted: Vec<&JudgedOne> = judged.conversations.iter().collect();
    sorted.sort_by_key(|one| key(one));
    let mut services: Vec<Service<'_>> =
        sorted.chunk_by(|a, b| key(a) == key(b)).map(|of| Service::of(of, knowledge)).collect();
    let n_services = services.len() as u64;
    keep_first(&mut services, SERVICES_MAX, |a, b| a.rank().cmp(&b.rank()));
    let mut by_outcome: BTreeMap<Outcome, OutcomeCount> = BTreeMap::new();
    for one in &judged.conversations {
        let count = by_outcome.entry(one.outcome).or_default();
        count.n_conversations += 1;
        count.n_rows += one.n_rows_asked;
    }
    let partial = &judged.partial;
    let missing = REQUIRED.iter().zip(partial.records_required).filter(|(_, is_recorded)| !is_recorded);
    let helpful = (!partial.records_flags).then_some(Field::TCP_FLAGS);
    Outcomes {
        services: services.iter().map(|service| service.shown(judged)).collect(),
        n_services,
        by_outcome: by_outcome.into_iter().collect(),
        n_rows_working: judged.n_rows_working,
        missing: missing.map(|(field, _)| *field).collect(),
        helpful: helpful.into_iter().collect(),
        n_rows: partial.n_rows,
        n_rows_without_action: partial.n_rows_without_action,
    }
}

/// What conversations of one service share.
fn key(one: &JudgedOne) -> impl Ord + use<> {
    (one.interface, one.responder, one.port, one.protocol, one.line)
}

/// Conversations of one service that came to the same; never empty.
struct Service<'a> {
    of: &'a [&'a JudgedOne],
    confidence: Confidence,
    /// Rows by initiator.
    peers: BTreeMap<Address, u64>,
    n_own_peers: u64,
}

impl<'a> Service<'a> {
    fn of(of: &'a [&'a JudgedOne], knowledge: &InterfaceKnowledge) -> Service<'a> {
        let mut peers: BTreeMap<Address, u64> = BTreeMap::new();
        let mut by_confidence: BTreeMap<Confidence, u64> = BTreeMap::new();
        for one in of {
            *by_confidence.entry(one.confidence).or_default() += 1;
            if let Some(initiator) = one.initiator {
                *peers.entry(initiator).or_default() += one.n_rows;
            }
        }
        let most = by_confidence.iter().max_by_key(|(confidence, n)| (**n, Reverse(**confidence)));
        Service {
            of,
            confidence: most.map_or(Confidence::Low, |(confidence, _)| *confidence),
            n_own_peers: peers.keys().filter(|peer| knowledge.is_ours(**peer)).count() as u64,
            peers,
        }
    }

    fn rank(&self) -> impl Ord + use<> {
        let one = self.of[0];
        (
            (one.outcome == Outcome::Unknown, self.n_own_peers == 0, self.confidence),
            (Reverse(self.of.len()), one.outcome, key(one)),
        )
    }

    fn shown(&self, judged: &Judged) -> ServiceOutcome {
        let one = self.of[0];
        let mut top_peers: Vec<(Address, u64)> =
            self.peers.iter().map(|(peer, n_rows)| (*peer, *n_rows)).collect();
        keep_first(&mut top_peers, PEERS_SHOWN, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        // Conversations are in order, so those with as many rows stay in it.
        let mut evidence: Vec<(usize, &JudgedOne)> = self.of.iter().copied().enumerate().collect();
        keep_first(&mut evidence, EVIDENCE_MAX, |(a_at, a), (b_at, b)| {
            b.n_rows.cmp(&a.n_rows).then(a_at.cmp(b_at))
        });
        let mut needs: Vec<Field> = self.of.iter().flat_map(|one| one.needs.iter().copied()).collect();
        needs.sort_unstable();
        needs.dedup();
        let time = self.of.iter().fold(None, |time, one| TimeExtent::joined(time, one.time));
        let mut service = ServiceOutcome {
            interface: judged.surroundings.interface(one.interface).clone(),
            responder: one.responder,
            port: one.port,
            protocol: one.protocol,
            outcome: one.outcome,
            confidence: self.confidence,
            line: one.line,
            because: String::new(),
            needs,
            n_conversations: self.of.len() as u64,
            n_rows_working: one.service.map(|end| judged.surroundings.n_rows_working(end)),
            n_peers: self.peers.len() as u64,
            n_own_peers: self.n_own_peers,
            top_peers,
            n_rows: self.of.iter().map(|one| one.n_rows).sum(),
            first_secs: time.map(|time| time.start_secs),
            last_secs: time.map(|time| time.end_secs),
            filter: self.filter(judged),
            evidence: evidence.into_iter().map(|(_, one)| judged.shown(one)).collect(),
        };
        service.because = because(&service);
        service
    }

    /// Accepted rows between the service and its peers, or all of its own where those are too many to name.
    fn filter(&self, judged: &Judged) -> Filter {
        let one = self.of[0];
        let accepted = text_is(Field::ACTION, "ACCEPT");
        let mut all = vec![accepted];
        if let Some(protocol) = one.protocol {
            all.push(number_is(Field::PROTOCOL, u64::from(protocol)));
        }
        match one.responder {
            Some(responder) => {
                let peers: Vec<Address> = self.peers.keys().copied().collect();
                let way = |service: End, peer: End| {
                    let mut parts = vec![service.address_in(judged, &[responder])];
                    parts.extend(one.port.map(|port| number_is(service.port, u64::from(port))));
                    if peers.len() <= FILTER_PEERS_MAX {
                        parts.push(peer.address_in(judged, &peers));
                    }
                    Filter::And(parts)
                };
                all.push(Filter::Or(vec![way(DST, SRC), way(SRC, DST)]));
            }
            None => {
                let item = match judged.surroundings.interface(one.interface) {
                    Value::Text(interface) => Item::Text(interface.clone()),
                    _ => Item::Absent,
                };
                all.push(Filter::test(Field::INTERFACE_ID, Predicate::In(vec![item])));
            }
        }
        Filter::And(all)
    }
}

/// The columns of one end of a row.
#[derive(Clone, Copy)]
struct End {
    address: Field,
    packet_address: Field,
    port: Field,
}

const SRC: End = End { address: Field::SRCADDR, packet_address: Field::PKT_SRCADDR, port: Field::SRCPORT };
const DST: End = End { address: Field::DSTADDR, packet_address: Field::PKT_DSTADDR, port: Field::DSTPORT };

impl End {
    /// Whether the end is one of these, as conversations have their ends: that of the packet, where it is recorded.
    fn address_in(self, judged: &Judged, addresses: &[Address]) -> Filter {
        let is_in = |field: Field| {
            let items = addresses.iter().map(|address| Item::Address(*address));
            Filter::test(field, Predicate::In(items.collect()))
        };
        if !judged.partial.records_packet_ends {
            return is_in(self.address);
        }
        let without_packet = Filter::test(self.packet_address, Predicate::In(vec![Item::Absent]));
        Filter::Or(vec![is_in(self.packet_address), Filter::And(vec![without_packet, is_in(self.address)])])
    }
}

fn text_is(field: Field, text: &str) -> Filter {
    Filter::test(field, Predicate::In(vec![Item::Text(text.to_owned())]))
}

fn number_is(field: Field, number: u64) -> Filter {
    Filter::test(field, Predicate::In(vec![Item::Number(number)]))
}
