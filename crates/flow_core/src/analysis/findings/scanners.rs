//! Scanners folded into one: who they were, and what they tried.

use serde::{Deserialize, Serialize};

use super::cause::time_of;
use super::rows_filter::filter_of_scanners;
use crate::analysis::TimeExtent;
use crate::analysis::diagnosis::{Diagnosed, Verdict};
use crate::arrange::{Arrange, keep_first};
use crate::query::Filter;
use crate::record::Address;

/// Scanners named one by one: those that tried most; the rest are more of the same.
pub const SCANNERS_MAX: usize = 50;

/// Services named: what scanners look for shows in the first.
pub const PROBED_SERVICES_MAX: usize = 20;

/// Conversations with the verdict [`Verdict::Scan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanNoise {
    pub n_scanners: u64,
    pub n_conversations: u64,
    /// Rejected rows.
    pub n_rows: u64,
    /// What most scanners tried, at most [`PROBED_SERVICES_MAX`].
    pub services: Vec<ProbedService>,
    /// Those with most rejected rows, at most [`SCANNERS_MAX`].
    pub top: Vec<Scanner>,
    /// Leaves the rejected rows of scanners; where there are many of them, those of other addresses on the internet too.
    pub filter: Filter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProbedService {
    pub port: Option<u16>,
    pub protocol: Option<u8>,
    pub n_scanners: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scanner {
    pub address: Address,
    /// Distinct ports and protocols.
    pub n_services: u64,
    /// Distinct addresses that it tried.
    pub n_targets: u64,
    /// Rejected rows.
    pub n_rows: u64,
    /// Seconds since 1970.
    pub first_secs: Option<u64>,
    pub last_secs: Option<u64>,
}

/// One conversation of a scanner: who, what, and its place among the conversations, which are far to look up.
type Probe = (Address, (Option<u8>, Option<u16>), u32);

impl ScanNoise {
    pub(super) fn of(conversations: &[Diagnosed]) -> ScanNoise {
        let mut is_readdressed = false;
        let mut probes: Vec<Probe> = Vec::new();
        for (at, diagnosed) in (0..).zip(conversations) {
            if diagnosed.verdict == Verdict::Scan
                && let Some(address) = diagnosed.initiator
            {
                is_readdressed |= diagnosed.grounds.is_readdressed;
                probes.push((address, (diagnosed.protocol, diagnosed.port), at));
            }
        }
        probes.arrange();
        let mut tried: Vec<(Option<u8>, Option<u16>)> = Vec::new();
        let mut top: Vec<Scanner> = Vec::new();
        for of_one in probes.chunk_by(|a, b| a.0 == b.0) {
            let mut services: Vec<_> = of_one.iter().map(|(_, service, _)| *service).collect();
            services.dedup();
            top.push(scanner(of_one, services.len() as u64, conversations));
            tried.append(&mut services);
        }
        let addresses: Vec<Address> = top.iter().map(|scanner| scanner.address).collect();
        let noise = ScanNoise {
            n_scanners: top.len() as u64,
            n_conversations: probes.len() as u64,
            n_rows: top.iter().map(|scanner| scanner.n_rows).sum(),
            services: services(tried),
            top: Vec::new(),
            filter: filter_of_scanners(&addresses, is_readdressed),
        };
        keep_first(&mut top, SCANNERS_MAX, |a, b| b.n_rows.cmp(&a.n_rows).then(a.address.cmp(&b.address)));
        ScanNoise { top, ..noise }
    }
}

/// Of one scanner's probes.
fn scanner(probes: &[Probe], n_services: u64, conversations: &[Diagnosed]) -> Scanner {
    let mut targets: Vec<Option<Address>> = Vec::with_capacity(probes.len());
    let mut n_rows = 0;
    let mut time: Option<TimeExtent> = None;
    for (_, _, at) in probes {
        let probe = &conversations[*at as usize];
        targets.push(probe.responder);
        n_rows += probe.grounds.n_refused();
        time = TimeExtent::joined(time, time_of(probe));
    }
    targets.arrange();
    targets.dedup();
    Scanner {
        address: probes[0].0,
        n_services,
        n_targets: targets.len() as u64,
        n_rows,
        first_secs: time.map(|time| time.start_secs),
        last_secs: time.map(|time| time.end_secs),
    }
}

/// Of services, each as often as there were scanners that tried it.
fn services(mut tried: Vec<(Option<u8>, Option<u16>)>) -> Vec<ProbedService> {
    tried.arrange();
    let mut services: Vec<ProbedService> = tried
        .chunk_by(|a, b| a == b)
        .map(|same| ProbedService { port: same[0].1, protocol: same[0].0, n_scanners: same.len() as u64 })
        .collect();
    keep_first(&mut services, PROBED_SERVICES_MAX, |a, b| {
        b.n_scanners.cmp(&a.n_scanners).then((a.port, a.protocol).cmp(&(b.port, b.protocol)))
    });
    services
}
