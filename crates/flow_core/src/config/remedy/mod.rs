//! From refused flows to the smallest change of rules that lets them through: where, what else it opens, and what to
//! mind; proved by asking the evaluator about the account as it would be.
//!
//! Knows flows as addresses and ports only. Which flows are wanted is for whoever asks; logs are not looked at.

mod acl_plan;
mod cannot;
mod cover;
mod fix;
mod group_plan;
mod holder;
mod opens;
mod plan;
mod probe;
mod proof;
pub mod render;
pub mod tighten;
mod undescribed;
mod wanted;
mod warning;

use serde::{Deserialize, Serialize};

pub use cannot::CannotFix;
pub use fix::Fix;
pub use opens::Opens;
pub use proof::{Proof, Unproved};
pub use wanted::{EPHEMERAL_PORTS, PortSpan, RefusedBy, Wanted};
pub use warning::{Warning, is_admin_port, warnings};

use super::configuration::Configuration;
use super::edit::RuleEdit;
use plan::{Plan, Planner};

/// More rules for one cause than this and a wider one is offered beside them: nobody reads longer lists.
pub const RULES_MAX: usize = 8;

/// Whose rules an edit changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Of an interface that saw the flows.
    Own,
    /// A described peer's, which would refuse them as well.
    Peer { interface: String },
}

/// What a set of edits is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Way {
    /// The group that all peers are of.
    GroupReference,
    /// Exactly the peers' addresses.
    Addresses,
    /// The subnets that the peers are in.
    Subnets,
    /// At most [`RULES_MAX`] prefixes around the peers.
    Summary,
    /// Entries of the network ACL, where it may be that or the group.
    NetworkAcl,
}

impl Way {
    pub const fn words(self) -> &'static str {
        match self {
            Way::GroupReference => "for the group that all peers are of",
            Way::Addresses => "for exactly these addresses",
            Way::Subnets => "for the subnets that the peers are in",
            Way::Summary => "for a few prefixes around the peers",
            Way::NetworkAcl => "in the network ACL, where the security group lets it through already",
        }
    }
}

/// Edits that let the wanted flows through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub way: Way,
    /// In the order in which they are to be made.
    pub edits: Vec<RuleEdit>,
    /// For each edit, by its place.
    pub sides: Vec<Side>,
    /// The interface whose group or ACL has to be looked up, where one is not described.
    pub looked_up: Option<String>,
    /// What the edits let through beyond what is wanted.
    pub opens: Vec<Opens>,
    pub warnings: Vec<Warning>,
    /// What the evaluator says of the wanted flows after the edits; absent where the interfaces are not described.
    pub proof: Option<Proof>,
}

impl Change {
    fn none() -> Change {
        Change {
            way: Way::Addresses,
            edits: Vec::new(),
            sides: Vec::new(),
            looked_up: None,
            opens: Vec::new(),
            warnings: Vec::new(),
            proof: None,
        }
    }
}

/// A fix, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The smallest. Without edits where there is no fix.
    pub change: Change,
    /// Sentences: why it is done so, and what else to look at.
    pub notes: Vec<String>,
    /// Other edits to the same end.
    pub alternatives: Vec<Change>,
    pub cannot: Option<CannotFix>,
}

/// The smallest change of rules that lets the wanted flows through. `rules` is absent where nothing is described; then,
/// and for an interface that is not described, edits name what is to be looked up.
pub fn remedy(rules: Option<&Configuration>, wanted: &Wanted) -> Remedy {
    let nothing = |cannot| Remedy {
        change: Change::none(),
        notes: Vec::new(),
        alternatives: Vec::new(),
        cannot: Some(cannot),
    };
    let cannot = match wanted.refused_by {
        RefusedBy::Scan => Some(CannotFix::Scanner),
        RefusedBy::Straggler => Some(CannotFix::Straggler),
        RefusedBy::BlockPublicAccess => Some(CannotFix::BlockPublicAccess),
        RefusedBy::EncryptionControls => Some(CannotFix::EncryptionControls),
        RefusedBy::Unknown => Some(CannotFix::CauseUnknown),
        _ if wanted.addresses().is_empty() => Some(CannotFix::NoPeers),
        _ => None,
    };
    if let Some(cannot) = cannot {
        return nothing(cannot);
    }
    let (request, reply) = match (wanted.request(), wanted.reply()) {
        (Ok(request), Ok(reply)) => (request, reply),
        (Err(cannot), _) | (_, Err(cannot)) => return nothing(cannot),
    };
    let planner = rules.and_then(|rules| Planner::new(rules, wanted, request, reply));
    let Some(planner) = planner else { return undescribed::remedy(wanted, request, reply) };
    let Plan { change, notes, cannot } = planner.plan(Way::GroupReference);
    if change.edits.is_empty() {
        let cannot = cannot.unwrap_or(CannotFix::AlreadyAllowed);
        return Remedy {
            change: Change { proof: None, ..change },
            notes,
            alternatives: Vec::new(),
            cannot: Some(cannot),
        };
    }
    let mut alternatives: Vec<Change> = Vec::new();
    for way in planner.other_ways(&change) {
        let Plan { change: other, cannot, .. } = planner.plan(way);
        let is_known = alternatives.iter().any(|known| known.edits == other.edits);
        if other.edits != change.edits && !is_known && cannot.is_none() {
            alternatives.push(Change { way, ..other });
        }
    }
    Remedy { change, notes, alternatives, cannot }
}
