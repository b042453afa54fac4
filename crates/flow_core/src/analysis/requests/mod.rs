//! Who asked what of whom: all rows folded into requests, as each interface saw them, and three answers made of these.
//!
//! Rules are about requests: a group is asked when a connection begins and lets the replies pass, so a row is a use of a
//! rule only if its sender asked. Who asked is told by the rest of the conversation, which may be in other shards; so a
//! shard hands over folded conversations ([`RequestsPartial`]), and they become [`Requests`] when all are merged.
//! [`rule_use`] then says what each rule was used for, [`reachable`] what somebody outside reached, [`replay`] what edited
//! rules would change. Why something was rejected is not asked here: that is `diagnosis`.

pub mod basis;
mod bounded;
mod fold;
mod judge;
mod partial;
pub mod reachable;
pub mod replay;
mod request;
mod resolve;
pub mod rule_use;
pub mod tops;

use super::{Analysis, ShardView};
use crate::config::Configuration;

pub use basis::Basis;
pub use partial::RequestsPartial;
pub use reachable::Reachable;
pub use replay::Replay;
pub use request::Requests;
pub use rule_use::RuleUse;

/// Asks for the requests among the rows that the filter left. Rows that it left out do not tell who asked, either.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestsQuestion<'a> {
    /// Tells which end is the interface where rows do not. Not asked by shards.
    pub configuration: Option<&'a Configuration>,
}

impl Analysis for RequestsQuestion<'_> {
    type Partial = RequestsPartial;
    type Answer = Requests;

    fn scan(&self, shard: ShardView<'_>) -> RequestsPartial {
        partial::scan(shard)
    }

    fn merge(&self, into: &mut RequestsPartial, other: RequestsPartial) {
        into.merge(other);
    }

    fn finish(&self, partial: RequestsPartial) -> Requests {
        resolve::requests(partial, self.configuration)
    }
}
