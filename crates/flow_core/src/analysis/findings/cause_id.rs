//! Which cause it is, so that it is found again in the next answer.

use serde::{Deserialize, Serialize};

use super::{Cause, CauseService};
use crate::analysis::diagnosis::{NamedRule, Verdict};
use crate::record::Value;

/// What no two causes of one answer share. Means the same in the next answer, unless more was loaded and an interface
/// has become several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CauseId {
    verdict: Verdict,
    is_inbound: Option<bool>,
    /// `None` where it is about a responder of several interfaces.
    interface: Option<Value>,
    service: CauseService,
    has_own_peers: bool,
    rule: Option<NamedRule>,
}

impl Cause {
    pub fn id(&self) -> CauseId {
        CauseId {
            verdict: self.verdict,
            is_inbound: self.is_inbound,
            interface: self.interfaces.first().filter(|_| self.n_interfaces == 1).cloned(),
            service: self.service,
            has_own_peers: self.peers.prefixes.first().is_some_and(|peers| peers.is_own),
            rule: self.rule.clone(),
        }
    }
}
