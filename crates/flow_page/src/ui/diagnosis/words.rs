//! Verdicts and causes in the words of the screen. Pure.

use flow_core::analysis::diagnosis::{Confidence, Verdict};
use flow_core::analysis::findings::Cause;
use flow_core::record::Prefix;

use crate::ui::format;

/// What refused, as a short heading.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::PolicyInbound => "Refused on the way in",
        Verdict::PolicyOutbound => "Refused on the way out",
        Verdict::SecurityGroupInbound => "No security group rule lets it in",
        Verdict::SecurityGroupOutbound => "No security group rule lets it out",
        Verdict::NetworkAclInbound => "The network ACL refuses it on the way in",
        Verdict::NetworkAclOutbound => "The network ACL refuses it on the way out",
        Verdict::NetworkAclReturnInbound => "The network ACL refuses the replies on their way in",
        Verdict::NetworkAclReturnOutbound => "The network ACL refuses the replies on their way out",
        Verdict::Straggler => "Packets after the connection was over",
        Verdict::BlockPublicAccess => "VPC Block Public Access",
        Verdict::EncryptionControls => "VPC encryption controls",
        Verdict::Scan => "A scanner's probe",
        Verdict::Unknown => "Cannot be told",
    }
}

pub const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain",
        Confidence::High => "high confidence",
        Confidence::Medium => "medium confidence",
        Confidence::Low => "low confidence",
    }
}

/// Who asked, and was refused: `12 clients in 10.0.1.0/24`.
pub fn peers(cause: &Cause) -> String {
    let n_peers = cause.peers.n_addresses;
    let noun = match (cause.is_inbound, n_peers) {
        (Some(false), 1) => "server",
        (Some(false), _) => "servers",
        (_, 1) => "client",
        _ => "clients",
    };
    match cause.peers.top.as_slice() {
        [(only, _)] if n_peers == 1 => format!("1 {noun}, {only}"),
        _ => {
            let networks: Vec<String> =
                cause.peers.prefixes.iter().map(|peers| network(peers.prefix)).collect();
            let is_each_named = networks.len() as u64 == n_peers;
            let n_named: u64 = cause.peers.prefixes.iter().map(|peers| peers.n_addresses).sum();
            let place = match networks.is_empty() {
                true => String::new(),
                false if is_each_named => format!(", {}", networks.join(", ")),
                false if n_named < n_peers => format!(", among them {}", networks.join(", ")),
                false => format!(" in {}", networks.join(", ")),
            };
            format!("{} {noun}{place}", format::count(n_peers))
        }
    }
}

/// A network, or the one address that is all of it.
fn network(prefix: Prefix) -> String {
    if prefix.base() == prefix.last() { prefix.base().to_string() } else { prefix.to_string() }
}

/// How much it was, and when.
pub fn amount(cause: &Cause) -> String {
    let rows = format::counted(cause.n_rejected_rows, "rejected row");
    let conversations = format::counted(cause.n_conversations, "conversation");
    let time = match (cause.first_secs, cause.last_secs) {
        (Some(first), Some(last)) => format!(", {} to {} UTC", format::utc(first), format::utc(last)),
        _ => String::new(),
    };
    format!("{rows} in {conversations}{time}")
}

#[cfg(test)]
mod tests {
    use flow_core::analysis::findings::{CauseService, Likelihood, PeerPrefix, Peers};
    use flow_core::query::Filter;
    use flow_core::record::{Address, Value};

    use super::*;

    fn cause(n_addresses: u64, networks: &[(&str, u64)]) -> Cause {
        let prefix = |(text, n_addresses): &(&str, u64)| PeerPrefix {
            prefix: Prefix::parse(text).unwrap(),
            n_addresses: *n_addresses,
            n_rejected_rows: 1,
            is_own: true,
        };
        Cause {
            verdict: Verdict::PolicyInbound,
            confidence: Confidence::High,
            is_inbound: Some(true),
            interfaces: vec![Value::Text("eni-1".to_owned())],
            n_interfaces: 1,
            local: Address::parse(b"10.0.2.9"),
            service: CauseService {
                address: Address::parse(b"10.0.2.9"),
                port: Some(443),
                protocol: Some(6),
            },
            peers: Peers {
                n_addresses,
                prefixes: networks.iter().map(prefix).collect(),
                top: vec![(Address::parse(b"10.0.1.5").unwrap(), 3)],
                all: Vec::new(),
            },
            rule: None,
            because: String::new(),
            needs: Vec::new(),
            n_conversations: 1,
            n_rejected_rows: 1_204,
            n_rejected_packets: None,
            first_secs: None,
            last_secs: None,
            likelihood: Likelihood::default(),
            filter: Filter::everything(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn peers_are_named_as_far_as_they_are_known() {
        let words = |n_addresses, networks| peers(&cause(n_addresses, networks));
        assert_eq!(words(1, &[("10.0.1.5/32", 1)]), "1 client, 10.0.1.5");
        assert_eq!(words(12, &[("10.0.1.0/24", 12)]), "12 clients in 10.0.1.0/24");
        assert_eq!(words(2, &[("10.0.1.5/32", 1), ("10.0.7.5/32", 1)]), "2 clients, 10.0.1.5, 10.0.7.5");
        assert_eq!(words(64, &[("192.0.2.1/32", 1)]), "64 clients, among them 192.0.2.1");
        assert_eq!(words(3, &[]), "3 clients");
        let outbound = Cause { is_inbound: Some(false), ..cause(2, &[("10.0.1.0/24", 2)]) };
        assert_eq!(peers(&outbound), "2 servers in 10.0.1.0/24");
    }

    #[test]
    fn a_cause_says_how_much() {
        let one = cause(1, &[]);
        assert_eq!(amount(&one), "1,204 rejected rows in 1 conversation");
    }
}
