//! What the fuzzer starts from and what it found: every file of `tests/logs` and of `fuzz/corpus` holds what its target
//! checks. `cargo xtask fuzz` looks for files that do not.

use std::fs;
use std::path::{Path, PathBuf};

use flow_testkit::fuzz::{TARGETS, Target};
use flow_testkit::memory::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn replay(name: &str) {
    let target = Target::named(name);
    let own = files(&root().join("fuzz/corpus").join(name));
    let shared = files(&root().join("tests/logs"));
    let mut n_checked = 0;
    for path in own.iter().chain(&shared) {
        let bytes = fs::read(path).unwrap();
        if (target.is_about)(&bytes) {
            n_checked += 1;
            // Shown where the check panics.
            println!("{}", path.display());
            (target.check)(&bytes);
        }
    }
    assert!(n_checked >= 5, "{name} was checked with {n_checked} files only");
}

#[test]
fn every_target_is_replayed_and_has_a_program() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, ["text", "gzip", "json", "csv", "parquet", "archive", "layouts", "filter", "rules"]);
    for name in names {
        let program = root().join("fuzz/fuzz_targets").join(format!("{name}.rs"));
        assert!(program.is_file(), "{} is missing", program.display());
    }
}

#[test]
fn text() {
    replay("text");
}

#[test]
fn gzip() {
    replay("gzip");
}

#[test]
fn json() {
    replay("json");
}

#[test]
fn csv() {
    replay("csv");
}

#[test]
fn parquet() {
    replay("parquet");
}

#[test]
fn archive() {
    replay("archive");
}

#[test]
fn layouts() {
    replay("layouts");
}

#[test]
fn filter() {
    replay("filter");
}

#[test]
fn rules() {
    replay("rules");
}
