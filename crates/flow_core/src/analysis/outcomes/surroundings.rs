//! What stands around a conversation and decides with it: servers, whose address is whose, what interfaces were heard of.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxBuildHasher;

use super::OutcomesQuestion;
use super::partial::OutcomesPartial;
use crate::analysis::conversation::{Coverage, LoadCoverage};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::Servers;
use crate::record::{Address, Value};

/// An interface, as a place in [`Surroundings::interfaces`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct InterfacePlace(u32);

/// Of all shards.
pub(super) struct Surroundings {
    pub servers: Servers,
    pub load: LoadCoverage,
    /// In order, so that places sort as what they stand for.
    interfaces: Vec<(Value, Coverage)>,
    places: HashMap<Value, InterfacePlace, FxBuildHasher>,
    /// By own address; `None` where several interfaces have it.
    by_address: HashMap<Address, Option<InterfacePlace>, FxBuildHasher>,
    /// Accepted rows of conversations that work, by end.
    working: HashMap<Endpoint, u64, FxBuildHasher>,
}

impl Surroundings {
    pub fn of(partial: &OutcomesPartial, question: &OutcomesQuestion<'_>) -> Surroundings {
        let OutcomesQuestion { knowledge, undelivered, .. } = *question;
        let folded = &partial.folded;
        let mut by_interface: BTreeMap<&Value, Coverage> = BTreeMap::new();
        for (place, of) in &folded.coverage {
            by_interface.entry(folded.interface(*place)).or_default().join(of.clone());
        }
        let load = LoadCoverage::of(by_interface.values(), undelivered);
        let interfaces: Vec<(Value, Coverage)> =
            by_interface.into_iter().map(|(interface, of)| (interface.clone(), of)).collect();
        let numbered = || interfaces.iter().map(|(interface, _)| interface).zip((0..).map(InterfacePlace));
        let mut by_address: HashMap<Address, Option<InterfacePlace>, FxBuildHasher> = HashMap::default();
        for (interface, place) in numbered() {
            for address in knowledge.addresses_of(interface) {
                by_address.entry(address).and_modify(|of| *of = None).or_insert(Some(place));
            }
        }
        let mut working: HashMap<Endpoint, u64, FxBuildHasher> = HashMap::default();
        for (endpoint, n_rows) in &partial.working {
            *working.entry(*endpoint).or_default() += n_rows;
        }
        Surroundings {
            servers: folded.servers(),
            load,
            places: numbered().map(|(interface, place)| (interface.clone(), place)).collect(),
            interfaces,
            by_address,
            working,
        }
    }

    pub fn place(&self, interface: &Value) -> InterfacePlace {
        self.places[interface]
    }

    pub fn interface(&self, place: InterfacePlace) -> &Value {
        &self.interfaces[place.0 as usize].0
    }

    pub fn coverage(&self, place: InterfacePlace) -> &Coverage {
        &self.interfaces[place.0 as usize].1
    }

    /// The one interface of the data whose own address this is.
    pub fn interface_of(&self, address: Address) -> Option<InterfacePlace> {
        self.by_address.get(&address).copied().flatten()
    }

    pub fn note_working(&mut self, endpoint: Endpoint, n_rows: u64) {
        *self.working.entry(endpoint).or_default() += n_rows;
    }

    pub fn n_rows_working(&self, endpoint: Endpoint) -> u64 {
        self.working.get(&endpoint).copied().unwrap_or(0)
    }
}
