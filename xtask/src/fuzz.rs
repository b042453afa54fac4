//! `cargo xtask fuzz`: builds the programs in `fuzz/` with coverage and lets each look for inputs that break a parser.
//! What they check is in `flow_testkit::fuzz`. Stable Rust is enough: the compiler's own pass counts what is reached.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::section::Sections;
use crate::toolchain::native_cargo;
use crate::workspace;

/// What cargo-fuzz sets, less the sanitizers, which only nightly Rust has.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

const MINUTES: f64 = 1.5;

/// Larger inputs reach hardly more and make each turn slow. A head that is sniffed is far smaller.
const INPUT_BYTES_MAX: u32 = 16 * 1024;

/// A turn takes milliseconds; one that takes this long does not end.
const TURN_SECS_MAX: u32 = 20;

/// A check bounds what a parser takes; this stops what gets past it before the machine swaps.
const MEMORY_MB_MAX: u32 = 2_048;

/// Runs one target, or all one after the other.
pub fn run(words: &[String]) -> Result<()> {
    let mut options = pico_args::Arguments::from_vec(words.iter().map(Into::into).collect());
    let minutes: f64 =
        options.opt_value_from_str("--minutes").context("--minutes takes a number")?.unwrap_or(MINUTES);
    let named: Option<String> = options.opt_free_from_str()?;
    let rest: Vec<String> = options.finish().into_iter().map(|word| word.display().to_string()).collect();
    ensure!(rest.is_empty(), "`{}` means nothing here: name one target, or none for all", rest.join(" "));
    ensure!(minutes > 0.0, "--minutes takes a number above zero");

    let all = targets()?;
    let chosen = match named {
        None => all,
        Some(name) => {
            ensure!(all.contains(&name), "there is no target `{name}`; there are {}", all.join(", "));
            vec![name]
        }
    };
    let build = workspace::target()?.join("fuzz");
    let host = process::output(
        Command::new("rustc").args(["--print", "host-tuple"]).current_dir(workspace::root()),
    )?;
    let mut cargo = native_cargo();
    cargo.current_dir(workspace::root().join("fuzz")).env("RUSTFLAGS", COVERAGE);
    // With a target named, build scripts and macros are built without coverage.
    cargo.args(["build", "--release", "--target", &host]).arg("--target-dir").arg(&build);
    for name in &chosen {
        cargo.args(["--bin", name]);
    }
    process::run(&mut cargo)?;

    let mut sections = Sections::default();
    for name in &chosen {
        let program = build.join(&host).join("release").join(name);
        sections.run(name, || look(name, &program, &build, minutes))?;
    }
    sections.print_summary();
    Ok(())
}

/// Each target has a program of its name.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace::root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|name| name.to_str()).map(String::from));
    }
    names.sort();
    Ok(names)
}

fn look(name: &str, program: &Path, build: &Path, minutes: f64) -> Result<()> {
    let root = workspace::root();
    // What is found on the way is kept for the next run, outside the repository: most of it is noise.
    let found = build.join("corpus").join(name);
    let broken = build.join("broken");
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&broken)?;
    let mut command = Command::new(program);
    command.arg(&found).arg(root.join("fuzz/corpus").join(name)).arg(root.join("tests/logs"));
    command.arg(format!("-max_total_time={}", (minutes * 60.0).ceil()));
    command.arg(format!("-max_len={INPUT_BYTES_MAX}"));
    command.arg(format!("-timeout={TURN_SECS_MAX}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MB_MAX}"));
    command.arg(format!("-artifact_prefix={}", broken.join(format!("{name}-")).display()));
    command.args(["-print_final_stats=1", "-verbosity=1"]);
    process::run(&mut command).with_context(|| {
        format!(
            "an input breaks `{name}`: it is in {}; fuzz/README.md says what to do with it",
            broken.display()
        )
    })
}
