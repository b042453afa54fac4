//! How often verdicts are right, against a simulation's truth.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use flow_core::analysis::diagnosis::{Diagnosed, Verdict};
use flow_core::analysis::outcomes::{ConversationOutcome, Outcome};
use flow_core::record::Address;

use super::{End, Simulated, TupleKey, ViewKey};

/// What a conversation can be found to be.
pub trait Class: Copy + Ord + 'static {
    /// In the order in which they are shown.
    const CLASSES: &'static [Self];
    /// What is neither right nor wrong to be found.
    const UNKNOWN: Self;

    fn name(self) -> &'static str;
}

impl Class for Verdict {
    const CLASSES: &'static [Verdict] = &Verdict::ALL;
    const UNKNOWN: Verdict = Verdict::Unknown;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Class for Outcome {
    const CLASSES: &'static [Outcome] = &Outcome::ALL;
    const UNKNOWN: Outcome = Outcome::Unknown;

    fn name(self) -> &'static str {
        self.name()
    }
}

/// How many conversations of each truth were found to be what.
#[derive(Clone, Debug)]
pub struct Score<C> {
    counts: BTreeMap<(C, C), u64>,
}

impl<C: Ord> Default for Score<C> {
    fn default() -> Score<C> {
        Score { counts: BTreeMap::new() }
    }
}

impl Score<Verdict> {
    /// Conversations without a verdict count as unknown. Pings of both hosts can be two of one time: then it is that of
    /// who began.
    pub fn of(simulated: &Simulated, conversations: &[Diagnosed]) -> Score<Verdict> {
        let mut found: BTreeMap<ViewKey, Vec<&Diagnosed>> = BTreeMap::new();
        for diagnosed in conversations {
            if let Some(key) = key_of(diagnosed) {
                found.entry(key).or_default().push(diagnosed);
            }
        }
        let mut score = Score::default();
        for truth in &simulated.truth {
            let is_then = |diagnosed: &&&Diagnosed| {
                diagnosed.first_secs <= Some(truth.last_secs) && Some(truth.first_secs) <= diagnosed.last_secs
            };
            let all = found.get(&truth.key).into_iter().flatten().filter(is_then);
            let is_of = |diagnosed: &Diagnosed| {
                end_of(diagnosed.initiator, diagnosed.initiator_port) == Some(truth.initiator)
            };
            let diagnosed = all.min_by_key(|diagnosed| !is_of(diagnosed));
            let verdict = diagnosed.map_or(Verdict::Unknown, |diagnosed| diagnosed.verdict);
            *score.counts.entry((truth.verdict, verdict)).or_default() += 1;
        }
        score
    }
}

impl Score<Outcome> {
    /// Conversations of which nothing is found work, or were rejected: then there is nothing to find.
    pub fn of_outcomes(simulated: &Simulated, conversations: &[ConversationOutcome]) -> Score<Outcome> {
        let mut found: BTreeMap<TupleKey, Vec<&ConversationOutcome>> = BTreeMap::new();
        for conversation in conversations {
            if let Some(key) = tuple_of(conversation) {
                found.entry(key).or_default().push(conversation);
            }
        }
        let mut score = Score::default();
        for truth in &simulated.outcomes {
            let is_then = |of: &&&ConversationOutcome| {
                of.first_secs <= Some(truth.last_secs) && Some(truth.first_secs) <= of.last_secs
            };
            let nothing = if truth.outcome == Outcome::Unknown { Outcome::Unknown } else { Outcome::Works };
            let conversation = found.get(&truth.key).and_then(|found| found.iter().find(is_then));
            let outcome = conversation.map_or(nothing, |conversation| conversation.outcome);
            *score.counts.entry((truth.outcome, outcome)).or_default() += 1;
        }
        score
    }
}

impl<C: Class> Score<C> {
    pub fn add(&mut self, other: &Score<C>) {
        for (pair, count) in &other.counts {
            *self.counts.entry(*pair).or_default() += count;
        }
    }

    fn count(&self, is_counted: impl Fn(C, C) -> bool) -> u64 {
        let counted = self.counts.iter().filter(|((truth, verdict), _)| is_counted(*truth, *verdict));
        counted.map(|(_, count)| count).sum()
    }

    /// What is true, in order, without classes that the simulation does not have.
    pub fn classes(&self) -> Vec<C> {
        C::CLASSES.iter().copied().filter(|class| self.count(|truth, _| truth == *class) > 0).collect()
    }

    /// Of the conversations with this verdict, the share that have this truth; 1 where there are none.
    pub fn precision(&self, class: C) -> f64 {
        self.share(class, self.count(|_, verdict| verdict == class))
    }

    /// Of the conversations with this truth, the share that got this verdict.
    pub fn recall(&self, class: C) -> f64 {
        self.share(class, self.count(|truth, _| truth == class))
    }

    fn share(&self, class: C, of: u64) -> f64 {
        if of == 0 {
            1.0
        } else {
            self.count(|truth, verdict| (truth, verdict) == (class, class)) as f64 / of as f64
        }
    }
}

impl<C: Class> fmt::Display for Score<C> {
    /// As Markdown: precision and recall of each verdict, and below that the confusion matrix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.classes();
        writeln!(f, "| verdict | conversations | precision | recall |\n|---|---|---|---|")?;
        for class in classes.iter().filter(|class| **class != C::UNKNOWN) {
            let n = self.count(|truth, _| truth == *class);
            let (precision, recall) = (self.precision(*class), self.recall(*class));
            writeln!(f, "| {} | {n} | {precision:.3} | {recall:.3} |", class.name())?;
        }
        let verdicts: Vec<C> = C::CLASSES
            .iter()
            .copied()
            .filter(|verdict| self.count(|_, found| found == *verdict) > 0)
            .collect();
        write!(f, "\n| truth \\ verdict |")?;
        verdicts.iter().try_for_each(|verdict| write!(f, " {} |", verdict.name()))?;
        write!(f, "\n|---|")?;
        verdicts.iter().try_for_each(|_| write!(f, "---|"))?;
        for class in &classes {
            write!(f, "\n| {} |", class.name())?;
            for verdict in &verdicts {
                write!(f, " {} |", self.count(|truth, found| (truth, found) == (*class, *verdict)))?;
            }
        }
        writeln!(f)
    }
}

/// A conversation that has both ends; IPv4 alone is simulated.
fn tuple_of(found: &ConversationOutcome) -> Option<TupleKey> {
    let initiator = end_of(found.initiator, found.initiator_port)?;
    let responder = end_of(found.responder, found.port)?;
    Some((initiator.min(responder), initiator.max(responder), found.protocol?))
}

fn end_of(address: Option<Address>, port: Option<u16>) -> Option<End> {
    match address? {
        Address::V4(bits) => Some(End { address: Ipv4Addr::from(bits), port: port.unwrap_or(0) }),
        Address::V6(_) | Address::Mac(_) => None,
    }
}

fn key_of(diagnosed: &Diagnosed) -> Option<ViewKey> {
    Some(ViewKey::new(
        diagnosed.interface.to_string(),
        end_of(diagnosed.initiator, diagnosed.initiator_port)?,
        end_of(diagnosed.responder, diagnosed.port)?,
        diagnosed.protocol?,
    ))
}
