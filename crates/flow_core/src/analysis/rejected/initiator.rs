//! Which end of a row started the flow, as far as the row itself tells.

use serde::{Deserialize, Serialize};

use super::InitiatorEvidence;
use crate::record::name::service_name;
use crate::store::ABSENT;

/// One end of a row, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum End {
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
pub(super) struct Hint {
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
pub(super) fn has_ports(protocol: u64, src_port: u64, dst_port: u64) -> bool {
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
pub(super) struct RowEvidence {
    /// By port, filled as ports are met: looking through the table of names for every row took longer than all
    /// the rest, and for every port there is, longer than most scans.
    is_service: Vec<Option<bool>>,
}

impl RowEvidence {
    pub fn new() -> RowEvidence {
        RowEvidence { is_service: vec![None; usize::from(u16::MAX) + 1] }
    }

    /// The strongest evidence of a row by itself.
    pub fn hint(&mut self, protocol: u64, flags: u64, src_port: u64, dst_port: u64) -> Hint {
        if !has_ports(protocol, src_port, dst_port) {
            return Hint::new(End::Src, InitiatorEvidence::Sender);
        }
        if let Some(client) = client_by_flags(protocol, flags) {
            return Hint::new(client, InitiatorEvidence::TcpFlags);
        }
        if src_port == ABSENT || dst_port == ABSENT {
            return Hint::NONE;
        }
        let (is_src_service, is_dst_service) = (self.is_service(src_port), self.is_service(dst_port));
        let is_ephemeral = |port: u64, is_service: bool| port >= EPHEMERAL_PORT_MIN && !is_service;
        if is_dst_service && is_ephemeral(src_port, is_src_service) {
            Hint::new(End::Src, InitiatorEvidence::ServicePort)
        } else if is_src_service && is_ephemeral(dst_port, is_dst_service) {
            Hint::new(End::Dst, InitiatorEvidence::ServicePort)
        } else if dst_port < src_port {
            Hint::new(End::Src, InitiatorEvidence::SmallerPort)
        } else if src_port < dst_port {
            Hint::new(End::Dst, InitiatorEvidence::SmallerPort)
        } else {
            Hint::NONE
        }
    }

    fn is_service(&mut self, port: u64) -> bool {
        *self.is_service[port as usize].get_or_insert_with(|| service_name(port).is_some())
    }
}

/// SYN comes from the client, SYN-ACK from the server. The bits are ORed over the window, so each is tested
/// alone; FIN, RST and nothing are of either side, and absent flags are not "none".
fn client_by_flags(protocol: u64, flags: u64) -> Option<End> {
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
        let hint = RowEvidence::new().hint(protocol, flags, ports.0, ports.1);
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
}
