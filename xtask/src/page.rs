//! From the sources of the page to the file that is served: gathers the parts, bundles them and writes the
//! result, for `cargo xtask dist` and for Trunk alike.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bundle::{self, Parts};
use crate::toolchain::WasmToolchain;
use crate::wasm::{self, Compiled};
use crate::workspace;

/// The style sheets in the order in which they apply: later ones may overrule earlier ones. Those that are
/// not there are left out.
const STYLE_SHEETS: [&str; 8] = [
    "tokens.css",
    "base.css",
    "layout.css",
    "table.css",
    "views.css",
    "diagnosis.css",
    "load_again.css",
    "charts.css",
];

/// Builds the release page into `dist/index.html`, which is all of it, and gives back its path.
pub fn dist() -> Result<PathBuf> {
    let compiled = wasm::build(&WasmToolchain::set_up()?)?;
    let wasm_bytes = compiled.wasm.len();
    let page = bundle::bundle(&gather(workspace::root(), compiled)?)?;
    fs::create_dir_all(workspace::dist())?;
    let path = workspace::dist().join("index.html");
    fs::write(&path, &page)?;
    println!(
        "{}: {} ({} when served with gzip); {} of WebAssembly before packing",
        path.strip_prefix(workspace::root())?.display(),
        kilobytes(page.len()),
        kilobytes(gzipped_length(&page)),
        kilobytes(wasm_bytes),
    );
    Ok(path)
}

/// The same for Trunk, as its post_build hook: turns what Trunk has staged into the one file.
///
/// Trunk's own index.html is dropped, and with it the script for reloading that `trunk serve` puts in: it
/// talks over a WebSocket, which the page's policy exists to block. A page that is tried out under a weaker
/// policy than the one it is published with would hide mistakes.
pub fn bundle_for_trunk() -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("TRUNK_STAGING_DIR is not set; `bundle --trunk` is for Trunk's post_build hook")?;
    let page = bundle::bundle(&gather(workspace::root(), Compiled::take_from(&staging)?)?)?;
    fs::write(staging.join("index.html"), page)?;
    Ok(())
}

fn gather(root: &Path, compiled: Compiled) -> Result<Parts> {
    let style_sheets: Vec<_> =
        STYLE_SHEETS.iter().map(|name| root.join("style").join(name)).filter(|path| path.is_file()).collect();
    let style = style_sheets.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?.join("\n");
    Ok(Parts {
        template: read(&root.join("index.html"))?,
        style,
        glue: compiled.glue,
        boot: read(&root.join("public/boot.js"))?,
        worker_boot: read(&root.join("public/worker_boot.js"))?,
        icon_svg: read(&root.join("public/icon.svg"))?,
        wasm: compiled.wasm,
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn gzipped_length(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail").len()
}

fn kilobytes(bytes: usize) -> String {
    format!("{} kB", bytes.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_sheet_in_the_folder_is_in_the_list() {
        for entry in fs::read_dir(workspace::root().join("style")).unwrap() {
            let name = entry.unwrap().file_name();
            let name = name.to_str().unwrap();
            assert!(STYLE_SHEETS.contains(&name), "style/{name} is in no page: put it in STYLE_SHEETS");
        }
    }

    #[test]
    fn style_sheets_are_joined_in_the_order_of_the_list() {
        let root = env::temp_dir().join(format!("flowglass-page-{}", std::process::id()));
        for (name, text) in [
            ("index.html", ""),
            ("public/boot.js", ""),
            ("public/worker_boot.js", ""),
            ("public/icon.svg", ""),
            ("style/layout.css", "second {}"),
            ("style/base.css", "first {}"),
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let parts = gather(&root, Compiled { glue: String::new(), wasm: Vec::new() }).unwrap();
        assert_eq!(parts.style, "first {}\nsecond {}");
        fs::remove_dir_all(root).unwrap();
    }
}
