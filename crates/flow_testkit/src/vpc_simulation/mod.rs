//! A VPC that writes flow logs of which the truth is known: what refused each conversation, or what became of it.
//!
//! Subnets, interfaces, groups, ACLs, a NAT gateway, clients that know where to go and scanners that do not, hosts
//! that refuse or say nothing, ways on which packets are lost. Rules
//! are evaluated here, packet by packet, as the plainest reading of AWS's documentation has it; the log then shows
//! windows, late times and losses. Not a model of how much traffic there is.

mod account;
mod capture;
mod fate;
mod network;
mod packet;
mod rules;
mod score;
mod traffic;

use std::collections::BTreeSet;

use flow_core::analysis::diagnosis::Verdict;
use flow_core::analysis::outcomes::Outcome;
use flow_core::sample::Random;

pub use account::account;
pub use capture::{TupleKey, ViewKey};
pub use packet::End;
pub use score::Score;

use capture::{Refused, capture};
use fate::fates;
use network::Network;
use packet::Cause;
use traffic::Traffic;

/// What the log records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The default format: neither flags nor subnets, packet addresses, direction or reasons.
    PlainV2,
    /// The same with all of those.
    Full,
}

#[derive(Clone, Copy, Debug)]
pub struct SimulationSpec {
    pub seed: u64,
    pub format: Format,
    /// Things that happen: each leaves about a dozen rows.
    pub n_events: u64,
    pub start_secs: u64,
    pub span_secs: u64,
    /// The aggregation interval.
    pub window_secs: u64,
    /// Times are late by up to this.
    pub slack_secs: u64,
}

impl SimulationSpec {
    pub fn new(seed: u64, format: Format, n_events: u64) -> SimulationSpec {
        SimulationSpec {
            seed,
            format,
            n_events,
            start_secs: 1_760_000_000,
            span_secs: 6 * 3_600,
            window_secs: 60,
            slack_secs: 60,
        }
    }
}

pub struct Simulated {
    pub text: String,
    pub n_rows: u64,
    /// What became of each conversation that has an accepted row in the log, in classes that its format can tell apart.
    pub outcomes: Vec<OutcomeTruth>,
    /// What refused each conversation that has a rejected row in the log, in classes that its format can tell apart.
    pub truth: Vec<Truth>,
}

/// Of one conversation at one interface.
#[derive(Clone, Debug)]
pub struct Truth {
    pub key: ViewKey,
    /// Who began.
    pub initiator: End,
    /// When its refused records were, seconds since 1970.
    pub first_secs: u64,
    pub last_secs: u64,
    pub verdict: Verdict,
}

/// Of one conversation, whoever saw it.
#[derive(Clone, Debug)]
pub struct OutcomeTruth {
    pub key: TupleKey,
    /// When its accepted records were, seconds since 1970.
    pub first_secs: u64,
    pub last_secs: u64,
    /// Unknown where something of it was refused: then diagnosis has to say why.
    pub outcome: Outcome,
}

/// Traffic begins so long before the log, so that some of it has no beginning there.
const LEAD_SECS: u64 = 900;

pub fn simulate(spec: &SimulationSpec) -> Simulated {
    let network = Network::new();
    let mut traffic = Traffic::new(&network, spec.seed);
    let mut random = Random::new(!spec.seed);
    for _ in 0..spec.n_events {
        traffic.happen(spec.start_secs - LEAD_SECS + random.below(spec.span_secs + LEAD_SECS));
    }
    let scanners: BTreeSet<_> = traffic.scanners.iter().copied().collect();
    let captured = capture(&network, &traffic.wires.seen, spec);
    let truth = captured
        .refused
        .iter()
        .map(|((key, _), refused)| {
            let is_scan = scanners.contains(&refused.initiator.address);
            Truth {
                key: key.clone(),
                initiator: refused.initiator,
                first_secs: refused.first_secs,
                last_secs: refused.last_secs,
                verdict: truth(&network, spec.format, refused, is_scan),
            }
        })
        .collect();
    let fates = fates(&network, &traffic.wires.seen);
    let outcomes = captured
        .accepted
        .iter()
        .map(|((key, conversation), (first_secs, last_secs))| OutcomeTruth {
            key: *key,
            first_secs: *first_secs,
            last_secs: *last_secs,
            outcome: fates[conversation].outcome(spec.format),
        })
        .collect();
    Simulated { text: captured.text, n_rows: captured.n_rows, outcomes, truth }
}

/// What the log can tell at best. A group and an ACL look alike but inside one subnet; where subnets are not recorded,
/// there too. Block Public Access looks like either where reasons are not recorded.
fn truth(network: &Network, format: Format, refused: &Refused, is_scan: bool) -> Verdict {
    let cause = refused.causes.first().expect("something was refused");
    let subnet = |end: End| network.host_at(end.address).map(|host| &network.hosts[host].subnet_id);
    let is_one_subnet = format == Format::Full
        && subnet(refused.initiator).is_some_and(|own| subnet(refused.responder) == Some(own));
    match *cause {
        Cause::BlockPublicAccess if format == Format::Full => Verdict::BlockPublicAccess,
        Cause::BlockPublicAccess => Verdict::PolicyInbound,
        Cause::Request(_) if is_scan => Verdict::Scan,
        Cause::Request(true) if is_one_subnet => Verdict::SecurityGroupInbound,
        Cause::Request(false) if is_one_subnet => Verdict::SecurityGroupOutbound,
        Cause::Request(true) => Verdict::PolicyInbound,
        Cause::Request(false) => Verdict::PolicyOutbound,
        Cause::Reply(true) => Verdict::NetworkAclReturnInbound,
        Cause::Reply(false) => Verdict::NetworkAclReturnOutbound,
        Cause::Late => Verdict::Straggler,
    }
}
