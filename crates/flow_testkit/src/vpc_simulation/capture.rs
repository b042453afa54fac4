//! What flow logs make of it: rows for each window, late times, records that are lost, and lines in the chosen format.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use flow_core::sample::Random;

use super::network::Network;
use super::packet::{Cause, End, Sighting};
use super::{Format, SimulationSpec};

/// Rows of one window that are one record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RecordKey {
    window: u64,
    host: usize,
    src: End,
    dst: End,
    pkt_src: End,
    pkt_dst: End,
    protocol: u8,
    comes_in: bool,
    /// Rows of different reasons are different rows, though only Block Public Access has a name in the log.
    is_accepted: bool,
    is_blocked: bool,
}

struct Record {
    packets: u64,
    bytes: u64,
    flags: u8,
    first_secs: u64,
    last_secs: u64,
    /// By conversation: why, and whether the refused packets were its initiator's.
    causes: BTreeSet<(u64, Cause, bool)>,
    /// Numbers of the conversations that it is about.
    conversations: BTreeSet<u64>,
}

/// A conversation as one interface saw it, as the log's format can tell it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewKey {
    pub interface_id: String,
    /// The smaller end first.
    pub low: End,
    pub high: End,
    pub protocol: u8,
}

impl ViewKey {
    pub fn new(interface_id: String, one: End, other: End, protocol: u8) -> ViewKey {
        ViewKey { interface_id, low: one.min(other), high: one.max(other), protocol }
    }
}

/// Why packets of one conversation were refused at one interface, of those whose record is in the log; and who began.
#[derive(Clone, Debug)]
pub struct Refused {
    pub causes: BTreeSet<Cause>,
    /// Of those records, as they say it.
    pub first_secs: u64,
    pub last_secs: u64,
    pub initiator: End,
    pub responder: End,
}

/// A conversation as the log's format can tell it from others, whoever saw it: the smaller end first, and the protocol.
pub type TupleKey = (End, End, u8);

pub struct Captured {
    pub text: String,
    /// First and last time of the accepted records that are in the log, by what they look like and the number of the
    /// conversation.
    pub accepted: BTreeMap<(TupleKey, u64), (u64, u64)>,
    pub n_rows: u64,
    /// With the number of the conversation.
    pub refused: BTreeMap<(ViewKey, u64), Refused>,
}

/// One in so many records is lost without a word.
const RECORDS_PER_LOST: u64 = 200;
/// One in so many windows of an interface is skipped, which a status record says.
const WINDOWS_PER_SKIPPED: u64 = 400;

pub fn capture(network: &Network, seen: &[Sighting], spec: &SimulationSpec) -> Captured {
    let mut random = Random::new(spec.seed ^ 0x5eed);
    let mut records: BTreeMap<RecordKey, Record> = BTreeMap::new();
    for sighting in seen.iter().filter(|sighting| sighting.packet.at_secs >= spec.start_secs) {
        let packet = &sighting.packet;
        let key = RecordKey {
            window: packet.at_secs / spec.window_secs,
            host: sighting.host,
            src: sighting.src,
            dst: sighting.dst,
            pkt_src: packet.src,
            pkt_dst: packet.dst,
            protocol: packet.protocol,
            comes_in: sighting.comes_in,
            is_accepted: sighting.refused.is_none(),
            is_blocked: sighting.refused == Some(Cause::BlockPublicAccess),
        };
        let record = records.entry(key).or_insert_with(|| Record {
            packets: 0,
            bytes: 0,
            flags: 0,
            first_secs: packet.at_secs,
            last_secs: packet.at_secs,
            causes: BTreeSet::new(),
            conversations: BTreeSet::new(),
        });
        record.conversations.insert(packet.conversation);
        record.packets += 1;
        record.bytes += packet.bytes;
        record.flags |= packet.flags;
        record.first_secs = record.first_secs.min(packet.at_secs);
        record.last_secs = record.last_secs.max(packet.at_secs);
        record.causes.extend(sighting.refused.map(|cause| (packet.conversation, cause, packet.is_request)));
    }
    let mut skipped: BTreeSet<(u64, usize)> = BTreeSet::new();
    for window in records.keys().map(|key| key.window).collect::<BTreeSet<u64>>() {
        for host in 0..network.hosts.len() {
            if random.one_in(WINDOWS_PER_SKIPPED) {
                skipped.insert((window, host));
            }
        }
    }
    let mut captured = Captured {
        text: spec.format.header(),
        accepted: BTreeMap::new(),
        n_rows: 0,
        refused: BTreeMap::new(),
    };
    for (window, host) in &skipped {
        let (start, end) = (window * spec.window_secs, (window + 1) * spec.window_secs - 1);
        captured.text += &spec.format.skipped_line(&network.hosts[*host].interface_id, start, end);
    }
    for (key, record) in &records {
        if skipped.contains(&(key.window, key.host)) || random.one_in(RECORDS_PER_LOST) {
            continue;
        }
        // "Up to 60 seconds after the packet", but never past the next minute here.
        let slack = random.below(spec.slack_secs + 1);
        captured.text += &spec.format.line(network, key, record, slack);
        captured.n_rows += 1;
        let (src, dst) = spec.format.ends(key);
        let (first_secs, last_secs) = (record.first_secs + slack, record.last_secs + slack);
        for conversation in record.conversations.iter().filter(|_| key.is_accepted) {
            let tuple = (src.min(dst), src.max(dst), key.protocol);
            let time = captured.accepted.entry((tuple, *conversation)).or_insert((first_secs, last_secs));
            *time = (time.0.min(first_secs), time.1.max(last_secs));
        }
        for (conversation, cause, is_request) in &record.causes {
            let interface_id = network.hosts[key.host].interface_id.clone();
            let (initiator, responder) = if *is_request { (src, dst) } else { (dst, src) };
            let refused = captured
                .refused
                .entry((ViewKey::new(interface_id, src, dst, key.protocol), *conversation))
                .or_insert_with(|| Refused {
                    causes: BTreeSet::new(),
                    first_secs,
                    last_secs,
                    initiator,
                    responder,
                });
            refused.causes.insert(*cause);
            refused.first_secs = refused.first_secs.min(first_secs);
            refused.last_secs = refused.last_secs.max(last_secs);
        }
    }
    captured
}

impl Format {
    /// The ends that the format can tell: the packet's where it records them.
    fn ends(self, key: &RecordKey) -> (End, End) {
        match self {
            Format::PlainV2 => (key.src, key.dst),
            Format::Full => (key.pkt_src, key.pkt_dst),
        }
    }

    fn header(self) -> String {
        let v2 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                  action log-status";
        match self {
            Format::PlainV2 => format!("{v2}\n"),
            Format::Full => {
                format!("{v2} subnet-id tcp-flags pkt-srcaddr pkt-dstaddr flow-direction reject-reason\n")
            }
        }
    }

    fn skipped_line(self, interface_id: &str, start: u64, end: u64) -> String {
        let rest = if self == Format::Full { " - - - - - -" } else { "" };
        format!("2 123456789012 {interface_id} - - - - - - - {start} {end} - SKIPDATA{rest}\n")
    }

    fn line(self, network: &Network, key: &RecordKey, record: &Record, slack: u64) -> String {
        let host = &network.hosts[key.host];
        let mut line = format!(
            "2 123456789012 {} {} {} {} {} {} {} {} {} {} {} OK",
            host.interface_id,
            key.src.address,
            key.dst.address,
            key.src.port,
            key.dst.port,
            key.protocol,
            record.packets,
            record.bytes,
            record.first_secs + slack,
            record.last_secs + slack,
            if key.is_accepted { "ACCEPT" } else { "REJECT" },
        );
        if self == Format::Full {
            let reason = if key.is_blocked { "BPA" } else { "-" };
            let way = if key.comes_in { "ingress" } else { "egress" };
            let (src, dst) = (key.pkt_src.address, key.pkt_dst.address);
            write!(line, " {} {} {src} {dst} {way} {reason}", host.subnet_id, record.flags)
                .expect("a string takes all that is written");
        }
        line.push('\n');
        line
    }
}
