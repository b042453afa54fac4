//! The simulated VPC: five subnets, their hosts, and rules of which some are too strict.

use std::net::Ipv4Addr;

use super::rules::{Fit, NetworkAcl, SecurityGroup, Way};

const ANYWHERE: (Ipv4Addr, u8) = (Ipv4Addr::UNSPECIFIED, 0);
pub const VPC: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 0, 0, 0), 16);
const ALL_PORTS: (u16, u16) = (0, u16::MAX);
const EPHEMERAL: (u16, u16) = (1_024, u16::MAX);
const TCP: Option<u8> = Some(6);
const UDP: Option<u8> = Some(17);
const ICMP: Option<u8> = Some(1);

/// What a subnet is for; its number is the third part of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Web servers and the NAT gateway, reached from the internet.
    Public,
    App,
    /// Its network ACL denies SSH, its hosts may ask for little.
    Data,
    /// Its network ACL lets replies to ephemeral ports not out.
    NoRepliesOut,
    /// Its network ACL lets replies to ephemeral ports not in.
    NoRepliesIn,
    /// VPC Block Public Access is on here.
    Blocked,
}

impl Place {
    pub const ALL: [Place; 6] =
        [Place::Public, Place::App, Place::Data, Place::NoRepliesOut, Place::NoRepliesIn, Place::Blocked];
}

/// What a host does with a request that was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Reply,
    /// A reset: nobody listens.
    Refuse,
    /// Its own firewall drops it.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub address: Ipv4Addr,
    pub place: Place,
    /// Among those of its place.
    pub number: u8,
    pub interface_id: String,
    pub subnet_id: String,
    pub group: SecurityGroup,
    /// A NAT gateway has no security group, and passes on what it gets.
    pub is_nat_gateway: bool,
}

pub struct Network {
    pub hosts: Vec<Host>,
}

/// Hosts of each subnet.
const HOSTS: u8 = 6;

impl Network {
    pub fn new() -> Network {
        let mut hosts = Vec::new();
        for (number, place) in (0u8..).zip(Place::ALL) {
            for host in 0..HOSTS {
                let is_nat_gateway = place == Place::Public && host == HOSTS - 1;
                hosts.push(Host {
                    address: Ipv4Addr::new(10, 0, number, 10 + host),
                    place,
                    number: host,
                    interface_id: format!("eni-0{number}{host:02}"),
                    subnet_id: format!("subnet-0{number}"),
                    group: group_of(place),
                    is_nat_gateway,
                });
            }
        }
        Network { hosts }
    }

    pub fn host_at(&self, address: Ipv4Addr) -> Option<usize> {
        self.hosts.iter().position(|host| host.address == address)
    }

    /// What becomes of a request at a service; everybody outside replies.
    pub fn answer(&self, address: Ipv4Addr, port: u16) -> Answer {
        let Some(host) = self.host_at(address).map(|host| &self.hosts[host]) else { return Answer::Reply };
        match (host.place, host.number, port) {
            (Place::Public, 1, 80) | (Place::App, 2, 7_070) | (Place::Data, 1, 6_379) => Answer::Refuse,
            (Place::Public, 2, 80) | (Place::App, 3, 8_080) | (Place::Data, 2, 5_432) => Answer::Nothing,
            (Place::App, 4, 53) => Answer::Nothing,
            _ => Answer::Reply,
        }
    }

    /// Whether packets go this way in vain: a route is missing. The way back is another one.
    pub fn is_lost(&self, src: Ipv4Addr, dst: Ipv4Addr) -> bool {
        let host =
            |address| self.host_at(address).map(|host| (self.hosts[host].place, self.hosts[host].number));
        let (Some(src), Some(dst)) = (host(src), host(dst)) else { return false };
        matches!((src, dst), ((Place::Blocked, _), (Place::App, 5)) | ((Place::App, 0), (Place::Public, _)))
    }

    pub fn nat_gateway(&self) -> usize {
        self.hosts.iter().position(|host| host.is_nat_gateway).expect("there is one")
    }

    pub fn of_place(&self, place: Place) -> Vec<usize> {
        let is_there = |at: &usize| self.hosts[*at].place == place && !self.hosts[*at].is_nat_gateway;
        (0..self.hosts.len()).filter(is_there).collect()
    }
}

pub fn group_of(place: Place) -> SecurityGroup {
    use Way::{In, Out};
    let everything_out = Fit::new(Out, None, ALL_PORTS, ANYWHERE);
    let rules = match place {
        Place::Public => vec![
            Fit::new(In, TCP, (80, 80), ANYWHERE),
            Fit::new(In, TCP, (443, 443), ANYWHERE),
            Fit::new(In, TCP, (22, 22), VPC),
            Fit::new(In, ICMP, ALL_PORTS, VPC),
            everything_out,
        ],
        Place::App => vec![
            Fit::new(In, TCP, (8_080, 8_080), VPC),
            Fit::new(In, TCP, (7_070, 7_070), VPC),
            Fit::new(In, UDP, (53, 53), VPC),
            Fit::new(In, ICMP, ALL_PORTS, VPC),
            everything_out,
        ],
        Place::Data => vec![
            Fit::new(In, TCP, (5_432, 5_432), VPC),
            Fit::new(In, TCP, (6_379, 6_379), VPC),
            Fit::new(In, TCP, (22, 22), VPC),
            Fit::new(Out, TCP, (443, 443), ANYWHERE),
            Fit::new(Out, UDP, (53, 53), VPC),
        ],
        Place::NoRepliesOut | Place::NoRepliesIn | Place::Blocked => vec![
            Fit::new(In, TCP, (443, 443), ANYWHERE),
            Fit::new(In, TCP, (8_080, 8_080), VPC),
            Fit::new(In, UDP, (53, 53), VPC),
            Fit::new(In, ICMP, ALL_PORTS, VPC),
            everything_out,
        ],
    };
    SecurityGroup { rules }
}

pub fn acl_of(place: Place) -> NetworkAcl {
    use Way::{In, Out};
    let all = |way| (Fit::new(way, None, ALL_PORTS, ANYWHERE), true);
    let rules = match place {
        Place::Public => vec![
            // Nobody may send mail through the NAT gateway.
            (Fit::new(In, TCP, (25, 25), VPC), false),
            all(In),
            all(Out),
        ],
        Place::Data => vec![(Fit::new(In, TCP, (22, 22), ANYWHERE), false), all(In), all(Out)],
        Place::NoRepliesOut => vec![
            all(In),
            (Fit::new(Out, TCP, (0, 1_023), ANYWHERE), true),
            (Fit::new(Out, UDP, (0, 1_023), ANYWHERE), true),
        ],
        Place::NoRepliesIn => vec![
            (Fit::new(In, TCP, (0, 1_023), ANYWHERE), true),
            (Fit::new(In, TCP, (8_080, 8_080), ANYWHERE), true),
            (Fit::new(In, UDP, (0, 1_023), ANYWHERE), true),
            all(Out),
        ],
        Place::App | Place::Blocked => {
            vec![(Fit::new(In, None, EPHEMERAL, ANYWHERE), true), all(In), all(Out)]
        }
    };
    NetworkAcl { rules }
}
