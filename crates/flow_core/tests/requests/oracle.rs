//! Requests read literally off docs/rules.md: rows are looked through again and again, nothing is prepared, nothing is
//! quick. Rules are read by the testkit's literal reading, so nothing is shared but the words.

use std::collections::{BTreeMap, BTreeSet};

use flow_core::config::evaluate::Answer;
use flow_core::config::{Configuration, Flow, Placement, PortPair, RuleDirection};
use flow_core::record::Address;
use flow_core::record::address::Prefix;
use flow_core::record::name::service_name;
use flow_testkit::rules_oracle as rules;

const TCP: u8 = 6;
const SYN: u64 = 2;
const ACK: u64 = 16;
const SPAN_SECS: u64 = 660;

#[derive(Clone, Debug)]
pub struct Row {
    pub interface: &'static str,
    pub src: Address,
    pub dst: Address,
    pub ports: Option<(u16, u16)>,
    pub protocol: u8,
    pub packets: u64,
    pub start: u64,
    pub is_accepted: bool,
    pub flags: Option<u64>,
    pub is_egress: bool,
}

impl Row {
    pub const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                              tcp-flags flow-direction\n";

    pub fn line(&self) -> String {
        let (src_port, dst_port) = self
            .ports
            .map_or(("-".to_owned(), "-".to_owned()), |(src, dst)| (src.to_string(), dst.to_string()));
        format!(
            "{} {} {} {src_port} {dst_port} {} {} {} {} {} {} {} {}\n",
            self.interface,
            self.src,
            self.dst,
            self.protocol,
            self.packets,
            self.packets * 40,
            self.start,
            self.start + 30,
            if self.is_accepted { "ACCEPT" } else { "REJECT" },
            self.flags.map_or("-".to_owned(), |flags| flags.to_string()),
            if self.is_egress { "egress" } else { "ingress" },
        )
    }

    fn has_ports(&self) -> bool {
        [6, 17].contains(&self.protocol)
    }

    fn is_syn(&self) -> bool {
        self.protocol == TCP && self.flags.is_some_and(|flags| flags & SYN != 0 && flags & ACK == 0)
    }

    fn is_syn_ack(&self) -> bool {
        self.protocol == TCP && self.flags.is_some_and(|flags| flags & SYN != 0 && flags & ACK != 0)
    }

    /// Whether its own ports settle that the source, or the destination, asked.
    fn settled_client_is_src(&self) -> Option<bool> {
        let (src, dst) = self.ports.filter(|_| self.has_ports())?;
        let (client, service, is_src) = match (by_service(src, dst), by_service(dst, src)) {
            (true, _) => (src, dst, true),
            (_, true) => (dst, src, false),
            _ => return None,
        };
        let contradicts = if is_src { self.is_syn_ack() } else { self.is_syn() };
        ((client > 32_767 || (service < 1_024 && service != 20)) && !contradicts).then_some(is_src)
    }

    /// Both ends with the ports that tell conversations apart: source, destination.
    fn ends(&self) -> [End; 2] {
        let ports = self.ports.filter(|_| self.has_ports());
        let settled = self.settled_client_is_src();
        [
            (self.src, ports.map(|ports| ports.0).filter(|_| settled != Some(true))),
            (self.dst, ports.map(|ports| ports.1).filter(|_| settled != Some(false))),
        ]
    }
}

/// A known service asked from an ephemeral port.
fn by_service(client: u16, service: u16) -> bool {
    let is_known = |port: u16| service_name(port.into()).is_some();
    is_known(service) && client >= 1_024 && !is_known(client)
}

type End = (Address, Option<u16>);

/// One end asked the other: the interface, whether it came in, local, remote, protocol, port.
pub type Asked = (&'static str, bool, Address, Address, u8, Option<u16>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub accepted: u64,
    pub rejected: u64,
    pub accepted_replies: u64,
    pub rejected_replies: u64,
    pub sessions: u64,
    pub client_ports: Option<(u16, u16)>,
}

#[derive(Debug, Default)]
pub struct Literal {
    pub requests: BTreeMap<Asked, Rows>,
    pub n_guessed: u64,
    pub n_unknown: u64,
    pub n_without_side: u64,
}

/// Rows of one conversation, taken out of `rows`: those with the same two ends, and where there are no ports, no more than
/// a span apart.
fn take_conversation(rows: &mut Vec<Row>) -> Vec<Row> {
    let mut of_one = vec![rows.remove(0)];
    let ends = |row: &Row| BTreeSet::from(row.ends());
    loop {
        let belongs = |row: &Row| {
            (ends(row), row.protocol) == (ends(&of_one[0]), of_one[0].protocol)
                && of_one.iter().any(|known| {
                    let has_ports = known.ends().iter().any(|end| end.1.is_some());
                    has_ports || (known.start / SPAN_SECS).abs_diff(row.start / SPAN_SECS) <= 1
                })
        };
        let Some(at) = rows.iter().position(belongs) else { return of_one };
        of_one.push(rows.remove(at));
    }
}

/// Who asked, and whether it is a guess.
fn who_asked(rows: &[Row], ends: [End; 2], all: &[Row]) -> Option<(End, bool)> {
    let by = |end: End| rows.iter().filter(move |row| row.ends()[0] == end);
    let other = |end: End| if end == ends[0] { ends[1] } else { ends[0] };
    let the_only = |holds: &dyn Fn(End) -> bool| match ends.map(holds) {
        [true, false] => Some(ends[0]),
        [false, true] => Some(ends[1]),
        _ => None,
    };
    if ends[0] == ends[1] {
        return None;
    }
    let flags = the_only(&|end| by(end).any(Row::is_syn) || by(other(end)).any(Row::is_syn_ack));
    if let Some(end) = flags {
        return Some((end, false));
    }
    if let Some(server) = the_only(&|end| is_server(end, rows[0].protocol, all)) {
        return Some((other(server), false));
    }
    let ports = ends[0].1.zip(ends[1].1);
    let known = the_only(&|end| match (end.1, other(end).1) {
        (Some(client), Some(service)) => by_service(client, service),
        // The client's port was left out, since it was settled by a known service.
        (None, Some(_)) => true,
        _ => false,
    });
    if let Some(end) = known {
        return Some((end, false));
    }
    let interfaces: BTreeSet<&str> = rows.iter().map(|row| row.interface).collect();
    let one_way = the_only(&|end| {
        interfaces.iter().any(|interface| {
            let here = |row: &&Row| row.interface == *interface;
            by(end).filter(here).any(|row| row.is_accepted)
                && !by(other(end)).filter(here).any(|row| row.is_accepted)
                && by(other(end)).filter(here).any(|row| !row.is_accepted)
        })
    });
    if let Some(end) = one_way {
        return Some((end, false));
    }
    if let Some((one, another)) = ports.filter(|(one, another)| one != another) {
        return Some((ends[usize::from(one < another)], true));
    }
    if let Some(end) = the_only(&|end| by(end).next().is_some()) {
        return Some((end, true));
    }
    let first = ends.map(|end| by(end).filter(|row| row.is_accepted).map(|row| row.start).min());
    match first {
        [Some(one), Some(other)] if one != other => Some((ends[usize::from(other < one)], true)),
        _ => None,
    }
}

/// Eight ports of peers, in rows of which neither flags nor ports settle who asked.
fn is_server(end: End, protocol: u8, all: &[Row]) -> bool {
    let Some(port) = end.1.filter(|port| *port <= 32_767) else { return false };
    let open = all.iter().filter(|row| {
        row.protocol == protocol
            && row.settled_client_is_src().is_none()
            && !row.is_syn()
            && !row.is_syn_ack()
    });
    let peer_ports: BTreeSet<u16> = open
        .flat_map(|row| {
            let [src, dst] = row.ends();
            let of_end = |this: End, peer: End| (this == (end.0, Some(port))).then_some(peer.1).flatten();
            [of_end(src, dst), of_end(dst, src)].into_iter().flatten()
        })
        .collect();
    peer_ports.len() >= 8
}

pub fn requests(all: &[Row]) -> Literal {
    let mut literal = Literal::default();
    let mut left = all.to_vec();
    while !left.is_empty() {
        let rows = take_conversation(&mut left);
        let ends = rows[0].ends();
        let asked = who_asked(&rows, ends, all);
        let client = asked.map(|(client, _)| client);
        let server = client.map(|client| if client == ends[0] { ends[1] } else { ends[0] });
        let lacks_port = rows[0].has_ports() && server.is_some_and(|server| server.1.is_none());
        let (Some((client, is_guess)), Some(server), false) = (asked, server, lacks_port) else {
            literal.n_unknown += rows.len() as u64;
            continue;
        };
        let interfaces: BTreeSet<&'static str> = rows.iter().map(|row| row.interface).collect();
        for interface in interfaces {
            let here: Vec<&Row> = rows.iter().filter(|row| row.interface == interface).collect();
            let is_own = |end: End| {
                here.iter().any(|row| if row.is_egress { row.ends()[0] == end } else { row.ends()[1] == end })
            };
            let comes_in = match (is_own(client), is_own(server)) {
                (true, false) => false,
                (false, true) => true,
                _ => {
                    literal.n_without_side += here.len() as u64;
                    continue;
                }
            };
            let (local, remote) = if comes_in { (server, client) } else { (client, server) };
            let key = (interface, comes_in, local.0, remote.0, here[0].protocol, server.1);
            let request = literal.requests.entry(key).or_default();
            for row in here {
                let is_asked = row.ends()[0] == client;
                let to = match (is_asked, row.is_accepted) {
                    (true, true) => &mut request.accepted,
                    (true, false) => &mut request.rejected,
                    (false, true) => &mut request.accepted_replies,
                    (false, false) => &mut request.rejected_replies,
                };
                *to += 1;
                request.sessions += u64::from(is_asked && row.is_accepted && row.packets > 100);
                literal.n_guessed += u64::from(is_guess);
                if let Some((src, dst)) = row.ports.filter(|_| row.has_ports()) {
                    let port = if is_asked { src } else { dst };
                    let (least, most) = request.client_ports.unwrap_or((port, port));
                    request.client_ports = Some((least.min(port), most.max(port)));
                }
            }
        }
    }
    literal
}

/// What the rules say to a request: every rule that admits it for certain and that may, and the answers of groups, ACL for
/// the request, ACL for the reply. `None` where the interface is not described.
#[derive(Debug)]
pub struct Ruled {
    pub certain: Vec<(String, String)>,
    pub possible: Vec<(String, String)>,
    pub groups: Answer,
    pub has_acl: bool,
    pub acl_request: (Answer, Option<String>),
    pub acl_reply: (Answer, Option<String>),
}

impl Ruled {
    /// An ACL that is not described lets pass.
    pub fn answers(&self) -> [Answer; 3] {
        let acl = |answer| if self.has_acl { answer } else { Answer::Yes };
        [self.groups, acl(self.acl_request.0), acl(self.acl_reply.0)]
    }
}

pub fn ruled(asked: &Asked, rows: &Rows, configuration: &Configuration) -> Option<Ruled> {
    let (interface, comes_in, _, remote, protocol, port) = *asked;
    let placement = Placement::of(configuration.interfaces.get(interface)?);
    if is_reserved(remote, &placement, configuration) {
        let passes = (Answer::Yes, None);
        return Some(Ruled {
            certain: Vec::new(),
            possible: Vec::new(),
            groups: Answer::Yes,
            has_acl: false,
            acl_request: passes.clone(),
            acl_reply: passes,
        });
    }
    let direction = RuleDirection::of_egress(!comes_in);
    let flow = |client_port: Option<u16>| {
        let ports = port.zip(client_port).map(|(port, client_port)| match direction {
            RuleDirection::Ingress => PortPair { local: port, remote: client_port },
            RuleDirection::Egress => PortPair { local: client_port, remote: port },
        });
        Flow { direction, remote, protocol, ports }
    };
    let named = |rules: Vec<(String, flow_core::config::SecurityGroupRule)>| {
        rules.into_iter().map(|(group, rule)| (group, rule.to_string())).collect()
    };
    let acl_of = |flow: &Flow| {
        let (answer, entry) = rules::network_acl(configuration, &placement, flow);
        (answer, entry.map(ToString::to_string))
    };
    let (least, most) = rows.client_ports.map_or((None, None), |(least, most)| (Some(least), Some(most)));
    let request = flow(least);
    let groups = rules::groups(configuration, &placement, &request);
    let subnet = placement.subnet.as_deref();
    let is_described = subnet.is_some_and(|subnet| configuration.network_acl_of(subnet).is_some());
    let acl_request = acl_of(&request);
    let replies = [least, most].map(|port| acl_of(&flow(port).reply()));
    Some(Ruled {
        certain: named(groups.certain),
        possible: named(groups.possible),
        groups: groups.answer,
        has_acl: is_described || acl_request == (Answer::Yes, None),
        acl_request,
        acl_reply: match replies {
            [one, other] if one.0 == other.0 => one,
            _ => (Answer::Unknowable, None),
        },
    })
}

/// Whether no rule is asked: the subnet's router is its first address but one, the VPC's resolver the one behind that of
/// the VPC.
fn is_reserved(remote: Address, placement: &Placement, configuration: &Configuration) -> bool {
    let subnet = placement.subnet.as_ref().and_then(|subnet| configuration.subnets.get(subnet));
    let vpc = placement.vpc.as_ref().or(subnet.and_then(|subnet| subnet.vpc.as_ref()));
    let vpc = vpc.and_then(|vpc| configuration.vpcs.get(vpc));
    let is_past = |block: &Prefix, n: u32| match (block.base(), remote) {
        (Address::V4(base), Address::V4(bits)) => base.checked_add(n) == Some(bits),
        _ => false,
    };
    let mut routers = subnet.and_then(|subnet| subnet.cidrs.as_ref()).into_iter().flatten();
    let primary = vpc.and_then(|vpc| vpc.cidrs.as_ref()?.first());
    routers.any(|block| is_past(block, 1)) || primary.is_some_and(|block| is_past(block, 2))
}
