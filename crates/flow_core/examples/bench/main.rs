//! The engine natively, for `cargo xtask bench` and by hand:
//!
//!     cargo run --release -p flow_core --example bench -- load FILE…            a load, then every question once
//!     cargo run --release -p flow_core --example bench -- model                 what each stage costs
//!     cargo run --release -p flow_core --example bench -- stream ROWS [LAYOUT]  generated, never stored as text
//!
//! `--json` at the end gives the same figures to a program. Ratios matter, milliseconds depend on the machine.

mod drive;
mod log;
mod model;
mod questions;
mod stages;
mod stream;

use std::error::Error;
use std::process::ExitCode;

use serde_json::{Value, json};

const USAGE: &str =
    "usage: bench load FILE… | bench model | bench stream ROWS [v2|v5|v5-ipv6], each with --json at the end";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let as_json = words.last().is_some_and(|word| word == "--json");
    words.truncate(words.len() - usize::from(as_json));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let figures = match words[..] {
        ["load", ref paths @ ..] if !paths.is_empty() => load(paths),
        ["model"] => Ok(model::measure()),
        ["stream", n_rows, ref layout @ ..] if layout.len() <= 1 => {
            stream::run(n_rows, layout.first().unwrap_or(&"v2"), !as_json)
        }
        _ => Err(USAGE.into()),
    };
    match figures {
        Ok(figures) if as_json => println!("{figures}"),
        Ok(figures) => println!("{figures:#}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Loads files once and asks everything once: nothing that is asked has been asked before.
fn load(paths: &[&str]) -> Result<Value, Box<dyn Error>> {
    let (mut session, load_ms) = drive::load_files(paths)?;
    let progress = drive::progress(&mut session);
    let ask_ms: serde_json::Map<String, Value> = questions::all()
        .into_iter()
        .map(|(name, question)| (name, json!(drive::ask_ms(&mut session, question))))
        .collect();
    Ok(json!({
        "n_rows": progress.n_rows,
        "n_bytes": progress.coverage.n_bytes,
        "load_ms": load_ms,
        "heap_bytes": progress.n_heap_bytes,
        "peak_rss_bytes": drive::peak_rss_bytes(),
        "ask_ms": ask_ms,
    }))
}
