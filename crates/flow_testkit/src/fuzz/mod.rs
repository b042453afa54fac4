//! What must hold for every input: one function for each target of the fuzzer, which ordinary tests call too.
//!
//! An input is a file (or a text) as it is, so that files of other tests are seeds, and a finding can be dropped on the
//! page. Whatever else a target needs to decide, such as where to cut, follows from the bytes. `fuzz/` makes the inputs.

mod files;
mod filter;
mod layouts;
mod outcome;
mod rules;

/// A part of the engine that reads what others wrote.
pub struct Target {
    /// Also of its program and of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Whether these bytes reach what the target is for; others are read all the same, but not worth keeping.
    pub is_about: fn(&[u8]) -> bool,
    /// Panics where something does not hold. Needs [`crate::memory::CountingAllocator`] in the binary.
    pub check: fn(&[u8]),
}

pub const TARGETS: [Target; 9] = [
    Target { name: "text", is_about: files::is_text, check: files::check_text },
    Target { name: "gzip", is_about: files::is_gzip, check: files::check_file },
    Target { name: "json", is_about: files::is_json, check: files::check_text },
    Target { name: "csv", is_about: files::is_csv, check: files::check_text },
    Target { name: "parquet", is_about: files::is_parquet, check: files::check_file },
    Target { name: "archive", is_about: files::is_archive, check: files::check_archive },
    Target { name: "layouts", is_about: is_utf8, check: layouts::check },
    Target { name: "filter", is_about: is_utf8, check: filter::check },
    Target { name: "rules", is_about: files::is_json, check: rules::check },
];

impl Target {
    /// The target of this name.
    pub fn named(name: &str) -> &'static Target {
        let named = TARGETS.iter().find(|target| target.name == name);
        named.unwrap_or_else(|| panic!("there is no target `{name}`"))
    }
}

fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}
