//! How long answers take over a million rows. Run with
//! `cargo test --release -p flow_core --test analysis -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use flow_core::analysis::Metric;
use flow_core::analysis::direction::DirectionQuestion;
use flow_core::analysis::export::{CsvText, JsonLines, ShardRecords, load_order};
use flow_core::analysis::overview::OverviewQuestion;
use flow_core::analysis::rejected::{PeersQuestion, RejectedQuestion};
use flow_core::analysis::requests::{RequestsQuestion, reachable};
use flow_core::analysis::summary::SummaryQuestion;
use flow_core::analysis::timeline::TimelineQuestion;
use flow_core::analysis::{Analysis, ShardView};
use flow_core::parse::{FileParser, Layout, ParseOptions, RawRow, RawValue, RowSink, SourceId};
use flow_core::query::{RowSet, Subject};
use flow_core::record::Address;
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::Store;

use crate::draw::Load;
use crate::parts::parts;

const N_ROWS: u64 = 1_000_000;

/// Three rows in ten are rejected, from 100,000 public addresses; the rest are conversations of 200 interfaces.
fn busy_store() -> Store {
    let layout = Layout::aws_default();
    let interfaces: Vec<String> = (0..200).map(|n| format!("eni-{n:017x}")).collect();
    let mut store = Store::default();
    store.begin(SourceId(0), &layout);
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    };
    for line in 1..=N_ROWS {
        let at = random(200);
        let own = Address::V4(0x0a00_0000 + at as u32);
        let is_rejected = random(10) < 3;
        let peer = if is_rejected {
            Address::V4(0x2d00_0000 + random(100_000) as u32 * 97)
        } else {
            Address::V4(0x0a00_0000 + random(2_000) as u32)
        };
        let service = [22, 23, 80, 443, 445, 3389, 5432, 8080][random(8) as usize];
        let service = if is_rejected && random(4) == 0 { random(65_536) } else { service };
        let ephemeral = 1_024 + random(64_512);
        let comes_in = is_rejected || random(2) == 0;
        let (src, dst) = if comes_in { (peer, own) } else { (own, peer) };
        let start = 1_700_000_000 + line / 20;
        let values = [
            RawValue::Number(2),
            RawValue::Text("123456789012"),
            RawValue::Text(&interfaces[at as usize]),
            RawValue::Address(src),
            RawValue::Address(dst),
            RawValue::Number(ephemeral),
            RawValue::Number(service),
            RawValue::Number(if random(10) == 0 { 17 } else { 6 }),
            RawValue::Number(1 + random(1_000)),
            RawValue::Number(40 + random(1_000_000)),
            RawValue::Number(start),
            RawValue::Number(start + random(60)),
            RawValue::Text(if is_rejected { "REJECT" } else { "ACCEPT" }),
            RawValue::Text("OK"),
        ];
        store.row(RawRow { line, values: &values, odd: &[] });
    }
    store
}

/// Time this thread has run, where the system tells: other work on the machine then does not count.
fn cpu_time(since: Instant) -> Duration {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn timed<T>(what: &str, run: impl Fn() -> T) -> T {
    let epoch = Instant::now();
    let mut best = Duration::MAX;
    let mut answer = None;
    for _ in 0..5 {
        let start = cpu_time(epoch);
        answer = Some(run());
        best = best.min(cpu_time(epoch) - start);
    }
    println!("{what:<24} {:>8.1} ms", best.as_secs_f64() * 1e3);
    answer.unwrap()
}

fn ask<A: Analysis>(analysis: &A, store: &Store, rows: &RowSet) -> A::Answer {
    analysis.finish(analysis.scan(ShardView { store, rows, memory: None }))
}

#[test]
#[ignore = "measures, asserts nothing"]
fn answers_over_a_million_rows() {
    let load = Load::of(vec![busy_store()], Default::default());
    let seen = timed("interface addresses", || {
        let mut seen = flow_core::analysis::interface::InterfaceAddresses::default();
        for segment in load.stores[0].rows().segments() {
            seen.scan_segment(&load.stores[0], segment);
        }
        seen
    });
    timed("resolve", || {
        flow_core::analysis::interface::InterfaceKnowledge::resolve(&seen, Default::default())
    });
    timed("orient all", || {
        let store = &load.stores[0];
        let orienter = load.knowledge.orienter(store);
        store.rows().segments().iter().map(|segment| orienter.orient(segment).len()).sum::<usize>()
    });
    let (store, knowledge, extent) = (&load.stores[0], &load.knowledge, load.extent);
    let rows = RowSet::all(store.rows());
    timed("timeline", || {
        ask(&TimelineQuestion { extent, n_buckets_max: 200, bucket_secs_min: 1 }, store, &rows)
    });
    timed("overview", || ask(&OverviewQuestion::by(Metric::Bytes), store, &rows));
    timed("direction", || ask(&DirectionQuestion { knowledge }, store, &rows));
    let peers = timed("rejected: peers", || ask(&PeersQuestion::of_shards(1), store, &rows));
    let question = RejectedQuestion { knowledge, peers: &peers, extent };
    timed("rejected: scan", || question.scan(ShardView { store, rows: &rows, memory: None }));
    let rejected = timed("rejected", || ask(&question, store, &rows));
    println!("  {} rows in {} groups", rejected.total.rows, rejected.n_groups);
    timed("summary", || ask(&SummaryQuestion { files: &[] }, store, &rows));
    let shard = ShardRecords { store, rows: &rows, status_records: None };
    timed("records export", || {
        parts(load_order(&[shard]), JsonLines::default()).iter().map(|part| part.len()).sum::<usize>()
    });
    let subjects: Vec<Subject> =
        ["start", "interface-id", "direction", "srcaddr", "dstaddr", "dstport", "action", "bytes"]
            .map(Subject::from_name)
            .to_vec();
    timed("csv export, 8 columns", || {
        parts(load_order(&[shard]), CsvText::new(subjects.clone()))
            .iter()
            .map(|part| part.len())
            .sum::<usize>()
    });
}

/// Conversations that go on: rows of few interfaces and many clients, as the generator writes them.
fn generated_store() -> Store {
    let mut sample = SampleLog::new(&SampleSpec { n_rows: N_ROWS, ..SampleSpec::demo() });
    let mut store = Store::default();
    let mut parser = FileParser::new(SourceId(0), "sample.log", 0, &ParseOptions::default());
    let mut log = Vec::new();
    while sample.fill(&mut log) {
        parser.push(&log, &mut store);
        log.clear();
    }
    parser.push(&log, &mut store);
    parser.finish(&mut store);
    store
}

#[test]
#[ignore = "measures, asserts nothing"]
fn requests_of_a_million_rows() {
    for (what, store) in [("generated", generated_store()), ("hardly two rows alike", busy_store())] {
        let load = Load::of(vec![store], Default::default());
        let store = &load.stores[0];
        let rows = RowSet::all(store.rows());
        let question = RequestsQuestion::default();
        println!("{what}");
        let scan = || question.scan(ShardView { store, rows: &rows, memory: None });
        let bytes = postcard::to_allocvec(&timed("requests: scan", scan)).expect("partials serialize").len();
        let requests = timed("requests: scan, finish", || ask(&question, store, &rows));
        let basis = requests.basis();
        let n_left_out = basis.n_accepted_rows_over_limit + basis.n_other_rows_over_limit;
        println!("  {} requests of {bytes} bytes, {n_left_out} rows left out", requests.n_requests());
        timed("reachable", || reachable::reachable(&requests, &load.knowledge, None));
    }
}
