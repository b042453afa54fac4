//! What must hold of any log: outcomes are those of the slow reading of the table, however the log is dealt to shards.

use std::collections::BTreeSet;

use flow_core::analysis::outcomes::{ConversationOutcome, Outcome, Outcomes};
use flow_core::query::{Filter, Item, Predicate, RowSet};
use flow_core::record::Field;
use flow_testkit::conversation_oracle::Log;
use flow_testkit::load::Load;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::load::{conversations, outcomes};
use crate::oracle::{self, Found};

const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
                      tcp-flags flow-direction pkt-srcaddr pkt-dstaddr";

/// Few values, so that rows have much to do with each other: two hosts, each with its interface, and few others.
fn any_line() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        6 => select(vec![("eni-1", "10.0.0.1", "10.0.0.2"), ("eni-2", "10.0.0.1", "10.0.0.2")]),
        2 => select(vec![("eni-1", "8.8.8.8", "10.0.0.1"), ("eni-2", "10.0.0.3", "10.0.0.2")]),
        1 => select(vec![("eni-6", "2001:db8:1::1", "2001:db8:2::1"), ("eni-3", "10.0.0.1", "10.0.0.3")]),
        1 => select(vec![("-", "10.0.0.1", "8.8.8.8"), ("eni-2", "-", "10.0.0.2"), ("eni-1", "10.0.0.1", "10.0.0.1")]),
    ];
    let ports = prop_oneof![
        5 => select(vec![("40000", "443"), ("40001", "443"), ("40002", "443"), ("40003", "22")]),
        2 => select(vec![("40000", "7070"), ("1100", "7070"), ("1101", "7070")]),
        1 => (1_030u16..1_045).prop_map(|port| (&*Box::leak(port.to_string().into_boxed_str()), "9999")),
        1 => select(vec![("500", "500"), ("-", "-"), ("0", "0"), ("40000", "-")]),
    ];
    let protocol = select(vec!["6", "6", "6", "6", "17", "1", "-"]);
    let flags = select(vec!["0", "1", "2", "2", "2", "3", "4", "4", "6", "18", "19", "-"]);
    let sizes = select(vec![("1", "40"), ("1", "60"), ("3", "180"), ("2", "2000"), ("-", "-")]);
    let start = select(vec!["1000", "1060", "1110", "1300", "1700", "2500", "9000", "9060", "-"]);
    let length = prop_oneof![9 => select(vec![0u64, 40, 60]), 1 => Just(590)];
    let action =
        select(vec!["ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "ACCEPT", "REJECT", "-"]);
    let status = prop_oneof![30 => Just("OK"), 1 => Just("SKIPDATA"), 1 => Just("NODATA")];
    let rest = (
        prop_oneof![8 => Just("-"), 1 => Just("ingress"), 1 => Just("egress")],
        prop_oneof![12 => Just("- -"), 1 => Just("10.0.0.9 10.0.0.2"), 1 => Just("10.0.0.1 10.0.0.2")],
    );
    ((pair, any::<bool>(), ports, protocol, flags, sizes), (start, length, action, status), rest).prop_map(
        |((pair, turned, ports, protocol, flags, sizes), (start, length, action, status), rest)| {
            let ((interface, a, b), (port_a, port_b), (packets, bytes)) = (pair, ports, sizes);
            let end = start.parse::<u64>().map_or("-".to_owned(), |start| (start + length).to_string());
            let (src, dst, src_port, dst_port) =
                if turned { (b, a, port_b, port_a) } else { (a, b, port_a, port_b) };
            let (direction, packet_ends) = rest;
            format!(
                "{interface} {src} {dst} {src_port} {dst_port} {protocol} {packets} {bytes} {start} {end} {action} \
                 {status} {flags} {direction} {packet_ends}"
            )
        },
    )
}

/// Lines of one log. Mostly both hosts also talk to others, so that it is known whose interface is whose.
fn any_log() -> impl Strategy<Value = Vec<String>> {
    let known = prop_oneof![3 => Just(true), 1 => Just(false)];
    (vec(any_line(), 1..30), known).prop_map(|(mut lines, is_known)| {
        if is_known {
            for (interface, own) in [("eni-1", "10.0.0.1"), ("eni-2", "10.0.0.2")] {
                for (peer, start) in [("10.0.0.7", 1_000), ("10.0.0.8", 1_200), ("10.0.0.8", 9_000)] {
                    let end = start + 50;
                    lines.push(format!(
                        "{interface} {peer} {own} 50000 25 6 1 60 {start} {end} ACCEPT OK 3 - - -"
                    ));
                    lines.push(format!(
                        "{interface} {own} {peer} 25 50000 6 1 60 {start} {end} ACCEPT OK 19 - - -"
                    ));
                }
            }
        }
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

fn everything(load: &Load) -> Outcomes {
    outcomes(load, &Filter::everything())
}

fn found(of: &ConversationOutcome) -> Found {
    let initiator = of.initiator.map(|address| (Some(address), of.initiator_port));
    let responder = of.responder.map(|address| (Some(address), of.port));
    (
        (of.interface.clone(), initiator, responder, of.protocol.map(u64::from)),
        (of.outcome.name(), of.confidence.name()),
        (of.n_rows, of.first_secs, of.last_secs),
    )
}

/// One of the filters that a view has.
fn any_filter() -> impl Strategy<Value = Filter> {
    let is = |field: Field, item: Item| Filter::test(field, Predicate::In(vec![item]));
    select(vec![
        Filter::everything(),
        is(Field::DSTPORT, Item::Number(443)),
        is(Field::INTERFACE_ID, Item::Text("eni-1".to_owned())),
        is(Field::TCP_FLAGS, Item::Number(2)),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn outcomes_are_those_of_the_slow_reading(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let mut all: Vec<Found> = conversations(&load, &Filter::everything()).iter().map(found).collect();
        all.sort();
        let n_rows_working = everything(&load).n_rows_working;
        prop_assert_eq!((all, n_rows_working), oracle::outcomes(&Log::of(load)), "{}", lines.join("\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn neither_shards_nor_order_change_outcomes(
        lines in any_log(),
        deal in vec(0..5usize, 60),
        shift in 0..50usize,
        filter in any_filter(),
    ) {
        let expected = outcomes(&load_dealt(&lines, 1, |_| 0), &filter);
        for n_shards in [2, 5] {
            prop_assert_eq!(&outcomes(&load_dealt(&lines, n_shards, |at| deal[at]), &filter), &expected);
        }
        let mut turned = lines.clone();
        turned.rotate_left(shift % lines.len());
        turned.reverse();
        prop_assert_eq!(&outcomes(&load_dealt(&turned, 1, |_| 0), &filter), &expected);
    }

    #[test]
    fn services_hold_all_conversations_and_their_filters_leave_their_rows(lines in any_log()) {
        let load = load_dealt(&lines, 1, |_| 0);
        let all = conversations(&load, &Filter::everything());
        let outcomes = everything(&load);
        let n_conversations: u64 = outcomes.services.iter().map(|service| service.n_conversations).sum();
        prop_assert_eq!(n_conversations, all.len() as u64);
        let by_outcome: u64 = outcomes.by_outcome.iter().map(|(_, count)| count.n_conversations).sum();
        prop_assert_eq!(by_outcome, all.len() as u64);
        for service in &outcomes.services {
            let (store, shown) = (&load.stores[0], service.because.as_str());
            let left = RowSet::select(&service.filter, store, store.rows()).n_rows();
            prop_assert!(left >= service.n_rows || service.responder.is_none(), "{shown}");
            prop_assert!(!service.evidence.is_empty() && service.outcome != Outcome::Works);
        }
    }
}

/// The lines that are drawn meet every outcome.
#[test]
fn random_logs_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..150 {
        let lines = any_log().new_tree(&mut runner).unwrap().current();
        let outcomes = everything(&load_dealt(&lines, 1, |_| 0));
        seen.extend(outcomes.by_outcome.iter().map(|(outcome, _)| outcome.name()));
        seen.extend((outcomes.n_rows_working > 0).then_some("works"));
    }
    assert_eq!(seen, Outcome::ALL.iter().map(|outcome| outcome.name()).collect());
}
