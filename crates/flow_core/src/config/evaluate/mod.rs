//! What the rules decide for a flow: all groups of an interface together, and the network ACL of its subnet.
//!
//! [`Evaluator::decide`] is quick enough for every row of a load; [`Evaluator::explain`] says in words which rule it was,
//! or which misses by least. Which flows to ask about, and what a log's `action` says, is not known here.

mod acl;
mod decision;
mod evaluator;
mod exemption;
mod explain;
mod flow;
mod line_map;
mod marks;
mod near_miss;
mod nearest;
mod placement;
mod ranges;
mod remote;
mod table;

pub use decision::{AclRuling, Answer, Decision, EntryIndex, GroupRuling, RuleIndex};
pub use evaluator::Evaluator;
pub use exemption::Exemption;
pub use explain::{AclExplanation, Explanation, GroupExplanation, PossibleRule};
pub use flow::{Flow, PortPair};
pub use near_miss::{Aspect, NearMiss};
pub use nearest::NearestRules;
pub use placement::{PlaceId, Placement};
