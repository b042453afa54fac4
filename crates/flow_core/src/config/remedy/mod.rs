//! From refused flows to the smallest change of rules that lets them through: where, what else it opens, and what to
//! mind; proved by asking the evaluator about the account as it would be.
//!
//! Knows flows as addresses and ports only. Which flows are wanted is for whoever asks; logs are not looked at.

mod acl_plan;
mod cannot;
mod cover;
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
pub use opens::Opens;
pub use proof::{Proof, Unproved};
pub use wanted::{EPHEMERAL_PORTS, PortSpan, RefusedBy, Wanted};
pub use warning::{Warning, warnings};

use super::configuration::Configuration;
use super::edit::RuleEdit;
use plan::{Plan, Planner};

/// More rules for one cause than this and a wider one is offered beside them: nobody reads longer lists.
pub const RULES_MAX: usize = 8;

/// Whose rules an edit changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The interface's that saw the flows.
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

/// A fix, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    pub way: Way,
    /// In the order in which they are to be made. Empty where there is no fix.
    pub edits: Vec<RuleEdit>,
    /// For each edit, by its place.
    pub sides: Vec<Side>,
    /// What the edits let through beyond what is wanted.
    pub opens: Vec<Opens>,
    pub warnings: Vec<Warning>,
    /// Sentences: why it is done so, and what else to look at.
    pub notes: Vec<String>,
    /// What the evaluator says of the wanted flows after the edits; absent where the interface is not described.
    pub proof: Option<Proof>,
    pub alternatives: Vec<Alternative>,
    pub cannot: Option<CannotFix>,
}

/// Other edits to the same end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    pub way: Way,
    pub edits: Vec<RuleEdit>,
    pub sides: Vec<Side>,
    pub opens: Vec<Opens>,
    pub warnings: Vec<Warning>,
    pub proof: Option<Proof>,
}

/// The smallest change of rules that lets the wanted flows through. `rules` is absent where nothing is described; then,
/// and for an interface that is not described, edits name what is to be looked up.
pub fn remedy(rules: Option<&Configuration>, wanted: &Wanted) -> Remedy {
    let nothing = |cannot| Remedy { cannot: Some(cannot), ..Remedy::from(Plan::default()) };
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
    let main = planner.plan(Way::GroupReference);
    if main.edits.is_empty() {
        let cannot = main.cannot.clone().unwrap_or(CannotFix::AlreadyAllowed);
        return Remedy { cannot: Some(cannot), ..Remedy::from(main) };
    }
    let mut alternatives: Vec<Alternative> = Vec::new();
    for way in planner.other_ways(&main) {
        let plan = planner.plan(way);
        let is_known = alternatives.iter().any(|known| known.edits == plan.edits);
        if plan.edits != main.edits && !is_known && plan.cannot.is_none() {
            let Plan { edits, sides, opens, warnings, proof, .. } = plan;
            alternatives.push(Alternative { way, edits, sides, opens, warnings, proof });
        }
    }
    Remedy { alternatives, ..Remedy::from(main) }
}

impl From<Plan> for Remedy {
    fn from(plan: Plan) -> Remedy {
        let Plan { way, edits, sides, opens, warnings, notes, proof, cannot } = plan;
        Remedy { way, edits, sides, opens, warnings, notes, proof, alternatives: Vec::new(), cannot }
    }
}
