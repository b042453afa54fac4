//! What used one rule or entry, put together, and the rule made as narrow as that.

use std::collections::BTreeSet;

use super::found::{Part, Used};
use super::{PEERS_KEPT, PORTS_KEPT, RuleState, TIGHTENED_USES_MAX, Use, UsedEntry, UsedRule};
use crate::analysis::requests::request::Requests;
use crate::analysis::requests::tops::{PeerRows, PortsUsed, spans_of};
use crate::analysis::{Tally, TimeExtent};
use crate::arrange::{Arrange, keep_first};
use crate::config::remedy::tighten::{self, Tighter};
use crate::config::{AclEntry, Configuration, Peer, RulePorts, SecurityGroupRule};
use crate::record::Prefix;

/// Interfaces named with a rule.
const INTERFACES_NAMED: usize = 8;
fn state(n_rows: u64, n_may_rows: u64, is_seen: bool, is_settled: bool) -> RuleState {
    match (n_rows, n_may_rows) {
        (1.., _) => RuleState::Used,
        (0, 1..) => RuleState::MayBeUsed,
        _ if !is_seen => RuleState::NotSeen,
        _ if !is_settled => RuleState::NotSettled,
        _ => RuleState::Unused,
    }
}

pub(super) fn used_rule(
    rule: &SecurityGroupRule,
    found: &[Used],
    requests: &Requests,
    is_seen: bool,
    is_settled: bool,
) -> UsedRule {
    let mut may_admit = Tally::default();
    for (at, _) in found.iter().filter(|(_, part)| *part == Part::MayBe) {
        may_admit.add(requests.requests[*at as usize].total.asked.accepted);
    }
    let (used, spans) = use_of(found, requests);
    let is_used = used.total.rows > 0;
    let n_ports: u64 =
        spans.iter().filter_map(|span| span.ports).map(|(first, last)| u64::from(last - first) + 1).sum();
    UsedRule {
        state: state(used.total.rows, may_admit.rows, is_seen, is_settled),
        is_wider_in_ports: is_used
            && match (rule.traffic.protocol(), rule.traffic.ports()) {
                // What a protocol without ports admits cannot be less.
                (Some(_), RulePorts::All) => spans.iter().any(|span| span.ports.is_some()),
                (None, _) => true,
                (_, RulePorts::Range { first, last }) => u64::from(last - first) + 1 > n_ports,
                (_, RulePorts::Icmp { .. }) => false,
            },
        is_wider_in_peers: match (&rule.peer, used.peers_in) {
            (Peer::Cidr(prefix), Some(peers)) => peers.n_bits() > prefix.n_bits(),
            // Who is in a group or a list is for its owner to say.
            _ => false,
        },
        rule: rule.clone(),
        used,
        may_admit,
        tighter: None,
    }
}

/// The rule made as narrow as its use.
pub(super) fn tightened(
    configuration: &Configuration,
    group: &str,
    rule: &SecurityGroupRule,
    found: &[Used],
    requests: &Requests,
) -> Option<Tighter> {
    let mut uses: BTreeSet<tighten::Use> = BTreeSet::new();
    // What may be a use must stay admitted.
    for (at, _) in found {
        let request = &requests.requests[*at as usize];
        let peer = requests.remote(request);
        uses.insert(tighten::Use { peer, protocol: request.key.protocol?, port: request.key.port });
        if uses.len() > TIGHTENED_USES_MAX {
            return None;
        }
    }
    let uses: Vec<tighten::Use> = uses.into_iter().collect();
    let tighter = tighten::tighter(Some(configuration), group, rule, &uses);
    tighter.cannot.is_none().then_some(tighter)
}

pub(super) fn used_entry(
    entry: &AclEntry,
    found: &[Used],
    requests: &Requests,
    is_seen: bool,
    is_settled: bool,
) -> UsedEntry {
    let (used, _) = use_of(found, requests);
    // Denials are of rejected rows, which have a limit of their own.
    let is_settled = is_settled && requests.basis.n_other_rows_over_limit == 0;
    UsedEntry { entry: entry.clone(), state: state(used.total.rows, 0, is_seen, is_settled), used }
}

/// The use, and all spans of ports.
fn use_of(found: &[Used], requests: &Requests) -> (Use, Vec<PortsUsed>) {
    let mut using = Use::default();
    let (mut peers, mut ports, mut interfaces) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut time: Option<TimeExtent> = None;
    for (at, part) in found {
        let request = &requests.requests[*at as usize];
        let (asked, answered) = (&request.total.asked, &request.total.answered);
        let own_port = request.key.port.map(|port| (port, port));
        let (tally, when, to) = match part {
            Part::MayBe => continue,
            Part::Shared | Part::Alone | Part::Asked => (asked.accepted, asked.accepted_time, own_port),
            Part::AskedAndRefused => (asked.rejected, asked.rejected_time, own_port),
            Part::Answered => (answered.accepted, answered.accepted_time, request.total.client_ports),
            Part::AnsweredAndRefused => {
                (answered.rejected, answered.rejected_time, request.total.client_ports)
            }
        };
        using.total.add(tally);
        if matches!(part, Part::Shared | Part::Alone) {
            using.replies.add(answered.accepted);
        }
        using.n_rows_alone += if *part == Part::Alone { tally.rows } else { 0 };
        time = TimeExtent::joined(time, when);
        peers.push((requests.remote(request), tally.rows));
        let protocol = request.key.protocol.unwrap_or_default();
        ports.push(PortsUsed { protocol, ports: to, n_rows: tally.rows });
        interfaces.insert(request.key.interface);
    }
    using.peers_in = Prefix::covering(peers.iter().map(|(peer, _)| *peer));
    using.peers = PeerRows::of(peers, PEERS_KEPT);
    let spans = spans_of(ports);
    using.n_port_spans = spans.len() as u64;
    using.ports = spans.clone();
    keep_first(&mut using.ports, PORTS_KEPT, |a, b| b.n_rows.cmp(&a.n_rows).then(a.cmp(b)));
    using.ports.arrange();
    using.time = time.map(|time| (time.start_secs, time.end_secs));
    using.n_interfaces = interfaces.len() as u64;
    using.interfaces =
        interfaces.into_iter().map(|place| requests.interfaces[place as usize].to_string()).collect();
    keep_first(&mut using.interfaces, INTERFACES_NAMED, String::cmp);
    (using, spans)
}
