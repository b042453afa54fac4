//! The rows of a store as diagnosis and requests read them: two ends, what became of the packets, and their flags.

use super::trace::{Fate, Marks};
use super::tuple::{Tuple, TupleEnd};
use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::FieldBlocks;
use crate::analysis::places::NOT_THERE;
use crate::intake::client::has_ports;
use crate::query::SegmentRows;
use crate::record::{Direction, Field, FlowClass, Orientation};
use crate::store::{ABSENT, Segment, Store};

/// One row, its addresses and interface as codes of its store.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct ReadRow {
    /// [`NOT_THERE`] for rows without one.
    pub interface: u32,
    pub src: TupleEnd,
    pub dst: TupleEnd,
    pub tuple: Tuple,
    pub fate: Fate,
    pub marks: Marks,
    pub direction: Direction,
    /// Whether the interface forwards.
    pub is_transit: bool,
    /// Whether a packet address, being an end, differs from the address that the interface shows there.
    pub is_readdressed: bool,
    pub n_records: u64,
    /// Decoded values, [`ABSENT`] where absent.
    pub packets: u64,
    pub bytes: u64,
    pub start: u64,
    pub end: u64,
    pub flags: u64,
}

impl ReadRow {
    /// Whether the larger end of the tuple sent it.
    pub fn is_of_high(&self) -> bool {
        self.src > self.dst
    }

    /// The row as it were with other ports.
    pub fn set_ports(&mut self, src: Option<u16>, dst: Option<u16>) {
        (self.src.port, self.dst.port) = (src, dst);
        self.tuple = Tuple::new(self.src, self.dst, self.tuple.protocol());
    }
}

/// Whose addresses are a row's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum EndsOf {
    /// The packet's, where they are recorded: the same on both sides of a NAT gateway.
    Packet,
    /// As the interface shows itself and its peer, which are those that its rules are asked about.
    Interface,
}

/// Reads the rows of one segment after the other.
pub(in crate::analysis) struct RowReader<'a> {
    store: &'a Store,
    ends_of: EndsOf,
    columns: FieldBlocks<15>,
    actions: Actions,
    reasons: Vec<Fate>,
    orientations: Vec<u8>,
    n_records: Vec<u64>,
    batch: Vec<ReadRow>,
}

impl<'a> RowReader<'a> {
    pub fn new(store: &'a Store, ends_of: EndsOf) -> RowReader<'a> {
        let columns = FieldBlocks::new(
            store,
            [
                Field::INTERFACE_ID,
                Field::SRCADDR,
                Field::DSTADDR,
                Field::PKT_SRCADDR,
                Field::PKT_DSTADDR,
                Field::SRCPORT,
                Field::DSTPORT,
                Field::PROTOCOL,
                Field::TCP_FLAGS,
                Field::PACKETS,
                Field::BYTES,
                Field::START,
                Field::END,
                Field::ACTION,
                Field::REJECT_REASON,
            ],
        );
        let reasons = store.field_id(Field::REJECT_REASON).map_or(&[][..], |id| store.column(id).texts.all());
        RowReader {
            store,
            ends_of,
            columns,
            actions: Actions::of(store),
            reasons: reasons.iter().map(|text| Fate::of_reason(text)).collect(),
            orientations: Vec::new(),
            n_records: Vec::new(),
            batch: Vec::with_capacity(BATCH_ROWS),
        }
    }

    /// The rows of a segment with this action.
    pub fn rows_with(&self, segment: &Segment, action: Action) -> SegmentRows {
        let column = segment.column_or_absent(self.store.field_id(Field::ACTION));
        self.actions.rows(column, action)
    }

    pub fn for_each(&mut self, segment: &Segment, rows: &SegmentRows, mut visit: impl FnMut(ReadRow)) {
        rows.for_each_block(|block| {
            segment.read_orientation(block, &mut self.orientations);
            segment.n_records().read(block, &mut self.n_records);
            let [
                interface,
                src,
                dst,
                pkt_src,
                pkt_dst,
                src_port,
                dst_port,
                protocol,
                flags,
                packets,
                bytes,
                start,
                end,
                action,
                reason,
            ] = self.columns.read(segment, block);
            for at in 0..block.n_rows() {
                let with_ports = has_ports(protocol[at], src_port[at], dst_port[at]);
                let is_packet = self.ends_of == EndsOf::Packet;
                let tuple_end = |address: u64, packet: u64, port: u64| TupleEnd {
                    address: if is_packet && packet != ABSENT { code(packet) } else { code(address) },
                    port: u16::try_from(port).ok().filter(|_| with_ports),
                };
                let orientation = Orientation::from_code(self.orientations[at]);
                let src_end = tuple_end(src[at], pkt_src[at], src_port[at]);
                let dst_end = tuple_end(dst[at], pkt_dst[at], dst_port[at]);
                let tuple = Tuple::new(src_end, dst_end, u8::try_from(protocol[at]).ok());
                visit(ReadRow {
                    interface: code(interface[at]),
                    src: src_end,
                    dst: dst_end,
                    tuple,
                    fate: match self.actions.get(action[at]) {
                        Action::Accepted => Fate::Accepted,
                        Action::Other => Fate::NotRecorded,
                        Action::Rejected => {
                            self.reasons.get(reason[at] as usize).copied().unwrap_or(Fate::Rejected)
                        }
                    },
                    marks: if tuple.is_tcp() { Marks::of_tcp(flags[at]) } else { Marks::default() },
                    direction: orientation.direction,
                    is_transit: orientation.class == FlowClass::Transit,
                    is_readdressed: is_packet
                        && (differs(src[at], pkt_src[at]) || differs(dst[at], pkt_dst[at])),
                    n_records: self.n_records[at],
                    packets: packets[at],
                    bytes: bytes[at],
                    start: start[at],
                    end: end[at],
                    flags: flags[at],
                });
            }
        });
    }
}

/// Rows of one batch: what is worked out of each in turn stays near the processor.
const BATCH_ROWS: usize = 1_024;

impl RowReader<'_> {
    /// The same, many rows at a time: look-ups in a table larger than a processor's cache wait for memory together if
    /// nothing else is done between them.
    pub fn for_each_batch(
        &mut self,
        segment: &Segment,
        rows: &SegmentRows,
        mut visit: impl FnMut(&[ReadRow]),
    ) {
        let mut batch = std::mem::take(&mut self.batch);
        self.for_each(segment, rows, |row| {
            batch.push(row);
            if batch.len() == BATCH_ROWS {
                visit(&batch);
                batch.clear();
            }
        });
        visit(&batch);
        batch.clear();
        self.batch = batch;
    }
}

fn differs(address: u64, packet: u64) -> bool {
    packet != ABSENT && packet != address
}

/// [`ABSENT`] becomes [`NOT_THERE`].
fn code(decoded: u64) -> u32 {
    const _: () = assert!(ABSENT as u32 == NOT_THERE);
    decoded as u32
}
