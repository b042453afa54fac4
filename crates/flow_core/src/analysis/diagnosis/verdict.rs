//! The words of a diagnosis: what refused a conversation, how sure that is, and who saw it.

use serde::{Deserialize, Serialize};

use super::grounds::Grounds;
use crate::intake::client::InitiatorEvidence;
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

/// How sure a verdict is, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// The record itself says so.
    Certain,
    High,
    Medium,
    Low,
}

impl Confidence {
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

/// Whose interface saw the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SeenBy {
    Initiator,
    Responder,
    /// An interface that forwards: a NAT gateway, a transit gateway, a firewall.
    Between,
    Unknown,
}

impl SeenBy {
    pub const fn name(self) -> &'static str {
        match self {
            SeenBy::Initiator => "initiator",
            SeenBy::Responder => "responder",
            SeenBy::Between => "between",
            SeenBy::Unknown => "unknown",
        }
    }
}

/// What tells who began a conversation, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Began {
    /// What rows tell by themselves, or together by fan-in.
    Told(InitiatorEvidence),
    /// Packets of one direction only were accepted: what is refused only ever answers them.
    AcceptedOneWay,
    /// Its packets were accepted first.
    AcceptedFirst,
    /// Only one end sent anything.
    OnlySender,
    Nothing,
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

/// What rules say of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFinding {
    pub rule: NamedRule,
    /// One sentence for people.
    pub because: String,
}

/// One conversation as one interface saw it, of which something was rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosed {
    /// The interface-id; absent for rows without one.
    pub interface: Value,
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
    /// Only where somebody knows the configuration. Boxed, because most have none and there are many.
    pub rule: Option<Box<RuleFinding>>,
    /// All rows of the conversation, accepted ones too.
    pub n_rows: u64,
    /// Smallest start and largest end, seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
}
