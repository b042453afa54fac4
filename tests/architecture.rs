//! ARCHITECTURE.md as a test: what each part does not know.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The engine's modules; each may use itself and those before it.
const ENGINE_ORDER: [&str; 11] = [
    "arrange", "record", "config", "sample", "parse", "store", "query", "intake", "analysis", "report",
    "session",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files below `dir`, or the one of that name, with the text before their unit tests.
fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let dir_path = root().join(dir);
    let mut waiting = vec![if dir_path.is_dir() { dir_path } else { dir_path.with_extension("rs") }];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            waiting.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text =
                fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            found.push((path.strip_prefix(root()).unwrap().to_owned(), code));
        }
    }
    assert!(!found.is_empty(), "{dir} has Rust files");
    found
}

/// Lines of code that hold one of `words`, as `file:line: text`; comments do not count.
fn lines_with(sources: &[(PathBuf, String)], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, code) in sources {
        for (at, line) in code.lines().enumerate() {
            let line = line.trim_start();
            if !line.starts_with("//") && words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {line}", path.display(), at + 1));
            }
        }
    }
    found
}

fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn the_engine_depends_on_no_browser() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "flow_core", "--edges", "normal", "--prefix", "none"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("memchr"), "this is the engine's tree:\n{tree}");
    for package in ["web-sys", "js-sys", "wasm-bindgen", "gloo", "leptos", "rand", "getrandom"] {
        assert!(
            !tree.lines().any(|line| line.starts_with(package)),
            "flow_core depends on {package}:\n{tree}"
        );
    }
}

#[test]
fn the_engine_asks_for_no_time_no_threads_no_io() {
    let forbidden = [
        "std::time",
        "std::thread",
        "std::env",
        "std::fs",
        "std::net::Tcp",
        "std::process",
        "println!",
        "std::io::std",
    ];
    assert_none(
        &lines_with(&sources("crates/flow_core/src"), &forbidden),
        "these are arguments, never asked for",
    );
}

#[test]
fn engine_modules_look_left_only() {
    for (at, module) in ENGINE_ORDER.iter().enumerate() {
        let later: Vec<String> =
            ENGINE_ORDER[at + 1..].iter().map(|later| format!("crate::{later}")).collect();
        // The generator writes layouts, which belong to the parser's words.
        let later: Vec<&str> = later
            .iter()
            .map(String::as_str)
            .filter(|later| !(*module == "sample" && *later == "crate::parse"))
            .collect();
        let files = sources(&format!("crates/flow_core/src/{module}"));
        assert_none(&lines_with(&files, &later), &format!("{module} looks right"));
    }
}

#[test]
fn field_names_are_spelled_in_one_file() {
    let names: Vec<String> = flow_core::record::FIELDS
        .iter()
        .filter(|info| info.name.contains('-'))
        .map(|info| format!("\"{}\"", info.name))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for dir in ["crates/flow_core/src", "crates/flow_worker/src", "crates/flow_page/src"] {
        let files: Vec<_> =
            sources(dir).into_iter().filter(|(path, _)| !path.ends_with("record/field.rs")).collect();
        assert_none(&lines_with(&files, &names), "record/field.rs is the one table of AWS fields");
    }
}

#[test]
fn only_the_browser_module_and_the_links_name_the_browser() {
    let files: Vec<_> = sources("crates/flow_page/src")
        .into_iter()
        .filter(|(path, _)| {
            !path.starts_with("crates/flow_page/src/browser")
                && !path.starts_with("crates/flow_page/src/engine")
        })
        .collect();
    assert_none(
        &lines_with(&files, &["web_sys::", "js_sys::", "gloo"]),
        "these belong in flow_page/src/browser",
    );
}

#[test]
fn the_page_has_no_style_attributes_and_no_raw_markup() {
    assert_none(
        &lines_with(
            &sources("crates/flow_page/src"),
            &["style=\"", "style={", "style=move", "inner_html", "innerHTML", "set_inner_html"],
        ),
        "the policy blocks style attributes, and log text is never markup",
    );
}
