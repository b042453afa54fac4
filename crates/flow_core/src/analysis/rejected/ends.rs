//! The ends of rejected rows with the ports that they are met from, and those of all rows remembered: a view without a
//! filter asks for them first.

use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::FieldIds;
use crate::analysis::counted::{Count, Remembered};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::{FanIn, PeerPorts};
use crate::intake::client::has_ports;
use crate::query::{RowSet, SegmentRows};
use crate::record::Field;
use crate::store::{ABSENT, Segment, Store};

/// Ends that are remembered, of 32 bytes and a place in a table each. Where there are more, they are looked for each time.
const ENDS_MAX: usize = 1 << 20;

/// What tells the ends of a row.
pub(super) const END_FIELDS: [Field; 5] =
    [Field::SRCADDR, Field::DSTADDR, Field::SRCPORT, Field::DSTPORT, Field::PROTOCOL];

/// Visits those ends of some rows that can be servers, with the port that each is met from. Of decoded [`END_FIELDS`].
pub(super) fn for_each_end(columns: [&[u64]; 5], mut visit: impl FnMut(Endpoint, u16)) {
    let [src, dst, src_port, dst_port, protocol] = columns;
    for at in 0..src.len() {
        let (src_port, dst_port) = (src_port[at], dst_port[at]);
        let is_whole = [src[at], dst[at], src_port, dst_port].iter().all(|&value| value != ABSENT);
        if !is_whole || !has_ports(protocol[at], src_port, dst_port) {
            continue;
        }
        let protocol = (protocol[at] != ABSENT).then_some(protocol[at] as u8);
        let (src_port, dst_port) = (src_port as u16, dst_port as u16);
        for (address, port, peer_port) in [(src[at], src_port, dst_port), (dst[at], dst_port, src_port)] {
            if FanIn::can_be_server(port) {
                visit(Endpoint::new(address as u32, Some(port), protocol), peer_port);
            }
        }
    }
}

/// Every end of rejected rows that can be a server.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct RejectedEnds {
    fan_in: FanIn,
    actions: Actions,
    action: FieldIds<1>,
    ids: FieldIds<5>,
}

impl Default for RejectedEnds {
    fn default() -> RejectedEnds {
        RejectedEnds {
            fan_in: FanIn::with_capacity(0),
            actions: Actions::default(),
            action: FieldIds::default(),
            ids: FieldIds::default(),
        }
    }
}

impl Count for RejectedEnds {
    fn prepare(&mut self, store: &Store) {
        self.actions = Actions::of(store);
        self.action = FieldIds::of(store, [Field::ACTION]);
        self.ids = FieldIds::of(store, END_FIELDS);
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        if !self.has_all() {
            return;
        }
        let mut rejected = self.actions.rows(self.action.columns(segment)[0], Action::Rejected);
        rejected.keep(rows);
        let mut values: [Vec<u64>; 5] = Default::default();
        rejected.for_each_block(|block| {
            for (column, values) in self.ids.columns(segment).into_iter().zip(&mut values) {
                column.read(block, values);
            }
            for_each_end(values.each_ref().map(Vec::as_slice), |end, peer_port| {
                self.fan_in.note_port(end, peer_port);
            });
        });
    }

    /// An end may be met from the same port in other rows.
    fn is_exact(&self) -> bool {
        false
    }
}

impl RejectedEnds {
    fn has_all(&self) -> bool {
        self.fan_in.endpoints().len() <= ENDS_MAX
    }

    /// All ends with the ports that `rows` meet them from, where these are all rows of the segments that are remembered:
    /// those of the others are added. `is_wanted` is told an end and as many of its ports as matter.
    pub fn of(
        store: &Store,
        rows: &RowSet,
        remembered: &Remembered<RejectedEnds>,
        is_wanted: impl Fn(Endpoint, &PeerPorts) -> bool,
    ) -> Option<Vec<(Endpoint, PeerPorts)>> {
        let segments = store.rows().segments();
        let (known, n_known) = remembered.of_first(segments);
        let (rows_known, rows_others) = rows.segments().split_at(n_known);
        let is_all = |rows: &SegmentRows| matches!(rows, SegmentRows::All(_));
        if n_known == 0 || !known.has_all() || !rows_known.iter().all(is_all) {
            return None;
        }
        let mut others = RejectedEnds::default();
        others.prepare(store);
        for (segment, rows) in segments[n_known..].iter().zip(rows_others) {
            others.count(segment, rows);
        }
        if !others.has_all() {
            return None;
        }
        let known_ends = known.fan_in.endpoints().iter().copied();
        let only_known = known_ends.filter(|(end, _)| others.fan_in.get(*end).is_none());
        let with_others = others.fan_in.endpoints().iter().map(|&(end, mut ports)| {
            known.fan_in.get(end).into_iter().for_each(|known| ports.merge(*known));
            (end, ports)
        });
        Some(only_known.chain(with_others).filter(|(end, ports)| is_wanted(*end, ports)).collect())
    }
}
