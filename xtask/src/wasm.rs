//! Compiling the page to WebAssembly and generating the JavaScript that goes with it.
//!
//! wasm-bindgen's generator is a dependency of xtask rather than a program to install, so its version is the
//! one that Cargo.lock pins for the page too.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::toolchain::{WASM_TARGET, WasmToolchain};
use crate::{process, workspace};

/// What the compiler makes of the page's sources.
#[derive(Debug, PartialEq, Eq)]
pub struct Compiled {
    pub glue: String,
    pub wasm: Vec<u8>,
}

impl Compiled {
    /// Takes the two files that wasm-bindgen, called by us or by Trunk, has left in `folder`. They are removed:
    /// the page carries them, and what is left from an older build must never be taken for a new one.
    pub fn take_from(folder: &Path) -> Result<Self> {
        let glue = take(&folder.join("flowglass.js"))?;
        let wasm = take(&folder.join("flowglass_bg.wasm"))?;
        Ok(Self { glue: String::from_utf8(glue).context("flowglass.js is not UTF-8")?, wasm })
    }
}

fn take(path: &PathBuf) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("wasm-bindgen left no {}", path.display()))?;
    fs::remove_file(path)?;
    Ok(bytes)
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
    let builds = workspace::target()?.join(WASM_TARGET);
    generate_glue(&builds.join("release/flowglass.wasm"), &builds.join("page"))
}

fn generate_glue(program: &Path, folder: &Path) -> Result<Compiled> {
    let mut output = Bindgen::new()
        .input_path(program)
        // Classic scripts: from file:// a module script in a Blob worker does not start.
        .no_modules(true)?
        .typescript(false)
        // As wasm-bindgen's command has it, which Trunk calls. The library starts from another default.
        .omit_default_module_path(false)
        .generate_output()
        .with_context(|| format!("wasm-bindgen could not read {}", program.display()))?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a dependency brings JavaScript files of its own, which the one-file page has no place for"
    );
    // Through files, as Trunk gets it: on its way to a file the text is put in order.
    output.emit(folder)?;
    Compiled::take_from(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wasm_bindgen_left_is_taken_once() {
        let folder = std::env::temp_dir().join(format!("flowglass-wasm-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("flowglass.js"), "glue").unwrap();
        fs::write(folder.join("flowglass_bg.wasm"), "wasm").unwrap();
        let compiled = Compiled::take_from(&folder).unwrap();
        assert_eq!(compiled, Compiled { glue: "glue".to_owned(), wasm: b"wasm".to_vec() });
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "the published folder holds one file");
        let error = Compiled::take_from(&folder).unwrap_err().to_string();
        assert!(error.starts_with("wasm-bindgen left no "), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
