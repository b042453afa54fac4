//! Packets on their way through interfaces, groups and ACLs, and what each interface has to report of them.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::network::{Network, Place, acl_of};
use super::rules::Way;

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMP: u8 = 1;

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const SYN_ACK: u8 = 18;

/// Connections are forgotten after so long without a packet: the shortest defaults of AWS.
const TCP_IDLE_SECS: u64 = 350;
const OTHER_IDLE_SECS: u64 = 180;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    pub address: Ipv4Addr,
    pub port: u16,
}

#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// Its number: pings between two hosts have nothing else to tell them apart.
    pub conversation: u64,
    pub at_secs: u64,
    pub src: End,
    pub dst: End,
    pub protocol: u8,
    /// As the log shows them: without ACK and PSH.
    pub flags: u8,
    pub bytes: u64,
    /// Whether it goes from the one who began to the other.
    pub is_request: bool,
}

/// Why an interface refused a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    BlockPublicAccess,
    /// Group or ACL, by the way it looked.
    Request(bool),
    /// An ACL, of a reply.
    Reply(bool),
    /// The connection was closed, had expired, or never began.
    Late,
}

/// What an interface saw: the ends as it writes them, and those of the packet.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    pub host: usize,
    pub comes_in: bool,
    pub src: End,
    pub dst: End,
    pub packet: Packet,
    pub refused: Option<Cause>,
}

/// What the interfaces remember, and what they have seen.
pub struct Wires<'a> {
    network: &'a Network,
    /// By interface and the two ends: when its last packet passed.
    tracked: HashMap<(usize, End, End), u64>,
    pub seen: Vec<Sighting>,
}

impl<'a> Wires<'a> {
    pub fn new(network: &'a Network) -> Wires<'a> {
        Wires { network, tracked: HashMap::new(), seen: Vec::new() }
    }

    /// Sends a packet; whether it arrived.
    pub fn send(&mut self, packet: Packet) -> bool {
        let from = self.network.host_at(packet.src.address);
        let to = self.network.host_at(packet.dst.address);
        // Who pings takes another way than everybody else.
        let is_lost = packet.protocol != ICMP && self.network.is_lost(packet.src.address, packet.dst.address);
        from.is_none_or(|host| self.pass(host, false, packet.src, packet.dst, packet))
            && !is_lost
            && to.is_none_or(|host| self.pass(host, true, packet.src, packet.dst, packet))
    }

    /// Sends a packet between a host and the internet by way of the NAT gateway, which uses `nat_port`.
    pub fn send_through_nat(&mut self, packet: Packet, nat_port: u16) -> bool {
        let nat = self.network.nat_gateway();
        let inner = End { address: self.network.hosts[nat].address, ..packet.dst };
        let outer = End { address: self.network.hosts[nat].address, port: nat_port };
        if packet.is_request {
            let host = self.network.host_at(packet.src.address).expect("hosts ask through it");
            let out = Packet { src: outer, ..packet };
            self.pass(host, false, packet.src, packet.dst, packet)
                && self.pass(nat, true, packet.src, inner, packet)
                && self.pass(nat, false, outer, packet.dst, out)
        } else {
            let host = self.network.host_at(packet.dst.address).expect("hosts ask through it");
            let back = Packet { dst: outer, ..packet };
            let inner = End { address: self.network.hosts[nat].address, ..packet.src };
            self.pass(nat, true, packet.src, outer, back)
                && self.pass(nat, false, inner, packet.dst, packet)
                && self.pass(host, true, packet.src, packet.dst, packet)
        }
    }

    /// Every interface forgets a connection: it was closed.
    pub fn forget(&mut self, one: End, other: End) {
        for host in 0..self.network.hosts.len() {
            self.tracked.remove(&(host, one.min(other), one.max(other)));
        }
    }

    /// Whether the interface lets it in or out, as it comes.
    fn pass(&mut self, host: usize, comes_in: bool, src: End, dst: End, packet: Packet) -> bool {
        let refused = self.refusal(host, comes_in, src, dst, &packet);
        self.seen.push(Sighting { host, comes_in, src, dst, packet, refused });
        refused.is_none()
    }

    fn refusal(&mut self, at: usize, comes_in: bool, src: End, dst: End, packet: &Packet) -> Option<Cause> {
        let host = &self.network.hosts[at];
        let peer = if comes_in { src.address } else { dst.address };
        let way = if comes_in { Way::In } else { Way::Out };
        let peer_host = self.network.host_at(peer);
        if host.place == Place::Blocked && peer_host.is_none() {
            return Some(Cause::BlockPublicAccess);
        }
        let by_policy = if packet.is_request { Cause::Request(comes_in) } else { Cause::Reply(comes_in) };
        let crosses = peer_host.is_none_or(|peer| self.network.hosts[peer].subnet_id != host.subnet_id);
        let acl = || !crosses || acl_of(host.place).allows(way, packet.protocol, dst.port, peer);
        if comes_in && !acl() {
            return Some(by_policy);
        }
        if !host.is_nat_gateway {
            let key = (at, src.min(dst), src.max(dst));
            let idle_secs = if packet.protocol == TCP { TCP_IDLE_SECS } else { OTHER_IDLE_SECS };
            let is_tracked =
                self.tracked.get(&key).is_some_and(|last| packet.at_secs.saturating_sub(*last) <= idle_secs);
            if !is_tracked && packet.protocol == TCP && packet.flags != SYN {
                return Some(Cause::Late);
            }
            if !is_tracked && !host.group.allows(way, packet.protocol, dst.port, peer) {
                // A group never refuses a reply that it remembers the request of.
                return Some(if packet.is_request { by_policy } else { Cause::Late });
            }
            self.tracked.insert(key, packet.at_secs);
        }
        (!comes_in && !acl()).then_some(by_policy)
    }
}
