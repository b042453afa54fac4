//! The programs that the tests need beside Rust: where to look for each, and how it gets there if it is
//! missing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use crate::{debian, process};

/// A program to be found, or else installed.
pub struct Tool {
    /// An environment variable with which a user says where it is.
    variable: &'static str,
    /// What it may be called on PATH.
    names: &'static [&'static str],
    /// Where its installer puts it on systems that do not use PATH for it.
    places: &'static [&'static str],
    debian_package: &'static str,
    what_for: &'static str,
    by_hand: &'static str,
}

pub const CHROME: Tool = Tool {
    variable: "CHROME",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    places: &[
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ],
    debian_package: "chromium",
    what_for: "the browser for the tests",
    by_hand: "install Chromium or Google Chrome, or set CHROME to its program",
};

pub const CHROMEDRIVER: Tool = Tool {
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    places: &[],
    debian_package: "chromium-driver",
    what_for: "drives the browser for the wasm tests",
    by_hand: "install the chromedriver of your browser's version, or set CHROMEDRIVER to its program",
};

pub const NODE: Tool = Tool {
    variable: "NODE",
    names: &["node", "nodejs"],
    places: &[],
    debian_package: "nodejs",
    what_for: "runs the browser tests",
    by_hand: "install Node.js 18 or later, or set NODE to its program",
};

pub const NPM: Tool = Tool {
    variable: "NPM",
    names: &["npm"],
    places: &[],
    debian_package: "npm",
    what_for: "fetches the packages of the browser tests",
    by_hand: "install npm, or set NPM to its program",
};

impl Tool {
    /// Where the program is, after installing it if need be.
    pub fn set_up(&self) -> Result<PathBuf> {
        if let Some(path) = env::var_os(self.variable).filter(|path| !path.is_empty()) {
            let path = PathBuf::from(path);
            ensure!(path.is_file(), "{} is set to {}, which is no file", self.variable, path.display());
            return Ok(path);
        }
        if let Some(path) = self.find() {
            return Ok(path);
        }
        if debian::is_here() {
            debian::install(&[self.debian_package], self.what_for)?;
            // On Ubuntu the package only points to a snap, which containers cannot run.
            if let Some(path) = self.find() {
                return Ok(path);
            }
        }
        bail!("{} is missing ({}): {}", self.names[0], self.what_for, self.by_hand)
    }

    fn find(&self) -> Option<PathBuf> {
        let on_path = self.names.iter().find_map(|name| process::on_path(name));
        on_path.or_else(|| {
            self.places.iter().map(|place| Path::new(place).to_owned()).find(|path| path.is_file())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARGO: Tool = Tool {
        // Set by cargo for every test that it runs.
        variable: "CARGO",
        names: &["no-such-program"],
        places: &[],
        debian_package: "",
        what_for: "",
        by_hand: "",
    };

    #[test]
    fn the_variable_goes_before_all_else() {
        assert_eq!(CARGO.set_up().unwrap(), PathBuf::from(env::var_os("CARGO").unwrap()));
    }

    #[test]
    fn a_variable_that_names_no_file_is_an_error_not_a_reason_to_look_elsewhere() {
        let tool = Tool { variable: "CARGO_MANIFEST_DIR", names: &["cargo"], ..CARGO };
        let error = tool.set_up().unwrap_err().to_string();
        assert!(error.starts_with("CARGO_MANIFEST_DIR is set to"), "{error}");
    }

    #[test]
    fn the_first_name_on_path_is_taken() {
        let tool =
            Tool { variable: "FLOWGLASS_UNSET", names: &["no-such-program", "cargo", "rustc"], ..CARGO };
        assert_eq!(tool.find().unwrap().file_stem().unwrap(), "cargo");
    }

    #[test]
    fn a_place_is_tried_after_path() {
        const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let tool = Tool { variable: "FLOWGLASS_UNSET", places: &["/nowhere/at/all", PLACE], ..CARGO };
        assert_eq!(tool.find(), Some(PathBuf::from(PLACE)));
    }
}
