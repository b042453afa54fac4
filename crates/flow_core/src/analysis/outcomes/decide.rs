//! The table: from what was seen of an accepted conversation to what became of it. docs/diagnosis.md says the same in
//! words; the wording is in `words`.

use super::outcome::{Line, Outcome};
use super::surroundings::{InterfacePlace, Surroundings};
use crate::analysis::TimeExtent;
use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Began, Blind, Half, Marks, SeenBy, Trace, View};
use crate::intake::client::has_ports;
use crate::record::{Address, Field};

/// What one interface saw.
pub(super) struct Sight<'a> {
    pub view: &'a View,
    pub interface: InterfacePlace,
    pub seen_by: SeenBy,
}

/// All that an outcome is read off.
pub(super) struct Facts<'a> {
    /// Of the interfaces that saw it; where it is decided, of those that accepted something of it.
    pub sights: &'a [Sight<'a>],
    /// Whether any interface rejected something of it.
    pub is_rejected: bool,
    /// Both ends together, by end of the tuple.
    pub halves: &'a [Half; 2],
    /// The end that began, and what tells; `None` where nothing does or an address is not recorded.
    pub client: Option<usize>,
    pub began: Began,
    /// By end; `None` where it is not recorded.
    pub addresses: [Option<Address>; 2],
    pub ports: [Option<u16>; 2],
    pub protocol: Option<u8>,
    pub is_tcp: bool,
    /// Clients' ports were put together, so this may be many connections.
    pub is_rolled_up: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub outcome: Outcome,
    pub confidence: Confidence,
    pub line: Line,
    pub needs: Vec<Field>,
    /// The responder's, or the one that saw it.
    pub interface: InterfacePlace,
}

impl Facts<'_> {
    fn request(&self, client: usize) -> &Trace {
        &self.halves[client].accepted
    }

    fn reply(&self, client: usize) -> &Trace {
        &self.halves[1 - client].accepted
    }

    fn sight(&self, seen_by: SeenBy) -> Option<&Sight<'_>> {
        self.sights.iter().find(|sight| sight.seen_by == seen_by)
    }

    /// Whether every interface that accepted one end's packets accepted the other's.
    fn is_answered_everywhere(&self) -> bool {
        self.sights.iter().all(|sight| sight.view.halves.iter().all(|half| half.accepted.is_there()))
    }

    fn marks(&self, trace: &Trace, mark: Marks) -> bool {
        self.is_tcp && trace.marks.has(mark)
    }

    fn is_small(&self, end: usize) -> bool {
        self.addresses[end].is_none_or(|address| self.halves[end].accepted.is_small(address))
    }
}

/// `None` for what was never accepted, and where a rejection explains why there is no reply: that is diagnosis's.
pub(super) fn decide(facts: &Facts<'_>, surroundings: &Surroundings) -> Option<Decision> {
    let first = facts.sights.first()?;
    let responder = facts.client.and_then(|client| {
        let of_responder = facts.addresses[1 - client].and_then(|address| surroundings.interface_of(address));
        facts.sight(SeenBy::Responder).map(|sight| sight.interface).or(of_responder)
    });
    let (line, confidence) = read_table(facts, surroundings, responder)?;
    let mut decision = Decision {
        outcome: outcome_of(line),
        confidence: confidence.max(facts.began.confidence()),
        line,
        needs: needs(facts, line, confidence),
        interface: responder.unwrap_or(first.interface),
    };
    if facts.is_rolled_up {
        decision.confidence = Confidence::Low;
    }
    Some(decision)
}

fn outcome_of(line: Line) -> Outcome {
    match line {
        Line::Answered => Outcome::Works,
        Line::Reset => Outcome::HostRefused,
        Line::NoReply => Outcome::HostSilent,
        Line::RequestLost | Line::ReplyLost => Outcome::LostBetween,
        Line::MustHaveOpened
        | Line::NotABeginning
        | Line::OtherEndNotHere
        | Line::OtherEndNotHeard
        | Line::Blind(_)
        | Line::OthersRefused
        | Line::OthersCameThrough
        | Line::SideNotKnown
        | Line::BeginnerNotKnown => Outcome::Unknown,
    }
}

/// The table, line by line.
fn read_table(
    facts: &Facts<'_>,
    surroundings: &Surroundings,
    responder: Option<InterfacePlace>,
) -> Option<(Line, Confidence)> {
    use Confidence::{Certain, High, Low, Medium};
    if facts.client.is_some_and(|client| is_refused(facts, client)) {
        return Some((Line::Reset, High));
    }
    if facts.is_answered_everywhere() {
        return Some((Line::Answered, Certain));
    }
    if facts.is_rejected {
        return None;
    }
    let Some(client) = facts.client else { return Some((Line::BeginnerNotKnown, Low)) };
    let (request, reply) = (facts.request(client), facts.reply(client));
    let at_client = facts.sight(SeenBy::Initiator);
    let is_reply_at_client = at_client.is_none_or(|sight| sight.view.halves[1 - client].accepted.is_there());
    let goes_on = facts.is_tcp && (facts.marks(request, Marks::CLOSING) || !facts.is_small(client));
    let has_flags = !facts.marks(request, Marks::NOT_RECORDED);
    let is_beginning = !facts.is_tcp || !has_flags || facts.marks(request, Marks::SYN);
    // Whoever goes on got the reply, even where its record is missing.
    if reply.is_there() && (is_reply_at_client || goes_on || !is_beginning) {
        return Some((Line::Answered, Certain));
    }
    if goes_on {
        return Some((Line::MustHaveOpened, Low));
    }
    if !is_beginning {
        return Some((Line::NotABeginning, Low));
    }
    // The interface that should have a row has none: that tells only where it has others.
    let not_there = |interface: InterfacePlace, time: Option<TimeExtent>, line: Line, confidence| {
        let coverage = surroundings.coverage(interface);
        let blind = surroundings.load.blind_after(coverage, time);
        blind.map_or((line, confidence), |blind| (Line::Blind(blind), Low))
    };
    if reply.is_there() {
        let at_client = at_client?;
        return Some(not_there(at_client.interface, reply.time, Line::ReplyLost, Medium));
    }
    if let Some(server) = facts.sight(SeenBy::Responder) {
        let confidence = match (facts.is_tcp, has_flags, at_client.is_some()) {
            (true, true, true) => High,
            (true, true, false) => Medium,
            (true, false, _) | (false, _, _) => Low,
        };
        let time = server.view.halves[client].accepted.time;
        return Some(not_there(server.interface, time, Line::NoReply, confidence));
    }
    if facts.sights.iter().all(|sight| sight.seen_by == SeenBy::Unknown) {
        return Some((Line::SideNotKnown, Low));
    }
    let Some(responder) = responder else { return Some((Line::OtherEndNotHere, Low)) };
    let is_heard =
        request.time.is_none_or(|time| surroundings.load.is_heard(surroundings.coverage(responder), time));
    Some(match not_there(responder, request.time, Line::RequestLost, Medium) {
        (Line::RequestLost, _) if !is_heard => (Line::OtherEndNotHeard, Low),
        found => found,
    })
}

/// Whether every SYN was answered by RST: no handshake, nothing said by either side, and at one interface at least no
/// more answers than questions.
fn is_refused(facts: &Facts<'_>, client: usize) -> bool {
    let (request, reply) = (facts.request(client), facts.reply(client));
    facts.marks(reply, Marks::RST)
        && ![request, reply].into_iter().any(|trace| facts.marks(trace, Marks::SYN_ACK))
        && facts.marks(request, Marks::SYN)
        && facts.is_small(client)
        && facts.is_small(1 - client)
        && facts.sights.iter().any(|Sight { view, .. }| {
            let [request, reply] = [client, 1 - client].map(|end| &view.halves[end].accepted);
            request.is_there() && reply.is_there() && reply.tally.packets <= request.tally.packets
        })
}

/// Fields that would tell more.
fn needs(facts: &Facts<'_>, line: Line, confidence: Confidence) -> Vec<Field> {
    let mut needs = Vec::new();
    if line == Line::Answered {
        return needs;
    }
    let is_weak = confidence > Confidence::High;
    if is_weak && facts.halves.iter().any(|half| facts.marks(&half.accepted, Marks::NOT_RECORDED)) {
        needs.push(Field::TCP_FLAGS);
    }
    if facts.protocol.is_none() {
        needs.push(Field::PROTOCOL);
    }
    let may_have_ports = facts.protocol.is_none_or(|protocol| has_ports(u64::from(protocol), 0, 0));
    if facts.ports == [None, None] && may_have_ports {
        needs.extend([Field::SRCPORT, Field::DSTPORT]);
    }
    if facts.addresses.contains(&None) {
        needs.extend([Field::SRCADDR, Field::DSTADDR]);
    }
    match line {
        Line::Blind(Blind::NoTime) => needs.extend([Field::START, Field::END]),
        Line::SideNotKnown => needs.extend([Field::INTERFACE_ID, Field::FLOW_DIRECTION]),
        _ => {}
    }
    needs.sort_unstable();
    needs
}
