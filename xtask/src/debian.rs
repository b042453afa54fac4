//! Installing packages where the system is Debian or made from it. Elsewhere xtask says what to do by hand:
//! other package managers would need a way to test what we tell them.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};

use crate::process;

pub fn is_here() -> bool {
    Path::new("/etc/debian_version").is_file() && process::on_path("apt-get").is_some()
}

/// Installs `packages`, saying so in one line. Never removes a package to make room: what a user chose to
/// install matters more than our page.
pub fn install(packages: &[&str], what_for: &str) -> Result<()> {
    // The lists are read once a run: they are old on most machines, and empty in most containers.
    static UPDATED: OnceLock<()> = OnceLock::new();
    eprintln!("xtask: installing {} by apt-get ({what_for})", packages.join(", "));
    if UPDATED.get().is_none() {
        // A source that cannot be reached is no reason to stop: the packages may be known already.
        if let Err(error) = process::run(apt_get()?.args(["-qq", "update"])) {
            eprintln!("xtask: {error}; going on with the package lists that are there");
        }
        let _ = UPDATED.set(());
    }
    process::run(
        apt_get()?
            .args(["-qq", "-y", "--no-remove", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", "install"])
            .args(packages)
            // apt-get's own list of what it unpacks says nothing that the line above does not.
            .stdout(std::process::Stdio::null()),
    )
    .with_context(|| {
        format!("could not install for you; do it by hand: sudo apt-get install {}", packages.join(" "))
    })
}

fn apt_get() -> Result<Command> {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else {
        // Fails at once where a password would be needed and nobody can be asked.
        eprintln!("xtask: apt-get needs root, so it is run by sudo");
        let mut sudo = Command::new("sudo");
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    // Another installation may be running; wait for it instead of failing.
    command.args(["-o", "DPkg::Lock::Timeout=300"]);
    Ok(command)
}

fn is_root() -> Result<bool> {
    Ok(process::output(Command::new("id").arg("-u"))? == "0")
}
