//! Compiling the page to WebAssembly and generating the JavaScript that goes with it.
//!
//! wasm-bindgen's generator is a dependency of xtask rather than a program to install, so its version is the
//! one that Cargo.lock pins for the page too.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::toolchain::{WASM_TARGET, WasmToolchain};
use crate::{process, workspace};

/// What the compiler makes of the page's sources.
pub struct Compiled {
    pub glue: String,
    pub wasm: Vec<u8>,
}

/// Builds the release page. One program for the page and its workers: smaller than two, and one thing to
/// compile.
pub fn build(toolchain: &WasmToolchain) -> Result<Compiled> {
    process::run(toolchain.cargo()?.args([
        "build",
        "--release",
        "--package",
        "flowglass",
        "--bin",
        "flowglass",
        "--target",
        WASM_TARGET,
    ]))?;
    generate_glue(&workspace::target()?.join(WASM_TARGET).join("release/flowglass.wasm"))
}

fn generate_glue(program: &Path) -> Result<Compiled> {
    let mut output = Bindgen::new()
        .input_path(program)
        // Classic scripts: from file:// a module script in a Blob worker does not start.
        .no_modules(true)?
        .typescript(false)
        .generate_output()
        .with_context(|| format!("wasm-bindgen could not read {}", program.display()))?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a dependency brings JavaScript files of its own, which the one-file page has no place for"
    );
    Ok(Compiled { glue: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}
