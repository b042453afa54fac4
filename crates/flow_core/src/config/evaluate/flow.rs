//! A flow as rules see it.

use serde::{Deserialize, Serialize};

use crate::config::rule::RuleDirection;
use crate::record::Address;

/// What one end sends to the other, seen from one interface. Which of the interface's addresses is meant decides nothing:
/// rules guard all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// Of the packets that begin it: `Ingress` where the remote end is the initiator.
    pub direction: RuleDirection,
    pub remote: Address,
    /// IANA number.
    pub protocol: u8,
    /// Absent where the log does not tell. Looked at for TCP and UDP only.
    pub ports: Option<PortPair>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortPair {
    pub local: u16,
    pub remote: u16,
}

impl Flow {
    /// The port that rules speak of.
    pub fn destination_port(&self) -> Option<u16> {
        self.ports.map(|ports| match self.direction {
            RuleDirection::Ingress => ports.local,
            RuleDirection::Egress => ports.remote,
        })
    }

    /// What the other end answers: the other way, to the port that this was sent from.
    pub fn reply(&self) -> Flow {
        Flow { direction: self.direction.opposite(), ..*self }
    }
}
