//! The words of a diagnosis: what refused a conversation, how sure that is, and who saw it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::grounds::Grounds;
use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Began, SeenBy};
use crate::record::{Address, Field, Value};

/// What a rejected conversation ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// A security group or a network ACL refused the request; the logs alone cannot tell which.
    PolicyInbound,
    PolicyOutbound,
    SecurityGroupInbound,
    SecurityGroupOutbound,
    NetworkAclInbound,
    NetworkAclOutbound,
    /// The request passed, the reply was refused on its way into the interface that saw it.
    NetworkAclReturnInbound,
    NetworkAclReturnOutbound,
    /// Packets after the connection was closed or had expired.
    Straggler,
    BlockPublicAccess,
    EncryptionControls,
    /// A probe of a scanner.
    Scan,
    Unknown,
}

impl Verdict {
    pub const ALL: [Verdict; 13] = [
        Verdict::PolicyInbound,
        Verdict::PolicyOutbound,
        Verdict::SecurityGroupInbound,
        Verdict::SecurityGroupOutbound,
        Verdict::NetworkAclInbound,
        Verdict::NetworkAclOutbound,
        Verdict::NetworkAclReturnInbound,
        Verdict::NetworkAclReturnOutbound,
        Verdict::Straggler,
        Verdict::BlockPublicAccess,
        Verdict::EncryptionControls,
        Verdict::Scan,
        Verdict::Unknown,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Verdict::PolicyInbound => "policy-inbound",
            Verdict::PolicyOutbound => "policy-outbound",
            Verdict::SecurityGroupInbound => "security-group-inbound",
            Verdict::SecurityGroupOutbound => "security-group-outbound",
            Verdict::NetworkAclInbound => "network-acl-inbound",
            Verdict::NetworkAclOutbound => "network-acl-outbound",
            Verdict::NetworkAclReturnInbound => "network-acl-return-inbound",
            Verdict::NetworkAclReturnOutbound => "network-acl-return-outbound",
            Verdict::Straggler => "straggler",
            Verdict::BlockPublicAccess => "block-public-access",
            Verdict::EncryptionControls => "encryption-controls",
            Verdict::Scan => "scan",
            Verdict::Unknown => "unknown",
        }
    }
}

/// A rule of the account, named by whoever knows the account's configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NamedRule {
    /// Such as `security-group` or `network-acl`.
    pub kind: String,
    /// The id of the group or the ACL.
    pub id: String,
    /// The id or the number of the rule that decided, or came nearest to letting it pass.
    pub rule: String,
    /// Which part of the rule did not fit, such as `cidr`; absent where the rule refuses.
    pub miss: Option<String>,
}

/// One conversation as one interface saw it, of which something was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosed {
    /// The interface-id; absent for rows without one. Shared, because there are many conversations and few interfaces.
    pub interface: Arc<Value>,
    /// The ends, absent where nothing tells which is which. Packet addresses, where the rows have them.
    pub initiator: Option<Address>,
    pub responder: Option<Address>,
    /// The port that was asked for; absent for protocols without ports.
    pub port: Option<u16>,
    /// The initiator's own port.
    pub initiator_port: Option<u16>,
    pub protocol: Option<u8>,
    pub began: Began,
    pub seen_by: SeenBy,
    pub verdict: Verdict,
    pub confidence: Confidence,
    /// What it rests on; [`Diagnosed::because`] says it in words.
    pub grounds: Grounds,
    /// Fields that would settle it.
    pub needs: Vec<Field>,
    /// Only where somebody knows the configuration. Shared, because there are many conversations and few rules.
    pub rule: Option<Arc<NamedRule>>,
    /// Whether the account's rules, as they are described, let pass what was refused.
    pub is_admitted_now: bool,
    /// What the rules say of it, in sentences: only of what is shown ([`Diagnosed::tell`]).
    pub told: Option<Box<str>>,
    /// All rows of the conversation, accepted ones too.
    pub n_rows: u64,
    /// Smallest start and largest end, seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
}
