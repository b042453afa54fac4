//! Which end of a row started the flow, as far as the row itself tells; whose port a roll-up keeps follows from it.

use serde::{Deserialize, Serialize};

use crate::record::name::service_name;
use crate::store::ABSENT;

/// What the initiator rests on, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum InitiatorEvidence {
    /// SYN without ACK, or SYN-ACK, in tcp-flags.
    TcpFlags,
    /// One port of one address is met from many ports of its peers.
    FanIn,
    /// One port is a known service, the other an ephemeral one.
    ServicePort,
    /// The smaller port.
    SmallerPort,
    /// The protocol has no ports: who sends, starts.
    Sender,
    None,
}

/// One end of a row, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum End {
    Src,
    Dst,
}

impl End {
    pub const fn other(self) -> End {
        match self {
            End::Src => End::Dst,
            End::Dst => End::Src,
        }
    }
}

/// Who started, and how we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hint {
    /// `None` with [`InitiatorEvidence::None`] only.
    pub client: Option<End>,
    pub evidence: InitiatorEvidence,
}

impl Hint {
    pub const NONE: Hint = Hint { client: None, evidence: InitiatorEvidence::None };

    pub const fn new(client: End, evidence: InitiatorEvidence) -> Hint {
        Hint { client: Some(client), evidence }
    }

    /// Whether many peers of one port outweigh it.
    pub fn yields_to_fan_in(self) -> bool {
        self.evidence > InitiatorEvidence::FanIn && self.evidence != InitiatorEvidence::Sender
    }
}

/// Ports from here on are given out for the client's end: by NAT gateways, load balancers and Lambda from 1024,
/// so this is where the widest of the ephemeral ranges starts.
const EPHEMERAL_PORT_MIN: u64 = 1_024;

const TCP: u64 = 6;

/// Whether records of the protocol have ports. Where the protocol is not recorded, the ports tell.
pub fn has_ports(protocol: u64, src_port: u64, dst_port: u64) -> bool {
    const UDP: u64 = 17;
    const DCCP: u64 = 33;
    const SCTP: u64 = 132;
    const UDP_LITE: u64 = 136;
    match protocol {
        TCP | UDP | DCCP | SCTP | UDP_LITE => true,
        ABSENT => (src_port, dst_port) != (0, 0),
        _ => false,
    }
}

/// What tells client from server in one row. Reads decoded values.
pub struct RowEvidence {
    /// By port, filled as ports are met: looking through the table of names for every row took longer than all
    /// the rest, and for every port there is, longer than most scans.
    is_service: Vec<Option<bool>>,
    /// Whether a port that is absent while the other is there is a client's that a roll-up left out.
    is_rolled_up: bool,
}

impl RowEvidence {
    pub const N_HEAP_BYTES: usize = (u16::MAX as usize + 1) * size_of::<Option<bool>>();

    /// For rows as recorded, or as a roll-up made them.
    pub fn new(is_rolled_up: bool) -> RowEvidence {
        RowEvidence { is_service: vec![None; usize::from(u16::MAX) + 1], is_rolled_up }
    }

    /// The strongest evidence of a row by itself.
    pub fn hint(&mut self, protocol: u64, flags: u64, src_port: u64, dst_port: u64) -> Hint {
        if !has_ports(protocol, src_port, dst_port) {
            return Hint::new(End::Src, InitiatorEvidence::Sender);
        }
        if let Some(client) = client_by_flags(protocol, flags) {
            return Hint::new(client, InitiatorEvidence::TcpFlags);
        }
        match (src_port, dst_port) {
            (ABSENT, ABSENT) => Hint::NONE,
            (ABSENT, port) => self.hint_of_rolled_up(End::Src, port),
            (port, ABSENT) => self.hint_of_rolled_up(End::Dst, port),
            _ => self.hint_of_ports(src_port, dst_port),
        }
    }

    fn hint_of_ports(&mut self, src_port: u64, dst_port: u64) -> Hint {
        if self.is_service(dst_port) && self.is_ephemeral(src_port) {
            Hint::new(End::Src, InitiatorEvidence::ServicePort)
        } else if self.is_service(src_port) && self.is_ephemeral(dst_port) {
            Hint::new(End::Dst, InitiatorEvidence::ServicePort)
        } else if dst_port < src_port {
            Hint::new(End::Src, InitiatorEvidence::SmallerPort)
        } else if src_port < dst_port {
            Hint::new(End::Dst, InitiatorEvidence::SmallerPort)
        } else {
            Hint::NONE
        }
    }

    /// An ephemeral port was left out, so that the one which is there tells as much as both did.
    fn hint_of_rolled_up(&mut self, client: End, server_port: u64) -> Hint {
        match (self.is_rolled_up, self.is_service(server_port)) {
            (false, _) => Hint::NONE,
            (true, true) => Hint::new(client, InitiatorEvidence::ServicePort),
            (true, false) => Hint::new(client, InitiatorEvidence::SmallerPort),
        }
    }

    /// Source and destination port as a roll-up keeps them: without the client's where it was given out to it, as
    /// the next connection has another one. A client's port that is a service's or below the ephemeral ones stays,
    /// so that [`RowEvidence::hint`] of what is kept is that of the row.
    pub fn ports_without_client(&mut self, hint: Hint, src_port: u64, dst_port: u64) -> [u64; 2] {
        match hint.client {
            Some(End::Src) if self.is_ephemeral(src_port) => [ABSENT, dst_port],
            Some(End::Dst) if self.is_ephemeral(dst_port) => [src_port, ABSENT],
            _ => [src_port, dst_port],
        }
    }

    fn is_ephemeral(&mut self, port: u64) -> bool {
        port != ABSENT && port >= EPHEMERAL_PORT_MIN && !self.is_service(port)
    }

    fn is_service(&mut self, port: u64) -> bool {
        *self.is_service[port as usize].get_or_insert_with(|| service_name(port).is_some())
    }
}

/// SYN comes from the client, SYN-ACK from the server. The bits are ORed over the window, so each is tested
/// alone; FIN, RST and nothing are of either side, and absent flags are not "none".
pub fn client_by_flags(protocol: u64, flags: u64) -> Option<End> {
    const SYN: u64 = 2;
    const ACK: u64 = 16;
    if flags == ABSENT || flags & SYN == 0 || !(protocol == TCP || protocol == ABSENT) {
        return None;
    }
    Some(if flags & ACK == 0 { End::Src } else { End::Dst })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(protocol: u64, flags: u64, ports: (u64, u64), client: Option<End>, evidence: InitiatorEvidence) {
        let hint = RowEvidence::new(false).hint(protocol, flags, ports.0, ports.1);
        assert_eq!(hint, Hint { client, evidence }, "protocol {protocol}, flags {flags}, ports {ports:?}");
    }

    #[test]
    fn flags_are_tested_bit_by_bit_and_beat_ports() {
        use InitiatorEvidence::{ServicePort, TcpFlags};
        for syn in [2, 3, 6, 7] {
            check(TCP, syn, (443, 50_000), Some(End::Src), TcpFlags);
        }
        for syn_ack in [18, 19, 22] {
            check(TCP, syn_ack, (50_000, 443), Some(End::Dst), TcpFlags);
        }
        for nothing in [0, 1, 4, 5, 16, ABSENT] {
            check(TCP, nothing, (50_000, 443), Some(End::Src), ServicePort);
        }
        check(17, 2, (50_000, 53), Some(End::Src), ServicePort);
    }

    #[test]
    fn ports_tell_where_flags_do_not() {
        use InitiatorEvidence::{None as Nothing, ServicePort, SmallerPort};
        check(TCP, ABSENT, (22, 50_000), Some(End::Dst), ServicePort);
        check(TCP, ABSENT, (3_306, 2_000), Some(End::Dst), ServicePort);
        check(TCP, ABSENT, (22, 443), Some(End::Dst), SmallerPort);
        check(17, ABSENT, (40_000, 7_000), Some(End::Src), SmallerPort);
        check(17, ABSENT, (123, 123), None, Nothing);
        check(TCP, ABSENT, (ABSENT, 443), None, Nothing);
        check(ABSENT, ABSENT, (50_000, 443), Some(End::Src), ServicePort);
    }

    #[test]
    fn without_ports_who_sends_starts() {
        for protocol in [1, 47, 50, 58] {
            check(protocol, ABSENT, (0, 0), Some(End::Src), InitiatorEvidence::Sender);
        }
        check(ABSENT, ABSENT, (0, 0), Some(End::Src), InitiatorEvidence::Sender);
    }
    #[test]
    fn what_a_roll_up_keeps_tells_as_much() {
        const PORTS: [u64; 9] = [0, 22, 80, 443, 900, 3_306, 7_000, 40_000, 50_000];
        for protocol in [TCP, 17, 1, ABSENT] {
            for flags in [ABSENT, 0, 2, 18] {
                for (src_port, dst_port) in PORTS.iter().flat_map(|&src| PORTS.map(|dst| (src, dst))) {
                    let hint = RowEvidence::new(false).hint(protocol, flags, src_port, dst_port);
                    let mut rolled_up = RowEvidence::new(true);
                    let [src, dst] = rolled_up.ports_without_client(hint, src_port, dst_port);
                    let case = format!("protocol {protocol}, flags {flags}, ports {src_port} to {dst_port}");
                    assert_eq!(rolled_up.hint(protocol, flags, src, dst), hint, "{case}");
                    let kept = match hint.client {
                        Some(End::Src) => (dst, dst_port),
                        _ => (src, src_port),
                    };
                    assert_eq!(kept.0, kept.1, "the server's port stays: {case}");
                }
            }
        }
    }

    #[test]
    fn only_ephemeral_ports_are_left_out() {
        let kept = |src_port, dst_port| {
            let mut evidence = RowEvidence::new(true);
            let hint = evidence.hint(TCP, ABSENT, src_port, dst_port);
            evidence.ports_without_client(hint, src_port, dst_port)
        };
        assert_eq!(kept(50_000, 443), [ABSENT, 443]);
        assert_eq!(kept(443, 50_000), [443, ABSENT]);
        assert_eq!(kept(40_000, 7_000), [ABSENT, 7_000]);
        assert_eq!(kept(443, 22), [443, 22]);
        assert_eq!(kept(123, 123), [123, 123]);
        assert_eq!(kept(40_000, 40_000), [40_000, 40_000]);
    }
}
