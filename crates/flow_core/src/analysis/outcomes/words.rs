//! What became of the conversations with a service, in two or three sentences for people.

use super::outcome::{Line, ServiceOutcome};
use crate::analysis::conversation::Blind;
use crate::record::Address;

const TCP: u8 = 6;

/// The evidence, what it means, and what weakens it, each a sentence.
pub(super) fn because(service: &ServiceOutcome) -> String {
    let mut text = format!("{} {}", seen(service), meaning(service));
    if let Some(rest) = beside(service) {
        text.push(' ');
        text += &rest;
    }
    text
}

fn seen(service: &ServiceOutcome) -> String {
    let (what, whom) = (conversations(service), asked(service));
    let was = if service.n_conversations == 1 { "was" } else { "were" };
    match service.line {
        Line::Answered => format!("{what} with {whom} {was} answered."),
        Line::Reset => {
            format!("{what} with {whom} {was} let in, and the host answered with a reset (RST) at once.")
        }
        Line::NoReply => {
            format!(
                "{what} with {whom} came in at the responder's interface and {was} accepted, and nothing went back."
            )
        }
        Line::RequestLost => format!(
            "{what} with {whom} {was} accepted on the way out, and the responder's interface, which has records of \
             that time, saw nothing of it."
        ),
        Line::ReplyLost => format!(
            "{what} with {whom} {was} answered as another interface saw it, and the initiator's interface saw no \
             answer."
        ),
        Line::MustHaveOpened => format!(
            "Of {what} with {whom} only the initiator's side was seen, though it sent data or closed the connection."
        ),
        Line::NotABeginning => {
            format!("Of {what} with {whom} only packets of the initiator were seen that open no connection.")
        }
        Line::OtherEndNotHere
        | Line::OtherEndNotHeard
        | Line::Blind(_)
        | Line::OthersRefused
        | Line::OthersCameThrough
        | Line::SideNotKnown => {
            format!("{what} with {whom} {was} accepted, and no answer came as far as these logs show.")
        }
        Line::BeginnerNotKnown => format!("Of {what} only one side was seen."),
    }
}

fn meaning(service: &ServiceOutcome) -> &'static str {
    match service.line {
        Line::Answered => "It works.",
        Line::Reset if service.protocol == Some(TCP) => {
            "Groups and ACLs let it pass; nothing listens on that port, or a firewall on the host resets it."
        }
        Line::Reset => "Groups and ACLs let it pass; the host itself refuses it.",
        Line::NoReply => {
            "Groups and ACLs let it pass; the host drops it by a firewall of its own, is down, or answers through \
             another interface."
        }
        Line::RequestLost => {
            "It was lost in between: look at routes, peering, transit gateways and firewalls on the way, and whether \
             the address is another interface's by now."
        }
        Line::ReplyLost => {
            "The answer was lost in between: look at the routes back, peering, transit gateways and firewalls on the \
             way."
        }
        Line::MustHaveOpened => {
            "It must have been answered, by a way that is not in these logs or in a record that is missing, so nothing \
             is concluded."
        }
        Line::NotABeginning => {
            "Most likely the rest of a connection that began before these logs or elsewhere, so nothing is concluded."
        }
        Line::OtherEndNotHere => {
            "No one interface of these logs is known to have the responder's address, so whether it arrived cannot be \
             told: load the logs of the other side too."
        }
        Line::OtherEndNotHeard => {
            "The responder's interface has no records at all of that time, so whether it arrived cannot be told."
        }
        Line::Blind(Blind::Skipped) => {
            "AWS skipped records about then (SKIPDATA) where an answer should have been seen, so nothing is concluded."
        }
        Line::Blind(Blind::AtEnd) => {
            "These logs end before an answer would have been logged, so nothing is concluded: load what follows too."
        }
        Line::Blind(Blind::Gap) => {
            "Records are missing about then where an answer should have been seen, so nothing is concluded."
        }
        Line::Blind(Blind::NoTime) => {
            "The records have no times, so whether an answer should have been seen cannot be told."
        }
        Line::OthersRefused => {
            "Rules refused the like of it there, and a refusal whose record is missing looks the same, so nothing is \
             concluded: the diagnosis has those others."
        }
        Line::OthersCameThrough => {
            "The like of it came through between the same ends at other times, and a record that is missing looks the same, \
             so nothing is concluded from so few."
        }
        Line::SideNotKnown => {
            "Nothing tells whether the interface is the initiator's or the responder's, so nothing is concluded."
        }
        Line::BeginnerNotKnown => "Nothing tells which end began, so nothing is concluded.",
    }
}

/// What else to know before somebody acts on it.
fn beside(service: &ServiceOutcome) -> Option<String> {
    let is_told = matches!(service.line, Line::Reset | Line::NoReply | Line::RequestLost | Line::ReplyLost);
    if !is_told {
        return None;
    }
    if service.line == Line::NoReply && service.protocol != Some(TCP) {
        return Some(
            "Much that is not TCP is never answered, such as syslog and metrics: this may be as it should be."
                .to_owned(),
        );
    }
    let n_working = service.n_rows_working.filter(|n_rows| *n_rows > 0)?;
    let rows = if n_working == 1 { "row" } else { "rows" };
    Some(format!(
        "Others were answered there: {n_working} accepted {rows} of the same service belong to conversations that work."
    ))
}

fn conversations(service: &ServiceOutcome) -> String {
    let peers = match (&service.top_peers[..], service.n_peers) {
        ([], _) => String::new(),
        ([(peer, _)], 1) => format!(" of {peer}"),
        (_, n_peers) => format!(" of {n_peers} addresses"),
    };
    match service.n_conversations {
        1 => format!("1 conversation{peers}"),
        n => format!("{n} conversations{peers}"),
    }
}

fn asked(service: &ServiceOutcome) -> String {
    let end = |address: Option<Address>| {
        address.map_or_else(|| "an unknown address".to_owned(), |address| address.to_string())
    };
    let responder = end(service.responder);
    match service.port {
        Some(port) => format!("{responder} port {port}"),
        None => responder,
    }
}
