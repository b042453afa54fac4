//! Judges rejected rows one by one: who wanted it, of whom, and how we know.

use super::peers::RejectedPeers;
use super::{Initiator, InitiatorEvidence, WantedBy};
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::{FanIn, Servers};
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::places::NOT_THERE;
use crate::intake::client::{End, Hint};
use crate::record::Direction;
use crate::store::Store;

/// A rejected row, addresses as codes; [`NOT_THERE`] for one that it does not have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub src: u32,
    pub dst: u32,
    pub src_port: Option<u16>,
    pub dst_port: Option<u16>,
    pub protocol: Option<u8>,
    pub direction: Direction,
    /// What the row tells by itself.
    pub hint: Hint,
}

/// What a row is judged to be.
pub(super) struct Judged {
    pub initiator: Initiator,
    pub wanted_by: WantedBy,
    /// The port that was asked for.
    pub port: Option<u16>,
    pub evidence: InitiatorEvidence,
    /// Who wanted it, and of whom.
    pub source: u32,
    pub target: u32,
}

/// What is known of addresses and ends, in the codes of one store.
pub(super) struct Judge {
    /// Whether an address is of the owner's networks; the last is for rows without one, which is nobody's.
    ours: Vec<bool>,
    /// Whether a row with it was accepted, anywhere in the load.
    accepted: Vec<bool>,
    servers: Servers,
}

impl Judge {
    pub fn new(store: &Store, knowledge: &InterfaceKnowledge, peers: &RejectedPeers) -> Judge {
        Judge { ours: knowledge.ours(store), accepted: peers.accepted(store), servers: peers.servers(store) }
    }

    pub fn judge(&self, row: &Row) -> Judged {
        let Hint { client, evidence } = self.hint(row);
        let mut initiator = match (row.direction, client) {
            (_, None) => Initiator::Unknown,
            (Direction::Unknown, Some(End::Src)) => Initiator::Source,
            (Direction::Unknown, Some(End::Dst)) => Initiator::Destination,
            (Direction::Ingress, Some(End::Src)) | (Direction::Egress, Some(End::Dst)) => Initiator::Remote,
            (Direction::Ingress, Some(End::Dst)) | (Direction::Egress, Some(End::Src)) => Initiator::Local,
        };
        // Where nobody knows who started, somebody still sent.
        let (source, target, port) = match client.unwrap_or(End::Src) {
            End::Src => (row.src, row.dst, row.dst_port),
            End::Dst => (row.dst, row.src, row.src_port),
        };
        // A peer that only ever was rejected cannot answer: no request to it got through. Scanners send SYN-ACK
        // and from port 443, and the victims of forged source addresses answer to whoever was forged.
        let is_unasked_answer = row.direction == Direction::Ingress
            && client == Some(End::Dst)
            && row.src != NOT_THERE
            && !self.is_ours(row.src)
            && !self.is_accepted(row.src);
        let wanted_by = if is_unasked_answer {
            initiator = Initiator::Destination;
            WantedBy::ScanNoise
        } else if source == NOT_THERE || initiator == Initiator::Local || self.is_ours(source) {
            WantedBy::OwnNetworks
        } else if self.is_accepted(source) {
            WantedBy::KnownPeers
        } else {
            WantedBy::ScanNoise
        };
        Judged { initiator, wanted_by, port, evidence, source, target }
    }

    /// The row's own evidence, unless fan-in is stronger and tells one end.
    fn hint(&self, row: &Row) -> Hint {
        if !row.hint.yields_to_fan_in() {
            return row.hint;
        }
        match (self.is_server(row, row.src, row.src_port), self.is_server(row, row.dst, row.dst_port)) {
            (false, true) => Hint::new(End::Src, InitiatorEvidence::FanIn),
            (true, false) => Hint::new(End::Dst, InitiatorEvidence::FanIn),
            _ => row.hint,
        }
    }

    fn is_server(&self, row: &Row, address: u32, port: Option<u16>) -> bool {
        port.is_some_and(|port| {
            FanIn::can_be_server(port)
                && self.servers.contains(&Endpoint::new(address, Some(port), row.protocol))
        })
    }

    fn is_ours(&self, address: u32) -> bool {
        self.ours[(address as usize).min(self.ours.len() - 1)]
    }

    fn is_accepted(&self, address: u32) -> bool {
        self.accepted.get(address as usize).copied().unwrap_or(false)
    }
}
