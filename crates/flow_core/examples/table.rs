//! Writes a text log with a header as a Parquet table, as AWS would: `table LOG OUT`.

use std::process::ExitCode;
use std::{env, fs};

use flow_testkit::table::{TableStyle, table};

fn main() -> ExitCode {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [log, out] = paths.as_slice() else {
        eprintln!("usage: table LOG OUT");
        return ExitCode::from(2);
    };
    match convert(log, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn convert(log: &str, out: &str) -> std::io::Result<()> {
    let text = fs::read_to_string(log)?;
    let mut lines = text.lines();
    let names: Vec<String> =
        lines.next().unwrap_or_default().split(' ').map(|name| name.replace('-', "_")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let records: Vec<Vec<String>> = lines.map(|line| line.split(' ').map(String::from).collect()).collect();
    fs::write(out, table(&names, &records, &TableStyle::aws()))
}
