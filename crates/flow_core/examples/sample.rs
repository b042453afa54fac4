//! Writes a sample log: `sample [--rows N] [--seed N] [--layout v2|v5|v5-ipv6] [--out FILE]`.
//!
//! Without `--out` it goes to standard output. The same arguments give the same bytes.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::{env, process};

use flow_core::sample::{SampleLog, SampleSpec};

const USAGE: &str = "usage: sample [--rows N] [--seed N] [--layout v2|v5|v5-ipv6] [--out FILE]";

/// Web clients by IPv6, in a hundred, in the layout that is there to show IPv6.
const MOSTLY_IPV6_PERCENT: u8 = 80;

fn main() -> Result<(), Box<dyn Error>> {
    let Some((spec, out)) = arguments() else {
        eprintln!("{USAGE}");
        process::exit(2);
    };
    match out {
        Some(path) => write_sample(&spec, &mut BufWriter::new(File::create(path)?))?,
        None => write_sample(&spec, &mut io::stdout().lock())?,
    }
    Ok(())
}

/// `None` where the arguments make no sense.
fn arguments() -> Option<(SampleSpec, Option<String>)> {
    let mut spec = SampleSpec::demo();
    let mut out = None;
    let mut arguments = env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--rows" => spec.n_rows = value.parse().ok()?,
            "--seed" => spec.seed = value.parse().ok()?,
            "--out" => out = Some(value),
            "--layout" => match value.as_str() {
                "v2" => {}
                "v5" => spec = spec.with_v5_fields(),
                "v5-ipv6" => {
                    spec = SampleSpec { ipv6_percent: MOSTLY_IPV6_PERCENT, ..spec.with_v5_fields() };
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    Some((spec, out))
}

fn write_sample(spec: &SampleSpec, out: &mut impl Write) -> io::Result<()> {
    let mut log = SampleLog::new(spec);
    let mut text = Vec::new();
    while log.fill(&mut text) {
        out.write_all(&text)?;
        text.clear();
    }
    out.flush()
}
