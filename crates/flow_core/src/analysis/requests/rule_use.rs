//! What each rule of the account was used for, within the loaded rows.
//!
//! A rule is used by requests that were accepted and that it admits; replies are no use, because groups do not ask about
//! them. Several rules may admit a request: it counts for each, and apart where no other rule does. Entries of network
//! ACLs are asked about replies too, and about what is refused, so those are uses of an entry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::judge::{Judge, Judged};
use super::request::{Request, Requests, Sent};
use super::tops::{PeerRows, PortsUsed, spans_of};
use crate::analysis::{Tally, TimeExtent};
use crate::arrange::{Arrange, keep_first};
use crate::config::evaluate::{AclRuling, EntryIndex, GroupRuling, RuleIndex};
use crate::config::remedy::tighten::{self, Tighter};
use crate::config::{AclEntry, Configuration, Peer, RuleDirection, RulePorts, SecurityGroupRule};
use crate::record::{Address, Prefix, Value};

/// Peers of one rule in an answer, those with most rows: enough for a tight version of nearly every rule.
pub const PEERS_KEPT: usize = 256;
/// Spans of ports of one rule in an answer, those with most rows.
pub const PORTS_KEPT: usize = 64;
/// Different peers and ports together of which a rule is made tighter: what more use is nobody's list of peers, and
/// covering them with prefixes takes longer than all the rest.
pub const TIGHTENED_USES_MAX: usize = 1_024;
/// Interfaces named with a rule.
const INTERFACES_NAMED: usize = 8;
/// Requests named that rules do not explain.
const EXAMPLES_MAX: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleUse {
    /// Whether any group or ACL is described; without, nothing can be said.
    pub has_rules: bool,
    /// Every described group, by id.
    pub groups: Vec<GroupUse>,
    /// Every described network ACL, by id.
    pub network_acls: Vec<AclUse>,
    /// What was accepted though the rules refuse it: they changed since, or the connection was older than they are.
    pub unexplained: Unexplained,
    /// Rows with AWS's own services, which no rule is asked about.
    pub n_rows_exempt: u64,
    /// Rows of interfaces that are not described, or without a protocol.
    pub n_rows_not_judged: u64,
    pub basis: Basis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupUse {
    pub id: String,
    pub name: Option<String>,
    /// Interfaces with the group that logged anything.
    pub n_interfaces_seen: u64,
    /// In the order of the configuration.
    pub rules: Vec<UsedRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedRule {
    pub rule: SecurityGroupRule,
    pub state: RuleState,
    /// Of what it admits for certain.
    pub used: Use,
    /// Requests of which it cannot be known whether it admits them.
    pub may_admit: Tally,
    /// Whether it admits more ports than were used, and more peers; false where it was not used.
    pub is_wider_in_ports: bool,
    pub is_wider_in_peers: bool,
    /// The rule as narrow as its use, where that is narrower; absent too where more than [`TIGHTENED_USES_MAX`] pairs of
    /// peer and port used it.
    pub tighter: Option<Tighter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclUse {
    pub id: String,
    pub name: Option<String>,
    /// Interfaces in its subnets that logged anything.
    pub n_interfaces_seen: u64,
    /// In the order of the configuration.
    pub entries: Vec<UsedEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedEntry {
    pub entry: AclEntry,
    pub state: RuleState,
    /// Requests and replies that it decided: what was accepted where it allows, what was refused where it denies.
    pub used: Use,
}

/// Whether a rule was used, within the loaded rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RuleState {
    Used,
    /// It may admit some of what was accepted; the logs or the descriptions cannot tell.
    MayBeUsed,
    Unused,
    /// Not used by what was looked at; rows were left aside, or lack the fields that would tell.
    NotSettled,
    /// No interface that it guards logged anything.
    NotSeen,
}

/// What used a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The rows that used it.
    pub total: Tally,
    /// What came back, of which no group is asked. Nothing for entries of ACLs, which are used by it.
    pub replies: Tally,
    /// Of [`Use::total`]: rows that no other rule admits.
    pub n_rows_alone: u64,
    /// At most [`PEERS_KEPT`] of them are listed.
    pub peers: PeerRows,
    /// The longest prefix that holds all peers, where they are of one family.
    pub peers_in: Option<Prefix>,
    /// Ports that were asked for, or replied to; at most [`PORTS_KEPT`] spans, in order.
    pub ports: Vec<PortsUsed>,
    pub n_port_spans: u64,
    /// First and last, seconds since 1970.
    pub time: Option<(u64, u64)>,
    pub n_interfaces: u64,
    /// Some of them, by name.
    pub interfaces: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexplained {
    pub n_requests: u64,
    pub n_rows: u64,
    /// Those with most rows.
    pub examples: Vec<UnexplainedRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnexplainedRequest {
    pub interface: Value,
    pub direction: RuleDirection,
    pub remote: Address,
    pub protocol: Option<u8>,
    pub port: Option<u16>,
    pub n_rows: u64,
    /// Whether the groups refuse it; otherwise the network ACL does.
    pub by_groups: bool,
}

/// `configuration`: what is described of the account, where anything is.
pub fn rule_use(requests: &Requests, configuration: Option<&Arc<Configuration>>) -> RuleUse {
    let nothing = Arc::new(Configuration::default());
    let configuration = configuration.unwrap_or(&nothing);
    let judge = Judge::new(configuration.clone(), requests);
    let mut found = Found::default();
    for (at, request) in (0..).zip(&requests.requests) {
        let total = &request.total;
        match judge.judge(request) {
            None => found.n_rows_not_judged += n_rows(request),
            Some(judged) if judged.is_exempt => found.n_rows_exempt += n_rows(request),
            Some(judged) => {
                found.note_groups(&judge, &judged, at, total.asked.accepted.rows > 0);
                found.note_acl(&judged, at, request);
                found.note_unexplained(&judged, at, request);
            }
        }
    }
    let of_rules = by_number(found.rules, judge.evaluator.n_rules());
    let of_entries = by_number(found.entries, judge.evaluator.n_entries());
    let seen = InterfacesSeen::of(configuration, requests);
    let settled = requests.basis.n_accepted_rows_over_limit == 0 && requests.basis.missing.is_empty();
    let (mut rule, mut entry) = (0, 0);
    let groups = configuration.groups.iter().filter_map(|(id, group)| {
        let rules = group.rules.as_ref()?;
        let n_interfaces_seen = seen.by_group.get(id.as_str()).copied().unwrap_or_default();
        let rules = rules.iter().map(|described| {
            rule += 1;
            let mut used =
                used_rule(described, &of_rules[rule - 1], requests, n_interfaces_seen > 0, settled);
            if used.state == RuleState::Used {
                used.tighter = tightened(configuration, id, described, &of_rules[rule - 1], requests);
            }
            used
        });
        Some(GroupUse { id: id.clone(), name: group.name.clone(), n_interfaces_seen, rules: rules.collect() })
    });
    let groups: Vec<GroupUse> = groups.collect();
    let acls = configuration.network_acls.iter().filter_map(|(id, acl)| {
        let entries = acl.entries.as_ref()?;
        let n_interfaces_seen = seen.by_acl.get(id.as_str()).copied().unwrap_or_default();
        let entries = entries.iter().map(|described| {
            entry += 1;
            used_entry(described, &of_entries[entry - 1], requests, n_interfaces_seen > 0, settled)
        });
        Some(AclUse { id: id.clone(), name: acl.name.clone(), n_interfaces_seen, entries: entries.collect() })
    });
    let network_acls: Vec<AclUse> = acls.collect();
    RuleUse {
        has_rules: !groups.is_empty() || !network_acls.is_empty(),
        groups,
        network_acls,
        unexplained: unexplained(found.unexplained, requests),
        n_rows_exempt: found.n_rows_exempt,
        n_rows_not_judged: found.n_rows_not_judged,
        basis: requests.basis.clone(),
    }
}

fn n_rows(request: &Request) -> u64 {
    let of = |sent: &Sent| sent.accepted.rows + sent.rejected.rows + sent.n_rows_refused_otherwise;
    of(&request.total.asked) + of(&request.total.answered)
}

/// What of a request used a rule or an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// What was asked and accepted, which several rules admit.
    Shared,
    /// The same, which no other rule admits.
    Alone,
    /// The same, which it cannot be known whether the rule admits.
    MayBe,
    /// Of an ACL's entry, which one alone decides.
    Asked,
    AskedAndRefused,
    Answered,
    AnsweredAndRefused,
}

/// A request by its place, and what of it.
type Used = (u32, Part);

#[derive(Default)]
struct Found {
    rules: Vec<(u32, Used)>,
    entries: Vec<(u32, Used)>,
    /// Requests by place, and whether the groups refuse.
    unexplained: Vec<(u32, bool)>,
    n_rows_exempt: u64,
    n_rows_not_judged: u64,
}

impl Found {
    fn note_groups(&mut self, judge: &Judge, judged: &Judged, at: u32, is_accepted: bool) {
        if !is_accepted {
            return;
        }
        let first = self.rules.len();
        let mut n_certain = 0;
        judge.evaluator.admitting_rules(judged.place, &judged.flow, |RuleIndex(rule), is_certain| {
            n_certain += u32::from(is_certain);
            self.rules.push((rule, (at, if is_certain { Part::Shared } else { Part::MayBe })));
        });
        if n_certain == 1 {
            let only = self.rules[first..].iter_mut().find(|(_, (_, part))| *part == Part::Shared);
            only.into_iter().for_each(|(_, (_, part))| *part = Part::Alone);
        }
    }

    fn note_acl(&mut self, judged: &Judged, at: u32, request: &Request) {
        let Some(acl) = judged.acl else { return };
        let mut note = |EntryIndex(entry): EntryIndex, part: Part| self.entries.push((entry, (at, part)));
        let (asked, answered) = (&request.total.asked, &request.total.answered);
        // What comes in meets the ACL first; what goes out meets it only if the groups let it pass.
        let is_reached =
            judged.flow.direction == RuleDirection::Ingress || judged.groups != GroupRuling::Denied;
        match acl.request {
            AclRuling::Allowed(entry) if asked.accepted.rows > 0 => note(entry, Part::Asked),
            AclRuling::Denied(Some(entry)) if asked.rejected.rows > 0 && is_reached => {
                note(entry, Part::AskedAndRefused);
            }
            _ => {}
        }
        match acl.reply {
            AclRuling::Allowed(entry) if answered.accepted.rows > 0 => note(entry, Part::Answered),
            AclRuling::Denied(Some(entry)) if answered.rejected.rows > 0 => {
                note(entry, Part::AnsweredAndRefused);
            }
            _ => {}
        }
    }

    fn note_unexplained(&mut self, judged: &Judged, at: u32, request: &Request) {
        if request.total.asked.accepted.rows == 0 {
            return;
        }
        let by_groups = judged.groups == GroupRuling::Denied;
        if by_groups || judged.acl.is_some_and(|acl| matches!(acl.request, AclRuling::Denied(_))) {
            self.unexplained.push((at, by_groups));
        }
    }
}

/// For each rule or entry what used it.
fn by_number(mut found: Vec<(u32, Used)>, n: u32) -> Vec<Vec<Used>> {
    found.arrange();
    let mut by_number = vec![Vec::new(); n as usize];
    for of_one in found.chunk_by(|a, b| a.0 == b.0) {
        by_number[of_one[0].0 as usize] = of_one.iter().map(|(_, used)| *used).collect();
    }
    by_number
}

/// How many of the interfaces that logged anything each group and ACL guards.
struct InterfacesSeen<'a> {
    by_group: BTreeMap<&'a str, u64>,
    by_acl: BTreeMap<&'a str, u64>,
}

impl<'a> InterfacesSeen<'a> {
    fn of(configuration: &'a Configuration, requests: &Requests) -> InterfacesSeen<'a> {
        let mut seen = InterfacesSeen { by_group: BTreeMap::new(), by_acl: BTreeMap::new() };
        for (id, interface) in &configuration.interfaces {
            let coverage = requests.coverage.get(&Value::Text(id.clone()));
            if coverage.is_none_or(|coverage| coverage.time.is_none()) {
                continue;
            }
            for group in interface.groups.iter().flatten() {
                *seen.by_group.entry(group).or_default() += 1;
            }
            let acl = interface.subnet.as_deref().and_then(|subnet| configuration.network_acl_of(subnet));
            if let Some((acl, _)) = acl {
                *seen.by_acl.entry(acl).or_default() += 1;
            }
        }
        seen
    }
}

fn state(n_rows: u64, n_may_rows: u64, is_seen: bool, is_settled: bool) -> RuleState {
    match (n_rows, n_may_rows) {
        (1.., _) => RuleState::Used,
        (0, 1..) => RuleState::MayBeUsed,
        _ if !is_seen => RuleState::NotSeen,
        _ if !is_settled => RuleState::NotSettled,
        _ => RuleState::Unused,
    }
}

fn used_rule(
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
fn tightened(
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

fn used_entry(
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

fn unexplained(found: Vec<(u32, bool)>, requests: &Requests) -> Unexplained {
    let mut examples: Vec<UnexplainedRequest> = found
        .into_iter()
        .map(|(at, by_groups)| {
            let request = &requests.requests[at as usize];
            let key = &request.key;
            UnexplainedRequest {
                interface: requests.interface(request).clone(),
                direction: key.direction,
                remote: requests.remote(request),
                protocol: key.protocol,
                port: key.port,
                n_rows: request.total.asked.accepted.rows,
                by_groups,
            }
        })
        .collect();
    let n_requests = examples.len() as u64;
    let n_rows = examples.iter().map(|request| request.n_rows).sum();
    keep_first(&mut examples, EXAMPLES_MAX, |a, b| b.n_rows.cmp(&a.n_rows).then_with(|| a.cmp(b)));
    Unexplained { n_requests, n_rows, examples }
}
