//! Which of the wanted flows the rules at one end let through. Ports of a span need not all be asked about: between two
//! ports at which a rule begins or ends, rules say the same.

use std::collections::BTreeSet;

use super::wanted::{EPHEMERAL_PORTS, PortSpan, RefusedBy, Wanted};
use crate::config::configuration::Configuration;
use crate::config::evaluate::{Answer, Decision, Evaluator, Flow, PlaceId, PortPair};
use crate::config::rule::{RuleDirection, RulePorts, Traffic};
use crate::record::Address;

/// One end of the wanted flows: an interface whose rules are asked.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub interface: String,
    pub is_own: bool,
    /// Of the request, as this end sees it.
    pub direction: RuleDirection,
    /// The addresses of the other end, sorted: peers for the own interface, its own address for a peer's.
    pub remotes: Vec<Address>,
    /// The wanted peers that this end is about.
    pub peers: Vec<Address>,
}

/// One part of a decision.
type Asks = fn(&Decision) -> Answer;

/// Remote addresses whose flows something refuses, each list sorted. What cannot be known counts where the log says that
/// it refused.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub groups: Vec<Address>,
    pub acl_request: Vec<Address>,
    pub acl_reply: Vec<Address>,
}

impl Missing {
    pub fn of(evaluator: &Evaluator, place: PlaceId, end: &End, wanted: &Wanted) -> Missing {
        let by = wanted.refused_by;
        let is_either = by == RefusedBy::GroupOrAcl;
        let is_group = by == RefusedBy::SecurityGroup || is_either;
        let is_request = by == RefusedBy::NetworkAcl || is_either;
        let is_reply = matches!(by, RefusedBy::NetworkAcl | RefusedBy::NetworkAclReturn);
        let mut missing = Missing::default();
        let mut parts: [(&mut Vec<Address>, bool, Asks); 3] = [
            (&mut missing.groups, is_group, |decision| decision.groups.answer()),
            (&mut missing.acl_request, is_request, |decision| decision.acl_request.answer()),
            (&mut missing.acl_reply, is_reply, |decision| decision.acl_reply.answer()),
        ];
        let probes = Probes::of(evaluator, place, end, wanted);
        for remote in &end.remotes {
            let decisions: Vec<Decision> = probes
                .flows(*remote)
                .map(|flow| evaluator.decide(place, &flow))
                .filter(|decision| decision.exemption.is_none())
                .collect();
            for (list, is_blamed, asks) in &mut parts {
                let counts = |answer| {
                    answer == Answer::No || (answer == Answer::Unknowable && *is_blamed && end.is_own)
                };
                if decisions.iter().any(|decision| counts(asks(decision))) {
                    list.push(*remote);
                }
            }
        }
        missing
    }
}

/// Flows that stand for all that are wanted at one end, the same for every remote address.
pub(super) struct Probes {
    direction: RuleDirection,
    protocol: u8,
    ports: Vec<Option<PortPair>>,
}

impl Probes {
    pub fn of(evaluator: &Evaluator, place: PlaceId, end: &End, wanted: &Wanted) -> Probes {
        let (direction, protocol) = (end.direction, wanted.protocol);
        let Some(span) = wanted.ports.filter(|_| wanted.has_ports()) else {
            return Probes { direction, protocol, ports: vec![None] };
        };
        let borders = borders(evaluator, place);
        let pair = |service, ephemeral| match direction {
            RuleDirection::Ingress => PortPair { local: service, remote: ephemeral },
            RuleDirection::Egress => PortPair { local: ephemeral, remote: service },
        };
        let requests = probes(span, &borders).map(|service| pair(service, EPHEMERAL_PORTS.from));
        let replies = probes(EPHEMERAL_PORTS, &borders).map(|ephemeral| pair(span.from, ephemeral));
        Probes { direction, protocol, ports: requests.chain(replies).map(Some).collect() }
    }

    pub fn flows(&self, remote: Address) -> impl Iterator<Item = Flow> {
        let Probes { direction, protocol, .. } = *self;
        self.ports.iter().map(move |ports| Flow { direction, remote, protocol, ports: *ports })
    }
}

/// One port for each stretch of the span between borders.
fn probes(span: PortSpan, borders: &BTreeSet<u16>) -> impl Iterator<Item = u16> {
    let inner = borders.range(span.from..=span.to.max(span.from)).copied();
    std::iter::once(span.from).chain(inner.filter(move |port| *port != span.from))
}

/// Ports at which a rule of the place begins, or the first past its end.
fn borders(evaluator: &Evaluator, place: PlaceId) -> BTreeSet<u16> {
    let configuration = evaluator.configuration();
    let groups = evaluator.placement(place).groups.iter().flatten();
    let rules = groups.filter_map(|id| configuration.groups.get(id)?.rules.as_ref()).flatten();
    let entries = entries_at(configuration, evaluator, place);
    let traffics = rules.map(|rule| rule.traffic).chain(entries);
    let ranges = traffics.filter_map(|traffic| match traffic.ports() {
        RulePorts::Range { first, last } => Some([Some(first), last.checked_add(1)]),
        _ => None,
    });
    ranges.flatten().flatten().collect()
}

fn entries_at<'c>(
    configuration: &'c Configuration,
    evaluator: &Evaluator,
    place: PlaceId,
) -> impl Iterator<Item = Traffic> + 'c {
    let acl = evaluator.network_acl(place).and_then(|id| configuration.network_acls.get(id));
    acl.into_iter().flat_map(|acl| &acl.entries).flatten().map(|entry| entry.traffic)
}
