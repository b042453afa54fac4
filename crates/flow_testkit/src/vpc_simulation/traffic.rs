//! Who talks to whom: applications that work, others that a rule stops, scanners, and packets that come too late.

use std::net::Ipv4Addr;

use flow_core::sample::Random;

use super::network::{Answer, Network, Place};
use super::packet::{End, FIN, ICMP, Packet, RST, SYN, SYN_ACK, TCP, UDP, Wires};

/// When a request that was not answered is sent again, seconds after the first.
const RETRIES_SECS: [u64; 4] = [0, 1, 3, 7];

/// Services that a scanner tries: more than the four that a test of its like can tell it by, whatever is open.
const SERVICES_SCANNED: (u64, u64) = (10, 40);

const SERVICES: [u16; 13] = [22, 25, 80, 443, 3_306, 3_389, 5_432, 6_379, 7_070, 8_080, 8_443, 9_200, 9_999];

pub struct Traffic<'a> {
    network: &'a Network,
    pub wires: Wires<'a>,
    pub scanners: Vec<Ipv4Addr>,
    random: Random,
    next_port: u16,
    n_conversations: u64,
}

#[derive(Clone, Copy)]
struct Conversation {
    number: u64,
    client: End,
    server: End,
    protocol: u8,
    nat_port: Option<u16>,
}

impl<'a> Traffic<'a> {
    pub fn new(network: &'a Network, seed: u64) -> Traffic<'a> {
        Traffic {
            network,
            wires: Wires::new(network),
            scanners: Vec::new(),
            random: Random::new(seed),
            next_port: 0,
            n_conversations: 0,
        }
    }

    /// One thing that happens about `at_secs`.
    pub fn happen(&mut self, at_secs: u64) {
        match self.random.weighted(&[46, 14, 10, 10, 6, 6, 5, 3]) {
            0 => self.inside(at_secs),
            1 => self.visitor(at_secs),
            2 => self.udp_inside(at_secs),
            3 => self.through_nat(at_secs),
            4 => self.ping(at_secs),
            5 => self.stranger(at_secs),
            6 => self.inside_one_subnet(at_secs),
            _ => self.scan(at_secs),
        }
    }

    /// One host of the VPC asks another, whatever rules say.
    fn inside(&mut self, at_secs: u64) {
        let (client, server) = (self.any_host(), self.any_host());
        if client != server {
            let port = self.likely_service(server);
            let conversation = self.between(client, server, port, TCP);
            self.connect(conversation, at_secs);
        }
    }

    fn inside_one_subnet(&mut self, at_secs: u64) {
        let place = self.random.pick(&Place::ALL);
        let hosts = self.network.of_place(place);
        let (client, server) = (self.random.pick(&hosts), self.random.pick(&hosts));
        if client != server {
            let port = self.likely_service(server);
            let conversation = self.between(client, server, port, TCP);
            self.connect(conversation, at_secs);
        }
    }

    /// Somebody on the internet who knows where to go.
    fn visitor(&mut self, at_secs: u64) {
        let places = [Place::Public, Place::Public, Place::NoRepliesOut, Place::Blocked];
        let servers = self.network.of_place(self.random.pick(&places));
        let server = self.random.pick(&servers);
        let client = Ipv4Addr::new(198, 51, 100, self.random.below(250) as u8);
        let conversation = self.towards(client, server, 443, TCP);
        self.connect(conversation, at_secs);
    }

    /// Somebody on the internet whom one rule lets not in: a partner, more often than not.
    fn stranger(&mut self, at_secs: u64) {
        let servers = self.network.of_place(Place::App);
        let server = self.random.pick(&servers);
        // An address of its own, so that nobody comes to four services by chance.
        let n = self.random.below(1 << 16) as u32;
        let client = Ipv4Addr::from(u32::from(Ipv4Addr::new(203, 0, 0, 0)) + n);
        let port = self.random.pick(&SERVICES);
        let conversation = self.towards(client, server, port, TCP);
        self.connect(conversation, at_secs);
    }

    fn udp_inside(&mut self, at_secs: u64) {
        let (client, server) = (self.any_host(), self.any_host());
        if client == server {
            return;
        }
        let port = self.random.pick(&[53, 53, 53, 123, 514, 9_999]);
        let conversation = self.between(client, server, port, UDP);
        let bytes = self.random.between(60, 300);
        self.ask_once(conversation, at_secs, bytes);
    }

    fn ping(&mut self, at_secs: u64) {
        let (client, server) = (self.any_host(), self.any_host());
        if client != server {
            let end = |host: usize| End { address: self.network.hosts[host].address, port: 0 };
            let conversation = Conversation {
                number: self.next_conversation(),
                client: end(client),
                server: end(server),
                protocol: ICMP,
                nat_port: None,
            };
            self.ask_once(conversation, at_secs, 84);
        }
    }

    fn through_nat(&mut self, at_secs: u64) {
        let clients = self.network.of_place(self.random.pick(&[Place::App, Place::Data, Place::NoRepliesIn]));
        let client = self.random.pick(&clients);
        let port = self.random.pick(&[443, 443, 443, 80, 25, 22]);
        let server = Ipv4Addr::new(192, 0, 2, self.random.below(200) as u8);
        let client = End { address: self.network.hosts[client].address, port: self.ephemeral() };
        let nat_port = Some(self.ephemeral());
        let server = End { address: server, port };
        let number = self.next_conversation();
        self.connect(Conversation { number, client, server, protocol: TCP, nat_port }, at_secs);
    }

    /// A scanner tries services of many hosts, and lets go of those that answer.
    fn scan(&mut self, at_secs: u64) {
        let n = self.scanners.len() as u32;
        let scanner = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + n);
        self.scanners.push(scanner);
        let (few, many) = SERVICES_SCANNED;
        for probe in 0..self.random.between(few, many) {
            let server = loop {
                let host = self.any_host();
                if self.network.hosts[host].place != Place::Blocked {
                    break host;
                }
            };
            let port = self.random.pick(&SERVICES);
            let conversation = self.towards(scanner, server, port, TCP);
            let at_secs = at_secs + probe * self.random.between(0, 9);
            if self.send(conversation, at_secs, true, SYN, 44) && self.shake_hands(conversation, at_secs, 44)
            {
                self.send(conversation, at_secs, true, RST, 40);
            }
        }
    }

    /// TCP from the SYN to the end, and now and then past it.
    fn connect(&mut self, of: Conversation, at_secs: u64) {
        let Some(mut now) = self.open(of, at_secs) else { return };
        let n_turns = self.random.heavy_tailed(30);
        for _ in 0..n_turns {
            now += self.random.heavy_tailed(90);
            let (asked, answered) = (self.random.between(40, 600), self.random.between(52, 1_500));
            if !self.send(of, now, true, 0, asked) || !self.send(of, now, false, 0, answered) {
                return;
            }
        }
        match self.random.below(20) {
            0 => {
                // Both fell asleep for longer than anybody remembers them.
                now += self.random.between(400, 2_000);
                let from_client = self.random.one_in(2);
                let bytes = self.random.between(40, 1_500);
                for retry in RETRIES_SECS {
                    self.send(of, now + retry, from_client, 0, bytes);
                }
            }
            n => {
                self.send(of, now, true, FIN, 52);
                self.send(of, now, false, FIN, 52);
                self.wires.forget(of.client, of.server);
                if n <= 4 {
                    now += self.random.between(1, 200);
                    let from_client = self.random.one_in(2);
                    let flags = self.random.pick(&[0, FIN, RST, RST]);
                    for packet in 0..self.random.between(1, 3) {
                        self.send(of, now + packet, from_client, flags, 40);
                    }
                }
            }
        }
    }

    /// The handshake; when it was done, if it was.
    fn open(&mut self, of: Conversation, at_secs: u64) -> Option<u64> {
        let mut answered = false;
        for retry in RETRIES_SECS {
            let now = at_secs + retry;
            if self.send(of, now, true, SYN, 60) {
                answered = self.shake_hands(of, now, 60);
                if answered || self.answer(of) == Answer::Refuse {
                    break;
                }
            }
        }
        answered.then_some(at_secs + 8)
    }

    /// What the server does with a SYN that arrived; whether the client learns that it may go on.
    fn shake_hands(&mut self, of: Conversation, now: u64, bytes: u64) -> bool {
        match self.answer(of) {
            Answer::Reply => self.send(of, now, false, SYN_ACK, bytes),
            Answer::Refuse => {
                self.send(of, now, false, RST, 40);
                false
            }
            Answer::Nothing => false,
        }
    }

    fn answer(&self, of: Conversation) -> Answer {
        self.network.answer(of.server.address, of.server.port)
    }

    /// A request of one packet, sent again while nothing comes back.
    fn ask_once(&mut self, of: Conversation, at_secs: u64, bytes: u64) {
        for retry in RETRIES_SECS {
            let now = at_secs + retry;
            if self.send(of, now, true, 0, bytes)
                && self.answer(of) == Answer::Reply
                && self.send(of, now, false, 0, bytes)
            {
                return;
            }
        }
    }

    fn send(&mut self, of: Conversation, at_secs: u64, is_request: bool, flags: u8, bytes: u64) -> bool {
        let (src, dst) = if is_request { (of.client, of.server) } else { (of.server, of.client) };
        let packet = Packet {
            conversation: of.number,
            at_secs,
            src,
            dst,
            protocol: of.protocol,
            flags,
            bytes,
            is_request,
        };
        match of.nat_port {
            Some(port) => self.wires.send_through_nat(packet, port),
            None => self.wires.send(packet),
        }
    }

    fn between(&mut self, client: usize, server: usize, port: u16, protocol: u8) -> Conversation {
        self.towards(self.network.hosts[client].address, server, port, protocol)
    }

    fn towards(&mut self, client: Ipv4Addr, server: usize, port: u16, protocol: u8) -> Conversation {
        let client = End { address: client, port: self.ephemeral() };
        let server = End { address: self.network.hosts[server].address, port };
        Conversation { number: self.next_conversation(), client, server, protocol, nat_port: None }
    }

    /// A service that the host has, mostly; now and then one that nobody lets in.
    fn likely_service(&mut self, host: usize) -> u16 {
        let offered: &[u16] = match self.network.hosts[host].place {
            Place::Public => &[80, 443, 22],
            Place::App => &[8_080, 7_070],
            Place::Data => &[5_432, 6_379, 22],
            Place::NoRepliesOut | Place::NoRepliesIn | Place::Blocked => &[443, 8_080],
        };
        if self.random.one_in(4) { self.random.pick(&SERVICES) } else { self.random.pick(offered) }
    }

    fn any_host(&mut self) -> usize {
        loop {
            let host = self.random.below(self.network.hosts.len() as u64) as usize;
            if !self.network.hosts[host].is_nat_gateway {
                return host;
            }
        }
    }

    fn next_conversation(&mut self) -> u64 {
        self.n_conversations += 1;
        self.n_conversations
    }

    /// The next port of Linux's range, so that no two conversations share one for long.
    fn ephemeral(&mut self) -> u16 {
        const FIRST: u16 = 32_768;
        const N_PORTS: u16 = 28_232;
        self.next_port = (self.next_port + 1) % N_PORTS;
        FIRST + self.next_port
    }
}
