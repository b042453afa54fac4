//! A roll-up's sums are those of the lines, group by group.

use std::collections::BTreeMap;

use flow_core::intake::LoadOptions;
use flow_core::query::parse_filter;
use flow_core::record::{ColumnKey, Value};
use flow_core::store::{SEGMENT_ROWS, Store};
use proptest::prelude::*;

use super::lines::{HEADER, any_lines, load, load_whole, rows, sample, text};

fn rolling_up(keep: &str) -> LoadOptions {
    LoadOptions { keep: parse_filter(keep).unwrap(), roll_up: true, ..LoadOptions::default() }
}

/// Records, packets, bytes, the largest end, and the flags.
type Sums = (u64, Option<u64>, Option<u64>, Option<u64>, Option<u64>);

/// What a roll-up says of records with this key, whatever number of rows it takes to say it.
type Groups = BTreeMap<Vec<String>, Sums>;

fn add(groups: &mut Groups, key: Vec<String>, more: Sums) {
    fn join(into: &mut Option<u64>, more: Option<u64>, joined: impl Fn(u64, u64) -> u64) {
        *into = match (*into, more) {
            (Some(into), Some(more)) => Some(joined(into, more)),
            (into, more) => into.or(more),
        };
    }
    let sum = |a: u64, b: u64| a.saturating_add(b).min(u64::MAX - 1);
    let into = groups.entry(key).or_default();
    into.0 += more.0;
    join(&mut into.1, more.1, sum);
    join(&mut into.2, more.2, sum);
    join(&mut into.3, more.3, u64::max);
    join(&mut into.4, more.4, |a, b| a | b);
}

fn minute_of(start: Option<u64>, end: Option<u64>) -> String {
    match (start, end) {
        (Some(start), _) => (start - start % 60).to_string(),
        (None, Some(end)) => format!("ends {}", end - end % 60),
        (None, None) => "-".to_owned(),
    }
}

/// The slow way: line by line, from the documentation of the roll-up.
fn groups_of_lines(lines: &[String]) -> Groups {
    let mut groups = Groups::new();
    let names: Vec<&str> = HEADER.split_whitespace().collect();
    for line in lines {
        let of: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(' ')).collect();
        if of["log-status"] == "NODATA" {
            continue;
        }
        let number = |name: &str| of[name].parse::<u64>().ok();
        let (src, dst) = (number("srcport").unwrap(), number("dstport").unwrap());
        let is_service = |port: u64| port == 443 || port == 22;
        let is_ephemeral = |port: u64| port >= 1_024 && !is_service(port);
        let syn = number("tcp-flags").filter(|flags| of["protocol"] == "6" && flags & 2 != 0);
        let is_src_client = match syn {
            _ if of["protocol"] == "1" => Some(true),
            Some(flags) => Some(flags & 16 == 0),
            None if is_service(dst) && is_ephemeral(src) => Some(true),
            None if is_service(src) && is_ephemeral(dst) => Some(false),
            None if src == dst => None,
            None => Some(dst < src),
        };
        let (mut kept_src, mut kept_dst) = (src.to_string(), dst.to_string());
        match is_src_client {
            Some(true) if is_ephemeral(src) => kept_src = "-".to_owned(),
            Some(false) if is_ephemeral(dst) => kept_dst = "-".to_owned(),
            _ => {}
        }
        let minute = minute_of(number("start"), number("end"));
        let said_by_flags = syn.map_or("-".to_owned(), |flags| (flags & 16).to_string());
        let mut key: Vec<String> =
            ["interface-id", "dstaddr", "protocol", "action", "flow-direction", "pkt-srcaddr"]
                .map(|name| of[name].to_owned())
                .to_vec();
        key.extend([of["srcaddr"].to_lowercase(), kept_src, kept_dst, minute, said_by_flags]);
        let sums = (1, number("packets"), number("bytes"), number("end"), number("tcp-flags"));
        add(&mut groups, key, sums);
    }
    groups
}

fn groups_of_store(store: &Store) -> Groups {
    let mut groups = Groups::new();
    for row in 0..store.rows().n_readable() {
        let cell = |name: &str| store.cell(store.rows(), row, &ColumnKey::from_name(name));
        let number = |name: &str| match cell(name) {
            Value::Number(number) => Some(number),
            Value::Absent => None,
            other => panic!("{name} is {other}"),
        };
        let syn = number("tcp-flags").filter(|flags| number("protocol") == Some(6) && flags & 2 != 0);
        let mut key: Vec<String> =
            ["interface-id", "dstaddr", "protocol", "action", "flow-direction", "pkt-srcaddr"]
                .map(|name| cell(name).to_string())
                .to_vec();
        key.extend(["srcaddr", "srcport", "dstport"].map(|name| cell(name).to_string()));
        assert!(number("start").is_none_or(|start| start % 60 == 0));
        key.push(minute_of(number("start"), number("end")));
        key.push(syn.map_or("-".to_owned(), |flags| (flags & 16).to_string()));
        let (segment, at) = store.rows().locate(row);
        let n_records = segment.n_records().get(at).expect("every row stands for records");
        let sums = (n_records, number("packets"), number("bytes"), number("end"), number("tcp-flags"));
        add(&mut groups, key, sums);
    }
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn sums_are_those_of_the_lines_however_they_come(
        lines in any_lines(120),
        piece_bytes in 1usize..3_000,
        settle_every in 1usize..5,
    ) {
        let text = text(&lines);
        let rolled_up = load(&[&text], &rolling_up(""), piece_bytes, settle_every).store;
        let expected = groups_of_lines(&lines);
        prop_assert_eq!(groups_of_store(&rolled_up), expected.clone());
        // So few lines are in one segment: each group is one row.
        prop_assert_eq!(rolled_up.rows().n_readable() as usize, expected.len());
        let whole = load_whole(&[&text], &rolling_up("")).store;
        prop_assert_eq!(rows(&rolled_up), rows(&whole));
    }

    #[test]
    fn rows_are_kept_first_and_rolled_up_then(lines in any_lines(80), piece_bytes in 1usize..3_000) {
        // By a field that the roll-up leaves out of its rows.
        let kept: Vec<String> =
            lines.iter().filter(|line| line.split(' ').nth(3) != Some("40000")).cloned().collect();
        let options = rolling_up("srcport != 40000");
        let rolled_up = load(&[&text(&lines)], &options, piece_bytes, 2).store;
        prop_assert_eq!(groups_of_store(&rolled_up), groups_of_lines(&kept));
    }

    #[test]
    fn a_value_that_differs_within_a_group_is_absent(
        values in proptest::collection::vec(proptest::sample::select(&["a", "b", "-"][..]), 1..6),
        piece_bytes in 1usize..500,
    ) {
        let line = |value: &&str| {
            format!("eni-1 10.0.0.1 10.0.0.2 50000 443 6 1 40 1700000090 1700000099 ACCEPT OK 0 - - - {value}")
        };
        let lines: Vec<String> = values.iter().map(line).collect();
        let store = load(&[&text(&lines)], &rolling_up(""), piece_bytes, 1).store;
        prop_assert_eq!(store.rows().n_readable(), 1);
        let common = if values.iter().all(|value| value == &values[0]) { values[0] } else { "-" };
        let cell = store.cell(store.rows(), 0, &ColumnKey::from_name("my-own"));
        prop_assert_eq!(cell.to_string(), common);
    }
}

#[test]
fn groups_that_fill_segments_lose_nothing() {
    let log = sample(150_000);
    let exact = load_whole(&[&log], &LoadOptions::default()).store;
    // Every record its own group by file: small files take their groups with them.
    let lines: Vec<&str> = log.lines().collect();
    let files: Vec<String> =
        lines[1..].chunks(40_000).map(|part| format!("{}\n{}\n", lines[0], part.join("\n"))).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for files in [&[log.as_str()][..], &files] {
        let rolled_up = load(files, &rolling_up(""), 200_000, 3).store;
        let total = |store: &Store, name: &str| -> u64 {
            let rows = 0..store.rows().n_readable();
            let cell = |row| match store.cell(store.rows(), row, &ColumnKey::from_name(name)) {
                Value::Number(number) => number,
                _ => 0,
            };
            rows.map(cell).sum()
        };
        assert_eq!(total(&rolled_up, "bytes"), total(&exact, "bytes"));
        assert_eq!(total(&rolled_up, "packets"), total(&exact, "packets"));
        let n_records: u64 = rolled_up
            .rows()
            .segments()
            .iter()
            .flat_map(|segment| (0..segment.n_rows()).filter_map(|at| segment.n_records().get(at)))
            .sum();
        assert_eq!(n_records, u64::from(exact.rows().n_readable()));
        let n_rows = rolled_up.rows().n_readable();
        println!("{n_records} records in {n_rows} rows");
        assert!(n_rows > SEGMENT_ROWS / 2, "{n_rows} rows: too few to fill segments");
    }
}
