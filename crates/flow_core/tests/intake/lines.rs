//! Random log lines with much in common, and loading them in any pieces.

use flow_core::intake::{Intake, LoadOptions};
use flow_core::parse::{FileParser, FileReport, ParseOptions, SourceId};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::Store;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                          log-status tcp-flags flow-direction pkt-srcaddr az-id my-own";

const VALUES: [&[&str]; 17] = [
    &["eni-1", "eni-2", "-"],
    &["10.0.0.1", "10.0.0.2", "2001:DB8::1"],
    &["10.0.0.1", "10.0.0.9", "-"],
    &["443", "0443", "40000", "40001", "50000", "7000"],
    &["443", "22", "50000", "50001", "7000"],
    &["6", "6", "17", "1"],
    // Not the largest there is: sums over records end at one more than a row that stands for several can hold.
    &["1", "20", "-", "1152921504606846976"],
    &["40", "4249", "-", "0"],
    &["1700000000", "1700000039", "1700000040", "1700000099", "-"],
    &["1700000060", "1700000100", "1700000101", "-"],
    &["ACCEPT", "REJECT", "-"],
    &["OK", "OK", "OK", "NODATA"],
    &["0", "2", "3", "18", "-"],
    &["ingress", "egress", "-"],
    &["10.0.0.1", "172.16.0.1", "-"],
    &["use1-az1", "use1-az2", "-"],
    &["a", "b", "-"],
];

/// Up to `n_max` lines of text without their header. A port is there where the other one is: a row of which only
/// one is recorded looks, rolled up, as one whose client's was left out.
pub fn any_lines(n_max: usize) -> impl Strategy<Value = Vec<String>> {
    vec(VALUES.map(|values| select(values).boxed()).to_vec(), 0..n_max)
        .prop_map(|lines| lines.into_iter().map(|values| values.join(" ")).collect())
}

/// Lines as a file.
pub fn text(lines: &[String]) -> String {
    let mut text = format!("{HEADER}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A log of the generator.
pub fn sample(n_rows: u64) -> String {
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    String::from_utf8(log).expect("logs are text")
}

/// One store, loaded with some options.
pub struct Loaded {
    pub store: Store,
    pub reports: Vec<FileReport>,
    pub n_records_kept: Option<u64>,
}

/// Loads files in pieces of `piece_bytes`; every so many pieces all is made readable in between.
pub fn load(files: &[&str], options: &LoadOptions, piece_bytes: usize, settle_every: usize) -> Loaded {
    let mut store = if options.roll_up { Store::for_rolled_up() } else { Store::default() };
    let mut intake = Intake::new(options);
    let mut reports = Vec::new();
    let mut n_pieces = 0;
    let mut after_piece = |intake: &mut Option<Intake>, store: &mut Store, is_last: bool| {
        n_pieces += 1;
        let Some(intake) = intake else { return store.settle() };
        intake.take(store);
        if is_last || n_pieces % settle_every == 0 {
            intake.flush(store);
            store.settle();
        }
    };
    for (source, text) in (0..).map(SourceId).zip(files) {
        let mut parser = FileParser::new(source, "a.log", text.len() as u64, &ParseOptions::default());
        for piece in text.as_bytes().chunks(piece_bytes) {
            match &mut intake {
                None => parser.push(piece, &mut store),
                Some(intake) => parser.push(piece, &mut intake.sink(&mut store)),
            }
            after_piece(&mut intake, &mut store, false);
        }
        match &mut intake {
            None => parser.finish(&mut store),
            Some(intake) => parser.finish(&mut intake.sink(&mut store)),
        }
        after_piece(&mut intake, &mut store, true);
        reports.push(parser.into_report());
    }
    Loaded { store, reports, n_records_kept: intake.map(|intake| intake.n_records_kept()) }
}

pub fn load_whole(files: &[&str], options: &LoadOptions) -> Loaded {
    load(files, options, usize::MAX, 1)
}

/// Every row of a store: file, line number, and the line itself.
pub fn rows(store: &Store) -> Vec<(u32, u64, String)> {
    let row = |row: u32| {
        let origin = store.rows().origin(row);
        (origin.source.0, origin.line, store.line(store.rows(), row))
    };
    (0..store.rows().n_readable()).map(row).collect()
}
