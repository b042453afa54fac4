//! Folded rows of some conversations, and what verdicts on them need besides: the part of a second pass that travels.

use serde::{Deserialize, Serialize};

use super::coverage::{self, Coverage};
use super::trace::{Trace, TraceKey};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::{FanIn, PeerPorts, Servers};
use crate::analysis::places::{Places, join_lists, moved};
use crate::analysis::whole_list::whole_list;
use crate::arrange::Arrange;
use crate::record::{Address, Field, Value};
use crate::store::Store;

/// Self-contained: everything points into its own lists. After a merge a key may stand in a list twice; whoever reads
/// them adds them up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::analysis) struct Folded {
    interfaces: Vec<Value>,
    addresses: Vec<Address>,
    pub coverage: Vec<(u32, Coverage)>,
    #[serde(deserialize_with = "whole_list")]
    pub traces: Vec<(TraceKey, Trace)>,
    peer_ports: Vec<(Endpoint, PeerPorts)>,
}

/// What is known of each interface that is in a list.
pub(in crate::analysis) struct CoverageByPlace(Vec<Coverage>);

impl CoverageByPlace {
    pub fn of(&self, place: u32) -> &Coverage {
        let CoverageByPlace(by_place) = self;
        &by_place[(place as usize).min(by_place.len() - 1)]
    }

    pub fn all(&self) -> impl Iterator<Item = &Coverage> {
        self.0.iter()
    }
}

/// Places given so far in the lists of a shard.
pub(in crate::analysis) struct FoldedPlaces {
    pub interfaces: Places,
    pub addresses: Places,
}

impl FoldedPlaces {
    pub fn of(store: &Store) -> FoldedPlaces {
        let interface_id = store.field_id(Field::INTERFACE_ID);
        FoldedPlaces {
            interfaces: Places::new(interface_id.map_or(0, |id| store.column(id).texts.all().len())),
            addresses: Places::new(store.addresses().all().len()),
        }
    }
}

impl Folded {
    /// Trades a shard's codes for places in lists of values, which hold no more than is needed. `places` may have been
    /// given already to what is kept beside this.
    pub fn of_shard(
        store: &Store,
        traces: Vec<(TraceKey, Trace)>,
        peer_ports: Vec<(Endpoint, PeerPorts)>,
        places: FoldedPlaces,
    ) -> Folded {
        let FoldedPlaces { mut interfaces, mut addresses } = places;
        let mut folded = Folded { traces, peer_ports, ..Folded::default() };
        folded.replace(|code| interfaces.place(code), |code| addresses.place(code));
        let interface_id = store.field_id(Field::INTERFACE_ID);
        let values = interfaces
            .codes()
            .iter()
            .map(|&code| interface_id.map_or(Value::Absent, |id| store.value(id, u64::from(code))));
        folded.interfaces = values.collect();
        folded.addresses =
            addresses.codes().iter().map(|&code| store.addresses().get(u64::from(code))).collect();
        let (values, coverage): (Vec<Value>, Vec<Coverage>) = coverage::scan(store).into_iter().unzip();
        let places = join_lists(&mut folded.interfaces, values);
        folded.coverage = places.into_iter().zip(coverage).collect();
        folded
    }

    /// Gives every interface and address of the lists its new place.
    fn replace(&mut self, mut interface: impl FnMut(u32) -> u32, mut address: impl FnMut(u32) -> u32) {
        for (key, _) in &mut self.traces {
            key.replace(&mut interface, &mut address);
        }
        for (endpoint, _) in &mut self.peer_ports {
            *endpoint = endpoint.at(address(endpoint.address()));
        }
    }

    /// Says where each interface, and each address, of the other one is now.
    pub fn merge(&mut self, mut other: Folded) -> [Vec<u32>; 2] {
        let interfaces = join_lists(&mut self.interfaces, std::mem::take(&mut other.interfaces));
        let addresses = join_lists(&mut self.addresses, std::mem::take(&mut other.addresses));
        other.replace(|place| moved(&interfaces, place), |place| moved(&addresses, place));
        self.coverage.extend(
            other.coverage.into_iter().map(|(place, coverage)| (moved(&interfaces, place), coverage)),
        );
        self.traces.extend(other.traces);
        self.peer_ports.extend(other.peer_ports);
        [interfaces, addresses]
    }

    /// The ends that are servers by fan-in.
    pub fn servers(&self) -> Servers {
        let mut fan_in = FanIn::with_capacity(self.peer_ports.len());
        for (endpoint, ports) in &self.peer_ports {
            fan_in.add(*endpoint, *ports);
        }
        let endpoints = fan_in.into_endpoints();
        endpoints.into_iter().filter(|(_, ports)| ports.is_server()).map(|(at, _)| at).collect()
    }

    /// Of each interface, by its place in the list; and at last of rows without one.
    pub fn coverage_by_place(&self) -> CoverageByPlace {
        let mut by_place = vec![Coverage::default(); self.interfaces.len() + 1];
        for (place, of) in &self.coverage {
            by_place[*place as usize].join(of.clone());
        }
        // Rows without an interface have no place, but their coverage has the one of the absent value.
        let absent = self.interfaces.iter().position(Value::is_absent);
        if let Some(absent) = absent {
            by_place[self.interfaces.len()] = by_place[absent].clone();
        }
        CoverageByPlace(by_place)
    }

    /// By place.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    pub fn address(&self, place: u32) -> Option<Address> {
        self.addresses.get(place as usize).copied()
    }

    pub fn n_interfaces(&self) -> u32 {
        self.interfaces.len() as u32
    }

    /// The places of the interfaces in the order of their values.
    pub fn interface_ranks(&self) -> Vec<u32> {
        let mut places: Vec<u32> = (0..self.n_interfaces()).collect();
        places.arrange_by_key(|place| self.interface(*place));
        let mut ranks = vec![0; places.len()];
        (1..).zip(places).for_each(|(rank, place)| ranks[place as usize] = rank);
        ranks
    }

    pub fn interface(&self, place: u32) -> &Value {
        self.interfaces.get(place as usize).unwrap_or(&Value::Absent)
    }
}
