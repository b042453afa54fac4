//! What was decided for a flow. Small enough to be made for every row; words are made in `explain`.

use serde::{Deserialize, Serialize};

use super::exemption::Exemption;

/// Whether something is so. What a flow log or the descriptions cannot tell is neither yes nor no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Answer {
    Yes,
    No,
    Unknowable,
}

impl Answer {
    /// Yes only where both are, no where either is.
    pub fn and(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) => Answer::Yes,
            _ => Answer::Unknowable,
        }
    }
}

/// A rule of a security group, by its number among all rules of an [`Evaluator`](super::Evaluator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleIndex(pub u32);

/// An entry of a network ACL, by its number among all entries of an [`Evaluator`](super::Evaluator).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryIndex(pub u32);

/// All groups of an interface together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GroupRuling {
    /// By this rule, the first of those that admit it.
    Allowed(RuleIndex),
    /// No rule of any group admits it.
    Denied,
    /// No rule admits it for certain, and one may, or a group is not described.
    Unknowable,
    /// The interface has no security groups, so none refuses.
    NoGroups,
}

impl GroupRuling {
    pub fn answer(self) -> Answer {
        match self {
            GroupRuling::Allowed(_) | GroupRuling::NoGroups => Answer::Yes,
            GroupRuling::Denied => Answer::No,
            GroupRuling::Unknowable => Answer::Unknowable,
        }
    }
}

/// The network ACL of the interface's subnet, for one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AclRuling {
    /// By this entry, the first that fits. Where several may be the first and all of them allow, the last of these.
    Allowed(EntryIndex),
    /// By this entry; without one by the end of the list, which AWS does not always print.
    Denied(Option<EntryIndex>),
    Unknowable,
    /// The remote end is in the same subnet: the traffic crosses no border that an ACL guards.
    SameSubnet,
}

impl AclRuling {
    pub fn answer(self) -> Answer {
        match self {
            AclRuling::Allowed(_) | AclRuling::SameSubnet => Answer::Yes,
            AclRuling::Denied(_) => Answer::No,
            AclRuling::Unknowable => Answer::Unknowable,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// Traffic with AWS's own services at the interface's side is filtered by nothing; then the rest is what rules would
    /// say, were they asked.
    pub exemption: Option<Exemption>,
    pub groups: GroupRuling,
    /// For the packets that begin the flow.
    pub acl_request: AclRuling,
    /// For the answers, which groups let pass and ACLs look at anew.
    pub acl_reply: AclRuling,
}

impl Decision {
    /// Whether the packets that begin the flow pass.
    pub fn request_passes(&self) -> Answer {
        if self.exemption.is_some() {
            Answer::Yes
        } else {
            self.groups.answer().and(self.acl_request.answer())
        }
    }

    /// Whether the answers pass, where the request did.
    pub fn reply_passes(&self) -> Answer {
        if self.exemption.is_some() { Answer::Yes } else { self.acl_reply.answer() }
    }
}
