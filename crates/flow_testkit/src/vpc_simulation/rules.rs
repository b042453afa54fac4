//! The simulated account's rules, and the plainest reading of them: groups allow, ACLs go by number.

use std::net::Ipv4Addr;

/// Which way a rule looks, seen from the interface or its subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// What a rule fits: a protocol (any where it is `None`), ports of the destination, and the other end.
#[derive(Clone, Copy, Debug)]
pub struct Fit {
    pub way: Way,
    pub protocol: Option<u8>,
    pub ports: (u16, u16),
    pub peer: (Ipv4Addr, u8),
}

impl Fit {
    pub const fn new(way: Way, protocol: Option<u8>, ports: (u16, u16), peer: (Ipv4Addr, u8)) -> Fit {
        Fit { way, protocol, ports, peer }
    }

    fn fits(&self, way: Way, protocol: u8, dst_port: u16, peer: Ipv4Addr) -> bool {
        let (base, n_bits) = self.peer;
        let is_peer = n_bits == 0 || u32::from(base) >> (32 - n_bits) == u32::from(peer) >> (32 - n_bits);
        // Protocols without ports have port 0 on both ends, which every rule of theirs fits.
        let is_port = dst_port == 0 || (self.ports.0 <= dst_port && dst_port <= self.ports.1);
        self.way == way && self.protocol.is_none_or(|of| of == protocol) && is_port && is_peer
    }
}

/// Allows what one of its rules fits.
#[derive(Clone, Debug, Default)]
pub struct SecurityGroup {
    pub rules: Vec<Fit>,
}

impl SecurityGroup {
    pub fn allows(&self, way: Way, protocol: u8, dst_port: u16, peer: Ipv4Addr) -> bool {
        self.rules.iter().any(|rule| rule.fits(way, protocol, dst_port, peer))
    }
}

/// Does what the first rule that fits says; without one it denies.
#[derive(Clone, Debug, Default)]
pub struct NetworkAcl {
    /// In the order of their numbers.
    pub rules: Vec<(Fit, bool)>,
}

impl NetworkAcl {
    pub fn allows(&self, way: Way, protocol: u8, dst_port: u16, peer: Ipv4Addr) -> bool {
        let first = self.rules.iter().find(|(rule, _)| rule.fits(way, protocol, dst_port, peer));
        first.is_some_and(|(_, is_allowed)| *is_allowed)
    }
}
