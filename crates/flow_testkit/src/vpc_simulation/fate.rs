//! What became of each conversation, from all its packets, whatever of them came into the log.

use std::collections::HashMap;

use flow_core::analysis::outcomes::Outcome;

use super::Format;
use super::network::Network;
use super::packet::{RST, Sighting};

/// What happened to the packets of one conversation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fate {
    is_refused: bool,
    has_arrived: bool,
    /// Whether the server said anything but RST.
    has_replied: bool,
    /// Whether anything of the server came back.
    has_come_back: bool,
    is_answered: bool,
}

/// By number of the conversation.
pub fn fates(network: &Network, seen: &[Sighting]) -> HashMap<u64, Fate> {
    let mut fates: HashMap<u64, Fate> = HashMap::new();
    for Sighting { comes_in, packet, refused, .. } in seen {
        let fate = fates.entry(packet.conversation).or_default();
        let is_there = |is_here: bool| is_here || network.host_at(packet.dst.address).is_none();
        let has_arrived = refused.is_none() && is_there(*comes_in);
        fate.is_refused |= refused.is_some();
        if packet.is_request {
            fate.has_arrived |= has_arrived;
        } else {
            fate.is_answered = true;
            fate.has_replied |= packet.flags != RST;
            fate.has_come_back |= has_arrived;
        }
    }
    fates
}

impl Fate {
    /// In classes that the format can tell: without flags a reset is an answer like others.
    pub fn outcome(self, format: Format) -> Outcome {
        match self {
            // The host refused, whoever refused its answer.
            Fate { is_answered: true, has_replied: false, .. } if format == Format::Full => {
                Outcome::HostRefused
            }
            // Diagnosis has to say why.
            Fate { is_refused: true, .. } => Outcome::Unknown,
            Fate { has_come_back: true, .. } => Outcome::Works,
            Fate { is_answered: true, .. } | Fate { has_arrived: false, .. } => Outcome::LostBetween,
            Fate { .. } => Outcome::HostSilent,
        }
    }
}
