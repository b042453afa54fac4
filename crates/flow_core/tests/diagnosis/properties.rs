//! What must hold of any log: the verdicts are those of the slow reading of the table, however it is dealt to shards.

use std::collections::BTreeSet;

use flow_core::analysis::diagnosis::{Diagnosed, Diagnosis};
use flow_core::query::Filter;
use flow_testkit::load::Load;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::load::diagnosis;
use crate::oracle::{Log, Outcome, outcomes};

const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
                      tcp-flags flow-direction pkt-srcaddr pkt-dstaddr subnet-id reject-reason";

/// Few values, so that rows have much to do with each other. Half of them go between two hosts, where conversations
/// get long; the rest come from outside, where scanners are.
fn any_line() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        4 => select(vec![("eni-1", "10.0.0.1", "10.0.0.2"), ("eni-2", "10.0.0.1", "10.0.0.2")]),
        2 => select(vec![("eni-1", "8.8.8.8", "10.0.0.1"), ("eni-1", "10.0.0.3", "10.0.0.1")]),
        1 => select(vec![("eni-6", "2001:db8:1::1", "2001:db8:1::2"), ("eni-6", "2001:db8:1::1", "2001:db8:2::1")]),
        1 => select(vec![("-", "10.0.0.1", "8.8.8.8"), ("eni-2", "-", "10.0.0.2"), ("eni-1", "10.0.0.1", "10.0.0.1")]),
    ];
    let ports = prop_oneof![
        4 => Just(("40000", "443")),
        2 => select(vec!["22", "25", "80", "443", "3389", "9999"]).prop_map(|port| ("40000", port)),
        1 => (1_030u16..1_045).prop_map(|port| (&*Box::leak(port.to_string().into_boxed_str()), "9999")),
        1 => select(vec![("500", "500"), ("-", "-"), ("0", "0"), ("40000", "-")]),
    ];
    let protocol = select(vec!["6", "6", "6", "17", "1", "-"]);
    let flags = select(vec!["0", "1", "2", "3", "4", "18", "19", "-", "-"]);
    let sizes = select(vec![("1", "40"), ("3", "180"), ("2", "2000"), ("-", "-")]);
    let start = select(vec!["1700001000", "1700001060", "1700001700", "1700002500", "1700009000", "-"]);
    let length = select(vec![0u64, 40, 700]);
    let action = select(vec!["ACCEPT", "REJECT", "REJECT", "-"]);
    let status = prop_oneof![30 => Just("OK"), 1 => Just("SKIPDATA"), 1 => Just("NODATA")];
    let rest = (
        prop_oneof![8 => Just("-"), 1 => Just("ingress"), 1 => Just("egress")],
        prop_oneof![9 => Just("- -"), 1 => Just("10.0.0.9 10.0.0.2"), 1 => Just("10.0.0.1 8.8.8.8")],
        select(vec!["subnet-a", "subnet-a", "subnet-b", "-"]),
        prop_oneof![20 => Just("-"), 1 => Just("BPA"), 1 => Just("EC")],
    );
    ((pair, any::<bool>(), ports, protocol, flags, sizes), (start, length, action, status), rest).prop_map(
        |((pair, turned, ports, protocol, flags, sizes), (start, length, action, status), rest)| {
            let ((interface, a, b), (port_a, port_b), (packets, bytes)) = (pair, ports, sizes);
            let end = start.parse::<u64>().map_or("-".to_owned(), |start| (start + length).to_string());
            let (src, dst, src_port, dst_port) =
                if turned { (b, a, port_b, port_a) } else { (a, b, port_a, port_b) };
            let (direction, packet_ends, subnet, reason) = rest;
            format!(
                "{interface} {src} {dst} {src_port} {dst_port} {protocol} {packets} {bytes} {start} {end} {action} \
                 {status} {flags} {direction} {packet_ends} {subnet} {reason}"
            )
        },
    )
}

/// Lines of one log; now and then somebody outside tries some services after the other.
fn any_log() -> impl Strategy<Value = Vec<String>> {
    let probe = |port: &str| {
        format!(
            "eni-1 8.8.8.8 10.0.0.1 40001 {port} 6 1 40 1700002000 1700002000 REJECT OK 2 - - - subnet-a -"
        )
    };
    let probes = prop_oneof![3 => Just(0usize), 1 => 3..6usize].prop_map(move |n_probes| {
        ["21", "23", "110", "5900", "8443"][..n_probes].iter().copied().map(probe).collect()
    });
    (vec(any_line(), 1..50), probes).prop_map(|(mut lines, probes): (Vec<String>, Vec<String>)| {
        lines.extend(probes);
        lines
    })
}

fn load_dealt(lines: &[String], n_shards: usize, shard_of: impl Fn(usize) -> usize) -> Load {
    let files: Vec<(usize, String)> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| (shard_of(at) % n_shards, format!("{HEADER}\n{line}\n")))
        .collect();
    Load::of(&files.iter().map(|(shard, text)| (*shard, text.as_str())).collect::<Vec<_>>())
}

fn everything(load: &Load) -> Diagnosis {
    diagnosis(load, &Filter::everything(), None)
}

fn outcome(diagnosed: &Diagnosed) -> Outcome {
    let initiator = diagnosed.initiator.map(|address| (Some(address), diagnosed.initiator_port));
    let responder = diagnosed.responder.map(|address| (Some(address), diagnosed.port));
    (
        (diagnosed.interface.clone(), initiator, responder, diagnosed.protocol.map(u64::from)),
        (diagnosed.seen_by.name(), diagnosed.verdict.name(), diagnosed.confidence.name()),
        (diagnosed.n_rows, diagnosed.first_secs, diagnosed.last_secs),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn verdicts_are_those_of_the_slow_reading(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let mut found: Vec<Outcome> = everything(&load).conversations.iter().map(outcome).collect();
        found.sort();
        prop_assert_eq!(found, outcomes(&Log::of(load)), "{}", lines.join("\n"));
    }
}

proptest! {
    #[test]
    fn neither_shards_nor_order_change_a_diagnosis(
        lines in any_log(),
        deal in vec(0..5usize, 60),
        shift in 0..50usize,
    ) {
        let expected = everything(&load_dealt(&lines, 1, |_| 0));
        for n_shards in [2, 5] {
            prop_assert_eq!(&everything(&load_dealt(&lines, n_shards, |at| deal[at])), &expected);
        }
        let mut turned = lines.clone();
        turned.rotate_left(shift % lines.len());
        turned.reverse();
        prop_assert_eq!(&everything(&load_dealt(&turned, 1, |_| 0)), &expected);
    }
}

/// The lines that are drawn meet every verdict that the logs alone can give.
#[test]
fn random_logs_reach_every_verdict() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let lines = any_log().new_tree(&mut runner).unwrap().current();
        let diagnosis = everything(&load_dealt(&lines, 1, |_| 0));
        seen.extend(diagnosis.conversations.iter().map(|diagnosed| diagnosed.verdict.name()));
    }
    let without_rules = BTreeSet::from([
        "policy-inbound",
        "policy-outbound",
        "security-group-inbound",
        "security-group-outbound",
        "network-acl-return-inbound",
        "network-acl-return-outbound",
        "straggler",
        "block-public-access",
        "encryption-controls",
        "scan",
        "unknown",
    ]);
    assert_eq!(seen, without_rules);
}
