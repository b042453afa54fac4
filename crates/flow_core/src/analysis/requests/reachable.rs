//! What somebody outside reached: ports on which a request from a public address was accepted.
//!
//! That a packet from outside was accepted is not enough: every reply to a connection of our own comes from outside, too.
//! So this is about requests, each with what tells that the other end asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::judge::Judge;
use super::request::{Request, Requests};
use super::tops::PeerRows;
use crate::analysis::diagnosis::Began;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::{Tally, TimeExtent};
use crate::arrange::keep_first;
use crate::config::evaluate::RuleIndex;
use crate::config::remedy::is_admin_port;
use crate::config::{Configuration, RuleDirection};
use crate::record::{Address, Value};

/// Ports in one answer: more than anybody reads, and few enough for one message.
pub const PORTS_MAX: usize = 500;
/// Sources named with a port.
const SOURCES_SHOWN: usize = 10;
/// Rules named with a port.
const RULES_SHOWN: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reachable {
    /// Ports of administration first, then those with most sources that had a session, with most sources, with most
    /// rows; at most [`PORTS_MAX`].
    pub ports: Vec<ReachablePort>,
    pub n_ports: u64,
    /// Different sources of all ports.
    pub n_sources: u64,
    pub basis: Basis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachablePort {
    pub interface: Value,
    /// The address that the interface shows, which stands for all of its IPv4 addresses.
    pub local: Address,
    pub protocol: Option<u8>,
    /// `None` for protocols without ports.
    pub port: Option<u16>,
    pub is_admin: bool,
    pub sources: PeerRows,
    /// Sources of which one flow at least had so many packets that it was no probe.
    pub n_sources_with_sessions: u64,
    /// What the sources sent, and what was sent back.
    pub asked: Tally,
    pub answered: Tally,
    /// First and last, seconds since 1970.
    pub time: Option<(u64, u64)>,
    /// The strongest of what tells that the sources asked.
    pub began: Began,
    /// Rows of which it is a guess.
    pub n_rows_guessed: u64,
    /// Rules that admit it now, as `sg-1 inbound tcp 22 from 0.0.0.0/0`; none where the interface is not described.
    pub rules: Vec<String>,
    /// What the same sources were refused, at this port or elsewhere.
    pub refused: RefusedElsewhere,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedElsewhere {
    /// Sources that were refused anything.
    pub n_sources: u64,
    /// Different services: interface, address, port and protocol.
    pub n_services: u64,
    pub n_rows: u64,
}

/// Where somebody asked: places of interface and address, protocol, port.
type Service = (u32, u32, Option<u8>, Option<u16>);

fn service(request: &Request) -> Service {
    (request.key.interface, request.key.local, request.key.protocol, request.key.port)
}

/// What one source was refused: services by number, and rows.
#[derive(Default)]
struct Refused {
    services: Vec<u32>,
    n_rows: u64,
}

/// `configuration`: what is described of the account, where anything is.
pub fn reachable(
    requests: &Requests,
    knowledge: &InterfaceKnowledge,
    configuration: Option<&Arc<Configuration>>,
) -> Reachable {
    let judge = configuration.map(|configuration| Judge::new(configuration.clone(), requests));
    let from_outside = requests.requests.iter().filter(|request| {
        request.key.direction == RuleDirection::Ingress && !knowledge.is_ours(requests.remote(request))
    });
    let mut numbers: HashMap<Service, u32, FxBuildHasher> = HashMap::default();
    let mut refused: HashMap<u32, Refused, FxBuildHasher> = HashMap::default();
    let mut reached: BTreeMap<Service, Vec<&Request>> = BTreeMap::new();
    for request in from_outside {
        if request.total.asked.accepted.rows > 0 {
            reached.entry(service(request)).or_default().push(request);
        }
        let n_rows = request.total.asked.rejected.rows + request.total.asked.n_rows_refused_otherwise;
        if n_rows > 0 {
            let next = numbers.len() as u32;
            let number = *numbers.entry(service(request)).or_insert(next);
            let of_source = refused.entry(request.key.remote).or_default();
            of_source.services.push(number);
            of_source.n_rows += n_rows;
        }
    }
    let sources: BTreeSet<u32> = reached.values().flatten().map(|request| request.key.remote).collect();
    let n_ports = reached.len() as u64;
    let mut ports: Vec<Port> = reached.into_values().map(Port::of).collect();
    keep_first(&mut ports, PORTS_MAX, |a, b| {
        (a.rank().cmp(&b.rank())).then_with(|| {
            let key = |port: &Port<'_>| {
                let first = port.requests[0];
                (requests.interface(first).clone(), requests.local(first), first.key.protocol, first.key.port)
            };
            key(a).cmp(&key(b))
        })
    });
    let ports = ports.into_iter().map(|port| port.shown(requests, judge.as_ref(), &refused));
    Reachable {
        ports: ports.collect(),
        n_ports,
        n_sources: sources.len() as u64,
        basis: requests.basis.clone(),
    }
}

/// The accepted requests from outside for one service; there is one at least.
struct Port<'a> {
    requests: Vec<&'a Request>,
    asked: Tally,
    n_sources_with_sessions: u64,
}

impl Port<'_> {
    fn of(requests: Vec<&Request>) -> Port<'_> {
        let mut asked = Tally::default();
        requests.iter().for_each(|request| asked.add(request.total.asked.accepted));
        let sessions = requests.iter().filter(|request| request.total.n_session_rows > 0);
        Port { asked, n_sources_with_sessions: sessions.count() as u64, requests }
    }

    fn is_admin(&self) -> bool {
        const TCP: u8 = 6;
        const UDP: u8 = 17;
        let key = &self.requests[0].key;
        let has_such_ports = key.protocol.is_none_or(|protocol| protocol == TCP || protocol == UDP);
        has_such_ports && key.port.is_some_and(is_admin_port)
    }

    /// Smaller is shown first. A source has one request for a service.
    fn rank(&self) -> impl Ord + use<> {
        use std::cmp::Reverse;
        let n_sources = self.requests.len();
        (
            !self.is_admin(),
            Reverse(self.n_sources_with_sessions),
            Reverse(n_sources),
            Reverse(self.asked.rows),
        )
    }

    fn shown(
        self,
        requests: &Requests,
        judge: Option<&Judge<'_>>,
        refused: &HashMap<u32, Refused, FxBuildHasher>,
    ) -> ReachablePort {
        let mut answered = Tally::default();
        let mut time: Option<TimeExtent> = None;
        let mut rules: BTreeSet<RuleIndex> = BTreeSet::new();
        let mut elsewhere = RefusedElsewhere::default();
        let mut services: BTreeSet<u32> = BTreeSet::new();
        let mut began = Began::Nothing;
        for request in &self.requests {
            answered.add(request.total.answered.accepted);
            time = TimeExtent::joined(time, request.total.asked.accepted_time);
            began = began.min(request.total.began);
            if let Some(of_source) = refused.get(&request.key.remote) {
                elsewhere.n_sources += 1;
                elsewhere.n_rows += of_source.n_rows;
                services.extend(&of_source.services);
            }
            if let Some((judge, judged)) = judge.and_then(|judge| Some((judge, judge.judge(request)?))) {
                judge.evaluator.admitting_rules(judged.place, &judged.flow, |rule, is_certain| {
                    if is_certain {
                        rules.insert(rule);
                    }
                });
            }
        }
        elsewhere.n_services = services.len() as u64;
        let words = |rule: RuleIndex| {
            judge.map(|judge| {
                let (group, rule) = judge.evaluator.rule(rule);
                format!("{group} {rule}")
            })
        };
        let key = self.requests[0].key;
        let sources =
            self.requests.iter().map(|of| (requests.remote(of), of.total.asked.accepted.rows)).collect();
        ReachablePort {
            interface: requests.interface(self.requests[0]).clone(),
            local: requests.local(self.requests[0]),
            protocol: key.protocol,
            port: key.port,
            is_admin: self.is_admin(),
            sources: PeerRows::of(sources, SOURCES_SHOWN),
            n_sources_with_sessions: self.n_sources_with_sessions,
            asked: self.asked,
            answered,
            time: time.map(|time| (time.start_secs, time.end_secs)),
            began,
            n_rows_guessed: self.requests.iter().map(|request| request.total.n_rows_guessed).sum(),
            rules: rules.into_iter().take(RULES_SHOWN).filter_map(words).collect(),
            refused: elsewhere,
        }
    }
}
