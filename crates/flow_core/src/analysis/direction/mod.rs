//! Which way the traffic went, by interface and between whom.

mod counts;

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::columns::FieldColumns;
use super::counted::Counted;
use super::interface::{InterfaceKnowledge, OwnAddress};
use super::keyed::merge_by_key;
use super::memory::Memory;
use super::{Analysis, ShardView, Tally};
use crate::arrange::keep_first;
use crate::query::RowSet;
use crate::record::{Address, Direction, Evidence, Field, FlowClass, Orientation, Value};
use crate::store::{ABSENT, Segment, Store};

pub(super) use counts::DirectionCounts;

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceDirection {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
    pub ingress: Tally,
    pub egress: Tally,
    pub unknown: Tally,
    /// For each address family seen at the interface, over the whole load.
    pub own: Vec<OwnAddress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectionView {
    /// In the order of [`Direction::ALL`].
    pub directions: Vec<(Direction, Tally)>,
    /// In the order of [`FlowClass::ALL`].
    pub classes: Vec<(FlowClass, Tally)>,
    /// Each class split by direction, for the picture: only those with rows.
    pub class_directions: Vec<(FlowClass, Direction, Tally)>,
    /// In the order of [`Evidence::ALL`].
    pub evidence: Vec<(Evidence, Tally)>,
    /// Most bytes first, then rows, then interface-id; at most [`INTERFACES_MAX`].
    pub interfaces: Vec<InterfaceDirection>,
    /// Before the cut; rows without an interface-id are one.
    pub n_interfaces: u64,
}

/// Interfaces listed: past these a person filters first.
pub const INTERFACES_MAX: usize = 500;

/// Addresses offered to choose an interface's own from, where no address is in every row.
pub const CANDIDATES_MAX: usize = 5;

/// Asks which way traffic went, of segments that were oriented with this knowledge.
#[derive(Clone, Copy, Debug)]
pub struct DirectionQuestion<'a> {
    pub knowledge: &'a InterfaceKnowledge,
}

/// Rows of one interface, in the order of [`Direction::ALL`].
type ByDirection = [Tally; Direction::ALL.len()];

#[derive(Debug, Serialize, Deserialize)]
pub struct DirectionPartial {
    /// By code of the orientation; the codes are the same in every shard.
    orientations: BTreeMap<u8, Tally>,
    interfaces: Vec<(Value, ByDirection)>,
    /// How often each address is an end of a row, for interfaces that have no other candidates.
    ends: Vec<((Value, Address), u64)>,
}

impl Analysis for DirectionQuestion<'_> {
    type Partial = DirectionPartial;
    type Answer = DirectionView;

    fn remember(&self, store: &Store, _rows: &RowSet, memory: &mut Memory) {
        memory.direction.update(store, DirectionCounts::default);
    }

    fn scan(&self, shard: ShardView<'_>) -> DirectionPartial {
        let ShardView { store, rows, memory } = shard;
        let remembered = memory.map(|memory| &memory.direction);
        let counted = Counted::of(store, rows, remembered, DirectionCounts::default);
        let orientations = (0..Orientation::N_CODES).map(|code| (code, counted.of_orientation(code)));
        DirectionPartial {
            orientations: orientations.filter(|(_, tally)| tally.rows > 0).collect(),
            interfaces: counted.by_interface(store),
            ends: self.ends_without_candidates(store),
        }
    }

    fn merge(&self, into: &mut DirectionPartial, other: DirectionPartial) {
        for (code, tally) in other.orientations {
            into.orientations.entry(code).or_default().add(tally);
        }
        merge_by_key(&mut into.interfaces, other.interfaces, |into, other| {
            for (into, other) in into.iter_mut().zip(other) {
                into.add(other);
            }
        });
        merge_by_key(&mut into.ends, other.ends, |into, other| *into += other);
    }

    fn finish(&self, partial: DirectionPartial) -> DirectionView {
        let by = |wanted: &dyn Fn(Orientation) -> bool| {
            let mut sum = Tally::default();
            for (code, tally) in &partial.orientations {
                if wanted(Orientation::from_code(*code)) {
                    sum.add(*tally);
                }
            }
            sum
        };
        let pairs =
            FlowClass::ALL.into_iter().flat_map(|class| Direction::ALL.map(|direction| (class, direction)));
        DirectionView {
            directions: Direction::ALL
                .map(|direction| (direction, by(&|row| row.direction == direction)))
                .into(),
            classes: FlowClass::ALL.map(|class| (class, by(&|row| row.class == class))).into(),
            class_directions: pairs
                .map(|(class, direction)| {
                    (class, direction, by(&|row| (row.class, row.direction) == (class, direction)))
                })
                .filter(|(_, _, tally)| tally.rows > 0)
                .collect(),
            evidence: Evidence::ALL.map(|evidence| (evidence, by(&|row| row.evidence == evidence))).into(),
            n_interfaces: partial.interfaces.len() as u64,
            interfaces: self.interfaces(partial.interfaces, &partial.ends),
        }
    }
}

impl DirectionQuestion<'_> {
    fn interfaces(
        &self,
        mut tallies: Vec<(Value, ByDirection)>,
        ends: &[((Value, Address), u64)],
    ) -> Vec<InterfaceDirection> {
        let size = |by_direction: &ByDirection| {
            let mut sum = Tally::default();
            by_direction.iter().for_each(|tally| sum.add(*tally));
            (sum.bytes, sum.rows)
        };
        keep_first(&mut tallies, INTERFACES_MAX, |(a, a_tally), (b, b_tally)| {
            size(b_tally).cmp(&size(a_tally)).then_with(|| a.cmp(b))
        });
        tallies
            .into_iter()
            .map(|(interface, [ingress, egress, unknown])| {
                let mut own = self.knowledge.own(&interface).to_vec();
                for own in own.iter_mut().filter(|own| lacks_candidates(own)) {
                    own.candidates = most_frequent(&interface, own, ends);
                }
                InterfaceDirection { interface, ingress, egress, unknown, own }
            })
            .collect()
    }

    /// Counts the ends of all rows of interfaces for which there is nothing to choose from: no filter, because
    /// what an interface's address is does not depend on what one looks at. Such interfaces are rare; the rows
    /// of all others cost a look at their interface.
    fn ends_without_candidates(&self, store: &Store) -> Vec<((Value, Address), u64)> {
        let id = store.field_id(Field::INTERFACE_ID);
        let interface_of = |code| id.map_or(Value::Absent, |id| store.value(id, code));
        let n_interfaces = id.map_or(0, |id| store.column(id).texts.all().len());
        let lacking: Vec<bool> = (0..n_interfaces as u64)
            .chain([ABSENT])
            .map(|code| self.knowledge.own(&interface_of(code)).iter().any(lacks_candidates))
            .collect();
        if !lacking.contains(&true) {
            return Vec::new();
        }
        let mut columns = FieldColumns::new(store, [Field::INTERFACE_ID, Field::SRCADDR, Field::DSTADDR]);
        let mut n_records = Vec::new();
        let mut counts: HashMap<(u64, u64), u64, FxBuildHasher> = HashMap::default();
        for segment in store.rows().segments() {
            let [interface, src, dst] = columns.decode(segment);
            segment.n_records().decode(&mut n_records);
            for at in 0..interface.len() {
                if lacking[interface[at].min(n_interfaces as u64) as usize] {
                    for end in [src[at], dst[at]].into_iter().filter(|&end| end != ABSENT) {
                        *counts.entry((interface[at], end)).or_default() += n_records[at];
                    }
                }
            }
        }
        counts
            .into_iter()
            .map(|((interface, end), n_rows)| ((interface_of(interface), store.addresses().get(end)), n_rows))
            .collect()
    }
}

fn lacks_candidates(own: &OwnAddress) -> bool {
    own.address.is_none() && own.candidates.is_empty()
}

fn most_frequent(interface: &Value, own: &OwnAddress, ends: &[((Value, Address), u64)]) -> Vec<Address> {
    let mut counts: Vec<(Address, u64)> = ends
        .iter()
        .filter(|((of, address), _)| of == interface && address.family() == own.family)
        .map(|((_, address), n_rows)| (*address, *n_rows))
        .collect();
    keep_first(&mut counts, CANDIDATES_MAX, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts.into_iter().map(|(address, _)| address).collect()
}

/// The code of a row's orientation; unknown where nobody has worked it out.
pub(super) fn orientation_code(segment: &Segment, at: usize) -> u8 {
    const UNKNOWN: u8 = Orientation::UNKNOWN.to_code();
    segment.orientation().get(at).copied().unwrap_or(UNKNOWN)
}

fn in_values(store: &Store, by_code: Vec<(u64, ByDirection)>) -> Vec<(Value, ByDirection)> {
    let id = store.field_id(Field::INTERFACE_ID);
    by_code
        .into_iter()
        .map(|(code, tally)| (id.map_or(Value::Absent, |id| store.value(id, code)), tally))
        .collect()
}
