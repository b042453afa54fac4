//! How often verdicts are right, against a simulation's truth.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use flow_core::analysis::diagnosis::{Diagnosed, Verdict};
use flow_core::record::Address;

use super::{End, Simulated, ViewKey};

/// How many conversations of each truth got each verdict.
#[derive(Clone, Debug, Default)]
pub struct Score {
    counts: BTreeMap<(Verdict, Verdict), u64>,
}

impl Score {
    /// Conversations without a verdict count as unknown.
    pub fn of(simulated: &Simulated, conversations: &[Diagnosed]) -> Score {
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
            let diagnosed = found.get(&truth.key).and_then(|found| found.iter().find(is_then));
            let verdict = diagnosed.map_or(Verdict::Unknown, |diagnosed| diagnosed.verdict);
            *score.counts.entry((truth.verdict, verdict)).or_default() += 1;
        }
        score
    }

    pub fn add(&mut self, other: &Score) {
        for (pair, count) in &other.counts {
            *self.counts.entry(*pair).or_default() += count;
        }
    }

    fn count(&self, is_counted: impl Fn(Verdict, Verdict) -> bool) -> u64 {
        let counted = self.counts.iter().filter(|((truth, verdict), _)| is_counted(*truth, *verdict));
        counted.map(|(_, count)| count).sum()
    }

    /// What is true, in order, without classes that the simulation does not have.
    pub fn classes(&self) -> Vec<Verdict> {
        Verdict::ALL.into_iter().filter(|class| self.count(|truth, _| truth == *class) > 0).collect()
    }

    /// Of the conversations with this verdict, the share that have this truth; 1 where there are none.
    pub fn precision(&self, class: Verdict) -> f64 {
        self.share(class, self.count(|_, verdict| verdict == class))
    }

    /// Of the conversations with this truth, the share that got this verdict.
    pub fn recall(&self, class: Verdict) -> f64 {
        self.share(class, self.count(|truth, _| truth == class))
    }

    fn share(&self, class: Verdict, of: u64) -> f64 {
        if of == 0 {
            1.0
        } else {
            self.count(|truth, verdict| (truth, verdict) == (class, class)) as f64 / of as f64
        }
    }
}

impl fmt::Display for Score {
    /// As Markdown: precision and recall of each verdict, and below that the confusion matrix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.classes();
        writeln!(f, "| verdict | conversations | precision | recall |\n|---|---|---|---|")?;
        for class in &classes {
            let n = self.count(|truth, _| truth == *class);
            let (precision, recall) = (self.precision(*class), self.recall(*class));
            writeln!(f, "| {} | {n} | {precision:.3} | {recall:.3} |", class.name())?;
        }
        let verdicts: Vec<Verdict> =
            Verdict::ALL.into_iter().filter(|verdict| self.count(|_, found| found == *verdict) > 0).collect();
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

fn key_of(diagnosed: &Diagnosed) -> Option<ViewKey> {
    let end = |address: Option<Address>, port: Option<u16>| match address? {
        Address::V4(bits) => Some(End { address: Ipv4Addr::from(bits), port: port.unwrap_or(0) }),
        Address::V6(_) | Address::Mac(_) => None,
    };
    Some(ViewKey::new(
        diagnosed.interface.to_string(),
        end(diagnosed.initiator, diagnosed.initiator_port)?,
        end(diagnosed.responder, diagnosed.port)?,
        diagnosed.protocol?,
    ))
}
