//! Fan-in: a port that is met from many ports of its peers is a server's.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::analysis::by_key::ByKey;
use crate::analysis::endpoint::Endpoint;

/// Ports of peers from which on an end is a server: a client's port is used again for a few peers at most.
pub(in crate::analysis) const PEER_PORTS_MIN: usize = 8;

/// The largest port that fan-in takes for a server's. Above it lie the ephemeral ports of Linux and Windows: a
/// scanner that sends all its probes from one such port would look like a server with many clients.
const SERVER_PORT_MAX: u16 = 32_767;

/// Distinct ports of peers: the smallest [`PEER_PORTS_MIN`] of them. No more are needed to say whether there are
/// enough, and the smallest are the same in whatever order they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct PeerPorts {
    n_ports: u8,
    /// The first `n_ports`, ascending.
    ports: [u16; PEER_PORTS_MIN],
}

impl PeerPorts {
    pub fn is_server(&self) -> bool {
        usize::from(self.n_ports) == PEER_PORTS_MIN
    }

    pub fn insert(&mut self, port: u16) {
        let n_ports = usize::from(self.n_ports);
        if self.is_server() && port >= self.ports[n_ports - 1] {
            return;
        }
        if let Err(at) = self.ports[..n_ports].binary_search(&port) {
            self.n_ports = (n_ports + 1).min(PEER_PORTS_MIN) as u8;
            self.ports[at..usize::from(self.n_ports)].rotate_right(1);
            self.ports[at] = port;
        }
    }

    pub fn n_ports(&self) -> u8 {
        self.n_ports
    }

    pub fn merge(&mut self, other: PeerPorts) {
        for &port in &other.ports[..usize::from(other.n_ports)] {
            self.insert(port);
        }
    }
}

/// The peers' ports of every endpoint that can be a server.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct FanIn {
    endpoints: ByKey<Endpoint, PeerPorts>,
}

impl FanIn {
    pub fn can_be_server(port: u16) -> bool {
        port <= SERVER_PORT_MAX
    }

    pub fn with_capacity(n_endpoints: usize) -> FanIn {
        FanIn { endpoints: ByKey::with_capacity(n_endpoints) }
    }

    /// Notes both ends of a row.
    pub fn note(&mut self, src: u32, dst: u32, src_port: u16, dst_port: u16, protocol: Option<u8>) {
        for (address, port, peer_port) in [(src, src_port, dst_port), (dst, dst_port, src_port)] {
            self.note_end(address, port, protocol, peer_port);
        }
    }

    /// Notes one end of a row.
    pub fn note_end(&mut self, address: u32, port: u16, protocol: Option<u8>, peer_port: u16) {
        if FanIn::can_be_server(port) {
            self.note_port(Endpoint::new(address, Some(port), protocol), peer_port);
        }
    }

    /// Notes a port that an end which can be a server is met from.
    pub fn note_port(&mut self, end: Endpoint, peer_port: u16) {
        self.endpoints.at(end).insert(peer_port);
    }

    pub fn add(&mut self, endpoint: Endpoint, ports: PeerPorts) {
        self.endpoints.at(endpoint).merge(ports);
    }

    pub fn get(&self, endpoint: Endpoint) -> Option<&PeerPorts> {
        self.endpoints.get(&endpoint)
    }

    pub fn endpoints(&self) -> &[(Endpoint, PeerPorts)] {
        self.endpoints.entries()
    }

    pub fn into_endpoints(self) -> Vec<(Endpoint, PeerPorts)> {
        self.endpoints.into_entries()
    }
}

/// The endpoints that are servers by it.
pub(in crate::analysis) type Servers = HashSet<Endpoint, FxBuildHasher>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_ports_stay_whatever_the_order() {
        let ports: Vec<u16> = (0..20u32).map(|n| (n * 7_919 % 60_000) as u16).collect();
        let mut all = PeerPorts::default();
        let (mut one, mut other) = (PeerPorts::default(), PeerPorts::default());
        for (n, &port) in ports.iter().enumerate() {
            all.insert(port);
            all.insert(port);
            if n % 3 == 0 { one.insert(port) } else { other.insert(port) }
        }
        let mut expected = ports.clone();
        expected.sort_unstable();
        assert_eq!(all.ports[..], expected[..PEER_PORTS_MIN]);
        other.merge(one);
        assert_eq!(other, all);
    }

    #[test]
    fn it_takes_many_ports_not_many_rows() {
        let mut ports = PeerPorts::default();
        for port in [5, 1, 2, 3, 4, 6, 7, 7, 7, 1, 2] {
            ports.insert(port);
        }
        assert!(!ports.is_server());
        ports.insert(0);
        assert!(ports.is_server());
    }
}
