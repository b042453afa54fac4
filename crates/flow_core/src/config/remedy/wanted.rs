//! What somebody wants to pass, and what refused it.

use serde::{Deserialize, Serialize};

use super::cannot::CannotFix;
use crate::arrange::Arrange;
use crate::config::rule::{RuleDirection, Traffic};
use crate::record::Address;

pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

/// Ports that an initiator sends from, as AWS advises to allow them for replies: Linux takes 32768-60999, Windows
/// 49152-65535, but load balancers, NAT gateways and Lambda functions take any of these.
pub const EPHEMERAL_PORTS: PortSpan = PortSpan { from: 1_024, to: 65_535 };

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PortSpan {
    pub from: u16,
    pub to: u16,
}

/// Why the flows did not pass, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RefusedBy {
    SecurityGroup,
    /// The request.
    NetworkAcl,
    /// The reply to a request that passed.
    NetworkAclReturn,
    GroupOrAcl,
    /// What follows is no matter of a missing rule.
    Scan,
    Straggler,
    BlockPublicAccess,
    EncryptionControls,
    Unknown,
}

/// Flows of one service with several peers, seen from one interface or from several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// `eni-…`, each of which has all these peers; empty where the log does not tell.
    pub interfaces: Vec<String>,
    pub refused_by: RefusedBy,
    /// Of the request at the interfaces: `Ingress` where the peers are the initiators.
    pub direction: RuleDirection,
    pub peers: Vec<Address>,
    /// IANA number.
    pub protocol: u8,
    /// The service's; absent for protocols without ports, or where the log does not tell.
    pub ports: Option<PortSpan>,
}

impl Wanted {
    pub(super) const fn has_ports(&self) -> bool {
        matches!(self.protocol, TCP | UDP)
    }

    /// The traffic of the requests.
    pub(super) fn request(&self) -> Result<Traffic, CannotFix> {
        if !self.has_ports() {
            return traffic(self.protocol, None);
        }
        let ports = self.ports.ok_or(CannotFix::PortUnknown)?;
        traffic(self.protocol, Some(ports))
    }

    /// The traffic of the replies: to the ports that the requests were sent from.
    pub(super) fn reply(&self) -> Result<Traffic, CannotFix> {
        traffic(self.protocol, self.has_ports().then_some(EPHEMERAL_PORTS))
    }

    /// IP addresses, each once, sorted; a MAC address has no rules.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let mut peers: Vec<Address> =
            self.peers.iter().filter(|peer| !matches!(peer, Address::Mac(_))).copied().collect();
        peers.arrange();
        peers.dedup();
        peers
    }
}

/// # Errors
/// Where the span is reversed.
pub(super) fn traffic(protocol: u8, ports: Option<PortSpan>) -> Result<Traffic, CannotFix> {
    let from = ports.map(|ports| i64::from(ports.from));
    let to = ports.map(|ports| i64::from(ports.to));
    Traffic::read(&protocol.to_string(), from, to).map_err(|_| CannotFix::PortUnknown)
}
