//! Which way each row went and between whom, from what is known of the interfaces.

use super::InterfaceKnowledge;
use super::addresses::{RecordedDirections, Subnet64, subnet_of};
use super::knowledge::OwnIs;
use crate::analysis::columns::FieldBlocks;
use crate::arrange::Arrange;
use crate::query::SegmentRows;
use crate::record::{Direction, Evidence, Field, FlowClass, Orientation, Value};
use crate::store::{Decoded, Segment, Store};

impl InterfaceKnowledge {
    /// What gives the rows of a store their orientation. Holds for as long as no rows are added to it.
    pub fn orienter<'a>(&self, store: &'a Store) -> Orienter<'a> {
        let recorded = RecordedDirections::of(store);
        Orienter { store, recorded, interfaces: interfaces(self, store), ours: self.ours(store) }
    }

    /// By the code of an address whether it is private, an own address of any interface, or in a subnet of one. The last is for rows
    /// without an address, which is nobody's.
    pub(in crate::analysis) fn ours(&self, store: &Store) -> Vec<bool> {
        let addresses = store.addresses();
        let n_codes = addresses.all().len();
        let mut ours: Vec<bool> =
            (0..n_codes).map(|code| addresses.traits(code as u64).is_private()).chain([false]).collect();
        for code in self.our_addresses().iter().filter_map(|address| addresses.code(*address)) {
            ours[code as usize] = true;
        }
        let subnets = self.our_subnets();
        if !subnets.is_empty() {
            for (ours, address) in ours.iter_mut().zip(addresses.all()) {
                *ours |= subnet_of(*address).is_some_and(|subnet| subnets.contains(&subnet));
            }
        }
        ours
    }

    /// Orients every readable row of a store anew.
    pub fn orient_all(&self, store: &mut Store) {
        let orienter = self.orienter(store);
        let codes: Vec<Vec<u8>> =
            store.rows().segments().iter().map(|segment| orienter.orient(segment)).collect();
        for (segment, codes) in store.rows_mut().segments_mut().iter_mut().zip(codes) {
            segment.set_orientation(codes);
        }
    }
}

/// An [`InterfaceKnowledge`] in the codes of one store: every question about a row is a look into a table.
pub struct Orienter<'a> {
    store: &'a Store,
    recorded: RecordedDirections,
    /// By code of the interface-id, the last for rows without one.
    interfaces: Vec<OwnCodes>,
    /// Whether an address is ours, by its code; the last is for rows without one, which is nobody's.
    ours: Vec<bool>,
}

/// The code of an address, or of another text of a row; absent where the row has none.
type Code = u32;

const ABSENT: Code = Code::ABSENT;

/// The own addresses of one interface, all families together: an address tells its family.
struct OwnCodes {
    /// An interface has one address, mostly, and then nothing is looked through for it. [`ABSENT`] where it has none.
    first: Code,
    evidence: Evidence,
    /// The others, sorted by code.
    others: Vec<(Code, Evidence)>,
    subnets: Vec<Subnet64>,
}

/// The codes of one row.
struct RowEnds {
    interface: Code,
    src: Code,
    dst: Code,
    pkt_src: Code,
    pkt_dst: Code,
    flow_direction: Code,
}

impl Orienter<'_> {
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
    pub fn orient(&self, segment: &Segment) -> Vec<u8> {
        let mut columns = FieldBlocks::<6, Code>::new(
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
            let ends = interface.iter().zip(src).zip(dst).zip(pkt_src).zip(pkt_dst).zip(flow_direction);
            codes.extend(ends.map(
                |(((((&interface, &src), &dst), &pkt_src), &pkt_dst), &flow_direction)| {
                    let row = RowEnds { interface, src, dst, pkt_src, pkt_dst, flow_direction };
                    self.orientation(&row).to_code()
                },
            ));
        });
        codes
    }

    #[inline(always)]
    fn orientation(&self, row: &RowEnds) -> Orientation {
        // ABSENT is the largest number, so it lands on the last place.
        let own = &self.interfaces[(row.interface as usize).min(self.interfaces.len() - 1)];
        let (direction, evidence) = match self.recorded.get(u64::from(row.flow_direction)) {
            Direction::Unknown => match (self.own_evidence(own, row.src), self.own_evidence(own, row.dst)) {
                (Some(evidence), None) => (Direction::Egress, evidence),
                (None, Some(evidence)) => (Direction::Ingress, evidence),
                _ => (Direction::Unknown, Evidence::None),
            },
            recorded => (recorded, Evidence::Recorded),
        };
        Orientation { direction, evidence, class: self.class(row, own, direction) }
    }

    #[inline(always)]
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
            |packet: Code| packet != ABSENT && packet != local && self.own_evidence(own, packet).is_none();
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
    #[inline(always)]
    fn own_evidence(&self, own: &OwnCodes, code: Code) -> Option<Evidence> {
        if code == ABSENT {
            None
        } else if code == own.first {
            Some(own.evidence)
        } else if own.others.is_empty() && own.subnets.is_empty() {
            None
        } else {
            self.other_evidence(own, code)
        }
    }

    #[inline(never)]
    fn other_evidence(&self, own: &OwnCodes, code: Code) -> Option<Evidence> {
        if let Ok(at) = own.others.binary_search_by_key(&code, |(code, _)| *code) {
            return Some(own.others[at].1);
        }
        let subnet = subnet_of(self.store.addresses().get(code.into()))?;
        own.subnets.contains(&subnet).then_some(Evidence::CommonSubnet)
    }

    fn is_ours(&self, code: Code) -> bool {
        self.ours[(code as usize).min(self.ours.len() - 1)]
    }
}

/// What is known of each interface, by the code of its id; the last is for rows without one.
fn interfaces(knowledge: &InterfaceKnowledge, store: &Store) -> Vec<OwnCodes> {
    let texts = store.field_id(Field::INTERFACE_ID).map(|id| &store.column(id).texts);
    let n_interfaces = texts.map_or(0, |texts| texts.all().len());
    let nothing =
        || OwnCodes { first: ABSENT, evidence: Evidence::None, others: Vec::new(), subnets: Vec::new() };
    let mut interfaces: Vec<OwnCodes> = std::iter::repeat_with(nothing).take(n_interfaces + 1).collect();
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
                    .map(|code| (code, own.evidence)),
            ),
            OwnIs::InSubnet(subnet) => interfaces[code].subnets.push(*subnet),
        }
    }
    for own in &mut interfaces {
        own.others.arrange_by_key(|(code, _)| *code);
        if let Some(first) = own.others.pop() {
            (own.first, own.evidence) = first;
        }
    }
    interfaces
}
