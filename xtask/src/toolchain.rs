//! Which compiler builds for WebAssembly on this machine. Looks first, installs only what is missing:
//!  1. the active toolchain, where it has the wasm32 target;
//!  2. the toolchain that an earlier run made from Debian's packages;
//!  3. `rustup target add`, unless RUSTUP_AUTO_INSTALL=0, which means "no toolchain downloads on this
//!     machine";
//!  4. Debian's packages (debian_toolchain.rs);
//!  5. else the user is told what to do.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{debian, debian_toolchain, process, workspace};

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A toolchain that has the wasm32 target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The one that also builds xtask.
    Active,
    /// The one in this folder, made from Debian's packages.
    Debian(PathBuf),
}

impl WasmToolchain {
    /// A toolchain that can build for WebAssembly, installed if need be.
    pub fn set_up() -> Result<Self> {
        if active_has_wasm() {
            return Ok(Self::Active);
        }
        if let Some(folder) = debian_toolchain::find()? {
            return Self::debian(folder);
        }
        let rustup = process::on_path("rustup");
        if rustup.is_some() && may_download(env::var("RUSTUP_AUTO_INSTALL").ok().as_deref()) {
            eprintln!("xtask: adding the target {WASM_TARGET} by rustup");
            match process::run(Command::new("rustup").args(["target", "add", WASM_TARGET])) {
                Ok(()) => return Ok(Self::Active),
                Err(error) if debian::is_here() => eprintln!("xtask: {error}; trying Debian's packages"),
                Err(error) => return Err(error.context(by_hand())),
            }
        }
        if debian::is_here() {
            return Self::debian(debian_toolchain::make()?);
        }
        bail!("{}", by_hand())
    }

    fn debian(folder: PathBuf) -> Result<Self> {
        debian_toolchain::forget_builds_with_another_std(&folder, workspace::target()?)?;
        Ok(Self::Debian(folder))
    }

    /// `cargo`, of this toolchain.
    pub fn cargo(&self) -> Result<Command> {
        match self {
            Self::Active => self.command(Path::new("cargo")),
            Self::Debian(folder) => self.command(&folder.join("bin/cargo")),
        }
    }

    /// A program that calls `cargo` by itself and shall find this toolchain's.
    pub fn command(&self, program: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        command.current_dir(workspace::root());
        forget_outer_cargo(&mut command);
        if let Self::Debian(folder) = self {
            // By variables and PATH rather than as `cargo +name`: works without rustup too, and saves a
            // detour through rustup for every file that is compiled.
            let bin = folder.join("bin");
            command.env("RUSTC", bin.join("rustc")).env("RUSTDOC", bin.join("rustdoc"));
            command.env("PATH", process::path_starting_with(&bin)?);
            // `cargo clippy` starts the clippy-driver that lies beside the real cargo-clippy, in /usr/bin.
            command.env("SYSROOT", folder);
            // Set by the outer cargo for xtask; true of that toolchain only.
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
        Ok(command)
    }
}

/// Plain `cargo` of the active toolchain, for what runs on this machine.
pub fn native_cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace::root());
    forget_outer_cargo(&mut command);
    command
}

/// `cargo xtask` is itself run by cargo, which sets variables for the program it starts. Passed on, CARGO
/// would make `cargo clippy` of one toolchain call the cargo of another, and the rest would make crates that
/// look at them build again whenever the command differs.
fn forget_outer_cargo(command: &mut Command) {
    command.env_remove("CARGO");
    for (name, _) in env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(name);
        }
    }
}

fn active_has_wasm() -> bool {
    process::output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", WASM_TARGET])
            .current_dir(workspace::root()),
    )
    .is_ok_and(|folder| holds_std(Path::new(&folder)))
}

/// Whether a toolchain's folder of libraries holds the standard library. rustc names the folder whether or
/// not there is anything in it.
pub fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn may_download(rustup_auto_install: Option<&str>) -> bool {
    rustup_auto_install != Some("0")
}

fn by_hand() -> String {
    format!(
        "the page needs a Rust toolchain with the target {WASM_TARGET}: run `rustup target add {WASM_TARGET}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloads_are_off_only_when_the_user_says_so() {
        assert!(may_download(None));
        assert!(may_download(Some("1")));
        assert!(!may_download(Some("0")));
    }

    #[test]
    fn an_empty_or_missing_folder_holds_no_std() {
        let folder = env::temp_dir().join(format!("flowglass-holds-std-{}", std::process::id()));
        assert!(!holds_std(&folder));
        fs::create_dir_all(&folder).unwrap();
        assert!(!holds_std(&folder));
        fs::write(folder.join("libstd-0123.rlib"), "").unwrap();
        assert!(holds_std(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn cargo_of_a_made_toolchain_is_free_of_the_outer_one() {
        let cargo = WasmToolchain::Debian(PathBuf::from("/some/folder")).cargo().unwrap();
        assert_eq!(cargo.get_program(), "/some/folder/bin/cargo");
        let value_of =
            |wanted: &str| cargo.get_envs().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        assert_eq!(value_of("RUSTUP_TOOLCHAIN"), Some(None), "removed, not inherited");
        assert_eq!(value_of("RUSTC").flatten(), Some("/some/folder/bin/rustc".as_ref()));
    }
}
