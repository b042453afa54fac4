//! A toolchain with the wasm32 target out of Debian's packages, for machines where rustup must not download.
//!
//! Debian packages the compiler and the sources of the standard library, but not the library built for
//! wasm32. So it is built here, once, into a toolchain folder in the user's cache that borrows everything
//! else from /usr. Nothing is written under /usr except by apt-get. This depends on the inside of rustc's
//! source tree, so each step that may change with a new release says what it counts on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::toolchain::{WASM_TARGET, holds_std};
use crate::{debian, process, workspace};

/// The name under which rustup knows the toolchain: `cargo +flowglass-wasm …`,
/// `RUSTUP_TOOLCHAIN=flowglass-wasm trunk …`.
pub const LINK_NAME: &str = "flowglass-wasm";

/// Raised when the steps in `make` change, so that folders made by older steps are no longer used.
const RECIPE: u32 = 1;

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const RUST_SOURCE: &str = "/usr/lib/rustlib/src/rust";

/// The "-web" packages are the recent compiler that Debian keeps for its browsers.
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rustfmt-web"];

/// The toolchain that an earlier run made for the compiler that is installed now.
pub fn find() -> Result<Option<PathBuf>> {
    if !Path::new(RUSTC).is_file() {
        return Ok(None);
    }
    let folder = folder_of(&Compiler::installed()?)?;
    Ok(holds_std(&library_folder(&folder)).then_some(folder))
}

/// Installs Debian's compiler if need be and makes the toolchain.
pub fn make() -> Result<PathBuf> {
    let what_for = "a compiler for WebAssembly; rustup may not download here";
    if !Path::new(RUSTC).is_file() || !Path::new(RUST_SOURCE).is_dir() {
        debian::install(&PACKAGES, what_for)?;
    }
    let compiler = Compiler::installed()?;
    if !Path::new(&compiler.linker()).is_file() {
        debian::install(&[&format!("lld-{}", compiler.llvm_major)], what_for)?;
    }

    let folder = folder_of(&compiler)?;
    eprintln!("xtask: building Rust's standard library for {WASM_TARGET} (once, about half a minute)");
    // Made beside its place and then renamed: an interrupted run leaves no half toolchain, and of two runs at
    // the same time one wins and both go on.
    let unfinished = folder.with_file_name(format!(".unfinished-{}", std::process::id()));
    fs::create_dir_all(&unfinished)?;
    let made = build_std(&compiler, &unfinished).and_then(|()| lay_out(&compiler, &unfinished, &folder));
    if let Err(error) = made {
        let _ = fs::remove_dir_all(&unfinished);
        return Err(error.context("could not make a toolchain for WebAssembly from Debian's packages"));
    }
    if fs::rename(&unfinished, &folder).is_err() {
        fs::remove_dir_all(&unfinished)?;
        ensure!(holds_std(&library_folder(&folder)), "{} is there but unusable; delete it", folder.display());
    }

    // For people and for Trunk; xtask itself calls the folder's cargo. A local link, no download.
    if process::on_path("rustup").is_some() {
        process::run(Command::new("rustup").args(["toolchain", "link", LINK_NAME]).arg(&folder))?;
        eprintln!("xtask: rustup now knows it as {LINK_NAME}");
    }
    Ok(folder)
}

/// Deletes what `target` holds for wasm32 if it was built with another build of the standard library. Cargo
/// sees only the compiler's version, which stays the same, and the mixture ends in "can't find crate" (E0460,
/// E0463).
pub fn forget_builds_with_another_std(folder: &Path, target: &Path) -> Result<()> {
    // The newest file says when the library was built.
    let mut built = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(library_folder(folder))? {
        built = built.max(fs::metadata(entry?.path())?.modified()?);
    }
    let std_now = format!("{built:?}");

    let builds = target.join(WASM_TARGET);
    let stamp = builds.join(".flowglass-std");
    if builds.is_dir() && fs::read_to_string(&stamp).ok().as_ref() != Some(&std_now) {
        eprintln!("xtask: deleting {}, built with another standard library", builds.display());
        fs::remove_dir_all(&builds)?;
    }
    fs::create_dir_all(&builds)?;
    fs::write(stamp, std_now)?;
    Ok(())
}

/// What `rustc -vV` says of Debian's compiler.
#[derive(Debug, PartialEq, Eq)]
struct Compiler {
    release: String,
    host: String,
    /// Debian has one lld for each major version of LLVM, and the right one is the one that rustc was built
    /// with.
    llvm_major: String,
}

impl Compiler {
    fn installed() -> Result<Self> {
        let version = process::output(Command::new(RUSTC).arg("-vV"))?;
        Self::parse(&version).with_context(|| format!("cannot read the output of `{RUSTC} -vV`: {version}"))
    }

    fn parse(version: &str) -> Option<Self> {
        let value_of =
            |key: &str| version.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        Some(Self {
            release: value_of("release")?.to_owned(),
            host: value_of("host")?.to_owned(),
            llvm_major: value_of("LLVM version")?.split('.').next()?.to_owned(),
        })
    }

    fn linker(&self) -> String {
        format!("/usr/bin/lld-{}", self.llvm_major)
    }
}

fn folder_of(compiler: &Compiler) -> Result<PathBuf> {
    let name = format!("rust-{}-wasm-{RECIPE}", compiler.release);
    Ok(workspace::cache()?.join("toolchains").join(name))
}

fn library_folder(folder: &Path) -> PathBuf {
    folder.join("lib/rustlib").join(WASM_TARGET).join("lib")
}

/// Builds std, and `test` for wasm-bindgen-test, as dependencies of an empty package, and keeps the
/// libraries.
fn build_std(compiler: &Compiler, folder: &Path) -> Result<()> {
    let scratch = folder.join("scratch");
    fs::create_dir_all(scratch.join("src"))?;
    fs::create_dir_all(scratch.join(".cargo"))?;
    fs::write(scratch.join("src/lib.rs"), "")?;
    fs::write(
        scratch.join("Cargo.toml"),
        "[package]\nname = \"scratch\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.release]\npanic = \"abort\"\n",
    )?;
    // The few crates that std depends on come with its sources.
    fs::write(
        scratch.join(".cargo/config.toml"),
        format!(
            "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"{RUST_SOURCE}/library/vendor\"\n"
        ),
    )?;
    process::run(
        Command::new(CARGO)
            .current_dir(&scratch)
            .args(["build", "--quiet", "--release", "--offline", "--target", WASM_TARGET])
            .args(["-Z", "build-std=std,panic_abort,proc_macro,test"])
            .env("RUSTC", RUSTC)
            // Opens `-Z` on a stable compiler, which its own standard library needs to be built at all.
            .env("RUSTC_BOOTSTRAP", "1")
            // Without bitcode in the libraries `lto = "fat"` fails.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            // Variables for the build of the page must not reach this one.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("CARGO_TARGET_DIR", scratch.join("target")),
    )
    .with_context(|| {
        format!("rustc {} from Debian did not build its own standard library", compiler.release)
    })?;

    let library = library_folder(folder);
    fs::create_dir_all(&library)?;
    for entry in fs::read_dir(scratch.join("target").join(WASM_TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libscratch-") {
            fs::copy(&path, library.join(name))?;
        }
    }
    ensure!(holds_std(&library), "the build left no libstd");
    fs::remove_dir_all(scratch)?;
    Ok(())
}

/// The rest of the toolchain: Debian's programs, told to look for libraries here. `folder` is where
/// `unfinished` will be in the end.
fn lay_out(compiler: &Compiler, unfinished: &Path, folder: &Path) -> Result<()> {
    let bin = unfinished.join("bin");
    fs::create_dir_all(&bin)?;
    for program in ["rustc", "rustdoc"] {
        write_script(
            &bin.join(program),
            &format!("exec /usr/bin/{program} --sysroot '{}' \"$@\"", folder.display()),
        )?;
    }
    write_script(
        &bin.join("clippy-driver"),
        &format!("SYSROOT='{}' exec /usr/bin/clippy-driver \"$@\"", folder.display()),
    )?;
    for program in ["cargo", "cargo-clippy", "rustfmt", "cargo-fmt"] {
        link(&Path::new("/usr/bin").join(program), &bin.join(program))?;
    }

    let rustlib = unfinished.join("lib/rustlib");
    let debian_rustlib = Path::new("/usr/lib/rustlib");
    let host = rustlib.join(&compiler.host);
    fs::create_dir_all(host.join("bin"))?;
    link(&debian_rustlib.join(&compiler.host).join("lib"), &host.join("lib"))?;
    link(&debian_rustlib.join("src"), &rustlib.join("src"))?;
    link(Path::new(&compiler.linker()), &host.join("bin/rust-lld"))
}

// By Debian's own programs rather than by std::os::unix, so that xtask still compiles on other systems.

fn link(original: &Path, link: &Path) -> Result<()> {
    process::run(Command::new("ln").arg("-s").arg(original).arg(link))
}

fn write_script(path: &Path, line: &str) -> Result<()> {
    fs::write(path, format!("#!/bin/sh\n{line}\n"))?;
    process::run(Command::new("chmod").arg("755").arg(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_llvm_names_the_linker() {
        let version = "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n\
                       release: 1.96.0\nLLVM version: 22.1.8\n";
        let compiler = Compiler::parse(version).unwrap();
        assert_eq!(compiler.linker(), "/usr/bin/lld-22");
        assert_eq!(compiler.release, "1.96.0");
        assert_eq!(Compiler::parse("rustc 1.96.0"), None);
    }

    #[test]
    fn builds_are_kept_until_the_standard_library_changes() {
        let scratch = std::env::temp_dir().join(format!("flowglass-std-{}", std::process::id()));
        let (toolchain, target) = (scratch.join("toolchain"), scratch.join("target"));
        let library = library_folder(&toolchain);
        fs::create_dir_all(&library).unwrap();
        let std = fs::File::create(library.join("libstd-1.rlib")).unwrap();
        let build = target.join(WASM_TARGET).join("release");

        forget_builds_with_another_std(&toolchain, &target).unwrap();
        fs::create_dir_all(&build).unwrap();
        forget_builds_with_another_std(&toolchain, &target).unwrap();
        assert!(build.is_dir(), "same library, builds kept");

        std.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000)).unwrap();
        forget_builds_with_another_std(&toolchain, &target).unwrap();
        assert!(!build.exists(), "another library, builds deleted");
        fs::remove_dir_all(scratch).unwrap();
    }
}
