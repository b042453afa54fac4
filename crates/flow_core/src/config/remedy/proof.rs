//! What the evaluator says of the wanted flows after the edits, at every end that is described.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::probe::{End, Probes};
use super::wanted::Wanted;
use crate::arrange::Arrange;
use crate::config::configuration::Configuration;
use crate::config::evaluate::{Answer, Evaluator, Flow, PlaceId};
use crate::record::Address;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Own interfaces at which they were asked about.
    pub n_interfaces: u32,
    /// Peers whose requests and replies all pass for certain at all of them, and at their own end where it is described.
    pub n_passing: u32,
    /// The others, by peer; each end once.
    pub unproved: Vec<Unproved>,
}

/// A peer whose flows may still be refused, or are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unproved {
    pub peer: Address,
    /// Where.
    pub interface: String,
    /// No or unknowable.
    pub answer: Answer,
    /// By what, as a sentence.
    pub because: String,
}

impl Proof {
    pub(super) fn of(after: Configuration, ends: &[End], wanted: &Wanted) -> Proof {
        let mut evaluator = Evaluator::new(Arc::new(after));
        let mut unproved = Vec::new();
        for end in ends {
            let Some(place) = evaluator.interface(&end.interface) else { continue };
            let probes = Probes::of(&evaluator, place, end, wanted);
            for remote in &end.remotes {
                let worst = probes
                    .flows(*remote)
                    .filter_map(|flow| refusal(&evaluator, place, &flow))
                    .min_by_key(|(answer, _)| *answer != Answer::No);
                let Some((answer, because)) = worst else { continue };
                let peers = end.peers.iter().filter(|peer| {
                    if end.is_own { *peer == remote } else { peer.family() == remote.family() }
                });
                unproved.extend(peers.map(|peer| Unproved {
                    peer: *peer,
                    interface: end.interface.clone(),
                    answer,
                    because: because.clone(),
                }));
            }
        }
        unproved.arrange();
        let failing: BTreeSet<Address> = unproved.iter().map(|unproved| unproved.peer).collect();
        let n_peers = ends.first().map_or(0, |own| own.peers.len());
        let n_interfaces = ends.iter().filter(|end| end.is_own).count() as u32;
        Proof { n_interfaces, n_passing: (n_peers - failing.len()) as u32, unproved }
    }

    /// One sentence for all that pass, then one for each that is not certain to.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let at = match self.n_interfaces {
            0 | 1 => String::new(),
            n => format!(" at all {n} interfaces"),
        };
        match self.n_passing {
            0 => {}
            1 => words.push(format!("After this 1 peer passes{at}.")),
            n => words.push(format!("After this {n} peers pass{at}.")),
        }
        words.extend(self.unproved.iter().map(|Unproved { peer, interface, answer, because }| {
            let word = if *answer == Answer::No { "is still refused" } else { "may still be refused" };
            format!("{peer} {word} at {interface}. {because}")
        }));
        words
    }
}

/// What does not let a flow or its reply through for certain.
fn refusal(evaluator: &Evaluator, place: PlaceId, flow: &Flow) -> Option<(Answer, String)> {
    let decision = evaluator.decide(place, flow);
    let both = decision.request_passes().and(decision.reply_passes());
    if both == Answer::Yes {
        return None;
    }
    let explanation = evaluator.explain(place, flow);
    let parts = [
        (decision.groups.answer(), explanation.groups.sentence),
        (decision.acl_request.answer(), explanation.acl_request.sentence),
        (decision.acl_reply.answer(), explanation.acl_reply.sentence),
    ];
    // What refuses for certain is said before what may.
    let worst = |answer: Answer| if answer == Answer::No { 0 } else { 1 };
    let part = parts.into_iter().filter(|(answer, _)| *answer != Answer::Yes);
    let (_, because) = part.min_by_key(|(answer, _)| worst(*answer))?;
    Some((both, because))
}
