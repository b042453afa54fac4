//! The decision table: from what was seen of a conversation to what refused it. docs/diagnosis.md says the same in
//! words; the wording of single verdicts is in `words`.

use serde::{Deserialize, Serialize};

use super::facts::{Facts, Unseen};
use super::verdict::Verdict;
use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Half, Marks, Trace};
use crate::record::{Field, FieldSet};

/// A refusal in the one direction or the other is another verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Refused {
    Request,
    Reply,
}

/// Which line of the table it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Line {
    BlockPublicAccess,
    EncryptionControls,
    Scanner,
    /// Only the request was seen, refused.
    RequestRefused,
    /// The request was refused, and at another time accepted.
    RequestRefusedForATime,
    /// The request was accepted, the reply refused.
    ReplyRefused,
    /// Replies were refused, and at another time accepted.
    ReplyRefusedForATime,
    /// The refused reply shows that the request arrived, though it is not in the logs.
    ReplyRefusedRequestNotSeen,
    /// The refused reply has no opening, and none was accepted either.
    LateReplyRefused,
    /// A reply whose request nobody saw.
    ReplyToNothing,
    /// Packets of a connection that had worked, which are no beginning.
    LateInConnection,
    /// The same, of which nothing else was seen.
    LateAlone,
    /// Replies inside one subnet cannot meet a network ACL.
    ReplyInOneSubnet,
    /// Replies to a request that lies too far back.
    ReplyTooLate,
    /// It cannot be told, because records may be missing.
    NotSeen(Unseen),
    /// Refused, but the interface's side is not known.
    SideNotKnown(Refused),
    /// Nothing tells which end began.
    BeginnerNotKnown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub verdict: Verdict,
    pub confidence: Confidence,
    pub line: Line,
    pub needs: FieldSet,
}

/// How long a security group remembers UDP at most, and so lets late replies pass: seconds of an unlimited stream.
const UDP_MEMORY_SECS: u64 = 180;

pub(super) fn decide(facts: &Facts<'_>) -> Decision {
    if let Some(decision) = by_reason([facts.request, facts.reply]) {
        return decision;
    }
    let mut decision = read_table(facts);
    decision.confidence = decision.confidence.max(weakest_with(facts));
    if facts.is_tcp && flags_would_help(facts, &decision) {
        decision.needs.insert(Field::TCP_FLAGS);
    }
    if facts.lacks_ports() {
        decision.needs.extend([Field::SRCPORT, Field::DSTPORT]);
    }
    if facts.protocol.is_none() {
        decision.needs.insert(Field::PROTOCOL);
    }
    if matches!(decision.verdict, Verdict::PolicyInbound | Verdict::PolicyOutbound) && facts.lacks_subnets {
        decision.needs.insert(Field::SUBNET_ID);
    }
    decision
}

/// Where nothing tells which end began, or an end is not recorded, only the record itself can say why.
pub(super) fn decide_without_beginner(halves: &[Half; 2], needs: FieldSet) -> Decision {
    let decision = by_reason(halves.each_ref());
    let unknown = || line(Verdict::Unknown, Confidence::Low, Line::BeginnerNotKnown);
    decision.unwrap_or_else(|| Decision { needs, ..unknown() })
}

/// What reject-reason says.
fn by_reason(halves: [&Half; 2]) -> Option<Decision> {
    if halves.iter().any(|half| half.is_blocked_public_access) {
        Some(line(Verdict::BlockPublicAccess, Confidence::Certain, Line::BlockPublicAccess))
    } else if halves.iter().any(|half| half.is_encryption_control) {
        Some(line(Verdict::EncryptionControls, Confidence::Certain, Line::EncryptionControls))
    } else {
        None
    }
}

/// The table, line by line.
fn read_table(facts: &Facts<'_>) -> Decision {
    use Confidence::High;
    let is_lone = is_lone_request(facts);
    if is_failed_request(facts) && facts.scanner_refusals.is_some() {
        return line(Verdict::Scan, High, Line::Scanner);
    }
    let rejected = &facts.request.rejected;
    if is_lone || (rejected.is_there() && is_request(facts, rejected)) {
        request_refused(facts)
    } else if facts.reply.rejected.is_there() {
        reply_refused(facts)
    } else if facts.is_tcp && rejected.marks.has(Marks::NOT_RECORDED) {
        request_of_unknown_flags_refused(facts)
    } else {
        late(facts)
    }
}

/// Whether a refused request was all that came of it: what counts as a failure of whoever asked.
pub(super) fn is_failed_request(facts: &Facts<'_>) -> bool {
    is_lone_request(facts) && (is_request(facts, &facts.request.rejected) || is_small(facts))
}

/// Whether the initiator was refused, and nothing else happened that makes it anything but a request.
fn is_lone_request(facts: &Facts<'_>) -> bool {
    let rejected = &facts.request.rejected;
    // Where flags are not recorded, what was skipped may be the connection that this is the rest of.
    let may_be =
        is_request(facts, rejected) || (rejected.marks.has(Marks::NOT_RECORDED) && facts.unseen.is_none());
    rejected.is_there()
        && may_be
        && !facts.request.accepted.is_there()
        && !facts.reply.is_there()
        && !facts.elsewhere.reply_accepted
}

/// Whether refused packets of the initiator ask for something by themselves.
fn is_request(facts: &Facts<'_>, rejected: &Trace) -> bool {
    !facts.is_tcp || rejected.marks.has(Marks::SYN)
}

/// Whether the refused packets of the initiator can all be empty, as those that open a connection are.
fn is_small(facts: &Facts<'_>) -> bool {
    facts.request.rejected.is_small(facts.initiator)
}

/// Whether sizes speak against the opening of a connection, where no flag speaks for it: a hint and no more.
pub(super) fn has_large_packets(facts: &Facts<'_>, line: Line) -> bool {
    line == Line::RequestRefused && !is_request(facts, &facts.request.rejected) && !is_small(facts)
}

/// The initiator's packets were refused, and are a request as far as one can tell.
fn request_refused(facts: &Facts<'_>) -> Decision {
    use Confidence::{High, Low, Medium};
    let is_certain = is_request(facts, &facts.request.rejected);
    if facts.first_accepted_secs().is_some() {
        return policy(facts, Medium, Line::RequestRefusedForATime);
    }
    let confidence = match (is_certain, facts.elsewhere.request_accepted) {
        (true, _) | (_, true) => High,
        (false, false) if facts.may_begin_before || !is_small(facts) => Low,
        (false, false) => Medium,
    };
    policy(facts, confidence, Line::RequestRefused)
}

/// TCP from the initiator, refused, without flags that would tell a beginning from an end.
fn request_of_unknown_flags_refused(facts: &Facts<'_>) -> Decision {
    use Confidence::{Low, Medium};
    let rejected = &facts.request.rejected;
    let both = facts.request.accepted.is_there() && facts.reply.accepted.is_there();
    match facts.first_accepted_secs() {
        Some(accepted) if rejected.first_secs() < accepted => {
            policy(facts, Low, Line::RequestRefusedForATime)
        }
        Some(_) => line(Verdict::Straggler, if both { Medium } else { Low }, Line::LateInConnection),
        None if facts.elsewhere.reply_accepted => line(Verdict::Straggler, Low, Line::LateInConnection),
        None => match facts.unseen {
            Some(unseen) => line(Verdict::Unknown, Low, Line::NotSeen(unseen)),
            None => line(Verdict::Straggler, Low, Line::LateAlone),
        },
    }
}

/// The responder's packets were refused.
fn reply_refused(facts: &Facts<'_>) -> Decision {
    use Confidence::{High, Low, Medium};
    let (request, reply) = (facts.request, facts.reply);
    let (rejected, accepted) = (&reply.rejected, &reply.accepted);
    let request_seen = request.accepted.is_there() || facts.elsewhere.request_accepted;
    let is_certain = !facts.is_tcp || rejected.marks.has(Marks::SYN_ACK);
    let is_not_told = facts.is_tcp && rejected.marks.has(Marks::NOT_RECORDED);
    if facts.same_subnet == Some(true) {
        let confidence = if accepted.is_there() { Medium } else { Low };
        return line(Verdict::Straggler, confidence, Line::ReplyInOneSubnet);
    }
    if accepted.is_there() {
        let opened_later = rejected.first_secs() < accepted.first_secs();
        if is_certain {
            let too_late =
                request.accepted.last_secs().saturating_add(UDP_MEMORY_SECS) < rejected.first_secs();
            return if !facts.is_tcp && !opened_later && too_late {
                line(Verdict::Straggler, Low, Line::ReplyTooLate)
            } else {
                network_acl_return(facts, Medium, Line::ReplyRefusedForATime)
            };
        }
        return if is_not_told && opened_later {
            network_acl_return(facts, Low, Line::ReplyRefusedForATime)
        } else {
            line(Verdict::Straggler, confidence_of_late(facts), Line::LateInConnection)
        };
    }
    if is_certain {
        let sent_here = facts.request_comes_in == Some(true);
        return match (request_seen, facts.is_tcp && sent_here) {
            (true, _) => network_acl_return(facts, High, Line::ReplyRefused),
            (false, true) => network_acl_return(facts, Medium, Line::ReplyRefusedRequestNotSeen),
            (false, false) => line(Verdict::Unknown, Low, Line::ReplyToNothing),
        };
    }
    if facts.elsewhere.reply_accepted && !is_not_told && !is_reset_of_opening(facts) {
        return line(Verdict::Straggler, Medium, Line::LateInConnection);
    }
    if is_not_told && let Some(unseen) = facts.unseen {
        return line(Verdict::Unknown, Low, Line::NotSeen(unseen));
    }
    match (request_seen, is_not_told) {
        (true, true) => network_acl_return(facts, Medium, Line::ReplyRefused),
        (true, false) => network_acl_return(facts, Low, Line::LateReplyRefused),
        (false, _) => line(Verdict::Straggler, Low, Line::LateAlone),
    }
}

/// Whether the refused reply is the RST of a host that refuses: an answer to nothing but a SYN.
fn is_reset_of_opening(facts: &Facts<'_>) -> bool {
    let asked = &facts.request.accepted;
    facts.reply.rejected.marks.has(Marks::RST)
        && asked.marks.has(Marks::SYN)
        && !asked.marks.has(Marks::CLOSING)
        && asked.is_small(facts.initiator)
}

/// The initiator's packets were refused, and none of them opens a connection.
fn late(facts: &Facts<'_>) -> Decision {
    use Confidence::Low;
    let had_begun = facts
        .first_accepted_secs()
        .is_some_and(|accepted| facts.request.rejected.time.is_none_or(|time| accepted <= time.end_secs));
    if had_begun || facts.elsewhere.request_accepted || facts.elsewhere.reply_accepted {
        line(Verdict::Straggler, confidence_of_late(facts), Line::LateInConnection)
    } else if let Some(unseen) = facts.unseen {
        line(Verdict::Unknown, Low, Line::NotSeen(unseen))
    } else {
        line(Verdict::Straggler, Low, Line::LateAlone)
    }
}

/// Of packets that came after others were accepted: sure where the connection was seen to close.
fn confidence_of_late(facts: &Facts<'_>) -> Confidence {
    let accepted = facts.request.accepted.marks.and(facts.reply.accepted.marks);
    if accepted.has(Marks::CLOSING) { Confidence::High } else { Confidence::Medium }
}

fn line(verdict: Verdict, confidence: Confidence, line: Line) -> Decision {
    Decision { verdict, confidence, line, needs: FieldSet::default() }
}

/// A group or an ACL refused the request.
fn policy(facts: &Facts<'_>, confidence: Confidence, of: Line) -> Decision {
    let verdict = match (facts.request_comes_in, facts.same_subnet == Some(true)) {
        (None, _) => return side_not_known(Verdict::PolicyInbound, Refused::Request),
        (Some(true), false) => Verdict::PolicyInbound,
        (Some(false), false) => Verdict::PolicyOutbound,
        (Some(true), true) => Verdict::SecurityGroupInbound,
        (Some(false), true) => Verdict::SecurityGroupOutbound,
    };
    line(verdict, confidence, of)
}

fn network_acl_return(facts: &Facts<'_>, confidence: Confidence, of: Line) -> Decision {
    let verdict = match facts.request_comes_in {
        None => return side_not_known(Verdict::Unknown, Refused::Reply),
        Some(true) => Verdict::NetworkAclReturnOutbound,
        Some(false) => Verdict::NetworkAclReturnInbound,
    };
    line(verdict, confidence, of)
}

fn side_not_known(verdict: Verdict, refused: Refused) -> Decision {
    let needs = FieldSet::from_iter([Field::FLOW_DIRECTION]);
    Decision { needs, ..line(verdict, Confidence::Low, Line::SideNotKnown(refused)) }
}

/// The most that can be said where it is a guess who began, or which rows belong together.
fn weakest_with(facts: &Facts<'_>) -> Confidence {
    let of_began = facts.began.confidence();
    let is_of_many = facts.is_rolled_up && facts.first_accepted_secs().is_some();
    if is_of_many { Confidence::Low } else { of_began }
}

fn flags_would_help(facts: &Facts<'_>, decision: &Decision) -> bool {
    let rejected = facts.request.rejected.marks.and(facts.reply.rejected.marks);
    rejected.has(Marks::NOT_RECORDED) && decision.confidence > Confidence::High
}
