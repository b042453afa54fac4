//! As many rows as one likes, made by the generator and pushed at once: their text is never stored, so that all the
//! memory there is goes to the columns.

use std::error::Error;
use std::time::Instant;

use flow_core::query::Filter;
use flow_core::sample::SampleLog;
use flow_core::session::message::{Event, FileMeta, Progress};
use flow_core::session::{Session, SessionOptions, Step};
use serde_json::{Value, json};

use crate::{drive, log, questions};

/// How often the memory is noted on the way, to show that it grows with the rows and nothing else does.
const N_NOTES: u64 = 10;

/// Far more than the generator writes a row; only the share that has been read is reckoned by it.
const ROW_BYTES_MAX: u64 = 512;

/// Streams so many rows in; says how it goes on the error output where `is_watched`.
pub fn run(n_rows: &str, layout: &str, is_watched: bool) -> Result<Value, Box<dyn Error>> {
    let n_rows: u64 = n_rows.replace('_', "").parse()?;
    let spec = log::sample_spec(n_rows, layout).ok_or("there is no such layout")?;
    // No budget but the machine's.
    let mut session = Session::new(SessionOptions { store_bytes_max: u64::MAX, ..SessionOptions::default() });
    let n_bytes = n_rows * ROW_BYTES_MAX;
    drive::open(&mut session, vec![FileMeta { name: "stream.log".to_owned(), n_bytes }]);

    let mut generator = SampleLog::new(&spec);
    let mut text = Vec::new();
    let mut n_bytes = 0;
    let mut engine_ms = 0.0;
    let mut latest = Progress::default();
    let mut growth = Vec::new();
    loop {
        let began = Instant::now();
        let mut take = |event| {
            if let Event::Progress(progress) = event {
                latest = progress;
            }
        };
        match session.step(engine_ms, &mut take) {
            Step::Idle => break,
            Step::Worked => engine_ms += drive::ms_since(began),
            Step::Read(source) => {
                text.clear();
                let is_more = generator.fill(&mut text);
                n_bytes += text.len() as u64;
                let began = Instant::now();
                if is_more {
                    session.push(source, &text, engine_ms, &mut take);
                } else {
                    session.finish(source, engine_ms, &mut take);
                }
                engine_ms += drive::ms_since(began);
                let n_notes = growth.len() as u64 + 1;
                if latest.n_rows >= n_rows / N_NOTES * n_notes && growth.len() < N_NOTES as usize {
                    let per_row = latest.n_heap_bytes as f64 / latest.n_rows as f64;
                    if is_watched {
                        eprintln!("{:>12} rows  {per_row:6.2} heap bytes a row", latest.n_rows);
                    }
                    growth.push(json!({ "n_rows": latest.n_rows, "heap_bytes_per_row": per_row }));
                }
            }
        }
    }
    let progress = drive::progress(&mut session);
    let peak_rss_bytes = drive::peak_rss_bytes();
    let ask_ms: serde_json::Map<String, Value> = questions::views(&Filter::everything())
        .into_iter()
        .map(|(name, question)| (name.to_owned(), json!(drive::ask_ms(&mut session, question))))
        .collect();
    Ok(json!({
        "n_rows": progress.n_rows,
        "n_text_bytes": n_bytes,
        "engine_ms": engine_ms,
        "rows_per_s": (progress.n_rows as f64 / engine_ms * 1e3).round(),
        "text_mb_per_s": (n_bytes as f64 / 1e3 / engine_ms).round(),
        "heap_bytes": progress.n_heap_bytes,
        "heap_bytes_per_row": progress.n_heap_bytes as f64 / progress.n_rows as f64,
        "peak_rss_bytes_after_load": peak_rss_bytes,
        "peak_rss_bytes_after_answers": drive::peak_rss_bytes(),
        "growth": growth,
        "ask_ms": ask_ms,
    }))
}
