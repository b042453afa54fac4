//! The rejected view as slow and obvious as it can be: all rows of all shards as values, judged one by one.

use std::collections::{BTreeMap, BTreeSet};

use flow_core::analysis::Tally;
use flow_core::analysis::rejected::{
    GROUPS_MAX, Initiator, InitiatorEvidence, RejectedGroup, RejectedView, SOURCES_SHOWN, SPARK_BUCKETS,
    WantedBy,
};
use flow_core::intake::client::{End, Hint, RowEvidence, has_ports};
use flow_core::query::{RowSet, Subject};
use flow_core::record::{Address, Field, Value};
use flow_core::store::ABSENT;

use crate::draw::Load;

/// Ports of peers from which on an end is a server's, and the largest port that it can have.
const PEER_PORTS_MIN: usize = 8;
const SERVER_PORT_MAX: u64 = 32_767;

const HELPFUL: [Field; 8] = [
    Field::SRCADDR,
    Field::DSTADDR,
    Field::DSTPORT,
    Field::SRCPORT,
    Field::PROTOCOL,
    Field::INTERFACE_ID,
    Field::TCP_FLAGS,
    Field::FLOW_DIRECTION,
];

struct Row {
    interface: Value,
    src: Option<Address>,
    dst: Option<Address>,
    src_port: u64,
    dst_port: u64,
    protocol: u64,
    flags: u64,
    packets: u64,
    bytes: u64,
    start: u64,
    end: u64,
    is_rejected: bool,
    is_accepted: bool,
    direction: Value,
    is_chosen: bool,
}

fn rows(load: &Load, chosen: &[RowSet]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (store, chosen) in load.stores.iter().zip(chosen) {
        for row in 0..store.rows().n_readable() {
            let table = store.rows();
            let value = |field: Field| store.cell(table, row, &field.into());
            let address =
                |field| if let Value::Address(address) = value(field) { Some(address) } else { None };
            let number = |field| if let Value::Number(number) = value(field) { number } else { ABSENT };
            let is_action = |text: &str| value(Field::ACTION) == Value::Text(text.to_owned());
            let segment = table.segments().partition_point(|segment| segment.first_row() <= row) - 1;
            let at = row - table.segments()[segment].first_row();
            rows.push(Row {
                interface: value(Field::INTERFACE_ID),
                src: address(Field::SRCADDR),
                dst: address(Field::DSTADDR),
                src_port: number(Field::SRCPORT),
                dst_port: number(Field::DSTPORT),
                protocol: number(Field::PROTOCOL),
                flags: number(Field::TCP_FLAGS),
                packets: number(Field::PACKETS),
                bytes: number(Field::BYTES),
                start: number(Field::START),
                end: number(Field::END),
                is_rejected: is_action("REJECT"),
                is_accepted: is_action("ACCEPT"),
                direction: Subject::Direction.value(store, table, row),
                is_chosen: chosen.segments()[segment].has(at),
            });
        }
    }
    rows
}

/// An address with a port of a protocol.
type ServerEnd = (Address, u64, u64);

/// By whom, the interface, the port, the protocol, and who started it.
type Key = (WantedBy, Value, Option<u64>, Option<u64>, Initiator);

#[derive(Default)]
struct Group {
    evidence: Option<InitiatorEvidence>,
    total: Tally,
    time: Option<(u64, u64)>,
    sources: BTreeMap<Address, u64>,
    targets: BTreeMap<Address, u64>,
    spark: [u64; SPARK_BUCKETS],
}

pub fn view(load: &Load, chosen: &[RowSet]) -> RejectedView {
    let rows = rows(load, chosen);
    let accepted: BTreeSet<Address> =
        rows.iter().filter(|row| row.is_accepted).flat_map(|row| [row.src, row.dst]).flatten().collect();
    let rejected: Vec<&Row> = rows.iter().filter(|row| row.is_rejected && row.is_chosen).collect();
    let servers = servers(&rejected);
    let spark = load.extent.map(|extent| {
        let n_secs = extent.end_secs - extent.start_secs + 1;
        (extent.start_secs, n_secs.div_ceil(SPARK_BUCKETS as u64))
    });
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for row in rejected {
        let Hint { client, evidence } = hint(row, &servers);
        let is_ours = |address: Option<Address>| address.is_some_and(|it| load.knowledge.is_ours(it));
        let is_accepted = |address: Option<Address>| address.is_some_and(|it| accepted.contains(&it));
        let present = |number: u64| (number != ABSENT).then_some(number);
        let port = |port| present(port).filter(|_| has_ports(row.protocol, row.src_port, row.dst_port));
        let (source, target, port) = match client.unwrap_or(End::Src) {
            End::Src => (row.src, row.dst, port(row.dst_port)),
            End::Dst => (row.dst, row.src, port(row.src_port)),
        };
        let (comes_in, goes_out) = (row.direction == text("ingress"), row.direction == text("egress"));
        let mut initiator = match client {
            None => Initiator::Unknown,
            Some(End::Src) if comes_in => Initiator::Remote,
            Some(End::Dst) if goes_out => Initiator::Remote,
            Some(_) if comes_in || goes_out => Initiator::Local,
            Some(End::Src) => Initiator::Source,
            Some(End::Dst) => Initiator::Destination,
        };
        let is_unasked_answer = comes_in
            && client == Some(End::Dst)
            && row.src.is_some()
            && !is_ours(row.src)
            && !is_accepted(row.src);
        let wanted_by = if is_unasked_answer {
            initiator = Initiator::Destination;
            WantedBy::ScanNoise
        } else if source.is_none() || initiator == Initiator::Local || is_ours(source) {
            WantedBy::OwnNetworks
        } else if is_accepted(source) {
            WantedBy::KnownPeers
        } else {
            WantedBy::ScanNoise
        };
        let key = (wanted_by, row.interface.clone(), port, present(row.protocol), initiator);
        let group = groups.entry(key).or_default();
        group.evidence = Some(group.evidence.map_or(evidence, |known| known.min(evidence)));
        group.total.add(Tally {
            rows: 1,
            packets: present(row.packets).unwrap_or(0),
            bytes: present(row.bytes).unwrap_or(0),
        });
        let start = present(row.start).or(present(row.end));
        let end = present(row.end).or(present(row.start));
        if let (Some(start), Some(end)) = (start, end) {
            let (first, last) = group.time.unwrap_or((u64::MAX, 0));
            group.time = Some((first.min(start).min(end), last.max(start).max(end)));
        }
        if let (Some((first, part_secs)), Some(time)) = (spark, start) {
            group.spark[((time - first) / part_secs) as usize] += 1;
        }
        for (address, counts) in [(source, &mut group.sources), (target, &mut group.targets)] {
            if let Some(address) = address {
                *counts.entry(address).or_default() += 1;
            }
        }
    }
    shown(load, groups.into_iter().collect(), spark)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn servers(rejected: &[&Row]) -> BTreeSet<ServerEnd> {
    let mut peer_ports: BTreeMap<ServerEnd, BTreeSet<u64>> = BTreeMap::new();
    for row in rejected {
        let (Some(src), Some(dst)) = (row.src, row.dst) else { continue };
        let (src_port, dst_port) = (row.src_port, row.dst_port);
        if src_port == ABSENT || dst_port == ABSENT || !has_ports(row.protocol, src_port, dst_port) {
            continue;
        }
        peer_ports.entry((src, src_port, row.protocol)).or_default().insert(dst_port);
        peer_ports.entry((dst, dst_port, row.protocol)).or_default().insert(src_port);
    }
    let is_server =
        |end: &ServerEnd, ports: &BTreeSet<u64>| end.1 <= SERVER_PORT_MAX && ports.len() >= PEER_PORTS_MIN;
    peer_ports.into_iter().filter(|(end, ports)| is_server(end, ports)).map(|(end, _)| end).collect()
}

fn hint(row: &Row, servers: &BTreeSet<ServerEnd>) -> Hint {
    let own = RowEvidence::new(false).hint(row.protocol, row.flags, row.src_port, row.dst_port);
    let is_server = |address: Option<Address>, port: u64| {
        address.is_some_and(|address| servers.contains(&(address, port, row.protocol)))
    };
    match (is_server(row.src, row.src_port), is_server(row.dst, row.dst_port)) {
        _ if !own.yields_to_fan_in() => own,
        (false, true) => Hint::new(End::Src, InitiatorEvidence::FanIn),
        (true, false) => Hint::new(End::Dst, InitiatorEvidence::FanIn),
        _ => own,
    }
}

fn shown(load: &Load, mut groups: Vec<(Key, Group)>, spark: Option<(u64, u64)>) -> RejectedView {
    let n_groups = groups.len() as u64;
    let sum = |wanted: &[WantedBy]| {
        let mut sum = Tally::default();
        let of_wanted = groups.iter().filter(|(key, _)| wanted.contains(&key.0));
        of_wanted.for_each(|(_, group)| sum.add(group.total));
        sum
    };
    let total = sum(&WantedBy::ALL);
    let by_wanted = WantedBy::ALL.map(|wanted| (wanted, sum(&[wanted]))).into();
    // Stable: what is alike stays in the order of interface, port, protocol, initiator.
    groups.sort_by_key(|((wanted, ..), group)| (*wanted, std::cmp::Reverse(group.total.rows)));
    groups.truncate(GROUPS_MAX);
    let is_recorded = |field: Field| load.stores.iter().any(|store| store.field_id(field).is_some());
    let group = |((wanted_by, interface, port, protocol, initiator), group): (Key, Group)| RejectedGroup {
        interface,
        initiator,
        evidence: group.evidence.expect("a group has a row"),
        wanted_by,
        port,
        protocol,
        total: group.total,
        n_sources: group.sources.len() as u64,
        top_sources: most(group.sources),
        n_targets: group.targets.len() as u64,
        top_targets: most(group.targets),
        time: group.time,
        spark: group.spark.to_vec(),
    };
    RejectedView {
        total,
        by_wanted,
        groups: groups.into_iter().map(group).collect(),
        n_groups,
        needs: HELPFUL.into_iter().filter(|field| !is_recorded(*field)).collect(),
        has_action: is_recorded(Field::ACTION),
        spark_time: spark.map(|(start, part_secs)| (start, part_secs * SPARK_BUCKETS as u64)),
    }
}

fn most(counts: BTreeMap<Address, u64>) -> Vec<(Address, u64)> {
    let mut counts: Vec<(Address, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n_rows)| std::cmp::Reverse(*n_rows));
    counts.truncate(SOURCES_SHOWN);
    counts
}
