//! Judges the flows of all shards together, and groups them.

use super::flows::{Flow, FlowTotal, NO_PART, RejectedPartial, SeenAddress};
use super::{
    GROUPS_MAX, HELPFUL, Initiator, InitiatorEvidence, RejectedGroup, RejectedView, SOURCES_SHOWN,
    SPARK_BUCKETS, Spark, WantedBy,
};
use crate::analysis::by_key::ByKey;
use crate::analysis::endpoint::Endpoint;
use crate::analysis::fan_in::Servers;
use crate::analysis::interface::InterfaceKnowledge;
use crate::analysis::places::NOT_THERE;
use crate::analysis::{Tally, TimeExtent};
use crate::arrange::keep_first;
use crate::intake::client::{End, Hint};
use crate::record::{Address, Direction, Field, Value};

pub(super) fn view(
    partial: RejectedPartial,
    knowledge: &InterfaceKnowledge,
    spark: Option<Spark>,
) -> RejectedView {
    let judge = Judge::new(&partial, knowledge);
    let mut groups: ByKey<GroupKey, GroupTotal> = ByKey::with_capacity(0);
    let mut ends: Vec<FlowEnds> = Vec::with_capacity(partial.flows.len());
    for (flow, flow_total) in &partial.flows {
        let judged = judge.judge(flow);
        let group = groups.place(judged.key);
        groups.at_place(group).add(judged.evidence, flow_total);
        ends.push(FlowEnds {
            group: group as u32,
            source: judged.source,
            target: judged.target,
            n_rows: flow_total.tally.rows,
            part: flow.part,
        });
    }
    let groups = groups.into_entries();
    let mut total = Tally::default();
    let mut by_wanted = WantedBy::ALL.map(|wanted_by| (wanted_by, Tally::default()));
    for (key, group) in &groups {
        total.add(group.tally);
        by_wanted[key.wanted_by as usize].1.add(group.tally);
    }
    let listed = Listed::of(&groups, &partial.interfaces);
    let sources = count_ends(&listed, &ends, |flow| flow.source, &partial.addresses);
    let targets = count_ends(&listed, &ends, |flow| flow.target, &partial.addresses);
    RejectedView {
        total,
        by_wanted: by_wanted.into(),
        groups: listed
            .groups
            .iter()
            .zip(sources)
            .zip(targets)
            .zip(sparks(&listed, &ends))
            .map(|(((&at, sources), targets), spark)| {
                let (key, total) = &groups[at as usize];
                shown(key, total, interface(&partial.interfaces, key.interface), sources, targets, spark)
            })
            .collect(),
        n_groups: groups.len() as u64,
        needs: needs(&partial),
        has_action: partial.has_action,
        spark_time: spark.map(|spark| (spark.start_secs, spark.n_secs())),
    }
}

fn needs(partial: &RejectedPartial) -> Vec<Field> {
    HELPFUL
        .into_iter()
        .zip(partial.recorded)
        .filter(|(_, recorded)| !recorded)
        .map(|(field, _)| field)
        .collect()
}

/// What makes rows a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct GroupKey {
    interface: u32,
    initiator: Initiator,
    wanted_by: WantedBy,
    port: Option<u16>,
    protocol: Option<u8>,
}

/// A flow with its judgement.
struct Judged {
    key: GroupKey,
    evidence: InitiatorEvidence,
    /// Who wanted it, and of whom.
    source: u32,
    target: u32,
}

struct Judge<'a> {
    addresses: &'a [SeenAddress],
    /// For each address, whether it is of the owner's networks.
    ours: Vec<bool>,
    servers: Servers,
}

impl<'a> Judge<'a> {
    fn new(partial: &'a RejectedPartial, knowledge: &InterfaceKnowledge) -> Judge<'a> {
        let servers =
            partial.peer_ports.iter().filter(|(_, ports)| ports.is_server()).map(|(endpoint, _)| *endpoint);
        Judge {
            addresses: &partial.addresses,
            ours: partial.addresses.iter().map(|seen| knowledge.is_ours(seen.address)).collect(),
            servers: servers.collect(),
        }
    }

    fn judge(&self, flow: &Flow) -> Judged {
        let Hint { client, evidence } = self.hint(flow);
        let mut initiator = match (flow.direction, client) {
            (_, None) => Initiator::Unknown,
            (Direction::Unknown, Some(End::Src)) => Initiator::Source,
            (Direction::Unknown, Some(End::Dst)) => Initiator::Destination,
            (Direction::Ingress, Some(End::Src)) | (Direction::Egress, Some(End::Dst)) => Initiator::Remote,
            (Direction::Ingress, Some(End::Dst)) | (Direction::Egress, Some(End::Src)) => Initiator::Local,
        };
        // Where nobody knows who started, somebody still sent.
        let source = client.unwrap_or(End::Src);
        let (source_at, target_at) = match source {
            End::Src => (flow.src, flow.dst),
            End::Dst => (flow.dst, flow.src),
        };
        // A peer that only ever was rejected cannot answer: no request to it got through. Scanners send SYN-ACK
        // and from port 443, and the victims of forged source addresses answer to whoever was forged.
        let is_unasked_answer = flow.direction == Direction::Ingress
            && client == Some(End::Dst)
            && flow.src != NOT_THERE
            && !self.is_ours(flow.src)
            && !self.is_accepted(flow.src);
        let wanted_by = if is_unasked_answer {
            initiator = Initiator::Destination;
            WantedBy::ScanNoise
        } else if source_at == NOT_THERE || initiator == Initiator::Local || self.is_ours(source_at) {
            WantedBy::OwnNetworks
        } else if self.is_accepted(source_at) {
            WantedBy::KnownPeers
        } else {
            WantedBy::ScanNoise
        };
        let port = match source {
            End::Src => flow.dst_port,
            End::Dst => flow.src_port,
        };
        let key = GroupKey { interface: flow.interface, initiator, wanted_by, port, protocol: flow.protocol };
        Judged { key, evidence, source: source_at, target: target_at }
    }

    /// The row's own evidence, unless fan-in is stronger and tells one end.
    fn hint(&self, flow: &Flow) -> Hint {
        if !flow.hint.yields_to_fan_in() {
            return flow.hint;
        }
        let is_server = |address: u32, port: Option<u16>| {
            port.is_some_and(|port| self.servers.contains(&Endpoint::new(address, Some(port), flow.protocol)))
        };
        match (is_server(flow.src, flow.src_port), is_server(flow.dst, flow.dst_port)) {
            (false, true) => Hint::new(End::Src, InitiatorEvidence::FanIn),
            (true, false) => Hint::new(End::Dst, InitiatorEvidence::FanIn),
            _ => flow.hint,
        }
    }

    fn is_ours(&self, address: u32) -> bool {
        self.ours.get(address as usize).copied().unwrap_or(false)
    }

    fn is_accepted(&self, address: u32) -> bool {
        self.addresses.get(address as usize).is_some_and(|seen| seen.accepted)
    }
}

/// The rows of a group.
#[derive(Debug)]
struct GroupTotal {
    evidence: InitiatorEvidence,
    tally: Tally,
    time: Option<TimeExtent>,
}

impl Default for GroupTotal {
    fn default() -> GroupTotal {
        GroupTotal { evidence: InitiatorEvidence::None, tally: Tally::default(), time: None }
    }
}

impl GroupTotal {
    fn add(&mut self, evidence: InitiatorEvidence, total: &FlowTotal) {
        self.evidence = self.evidence.min(evidence);
        self.tally.add(total.tally);
        self.time = TimeExtent::joined(self.time, total.time);
    }
}

fn shown(
    key: &GroupKey,
    total: &GroupTotal,
    interface: &Value,
    sources: Ends,
    targets: Ends,
    spark: [u64; SPARK_BUCKETS],
) -> RejectedGroup {
    RejectedGroup {
        interface: interface.clone(),
        initiator: key.initiator,
        evidence: total.evidence,
        wanted_by: key.wanted_by,
        port: key.port.map(u64::from),
        protocol: key.protocol.map(u64::from),
        total: total.tally,
        n_sources: sources.n_distinct,
        top_sources: sources.top,
        n_targets: targets.n_distinct,
        top_targets: targets.top,
        time: total.time.map(|time| (time.start_secs, time.end_secs)),
        spark: spark.into(),
    }
}

fn interface(interfaces: &[Value], place: u32) -> &Value {
    interfaces.get(place as usize).unwrap_or(&Value::Absent)
}

/// The groups that are shown, in order.
struct Listed {
    groups: Vec<u32>,
    /// The place in `groups` of every group, [`NOT_THERE`] where it is not shown.
    places: Vec<u32>,
}

impl Listed {
    fn of(groups: &[(GroupKey, GroupTotal)], interfaces: &[Value]) -> Listed {
        let mut listed: Vec<u32> = (0..groups.len() as u32).collect();
        keep_first(&mut listed, GROUPS_MAX, |&a, &b| {
            let ((a, a_total), (b, b_total)) = (&groups[a as usize], &groups[b as usize]);
            let rest = |key: &GroupKey| (key.port, key.protocol, key.initiator);
            (a.wanted_by.cmp(&b.wanted_by))
                .then(b_total.tally.rows.cmp(&a_total.tally.rows))
                .then_with(|| interface(interfaces, a.interface).cmp(interface(interfaces, b.interface)))
                .then_with(|| rest(a).cmp(&rest(b)))
        });
        let mut places = vec![NOT_THERE; groups.len()];
        for (place, &group) in (0..).zip(&listed) {
            places[group as usize] = place;
        }
        Listed { groups: listed, places }
    }
}

/// The ends of one flow, with its group.
struct FlowEnds {
    group: u32,
    source: u32,
    target: u32,
    n_rows: u64,
    /// The part of the sparkline.
    part: u8,
}

/// Only of listed groups: there can be hundreds of thousands, and a sparkline is larger than the rest of one.
fn sparks(listed: &Listed, flows: &[FlowEnds]) -> Vec<[u64; SPARK_BUCKETS]> {
    let mut sparks = vec![[0; SPARK_BUCKETS]; listed.groups.len()];
    for flow in flows {
        let place = listed.places[flow.group as usize];
        if place != NOT_THERE && flow.part != NO_PART {
            sparks[place as usize][usize::from(flow.part)] += flow.n_rows;
        }
    }
    sparks
}

/// Addresses at one end of a group's flows.
struct Ends {
    n_distinct: u64,
    top: Vec<(Address, u64)>,
}

/// Counts one end of the flows of each listed group.
///
/// The simple version, a map for each group, took as long as everything else here together. Dealing the flows
/// to their groups first lets all groups share one table with a counter for each address.
fn count_ends(
    listed: &Listed,
    flows: &[FlowEnds],
    end: impl Fn(&FlowEnds) -> u32,
    addresses: &[SeenAddress],
) -> Vec<Ends> {
    let mut by_group: Vec<Vec<(u32, u64)>> = vec![Vec::new(); listed.groups.len()];
    for flow in flows {
        let place = listed.places[flow.group as usize];
        if place != NOT_THERE && end(flow) != NOT_THERE {
            by_group[place as usize].push((end(flow), flow.n_rows));
        }
    }
    let mut n_rows_by_address = vec![0u64; addresses.len()];
    by_group
        .into_iter()
        .map(|ends| {
            let mut seen: Vec<u32> = Vec::new();
            for (address, n_rows) in ends {
                let counter = &mut n_rows_by_address[address as usize];
                if *counter == 0 {
                    seen.push(address);
                }
                *counter += n_rows;
            }
            let mut top: Vec<(Address, u64)> = seen
                .iter()
                .map(|&at| {
                    (addresses[at as usize].address, std::mem::take(&mut n_rows_by_address[at as usize]))
                })
                .collect();
            keep_first(&mut top, SOURCES_SHOWN, |a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            Ends { n_distinct: seen.len() as u64, top }
        })
        .collect()
}
