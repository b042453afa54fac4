//! `cargo xtask test`: all tests of the project, by the machine that they need.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::section::Sections;
use crate::toolchain::{WASM_TARGET, WasmToolchain, native_cargo};
use crate::{npm, page, process, tool, workspace};

/// The crates with tests that only a browser can run.
const CRATES_WITH_WASM_TESTS: [&str; 1] = ["flow_worker"];

/// The version of wasm-bindgen that the page is built with; Trunk must find the same.
const WASM_BINDGEN_VERSION: &str = "0.2.130";

/// The hidden command that `cargo test` calls for each wasm test program.
pub const WASM_TEST_RUNNER: &str = "wasm-test-runner";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    Native,
    Wasm,
    Browser,
    Trunk,
}

impl Suite {
    pub const ALL: [Self; 4] = [Self::Native, Self::Wasm, Self::Browser, Self::Trunk];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Wasm => "wasm",
            Self::Browser => "browser",
            Self::Trunk => "trunk",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Native => "native tests: engine, page state, xtask",
            Self::Wasm => "wasm tests, in a worker of a browser",
            Self::Browser => "browser tests of the finished page",
            Self::Trunk => "Trunk makes the same page",
        }
    }
}

/// Runs `suites` up to the first that fails. `extra` goes to the test runner of each.
pub fn run(sections: &mut Sections, suites: &[Suite], extra: &[String]) -> Result<()> {
    for suite in suites {
        sections.run(suite.title(), || match suite {
            Suite::Native => native(extra),
            Suite::Wasm => wasm(extra),
            Suite::Browser => browser(extra),
            Suite::Trunk => trunk(),
        })?;
    }
    Ok(())
}

/// The folder of logs by others that tests read where it is set; they are not in the repository.
const SAMPLES: &str = "FLOWGLASS_SAMPLES";

fn native(extra: &[String]) -> Result<()> {
    if env::var_os(SAMPLES).is_none() {
        // What a test that passes says, nobody sees.
        println!("{SAMPLES} names no folder: tests of logs by others are skipped");
    }
    process::run(native_cargo().arg("test").args(extra))?;
    // Names of tests or packages that were asked for are not those of xtask.
    if extra.is_empty() {
        process::run(native_cargo().args(["test", "--package", "xtask"]))?;
    }
    Ok(())
}

fn wasm(extra: &[String]) -> Result<()> {
    let chrome = tool::CHROME.set_up()?;
    let driver = tool::CHROMEDRIVER.set_up()?;
    let toolchain = WasmToolchain::set_up()?;
    let xtask = env::current_exe().context("xtask does not know where it is")?;
    let capabilities = workspace::target()?.join("wasm-test-webdriver.json");
    fs::write(&capabilities, webdriver_capabilities(&chrome).to_string())?;

    let mut cargo = toolchain.cargo()?;
    cargo.args(["test", "--target", WASM_TARGET, "--tests"]);
    for package in CRATES_WITH_WASM_TESTS {
        cargo.args(["--package", package]);
    }
    cargo
        .args(extra)
        // As a list, because cargo cuts a plain text at its spaces, and paths may have some.
        .arg("--config")
        .arg(format!("target.{WASM_TARGET}.runner = {}", json!([xtask, WASM_TEST_RUNNER])))
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities)
        // The runner gives up after 20 seconds by default, which a busy machine needs to start.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        // Where a test does not say otherwise: that is where the engine lives.
        .env("WASM_BINDGEN_USE_DEDICATED_WORKER", "1");
    process::run(&mut cargo)
}

/// Runs one wasm test program in the browser: wasm-bindgen's runner, as a library rather than a program to
/// install.
pub fn wasm_test_runner(arguments: Vec<std::ffi::OsString>) -> Result<()> {
    let program = std::ffi::OsString::from(WASM_TEST_RUNNER);
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::iter::once(program).chain(arguments))
}

fn webdriver_capabilities(chrome: &Path) -> serde_json::Value {
    // No sandbox: Chromium has none to offer to root, as whom CI runs. The tests show it nothing but our own
    // programs.
    json!({
        "goog:chromeOptions": { "binary": chrome, "args": ["--headless", "--no-sandbox", "--disable-gpu"] }
    })
}

fn browser(extra: &[String]) -> Result<()> {
    let chrome = tool::CHROME.set_up()?;
    let node = npm::set_up()?;
    page::dist()?;
    let (options, mut files): (Vec<_>, Vec<_>) = extra.iter().cloned().partition(|arg| arg.starts_with('-'));
    if files.is_empty() {
        files = test_files(&npm::tests_folder())?;
    }
    // Files by name: older versions of node know no patterns here.
    process::run(
        Command::new(node)
            .args(["--test", "--test-reporter", "spec"])
            .args(options)
            .args(files)
            .current_dir(npm::tests_folder())
            .env("CHROME", chrome),
    )
}

fn test_files(folder: &Path) -> Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.retain(|name| name.ends_with(".test.mjs"));
    names.sort();
    ensure!(!names.is_empty(), "there are no browser tests in {}", folder.display());
    Ok(names)
}

/// `cargo xtask dist` and `trunk build` must not drift apart: where Trunk is installed, both are run and
/// compared.
fn trunk() -> Result<()> {
    let Some(trunk) = process::on_path("trunk") else {
        println!("skipped: trunk not installed");
        return Ok(());
    };
    let wasm_bindgen = process::output(Command::new("wasm-bindgen").arg("--version")).unwrap_or_default();
    if !wasm_bindgen.contains(WASM_BINDGEN_VERSION) {
        println!(
            "skipped: trunk needs wasm-bindgen {WASM_BINDGEN_VERSION} on PATH, and there is \"{wasm_bindgen}\""
        );
        return Ok(());
    }
    let ours = fs::read(page::dist()?)?;
    let folder: PathBuf = workspace::target()?.join("trunk-dist");
    process::run(
        WasmToolchain::set_up()?
            .command(&trunk)?
            .args(["build", "--release", "--offline", "--dist"])
            .arg(&folder),
    )?;
    let theirs = fs::read(folder.join("index.html"))?;
    ensure!(ours == theirs, "Trunk's page ({} bytes) is not xtask's ({} bytes)", theirs.len(), ours.len());
    let files: Vec<_> = fs::read_dir(&folder)?.flatten().map(|entry| entry.file_name()).collect();
    ensure!(files.len() == 1, "Trunk's folder should hold one file, and it holds {files:?}");
    println!("the same {} bytes", ours.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_found_by_its_name() {
        for suite in Suite::ALL {
            assert_eq!(Suite::from_name(suite.name()), Some(suite));
        }
        assert_eq!(Suite::from_name("everything"), None);
    }

    #[test]
    fn the_lock_file_has_the_version_of_wasm_bindgen_that_trunk_is_asked_for() {
        let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).unwrap();
        let entry = format!("name = \"wasm-bindgen\"\nversion = \"{WASM_BINDGEN_VERSION}\"");
        assert!(lock.replace("\r\n", "\n").contains(&entry));
    }
}
