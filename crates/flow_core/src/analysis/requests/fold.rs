//! Which rows are folded together: those that are the same in all that who asked, and what rules decide, rest on.

use serde::{Deserialize, Serialize};

use crate::analysis::conversation::{Marks, ReadRow, SPAN_SECS, Trace, TraceKey, WINDOW_SECS_MAX};
use crate::intake::client::{End, InitiatorEvidence, RowEvidence};
use crate::store::ABSENT;

/// Packets of a flow from which on it was a session; fewer may have been a probe.
const SESSION_PACKETS_MIN: u64 = 101;

/// Above it lie the ephemeral ports of Linux and Windows, which fan-in takes for nobody's service.
const SERVER_PORT_MAX: u16 = 32_767;
/// Below it nobody is given a port to ask from.
const EPHEMERAL_PORT_MIN: u16 = 1_024;
/// A known service from whose port servers call their clients back.
const FTP_DATA: u16 = 20;

/// Rows of one key, added up.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Folded {
    pub trace: Trace,
    /// The smallest and the largest of the clients' ports that are not in the key.
    pub client_ports: Option<(u16, u16)>,
    pub n_session_rows: u64,
}

impl Folded {
    pub fn add(&mut self, other: &Folded) {
        self.trace.add(other.trace);
        self.client_ports = joined(self.client_ports, other.client_ports);
        self.n_session_rows += other.n_session_rows;
    }
}

/// Two ranges of ports as one that holds both.
pub(super) fn joined(one: Option<(u16, u16)>, other: Option<(u16, u16)>) -> Option<(u16, u16)> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
        (one, other) => one.or(other),
    }
}

/// A row as it is folded, and whether its ports and flags leave open who asked.
pub(super) struct FoldedRow {
    pub key: TraceKey,
    pub folded: Folded,
    pub is_open: bool,
}

impl FoldedRow {
    /// `is_rolled_up`: a port that is absent while the other is there was a client's.
    ///
    /// Where a row's own ports settle who asked, the client's port is left out: so a thousand connections of one client to
    /// one service are one key, and only conversations that something else must decide are kept one by one.
    pub fn of(mut row: ReadRow, evidence: &mut RowEvidence, is_rolled_up: bool) -> FoldedRow {
        let mut client_ports = None;
        let mut is_open = true;
        match (row.src.port, row.dst.port) {
            (Some(src_port), Some(dst_port)) => match settled_client(&row, src_port, dst_port, evidence) {
                Some(End::Src) => {
                    client_ports = Some((src_port, src_port));
                    row.set_ports(None, row.dst.port);
                    is_open = false;
                }
                Some(End::Dst) => {
                    client_ports = Some((dst_port, dst_port));
                    row.set_ports(row.src.port, None);
                    is_open = false;
                }
                None => {}
            },
            (None, None) => {}
            // In a layout with one of the two ports, nothing tells whose it is.
            _ if !is_rolled_up => row.set_ports(None, None),
            _ => {}
        }
        let packets_each = if row.packets == ABSENT { 0 } else { row.packets / row.n_records.max(1) };
        let n_session_rows = if packets_each >= SESSION_PACKETS_MIN { row.n_records } else { 0 };
        // Neither is asked for, and each would keep rows apart.
        (row.is_transit, row.is_readdressed) = (false, false);
        let mut key = TraceKey::of(&row);
        // Who pings all day is one request for the longer interval, because no more are kept than there is room for.
        key.span /= WINDOW_SECS_MAX / SPAN_SECS;
        FoldedRow {
            key,
            folded: Folded { trace: Trace::of_row(&row, true), client_ports, n_session_rows },
            is_open,
        }
    }
}

/// The client, where ports say so against which only flags or fan-in could speak, and neither can here: fan-in takes no
/// such client's port for a server's, and the row's own flags do not contradict.
fn settled_client(row: &ReadRow, src_port: u16, dst_port: u16, evidence: &mut RowEvidence) -> Option<End> {
    let protocol = row.tuple.protocol().map_or(ABSENT, u64::from);
    let hint = evidence.hint(protocol, ABSENT, src_port.into(), dst_port.into());
    let client = hint.client.filter(|_| hint.evidence == InitiatorEvidence::ServicePort)?;
    let (client_port, service_port) = match client {
        End::Src => (src_port, dst_port),
        End::Dst => (dst_port, src_port),
    };
    let is_settled =
        client_port > SERVER_PORT_MAX || (service_port < EPHEMERAL_PORT_MIN && service_port != FTP_DATA);
    let against = match client {
        End::Src => Marks::SYN_ACK,
        End::Dst => Marks::SYN,
    };
    (is_settled && !row.marks.has(against)).then_some(client)
}
