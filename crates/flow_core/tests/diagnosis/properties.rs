//! What must hold of any log: the verdicts are those of the slow reading of the table, however it is dealt to shards.

use std::collections::BTreeSet;

use flow_core::analysis::diagnosis::{Diagnosed, Diagnosis};
use flow_core::query::Filter;
use flow_testkit::load::Load;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::any_log::{any_log, load_dealt};
use crate::load::{diagnosis, diagnosis_of_at_most};
use flow_testkit::conversation_oracle::Log;

use crate::oracle::{Outcome, outcomes};

fn everything(load: &Load) -> Diagnosis {
    diagnosis(load, &Filter::everything(), None)
}

fn outcome(diagnosed: &Diagnosed) -> Outcome {
    let initiator = diagnosed.initiator.map(|address| (Some(address), diagnosed.initiator_port));
    let responder = diagnosed.responder.map(|address| (Some(address), diagnosed.port));
    (
        ((*diagnosed.interface).clone(), initiator, responder, diagnosed.protocol.map(u64::from)),
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

proptest! {
    #[test]
    fn of_too_many_conversations_the_same_are_judged_however_they_are_dealt(
        lines in any_log(),
        deal in vec(0..5usize, 60),
        n_max in 1..8u32,
    ) {
        let load = load_dealt(&lines, 1, |_| 0);
        let some = |load: &Load| diagnosis_of_at_most(n_max, load, &Filter::everything(), None);
        let (all, found) = (everything(&load), some(&load));
        prop_assert_eq!(&some(&load_dealt(&lines, 5, |at| deal[at])), &found);
        // Each in full, and what is left out is counted.
        let rows = |of: &Diagnosed| (of.interface.clone(), of.protocol, of.n_rows, of.first_secs, of.last_secs);
        let known: Vec<_> = all.conversations.iter().map(rows).collect();
        prop_assert!(found.conversations.iter().map(rows).all(|one| known.contains(&one)));
        let n_refused = |of: &Diagnosis| -> u64 { of.conversations.iter().map(|of| of.grounds.n_refused()).sum() };
        prop_assert_eq!(n_refused(&found) + found.n_rejected_rows_left_out, n_refused(&all));
        prop_assert_eq!(all.n_rejected_rows_left_out, 0);
    }
}
