//! A conversation as one interface saw it, put so that the decision table can be read off.

use super::trace::{Fate, Marks, Trace};
use super::verdict::{Began, SeenBy};
use crate::analysis::TimeExtent;
use crate::intake::client::has_ports;
use crate::record::Address;

/// What one end sent the other.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Half {
    pub accepted: Trace,
    pub rejected: Trace,
    /// Rows that record no action.
    pub other: Trace,
    pub is_blocked_public_access: bool,
    pub is_encryption_control: bool,
}

impl Half {
    pub fn add(&mut self, fate: Fate, trace: Trace) {
        match fate {
            Fate::Accepted => self.accepted.add(trace),
            Fate::NotRecorded => self.other.add(trace),
            Fate::Rejected | Fate::RejectedByBlockPublicAccess | Fate::RejectedByEncryptionControls => {
                self.rejected.add(trace);
            }
        }
        self.is_blocked_public_access |= fate == Fate::RejectedByBlockPublicAccess;
        self.is_encryption_control |= fate == Fate::RejectedByEncryptionControls;
    }

    pub fn join(&mut self, other: &Half) {
        self.accepted.add(other.accepted);
        self.rejected.add(other.rejected);
        self.other.add(other.other);
        self.is_blocked_public_access |= other.is_blocked_public_access;
        self.is_encryption_control |= other.is_encryption_control;
    }

    pub fn marks(&self) -> Marks {
        self.accepted.marks.and(self.rejected.marks).and(self.other.marks)
    }

    pub fn is_there(&self) -> bool {
        self.n_rows() > 0
    }

    pub fn n_rows(&self) -> u64 {
        self.accepted.tally.rows + self.rejected.tally.rows + self.other.tally.rows
    }

    pub fn time(&self) -> Option<TimeExtent> {
        [self.accepted.time, self.rejected.time, self.other.time].into_iter().fold(None, TimeExtent::joined)
    }
}

/// What other interfaces saw of the same conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Elsewhere {
    pub request_accepted: bool,
    pub reply_accepted: bool,
}

/// All that a verdict is read off. Request is what the initiator sent, reply what the responder did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub request: Half,
    pub reply: Half,
    pub began: Began,
    pub initiator: Address,
    pub responder: Address,
    pub port: Option<u16>,
    pub protocol: Option<u8>,
    /// TCP, or ports of a protocol that is not recorded.
    pub is_tcp: bool,
    pub seen_by: SeenBy,
    /// Whether the request comes into the interface; `None` where its side is not known.
    pub request_comes_in: Option<bool>,
    pub elsewhere: Elsewhere,
    /// Whether both ends are of one subnet, inside which network ACLs are not asked; `None` where it is not known.
    pub same_subnet: Option<bool>,
    /// Whether both ends are of our networks, but no file names subnets.
    pub lacks_subnets: bool,
    /// Records of the interface were skipped near it.
    pub is_skipped: bool,
    /// It may have begun before the interface's first row.
    pub may_begin_before: bool,
    /// At how many services the initiator was refused, where it is a scanner.
    pub scanner_refusals: Option<u32>,
    /// Clients' ports were put together, so this may be many connections.
    pub is_rolled_up: bool,
}

impl Facts {
    /// Whether the port that was asked for is not recorded, though the protocol has ports.
    pub fn lacks_ports(&self) -> bool {
        self.port.is_none() && self.protocol.is_some_and(|protocol| has_ports(u64::from(protocol), 0, 0))
    }

    /// When something of it was accepted first, here; `None` where nothing was.
    pub fn first_accepted_secs(&self) -> Option<u64> {
        let accepted = [&self.request.accepted, &self.reply.accepted];
        accepted.into_iter().filter(|trace| trace.is_there()).map(Trace::first_secs).min()
    }
}
