//! What answers cost over a log of the generator: filters, every question for all, most, some and few of the rows,
//! sorts, pages; the simple version beside the fast one where there are two.
//!
//!     cargo bench -p flow_core --bench answers
//!     ROWS=10000000 cargo bench -p flow_core --bench answers -- overview

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use flow_core::analysis::direction::DirectionQuestion;
use flow_core::analysis::interface::{InterfaceAddresses, InterfaceKnowledge, Told};
use flow_core::analysis::overview::OverviewQuestion;
use flow_core::analysis::rejected::{PeersQuestion, RejectedQuestion};
use flow_core::analysis::time_extent::time_extent;
use flow_core::analysis::timeline::TimelineQuestion;
use flow_core::analysis::{Analysis, Memory, Metric, ShardView};
use flow_core::parse::{FileParser, ParseOptions, SourceId};
use flow_core::query::{RowSet, SegmentRows, SortSpec, Subject, merge_page, parse_filter, sort_rows};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::Store;

const FILTERS: [&str; 15] = [
    "dstport = 443",
    "dstport in (22, 3389, 8000..8999)",
    "action = REJECT",
    "srcaddr in 10.0.0.0/16",
    "addr = 10.0.1.10",
    "bytes > 10k",
    "action = REJECT and dstport = 22 and srcaddr in 10.0.0.0/8",
    "not (dstport = 443 or action = REJECT) and bytes < 1k",
    "egress and remoteport = 443",
    "localaddr in 10.0.0.0/16",
    "interface-id contains 00a",
    "any contains eni-0",
    "any contains \"10.0.1\"",
    "any contains 443",
    "\"reject\"",
];

/// Filters that leave all rows, two in three, one in six, one in a hundred.
const SELECTIONS: [(&str, &str); 4] = [
    ("all", ""),
    ("most", "any contains \"10.0.1\""),
    ("some", "dstport = 443"),
    ("few", "srcaddr in 10.0.0.0/8 and not action = ACCEPT"),
];

struct Loaded {
    store: Store,
    knowledge: InterfaceKnowledge,
}

fn load() -> Loaded {
    let n_rows = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let mut sample = SampleLog::new(&SampleSpec { n_rows, ..SampleSpec::demo() });
    let mut store = Store::default();
    let mut parser = FileParser::new(SourceId(0), "bench.log", 0, &ParseOptions::default());
    let mut log = Vec::new();
    while sample.fill(&mut log) {
        parser.push(&log, &mut store);
        log.clear();
    }
    parser.push(&log, &mut store);
    parser.finish(&mut store);
    store.settle();
    let mut addresses = InterfaceAddresses::default();
    for segment in store.rows().segments() {
        addresses.scan_segment(&store, segment);
    }
    let knowledge = InterfaceKnowledge::resolve(&addresses, Told::default());
    knowledge.orient_all(&mut store);
    Loaded { store, knowledge }
}

fn filters(criterion: &mut Criterion, store: &Store) {
    let mut group = criterion.benchmark_group("filter");
    for text in FILTERS {
        let filter = parse_filter(text).expect(text);
        group.bench_function(text, |bench| {
            bench.iter(|| RowSet::select(black_box(&filter), store, store.rows()));
        });
    }
    group.finish();
}

fn question<A: Analysis>(criterion: &mut Criterion, name: &str, store: &Store, question: &A) {
    let mut group = criterion.benchmark_group(name);
    let mut memory = Memory::default();
    // Of no rows: what was counted of those that a scan is of would leave it nothing to count.
    let none = RowSet::new(store.rows().segments().iter().map(|_| SegmentRows::None).collect());
    question.remember(store, &none, &mut memory);
    for (name, text) in SELECTIONS {
        let rows = RowSet::select(&parse_filter(text).expect(text), store, store.rows());
        for (name, memory) in
            [(format!("{name}, nothing remembered"), None), (name.to_owned(), Some(&memory))]
        {
            let view = ShardView { store, rows: &rows, memory };
            group
                .bench_function(name, |bench| bench.iter(|| question.finish(question.scan(black_box(view)))));
        }
    }
    group.finish();
}

fn sorts(criterion: &mut Criterion, store: &Store) {
    let all = RowSet::all(store.rows());
    let mut group = criterion.benchmark_group("sort");
    for name in ["start", "bytes", "dstport", "srcaddr", "action", "direction", "localaddr", "remoteport"] {
        let sort = SortSpec { subject: Subject::from_name(name), descending: true };
        group.bench_function(name, |bench| {
            bench.iter(|| sort_rows(store, store.rows(), black_box(&all), Some(&sort)));
        });
    }
    group.finish();
    let sort = SortSpec { subject: Subject::from_name("srcaddr"), descending: true };
    let sorted = sort_rows(store, store.rows(), &all, Some(&sort));
    let shards = [(store, store.rows(), &sorted); 2];
    let near_end = 2 * u64::from(sorted.len()) - 1_000;
    criterion.bench_function("page of 100 near the end of 2 shards", |bench| {
        bench.iter(|| merge_page(&shards, Some(&sort), black_box(near_end), 100));
    });
}

fn all(criterion: &mut Criterion) {
    let Loaded { store, knowledge } = load();
    let extent = time_extent(&store);
    filters(criterion, &store);
    question(criterion, "overview", &store, &OverviewQuestion::by(Metric::Bytes));
    question(
        criterion,
        "timeline",
        &store,
        &TimelineQuestion { extent, n_buckets_max: 200, bucket_secs_min: 1 },
    );
    question(criterion, "direction", &store, &DirectionQuestion { knowledge: &knowledge });
    let peers_question = PeersQuestion::of_shards(2);
    question(criterion, "rejected peers", &store, &peers_question);
    let everything = RowSet::all(store.rows());
    let peers = peers_question.scan(ShardView { store: &store, rows: &everything, memory: None });
    question(
        criterion,
        "rejected",
        &store,
        &RejectedQuestion { knowledge: &knowledge, peers: &peers, extent },
    );
    sorts(criterion, &store);
    let segment = &store.rows().segments()[0];
    let orienter = knowledge.orienter(&store);
    criterion.bench_function("orient one segment", |bench| {
        bench.iter(|| orienter.orient(black_box(segment)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .without_plots();
    targets = all
}
criterion_main!(benches);
