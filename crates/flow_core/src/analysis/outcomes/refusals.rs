//! What else is known of what is missing: whether rules refused the like of it, and whether it came through at other times.
//!
//! A record is lost without a word now and then. Of a conversation whose one rejected record is lost, or the record of the
//! reply, what is left looks as if a host were silent or packets lost. What loses packets on their way loses them of two
//! ends, whatever they say; records are lost here and there. So a few missing records of two ends are not enough where
//! rules refuse the like of it, or where it came through at other times.

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

/// Conversations of two ends that are missing, from which on it is not one record here and there. Where one record in 200
/// is lost, that three of three are is one chance in eight million.
const MISSING_OF_ENDS_MIN: u64 = 3;

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

/// Packets of one way between an initiator and a responder, whatever they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Ends {
    initiator: Option<Address>,
    responder: Option<Address>,
    protocol: Option<u8>,
    is_reply: bool,
}

impl Ends {
    fn of(facts: &Facts<'_>, client: usize, is_reply: bool) -> Ends {
        let [initiator, responder] = [client, 1 - client].map(|end| facts.addresses[end]);
        Ends { initiator, responder, protocol: facts.protocol, is_reply }
    }
}

/// What is missing of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    passage: Passage,
    ends: Ends,
}

impl Missing {
    /// Where this was decided.
    pub fn of(facts: &Facts<'_>, line: Line) -> Option<Missing> {
        let client = facts.client?;
        let service = service(facts, client);
        let passage = match line {
            Line::RequestLost => Passage::Request(service),
            Line::NoReply => Passage::Reply(service),
            Line::ReplyLost => {
                let initiator = facts.sights.iter().find(|sight| sight.seen_by == SeenBy::Initiator)?;
                Passage::ReplyInto(initiator.interface, facts.protocol)
            }
            _ => return None,
        };
        Some(Missing { passage, ends: Ends::of(facts, client, line != Line::RequestLost) })
    }
}

/// Conversations by what of them was refused, and by what is missing.
#[derive(Default)]
pub(super) struct Refusals {
    n_refused: HashMap<Passage, u64, FxBuildHasher>,
    n_missing: HashMap<Passage, u64, FxBuildHasher>,
    n_refused_of_ends: HashMap<Ends, u64, FxBuildHasher>,
    n_missing_of_ends: HashMap<Ends, u64, FxBuildHasher>,
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
                *self.n_refused_of_ends.entry(Ends::of(facts, client, false)).or_default() += 1;
            }
            // A host refuses by RST alone, which a rule may refuse in its turn.
            if opens(&reply.rejected, Marks::SYN_ACK.and(Marks::RST)) && !reply.accepted.is_there() {
                *self.n_refused.entry(Passage::Reply(service)).or_default() += 1;
                *self.n_refused_of_ends.entry(Ends::of(facts, client, true)).or_default() += 1;
                if sight.seen_by == SeenBy::Initiator {
                    let passage = Passage::ReplyInto(sight.interface, facts.protocol);
                    *self.n_refused.entry(passage).or_default() += 1;
                }
            }
        }
    }

    pub fn note_missing(&mut self, Missing { passage, ends }: Missing) {
        *self.n_missing.entry(passage).or_default() += 1;
        *self.n_missing_of_ends.entry(ends).or_default() += 1;
    }

    /// Why nothing is concluded from what is missing, if something else explains it. `came_through` says whether the like
    /// of it passed between the same ends at other times.
    pub fn explanation(&self, missing: Missing, came_through: bool) -> Option<Line> {
        fn of<K: Eq + std::hash::Hash>(counts: &HashMap<K, u64, FxBuildHasher>, key: &K) -> u64 {
            counts.get(key).copied().unwrap_or(0)
        }
        let Missing { passage, ends } = missing;
        let n_refused = of(&self.n_refused, &passage);
        let is_outweighed =
            |n_refused, n_missing: u64| n_refused >= REFUSED_FOR_EACH_MISSING * n_missing.max(1);
        let n_missing_of_ends = of(&self.n_missing_of_ends, &ends);
        let is_refused = match passage {
            // Whether a host is silent has nothing to do with who asks.
            Passage::Reply(_) => is_outweighed(n_refused, of(&self.n_missing, &passage)),
            Passage::Request(_) | Passage::ReplyInto(..) if n_missing_of_ends >= MISSING_OF_ENDS_MIN => {
                is_outweighed(of(&self.n_refused_of_ends, &ends), n_missing_of_ends)
            }
            Passage::Request(_) | Passage::ReplyInto(..) => n_refused >= n_missing_of_ends.max(1),
        };
        let is_about_hosts = matches!(passage, Passage::Reply(_));
        if is_refused {
            Some(Line::OthersRefused)
        } else if came_through && !is_about_hosts && n_missing_of_ends < MISSING_OF_ENDS_MIN {
            Some(Line::OthersCameThrough)
        } else {
            None
        }
    }
}

fn service(facts: &Facts<'_>, client: usize) -> Service {
    (facts.addresses[1 - client], facts.ports[1 - client], facts.protocol)
}
