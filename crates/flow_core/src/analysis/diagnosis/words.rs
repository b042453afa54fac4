//! A verdict in one or two sentences for people: what was seen, and what that means.

use super::decide::{Line, Refused};
use super::facts::Unseen;
use super::verdict::Diagnosed;
use crate::analysis::confidence::Confidence;
use crate::analysis::conversation::{Began, SeenBy};
use crate::intake::client::InitiatorEvidence;
use crate::record::Address;
use crate::record::iso_time::to_iso;

impl Diagnosed {
    /// The evidence and the conclusion, each a sentence or two.
    pub fn because(&self) -> String {
        match self.grounds.line {
            Line::BeginnerNotKnown => format!(
                "{}. Nothing in the rows tells which end began it.",
                refused(self.grounds.n_refused(), "of the conversation")
            ),
            _ => format!("{}. {}", seen(self), self.conclusion()),
        }
    }

    /// The conclusion alone: what it has in common with others of the same cause. Where rules are known, with what
    /// they say.
    pub(in crate::analysis) fn conclusion(&self) -> String {
        match (self.grounds.line, self.told.as_deref()) {
            (_, Some(told)) if self.is_admitted_now => {
                let since = if self.grounds.is_of_open_connection() {
                    "they have been changed since"
                } else {
                    "they have been changed since, or it came after its connection was closed"
                };
                format!("The rules as they are described let it through: {since}. {told}")
            }
            // The rules tell what the logs alone cannot.
            (Line::RequestRefused, Some(told)) => told.to_owned(),
            (_, Some(told)) => format!("{}. {told}", meaning(self)),
            (_, None) => format!("{}.", meaning(self)),
        }
    }
}

/// The evidence.
fn seen(diagnosed: &Diagnosed) -> String {
    let grounds = &diagnosed.grounds;
    let (initiator, asked) = (end(diagnosed.initiator), service(diagnosed));
    let text = match grounds.line {
        Line::RequestRefused => {
            let evidence = match (grounds.is_accepted_elsewhere, grounds.has_syn) {
                (true, _) => ", which the interface at the other side accepted",
                (false, true) => ", with the SYN that opens a connection and nothing accepted before",
                (false, false) => ", and nothing of the conversation was accepted",
            };
            refused(grounds.n_requests_refused, &format!("from {initiator} to {asked}")) + evidence
        }
        Line::Scanner => format!(
            "{initiator} was refused at {} services and hardly ever answered, this one among them",
            grounds.n_scanner_refusals
        ),
        Line::RequestRefusedForATime => format!(
            "Requests from {initiator} to {asked} were refused from {} to {}, and packets of the conversation \
             accepted from {}",
            time(grounds.refused_first_secs),
            time(grounds.refused_last_secs),
            time(grounds.accepted_first_secs)
        ),
        Line::ReplyRefused | Line::LateReplyRefused => format!(
            "The request from {initiator} to {asked} was accepted, but {}",
            refused(grounds.n_replies_refused, "of the reply")
        ),
        Line::ReplyInOneSubnet | Line::ReplyTooLate => {
            refused(grounds.n_replies_refused, &format!("of replies from {asked} to {initiator}"))
        }
        Line::ReplyRefusedForATime => format!(
            "Replies to {initiator} from {asked} were refused from {} to {}, and accepted from {}",
            time(grounds.refused_first_secs),
            time(grounds.refused_last_secs),
            time(grounds.accepted_first_secs)
        ),
        Line::ReplyRefusedRequestNotSeen => format!(
            "{}; the request is not in these logs, but the SYN-ACK shows that it arrived",
            refused(grounds.n_replies_refused, &format!("of the reply from {asked} to {initiator}"))
        ),
        Line::ReplyToNothing => format!(
            "{}; it looks like a reply, and no interface here saw the request",
            refused(grounds.n_replies_refused, &format!("from {asked} to {initiator}"))
        ),
        Line::LateInConnection => format!(
            "Packets between {initiator} and {asked} were accepted, and {} that opens no connection as far as the \
             logs tell",
            refused(grounds.n_refused(), "of the same conversation")
        ),
        Line::LateAlone => format!(
            "{} that does not look like the opening of a connection, and nothing else of it is in these logs",
            refused(grounds.n_refused(), &format!("between {initiator} and {asked}"))
        ),
        Line::NotSeen(Unseen::Undelivered) => format!(
            "{}, and the names of the files say that none of them is of a time about then",
            refused(grounds.n_refused(), &format!("between {initiator} and {asked}"))
        ),
        Line::NotSeen(Unseen::Skipped) => format!(
            "{}, and AWS skipped records of the interface about then (SKIPDATA)",
            refused(grounds.n_refused(), &format!("between {initiator} and {asked}"))
        ),
        Line::SideNotKnown(Refused::Request) => {
            refused(grounds.n_requests_refused, &format!("from {initiator} to {asked}"))
        }
        Line::SideNotKnown(Refused::Reply) => format!(
            "The request from {initiator} to {asked} was accepted, but {}",
            refused(grounds.n_replies_refused, "of the reply")
        ),
        Line::BlockPublicAccess | Line::EncryptionControls if diagnosed.initiator.is_some() => {
            refused(grounds.n_refused(), &format!("between {initiator} and {asked}"))
        }
        Line::BlockPublicAccess | Line::EncryptionControls | Line::BeginnerNotKnown => {
            refused(grounds.n_refused(), "of the conversation")
        }
    };
    text + what_tells(diagnosed)
}

/// The conclusion.
fn meaning(diagnosed: &Diagnosed) -> String {
    let grounds = &diagnosed.grounds;
    let way = match grounds.request_comes_in {
        Some(true) => "inbound",
        _ => "outbound",
    };
    let at = match diagnosed.seen_by {
        SeenBy::Initiator => "the initiator's interface",
        SeenBy::Responder => "the responder's interface",
        SeenBy::Between | SeenBy::Unknown => "this interface",
    };
    match grounds.line {
        Line::BlockPublicAccess | Line::EncryptionControls => by_reason(grounds.line).to_owned(),
        Line::Scanner => "That is how a scanner looks, so no rule is missing".to_owned(),
        Line::RequestRefused | Line::RequestRefusedForATime if grounds.is_one_subnet => format!(
            "Both ends are in one subnet, where network ACLs are not asked, so no {way} rule of the security groups \
             of {at} allows it{}",
            changed(grounds.line)
        ),
        Line::RequestRefused | Line::RequestRefusedForATime => format!(
            "A security group or the network ACL of {at} does not allow it {way}; the logs alone cannot tell which{}",
            changed(grounds.line)
        ),
        Line::ReplyRefused | Line::ReplyRefusedForATime | Line::ReplyRefusedRequestNotSeen => format!(
            "Security groups let replies pass, so it is the network ACL at {at}: its {} rules do not allow {}{}",
            if way == "inbound" { "outbound" } else { "inbound" },
            if diagnosed.port.is_some() {
                "the initiator's ephemeral port"
            } else {
                "replies of this protocol"
            },
            changed(grounds.line)
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
        Line::NotSeen(Unseen::Undelivered) => {
            "What was delivered then may be what would tell, so nothing is concluded: open those files too"
                .to_owned()
        }
        Line::NotSeen(Unseen::Skipped) => {
            "What was skipped may be what would tell, so nothing is concluded".to_owned()
        }
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
fn what_tells(diagnosed: &Diagnosed) -> &'static str {
    let grounds = &diagnosed.grounds;
    let is_weak = diagnosed.confidence >= Confidence::Medium;
    match diagnosed.began {
        Began::Told(InitiatorEvidence::SmallerPort) => "; who began is a guess by the smaller port",
        Began::AcceptedFirst => "; who began is a guess by the earlier start",
        Began::RefusedBothWays => {
            "; the other end's packets were refused as well and none accepted, so neither answers the other"
        }
        Began::OnlySender if diagnosed.port.is_none() => "; its rows do not tell a request from a reply",
        Began::OnlySender => "; who began is a guess by who sent",
        _ if grounds.is_rolled_up && is_weak => {
            "; rows were put together while loading, so this may be many connections"
        }
        _ if grounds.has_large_packets => "; its packets are larger than those that open a connection",
        _ if is_weak && grounds.may_begin_before && grounds.line == Line::RequestRefused => {
            "; it may have begun before the first row of the interface"
        }
        _ => "",
    }
}

fn end(address: Option<Address>) -> String {
    address.map_or_else(|| "an unknown address".to_owned(), |address| address.to_string())
}

/// A time as people read it; past the year 9999 only a number is left.
fn time(secs: u64) -> String {
    to_iso(secs).unwrap_or_else(|| secs.to_string())
}

/// What was asked for.
fn service(diagnosed: &Diagnosed) -> String {
    let responder = end(diagnosed.responder);
    match diagnosed.port {
        Some(port) => format!("{responder} port {port}"),
        None => responder,
    }
}

fn refused(n_rows: u64, what: &str) -> String {
    if n_rows == 1 {
        format!("1 row {what} was refused")
    } else {
        format!("{n_rows} rows {what} were refused")
    }
}
