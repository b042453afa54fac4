//! What must hold of any log: sharding and order change nothing, and sums agree with a slow, obvious fold.

use std::collections::{BTreeMap, BTreeSet};

use flow_core::analysis::Metric;
use flow_core::analysis::direction::DirectionQuestion;
use flow_core::analysis::files::FilesQuestion;
use flow_core::analysis::overview::OverviewQuestion;
use flow_core::analysis::summary::SummaryQuestion;
use flow_core::analysis::timeline::TimelineQuestion;
use flow_core::parse::LogStreams;
use flow_core::query::{RowSet, parse_filter};
use flow_core::record::address::Family;
use flow_core::record::{Address, Evidence, Field, Value};
use proptest::prelude::*;

use crate::draw::{Drawing, Load, interface, load_dealt};
use crate::rejected_oracle;

const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags flow-direction packets bytes \
                      start end action log-status";

/// Few values, so that rows have much in common, and that any two rules of the inference meet.
fn any_line() -> impl Strategy<Value = String> {
    let interface = prop::sample::select(vec!["eni-1", "eni-2", "eni-3", "-"]);
    let address = || {
        prop::sample::select(vec![
            "10.0.0.1",
            "10.0.0.2",
            "10.0.0.3",
            "8.8.8.8",
            "9.9.9.9",
            "2001:db8:1::1",
            "2001:db8:1::2",
            "2001:db8:2::1",
            "02:00:00:00:00:01",
            "-",
        ])
    };
    let port = || prop::sample::select(vec!["0", "22", "443", "1500", "2500", "40000", "50000", "-"]);
    let protocol = prop::sample::select(vec!["1", "6", "6", "17", "-"]);
    let flags = prop::sample::select(vec!["0", "2", "18", "-", "-"]);
    let direction = prop::sample::select(vec!["ingress", "egress", "-", "-", "-", "-"]);
    let count = || prop::sample::select(vec!["1", "7", "100", "-"]);
    let time = prop::sample::select(vec!["1000", "1059", "1060", "4000", "-"]);
    let action = prop::sample::select(vec!["ACCEPT", "REJECT", "REJECT", "-"]);
    let status = prop::sample::select(vec!["OK", "OK", "OK", "OK", "NODATA", "SKIPDATA"]);
    (
        (interface, address(), address(), port(), port(), protocol, flags),
        (direction, count(), count(), time, action, status),
    )
        .prop_map(|((interface, src, dst, src_port, dst_port, protocol, flags), rest)| {
            let (direction, count, bytes, time, action, status) = rest;
            format!(
                "{interface} {src} {dst} {src_port} {dst_port} {protocol} {flags} {direction} {count} {bytes} \
                 {time} {time} {action} {status}"
            )
        })
}

/// Lines of one log. Now and then one interface speaks for one address only, or nothing could be inferred.
fn any_log() -> impl Strategy<Value = Drawing> {
    let own = prop::sample::select(vec!["10.0.0.1", "10.0.0.2", "2001:db8:1::1"]);
    let lines = prop::collection::vec(any_line(), 1..60);
    (lines, prop::bool::ANY, own).prop_map(|(mut lines, is_tidy, own)| {
        if is_tidy {
            for line in &mut lines {
                let mut values: Vec<&str> = line.split(' ').collect();
                if values[0] == "eni-1" {
                    values[1] = own;
                    *line = values.join(" ");
                }
            }
        }
        Drawing::of(&format!("{HEADER}\n{}", lines.join("\n")))
    })
}

/// Every answer there is, as text.
fn answers(load: &Load) -> Vec<String> {
    let shown = ["eni-1", "eni-2", "eni-3", "-"].map(|id| load.knowledge.own(&interface(id)).to_vec());
    vec![
        format!("{shown:?}"),
        format!(
            "{:?}",
            load.ask(&TimelineQuestion { extent: load.extent, n_buckets_max: 20, bucket_secs_min: 1 })
        ),
        format!("{:?}", load.ask(&OverviewQuestion::by(Metric::Bytes))),
        format!("{:?}", load.ask(&DirectionQuestion { knowledge: &load.knowledge })),
        format!("{:?}", load.rejected()),
        load.ask(&SummaryQuestion { files: &[] }).to_json(),
        format!(
            "{:?}",
            load.ask(&FilesQuestion {
                names: &["a.log"],
                files: &[0],
                log_streams: &[LogStreams::default()]
            })
        ),
    ]
}

/// The rows of a load, each with the values of some fields.
fn rows(load: &Load, fields: &[Field]) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for store in &load.stores {
        for row in 0..store.rows().n_readable() {
            rows.push(fields.iter().map(|field| store.cell(store.rows(), row, &(*field).into())).collect());
        }
    }
    rows
}

fn number(value: &Value) -> u64 {
    if let Value::Number(number) = value { *number } else { 0 }
}

proptest! {
    #[test]
    fn neither_shards_nor_order_change_an_answer(
        log in any_log(),
        deal in prop::collection::vec(0..5usize, 60),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let whole = load_dealt(&log, 1, |_| 0);
        let expected = answers(&whole);
        for n_shards in [2, 5] {
            let dealt = load_dealt(&log, n_shards, |at| deal[at] % n_shards);
            prop_assert_eq!(&dealt.knowledge, &whole.knowledge);
            prop_assert_eq!(answers(&dealt), &expected[..]);
        }
        let n_lines = log.n_lines();
        let first = shuffle.index(n_lines);
        let order: Vec<usize> = (0..n_lines).map(|at| (first + n_lines - at) % n_lines).collect();
        prop_assert_eq!(answers(&load_dealt(&log.in_order(&order), 1, |_| 0)), expected);
    }

    #[test]
    fn sums_of_every_view_are_those_of_the_rows(log in any_log()) {
        let load = load_dealt(&log, 2, |at| at % 2);
        let rows = rows(&load, &[Field::SRCADDR, Field::DSTPORT, Field::BYTES, Field::ACTION]);
        let bytes: u64 = rows.iter().map(|row| number(&row[2])).sum();
        let is_rejected = |row: &Vec<Value>| row[3] == Value::Text("REJECT".to_owned());
        let n_rejected = rows.iter().filter(|row| is_rejected(row)).count() as u64;

        let overview = load.ask(&OverviewQuestion::by(Metric::Rows));
        prop_assert_eq!((overview.total.rows, overview.total.bytes), (rows.len() as u64, bytes));
        prop_assert_eq!(overview.rejected.rows, n_rejected);
        for (place, field) in [(0, Field::SRCADDR), (1, Field::DSTPORT)] {
            let mut naive: BTreeMap<&Value, (u64, u64, u64)> = BTreeMap::new();
            for row in rows.iter().filter(|row| !row[place].is_absent()) {
                let sum = naive.entry(&row[place]).or_default();
                *sum = (sum.0 + 1, sum.1 + number(&row[2]), sum.2 + u64::from(is_rejected(row)));
            }
            let list = overview.top.iter().find(|list| list.field == field).unwrap();
            prop_assert_eq!(list.n_distinct, naive.len() as u64);
            let mut ranked: Vec<_> = naive.into_iter().collect();
            ranked.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
            ranked.truncate(10);
            let listed: Vec<_> = list
                .entries
                .iter()
                .map(|of| (&of.value, (of.total.rows, of.total.bytes, of.rejected.rows)))
                .collect();
            prop_assert_eq!(listed, ranked);
        }

        for n_buckets_max in [1, 7, 1000] {
            let timeline = load.ask(&TimelineQuestion { extent: load.extent, n_buckets_max, bucket_secs_min: 1 });
            let in_buckets: u64 = timeline
                .buckets
                .iter()
                .map(|of| of.accepted.rows + of.rejected.rows + of.other.rows)
                .sum();
            prop_assert_eq!(in_buckets + timeline.n_rows_outside, rows.len() as u64);
        }

        let direction = load.ask(&DirectionQuestion { knowledge: &load.knowledge });
        for total in [
            direction.directions.iter().map(|(_, tally)| tally.rows).sum::<u64>(),
            direction.classes.iter().map(|(_, tally)| tally.rows).sum(),
            direction.class_directions.iter().map(|(_, _, tally)| tally.rows).sum(),
            direction.evidence.iter().map(|(_, tally)| tally.rows).sum(),
            direction.interfaces.iter().map(|of| of.ingress.rows + of.egress.rows + of.unknown.rows).sum(),
        ] {
            prop_assert_eq!(total, rows.len() as u64);
        }

        let rejected = load.rejected();
        prop_assert_eq!(rejected.total.rows, n_rejected);
        prop_assert_eq!(rejected.groups.iter().map(|group| group.total.rows).sum::<u64>(), n_rejected);
        prop_assert_eq!(rejected.by_wanted.iter().map(|(_, tally)| tally.rows).sum::<u64>(), n_rejected);
    }

    #[test]
    fn what_was_rejected_is_what_a_slow_reading_says(
        log in any_log(),
        deal in prop::collection::vec(0..3usize, 60),
        n_shards in 1usize..4,
        text in prop::sample::select(vec!["", "bytes > 50", "srcaddr in 10.0.0.0/8", "dstport = 22"]),
    ) {
        let load = load_dealt(&log, n_shards, |at| deal[at] % n_shards);
        let filter = parse_filter(text).unwrap();
        let rows: Vec<RowSet> =
            load.stores.iter().map(|store| RowSet::select(&filter, store, store.rows())).collect();
        prop_assert_eq!(load.rejected_of(&rows), rejected_oracle::view(&load, &rows));
    }

    /// Ends that are met from about as many ports as servers are, in one shard or in several.
    #[test]
    fn servers_are_those_of_all_shards(
        rows in prop::collection::vec((0u8..3, 0u8..12, any::<bool>(), 0..3usize), 1..80),
        n_shards in 1usize..4,
    ) {
        let line = |&(server, client, is_answer, _): &(u8, u8, bool, usize)| {
            let ends = [format!("9.9.9.{server}"), format!("10.0.0.{}", client % 2)];
            let ports = [7_000 + u32::from(server), 2_000 + u32::from(client)];
            let (from, to) = if is_answer { (0, 1) } else { (1, 0) };
            format!("eni-1 {} {} {} {} 6 REJECT", ends[from], ends[to], ports[from], ports[to])
        };
        let lines: Vec<String> = rows.iter().map(line).collect();
        let header = "interface-id srcaddr dstaddr srcport dstport protocol action";
        let log = Drawing::of(&format!("{header}\n{}", lines.join("\n")));
        let load = load_dealt(&log, n_shards, |at| rows[at].3 % n_shards);
        prop_assert_eq!(load.rejected(), rejected_oracle::view(&load, &load.everything()));
    }

    /// The rule for IPv4, said as slowly as it can be.
    #[test]
    fn a_common_address_is_an_end_of_every_row_and_the_only_one(log in any_log()) {
        let load = load_dealt(&log, 1, |_| 0);
        let fields = [Field::INTERFACE_ID, Field::SRCADDR, Field::DSTADDR, Field::FLOW_DIRECTION];
        let is_v4 = |value: &Value| matches!(value, Value::Address(Address::V4(_)));
        for id in ["eni-1", "eni-2", "eni-3", "-"] {
            let of_interface: Vec<Vec<Value>> = rows(&load, &fields)
                .into_iter()
                .filter(|row| row[0] == interface(id) && is_v4(&row[1]) && is_v4(&row[2]))
                .collect();
            let is_recorded = |row: &Vec<Value>| row[0] == interface(id) && !row[3].is_absent();
            if of_interface.is_empty() || rows(&load, &fields).iter().any(is_recorded) {
                continue;
            }
            let common = of_interface
                .iter()
                .map(|row| BTreeSet::from([row[1].clone(), row[2].clone()]))
                .reduce(|a, b| &a & &b)
                .unwrap();
            let own = load.knowledge.own(&interface(id));
            let own = own.iter().find(|own| own.family == Family::V4).unwrap();
            prop_assert_eq!(own.evidence == Evidence::CommonAddress, common.len() == 1, "{:?}", own);
            if common.len() == 1 {
                prop_assert_eq!(common.first().cloned(), own.address.map(Value::Address));
            }
            prop_assert_eq!(own.n_rows, of_interface.len() as u64);
        }
    }
}
