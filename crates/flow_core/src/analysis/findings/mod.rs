//! Verdicts put together to causes: one for each thing that somebody may want to change, with who asked, how sure it is, how
//! likely it is wanted, and the rows it rests on. Verdicts themselves are `diagnosis`'s.
//!
//! Works on a finished [`Diagnosis`], which has an order of its own: so neither shards nor their order show.

mod cause;
mod cause_id;
mod grouping;
mod likelihood;
mod peers;
mod prefixes;
mod rows_filter;
mod scanners;
mod wanted;
mod words;

use serde::{Deserialize, Serialize};

use super::diagnosis::{Diagnosed, Diagnosis, PolicyEvaluator, Verdict};
use super::interface::InterfaceKnowledge;
use crate::arrange::keep_first;
use crate::record::Field;
use cause::Candidate;
pub use cause::{Cause, CauseService, EVIDENCE_MAX, INTERFACES_KEPT};
pub use cause_id::CauseId;
pub use likelihood::{Likelihood, LikelihoodReason};
pub use peers::{PEERS_KEPT, PEERS_SHOWN, PREFIXES_MAX, PeerPrefix, Peers};
pub use scanners::ProbedService;
pub use scanners::{PROBED_SERVICES_MAX, SCANNERS_MAX, ScanNoise, Scanner};

/// Causes in one answer. Nobody reads more cards; a filter leaves those that matter.
pub const CAUSES_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Most likely wanted first, then most rejected rows; at most [`CAUSES_MAX`]. Scanners are not among them.
    pub causes: Vec<Cause>,
    /// How many there are.
    pub n_causes: u64,
    pub scanners: ScanNoise,
    /// Of all conversations that were asked about, in the order of [`Verdict::ALL`]; those that occur.
    pub by_verdict: Vec<(Verdict, VerdictCount)>,
    /// Fields that no file records and without which nothing can be said: then no cause does not mean that nothing was
    /// rejected.
    pub missing: Vec<Field>,
    pub n_rows: u64,
    /// Rejected rows whose conversations are in none of these sums, because there are too many to judge at once.
    pub n_rejected_rows_left_out: u64,
    /// Rows of which it is not known whether they were rejected.
    pub n_rows_without_action: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictCount {
    pub n_conversations: u64,
    pub n_rejected_rows: u64,
}

/// The causes of a diagnosis, which is given up: it may be large. `evaluator` is the one that it was made with.
pub fn findings(
    diagnosis: Diagnosis,
    knowledge: &InterfaceKnowledge,
    evaluator: Option<&dyn PolicyEvaluator>,
) -> Findings {
    let conversations = &diagnosis.conversations[..];
    let mut candidates: Vec<Candidate<'_>> = grouping::grouped(conversations, knowledge)
        .into_iter()
        .map(|group| Candidate::of(group, conversations, knowledge))
        .collect();
    let n_causes = candidates.len() as u64;
    keep_first(&mut candidates, CAUSES_MAX, |a, b| a.rank().cmp(&b.rank()));
    Findings {
        causes: candidates
            .into_iter()
            .map(|candidate| candidate.into_cause(conversations, knowledge, evaluator))
            .collect(),
        n_causes,
        scanners: ScanNoise::of(conversations),
        by_verdict: by_verdict(conversations),
        missing: diagnosis.missing,
        n_rows: diagnosis.n_rows,
        n_rejected_rows_left_out: diagnosis.n_rejected_rows_left_out,
        n_rows_without_action: diagnosis.n_rows_without_action,
    }
}

fn by_verdict(conversations: &[Diagnosed]) -> Vec<(Verdict, VerdictCount)> {
    let mut counts = Verdict::ALL.map(|verdict| (verdict, VerdictCount::default()));
    for diagnosed in conversations {
        if let Some((_, count)) = counts.iter_mut().find(|(verdict, _)| *verdict == diagnosed.verdict) {
            count.n_conversations += 1;
            count.n_rejected_rows += diagnosed.grounds.n_refused();
        }
    }
    counts.into_iter().filter(|(_, count)| count.n_conversations > 0).collect()
}
