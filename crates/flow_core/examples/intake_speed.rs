//! What keeping and rolling up cost while loading, and what they save: `cargo run --release --example intake_speed`.
//!
//! Loads one sample log in each way, turn by turn, and prints medians as ratios to loading all of it.

use std::time::Instant;

use flow_core::intake::{Intake, LoadOptions};
use flow_core::parse::{FileParser, ParseOptions, SourceId};
use flow_core::query::parse_filter;
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::Store;

const PIECE_BYTES: usize = 1024 * 1024;
const N_ROUNDS: usize = 7;

fn load(log: &[u8], options: &LoadOptions) -> (Store, u64) {
    let mut store = if options.roll_up { Store::for_rolled_up() } else { Store::default() };
    let mut intake = Intake::new(options);
    let mut parser = FileParser::new(SourceId(0), "sample.log", log.len() as u64, &ParseOptions::default());
    for piece in log.chunks(PIECE_BYTES) {
        match &mut intake {
            None => parser.push(piece, &mut store),
            Some(intake) => {
                parser.push(piece, &mut intake.sink(&mut store));
                intake.take(&mut store);
            }
        }
    }
    let n_kept = match &mut intake {
        None => {
            parser.finish(&mut store);
            u64::from(store.rows().n_rows())
        }
        Some(intake) => {
            parser.finish(&mut intake.sink(&mut store));
            intake.flush(&mut store);
            intake.n_records_kept()
        }
    };
    store.settle();
    (store, n_kept)
}

fn main() {
    let argument = |at: usize| std::env::args().nth(at);
    let n_rows: u64 = argument(1).map_or(1_000_000, |n| n.parse().expect("a number of rows"));
    let mut spec = SampleSpec { n_rows, ..SampleSpec::demo() };
    if let Some(hours) = argument(2) {
        spec.span_secs = 3_600 * hours.parse::<u64>().expect("hours that the log goes on");
    }
    if argument(3).is_some() {
        spec = spec.with_v5_fields();
    }
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&spec);
    while sample.fill(&mut log) {}

    let ways = [
        ("all of it", "", false),
        ("keep all but one port", "dstport != 21", false),
        ("keep one service", "dstport = 443", false),
        ("keep rejected", "action = REJECT", false),
        ("keep one address", "addr = 198.51.100.10", false),
        ("roll up", "", true),
        ("keep and roll up", "dstport = 443", true),
    ];
    let options = ways.map(|(_, keep, roll_up)| LoadOptions {
        keep: parse_filter(keep).unwrap(),
        roll_up,
        ..LoadOptions::default()
    });
    let mut secs = ways.map(|_| Vec::new());
    for _ in 0..N_ROUNDS {
        for (options, secs) in options.iter().zip(&mut secs) {
            let began = Instant::now();
            load(&log, options);
            secs.push(began.elapsed().as_secs_f64());
        }
    }
    let medians = secs.map(|mut secs| {
        secs.sort_by(f64::total_cmp);
        secs[N_ROUNDS / 2]
    });
    println!("{n_rows} rows, {} MB", log.len() / 1_000_000);
    println!(
        "{:24} {:>8} {:>7} {:>11} {:>9} {:>7} {:>7}",
        "", "ms", "ratio", "records", "rows", "MB", "B/row"
    );
    for (((name, ..), options), secs) in ways.iter().zip(&options).zip(medians) {
        let (store, n_kept) = load(&log, options);
        let (n_rows, n_bytes) = (store.rows().n_rows(), store.n_heap_bytes());
        println!(
            "{name:24} {:8.0} {:7.2} {n_kept:11} {n_rows:9} {:7.1} {:7.1}",
            secs * 1e3,
            secs / medians[0],
            n_bytes as f64 / 1e6,
            n_bytes as f64 / f64::from(n_rows.max(1)),
        );
    }
}
