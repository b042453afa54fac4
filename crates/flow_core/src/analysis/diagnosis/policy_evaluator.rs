//! Where whoever knows the account's rules comes in: the logs say that a policy refused, rules say which.

use std::sync::Arc;

use super::verdict::{NamedRule, Verdict};
use crate::analysis::confidence::Confidence;
use crate::record::{Address, Direction, Value};

/// Knows security groups and network ACLs. Not asked about what no policy refused.
pub trait PolicyEvaluator {
    /// What it knows better of a refusal; `None` where it does not know the interface, or cannot tell.
    fn ruling(&self, refusal: &Refusal<'_>) -> Option<Ruling>;

    /// Sentences with their full stops, put behind what the logs say of a refusal that it had a ruling on. Asked for what is
    /// shown only: words for every refusal of a load would take longer than all that is said with them.
    fn because(&self, refusal: &Refusal<'_>) -> Option<String>;
}

/// Packets that a policy refused, as far as the logs tell.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'a> {
    pub interface: &'a Value,
    pub initiator: Address,
    pub responder: Address,
    /// The port that was asked for.
    pub port: Option<u16>,
    pub initiator_port: Option<u16>,
    pub protocol: Option<u8>,
    /// Which way the refused packets went, seen from the interface; never unknown.
    pub direction: Direction,
    /// Whether the refused packets are the responder's.
    pub is_reply: bool,
    /// What the logs alone say.
    pub verdict: Verdict,
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
}

/// What the rules, as they are described, do with what was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    Refused(Refinement),
    /// They let it pass, for certain.
    Admitted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refinement {
    /// Ignored where the logs say that it was a scan: that a rule refuses it does not make it wanted.
    pub verdict: Verdict,
    pub confidence: Confidence,
    /// Shared, because many refusals have one.
    pub rule: Arc<NamedRule>,
}
