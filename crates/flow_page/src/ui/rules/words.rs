//! Use of rules in words. Pure.

use flow_core::analysis::requests::RuleUse;
use flow_core::analysis::requests::rule_use::{RuleState, Use};
use flow_core::config::RuleDirection;

use crate::ui::format;

/// How a rule stands, with what that means.
pub const fn state(state: RuleState) -> (&'static str, &'static str) {
    match state {
        RuleState::Used => ("used", "Requests that were accepted fit it"),
        RuleState::MayBeUsed => (
            "may be used",
            "It may admit some of what was accepted; the logs or the descriptions cannot tell",
        ),
        RuleState::Unused => ("unused", "Nothing that was accepted in the loaded time fits it"),
        RuleState::NotSettled => {
            ("not settled", "No use was seen, but rows were left aside, or lack the fields that would tell")
        }
        RuleState::NotSeen => ("not seen", "No interface that it guards logged anything"),
    }
}

/// The class of its mark.
pub const fn state_class(state: RuleState) -> &'static str {
    match state {
        RuleState::Used => "mark is-used",
        RuleState::Unused => "mark is-unused",
        RuleState::MayBeUsed | RuleState::NotSettled | RuleState::NotSeen => "mark",
    }
}

/// Peers in a few words: `3 peers in 10.0.1.0/24`.
pub fn peers(used: &Use) -> String {
    match (used.peers.n_peers, used.peers.top.first(), used.peers_in) {
        (0, ..) => String::new(),
        (1, Some((only, _)), _) => only.to_string(),
        (n, _, Some(prefix)) => format!("{} in {prefix}", format::counted(n, "peer")),
        (n, ..) => format::counted(n, "peer"),
    }
}

/// Spans of ports: `tcp 443, 8080-8081`; a few, and how many more there are.
pub fn ports(used: &Use) -> String {
    const SHOWN: usize = 6;
    let spans: Vec<String> = used
        .ports
        .iter()
        .take(SHOWN)
        .map(|span| {
            let protocol = format::protocol(u64::from(span.protocol));
            match span.ports {
                None => protocol,
                Some((first, last)) if first == last => format!("{protocol} {first}"),
                Some((first, last)) => format!("{protocol} {first}-{last}"),
            }
        })
        .collect();
    let n_more = used.n_port_spans.saturating_sub(spans.len() as u64);
    let more = if n_more > 0 { format!(" and {} more", format::count(n_more)) } else { String::new() };
    spans.join(", ") + &more
}

pub fn last_use(used: &Use) -> String {
    used.time.map(|(_, last)| format::utc(last)).unwrap_or_default()
}

/// What was accepted though the rules that are described refuse it.
pub fn unexplained(rule_use: &RuleUse) -> Option<String> {
    let unexplained = &rule_use.unexplained;
    let example = unexplained.examples.first()?;
    let way = match example.direction {
        RuleDirection::Ingress => "from",
        RuleDirection::Egress => "to",
    };
    let service = format::service(example.port.map(u64::from), example.protocol.map(u64::from));
    Some(format!(
        "{} in {} were accepted though these rules refuse them, such as {service} {way} {} at {}: the rules were others \
         then, or the connections older than the rules",
        format::counted(unexplained.n_rows, "row"),
        format::counted(unexplained.n_requests, "request"),
        example.remote,
        example.interface,
    ))
}
