//! The npm packages of the browser tests and of the bench. They drive, check and race the page; nothing of them is
//! in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{process, tool, workspace};

/// node's test runner, and with it Debian 12's node.
const NODE_MAJOR_MIN: u32 = 18;

pub fn tests_folder() -> PathBuf {
    workspace::root().join("tests/browser")
}

/// The peers of the bench have a lock file of their own.
pub fn bench_folder() -> PathBuf {
    tests_folder().join("bench")
}

/// Node, with the packages of the browser tests installed beside them.
pub fn set_up() -> Result<PathBuf> {
    let node = tool::NODE.set_up()?;
    let version = process::output(Command::new(&node).arg("--version"))?;
    let major = major_version(&version).with_context(|| format!("node says its version is {version}"))?;
    ensure!(major >= NODE_MAJOR_MIN, "node {version} is too old: install Node.js {NODE_MAJOR_MIN} or later");

    install(&tests_folder(), "the npm packages of the browser tests")?;
    Ok(node)
}

/// Installs what the lock file of `folder` names, unless that was done before.
pub fn install(folder: &Path, what: &str) -> Result<()> {
    let wanted = fs::read(folder.join("package-lock.json"))?;
    // npm leaves no trace of which lock file it installed, so a copy is kept in what it installed.
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).ok().as_ref() == Some(&wanted) {
        return Ok(());
    }
    eprintln!("xtask: installing {what} ({})", folder.join("node_modules").display());
    process::run(
        Command::new(tool::NPM.set_up()?)
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])
            .current_dir(folder),
    )
    .with_context(|| {
        format!("the npm packages are missing; do it by hand: cd {} && npm ci", folder.display())
    })?;
    fs::write(installed, wanted)?;
    Ok(())
}

fn major_version(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_what_counts() {
        assert_eq!(major_version("v18.20.4"), Some(18));
        assert_eq!(major_version("20"), None);
    }

    #[test]
    fn the_lock_files_name_no_registry() {
        for folder in [tests_folder(), bench_folder()] {
            let lock = fs::read_to_string(folder.join("package-lock.json")).unwrap();
            assert!(
                !lock.contains("\"resolved\""),
                "npm would fetch from there whatever registry the user has set"
            );
            assert!(lock.contains("\"integrity\""), "what is fetched is still pinned");
        }
    }
}
