//! Groups of rejected rows in sentences. Pure.

use flow_core::analysis::rejected::{Initiator, InitiatorEvidence, RejectedGroup, WantedBy};
use flow_core::record::{Address, Value};

use crate::ui::format;

/// The heading of a section, and what is in it.
pub const fn section(wanted_by: WantedBy) -> (&'static str, &'static str) {
    match wanted_by {
        WantedBy::OwnNetworks => (
            "Your own networks",
            "Wanted by private addresses or interfaces in these logs: most likely somebody's broken application",
        ),
        WantedBy::KnownPeers => (
            "Peers whose traffic is accepted elsewhere",
            "Wanted by public addresses that also have accepted traffic in these logs",
        ),
        WantedBy::ScanNoise => (
            "Internet scan noise",
            "Wanted by public addresses that were only ever rejected: most likely internet-wide scanning",
        ),
    }
}

/// What the initiator rests on, as the end of a sentence.
pub const fn evidence(evidence: InitiatorEvidence) -> &'static str {
    match evidence {
        InitiatorEvidence::TcpFlags => "from the TCP flags",
        InitiatorEvidence::FanIn => "because many ports of peers meet one port here",
        InitiatorEvidence::ServicePort => "because one port is a known service's",
        InitiatorEvidence::SmallerPort => "from the smaller port only, a weak sign",
        InitiatorEvidence::Sender => "because it sent, and the protocol has no ports",
        InitiatorEvidence::None => "nothing tells who started",
    }
}

/// `10.0.1.5`, `10.0.1.5 and 3 more`, `10.0.1.5 and 10.0.1.6`; `n_all` counts those not listed, too.
fn some(addresses: &[(Address, u64)], n_all: u64) -> String {
    match (addresses, n_all) {
        ([], 0) => "nobody known".to_owned(),
        ([], n_all) => format!("{} addresses", format::count(n_all)),
        ([(only, _)], 0 | 1) => only.to_string(),
        ([(first, _), (second, _)], 2) => format!("{first} and {second}"),
        ([(first, _), ..], n_all) => format!("{first} and {} more", format::count(n_all - 1)),
    }
}

fn interface(group: &RejectedGroup) -> String {
    match &group.interface {
        Value::Absent => "an interface that is not recorded".to_owned(),
        recorded => recorded.to_string(),
    }
}

/// Who wanted what of whom, and how we know.
pub fn sentence(group: &RejectedGroup) -> String {
    let sources = some(&group.top_sources, group.n_sources);
    let targets = some(&group.top_targets, group.n_targets);
    let service = format::service(group.port, group.protocol);
    let interface = interface(group);
    let wanted = match group.initiator {
        Initiator::Remote => format!("{sources} wanted {service} of {interface}"),
        Initiator::Local => format!("{sources} at {interface} wanted {service} of {targets}"),
        Initiator::Source => format!("{sources} wanted {service} of {targets}, seen by {interface}"),
        Initiator::Destination => format!("{targets} answered {sources} from {service}, seen by {interface}"),
        Initiator::Unknown => format!("{sources} sent to {targets} at {interface}, {service}"),
    };
    format!("{wanted}; {}", evidence(group.evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::rejected::group_filter::tests::group;

    fn addresses(texts: &[&str]) -> Vec<(Address, u64)> {
        texts.iter().map(|text| (Address::parse(text.as_bytes()).unwrap(), 1)).collect()
    }

    #[test]
    fn a_group_is_told_in_a_sentence() {
        let mut group = group(Initiator::Remote);
        assert_eq!(sentence(&group), "10.0.1.5 and 3 more wanted 443/tcp https of eni-a; from the TCP flags");
        group.initiator = Initiator::Local;
        group.evidence = InitiatorEvidence::SmallerPort;
        assert_eq!(
            sentence(&group),
            "10.0.1.5 and 3 more at eni-a wanted 443/tcp https of 10.0.0.9; from the smaller port only, a weak sign"
        );
        group.initiator = Initiator::Destination;
        assert!(
            sentence(&group)
                .starts_with("10.0.0.9 answered 10.0.1.5 and 3 more from 443/tcp https, seen by eni-a")
        );
        group.initiator = Initiator::Unknown;
        group.evidence = InitiatorEvidence::None;
        group.interface = Value::Absent;
        assert_eq!(
            sentence(&group),
            "10.0.1.5 and 3 more sent to 10.0.0.9 at an interface that is not recorded, 443/tcp https; nothing \
             tells who started"
        );
    }

    #[test]
    fn addresses_are_named_as_far_as_they_are_few() {
        assert_eq!(some(&addresses(&["10.0.0.1"]), 1), "10.0.0.1");
        assert_eq!(some(&addresses(&["10.0.0.1", "10.0.0.2"]), 2), "10.0.0.1 and 10.0.0.2");
        assert_eq!(some(&addresses(&["10.0.0.1", "10.0.0.2"]), 1_205), "10.0.0.1 and 1,204 more");
        assert_eq!(some(&[], 2), "2 addresses");
        assert_eq!(some(&[], 0), "nobody known");
    }
}
