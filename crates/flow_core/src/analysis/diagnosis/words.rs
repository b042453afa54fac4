//! A verdict in one or two sentences for people: what was seen, and what that means.

use super::decide::{Decision, Line, Refused, has_large_packets};
use super::facts::Facts;
use super::trace::{Marks, Trace};
use super::verdict::{Began, Confidence, SeenBy};
use crate::intake::client::InitiatorEvidence;
use crate::record::iso_time::to_iso;

/// Two sentences: the evidence, then the conclusion.
pub(super) fn because(facts: &Facts, decision: &Decision) -> String {
    format!("{}. {}.", seen(facts, decision), meaning(facts, decision))
}

/// The same where nobody knows who began.
pub(super) fn because_without_beginner(n_rejected: u64, decision: &Decision) -> String {
    let seen = refused(n_rejected, "of the conversation");
    match decision.line {
        Line::BlockPublicAccess | Line::EncryptionControls => {
            format!("{seen}. {}.", by_reason(decision.line))
        }
        _ => format!("{seen}. Nothing in the rows tells which end began it."),
    }
}

/// The evidence.
fn seen(facts: &Facts, decision: &Decision) -> String {
    let (request, reply) = (&facts.request, &facts.reply);
    let (initiator, asked) = (facts.initiator, service(facts));
    let at = |trace: &Trace| trace.tally.rows;
    let rest = what_tells(facts, decision);
    let n_refused = at(&request.rejected) + at(&reply.rejected);
    let text = match decision.line {
        Line::RequestRefused => {
            let evidence = match (facts.elsewhere.request_accepted, has_syn(facts)) {
                (true, _) => ", which the interface at the other side accepted",
                (false, true) => ", with the SYN that opens a connection and nothing accepted before",
                (false, false) => ", and nothing of the conversation was accepted",
            };
            refused(at(&request.rejected), &format!("from {initiator} to {asked}")) + evidence
        }
        Line::Scanner => format!(
            "{initiator} was refused at {} services and hardly ever answered, this one among them",
            facts.scanner_refusals.unwrap_or_default()
        ),
        Line::RequestRefusedForATime => format!(
            "Requests from {initiator} to {asked} were refused from {} to {}, and packets of the conversation \
             accepted from {}",
            time(request.rejected.first_secs()),
            time(request.rejected.last_secs()),
            time(facts.first_accepted_secs().unwrap_or_default())
        ),
        Line::ReplyRefused | Line::LateReplyRefused => format!(
            "The request from {initiator} to {asked} was accepted, but {}",
            refused(at(&reply.rejected), "of the reply")
        ),
        Line::ReplyInOneSubnet | Line::ReplyTooLate => {
            refused(at(&reply.rejected), &format!("of replies from {asked} to {initiator}"))
        }
        Line::ReplyRefusedForATime => format!(
            "Replies to {initiator} from {asked} were refused from {} to {}, and accepted from {}",
            time(reply.rejected.first_secs()),
            time(reply.rejected.last_secs()),
            time(reply.accepted.first_secs())
        ),
        Line::ReplyRefusedRequestNotSeen => format!(
            "{}; the request is not in these logs, but the SYN-ACK shows that it arrived",
            refused(at(&reply.rejected), &format!("of the reply from {asked} to {initiator}"))
        ),
        Line::ReplyToNothing => format!(
            "{}; it looks like a reply, and no interface here saw the request",
            refused(at(&reply.rejected), &format!("from {asked} to {initiator}"))
        ),
        Line::LateInConnection => format!(
            "Packets between {initiator} and {asked} were accepted, and {} that opens no connection as far as the \
             logs tell",
            refused(n_refused, "of the same conversation")
        ),
        Line::LateAlone => format!(
            "{} that does not look like the opening of a connection, and nothing else of it is in these logs",
            refused(n_refused, &format!("between {initiator} and {asked}"))
        ),
        Line::Skipped => format!(
            "{}, and AWS skipped records of the interface about then (SKIPDATA)",
            refused(n_refused, &format!("between {initiator} and {asked}"))
        ),
        Line::SideNotKnown(Refused::Request) => {
            refused(at(&request.rejected), &format!("from {initiator} to {asked}"))
        }
        Line::SideNotKnown(Refused::Reply) => format!(
            "The request from {initiator} to {asked} was accepted, but {}",
            refused(at(&reply.rejected), "of the reply")
        ),
        Line::BlockPublicAccess | Line::EncryptionControls | Line::BeginnerNotKnown => {
            refused(n_refused, &format!("between {initiator} and {asked}"))
        }
    };
    text + rest
}

/// The conclusion.
fn meaning(facts: &Facts, decision: &Decision) -> String {
    let way = match facts.request_comes_in {
        Some(true) => "inbound",
        _ => "outbound",
    };
    let at = match facts.seen_by {
        SeenBy::Initiator => "the initiator's interface",
        SeenBy::Responder => "the responder's interface",
        SeenBy::Between | SeenBy::Unknown => "this interface",
    };
    match decision.line {
        Line::BlockPublicAccess | Line::EncryptionControls => by_reason(decision.line).to_owned(),
        Line::Scanner => "That is how a scanner looks, so no rule is missing".to_owned(),
        Line::RequestRefused | Line::RequestRefusedForATime if facts.same_subnet == Some(true) => format!(
            "Both ends are in one subnet, where network ACLs are not asked, so no {way} rule of the security groups \
             of {at} allows it{}",
            changed(decision.line)
        ),
        Line::RequestRefused | Line::RequestRefusedForATime => format!(
            "A security group or the network ACL of {at} does not allow it {way}; the logs alone cannot tell which{}",
            changed(decision.line)
        ),
        Line::ReplyRefused | Line::ReplyRefusedForATime | Line::ReplyRefusedRequestNotSeen => format!(
            "Security groups let replies pass, so it is the network ACL at {at}: its {} rules do not allow {}{}",
            if way == "inbound" { "outbound" } else { "inbound" },
            if facts.port.is_some() { "the initiator's ephemeral port" } else { "replies of this protocol" },
            changed(decision.line)
        ),
        Line::LateReplyRefused => {
            "The network ACL may refuse replies to ephemeral ports; without a refused SYN-ACK \
             it may also be packets after the connection was closed"
                .to_owned()
        }
        Line::LateInConnection => {
            "Most likely packets that came after the connection was closed or had expired, \
             not a missing rule"
                .to_owned()
        }
        Line::LateAlone => {
            "Most likely the rest of a connection that began before these logs or elsewhere, not a \
             missing rule"
                .to_owned()
        }
        Line::ReplyInOneSubnet => {
            "Both ends are in one subnet, where network ACLs are not asked, so the reply came \
             after the security group had forgotten the connection"
                .to_owned()
        }
        Line::ReplyTooLate => {
            "It came longer after the request than a security group remembers UDP, so it was \
             taken for a new request"
                .to_owned()
        }
        Line::ReplyToNothing => {
            "It may be an answer to somebody who used a false address, or the request took \
             another way: load the logs of that way too"
                .to_owned()
        }
        Line::Skipped => "What was skipped may be what would tell, so nothing is concluded".to_owned(),
        Line::SideNotKnown(Refused::Request) => {
            "Nothing tells which end is the interface; on the way in is only \
             likelier, because security groups allow everything out until somebody changes that"
                .to_owned()
        }
        Line::SideNotKnown(Refused::Reply) => {
            "It is a network ACL, but nothing tells which end is the interface, \
             and so whether it refused the reply on the way in or out"
                .to_owned()
        }
        Line::BeginnerNotKnown => "Nothing in the rows tells which end began the conversation".to_owned(),
    }
}

fn by_reason(line: Line) -> &'static str {
    match line {
        Line::EncryptionControls => {
            "reject-reason names VPC encryption controls: the traffic was not encrypted"
        }
        _ => {
            "reject-reason names VPC Block Public Access, which no security group or network ACL can overrule"
        }
    }
}

fn changed(line: Line) -> &'static str {
    match line {
        Line::RequestRefusedForATime | Line::ReplyRefusedForATime => "; the rules were changed in between",
        _ => "",
    }
}

/// What weakens it: said in the same breath as the evidence.
fn what_tells(facts: &Facts, decision: &Decision) -> &'static str {
    let weak = decision.confidence >= Confidence::Medium;
    match facts.began {
        Began::Told(InitiatorEvidence::SmallerPort) => "; who began is a guess by the smaller port",
        Began::AcceptedFirst => "; who began is a guess by the earlier start",
        Began::OnlySender if facts.port.is_none() => "; its rows do not tell a request from a reply",
        Began::OnlySender => "; who began is a guess by who sent",
        _ if facts.is_rolled_up && weak => {
            "; rows were put together while loading, so this may be many connections"
        }
        _ if has_large_packets(facts, decision) => {
            "; its packets are larger than those that open a connection"
        }
        _ if weak && facts.may_begin_before && decision.line == Line::RequestRefused => {
            "; it may have begun before the first row of the interface"
        }
        _ => "",
    }
}

fn has_syn(facts: &Facts) -> bool {
    facts.is_tcp() && facts.request.rejected.marks.has(Marks::SYN)
}

/// A time as people read it; past the year 9999 only a number is left.
fn time(secs: u64) -> String {
    to_iso(secs).unwrap_or_else(|| secs.to_string())
}

/// What was asked for.
fn service(facts: &Facts) -> String {
    match facts.port {
        Some(port) => format!("{} port {port}", facts.responder),
        None => facts.responder.to_string(),
    }
}

fn refused(n_rows: u64, what: &str) -> String {
    if n_rows == 1 {
        format!("1 row {what} was refused")
    } else {
        format!("{n_rows} rows {what} were refused")
    }
}
