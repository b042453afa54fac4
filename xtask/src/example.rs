//! Thin ways to the engine's examples, which xtask does not depend on, so that a change of the engine does not
//! build xtask again. Arguments go through unread.

use std::env;

use anyhow::Result;

use crate::process;
use crate::toolchain::native_cargo;

/// Writes a generated flow log.
pub fn sample(arguments: &[String]) -> Result<()> {
    run_example("sample", arguments)
}

pub fn run_example(name: &str, arguments: &[String]) -> Result<()> {
    let mut cargo = native_cargo();
    // A file that an argument names is meant to be where the user is.
    cargo.current_dir(env::current_dir()?);
    cargo.args(["run", "--quiet", "--release", "--package", "flow_core", "--example", name, "--"]);
    process::run(cargo.args(arguments))
}
