//! Where things are: the workspace, its one target folder, the finished page, the user's cache.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};

use crate::process;

/// The folder that holds the workspace's Cargo.toml. Known when xtask was compiled, and cargo compiles xtask
/// again when the folder moves.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The target folder, as cargo sees it: a user may have moved it by a variable or in a cargo configuration.
pub fn target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(target) = TARGET.get() {
        return Ok(target);
    }
    let metadata = process::output(
        Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root()),
    )?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(TARGET.get_or_init(|| PathBuf::from(target)))
}

/// This project's folder in the user's cache: for what is dear to make and the same for every clone.
pub fn cache() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME") {
        Some(base) if !base.is_empty() => PathBuf::from(base),
        _ => {
            env::home_dir().context("there is no home folder; set XDG_CACHE_HOME to a folder")?.join(".cache")
        }
    };
    Ok(base.join("flowglass"))
}
