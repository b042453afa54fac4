//! What the judgement of one rejected row asks of the rows of all shards: which ends are met from many ports, and whose
//! traffic was accepted anywhere.
//!
//! It is known before rows are judged, so that each shard judges and groups its own: flows by the hundred thousand stay
//! where they are. An end is a server by the ports of all shards together. One that has enough of them has its share in
//! one shard at least; so those of which a shard has that share are told first, then all shards say what they know of
//! them.

use serde::{Deserialize, Serialize};

use super::accepted::AcceptedAddresses;
use super::ends::{self, END_FIELDS, RejectedEnds};
use super::rows::RejectedRows;
use crate::analysis::Memory;
use crate::analysis::counted::Remembered;
use crate::analysis::distinct::Distinct;
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::{FanIn, PEER_PORTS_MIN, PeerPorts, Servers};
use crate::analysis::keyed::merge_by_key;
use crate::analysis::overview::AddressOrder;
use crate::analysis::{Analysis, ShardView};
use crate::arrange::Arrange;
use crate::query::RowSet;
use crate::record::{Address, FieldKind, Value};
use crate::store::Store;

/// One end of rows, in values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct PeerEnd {
    address: Address,
    port: u16,
    protocol: Option<u8>,
}

/// What was found of the peers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedPeers {
    /// Ends with ports that they are met from.
    ends: Vec<(PeerEnd, PeerPorts)>,
    /// Public addresses that have traffic which was accepted.
    accepted: Distinct,
}

/// Asks for the peers of rejected rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeersQuestion {
    wanted: WantedEnds,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum WantedEnds {
    /// All that are met from so many ports, and who was accepted.
    FromPorts(u8),
    /// Those that are wanted, as far as they are met.
    These(Vec<PeerEnd>),
}

impl PeersQuestion {
    /// What is asked first, of so many shards.
    pub fn of_shards(n_shards: usize) -> PeersQuestion {
        let share = PEER_PORTS_MIN.div_ceil(n_shards.max(1));
        PeersQuestion { wanted: WantedEnds::FromPorts(share as u8) }
    }
}

impl RejectedPeers {
    /// What is to be asked of all shards, so that it is certain of all ends whether they are servers.
    pub fn second_question(&self) -> Option<PeersQuestion> {
        let open = self.ends.iter().filter(|(_, ports)| !ports.is_server()).map(|(end, _)| *end);
        let open: Vec<PeerEnd> = open.collect();
        (!open.is_empty()).then_some(PeersQuestion { wanted: WantedEnds::These(open) })
    }

    /// The same in an order that does not depend on who found it.
    #[must_use]
    pub fn in_order(mut self) -> RejectedPeers {
        self.ends.arrange_by_key(|(end, _)| *end);
        self
    }

    /// Takes in what came of the second question.
    pub fn complete(&mut self, others: RejectedPeers) {
        self.ends.retain(|(_, ports)| ports.is_server());
        self.ends.extend(others.ends.into_iter().filter(|(_, ports)| ports.is_server()));
    }

    /// The servers, in the codes of a store.
    pub(super) fn servers(&self, store: &Store) -> Servers {
        let servers = self.ends.iter().filter(|(_, ports)| ports.is_server());
        servers.filter_map(|(end, _)| end.in_codes(store)).collect()
    }

    /// Whether the traffic of an address was accepted, by its code.
    pub(super) fn accepted(&self, store: &Store) -> Vec<bool> {
        let mut accepted = vec![false; store.addresses().all().len()];
        for place in 0..self.accepted.len() {
            if let Value::Address(address) = self.accepted.get(place, FieldKind::Address)
                && let Some(code) = store.addresses().code(address)
            {
                accepted[code as usize] = true;
            }
        }
        accepted
    }
}

impl PeerEnd {
    fn of(endpoint: Endpoint, store: &Store) -> Option<PeerEnd> {
        let address = store.addresses().get(u64::from(endpoint.address()));
        Some(PeerEnd { address, port: endpoint.port()?, protocol: endpoint.protocol() })
    }

    fn in_codes(self, store: &Store) -> Option<Endpoint> {
        let code = store.addresses().code(self.address)?;
        Some(Endpoint::new(code, Some(self.port), self.protocol))
    }
}

impl Analysis for PeersQuestion {
    type Partial = RejectedPeers;
    type Answer = RejectedPeers;

    fn remember(&self, store: &Store, _rows: &RowSet, memory: &mut Memory) {
        memory.accepted.update(store, AcceptedAddresses::default);
        memory.addresses.update(store);
    }

    fn scan(&self, shard: ShardView<'_>) -> RejectedPeers {
        let ShardView { store, rows, memory } = shard;
        let known = |is_wanted: &dyn Fn(Endpoint, &PeerPorts) -> bool| {
            memory.and_then(|memory| RejectedEnds::of(store, rows, &memory.rejected_ends, is_wanted))
        };
        let (ends, accepted) = match &self.wanted {
            WantedEnds::FromPorts(n_min) => {
                let ends = known(&|_, ports| ports.n_ports() >= *n_min);
                (ends.unwrap_or_else(|| ends_from_ports(store, rows, *n_min)), accepted(store, memory))
            }
            WantedEnds::These(ends) => {
                let wanted: Servers = ends.iter().filter_map(|end| end.in_codes(store)).collect();
                let ends = known(&|end, _| wanted.contains(&end));
                (ends.unwrap_or_else(|| these_ends(store, rows, &wanted)), Distinct::default())
            }
        };
        let in_values = |(end, ports)| Some((PeerEnd::of(end, store)?, ports));
        RejectedPeers { ends: ends.into_iter().filter_map(in_values).collect(), accepted }
    }

    fn merge(&self, into: &mut RejectedPeers, other: RejectedPeers) {
        merge_by_key(&mut into.ends, other.ends, PeerPorts::merge);
        into.accepted = std::mem::take(&mut into.accepted).join(other.accepted, |_, _| {});
    }

    fn finish(&self, partial: RejectedPeers) -> RejectedPeers {
        partial
    }
}

/// Visits the ends of all rejected rows.
fn for_each_end(rows: &RejectedRows<'_>, mut visit: impl FnMut(Endpoint, u16)) {
    rows.for_each_block(END_FIELDS, |_, _, columns| ends::for_each_end(columns, &mut visit));
}

/// The ends that are met from so many ports at least.
///
/// Most ends are a scanner's, met once or twice, and a table of all waits for memory with each row. But so many ports come
/// in so many rows; so rows are counted first, in one of a few bytes that an end shares with others, and what has too few
/// of them is passed over. The simple version notes all ends.
fn ends_from_ports(store: &Store, rows: &RowSet, n_ports_min: u8) -> Vec<(Endpoint, PeerPorts)> {
    let rejected = RejectedRows::of(store, rows);
    let mut rows_seen = RowsSeen::for_rows(rejected.n_rows());
    for_each_end(&rejected, |end, _| rows_seen.note(end));
    let mut fan_in = FanIn::with_capacity(0);
    for_each_end(&rejected, |end, peer_port| {
        if rows_seen.of(end) >= n_ports_min {
            fan_in.note_port(end, peer_port);
        }
    });
    let mut ends = fan_in.into_endpoints();
    ends.retain(|(_, ports)| ports.n_ports() >= n_ports_min);
    ends
}

/// Rows of each end, or more.
struct RowsSeen {
    counts: Vec<u8>,
}

impl RowsSeen {
    /// So large that few ends share a count, and never larger than a second-level cache or two.
    fn for_rows(n_rows: u64) -> RowsSeen {
        let n_counts = (4 * n_rows).next_power_of_two().clamp(1 << 12, 1 << 21);
        RowsSeen { counts: vec![0; n_counts as usize] }
    }

    fn place(&self, end: Endpoint) -> usize {
        end.mixed() as usize & (self.counts.len() - 1)
    }

    fn note(&mut self, end: Endpoint) {
        let place = self.place(end);
        self.counts[place] = self.counts[place].saturating_add(1);
    }

    fn of(&self, end: Endpoint) -> u8 {
        self.counts[self.place(end)]
    }
}

fn these_ends(store: &Store, rows: &RowSet, wanted: &Servers) -> Vec<(Endpoint, PeerPorts)> {
    let mut fan_in = FanIn::with_capacity(wanted.len());
    for_each_end(&RejectedRows::of(store, rows), |end, peer_port| {
        if wanted.contains(&end) {
            fan_in.note_port(end, peer_port);
        }
    });
    fan_in.into_endpoints()
}

/// The public addresses of a shard that have accepted traffic; whether private ones have nobody asks.
fn accepted(store: &Store, memory: Option<&Memory>) -> Distinct {
    let counts = Remembered::all(store, memory.map(|memory| &memory.accepted), AcceptedAddresses::default);
    let mut accepted = Distinct::default();
    for code in AddressOrder::remembered_or_made(store, memory).codes() {
        if counts.by_code[code as usize] && !store.addresses().traits(u64::from(code)).is_private() {
            accepted.push(Value::Address(store.addresses().get(u64::from(code))));
        }
    }
    accepted
}
