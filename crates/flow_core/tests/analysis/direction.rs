//! Which address an interface has, which way each row went, and between whom.

use flow_core::analysis::direction::{DirectionQuestion, DirectionView};
use flow_core::analysis::interface::InterfaceKnowledge;
use flow_core::record::{Direction, Evidence, FlowClass, Orientation};

use crate::draw::{Load, address, interface, load, load_corrected, load_described, load_files};

/// One line for each row: direction, evidence, class.
fn oriented(load: &Load) -> Vec<String> {
    let segments = load.stores.iter().flat_map(|store| store.rows().segments());
    segments
        .flat_map(|segment| segment.orientation())
        .map(|&code| {
            let Orientation { direction, evidence, class } = Orientation::from_code(code);
            format!("{} {evidence:?} {}", direction.name(), class.name())
        })
        .collect()
}

fn check(drawing: &str, expected: &[&str]) {
    assert_eq!(oriented(&load(drawing)), expected);
}

#[test]
fn the_address_in_every_row_is_the_interfaces_own() {
    check(
        "interface-id srcaddr     dstaddr     srcport dstport
         eni-1        10.0.0.5    203.0.113.7 443     50000
         eni-1        203.0.113.7 10.0.0.5    50000   443
         eni-1        10.0.0.9    10.0.0.5    50001   443
         eni-1        10.0.0.5    10.0.0.9    50001   443",
        &[
            "egress CommonAddress outbound",
            "ingress CommonAddress inbound",
            "ingress CommonAddress internal",
            "egress CommonAddress internal",
        ],
    );
}

#[test]
fn ports_never_tell_whose_interface_it_is() {
    // A client and a server look the same from their own interfaces; a single private peer stays unknown.
    check(
        "interface-id srcaddr  dstaddr  srcport dstport tcp-flags
         eni-1        10.0.0.5 10.0.0.9 50000   443     2
         eni-1        10.0.0.9 10.0.0.5 443     50000   18",
        &["unknown None internal", "unknown None internal"],
    );
}

#[test]
fn of_a_single_peer_the_private_side_is_own() {
    check(
        "interface-id srcaddr     dstaddr
         eni-1        203.0.113.7 10.0.0.5
         eni-1        10.0.0.5    203.0.113.7",
        &["ingress PrivateSide inbound", "egress PrivateSide outbound"],
    );
}

#[test]
fn of_two_private_ends_the_one_claimed_elsewhere_is_the_peer() {
    check(
        "interface-id srcaddr  dstaddr
         eni-1        10.0.0.5 10.0.0.9
         eni-2        10.0.0.5 10.0.0.9
         eni-2        10.0.0.7 10.0.0.9",
        &["egress OtherClaimed internal", "ingress CommonAddress internal", "ingress CommonAddress internal"],
    );
}

#[test]
fn two_interfaces_that_share_their_only_pair_stay_unknown() {
    check(
        "interface-id srcaddr  dstaddr
         eni-1        10.0.0.5 10.0.0.9
         eni-2        10.0.0.5 10.0.0.9",
        &["unknown None internal", "unknown None internal"],
    );
}

#[test]
fn evidence_that_contradicts_itself_is_not_believed() {
    // 10.0.0.5 is eni-2's, so eni-1 would have the public address; addresses repeat between VPCs.
    check(
        "interface-id srcaddr  dstaddr
         eni-1        10.0.0.5 203.0.113.7
         eni-2        10.0.0.5 10.0.0.9
         eni-2        10.0.0.5 10.0.0.8",
        &["unknown None unknown", "egress CommonAddress internal", "egress CommonAddress internal"],
    );
}

#[test]
fn what_is_set_by_hand_beats_what_is_inferred() {
    let drawing = "interface-id srcaddr  dstaddr
         eni-1        10.0.0.5 10.0.0.9
         eni-1        10.0.0.5 10.0.0.8
         eni-2        10.0.0.1 10.0.0.2
         -            10.0.0.3 10.0.0.4";
    let load = load_corrected(drawing, &[("eni-1", "10.0.0.9"), ("eni-2", "10.0.0.2"), ("-", "10.0.0.3")]);
    assert_eq!(
        oriented(&load),
        [
            "ingress SetByHand internal",
            "unknown None internal",
            "ingress SetByHand internal",
            "egress SetByHand internal",
        ]
    );
}

#[test]
fn the_description_of_an_interface_tells_its_address_where_rows_cannot() {
    let drawing = "interface-id srcaddr      dstaddr
         eni-1        10.0.0.5     10.0.0.9
         eni-2        10.0.0.5     10.0.0.9
         eni-3        10.0.0.3     203.0.113.7
         eni-3        10.0.0.3     203.0.113.8
         eni-4        2001:db8::1  2001:db8::2
         eni-4        2001:db8::9  2001:db8::2";
    let load = load_described(
        drawing,
        &[
            // A private peer alone is in every row, too; now eni-2 is told by it as well.
            ("eni-1", "10.0.0.5", &["10.0.0.5", "10.0.0.6"]),
            // Of another time or another interface: no row has this address.
            ("eni-3", "10.0.0.77", &["10.0.0.77"]),
            // Several IPv6 addresses, and one peer in every row.
            ("eni-4", "10.0.0.4", &["10.0.0.4", "2001:db8::1", "2001:db8::9"]),
        ],
    );
    assert_eq!(
        oriented(&load),
        [
            "egress Described internal",
            "ingress OtherClaimed internal",
            "egress CommonAddress outbound",
            "egress CommonAddress outbound",
            "egress Described outbound",
            "egress Described outbound",
        ]
    );
}

#[test]
fn recorded_directions_stand_and_teach_the_other_rows() {
    check(
        "interface-id srcaddr      dstaddr      flow-direction
         eni-1        203.0.113.7  10.0.0.5     ingress
         eni-1        10.0.0.5     203.0.113.7  -
         eni-2        2001:db8::1  2001:db8::9  egress
         eni-2        2001:db8::2  2001:db8::9  egress
         eni-2        2001:db8::9  2001:db8::2  -
         eni-2        2001:db8::9  2001:db8::8  -",
        &[
            "ingress Recorded inbound",
            "egress RecordedElsewhere outbound",
            "egress Recorded outbound",
            "egress Recorded outbound",
            "ingress RecordedElsewhere inbound",
            "unknown None unknown",
        ],
    );
}

#[test]
fn a_recorded_direction_stands_against_an_address_set_by_hand() {
    let drawing = "interface-id srcaddr     dstaddr  flow-direction
         eni-1        203.0.113.7 10.0.0.5 ingress";
    assert_eq!(
        oriented(&load_corrected(drawing, &[("eni-1", "203.0.113.7")]))[0],
        "ingress Recorded internal"
    );
}

#[test]
fn families_are_told_apart() {
    check(
        "interface-id srcaddr           dstaddr
         eni-1        10.0.0.5          203.0.113.7
         eni-1        10.0.0.5          203.0.113.8
         eni-1        2001:db8:1::5     2600:1f18::7
         eni-1        2600:1f18:9::8    2001:db8:1::5
         eni-1        02:00:00:00:00:01 02:00:00:00:00:02
         eni-1        02:00:00:00:00:03 02:00:00:00:00:01",
        &[
            "egress CommonAddress outbound",
            "egress CommonAddress outbound",
            "egress CommonAddress outbound",
            "ingress CommonAddress inbound",
            "egress CommonAddress internal",
            "ingress CommonAddress internal",
        ],
    );
}

#[test]
fn several_ipv6_addresses_of_one_interface_share_their_subnet() {
    check(
        "interface-id srcaddr          dstaddr
         eni-1        2001:db8:1::a    2600:1f18:1::1
         eni-1        2001:db8:1::b    2600:1f18:2::1
         eni-1        2600:1f18:3::1   2001:db8:1::c
         eni-1        2001:db8:1::a    2001:db8:1::b",
        &[
            "egress CommonSubnet outbound",
            "egress CommonSubnet outbound",
            "ingress CommonSubnet inbound",
            "unknown None internal",
        ],
    );
}

#[test]
fn the_single_peer_of_several_ipv6_addresses_is_not_taken_for_the_interface() {
    let drawing = "interface-id srcaddr        dstaddr
         eni-1        2001:db8:1::a  2001:db8:2::1
         eni-1        2001:db8:1::b  2001:db8:2::1";
    check(drawing, &["unknown None unknown", "unknown None unknown"]);
    // The peer's own interface settles it.
    check(
        &format!(
            "{drawing}
             eni-2 2001:db8:1::a 2001:db8:2::1
             eni-2 2600:1f18::1  2001:db8:2::1"
        ),
        &[
            "egress CommonSubnet internal",
            "egress CommonSubnet internal",
            "ingress CommonAddress internal",
            "ingress CommonAddress inbound",
        ],
    );
}

#[test]
fn rows_without_an_interface_or_an_end_say_what_they_can() {
    check(
        "interface-id srcaddr  dstaddr
         -            10.0.0.5 203.0.113.7
         -            10.0.0.5 203.0.113.8
         -            -        10.0.0.5
         -            -        -
         eni-1        10.0.0.6 -",
        &[
            "egress CommonAddress outbound",
            "egress CommonAddress outbound",
            "ingress CommonAddress unknown",
            "unknown None unknown",
            "unknown None unknown",
        ],
    );
    check("dstport\n443", &["unknown None unknown"]);
}

/// AWS: "Traffic through a NAT gateway", at the gateway's interface.
#[test]
fn a_nat_gateway_forwards_one_side_and_talks_on_the_other() {
    check(
        "interface-id srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr
         eni-nat      10.0.1.5    10.0.0.220  10.0.1.5    203.0.113.5
         eni-nat      10.0.0.220  203.0.113.5 10.0.0.220  203.0.113.5
         eni-nat      203.0.113.5 10.0.0.220  203.0.113.5 10.0.0.220
         eni-nat      10.0.0.220  10.0.1.5    203.0.113.5 10.0.1.5",
        &[
            "ingress CommonAddress transit",
            "egress CommonAddress outbound",
            "ingress CommonAddress inbound",
            "egress CommonAddress transit",
        ],
    );
}

/// AWS: "Traffic through a transit gateway", and a client's packets to a secondary address, which look alike.
#[test]
fn a_packet_address_that_is_not_the_interfaces_is_transit() {
    check(
        "interface-id srcaddr      dstaddr      pkt-srcaddr  pkt-dstaddr
         eni-tgw      10.20.33.164 10.40.1.175  10.20.33.164 10.40.2.236
         eni-tgw      10.40.1.175  10.20.9.9    10.40.2.31   10.20.9.9
         eni-1        203.0.113.7  10.0.0.5     203.0.113.7  10.0.0.60
         eni-1        203.0.113.8  10.0.0.5     203.0.113.8  10.0.0.5
         eni-1        203.0.113.9  10.0.0.5     203.0.113.9  -",
        &[
            "ingress CommonAddress transit",
            "egress CommonAddress transit",
            "ingress CommonAddress transit",
            "ingress CommonAddress inbound",
            "ingress CommonAddress inbound",
        ],
    );
}

/// Each line of the table in the documentation of `InterfaceKnowledge::orient`, top to bottom.
#[test]
fn classes_follow_their_table() {
    check(
        "interface-id srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr flow-direction
         eni-1        8.8.8.8     10.0.0.5    8.8.8.8     8.8.4.4     ingress
         eni-1        10.0.0.9    10.0.0.5    10.0.0.9    10.0.0.5    ingress
         eni-1        8.8.8.8     10.0.0.5    -           -           ingress
         eni-1        10.0.0.5    8.8.8.8     -           -           egress
         eni-2        10.0.0.8    10.0.0.9    8.8.8.8     8.8.4.4     -
         eni-3        8.8.8.8     8.8.4.4     -           -           -
         eni-1        -           10.0.0.5    -           -           ingress",
        &[
            "ingress Recorded transit",
            "ingress Recorded internal",
            "ingress Recorded inbound",
            "egress Recorded outbound",
            "unknown None internal",
            "unknown None unknown",
            "ingress Recorded unknown",
        ],
    );
}

#[test]
fn an_interfaces_public_address_is_ours_for_every_other_interface() {
    check(
        "interface-id srcaddr       dstaddr
         eni-1        52.0.0.1      8.8.8.8
         eni-1        52.0.0.1      8.8.4.4
         eni-2        10.0.0.5      52.0.0.1
         eni-2        10.0.0.5      8.8.8.8",
        &[
            "egress CommonAddress outbound",
            "egress CommonAddress outbound",
            "egress CommonAddress internal",
            "egress CommonAddress outbound",
        ],
    );
}

#[test]
fn knowledge_differs_only_where_rows_would_be_oriented_otherwise() {
    let one = load("interface-id srcaddr dstaddr\n eni-1 10.0.0.5 8.8.8.8\n eni-1 10.0.0.5 8.8.4.4");
    let more = load(
        "interface-id srcaddr dstaddr\n eni-1 10.0.0.5 8.8.8.8\n eni-1 10.0.0.5 8.8.4.4\n eni-1 9.9.9.9 10.0.0.5",
    );
    let other = load("interface-id srcaddr dstaddr\n eni-1 10.0.0.6 8.8.8.8\n eni-1 10.0.0.6 8.8.4.4");
    assert_eq!(one.knowledge, more.knowledge);
    assert_ne!(one.knowledge, other.knowledge);
    assert_ne!(one.knowledge, InterfaceKnowledge::default());
}

fn view(load: &Load) -> DirectionView {
    load.ask(&DirectionQuestion { knowledge: &load.knowledge })
}

#[test]
fn the_view_sums_rows_by_direction_class_evidence_and_interface() {
    let view = view(&load(
        "interface-id srcaddr     dstaddr     packets bytes
         eni-1        10.0.0.5    203.0.113.7 1       100
         eni-1        10.0.0.9    10.0.0.5    2       20
         eni-2        10.0.0.1    10.0.0.2    3       3000
         -            8.8.8.8     8.8.4.4     -       -",
    ));
    let rows: Vec<(Direction, u64, u64)> =
        view.directions.iter().map(|(direction, tally)| (*direction, tally.rows, tally.bytes)).collect();
    assert_eq!(
        rows,
        [(Direction::Ingress, 1, 20), (Direction::Egress, 1, 100), (Direction::Unknown, 2, 3000)]
    );
    let classes: Vec<(FlowClass, u64)> =
        view.classes.iter().map(|(class, tally)| (*class, tally.rows)).collect();
    assert_eq!(
        classes,
        [
            (FlowClass::Internal, 2),
            (FlowClass::Inbound, 0),
            (FlowClass::Outbound, 1),
            (FlowClass::Transit, 0),
            (FlowClass::Unknown, 1),
        ]
    );
    let pairs: Vec<_> =
        view.class_directions.iter().map(|(class, way, tally)| (*class, *way, tally.rows)).collect();
    assert_eq!(
        pairs,
        [
            (FlowClass::Internal, Direction::Ingress, 1),
            (FlowClass::Internal, Direction::Unknown, 1),
            (FlowClass::Outbound, Direction::Egress, 1),
            (FlowClass::Unknown, Direction::Unknown, 1),
        ]
    );
    let common = view.evidence.iter().find(|(evidence, _)| *evidence == Evidence::CommonAddress);
    assert_eq!(common.map(|(_, tally)| tally.rows), Some(2));
    let interfaces: Vec<String> = view.interfaces.iter().map(|of| of.interface.to_string()).collect();
    assert_eq!(interfaces, ["eni-2", "eni-1", "-"], "most bytes first");
    assert_eq!(view.n_interfaces, 3);
}

#[test]
fn addresses_to_choose_from_are_those_in_every_row_or_else_the_most_frequent() {
    let load = load(
        "interface-id srcaddr         dstaddr
         eni-1        10.0.0.1        10.0.0.2
         eni-2        2001:db8:1::1   2001:db8:2::1
         eni-2        2001:db8:3::1   2001:db8:4::1
         eni-2        2001:db8:3::1   2001:db8:5::1",
    );
    let view = view(&load);
    let candidates = |id: &str| {
        let of = view.interfaces.iter().find(|of| of.interface == interface(id)).unwrap();
        assert_eq!((of.own.len(), of.own[0].address, of.own[0].evidence), (1, None, Evidence::None));
        of.own[0].candidates.clone()
    };
    assert_eq!(candidates("eni-1"), [address("10.0.0.1"), address("10.0.0.2")]);
    assert_eq!(candidates("eni-2")[0], address("2001:db8:3::1"));
    assert_eq!(candidates("eni-2").len(), 5);
}

#[test]
fn own_addresses_are_shown_with_their_evidence_and_rows() {
    let load = load_files(&[
        "interface-id srcaddr dstaddr\n eni-1 10.0.0.5 8.8.8.8\n eni-1 10.0.0.5 8.8.4.4",
        "interface-id srcaddr dstaddr flow-direction\n eni-2 10.0.0.6 8.8.8.8 egress",
    ]);
    let own = |id: &str| {
        let own = &load.knowledge.own(&interface(id))[0];
        (own.address, own.evidence, own.n_rows)
    };
    assert_eq!(own("eni-1"), (Some(address("10.0.0.5")), Evidence::CommonAddress, 2));
    assert_eq!(own("eni-2"), (Some(address("10.0.0.6")), Evidence::Recorded, 1));
    assert!(load.knowledge.own(&interface("eni-3")).is_empty());
}
