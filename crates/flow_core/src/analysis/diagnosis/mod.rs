//! Why it was rejected: a verdict for every conversation of which something was, from the logs alone.
//!
//! A record says that something was refused, never what refused it. What tells is the rest of the conversation: the
//! reply, the flags, the other interface. So a first pass ([`RejectedTuplesQuestion`]) finds which five-tuples have a
//! rejection, over all shards, and a second one ([`DiagnosisQuestion`]) folds all rows of those, wherever they are.
//! docs/diagnosis.md has the table that verdicts are read off. Rules of the account are not known here: who knows
//! them comes in as a [`PolicyEvaluator`].

mod account_rules;
mod admitted;
mod contact;
mod decide;
mod facts;
mod grounds;
mod json_lines;
mod judge;
mod partial;
mod policy_evaluator;
mod refine;
mod sequential_test;
mod surroundings;
mod verdict;
mod wanted;
mod words;

use serde::{Deserialize, Serialize};

use super::interface::InterfaceKnowledge;
use super::{Analysis, ShardView};
use crate::record::Field;

pub use super::confidence::Confidence;
pub use super::conversation::{Began, SeenBy, Undelivered};
pub use account_rules::AccountRules;
pub(in crate::analysis) use grounds::Admission;
pub use grounds::Grounds;
pub use json_lines::to_json_line;
pub use partial::DiagnosisPartial;
pub use policy_evaluator::{PolicyEvaluator, Refinement, Refusal, Ruling};
pub use verdict::{Diagnosed, NamedRule, Verdict};
pub use wanted::{RejectedTuples, RejectedTuplesQuestion};

/// Rejected five-tuples that are diagnosed at once. Folded rows and verdict of one take about 1,000 bytes at most in the
/// memory of whoever puts them together, which in a page is 4 GB beside everything else.
pub const CONVERSATIONS_MAX: u32 = 1_000_000;

/// Fields without which nothing can be diagnosed.
pub const REQUIRED: [Field; 3] = [Field::ACTION, Field::SRCADDR, Field::DSTADDR];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// By first, interface, initiator, responder, port.
    pub conversations: Vec<Diagnosed>,
    /// Fields that no file records and without which nothing can be said: then no conversation does not mean that
    /// nothing was rejected.
    pub missing: Vec<Field>,
    pub n_rows: u64,
    /// Rejected rows that were asked about and of whose conversations there are no verdicts, because there are too many.
    pub n_rejected_rows_left_out: u64,
    /// Rows of which it is not known whether they were rejected.
    pub n_rows_without_action: u64,
}

/// Asks why the rejected rows were, of segments that were oriented with this knowledge.
#[derive(Clone, Copy)]
pub struct DiagnosisQuestion<'a> {
    pub knowledge: &'a InterfaceKnowledge,
    /// Of all shards, for the same rows.
    pub tuples: &'a RejectedTuples,
    pub evaluator: Option<&'a dyn PolicyEvaluator>,
    /// Of the load; nothing where names of files are not known, as in a shard.
    pub undelivered: &'a Undelivered,
}

impl Analysis for DiagnosisQuestion<'_> {
    type Partial = DiagnosisPartial;
    type Answer = Diagnosis;

    fn scan(&self, shard: ShardView<'_>) -> DiagnosisPartial {
        partial::scan(shard, self.tuples)
    }

    fn merge(&self, into: &mut DiagnosisPartial, other: DiagnosisPartial) {
        into.merge(other);
    }

    fn finish(&self, partial: DiagnosisPartial) -> Diagnosis {
        judge::diagnosis(partial, self)
    }
}
