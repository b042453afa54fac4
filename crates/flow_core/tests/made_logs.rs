//! The tables and archives in `tests/logs`, and how they were made: `UPDATE_EXPECT=1` makes them again.

mod dump;

use std::path::PathBuf;
use std::{env, fs};

use dump::Input;
use flow_testkit::archive::{tar, zip};
use flow_testkit::table::{TableStyle, table};
use parquet::basic::{Compression, ZstdLevel};

fn log(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/logs").join(name)
}

/// The text that the tables have the records of.
const TEXT: &str = "all-54-fields.log";

/// A log with a header, single-spaced, as a table.
fn table_of(text: &str, style: &TableStyle) -> Vec<u8> {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let names: Vec<String> = lines.next().unwrap().split(' ').map(|name| name.replace('-', "_")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let records: Vec<Vec<String>> = lines.map(|line| line.split(' ').map(String::from).collect()).collect();
    table(&names, &records, style)
}

fn made() -> Vec<(&'static str, Vec<u8>)> {
    let text = fs::read_to_string(log(TEXT)).unwrap();
    let aws = table_of(&text, &TableStyle::aws());
    let other = TableStyle {
        codec: Compression::ZSTD(ZstdLevel::default()),
        is_second_version: true,
        has_dictionaries: false,
        ..TableStyle::aws()
    };
    let gz = fs::read(log("gzip.log.gz")).unwrap();
    let plain = fs::read(log("crlf.log")).unwrap();
    let members: [(&str, &[u8]); 5] = [
        ("AWSLogs/", b""),
        ("AWSLogs/plain.log", &plain),
        ("AWSLogs/packed.log.gz", &gz),
        ("AWSLogs/table.log.parquet", &aws),
        ("__MACOSX/._plain.log", b"\0"),
    ];
    vec![
        ("parquet-zstd-second-version.log.parquet", table_of(&text, &other)),
        ("archive.zip", zip(&members, true)),
        ("archive.tar", tar(&members)),
        ("parquet.log.parquet", aws),
    ]
}

#[test]
fn files_that_a_program_made_read_as_those_it_makes_today() {
    for (name, bytes) in made() {
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(log(name), &bytes).unwrap();
        }
        let kept = fs::read(log(name)).unwrap();
        let read = |bytes| Input { name, bytes, layout: None }.parse(&[usize::MAX]).dump();
        assert_eq!(read(&kept), read(&bytes), "{name}");
    }
}

#[test]
fn tables_read_as_the_text_that_they_were_made_of() {
    let text = fs::read(log(TEXT)).unwrap();
    let text = Input { name: TEXT, bytes: &text, layout: None }.parse(&[usize::MAX]);
    for (name, bytes) in made().iter().filter(|(name, _)| name.ends_with(".parquet")) {
        let parsed = Input { name, bytes, layout: None }.parse(&[usize::MAX]);
        assert_eq!(parsed.records.lines(), text.records.lines(), "{name}");
    }
}
