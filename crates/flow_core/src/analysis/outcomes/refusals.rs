//! What rules refused of other conversations: a record that is missing may be of the same refusal.
//!
//! A record is lost without a word now and then. Of a conversation whose one rejected record is lost, what is left looks
//! as if a host were silent or packets lost. So nothing is concluded from a few missing records where rules are known to
//! refuse just that, many times as often.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::decide::Facts;
use super::outcome::Line;
use super::surroundings::InterfacePlace;
use crate::analysis::conversation::{Marks, SeenBy, Trace};
use crate::record::Address;

/// Refused conversations for each that is missing, from which on it is rather its record that was lost: losses are rare,
/// and whatever loses packets loses more than one in ten of what takes its way.
const REFUSED_FOR_EACH_MISSING: u64 = 10;

/// What is refused, or is missing and may have been refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Passage {
    Request(Service),
    Reply(Service),
    /// A reply on its way into the initiator's interface, by protocol.
    ReplyInto(InterfacePlace, Option<u8>),
}

/// Responder, port and protocol.
type Service = (Option<Address>, Option<u16>, Option<u8>);

impl Passage {
    /// What is missing where this was decided.
    pub fn missing(facts: &Facts<'_>, line: Line) -> Option<Passage> {
        let service = service(facts, facts.client?);
        match line {
            Line::RequestLost => Some(Passage::Request(service)),
            Line::NoReply => Some(Passage::Reply(service)),
            Line::ReplyLost => {
                let initiator = facts.sights.iter().find(|sight| sight.seen_by == SeenBy::Initiator)?;
                Some(Passage::ReplyInto(initiator.interface, facts.protocol))
            }
            _ => None,
        }
    }
}

/// Conversations by what of them was refused, and by what is missing.
#[derive(Default)]
pub(super) struct Refusals {
    n_refused: HashMap<Passage, u64, FxBuildHasher>,
    n_missing: HashMap<Passage, u64, FxBuildHasher>,
}

impl Refusals {
    /// Takes in what was refused, and not accepted at the same interface: by a rule, as far as one can tell, and not
    /// after a connection's end. `facts` are of a conversation with all interfaces that saw it.
    pub fn note_refused(&mut self, facts: &Facts<'_>) {
        let Some(client) = facts.client else { return };
        let service = service(facts, client);
        let opens = |trace: &Trace, mark: Marks| {
            trace.is_there() && (!facts.is_tcp || trace.marks.has(Marks::NOT_RECORDED.and(mark)))
        };
        for sight in facts.sights {
            let [request, reply] = [client, 1 - client].map(|end| &sight.view.halves[end]);
            if opens(&request.rejected, Marks::SYN) && !request.accepted.is_there() {
                *self.n_refused.entry(Passage::Request(service)).or_default() += 1;
            }
            // A host refuses by RST alone, which a rule may refuse in its turn.
            if opens(&reply.rejected, Marks::SYN_ACK.and(Marks::RST)) && !reply.accepted.is_there() {
                *self.n_refused.entry(Passage::Reply(service)).or_default() += 1;
                if sight.seen_by == SeenBy::Initiator {
                    let passage = Passage::ReplyInto(sight.interface, facts.protocol);
                    *self.n_refused.entry(passage).or_default() += 1;
                }
            }
        }
    }

    pub fn note_missing(&mut self, passage: Passage) {
        *self.n_missing.entry(passage).or_default() += 1;
    }

    /// Whether what is missing of this kind is rather the records of refusals.
    pub fn explain(&self, passage: Passage) -> bool {
        let n = |counts: &HashMap<Passage, u64, FxBuildHasher>| counts.get(&passage).copied().unwrap_or(0);
        n(&self.n_refused) >= REFUSED_FOR_EACH_MISSING * n(&self.n_missing).max(1)
    }
}

fn service(facts: &Facts<'_>, client: usize) -> Service {
    (facts.addresses[1 - client], facts.ports[1 - client], facts.protocol)
}
