//! Packets that a transit gateway lost, by reason, attachments, zones and flows.

use std::collections::BTreeMap;

use flow_core::analysis::packets_lost::{
    ENTRIES_MAX, LISTED_BY, Lost, LostList, PacketsLostQuestion, REASONS,
};
use flow_core::record::{Field, Value};
use proptest::prelude::*;

use crate::draw::{Drawing, load, load_dealt};

const LOG: &str = "tgw-attachment-id tgw-pair-attachment-id tgw-src-az-id tgw-dst-az-id srcaddr  dstaddr  dstport protocol \
                   packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired
    tgw-attach-a tgw-attach-b use1-az1 use1-az2 10.0.0.1 10.1.0.1 443 6  0 0 0 0
    tgw-attach-a tgw-attach-b use1-az1 use1-az2 10.0.0.1 10.1.0.1 443 6  0 0 7 0
    tgw-attach-a tgw-attach-b use1-az1 use1-az1 10.0.0.2 10.1.0.1 443 6  1 0 2 0
    tgw-attach-a -            use1-az1 -        10.0.0.1 10.9.0.1 53  17 5 4 - 0
    -            -            -        -        10.0.0.7 10.9.0.1 53  17 - - - -";

fn entries(list: &LostList) -> Vec<String> {
    let entry = |key: &[Value], lost: &Lost, n_records: u64| {
        let key: Vec<String> = key.iter().map(Value::to_string).collect();
        format!("{}: {lost:?} in {n_records}", key.join(" "))
    };
    list.entries.iter().map(|of| entry(&of.key, &of.lost, of.n_records)).collect()
}

#[test]
fn losses_are_summed_by_reason_attachments_zones_and_flows() {
    let lost = load(LOG).ask(&PacketsLostQuestion);
    assert_eq!((lost.lost, lost.n_records, lost.n_with_loss), ([6, 4, 9, 0], 4, 3));
    assert_eq!(lost.is_recorded, [true; 4]);
    let [attachments, zones, flows] = &lost.lists;
    assert_eq!(
        entries(attachments),
        ["tgw-attach-a tgw-attach-b: [1, 0, 9, 0] in 2", "tgw-attach-a -: [5, 4, 0, 0] in 1"]
    );
    assert_eq!(
        entries(zones),
        [
            "use1-az1 -: [5, 4, 0, 0] in 1",
            "use1-az1 use1-az2: [0, 0, 7, 0] in 1",
            "use1-az1 use1-az1: [1, 0, 2, 0] in 1"
        ]
    );
    assert_eq!(
        entries(flows),
        [
            "10.0.0.1 10.9.0.1 53 17: [5, 4, 0, 0] in 1",
            "10.0.0.1 10.1.0.1 443 6: [0, 0, 7, 0] in 1",
            "10.0.0.2 10.1.0.1 443 6: [1, 0, 2, 0] in 1"
        ]
    );
}

#[test]
fn what_is_not_recorded_is_not_zero() {
    let lost = load("srcaddr packets-lost-blackhole\n10.0.0.1 0\n10.0.0.2 -").ask(&PacketsLostQuestion);
    assert_eq!((lost.is_recorded, lost.n_records, lost.n_with_loss), ([false, true, false, false], 1, 0));
    let lost = load("srcaddr packets\n10.0.0.1 3").ask(&PacketsLostQuestion);
    assert_eq!((lost.is_recorded, lost.n_records), ([false; 4], 0));
}

#[test]
fn a_list_ends_and_says_how_many_there_are() {
    let rows: String = (0..80).map(|n| format!("10.0.0.{n} {}\n", n + 1)).collect();
    let lost = load(&format!("srcaddr packets-lost-no-route\n{rows}")).ask(&PacketsLostQuestion);
    assert_eq!((lost.lists[2].n_keys, lost.lists[2].entries.len()), (80, ENTRIES_MAX));
    assert_eq!(lost.lists[2].entries[0].key[0].to_string(), "10.0.0.79");
    assert_eq!(lost.lists[0].n_keys, 1, "without attachments all are one");
}

fn cell(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(values)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Row by row, as one would by hand; in shards, which hold the rows in any order.
    #[test]
    fn sums_are_those_of_the_rows_whoever_holds_them(
        rows in prop::collection::vec(
            (cell(&["10.0.0.1", "10.0.0.2", "-"]), cell(&["az1", "az2", "-"]), prop::array::uniform4(cell(&["0", "1", "900", "-"]))),
            1..60,
        ),
    ) {
        let header = format!("srcaddr tgw-src-az-id {}", REASONS.map(Field::name).join(" "));
        let lines: Vec<String> =
            rows.iter().map(|(src, zone, lost)| format!("{src} {zone} {}", lost.join(" "))).collect();
        let drawing = Drawing::of(&format!("{header}\n{}", lines.join("\n")));
        let mut by_zone: BTreeMap<&str, Lost> = BTreeMap::new();
        for (_, zone, lost) in &rows {
            let lost = lost.map(|lost| lost.parse().unwrap_or(0));
            if lost != [0; 4] {
                let sum = by_zone.entry(zone).or_default();
                sum.iter_mut().zip(lost).for_each(|(sum, lost)| *sum += lost);
            }
        }
        for n_shards in [1, 3] {
            let answer = load_dealt(&drawing, n_shards, |at| at % n_shards).ask(&PacketsLostQuestion);
            prop_assert_eq!(LISTED_BY[1][0], Field::TGW_SRC_AZ_ID);
            let found: BTreeMap<String, Lost> =
                answer.lists[1].entries.iter().map(|entry| (entry.key[0].to_string(), entry.lost)).collect();
            let expected: BTreeMap<String, Lost> =
                by_zone.iter().map(|(zone, lost)| ((*zone).to_owned(), *lost)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
