//! Logs in memory: the generator's, and plain ones in which one thing can be varied at a time.

use std::fmt::Write;

use flow_core::sample::{SampleLog, SampleSpec};

/// Web clients by IPv6, in a hundred, in the layout that is there to show IPv6.
const MOSTLY_IPV6_PERCENT: u8 = 80;

/// The generator's log of a layout by name; `None` where there is no such layout.
pub fn sample_spec(n_rows: u64, layout: &str) -> Option<SampleSpec> {
    let spec = SampleSpec { n_rows, ..SampleSpec::demo() };
    match layout {
        "v2" => Some(spec),
        "v5" => Some(spec.with_v5_fields()),
        "v5-ipv6" => Some(SampleSpec { ipv6_percent: MOSTLY_IPV6_PERCENT, ..spec.with_v5_fields() }),
        _ => None,
    }
}

/// The whole text of the generator's v2 log.
pub fn sample_text(n_rows: u64) -> Vec<u8> {
    let mut text = Vec::new();
    let mut log = SampleLog::new(&SampleSpec { n_rows, ..SampleSpec::demo() });
    while log.fill(&mut text) {}
    text
}

pub const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

/// Lines of v2, without a header, whose source addresses are `n_distinct` different ones, each as often as any other
/// and in no order. Everything else is much the same from row to row.
pub fn spread_text(n_rows: u32, n_distinct: u32) -> String {
    let mut text = String::new();
    for row in 0..n_rows {
        // Every residue once before any twice, as the multiplier is odd and prime to what is asked for here.
        let [_, a, b, c] = ((u64::from(row) * 7_919 % u64::from(n_distinct)) as u32).to_be_bytes();
        let (port, packets, second) = (49_152 + row % 16_000, 1 + row % 40, row / 1_000 % 600);
        let start = 1_763_456_400 + second;
        writeln!(
            text,
            "2 123456789010 eni-0a1b2c3d4e5f60718 100.{a}.{b}.{c} 10.0.1.25 {port} 443 6 {packets} {} {start} {} ACCEPT OK",
            packets * 840,
            start + 59,
        )
        .expect("writing to memory does not fail");
    }
    text
}

/// `text` cut at line ends into about so many files, each with a header of its own.
pub fn cut_into_files(text: &str, n_files: usize) -> Vec<Vec<u8>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let file = |lines: &[&str]| [HEADER.as_bytes(), lines.concat().as_bytes()].concat();
    lines.chunks(lines.len().div_ceil(n_files)).map(file).collect()
}
