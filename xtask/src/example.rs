//! `cargo xtask sample` and `cargo xtask bench`: thin ways to the engine's examples, which xtask does not
//! depend on, so that a change of the engine does not build xtask again. Arguments go through unread.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::toolchain::native_cargo;
use crate::{npm, page, process, tool};

/// Writes a generated flow log.
pub fn sample(arguments: &[String]) -> Result<()> {
    run_example("sample", arguments)
}

/// Measures the engine on this machine and then the page in a browser.
pub fn bench(arguments: &[String]) -> Result<()> {
    let chrome = tool::CHROME.set_up()?;
    let node = npm::set_up()?;
    page::dist()?;
    run_example("bench", arguments)?;
    process::run(
        Command::new(node)
            .arg("bench.mjs")
            .args(arguments)
            .current_dir(npm::tests_folder())
            .env("CHROME", chrome),
    )
}

fn run_example(name: &str, arguments: &[String]) -> Result<()> {
    let mut cargo = native_cargo();
    // A file that an argument names is meant to be where the user is.
    cargo.current_dir(env::current_dir()?);
    cargo.args(["run", "--quiet", "--release", "--package", "flow_core", "--example", name, "--"]);
    process::run(cargo.args(arguments))
}
