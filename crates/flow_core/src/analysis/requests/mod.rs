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

pub use basis::Basis;
pub use partial::RequestsPartial;
pub use reachable::Reachable;
pub use replay::Replay;
pub use request::Requests;
pub use rule_use::RuleUse;

/// Asks for the requests among the rows that the filter left. Rows that it left out do not tell who asked, either.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestsQuestion {
    pub room: Room,
}

/// How many folded conversations are kept, those with something accepted and the others. The rest is counted, and the
/// answers say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub n_accepted: u32,
    /// Apart, so that a scan of a large network takes no room from what was accepted.
    pub n_refused: u32,
}

impl Default for Room {
    /// With what is made of them some 100 MB at the lead, and at most 80 MB in a shard while it scans.
    fn default() -> Room {
        Room { n_accepted: 250_000, n_refused: 125_000 }
    }
}

impl Analysis for RequestsQuestion {
    type Partial = RequestsPartial;
    type Answer = Requests;

    fn scan(&self, shard: ShardView<'_>) -> RequestsPartial {
        partial::scan(shard, self.room)
    }

    fn merge(&self, into: &mut RequestsPartial, other: RequestsPartial) {
        into.merge(other, self.room);
    }

    fn finish(&self, partial: RequestsPartial) -> Requests {
        resolve::requests(partial)
    }
}
