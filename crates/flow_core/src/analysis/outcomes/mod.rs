//! What became of what was accepted: it works, the host refused it or was silent, or it was lost on its way.
//!
//! That a record says ACCEPT means that groups and ACLs let it pass, not that anybody answered. What tells is whether a
//! reply was seen, by whom, and where the other end's interface is in the logs, too. Most conversations plainly work; so
//! a first pass ([`OneSidedTuplesQuestion`]) finds, over all shards, those that an interface saw one side of or that were
//! reset, and a second one ([`OutcomesQuestion`]) folds all rows of those and counts the rest. docs/diagnosis.md has the
//! table. What was rejected is diagnosis's.

mod decide;
mod judge;
mod one_sided;
mod outcome;
mod partial;
mod refusals;
mod services;
mod surroundings;
mod words;

use serde::{Deserialize, Serialize};

use super::conversation::Undelivered;
use super::interface::InterfaceKnowledge;
use super::{Analysis, ShardView};
use crate::record::Field;

pub use one_sided::{OneSidedTuples, OneSidedTuplesQuestion};
pub use outcome::{ConversationOutcome, Outcome, OutcomeCount, ServiceOutcome};
pub use partial::OutcomesPartial;

/// Fields without which nothing can be said.
const REQUIRED: [Field; 3] = [Field::ACTION, Field::SRCADDR, Field::DSTADDR];

/// Services listed: past these a person filters first. The count is given in full.
pub const SERVICES_MAX: usize = 200;
/// Conversations kept of each service, to look at.
pub const EVIDENCE_MAX: usize = 5;
/// Peers named of each service.
pub const PEERS_SHOWN: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// Services of which some conversations did not work, the most telling first, at most [`SERVICES_MAX`]: what is
    /// known before what is not, own networks before others, the surest first, then by conversations.
    pub services: Vec<ServiceOutcome>,
    pub n_services: u64,
    /// Of all asked conversations that did not work, or of which nobody can tell, by outcome; each outcome once. Those
    /// that were not answered because something of them was rejected are not here: diagnosis has them.
    pub by_outcome: Vec<(Outcome, OutcomeCount)>,
    /// Accepted rows that were asked about and are of conversations that work. Rows, not conversations: a connection
    /// that works may have rows in every shard, and is looked at in none.
    pub n_rows_working: u64,
    /// Fields that no file records and without which nothing can be said.
    pub missing: Vec<Field>,
    /// Fields that no file records and without which some outcomes cannot be told: no tcp-flags, no refused host.
    pub helpful: Vec<Field>,
    /// All rows, asked about or not.
    pub n_rows: u64,
    /// Rows of which it is not known whether they were accepted.
    pub n_rows_without_action: u64,
}

/// Asks what became of the accepted rows, of segments that were oriented with this knowledge.
#[derive(Clone, Copy, Debug)]
pub struct OutcomesQuestion<'a> {
    pub knowledge: &'a InterfaceKnowledge,
    /// Of all shards.
    pub tuples: &'a OneSidedTuples,
    /// Of the load; nothing where names of files are not known, as in a shard.
    pub undelivered: &'a Undelivered,
}

impl OutcomesQuestion<'_> {
    /// Every asked conversation that did not work, or of which nobody can tell, one by one: what
    /// [`Outcomes::services`] are made of. By first, interface and ends.
    pub fn conversations(&self, partial: OutcomesPartial) -> Vec<ConversationOutcome> {
        judge::Judged::of(partial, self).conversations()
    }
}

impl Analysis for OutcomesQuestion<'_> {
    type Partial = OutcomesPartial;
    type Answer = Outcomes;

    fn scan(&self, shard: ShardView<'_>) -> OutcomesPartial {
        partial::scan(shard, self.tuples)
    }

    fn merge(&self, into: &mut OutcomesPartial, other: OutcomesPartial) {
        into.merge(other);
    }

    fn finish(&self, partial: OutcomesPartial) -> Outcomes {
        services::outcomes(&judge::Judged::of(partial, self), self.knowledge)
    }
}
