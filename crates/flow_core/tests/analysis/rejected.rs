//! What was rejected, who wanted it, and who started it.

use flow_core::analysis::rejected::{GROUPS_MAX, RejectedGroup, RejectedView, SPARK_BUCKETS, WantedBy};
use flow_core::record::Field;

use crate::draw::{Load, address, load};
use crate::rejected_oracle;

fn view(load: &Load) -> RejectedView {
    let view = load.rejected();
    assert_eq!(view, rejected_oracle::view(load, &load.everything()));
    view
}

fn shown(group: &RejectedGroup) -> String {
    let port = group.port.map_or("-".to_owned(), |port| port.to_string());
    format!(
        "{} {:?} by {:?}, {:?}, port {port}: {} rows, {} sources, {} targets",
        group.interface,
        group.initiator,
        group.evidence,
        group.wanted_by,
        group.total.rows,
        group.n_sources,
        group.n_targets
    )
}

fn check(drawing: &str, expected: &[&str]) {
    let groups: Vec<String> = view(&load(drawing)).groups.iter().map(shown).collect();
    assert_eq!(groups, expected);
}

#[test]
fn only_reject_rows_count_and_own_networks_come_first() {
    check(
        "interface-id srcaddr     dstaddr  srcport dstport protocol tcp-flags action
         eni-1        10.0.0.9    10.0.0.5 50000   443     6        2         ACCEPT
         eni-1        10.0.0.9    10.0.0.5 50001   5432    6        2         REJECT
         eni-1        10.0.0.9    10.0.0.5 50002   5432    6        2         REJECT
         eni-1        10.0.0.8    10.0.0.5 50002   5432    6        2         REJECT
         eni-1        203.0.113.7 10.0.0.5 40000   22      6        2         REJECT
         eni-1        203.0.113.8 10.0.0.5 40000   22      6        2         REJECT
         eni-1        203.0.113.8 10.0.0.5 40000   22      6        2         REJECT
         eni-1        203.0.113.8 10.0.0.5 40001   22      6        2         REJECT
         eni-1        203.0.113.9 10.0.0.5 40000   443     6        2         ACCEPT
         eni-1        203.0.113.9 10.0.0.5 40000   22      6        2         REJECT
         eni-1        203.0.113.9 10.0.0.5 40000   22      6        2         -",
        &[
            "eni-1 Remote by TcpFlags, OwnNetworks, port 5432: 3 rows, 2 sources, 1 targets",
            "eni-1 Remote by TcpFlags, KnownPeers, port 22: 1 rows, 1 sources, 1 targets",
            "eni-1 Remote by TcpFlags, ScanNoise, port 22: 4 rows, 2 sources, 1 targets",
        ],
    );
}

#[test]
fn what_the_interface_wanted_of_others_is_under_their_port() {
    check(
        "interface-id srcaddr     dstaddr     srcport dstport protocol tcp-flags action
         eni-1        10.0.0.5    203.0.113.7 50000   8443    6        2         REJECT
         eni-1        10.0.0.5    203.0.113.8 50001   8443    6        2         REJECT",
        &["eni-1 Local by TcpFlags, OwnNetworks, port 8443: 2 rows, 1 sources, 2 targets"],
    );
}

/// AWS: the ping is accepted by the security group, its reply rejected by the network ACL.
#[test]
fn a_rejected_ping_reply_is_the_senders() {
    check(
        "interface-id          srcaddr       dstaddr       srcport dstport protocol packets bytes action
         eni-1235b8ca123456789 203.0.113.12  172.31.16.139 0       0       1        4       336   ACCEPT
         eni-1235b8ca123456789 172.31.16.139 203.0.113.12  0       0       1        4       336   REJECT",
        &["eni-1235b8ca123456789 Local by Sender, OwnNetworks, port -: 1 rows, 1 sources, 1 targets"],
    );
}

/// A reply that a network ACL refuses belongs to the request, whichever way it goes.
#[test]
fn a_rejected_answer_is_counted_for_who_asked() {
    check(
        "interface-id srcaddr     dstaddr     srcport dstport protocol tcp-flags action
         eni-1        203.0.113.7 10.0.0.5    50000   443     6        2         ACCEPT
         eni-1        10.0.0.5    203.0.113.7 443     50000   6        18        REJECT
         eni-1        10.0.0.5    203.0.113.9 40000   80      6        2         ACCEPT
         eni-1        203.0.113.9 10.0.0.5    80      40000   6        19        REJECT",
        &[
            "eni-1 Local by TcpFlags, OwnNetworks, port 80: 1 rows, 1 sources, 1 targets",
            "eni-1 Remote by TcpFlags, KnownPeers, port 443: 1 rows, 1 sources, 1 targets",
        ],
    );
}

#[test]
fn an_answer_that_nobody_asked_for_is_noise() {
    check(
        "interface-id srcaddr     dstaddr  srcport dstport protocol tcp-flags action
         eni-1        203.0.113.7 10.0.0.5 443     50000   6        18        REJECT
         eni-1        203.0.113.8 10.0.0.5 443     50001   6        18        REJECT",
        &["eni-1 Destination by TcpFlags, ScanNoise, port 443: 2 rows, 1 sources, 2 targets"],
    );
}

#[test]
fn without_flags_the_service_port_tells() {
    check(
        "interface-id srcaddr  dstaddr  srcport dstport protocol action
         eni-1        10.0.0.9 10.0.0.5 50000   5432    6        REJECT
         eni-1        10.0.0.5 10.0.0.8 5432    50000   6        REJECT",
        &["eni-1 Remote by ServicePort, OwnNetworks, port 5432: 2 rows, 2 sources, 1 targets"],
    );
}

#[test]
fn a_port_met_from_many_ports_is_a_servers_even_if_it_is_the_larger_one() {
    // NAT hands out ports from 1024, so the smaller port of a single row would mislead.
    let rows: String =
        (0..8).map(|n| format!("eni-1 10.0.0.9 10.0.0.5 {} 7199 6 REJECT\n", 1_500 + n * 100)).collect();
    let header = "interface-id srcaddr dstaddr srcport dstport protocol action\n";
    // The other peer makes the interface's own address known.
    let other = "eni-1 10.0.0.8 10.0.0.5 4000 7199 6 ACCEPT\n";
    check(
        &format!("{header}{other}{rows}"),
        &["eni-1 Remote by FanIn, OwnNetworks, port 7199: 8 rows, 1 sources, 1 targets"],
    );
    let seven: String = rows.lines().take(7).map(|line| format!("{line}\n")).collect();
    let view = view(&load(&format!("{header}{other}{seven}")));
    assert!(view.groups.len() > 1, "seven ports are not many: {view:?}");
}

#[test]
fn a_scanner_with_one_ephemeral_port_is_not_taken_for_a_server() {
    let rows: String =
        (0..20).map(|n| format!("eni-1 203.0.113.7 10.0.0.5 61000 {} 6 REJECT\n", 30_000 + n)).collect();
    let header = "interface-id srcaddr dstaddr srcport dstport protocol action\n";
    let view = view(&load(&format!("{header}eni-1 10.0.0.8 10.0.0.5 4000 443 6 ACCEPT\n{rows}")));
    assert_eq!(view.n_groups, 20);
    assert!(
        view.groups.iter().all(|group| shown(group).contains("Remote by SmallerPort, ScanNoise")),
        "{view:?}"
    );
}

#[test]
fn where_nobody_knows_the_sender_and_the_destination_port_are_shown() {
    check(
        "srcaddr     dstaddr     srcport dstport protocol action
         203.0.113.7 203.0.113.9 123     123     17       REJECT",
        &["- Unknown by None, ScanNoise, port 123: 1 rows, 1 sources, 1 targets"],
    );
}

#[test]
fn the_interfaces_of_the_load_are_own_networks_even_if_public() {
    check(
        "interface-id srcaddr  dstaddr     srcport dstport protocol tcp-flags action
         eni-1        52.0.0.1 8.8.8.8     50000   443     6        2         REJECT
         eni-1        52.0.0.1 8.8.4.4     50000   443     6        2         REJECT
         eni-2        52.0.0.1 10.0.0.5    50000   22      6        2         REJECT
         eni-2        9.9.9.9  10.0.0.5    50000   22      6        2         REJECT",
        &[
            "eni-1 Local by TcpFlags, OwnNetworks, port 443: 2 rows, 1 sources, 2 targets",
            "eni-2 Remote by TcpFlags, OwnNetworks, port 22: 1 rows, 1 sources, 1 targets",
            "eni-2 Remote by TcpFlags, ScanNoise, port 22: 1 rows, 1 sources, 1 targets",
        ],
    );
}

#[test]
fn sums_sources_times_and_sparks_are_of_the_groups_rows() {
    let load = load(
        "interface-id srcaddr     dstaddr  srcport dstport protocol tcp-flags packets bytes start end  action
         eni-1        203.0.113.7 10.0.0.5 40000   22      6        2         1       40    0     5    REJECT
         eni-1        203.0.113.8 10.0.0.5 40000   22      6        2         2       80    200   310  REJECT
         eni-1        203.0.113.8 10.0.0.6 40001   22      6        2         3       120   319   319  REJECT
         eni-1        203.0.113.8 10.0.0.6 40001   22      6        2         -       -     -     -    REJECT",
    );
    let view = view(&load);
    assert_eq!((view.total.rows, view.total.packets, view.total.bytes), (4, 6, 240));
    let noise = view.by_wanted.iter().find(|(wanted_by, _)| *wanted_by == WantedBy::ScanNoise).unwrap();
    assert_eq!(noise.1, view.total);
    assert_eq!(view.spark_time, Some((0, 320)));
    let [group] = &view.groups[..] else { panic!("{view:?}") };
    assert_eq!(group.top_sources, [(address("203.0.113.8"), 3), (address("203.0.113.7"), 1)]);
    assert_eq!(group.top_targets, [(address("10.0.0.5"), 2), (address("10.0.0.6"), 2)]);
    assert_eq!(group.time, Some((0, 319)));
    let mut spark = vec![0; SPARK_BUCKETS];
    (spark[0], spark[20], spark[31]) = (1, 1, 1);
    assert_eq!(group.spark, spark, "a row without a time is in no part");
}

#[test]
fn what_no_file_records_is_said() {
    let without = view(&load("srcaddr dstaddr dstport\n 10.0.0.1 10.0.0.2 22"));
    assert!(!without.has_action && without.groups.is_empty());
    assert_eq!(
        without.needs,
        [Field::SRCPORT, Field::PROTOCOL, Field::INTERFACE_ID, Field::TCP_FLAGS, Field::FLOW_DIRECTION]
    );
    let with = view(&load(
        "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags flow-direction action
         eni-1 10.0.0.1 10.0.0.2 50000 22 6 2 ingress REJECT",
    ));
    assert!(with.has_action && with.needs.is_empty());
}

#[test]
fn the_list_is_cut_and_the_count_is_not() {
    let rows: String = (0..1_000).map(|port| format!("eni-1 9.9.9.9 10.0.0.5 {port} 6 2 REJECT\n")).collect();
    let view =
        view(&load(&format!("interface-id srcaddr dstaddr dstport protocol tcp-flags action\n{rows}")));
    assert_eq!((view.groups.len(), view.n_groups, view.total.rows), (GROUPS_MAX, 1_000, 1_000));
    assert_eq!(view.groups[0].port, Some(0), "equal ones are in the order of their ports");
}
