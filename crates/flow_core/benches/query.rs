//! How long filters and sorts take over 1,000,000 rows: `cargo bench -p flow_core --bench query`.
//!
//! Prints the best of several runs in milliseconds. No harness: the numbers are read by people, beside the
//! targets of the design.

use std::hint::black_box;
use std::time::Instant;

use flow_core::parse::{Layout, RawRow, RawValue, RowSink, SourceId};
use flow_core::query::{RowSet, SortSpec, Subject, merge_page, parse_filter, sort_rows};
use flow_core::record::{Address, Orientation};
use flow_core::store::Store;

const N_ROWS: u32 = 1_000_000;

fn main() {
    let store = store();
    let table = store.rows();
    for text in [
        "dstport = 443",
        "dstport in (22, 3389, 8000..8999)",
        "action = REJECT",
        "srcaddr in 10.0.0.0/16",
        "addr in 52.0.0.0/16",
        "addr = 10.0.1.10",
        "start in 2026-01-02T00:10:00Z..2026-01-02T00:20:00Z",
        "bytes > 10k",
        "action = REJECT and dstport = 22 and srcaddr in 10.0.0.0/8",
        "action = REJECT or dstport = 22 or srcaddr in 10.0.0.0/16",
        "not (dstport = 443 or action = REJECT) and bytes < 1k",
        "egress and remoteport = 443",
        "localaddr in 10.0.0.0/16",
        "any contains eni-00000",
        "any contains 443",
        "interface-id contains 00a",
    ] {
        let filter = parse_filter(text).expect(text);
        let n_rows = RowSet::select(&filter, &store, table).n_rows();
        let millis = best(|| RowSet::select(black_box(&filter), &store, table));
        println!("{millis:8.2} ms  {n_rows:>9} rows  {text}");
    }
    let pasted: Vec<String> = (0..2_000).map(|n| format!("52.{}.{}.0/26", n / 256, n % 256)).collect();
    let filter = parse_filter(&format!("srcaddr in ({})", pasted.join(", "))).expect("a list is a filter");
    let millis = best(|| RowSet::select(black_box(&filter), &store, table));
    println!("{millis:8.2} ms  srcaddr in a list of 2,000 prefixes");
    let all = RowSet::all(table);
    let names = [
        "start",
        "bytes",
        "dstport",
        "srcport",
        "srcaddr",
        "dstaddr",
        "action",
        "interface-id",
        "protocol",
        "direction",
        "localaddr",
        "remoteport",
    ];
    for name in names {
        for descending in [false, true] {
            let sort = SortSpec { subject: Subject::from_name(name), descending };
            let millis = best(|| sort_rows(&store, table, black_box(&all), Some(&sort)));
            println!("{millis:8.2} ms  sort by {name}{}", if descending { ", descending" } else { "" });
        }
    }
    let millis = best(|| sort_rows(&store, table, black_box(&all), None));
    println!("{millis:8.2} ms  no sort");
    let sort = SortSpec { subject: Subject::from_name("srcaddr"), descending: true };
    let sorted = sort_rows(&store, table, &all, Some(&sort));
    let shards = [(&store, table, &sorted); 5];
    let millis = best(|| merge_page(&shards, Some(&sort), black_box(4_900_000), 100));
    println!("{millis:8.2} ms  a page of 100 near the end of 5 shards");
}

fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    const N_RUNS: u32 = 7;
    (0..N_RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .fold(f64::INFINITY, f64::min)
}

/// Version 2 records like those of a busy VPC: a few hundred interfaces, a hundred thousand peers.
fn store() -> Store {
    let mut state = 1u64;
    let mut next = move |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    let mut store = Store::default();
    store.begin(SourceId(0), &Layout::aws_default());
    for at in 0..N_ROWS {
        let own = next(300);
        let interface = format!("eni-{own:017x}");
        let own_address = Address::V4(0x0a00_0000 + own * 7);
        let peer =
            Address::V4(if next(3) == 0 { 0x0a01_0000 + next(2_000) } else { 0x3400_0000 + next(100_000) });
        let service = [443, 443, 443, 80, 53, 22, 3306, 8080][next(8) as usize];
        let is_ingress = next(2) == 0;
        let (source, destination) = if is_ingress { (peer, own_address) } else { (own_address, peer) };
        let packets = u64::from(1 + next(60));
        let start = 1_767_312_000 + u64::from(at / 300);
        let values = [
            RawValue::Number(2),
            RawValue::Text("123456789012"),
            RawValue::Text(&interface),
            RawValue::Address(source),
            RawValue::Address(destination),
            RawValue::Number((1_024 + next(64_000)).into()),
            RawValue::Number(service),
            RawValue::Number(if service == 53 { 17 } else { 6 }),
            RawValue::Number(packets),
            RawValue::Number(packets * u64::from(40 + next(1_460))),
            RawValue::Number(start - u64::from(next(30))),
            RawValue::Number(start + 60),
            RawValue::Text(if next(10) == 0 { "REJECT" } else { "ACCEPT" }),
            RawValue::Text("OK"),
        ];
        store.row(RawRow { line: u64::from(at) + 2, values: &values, odd: &[] });
    }
    store.settle();
    for segment in store.rows_mut().segments_mut() {
        let n_rows = segment.n_rows();
        let codes = (0..n_rows).map(|_| next(u32::from(Orientation::N_CODES)) as u8).collect();
        segment.set_orientation(codes);
    }
    store
}
