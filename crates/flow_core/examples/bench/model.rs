//! What each stage of a load and each answer costs, taken apart by varying one thing at a time, and how well the parts
//! foretell whole loads of another log at three sizes. docs/performance.md says what bounds each.

use flow_core::query::Filter;
use flow_core::session::message::{ExportKind, Question};
use flow_core::session::{Session, SessionOptions};
use serde_json::{Value, json};

use crate::{drive, log, questions, stages};

/// The best of so many runs counts: others share the machine, and nothing makes code faster than it is.
const N_RUNS: usize = 9;

/// Logs in which one thing is varied.
const N_ROWS: u32 = 500_000;
const FEW_ADDRESSES: u32 = 1_000;
const MANY_ADDRESSES: u32 = 400_000;
const N_FILES: usize = 2_000;
const N_SHARDS: u16 = 4;

/// The sizes at which the model is checked.
const SIZES: [u64; 3] = [300_000, 1_000_000, 3_000_000];

const NS: f64 = 1e6;

/// The parts of a load.
struct Costs {
    parse_ns_per_byte: f64,
    store_ns_per_row: f64,
    ns_per_address: f64,
    us_per_file: f64,
}

impl Costs {
    fn foretell_ms(&self, n_bytes: f64, n_rows: f64, n_addresses: f64, n_files: f64) -> f64 {
        (self.parse_ns_per_byte * n_bytes
            + self.store_ns_per_row * n_rows
            + self.ns_per_address * n_addresses
            + self.us_per_file * 1e3 * n_files)
            / NS
    }
}

/// `{ costs, loads, answers }`
pub fn measure() -> Value {
    let few = log::spread_text(N_ROWS, FEW_ADDRESSES);
    let many = log::cut_into_files(&log::spread_text(N_ROWS, MANY_ADDRESSES), 1);
    let [few, some_files, files] =
        [1, N_FILES / 4, N_FILES].map(|n_files| log::cut_into_files(&few, n_files));
    let load = |files: &[Vec<u8>]| load_of(files, 1).0;
    let [parse_few_ms, parse_many_ms, few_ms, many_ms, some_files_ms, files_ms] = best_of_each(|| {
        [
            stages::parse_ms(&few[0]),
            stages::parse_ms(&many[0]),
            load(&few),
            load(&many),
            load(&some_files),
            load(&files),
        ]
    });
    let [few_bytes, many_bytes] =
        [&few, &many].map(|log| drive::progress(&mut load_of(log, 1).1).n_heap_bytes as f64);

    let n_rows = f64::from(N_ROWS);
    let n_more_addresses = f64::from(MANY_ADDRESSES - FEW_ADDRESSES);
    let us_per_file = |files: &[Vec<u8>], ms: f64| (ms - few_ms) * 1e3 / (files.len() - 1) as f64;
    let costs = Costs {
        parse_ns_per_byte: parse_few_ms * NS / few[0].len() as f64,
        store_ns_per_row: (few_ms - parse_few_ms) * NS / n_rows,
        // Their text is a little longer, which is not what they are asked about.
        ns_per_address: ((many_ms - parse_many_ms) - (few_ms - parse_few_ms)) * NS / n_more_addresses,
        us_per_file: us_per_file(&files, files_ms),
    };
    let cost = |name: &str, value: f64, unit: &str| json!({ "name": name, "value": value, "unit": unit });
    let shards = shard_costs(&some_files);
    let mut told = vec![
        cost("parsing", costs.parse_ns_per_byte, "ns a byte of text"),
        cost("storing", costs.store_ns_per_row, "ns a row"),
        cost("a new address", costs.ns_per_address, "ns"),
        cost(&format!("a file, of {}", some_files.len()), us_per_file(&some_files, some_files_ms), "µs"),
        cost(&format!("a file, of {}", files.len()), costs.us_per_file, "µs"),
        cost("memory of a row", few_bytes / n_rows, "bytes"),
        cost("memory of a new address", (many_bytes - few_bytes) / n_more_addresses, "bytes"),
    ];
    told.extend(shards.into_iter().map(|(name, ratio)| cost(&name, ratio, "times as long")));

    let mut loads = Vec::new();
    let mut answers: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for n_rows in SIZES {
        let text = log::sample_text(n_rows);
        let (load_ms, first_ms, n_addresses) = loaded_and_asked(&text);
        loads.push(json!({
            "name": format!("v2, {n_rows} rows"),
            "foretold_ms": costs.foretell_ms(text.len() as f64, n_rows as f64, n_addresses, 1.0),
            "measured_ms": load_ms,
            "n_addresses": n_addresses,
        }));
        for (name, ms) in first_ms {
            match answers.iter_mut().find(|(known, _)| *known == name) {
                Some((_, points)) => points.push((n_rows as f64, ms)),
                None => answers.push((name, vec![(n_rows as f64, ms)])),
            }
        }
    }
    let answers: Vec<Value> = answers
        .into_iter()
        .map(|(name, points)| {
            let (fixed_ms, slope) = fit_line(&points);
            let error = |(x, y): &(f64, f64)| ((fixed_ms + slope * x - y) / y).abs();
            let worst = points.iter().map(error).fold(0.0, f64::max);
            json!({ "name": name, "fixed_ms": fixed_ms, "ns_per_row": slope * NS, "error": worst })
        })
        .collect();
    json!({ "costs": told, "loads": loads, "answers": answers })
}

/// The best of each figure over several runs, each of which measures all of them: a slow moment of the machine is not
/// one figure's alone.
fn best_of_each<const N: usize>(mut measure: impl FnMut() -> [f64; N]) -> [f64; N] {
    let mut least = [f64::INFINITY; N];
    for _ in 0..N_RUNS {
        for (least, ms) in least.iter_mut().zip(measure()) {
            *least = least.min(ms);
        }
    }
    least
}

/// Milliseconds to load files from memory, and the session that has them.
fn load_of(files: &[Vec<u8>], n_shards: u16) -> (f64, Session) {
    let texts: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let (session, ms) = drive::load_texts(&texts, SessionOptions { n_shards, ..SessionOptions::default() });
    (ms, session)
}

/// How much longer loading and answering take for being dealt to shards, all in one thread: what is lost when each
/// shard has a dictionary of its own and the partial answers are merged. A browser wins more by their working at once.
fn shard_costs(files: &[Vec<u8>]) -> [(String, f64); 2] {
    let loaded_and_answered = |n_shards| {
        let (load_ms, mut session) = load_of(files, n_shards);
        let all = questions::views(&Filter::everything()).into_iter();
        (load_ms, all.map(|(_, question)| drive::ask_ms(&mut session, question)).sum())
    };
    let [load_ms, answer_ms, dealt_load_ms, dealt_answer_ms] = best_of_each(|| {
        let ((load_ms, answer_ms), (dealt_load_ms, dealt_answer_ms)) =
            (loaded_and_answered(1), loaded_and_answered(N_SHARDS));
        [load_ms, answer_ms, dealt_load_ms, dealt_answer_ms]
    });
    [("loading", dealt_load_ms / load_ms), ("answering", dealt_answer_ms / answer_ms)]
        .map(|(what, ratio)| (format!("{what} with {N_SHARDS} shards in one thread"), ratio))
}

/// The best times of a load and of every view asked for the first time after it, and how many addresses there are.
fn loaded_and_asked(text: &[u8]) -> (f64, Vec<(&'static str, f64)>, f64) {
    let mut load_ms = f64::INFINITY;
    let mut first_ms: Vec<(&str, f64)> = Vec::new();
    let mut n_addresses = 0.0;
    for _ in 0..N_RUNS {
        let (mut session, ms) = drive::load_texts(&[text], SessionOptions::default());
        load_ms = load_ms.min(ms);
        for (at, (name, question)) in questions::views(&Filter::everything()).into_iter().enumerate() {
            let ms = drive::ask_ms(&mut session, question);
            match first_ms.get_mut(at) {
                Some((_, least)) => *least = least.min(ms),
                None => first_ms.push((name, ms)),
            }
        }
        n_addresses = addresses(&mut session);
    }
    (load_ms, first_ms, n_addresses)
}

/// Distinct source addresses; nearly every address of a log is the source of some row.
fn addresses(session: &mut Session) -> f64 {
    let kind = ExportKind::Summary;
    let (_, json) = drive::ask(session, Question::Export { kind, filter: Filter::everything(), sort: None });
    let summary: Value = serde_json::from_slice(&json).expect("the summary is JSON");
    summary["addresses"]["srcaddr"].as_f64().expect("the summary counts addresses")
}

/// The line `fixed + slope * x` whose errors are least in shares of y.
fn fit_line(points: &[(f64, f64)]) -> (f64, f64) {
    // Weighted least squares, the weight of a point 1 / y².
    let sum = |term: fn(f64, f64) -> f64| points.iter().map(|&(x, y)| term(x, y) / (y * y)).sum::<f64>();
    let (w, wx, wy) = (sum(|_, _| 1.0), sum(|x, _| x), sum(|_, y| y));
    let (wxx, wxy) = (sum(|x, _| x * x), sum(|x, y| x * y));
    let slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
    ((wy - slope * wx) / w, slope)
}
