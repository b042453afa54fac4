//! Requests as interfaces saw them, of all shards together.

use std::collections::BTreeMap;

use super::basis::Basis;
use crate::analysis::conversation::Coverage;
use crate::analysis::diagnosis::Began;
use crate::analysis::{Tally, TimeExtent};
use crate::config::RuleDirection;
use crate::record::{Address, Value};

/// All requests of a load, and what was left aside.
#[derive(Debug)]
pub struct Requests {
    /// In no order that means anything.
    pub(super) requests: Vec<Request>,
    /// [`RequestKey::interface`] points here, or nowhere where rows have none.
    pub(super) interfaces: Vec<Value>,
    /// [`RequestKey::local`] and [`RequestKey::remote`] point here.
    pub(super) addresses: Vec<Address>,
    /// What each interface logged, whatever the filter.
    pub(super) coverage: BTreeMap<Value, Coverage>,
    pub(super) basis: Basis,
}

impl Requests {
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// How many requests there are.
    pub fn n_requests(&self) -> u64 {
        self.requests.len() as u64
    }

    pub(super) fn local(&self, request: &Request) -> Address {
        self.addresses[request.key.local as usize]
    }

    pub(super) fn remote(&self, request: &Request) -> Address {
        self.addresses[request.key.remote as usize]
    }

    pub(super) fn interface(&self, request: &Request) -> &Value {
        self.interfaces.get(request.key.interface as usize).unwrap_or(&Value::Absent)
    }
}

/// What makes conversations one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RequestKey {
    /// A place in [`Requests::interfaces`].
    pub interface: u32,
    /// Of the request, as the interface saw it: `Ingress` where the remote end asked.
    pub direction: RuleDirection,
    /// Places in [`Requests::addresses`].
    pub local: u32,
    pub remote: u32,
    /// `None` where it is not recorded.
    pub protocol: Option<u8>,
    /// The port that was asked for; `None` for protocols without ports.
    pub port: Option<u16>,
}

/// One end asked something of another, any number of times.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub key: RequestKey,
    pub total: RequestTotal,
}

#[derive(Clone, Debug)]
pub(super) struct RequestTotal {
    /// What the initiator sent.
    pub asked: Sent,
    /// What the responder sent.
    pub answered: Sent,
    /// Of accepted rows of the initiator: those of a session rather than a probe.
    pub n_session_rows: u64,
    /// The smallest and the largest of the ports that were asked from.
    pub client_ports: Option<(u16, u16)>,
    /// The strongest of what tells who asked.
    pub began: Began,
    /// Rows of conversations of which it is a guess.
    pub n_rows_guessed: u64,
}

impl Default for RequestTotal {
    fn default() -> RequestTotal {
        RequestTotal {
            asked: Sent::default(),
            answered: Sent::default(),
            n_session_rows: 0,
            client_ports: None,
            began: Began::Nothing,
            n_rows_guessed: 0,
        }
    }
}

/// What one end sent. Rows without an action are in neither.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    pub accepted: Tally,
    pub accepted_time: Option<TimeExtent>,
    /// By a security group or a network ACL, as far as the row tells.
    pub rejected: Tally,
    pub rejected_time: Option<TimeExtent>,
    /// Rows that, by their own reject-reason, something else refused: neither groups nor ACLs would let them pass.
    pub n_rows_refused_otherwise: u64,
}

/// Whether who asked was inferred by something that is no more than likely.
pub(super) fn is_guess(began: Began) -> bool {
    use crate::intake::client::InitiatorEvidence::{FanIn, ServicePort, TcpFlags};
    !matches!(
        began,
        Began::Told(TcpFlags | FanIn | ServicePort) | Began::AcceptedOneWay | Began::RefusedBothWays
    )
}
