//! What the evaluator says of the wanted flows after the edits, at every end that is described.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::probe::{End, flows};
use super::wanted::Wanted;
use crate::config::evaluate::{Answer, Evaluator, Flow, PlaceId};
use crate::record::Address;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Peers whose requests and replies all pass for certain, at both ends where both are described.
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
    pub(super) fn of(evaluator: &mut Evaluator, ends: &[End], wanted: &Wanted) -> Proof {
        let mut unproved = Vec::new();
        for end in ends {
            let Some(place) = evaluator.interface(&end.interface) else { continue };
            for remote in &end.remotes {
                let worst = flows(evaluator, place, end, *remote, wanted)
                    .into_iter()
                    .filter_map(|flow| refusal(evaluator, place, &flow))
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
        unproved.sort();
        let failing: BTreeSet<Address> = unproved.iter().map(|unproved| unproved.peer).collect();
        let n_peers = ends.first().map_or(0, |own| own.peers.len());
        Proof { n_passing: (n_peers - failing.len()) as u32, unproved }
    }

    /// One sentence for all that pass, then one for each that is not certain to.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        match self.n_passing {
            0 => {}
            1 => words.push("After this 1 peer passes.".to_owned()),
            n => words.push(format!("After this {n} peers pass.")),
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
