//! What the records of each interface show of its address: gathered segment by segment, joined over shards.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::common::Common;
use crate::analysis::by_code::ByCode;
use crate::analysis::columns::FieldBlocks;
use crate::query::SegmentRows;
use crate::record::address::Family;
use crate::record::{Address, Direction, Field, Value};
use crate::store::{ABSENT, Segment, Store};

/// Own addresses that are kept of an interface whose records say which they are. IPv4 shows one; IPv6 shows as
/// many as an interface has, and the largest instances have 50.
const RECORDED_MAX: usize = 64;

/// A /64, by its leading bits: the size of every IPv6 subnet in a VPC.
pub(in crate::analysis) type Subnet64 = u64;

pub(in crate::analysis) fn subnet_of(address: Address) -> Option<Subnet64> {
    match address {
        Address::V6(bits) => Some((bits >> 64) as u64),
        _ => None,
    }
}

/// What is known of every interface's ends, in values. A semilattice but for the row counts: a segment's rows
/// count as often as it is scanned, so scan each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAddresses {
    interfaces: BTreeMap<(Value, Family), Ends>,
}

/// The ends of an interface's rows in one family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    pub n_rows: u64,
    /// Addresses that are an end of every row; of a row that records its direction, only the own end counts.
    pub addresses: Common<Address>,
    /// The same for the /64 prefixes of IPv6.
    pub subnets: Common<Subnet64>,
    /// Own ends of rows that record their direction: the [`RECORDED_MAX`] smallest, so that which ones are kept
    /// does not depend on the order of rows.
    pub recorded: BTreeSet<Address>,
}

/// [`Ends`] of one segment, in codes.
#[derive(Default)]
struct SegmentEnds {
    n_rows: u64,
    addresses: Common<u64>,
    subnets: Common<Subnet64>,
    recorded: HashSet<u64, FxBuildHasher>,
}

impl InterfaceAddresses {
    /// Takes in the rows of one more segment of flow records.
    pub fn scan_segment(&mut self, store: &Store, segment: &Segment) {
        let mut columns = FieldBlocks::new(
            store,
            [Field::INTERFACE_ID, Field::SRCADDR, Field::DSTADDR, Field::FLOW_DIRECTION],
        );
        let directions = RecordedDirections::of(store);
        let mut by_interface: ByCode<[SegmentEnds; 3]> = ByCode::of_field(store, Field::INTERFACE_ID);
        let mut n_records: Vec<u64> = Vec::new();
        SegmentRows::all(segment.n_rows()).for_each_block(|block| {
            let [interface, src, dst, direction] = columns.read(segment, block);
            segment.n_records().read(block, &mut n_records);
            for at in 0..interface.len() {
                let own = match directions.get(direction[at]) {
                    Direction::Ingress => Some(dst[at]),
                    Direction::Egress => Some(src[at]),
                    Direction::Unknown => None,
                };
                let Some(family) = family_shown(store, own, src[at], dst[at]) else { continue };
                let ends = &mut by_interface.at(interface[at])[family as usize];
                ends.n_rows += n_records[at];
                match own {
                    Some(own) => {
                        ends.meet(store, family, Common::One(own));
                        ends.recorded.insert(own);
                    }
                    // Already the only candidate, as in nearly all rows.
                    None if family == Family::V4 && ends.is_only(src[at], dst[at]) => {}
                    None => ends.meet(store, family, Common::of_pair(src[at], dst[at])),
                }
            }
        });
        self.take(store, by_interface);
    }

    /// Joins what another shard saw.
    pub fn merge(&mut self, other: InterfaceAddresses) {
        for (key, ends) in other.interfaces {
            self.interfaces.entry(key).or_default().merge(ends);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Value, Family, &Ends)> {
        self.interfaces.iter().map(|((interface, family), ends)| (interface, *family, ends))
    }

    fn take(&mut self, store: &Store, by_interface: ByCode<[SegmentEnds; 3]>) {
        let id = store.field_id(Field::INTERFACE_ID);
        let families = [Family::V4, Family::V6, Family::Mac];
        for (code, by_family) in by_interface.into_entries() {
            let interface = id.map_or(Value::Absent, |id| store.value(id, code));
            for (family, ends) in families.into_iter().zip(by_family) {
                if ends.n_rows > 0 {
                    self.interfaces
                        .entry((interface.clone(), family))
                        .or_default()
                        .merge(ends.in_values(store));
                }
            }
        }
    }
}

impl Ends {
    fn merge(&mut self, other: Ends) {
        self.n_rows += other.n_rows;
        self.addresses = self.addresses.meet(other.addresses);
        self.subnets = self.subnets.meet(other.subnets);
        self.recorded.extend(other.recorded);
        while self.recorded.len() > RECORDED_MAX {
            self.recorded.pop_last();
        }
    }
}

/// Which family's address a row shows, if any: of its own end where it records which one that is. A row without one of
/// its ends does not show both candidates; it says nothing.
fn family_shown(store: &Store, own: Option<u64>, src: u64, dst: u64) -> Option<Family> {
    let family = |code: u64| (code != ABSENT).then(|| store.addresses().traits(code).family());
    match own {
        Some(own) => family(own),
        None => family(src).filter(|of_src| family(dst) == Some(*of_src)),
    }
}

impl SegmentEnds {
    /// Whether one of the two is the only address that all rows so far have.
    fn is_only(&self, src: u64, dst: u64) -> bool {
        matches!(self.addresses, Common::One(only) if only == src || only == dst)
    }

    /// Takes in the candidates of one more row.
    fn meet(&mut self, store: &Store, family: Family, codes: Common<u64>) {
        self.addresses = self.addresses.meet(codes);
        if family == Family::V6 && self.subnets != Common::Nothing {
            let subnet = |code| subnet_of(store.addresses().get(code)).expect("the family is IPv6");
            self.subnets = self.subnets.meet(codes.map(subnet));
        }
    }

    fn in_values(self, store: &Store) -> Ends {
        let address = |code| store.addresses().get(code);
        Ends {
            n_rows: self.n_rows,
            addresses: self.addresses.map(address),
            subnets: self.subnets,
            recorded: self.recorded.into_iter().map(address).collect(),
        }
    }
}

/// The directions that `flow-direction` records, by its codes.
pub(super) struct RecordedDirections {
    by_code: Vec<Direction>,
}

impl RecordedDirections {
    pub fn of(store: &Store) -> RecordedDirections {
        let by_text = |text: &str| {
            [Direction::Ingress, Direction::Egress]
                .into_iter()
                .find(|direction| text.eq_ignore_ascii_case(direction.name()))
                .unwrap_or(Direction::Unknown)
        };
        let texts = store.field_id(Field::FLOW_DIRECTION).map_or(&[][..], |id| store.column(id).texts.all());
        RecordedDirections { by_code: texts.iter().map(|text| by_text(text)).collect() }
    }

    /// The direction of a decoded value; unknown where the row does not record one.
    pub fn get(&self, code: u64) -> Direction {
        self.by_code.get(code as usize).copied().unwrap_or(Direction::Unknown)
    }
}
