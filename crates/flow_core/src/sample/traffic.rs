//! What goes on in the sample's VPC: its everyday traffic, and the troubles that a reader can find.
//!
//! A web service behind a load balancer, with an app tier, a database, a cache, and what such a service
//! calls and suffers. The findings: scanners at every public door and one burst of them; new app instances
//! in a security group that the database does not admit; a network ACL that lets requests in and replies
//! not out; a health check on a port where nothing listens.

use super::network::{self, InterfaceId, Network, Role};
use super::random::Random;
use super::record::{Conversation, End, FIN, ICMP, Outcome, RST, Record, SYN, SYN_ACK, Sent, TCP, UDP};
use crate::record::Address;

/// What can happen; each happens as often as its weight says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    WebRequest,
    BalancerToWeb,
    WebToApp,
    AppToPostgres,
    AppToRedis,
    Dns,
    S3,
    Dynamodb,
    PackageMirror,
    AdminSsh,
    SshInside,
    Replication,
    Metrics,
    Ping,
    Ntp,
    Scan,
    PingFromOutside,
    Straggler,
    /// The instances came with a deployment, a third into the log.
    PostgresRefusesNewApps,
    AclDropsReplies,
    /// Since a change in the middle of the log.
    HealthCheckOfDeadPort,
    ScanBurst,
}

const WEIGHTS: &[(Event, u64)] = &[
    (Event::WebRequest, 300),
    (Event::BalancerToWeb, 150),
    (Event::WebToApp, 120),
    (Event::AppToPostgres, 60),
    (Event::AppToRedis, 60),
    (Event::Dns, 50),
    (Event::S3, 50),
    (Event::Dynamodb, 25),
    (Event::PackageMirror, 30),
    (Event::AdminSsh, 4),
    (Event::SshInside, 4),
    (Event::Replication, 8),
    (Event::Metrics, 30),
    (Event::Ping, 10),
    (Event::Ntp, 6),
    (Event::Scan, 180),
    (Event::PingFromOutside, 6),
    (Event::Straggler, 20),
    (Event::PostgresRefusesNewApps, 45),
    (Event::AclDropsReplies, 15),
    (Event::HealthCheckOfDeadPort, 15),
    (Event::ScanBurst, 1_500),
];

/// Parts of the log's time, in thousandths, in which an event can happen.
fn happens_at(event: Event, thousandth: u64) -> bool {
    match event {
        Event::PostgresRefusesNewApps => thousandth >= 333,
        Event::HealthCheckOfDeadPort => thousandth >= 500,
        Event::ScanBurst => (420..445).contains(&thousandth),
        _ => true,
    }
}

/// Ports that scanners try, the usual ones first.
const SCANNED: &[(u16, u64)] = &[
    (22, 20),
    (23, 18),
    (3389, 16),
    (445, 14),
    (6379, 10),
    (8080, 10),
    (80, 6),
    (443, 4),
    (5432, 5),
    (3306, 5),
    (1433, 4),
    (5900, 4),
    (2375, 4),
    (9200, 3),
    (27017, 3),
    (8443, 3),
    (25, 2),
    (21, 2),
    (11211, 1),
    (5060, 2),
];

/// The network ACL of this subnet, the third part of its addresses, lets replies to private subnets out to ports from
/// [`FIRST_REPLY_PORT_ALLOWED`] on: those of Windows, but Linux uses lower ones too.
pub const SUBNET_WITHOUT_LOW_PORTS: u8 = 21;
pub const FIRST_REPLY_PORT_ALLOWED: u16 = 49_152;

/// Ephemeral ports of Linux.
const EPHEMERAL: (u64, u64) = (32_768, 60_999);

/// An echo of 56 bytes with its headers.
const PING_BYTES: u64 = 84;

fn outside(address: Address, port: u16) -> End {
    End { address, port, interface: None }
}

pub struct Traffic {
    pub network: Network,
    random: Random,
    ipv6_percent: u8,
    /// Weights in force, by place in [`WEIGHTS`].
    weights: Vec<u64>,
    scan_weights: Vec<u64>,
    minute_start_secs: u64,
    /// Pooled connections seen in this window; each is there once.
    n_pooled: u64,
    /// Counts on over the ports of one who tries again and again, and of one who tries them all.
    next_port: u16,
}

impl Traffic {
    pub fn new(seed: u64, ipv6_percent: u8) -> Traffic {
        let mut random = Random::new(seed);
        Traffic {
            network: Network::new(&mut random),
            random,
            ipv6_percent,
            weights: Vec::new(),
            scan_weights: SCANNED.iter().map(|(_, weight)| *weight).collect(),
            minute_start_secs: 0,
            n_pooled: 0,
            next_port: 0,
        }
    }

    /// A new minute begins, so far into the log.
    pub fn begin_minute(&mut self, minute_start_secs: u64, thousandth: u64) {
        self.minute_start_secs = minute_start_secs;
        self.n_pooled = 0;
        let weight =
            |(event, weight): &(Event, u64)| if happens_at(*event, thousandth) { *weight } else { 0 };
        self.weights = WEIGHTS.iter().map(weight).collect();
    }

    /// Lets one thing happen and appends what the interfaces record of it, one to six records.
    pub fn happen(&mut self, records: &mut Vec<Record>) {
        let (event, _) = WEIGHTS[self.random.weighted(&self.weights)];
        match event {
            Event::WebRequest => self.web_request(records),
            Event::BalancerToWeb => self.between(Role::LoadBalancer, Role::Web, 80, records),
            Event::WebToApp => self.between(Role::Web, Role::App, 8080, records),
            Event::AppToPostgres => self.pooled(Role::App, Role::Postgres, 5432, records),
            Event::AppToRedis => self.pooled(Role::App, Role::Redis, 6379, records),
            Event::Dns => self.any_host_calls(Role::Resolver, 53, UDP, records),
            Event::S3 => self.outward(Role::App, network::s3, 443, TCP, records),
            Event::Dynamodb => self.outward(Role::App, network::dynamodb, 443, TCP, records),
            Event::PackageMirror => self.through_nat(records),
            Event::AdminSsh => self.admin_ssh(records),
            Event::SshInside => self.calls_any_host(Role::Bastion, 22, TCP, records),
            Event::Replication => self.replication(records),
            Event::Metrics => self.calls_any_host(Role::Monitor, 9100, TCP, records),
            Event::Ping => self.calls_any_host(Role::Monitor, 0, ICMP, records),
            Event::Ntp => self.outward(Role::Bastion, network::time_server, 123, UDP, records),
            Event::Scan => self.scan(records),
            Event::PingFromOutside => self.ping_from_outside(records),
            Event::Straggler => self.straggler(records),
            Event::PostgresRefusesNewApps => self.postgres_refuses(records),
            Event::AclDropsReplies => self.acl_drops_replies(records),
            Event::HealthCheckOfDeadPort => self.dead_health_check(records),
            Event::ScanBurst => self.scan_burst(records),
        }
    }

    fn any(&mut self, role: Role) -> InterfaceId {
        self.network.any(role, &mut self.random)
    }

    fn v4(&self, interface: InterfaceId, port: u16) -> End {
        End { address: self.network.interface(interface).v4, port, interface: Some(interface) }
    }

    fn v6(&self, interface: InterfaceId, port: u16) -> End {
        End { address: self.network.interface(interface).v6, port, interface: Some(interface) }
    }

    fn ephemeral(&mut self) -> u16 {
        let (first, last) = EPHEMERAL;
        self.random.between(first, last) as u16
    }

    fn record(&mut self, conversation: Conversation, records: &mut Vec<Record>) {
        conversation.record(self.minute_start_secs, &mut self.random, records);
    }

    /// An answered conversation of ordinary size: many short, few long and huge.
    fn answered(&mut self, client: End, server: End, protocol: u8, reply_packet_bytes: u64) -> Conversation {
        if protocol == ICMP {
            let n_packets = self.random.between(1, 5);
            let sent = Sent { packets: n_packets, bytes: n_packets * PING_BYTES, tcp_flags: 0 };
            return Conversation {
                client,
                server,
                protocol,
                request: sent,
                reply: sent,
                outcome: Outcome::Answered,
            };
        }
        let is_tcp = protocol == TCP;
        let n_packets = if is_tcp { 4 + self.random.heavy_tailed(60_000) } else { self.random.between(1, 4) };
        let (request_flags, reply_flags) = match self.random.below(10) {
            // Opened and closed in the window, opened, closed, or going on.
            0..5 => (SYN | FIN, SYN_ACK | FIN),
            5..7 => (SYN, SYN_ACK),
            7..9 => (FIN, FIN),
            _ => (0, 0),
        };
        let bytes_asked = if is_tcp { self.random.below(600) } else { 0 };
        let request_bytes = n_packets * self.random.between(52, 120) + bytes_asked;
        let reply_packets = if is_tcp { n_packets + self.random.below(n_packets) } else { n_packets };
        let reply_bytes = reply_packets * self.random.between(60, reply_packet_bytes);
        Conversation {
            client,
            server,
            protocol,
            request: Sent { packets: n_packets, bytes: request_bytes, tcp_flags: request_flags },
            reply: Sent { packets: reply_packets, bytes: reply_bytes, tcp_flags: reply_flags },
            outcome: Outcome::Answered,
        }
    }

    /// A request that is tried `n_tries` times and gets no further than to the server's door.
    fn tried(&mut self, client: End, server: End, n_tries: u64, outcome: Outcome) -> Conversation {
        const SYN_BYTES: u64 = 60;
        let sent = |tcp_flags| Sent { packets: n_tries, bytes: n_tries * SYN_BYTES, tcp_flags };
        Conversation { client, server, protocol: TCP, request: sent(SYN), reply: sent(SYN_ACK), outcome }
    }

    /// Between two of our own.
    fn exchange(
        &mut self,
        client: InterfaceId,
        server: InterfaceId,
        port: u16,
        protocol: u8,
        records: &mut Vec<Record>,
    ) {
        let client_port = if protocol == ICMP { 0 } else { self.ephemeral() };
        let client_port = self.answered_port(client, server, client_port);
        let (client, server) = (self.v4(client, client_port), self.v4(server, port));
        let conversation = self.answered(client, server, protocol, 900);
        self.record(conversation, records);
    }

    /// A port to which the server's subnet lets replies out: a monitor that is answered there asked from such a one.
    fn answered_port(&self, client: InterfaceId, server: InterfaceId, port: u16) -> u16 {
        let is_guarded = self.network.interface(server).subnet_number() == SUBNET_WITHOUT_LOW_PORTS;
        if !is_guarded || port == 0 || self.network.interface(client).role != Role::Monitor {
            return port;
        }
        let (_, last) = EPHEMERAL;
        let n_allowed = last as u16 - FIRST_REPLY_PORT_ALLOWED + 1;
        FIRST_REPLY_PORT_ALLOWED + port % n_allowed
    }

    fn between(&mut self, from: Role, to: Role, port: u16, records: &mut Vec<Record>) {
        let (client, server) = (self.any(from), self.any(to));
        self.exchange(client, server, port, TCP, records);
    }

    fn any_host_calls(&mut self, role: Role, port: u16, protocol: u8, records: &mut Vec<Record>) {
        let (client, server) = (self.network.any_host(&mut self.random), self.any(role));
        if client != server {
            self.exchange(client, server, port, protocol, records);
        }
    }

    fn calls_any_host(&mut self, role: Role, port: u16, protocol: u8, records: &mut Vec<Record>) {
        let (client, server) = (self.any(role), self.network.any_host(&mut self.random));
        if client != server {
            self.exchange(client, server, port, protocol, records);
        }
    }

    /// To the internet, or to a service of AWS, without a NAT gateway.
    fn outward(
        &mut self,
        role: Role,
        to: fn(&mut Random) -> Address,
        port: u16,
        protocol: u8,
        records: &mut Vec<Record>,
    ) {
        let (interface, client_port, address) = (self.any(role), self.ephemeral(), to(&mut self.random));
        let (client, server) = (self.v4(interface, client_port), outside(address, port));
        let conversation = self.answered(client, server, protocol, 1_400);
        self.record(conversation, records);
    }

    fn web_request(&mut self, records: &mut Vec<Record>) {
        let balancer = self.any(Role::LoadBalancer);
        let port = if self.random.one_in(12) { 80 } else { 443 };
        let (client_port, is_v6) = (self.ephemeral(), self.random.below(100) < self.ipv6_percent.into());
        let (address, server) = if is_v6 {
            (network::client_v6(&mut self.random), self.v6(balancer, port))
        } else {
            (network::client_v4(&mut self.random), self.v4(balancer, port))
        };
        let client = outside(address, client_port);
        let conversation = self.answered(client, server, TCP, 1_400);
        self.record(conversation, records);
    }

    /// Over a connection that stays open for hours: the same ports in every window.
    fn pooled(&mut self, from: Role, to: Role, port: u16, records: &mut Vec<Record>) {
        let slot = self.n_pooled;
        self.n_pooled += 1;
        let (first, last) = EPHEMERAL;
        let client_port = (first + slot * 31 % (last - first)) as u16;
        let client = self.v4(self.network.nth(from, slot), client_port);
        let server = self.v4(self.network.nth(to, slot / 16), port);
        let mut conversation = self.answered(client, server, TCP, 1_000);
        (conversation.request.tcp_flags, conversation.reply.tcp_flags) = (0, 0);
        self.record(conversation, records);
    }

    fn replication(&mut self, records: &mut Vec<Record>) {
        let (primary, replica) = (self.network.nth(Role::Postgres, 0), self.network.nth(Role::Postgres, 1));
        let (client, server) = (self.v4(replica, 40_112), self.v4(primary, 5432));
        let n_packets = 2_000 + self.random.below(40_000);
        let request = Sent { packets: n_packets / 2, bytes: n_packets / 2 * 60, tcp_flags: 0 };
        let reply = Sent { packets: n_packets, bytes: n_packets * 1_380, tcp_flags: 0 };
        let outcome = Outcome::Answered;
        self.record(Conversation { client, server, protocol: TCP, request, reply, outcome }, records);
    }

    /// An app instance fetches from the internet: the NAT gateway logs both of its sides.
    fn through_nat(&mut self, records: &mut Vec<Record>) {
        let (app, nat) = (self.any(Role::App), self.any(Role::NatGateway));
        let (app_port, nat_port) = (self.ephemeral(), self.random.between(1_024, 65_535) as u16);
        let mirror = network::package_mirror(&mut self.random);
        let (client, server) = (self.v4(app, app_port), outside(mirror, 443));
        let conversation = self.answered(client, server, TCP, 1_400);
        self.record(conversation, records);

        // Towards the instance: the gateway's address, and behind it the mirror's as the packet's own.
        let inner = Conversation {
            client: End { interface: None, ..client },
            server: End { port: 443, ..self.v4(nat, 443) },
            ..conversation
        };
        let first_inner = records.len();
        self.record(inner, records);
        for record in &mut records[first_inner..] {
            if let Record::Flow(flow) = record {
                if flow.ingress {
                    flow.pkt_dst = mirror;
                } else {
                    flow.pkt_src = mirror;
                }
            }
        }
        let outer = Conversation { client: self.v4(nat, nat_port), ..conversation };
        self.record(outer, records);
    }

    fn admin_ssh(&mut self, records: &mut Vec<Record>) {
        let (bastion, port) = (self.any(Role::Bastion), self.ephemeral());
        let admin = network::administrator(&mut self.random);
        let (client, server) = (outside(admin, port), self.v4(bastion, 22));
        let conversation = self.answered(client, server, TCP, 300);
        self.record(conversation, records);
    }

    fn public_door(&mut self) -> InterfaceId {
        let role = self.random.pick(&[Role::LoadBalancer, Role::Bastion, Role::NatGateway]);
        self.any(role)
    }

    fn scan(&mut self, records: &mut Vec<Record>) {
        let (mut port, _) = SCANNED[self.random.weighted(&self.scan_weights)];
        let door = self.public_door();
        // What is open there is not a rejected scan.
        if self.network.interface(door).role == Role::LoadBalancer && matches!(port, 80 | 443) {
            port = 8081;
        }
        let (address, from_port) =
            (network::scanner(&mut self.random), self.random.between(1_024, 65_535) as u16);
        let (client, server) = (outside(address, from_port), self.v4(door, port));
        let n_tries = self.random.pick(&[1, 1, 1, 2]);
        let conversation = self.tried(client, server, n_tries, Outcome::RequestRejected);
        self.record(conversation, records);
    }

    /// One source goes through the ports of the bastion.
    fn scan_burst(&mut self, records: &mut Vec<Record>) {
        self.next_port = self.next_port.wrapping_add(1);
        let port = if self.next_port % 1_024 == 22 { 2_222 } else { self.next_port % 1_024 + 1 };
        let bastion = self.any(Role::Bastion);
        let (client, server) = (outside(network::BURST_SCANNER, 54_321), self.v4(bastion, port));
        let conversation = self.tried(client, server, 1, Outcome::RequestRejected);
        self.record(conversation, records);
    }

    fn ping_from_outside(&mut self, records: &mut Vec<Record>) {
        let (door, address) = (self.public_door(), network::scanner(&mut self.random));
        let (client, server) = (outside(address, 0), self.v4(door, 0));
        let sent = Sent { packets: 1, bytes: PING_BYTES, tcp_flags: 0 };
        let outcome = Outcome::RequestRejected;
        self.record(
            Conversation { client, server, protocol: ICMP, request: sent, reply: sent, outcome },
            records,
        );
    }

    /// A client's last packets come after the load balancer has forgotten the connection.
    fn straggler(&mut self, records: &mut Vec<Record>) {
        let (balancer, port) = (self.any(Role::LoadBalancer), self.ephemeral());
        let address = network::client_v4(&mut self.random);
        let (client, server) = (outside(address, port), self.v4(balancer, 443));
        let tcp_flags = self.random.pick(&[0, FIN, FIN, RST]);
        let sent = Sent { packets: 1, bytes: 40, tcp_flags };
        let outcome = Outcome::RequestRejected;
        self.record(
            Conversation { client, server, protocol: TCP, request: sent, reply: sent, outcome },
            records,
        );
    }

    fn postgres_refuses(&mut self, records: &mut Vec<Record>) {
        let app = self.any(Role::AppInWrongGroup);
        let primary = self.network.nth(Role::Postgres, 0);
        let (client_port, n_tries) = (self.ephemeral(), self.random.between(3, 6));
        let (client, server) = (self.v4(app, client_port), self.v4(primary, 5432));
        let conversation = self.tried(client, server, n_tries, Outcome::RequestRejected);
        self.record(conversation, records);
    }

    fn acl_drops_replies(&mut self, records: &mut Vec<Record>) {
        let client_port = self.random.between(EPHEMERAL.0, u64::from(FIRST_REPLY_PORT_ALLOWED) - 1) as u16;
        let (monitor, cache) = (self.any(Role::Monitor), self.network.nth(Role::Redis, 1));
        let (client, server) = (self.v4(monitor, client_port), self.v4(cache, 6379));
        let n_tries = self.random.between(2, 4);
        let conversation = self.tried(client, server, n_tries, Outcome::ReplyRejected);
        self.record(conversation, records);
    }

    /// Let through, and answered with a reset: accepted is not connected.
    fn dead_health_check(&mut self, records: &mut Vec<Record>) {
        let (balancer, web, port) = (self.any(Role::LoadBalancer), self.any(Role::Web), self.ephemeral());
        let (client, server) = (self.v4(balancer, port), self.v4(web, 8081));
        let request = Sent { packets: 1, bytes: 60, tcp_flags: SYN };
        let reply = Sent { packets: 1, bytes: 40, tcp_flags: RST };
        let outcome = Outcome::Answered;
        self.record(Conversation { client, server, protocol: TCP, request, reply, outcome }, records);
    }
}
