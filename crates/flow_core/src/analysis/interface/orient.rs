//! Which way each row went and between whom, from what is known of the interfaces.

use std::collections::{BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;

use super::InterfaceKnowledge;
use super::addresses::{RecordedDirections, Subnet64, subnet_of};
use super::knowledge::OwnIs;
use crate::analysis::columns::FieldBlocks;
use crate::query::SegmentRows;
use crate::record::{Direction, Evidence, Field, FlowClass, Orientation, Value};
use crate::store::{ABSENT, Segment, Store};

impl InterfaceKnowledge {
    /// One [`Orientation`] code for each row of a segment of flow records.
    ///
    /// The direction is what the row records. If it records none, a row whose source alone is the
    /// interface's own went out, one whose destination alone is came in; else nobody knows.
    ///
    /// The class is the first line that fits. "Ours" is private or the own address of any interface of the
    /// load; the peer is the end that is not the interface.
    ///
    /// | direction | pkt-srcaddr and pkt-dstaddr              | ends              | class    |
    /// |-----------|------------------------------------------|-------------------|----------|
    /// | known     | both recorded, neither the interface's own | any             | transit  |
    /// | known     | any                                      | the peer is ours  | internal |
    /// | ingress   | any                                      | the peer is not   | inbound  |
    /// | egress    | any                                      | the peer is not   | outbound |
    /// | unknown   | any                                      | both are ours     | internal |
    /// | any       | any                                      | any               | unknown  |
    ///
    /// The last line is for rows that lack an address, too. A secondary address, or a pod's, is recorded in
    /// the packet addresses only: nothing in the record tells it from one that is forwarded, so it is transit.
    pub fn orient(&self, store: &Store, segment: &Segment) -> Vec<u8> {
        Orienter::new(self, store).orient(segment)
    }

    /// Orients every readable row of a store anew.
    pub fn orient_all(&self, store: &mut Store) {
        let orienter = Orienter::new(self, store);
        let codes: Vec<Vec<u8>> =
            store.rows().segments().iter().map(|segment| orienter.orient(segment)).collect();
        for (segment, codes) in store.rows_mut().segments_mut().iter_mut().zip(codes) {
            segment.set_orientation(codes);
        }
    }
}

/// An [`InterfaceKnowledge`] in the codes of one store.
struct Orienter<'a> {
    store: &'a Store,
    recorded: RecordedDirections,
    /// By code of the interface-id, the last for rows without one.
    interfaces: Vec<OwnCodes>,
    /// Codes of own addresses that are not private: few, because the private ones are ours anyway.
    our_public: HashSet<u64, FxBuildHasher>,
    our_subnets: &'a BTreeSet<Subnet64>,
}

/// The own addresses of one interface, all families together: an address tells its family.
#[derive(Default)]
struct OwnCodes {
    /// An interface has one address, mostly, and then nothing is looked through for it.
    first: Option<(u64, Evidence)>,
    /// The others, sorted by code.
    others: Vec<(u64, Evidence)>,
    subnets: Vec<Subnet64>,
}

/// The decoded values of one row.
struct RowEnds {
    interface: u64,
    src: u64,
    dst: u64,
    pkt_src: u64,
    pkt_dst: u64,
    flow_direction: u64,
}

impl<'a> Orienter<'a> {
    fn new(knowledge: &'a InterfaceKnowledge, store: &'a Store) -> Orienter<'a> {
        let texts = store.field_id(Field::INTERFACE_ID).map(|id| &store.column(id).texts);
        let n_interfaces = texts.map_or(0, |texts| texts.all().len());
        let mut interfaces: Vec<OwnCodes> = Vec::new();
        interfaces.resize_with(n_interfaces + 1, OwnCodes::default);
        for (interface, own) in knowledge.iter() {
            let code = match interface {
                Value::Absent => Some(n_interfaces),
                Value::Text(text) => texts.and_then(|texts| texts.code(text)).map(|code| code as usize),
                Value::Number(_) | Value::Address(_) => None,
            };
            let Some(code) = code else { continue };
            match &own.is {
                OwnIs::NotKnown => {}
                OwnIs::Addresses(addresses) => interfaces[code].others.extend(
                    addresses
                        .iter()
                        .filter_map(|address| store.addresses().code(*address))
                        .map(|code| (u64::from(code), own.evidence)),
                ),
                OwnIs::InSubnet(subnet) => interfaces[code].subnets.push(*subnet),
            }
        }
        for own in &mut interfaces {
            own.others.sort_unstable_by_key(|(code, _)| *code);
            own.first = own.others.pop();
        }
        let our_public = knowledge
            .our_addresses()
            .iter()
            .filter(|address| !address.is_private())
            .filter_map(|address| store.addresses().code(*address).map(u64::from))
            .collect();
        let recorded = RecordedDirections::of(store);
        Orienter { store, recorded, interfaces, our_public, our_subnets: knowledge.our_subnets() }
    }

    fn orient(&self, segment: &Segment) -> Vec<u8> {
        let mut columns = FieldBlocks::new(
            self.store,
            [
                Field::INTERFACE_ID,
                Field::SRCADDR,
                Field::DSTADDR,
                Field::PKT_SRCADDR,
                Field::PKT_DSTADDR,
                Field::FLOW_DIRECTION,
            ],
        );
        let mut codes = Vec::with_capacity(segment.n_rows() as usize);
        SegmentRows::all(segment.n_rows()).for_each_block(|block| {
            let [interface, src, dst, pkt_src, pkt_dst, flow_direction] = columns.read(segment, block);
            codes.extend((0..interface.len()).map(|at| {
                let row = RowEnds {
                    interface: interface[at],
                    src: src[at],
                    dst: dst[at],
                    pkt_src: pkt_src[at],
                    pkt_dst: pkt_dst[at],
                    flow_direction: flow_direction[at],
                };
                self.orientation(&row).to_code()
            }));
        });
        codes
    }

    fn orientation(&self, row: &RowEnds) -> Orientation {
        // ABSENT is the largest number, so it lands on the last place.
        let own = &self.interfaces[row.interface.min(self.interfaces.len() as u64 - 1) as usize];
        let (direction, evidence) = match self.recorded.get(row.flow_direction) {
            Direction::Unknown => match (self.own_evidence(own, row.src), self.own_evidence(own, row.dst)) {
                (Some(evidence), None) => (Direction::Egress, evidence),
                (None, Some(evidence)) => (Direction::Ingress, evidence),
                _ => (Direction::Unknown, Evidence::None),
            },
            recorded => (recorded, Evidence::Recorded),
        };
        Orientation { direction, evidence, class: self.class(row, own, direction) }
    }

    fn class(&self, row: &RowEnds, own: &OwnCodes, direction: Direction) -> FlowClass {
        let (local, remote, beyond) = match direction {
            Direction::Ingress => (row.dst, row.src, FlowClass::Inbound),
            Direction::Egress => (row.src, row.dst, FlowClass::Outbound),
            Direction::Unknown if self.is_ours(row.src) && self.is_ours(row.dst) => {
                return FlowClass::Internal;
            }
            Direction::Unknown => return FlowClass::Unknown,
        };
        let passes_by =
            |packet: u64| packet != ABSENT && packet != local && self.own_evidence(own, packet).is_none();
        if passes_by(row.pkt_src) && passes_by(row.pkt_dst) {
            FlowClass::Transit
        } else if remote == ABSENT {
            FlowClass::Unknown
        } else if self.is_ours(remote) {
            FlowClass::Internal
        } else {
            beyond
        }
    }

    /// Why an address is the interface's own, where it is.
    fn own_evidence(&self, own: &OwnCodes, code: u64) -> Option<Evidence> {
        if code == ABSENT {
            return None;
        }
        if let Some((first, evidence)) = own.first
            && first == code
        {
            return Some(evidence);
        }
        if let Ok(at) = own.others.binary_search_by_key(&code, |(code, _)| *code) {
            return Some(own.others[at].1);
        }
        // Only then, because it costs a look into the dictionary.
        if own.subnets.is_empty() {
            return None;
        }
        let subnet = subnet_of(self.store.addresses().get(code))?;
        own.subnets.contains(&subnet).then_some(Evidence::CommonSubnet)
    }

    fn is_ours(&self, code: u64) -> bool {
        if code == ABSENT {
            return false;
        }
        let subnet = || subnet_of(self.store.addresses().get(code));
        self.store.addresses().traits(code).is_private()
            || (!self.our_public.is_empty() && self.our_public.contains(&code))
            || (!self.our_subnets.is_empty()
                && subnet().is_some_and(|subnet| self.our_subnets.contains(&subnet)))
    }
}
