//! `cargo xtask ci`: what must hold before a change is taken in. `.ci/run` calls this and nothing else, so
//! there is no check that a contributor cannot run.

use anyhow::Result;

use crate::process;
use crate::section::Sections;
use crate::test::{self, Suite};
use crate::toolchain::{WASM_TARGET, WasmToolchain, native_cargo};

/// The crates that are compiled to WebAssembly. The engine is among them: its vector code exists only there.
const WASM_CRATES: [&str; 4] = ["flowglass", "flow_core", "flow_page", "flow_worker"];

pub fn run() -> Result<()> {
    let mut sections = Sections::default();
    // The quick checks first.
    sections.run("formatting", || process::run(native_cargo().args(["fmt", "--all", "--check"])))?;
    sections.run("clippy, native", || {
        process::run(native_cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    sections.run("clippy, wasm", clippy_wasm)?;
    test::run(&mut sections, &Suite::ALL, &[])?;
    sections.print_summary();
    Ok(())
}

fn clippy_wasm() -> Result<()> {
    let mut cargo = WasmToolchain::set_up()?.cargo()?;
    cargo.args(["clippy", "--target", WASM_TARGET]);
    for package in WASM_CRATES {
        cargo.args(["--package", package]);
    }
    process::run(cargo.args(["--", "-D", "warnings"]))
}
