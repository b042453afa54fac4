//! A question about why rows were rejected: two turns over the shards, then the lead alone puts the answer together, or
//! writes every verdict, a part with each turn.

use std::sync::Arc;
use std::vec;

use super::inquiry::{Asks, Known, Turn, merged};
use super::message::{Answer, HandOver};
use super::shard_message::{ShardAnswer, ShardAsk};
use crate::analysis::diagnosis::{
    Diagnosed, Diagnosis, DiagnosisQuestion, PolicyEvaluator, RejectedTuples, RejectedTuplesQuestion,
    to_json_line,
};
use crate::analysis::export::PART_BYTES;
use crate::analysis::findings::{Findings, findings};
use crate::query::Filter;
use crate::report::hand_over::document;
use crate::report::{About, Pseudonyms};

/// What comes of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Findings,
    Report(HandOver),
    /// One JSON object a line, of every conversation.
    Lines,
}

pub struct Diagnosing {
    shards: Vec<u16>,
    filter: Filter,
    outcome: Outcome,
    stage: Stage,
}

enum Stage {
    /// Which tuples have a rejection is being asked.
    Tuples,
    /// All that was seen of these is being asked.
    Conversations(Arc<RejectedTuples>),
    Writing(vec::IntoIter<Diagnosed>),
}

impl Diagnosing {
    /// With its first turn.
    pub fn begin(filter: Filter, outcome: Outcome, shards: &[u16]) -> (Diagnosing, Asks) {
        let asks = shards
            .iter()
            .map(|&shard| (shard, ShardAsk::RejectedTuples { filter: filter.clone() }))
            .collect();
        (Diagnosing { shards: shards.to_vec(), filter, outcome, stage: Stage::Tuples }, asks)
    }

    /// Whether shards are not asked any more, so that rows may change.
    pub fn is_writing(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    pub fn resume(&mut self, answers: Vec<(u16, ShardAnswer)>, known: Known<'_>) -> Turn {
        match &mut self.stage {
            Stage::Tuples => {
                let tuples = merged(&RejectedTuplesQuestion, answers, |answer| match answer {
                    ShardAnswer::RejectedTuples(partial) => Some(partial),
                    _ => None,
                });
                let tuples = Arc::new(tuples);
                let ask = ShardAsk::Diagnosis { filter: self.filter.clone(), tuples: Arc::clone(&tuples) };
                self.stage = Stage::Conversations(tuples);
                Turn::Ask(self.shards.iter().map(|&shard| (shard, ask.clone())).collect())
            }
            Stage::Conversations(tuples) => {
                let knowledge = known.knowledge;
                let evaluator = known.account.map(|account| account.rules() as &dyn PolicyEvaluator);
                let question = DiagnosisQuestion { knowledge, tuples, evaluator };
                let diagnosis: Diagnosis = merged(&question, answers, |answer| match answer {
                    ShardAnswer::Diagnosis(partial) => Some(partial),
                    _ => None,
                });
                match &self.outcome {
                    Outcome::Findings => Turn::End(Ok(Answer::Findings(findings(diagnosis, knowledge)))),
                    Outcome::Report(hand_over) => {
                        let about = About {
                            made_secs: hand_over.made_secs,
                            n_files: known.load.n_files(),
                            filter: &self.filter,
                            account: known.account.map(|account| &*account.configuration),
                        };
                        report(&findings(diagnosis, knowledge), hand_over, &about)
                    }
                    Outcome::Lines => {
                        let mut conversations = diagnosis.conversations.into_iter();
                        let turn = write(&mut conversations);
                        self.stage = Stage::Writing(conversations);
                        turn
                    }
                }
            }
            Stage::Writing(conversations) => write(conversations),
        }
    }
}

/// The next part, or the last.
fn write(conversations: &mut vec::IntoIter<Diagnosed>) -> Turn {
    let mut part = Vec::new();
    while part.len() < PART_BYTES
        && let Some(diagnosed) = conversations.next()
    {
        part.extend_from_slice(to_json_line(&diagnosed).as_bytes());
    }
    if conversations.len() == 0 {
        Turn::last_part(part, "flowglass-diagnosis.jsonl", "application/jsonl")
    } else {
        Turn::Part(part, Vec::new())
    }
}

fn report(findings: &Findings, hand_over: &HandOver, about: &About<'_>) -> Turn {
    let mut document = document(findings, about, |cause| !hand_over.left_out.contains(&cause.id()));
    if let Some(key) = hand_over.pseudonym_key {
        document = document.with_pseudonyms(&Pseudonyms::new(key));
    }
    let format = hand_over.format;
    Turn::last_part(format.write(&document).into_bytes(), format.file_name(), format.media_type())
}
