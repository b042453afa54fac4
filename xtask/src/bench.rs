//! `cargo xtask bench`: figures beside the peers', the long run that only the native engine can do, and how often
//! diagnosis is right. What is measured, and how, is in docs/performance.md and docs/diagnosis.md; here is only what
//! must be there before it can be.

use std::process::Command;

use anyhow::Result;

use crate::example::run_example;
use crate::{npm, page, process, tool};

/// Runs `tests/browser/bench`, the engine's own long run, or its verdicts on simulated networks.
pub fn run(arguments: &[String]) -> Result<()> {
    if let [first, rest @ ..] = arguments
        && first == "diagnose"
    {
        return run_example("diagnosis_score", rest);
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--stream") {
        let words: Vec<String> =
            ["stream".to_owned()].into_iter().chain(arguments[at + 1..].iter().cloned()).collect();
        return run_example("bench", &words);
    }
    let chrome = tool::CHROME.set_up()?;
    let node = npm::set_up()?;
    // The peers are large, and nothing else needs them.
    npm::install(&npm::bench_folder(), "the peers that the bench measures beside the page")?;
    page::dist()?;
    process::run(
        Command::new(node)
            .arg("main.mjs")
            .args(arguments)
            .current_dir(npm::bench_folder())
            .env("CHROME", chrome),
    )
}
