//! The page's way of reading plain lines, with 128-bit instructions, takes and refuses what line by line does.
//!
//! Natively another twin of it is tested, and more: this is what only WebAssembly can show. A line that ends in a
//! carriage return is never plain, so the same text with other line ends is its own oracle.

#![cfg(target_arch = "wasm32")]

use flow_core::parse::{FileParser, FileReport, Layout, ParseOptions, RawRow, RowSink, SourceId};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[derive(Default)]
struct Calls(Vec<String>);

impl RowSink for Calls {
    fn begin(&mut self, _source: SourceId, layout: &Layout) {
        self.0.push(format!("begin {:?}", layout.names()));
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.0.push(format!("row {row:?}"));
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.0.push(format!("status {row:?}"));
    }
}

fn read(text: &str) -> (Vec<String>, FileReport) {
    let mut calls = Calls::default();
    let mut parser = FileParser::new(SourceId(0), "a.log", 0, &ParseOptions::default());
    parser.push(text.as_bytes(), &mut calls);
    parser.finish(&mut calls);
    (calls.0, parser.into_report())
}

const NUMBERS: &[&str] = &[
    "0",
    "7",
    "10",
    "65535",
    "65536",
    "99999999",
    "100000000",
    "1700000000",
    "1234567890123456",
    "12345678901234567",
    "18446744073709551614",
    "18446744073709551615",
    "-",
    "00",
    "01",
    "0123456789",
    "1x",
    "x1",
    "1/",
    ":1",
    "+1",
    "12345678:",
    "é",
    "1\u{1}",
];

const ADDRESSES: &[&str] = &[
    "0.0.0.0",
    "255.255.255.255",
    "10.0.0.1",
    "1.2.3.4",
    "111.222.133.244",
    "-",
    "256.0.0.1",
    "10.0.0.256",
    "10.0.0.999",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.00",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    "1.2.3.1234",
    "0123.1.2.3",
    "1.2.3.12345678",
    "12345678901234.1.2.3",
    "....",
    "1.2.3.4x",
    "x.2.3.4",
    "1.2.3./",
    "1.2.3.:",
    "1.2",
    "2001:db8::1",
    "2001:DB8::1",
    "::",
    "::ffff:1.2.3.4",
    "01:23:45:67:89:ab",
    "é",
];

#[wasm_bindgen_test]
fn plain_lines_read_as_they_do_line_by_line() {
    let mut text = String::from("srcaddr dstaddr dstport bytes start action log-status\n");
    let mut state = 1u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for n in 0..20_000 {
        // One value of a line at most is strange, or all values of a line would be refused for the first of them.
        let strange = next(10);
        let port =
            if strange == 0 { NUMBERS[next(NUMBERS.len())].to_owned() } else { next(65_536).to_string() };
        let n_bytes = if strange == 1 {
            NUMBERS[next(NUMBERS.len())].to_owned()
        } else {
            (next(1 << 30) as u64 * next(1 << 20) as u64).to_string()
        };
        let src = if strange == 2 {
            ADDRESSES[next(ADDRESSES.len())].to_owned()
        } else {
            format!("{}.{}.{}.{}", next(257), next(256), next(110), next(12))
        };
        let dst = ADDRESSES[if strange == 3 { next(ADDRESSES.len()) } else { next(5) }];
        let action = ["ACCEPT", "REJECT", "-", "#", "é"][if strange == 4 { next(5) } else { next(2) }];
        let status = if strange == 5 { "NODATA" } else { "OK" };
        text += &format!("{src} {dst} {port} {n_bytes} {} {action} {status}\n", 1_700_000_000 + n);
    }
    let (rows, report) = read(&text);
    let (rows_by_line, report_by_line) = read(&text.replace('\n', "\r\n"));
    assert!(report.lines.rows > 10_000 && report.lines.problems > 1_000, "{:?}", report.lines);
    assert_eq!(report.lines, report_by_line.lines);
    for (row, by_line) in rows.iter().zip(&rows_by_line) {
        assert_eq!(row, by_line);
    }
    assert_eq!(rows.len(), rows_by_line.len());
}
