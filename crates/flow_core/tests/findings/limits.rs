//! What is left out of large answers, and that nothing else is.

use flow_core::analysis::diagnosis::Verdict;
use flow_core::analysis::findings::{
    CAUSES_MAX, EVIDENCE_MAX, Findings, PEERS_KEPT, PREFIXES_MAX, SCANNERS_MAX,
};
use flow_core::query::{Filter, RowSet};
use flow_testkit::load::Load;

const HEADER: &str =
    "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n";

/// So that it is known which address the interface has.
const SEEN: &str = "eni-s 10.0.9.9 10.0.2.9 51000 9100 6 5 400 1000 1050 ACCEPT 3\n\
                    eni-s 10.0.9.8 10.0.2.9 51000 9100 6 5 400 1000 1050 ACCEPT 3\n";

fn refused(client: &str, port: u32) -> String {
    format!("eni-s {client} 10.0.2.9 40001 {port} 6 1 60 2000 2050 REJECT 2\n")
}

fn found(rows: impl Iterator<Item = String>) -> (Load, Findings) {
    let log: String = [HEADER.to_owned(), SEEN.to_owned()].into_iter().chain(rows).collect();
    let load = Load::of(&[(0, &log)]);
    let findings = crate::findings(&load, &Filter::everything(), None);
    (load, findings)
}

fn n_left(filter: &Filter, load: &Load) -> u64 {
    load.stores.iter().map(|store| RowSet::select(filter, store, store.rows()).n_rows()).sum()
}

#[test]
fn causes_past_the_limit_are_counted() {
    let n_ports = CAUSES_MAX as u32 + 50;
    let (_, findings) = found((1..=n_ports).map(|port| refused("10.0.1.5", port)));
    assert_eq!((findings.causes.len(), findings.n_causes), (CAUSES_MAX, u64::from(n_ports)));
    let (verdict, count) = findings.by_verdict[0];
    assert_eq!((verdict, count.n_conversations), (Verdict::PolicyInbound, u64::from(n_ports)));
    // Known services are likelier.
    assert!(findings.causes.iter().any(|cause| cause.service.port == Some(22)));
}

#[test]
fn of_many_strangers_some_are_named_and_the_filter_leaves_the_service() {
    let client = |n: u32| format!("8.{}.{}.8", n / 250, 1 + n % 250);
    let (load, findings) = found((0..400).map(|n| refused(&client(n), 22)).chain([refused("10.0.1.5", 22)]));
    let strangers = findings.causes.iter().find(|cause| cause.n_conversations == 400).unwrap();
    assert_eq!(strangers.peers.n_addresses, 400);
    assert_eq!((strangers.peers.all.len(), strangers.peers.prefixes.len()), (PEERS_KEPT, PREFIXES_MAX));
    assert_eq!(strangers.evidence.len(), EVIDENCE_MAX);
    // No filter can name them all, so the own client's row is left, too.
    assert_eq!(n_left(&strangers.filter, &load), 401);
    assert_eq!(n_left(&findings.causes[0].filter, &load), 1);
}

#[test]
fn many_own_clients_are_filtered_by_their_networks() {
    let client = |n: u32| format!("10.1.{}.{}", n / 50, 1 + n % 50);
    let (load, findings) = found((0..400).map(|n| refused(&client(n), 22)).chain([refused("8.8.8.8", 22)]));
    let prefixes: Vec<String> =
        findings.causes[0].peers.prefixes.iter().map(|of| of.prefix.to_string()).collect();
    assert_eq!(prefixes.len(), PREFIXES_MAX, "{prefixes:?}");
    assert_eq!(n_left(&findings.causes[0].filter, &load), 400);
}

#[test]
fn too_many_scanners_are_all_strangers_whose_packets_were_refused() {
    let n_scanners = 2 * SCANNERS_MAX as u32;
    let probes = (0..n_scanners)
        .flat_map(|n| [21, 22, 23, 25, 80].map(|port| refused(&format!("9.9.9.{}", 1 + n), port)));
    let (load, findings) = found(probes.chain([refused("10.0.1.5", 22)]));
    let scanners = &findings.scanners;
    assert_eq!((scanners.n_scanners, scanners.top.len()), (u64::from(n_scanners), SCANNERS_MAX));
    assert!(scanners.services.iter().all(|service| service.n_scanners == scanners.n_scanners));
    assert_eq!((scanners.n_rows, n_left(&scanners.filter, &load)), (500, 500));
    assert_eq!((findings.n_causes, n_left(&findings.causes[0].filter, &load)), (1, 1));
}
