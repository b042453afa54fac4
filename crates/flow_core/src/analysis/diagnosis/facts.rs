//! A conversation as one interface saw it, put so that the decision table can be read off.

use crate::analysis::conversation::{Began, Half, SeenBy, Trace};
use crate::intake::client::has_ports;
use crate::record::Address;

/// What other interfaces saw of the same conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Elsewhere {
    pub request_accepted: bool,
    pub reply_accepted: bool,
}

/// Why a record that is not there tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) enum Unseen {
    /// AWS skipped records of the interface.
    Skipped,
    /// No file of the load is of that time.
    Undelivered,
}

/// All that a verdict is read off. Request is what the initiator sent, reply what the responder did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub request: &'a Half,
    pub reply: &'a Half,
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
    /// Whether records may be missing of the interface near it.
    pub unseen: Option<Unseen>,
    /// It may have begun before the interface's first row.
    pub may_begin_before: bool,
    /// At how many services the initiator was refused, where it is a scanner.
    pub scanner_refusals: Option<u32>,
    /// Clients' ports were put together, so this may be many connections.
    pub is_rolled_up: bool,
}

impl Facts<'_> {
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
