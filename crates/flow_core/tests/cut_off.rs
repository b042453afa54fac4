//! Files that end too early, at any byte: what came before the end is read, and nothing is made up.
//!
//! Archives in gzip are cut in `archives`, tables in `parquet`.

mod dump;

use dump::{Input, Parsed};
use flow_core::parse::{FileState, Layout};
use flow_testkit::wrap::{Wrap, gzip};

const RECORDS: [&str; 4] = [
    "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.1 10.0.0.2 49152 443 6 10 840 1700000000 1700000058 ACCEPT OK",
    "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.3 10.0.0.4 49153 22 6 1 40 1700000000 1700000058 REJECT OK",
    "2 123456789012 eni-0a1b2c3d4e5f60718 - - - - - - - 1700000060 1700000118 - NODATA",
    "2 123456789012 eni-0a1b2c3d4e5f60718 10.0.0.1 2001:db8::2 49154 443 17 2 80 1700000120 1700000178 ACCEPT OK",
];

fn read(bytes: &[u8]) -> Parsed {
    Input { name: "a.log", bytes, layout: None }.parse(&[usize::MAX])
}

/// The records, as lines.
fn records_of(parsed: &Parsed) -> Vec<&str> {
    let records = parsed.records.calls.iter().filter(|call| !call.starts_with("begin"));
    records.map(|call| &call[13..]).collect()
}

/// Where a file of these records, whole and then cut at each byte, has others than those before the cut. Where nothing
/// says that a record has ended, the last one may be the beginning of one.
fn check(what: &str, bytes: &[u8], ends_are_marked: bool) {
    let whole = read(bytes);
    assert_eq!(records_of(&whole), RECORDS, "{what}\n{}", whole.dump());
    let mut n_before = 0;
    for end in 0..bytes.len() {
        let cut = read(&bytes[..end]);
        let place = || format!("{what}, cut at {end} of {}\n{}", bytes.len(), cut.dump());
        assert!(matches!(cut.report.state, FileState::Read | FileState::Refused(_)), "{}", place());
        let records = records_of(&cut);
        assert!(records.len() >= n_before || !ends_are_marked, "more bytes, fewer records: {}", place());
        n_before = records.len();
        let Some((last, before)) = records.split_last() else { continue };
        assert_eq!(before, &RECORDS[..before.len()], "{}", place());
        let complete = RECORDS[before.len()];
        // Of a cell that was cut off nothing may be left.
        let start = last.strip_suffix('-').unwrap_or(last);
        assert!(*last == complete || (!ends_are_marked && complete.starts_with(start)), "{}", place());
    }
}

#[test]
fn each_container_cut_at_any_byte_gives_the_records_before() {
    let records = RECORDS.map(String::from);
    for wrap in Wrap::ALL {
        let file = wrap.file(&Layout::aws_default(), &records);
        let ends_are_marked = matches!(file.trim_ascii_start()[0], b'{' | b'[');
        check(&format!("{wrap:?}"), &file, ends_are_marked);
    }
}

#[test]
fn a_compressed_file_cut_at_any_byte_gives_the_lines_before() {
    let file = Wrap::Text.file(&Layout::aws_default(), &RECORDS.map(String::from));
    for packed in [gzip(&file), gzip(&gzip(&file))] {
        // A line that was cut off is a problem, so what is there is whole.
        check("gzip", &packed, true);
    }
}
