//! A record of the sample before it is a line, and how conversations become records.
//!
//! Each interface on the way logs what it sees: the request and the reply are two records, and a
//! conversation between two of our own interfaces is seen twice.

use super::network::{InterfaceId, Network, Role, aws_service};
use super::random::Random;
use crate::record::Address;

pub const ICMP: u8 = 1;
pub const TCP: u8 = 6;
pub const UDP: u8 = 17;

/// Bits of `tcp-flags` as AWS ORs them over a window; an answer to a SYN adds both of SYN-ACK's.
pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const SYN_ACK: u8 = 18;

/// What one side of a conversation sent in a window.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub packets: u64,
    pub bytes: u64,
    pub tcp_flags: u8,
}

/// A flow as one interface saw it.
#[derive(Clone, Debug)]
pub struct Flow {
    pub interface: InterfaceId,
    pub src: Address,
    pub dst: Address,
    /// The packet's own ends; others than `src` and `dst` where an interface stands between.
    pub pkt_src: Address,
    pub pkt_dst: Address,
    pub src_port: u16,
    pub dst_port: u16,
    pub protocol: u8,
    pub sent: Sent,
    pub start_secs: u64,
    pub end_secs: u64,
    pub accepted: bool,
    pub ingress: bool,
}

impl Flow {
    /// The code of `traffic-path`: egress has one, if it came through.
    pub fn traffic_path(&self, network: &Network) -> Option<u8> {
        const SAME_VPC: u8 = 1;
        const GATEWAY_ENDPOINT: u8 = 7;
        const INTERNET_GATEWAY: u8 = 8;
        let is_own =
            |address| network.interfaces.iter().any(|known| known.v4 == address || known.v6 == address);
        let is_public = matches!(
            network.interface(self.interface).role,
            Role::LoadBalancer | Role::Bastion | Role::NatGateway
        );
        if self.ingress || !self.accepted {
            None
        } else if is_own(self.dst) {
            Some(SAME_VPC)
        } else if aws_service(self.pkt_dst).is_some() {
            Some(GATEWAY_ENDPOINT)
        } else if is_public {
            Some(INTERNET_GATEWAY)
        } else {
            // Through the NAT gateway, a resource of the VPC.
            Some(SAME_VPC)
        }
    }
}

/// What the sample writes: a flow, or that there was none.
#[derive(Clone, Debug)]
pub enum Record {
    Flow(Flow),
    Status { interface: InterfaceId, start_secs: u64, end_secs: u64, status: &'static str },
}

/// What became of a conversation at the server's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    /// The server's security group let nothing in.
    RequestRejected,
    /// The network ACL let the request in and the reply not out.
    ReplyRejected,
}

/// An end of a conversation: an address, and our interface that has it.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub address: Address,
    pub port: u16,
    pub interface: Option<InterfaceId>,
}

/// A conversation during one window.
#[derive(Clone, Copy, Debug)]
pub struct Conversation {
    pub client: End,
    pub server: End,
    pub protocol: u8,
    pub request: Sent,
    pub reply: Sent,
    pub outcome: Outcome,
}

impl Conversation {
    /// The records that our interfaces write of the conversation in the minute that begins here.
    pub fn record(&self, minute_start_secs: u64, random: &mut Random, records: &mut Vec<Record>) {
        let Conversation { client, server, protocol, request, reply, outcome } = *self;
        let first_packet_secs = minute_start_secs + random.below(60);
        let lasted_secs = random.between(1, 55);
        let mut see = |interface: InterfaceId, is_request: bool, accepted: bool| {
            let (from, to, sent) =
                if is_request { (client, server, request) } else { (server, client, reply) };
            // Interfaces notice the same packet a little apart.
            let start_secs = first_packet_secs + random.below(3);
            let end_secs =
                if sent.packets == 1 { start_secs } else { start_secs + lasted_secs + random.below(3) };
            records.push(Record::Flow(Flow {
                interface,
                src: from.address,
                dst: to.address,
                pkt_src: from.address,
                pkt_dst: to.address,
                src_port: from.port,
                dst_port: to.port,
                protocol,
                sent,
                start_secs,
                end_secs,
                accepted,
                ingress: to.interface == Some(interface),
            }));
        };
        if let Some(interface) = client.interface {
            see(interface, true, true);
        }
        if let Some(interface) = server.interface {
            see(interface, true, outcome != Outcome::RequestRejected);
            if outcome != Outcome::RequestRejected {
                see(interface, false, outcome == Outcome::Answered);
            }
        }
        if let Some(interface) = client.interface
            && outcome == Outcome::Answered
        {
            see(interface, false, true);
        }
    }
}
