//! Who began a conversation, from all that was seen of it.

use serde::{Deserialize, Serialize};

use super::half::Half;
use super::trace::Marks;
use super::tuple::Tuple;
use crate::analysis::confidence::Confidence;
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::Servers;
use crate::intake::client::{End, InitiatorEvidence, RowEvidence};
use crate::store::ABSENT;

/// What tells who began a conversation, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Began {
    /// What rows tell by themselves, or together by fan-in.
    Told(InitiatorEvidence),
    /// Packets of one direction only were accepted: what is refused only ever answers them.
    AcceptedOneWay,
    /// Of a protocol without ports: both ends were refused at an interface that accepted nothing of either, so neither
    /// answers the other.
    RefusedBothWays,
    /// Its packets were accepted first.
    AcceptedFirst,
    /// Only one end sent anything.
    OnlySender,
    Nothing,
}

impl Began {
    /// The most that can be said of anything that rests on it.
    pub(in crate::analysis) fn confidence(self) -> Confidence {
        match self {
            Began::Told(InitiatorEvidence::SmallerPort) | Began::OnlySender => Confidence::Medium,
            Began::AcceptedFirst => Confidence::Low,
            Began::Told(_) | Began::AcceptedOneWay | Began::RefusedBothWays | Began::Nothing => {
                Confidence::Certain
            }
        }
    }
}

/// The end that began, as a place in [`Tuple::ends`], and what tells.
///
/// `halves` are those of all interfaces together: a connection has one beginning, wherever it is looked at. `one_way`
/// says of which ends an interface accepted something, and of the other only refused. Flags
/// tell, then many peers of one port, then a known service; then that one direction only was accepted, because a
/// stateful group lets replies pass and a reply to nothing is not sent; then the smaller port; then that one end
/// only sent; then, without ports, who was accepted first.
pub(in crate::analysis) fn who_began(
    tuple: &Tuple,
    halves: &[Half; 2],
    one_way: [bool; 2],
    servers: &Servers,
    evidence: &mut RowEvidence,
) -> (Option<usize>, Began) {
    use InitiatorEvidence::{FanIn, ServicePort, SmallerPort, TcpFlags};
    let [low, high] = tuple.ends();
    if low == high {
        return (None, Began::Nothing);
    }
    let marks = halves.map(|half| half.marks());
    let asks = [0, 1].map(|end| marks[end].has(Marks::SYN) || marks[1 - end].has(Marks::SYN_ACK));
    if let Some(end) = the_only(asks) {
        return (Some(end), Began::Told(TcpFlags));
    }
    let serves =
        [low, high].map(|end| end.port.is_some() && servers.contains(&Endpoint::of(end, tuple.protocol())));
    if let Some(end) = the_only(serves) {
        return (Some(1 - end), Began::Told(FanIn));
    }
    let decoded = |port: Option<u16>| port.map_or(ABSENT, u64::from);
    let protocol = tuple.protocol().map_or(ABSENT, u64::from);
    let hint = evidence.hint(protocol, ABSENT, decoded(low.port), decoded(high.port));
    let by_port = hint.client.map(|client| usize::from(client == End::Dst));
    if hint.evidence == ServicePort {
        return (by_port, Began::Told(ServicePort));
    }
    if let Some(end) = the_only(one_way) {
        return (Some(end), Began::AcceptedOneWay);
    }
    if hint.evidence == SmallerPort {
        return (by_port, Began::Told(SmallerPort));
    }
    if let Some(end) = the_only(halves.map(|half| half.is_there())) {
        return (Some(end), Began::OnlySender);
    }
    let first_secs = halves.map(|half| half.accepted.first_secs());
    if halves.iter().all(|half| half.accepted.is_there()) && first_secs[0] != first_secs[1] {
        return (Some(usize::from(first_secs[1] < first_secs[0])), Began::AcceptedFirst);
    }
    (None, Began::Nothing)
}

/// The one end that something holds for.
fn the_only(holds: [bool; 2]) -> Option<usize> {
    match holds {
        [true, false] => Some(0),
        [false, true] => Some(1),
        _ => None,
    }
}
