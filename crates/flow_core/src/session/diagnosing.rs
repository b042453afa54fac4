//! A question about why rows were rejected: two turns over the shards, then the lead alone puts the answer together, or
//! writes every verdict, a part with each turn.

use std::rc::Rc;
use std::sync::Arc;
use std::vec;

use super::inquiry::{Asks, Known, SecondTurn, Turn, merged};
use super::message::{Answer, HandOver};
use super::shard_message::{ShardAnswer, ShardAsk};
use crate::analysis::diagnosis::{
    AccountRules, Diagnosed, Diagnosis, DiagnosisQuestion, PolicyEvaluator, RejectedTuples,
    RejectedTuplesQuestion, to_json_line,
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
    filter: Filter,
    outcome: Outcome,
    n_tuples_max: u32,
    stage: Stage,
}

enum Stage {
    /// Which tuples have a rejection is being asked; nothing once that is answered.
    Tuples(Option<SecondTurn>),
    /// All that was seen of these is being asked.
    Conversations(Arc<RejectedTuples>),
    Writing(Lines),
}

/// What is left to be written, and the rules that it was judged by.
struct Lines {
    conversations: vec::IntoIter<Diagnosed>,
    rules: Option<Rc<AccountRules>>,
}

impl Diagnosing {
    /// With its first turn.
    pub fn begin(filter: Filter, outcome: Outcome, shards: &[u16], known: Known<'_>) -> (Diagnosing, Asks) {
        let n_tuples_max = known.n_diagnosed_max;
        let ask = ShardAsk::RejectedTuples { filter: filter.clone(), n_tuples_max };
        let asks = shards.iter().map(|&shard| (shard, ask.clone())).collect();
        let stage = Stage::Tuples(Some(SecondTurn::new(shards, filter.clone())));
        (Diagnosing { filter, outcome, n_tuples_max, stage }, asks)
    }

    /// Whether shards are not asked any more, so that rows may change.
    pub fn is_writing(&self) -> bool {
        matches!(self.stage, Stage::Writing(_))
    }

    pub fn resume(&mut self, answers: Vec<(u16, ShardAnswer)>, known: Known<'_>) -> Turn {
        match &mut self.stage {
            Stage::Tuples(second) => {
                let second = second.take().expect("the first turn ends once");
                let question = RejectedTuplesQuestion { n_tuples_max: self.n_tuples_max };
                let tuples = merged(&question, answers, |answer| match answer {
                    ShardAnswer::RejectedTuples(partial) => Some(partial),
                    _ => None,
                });
                let tuples = Arc::new(tuples);
                self.stage = Stage::Conversations(Arc::clone(&tuples));
                second.ask(|filter| ShardAsk::Diagnosis { filter, tuples })
            }
            Stage::Conversations(tuples) => {
                let knowledge = known.knowledge;
                let rules = known.account.map(|account| Rc::clone(account.rules()));
                let evaluator = rules.as_deref().map(|rules| rules as &dyn PolicyEvaluator);
                let question =
                    DiagnosisQuestion { knowledge, tuples, evaluator, undelivered: &known.undelivered() };
                let diagnosis: Diagnosis = merged(&question, answers, |answer| match answer {
                    ShardAnswer::Diagnosis(partial) => Some(partial),
                    _ => None,
                });
                match &self.outcome {
                    Outcome::Findings => {
                        Turn::End(Ok(Answer::Findings(findings(diagnosis, knowledge, evaluator))))
                    }
                    Outcome::Report(hand_over) => {
                        let about = About {
                            made_secs: hand_over.made_secs,
                            n_files: known.load.n_files(),
                            filter: &self.filter,
                            account: known.account.map(|account| &*account.configuration),
                        };
                        report(&findings(diagnosis, knowledge, evaluator), hand_over, &about)
                    }
                    // One line for each conversation is promised, and lines have no place to say that some are missing.
                    Outcome::Lines if diagnosis.n_rejected_rows_left_out > 0 => {
                        Turn::End(Err(too_many(self.n_tuples_max)))
                    }
                    Outcome::Lines => {
                        let mut lines = Lines { conversations: diagnosis.conversations.into_iter(), rules };
                        let turn = lines.write();
                        self.stage = Stage::Writing(lines);
                        turn
                    }
                }
            }
            Stage::Writing(lines) => lines.write(),
        }
    }
}

impl Lines {
    /// The next part, or the last.
    fn write(&mut self) -> Turn {
        let evaluator = self.rules.as_deref().map(|rules| rules as &dyn PolicyEvaluator);
        let mut part = Vec::new();
        while part.len() < PART_BYTES
            && let Some(mut diagnosed) = self.conversations.next()
        {
            diagnosed.tell(evaluator);
            part.extend_from_slice(to_json_line(&diagnosed).as_bytes());
        }
        if self.conversations.len() == 0 {
            Turn::last_part(part, "flowglass-diagnosis.jsonl", "application/jsonl")
        } else {
            Turn::Part(part, Vec::new())
        }
    }
}

fn too_many(n_max: u32) -> String {
    format!(
        "More than {n_max} rejected conversations are too many for one export. Filter by time or interface, and export in parts."
    )
}

fn report(findings: &Findings, hand_over: &HandOver, about: &About<'_>) -> Turn {
    let mut document = document(findings, about, |cause| !hand_over.left_out.contains(&cause.id()));
    if let Some(key) = hand_over.pseudonym_key {
        document = document.with_pseudonyms(&Pseudonyms::new(key));
    }
    let format = hand_over.format;
    Turn::last_part(format.write(&document).into_bytes(), format.file_name(), format.media_type())
}
