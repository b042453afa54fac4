//! What the rows of each file say of it, and what is odd.

use flow_core::analysis::TimeExtent;
use flow_core::analysis::files::{Capture, FileFacts, FilesQuestion, Warning};
use flow_core::parse::LogStreams;
use flow_core::record::Value;

use crate::draw::load_files;

const LAYOUT: &str = "account-id interface-id srcaddr dstaddr dstport start end action\n";

/// Files by name, each its lines without the header.
fn facts(files: &[(&str, &str)]) -> Vec<FileFacts> {
    facts_of(files, &vec![LogStreams::default(); files.len()])
}

fn facts_of(files: &[(&str, &str)], log_streams: &[LogStreams]) -> Vec<FileFacts> {
    let texts: Vec<String> = files.iter().map(|(_, lines)| LAYOUT.to_owned() + lines).collect();
    let load = load_files(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let sources: Vec<u32> = (0..files.len() as u32).collect();
    load.ask(&FilesQuestion { names: &names, files: &sources, log_streams })
}

fn warnings(files: &[(&str, &str)]) -> Vec<Vec<Warning>> {
    facts(files).into_iter().map(|facts| facts.warnings).collect()
}

/// So many different rows from `first` on.
fn rows(first: u32, n_rows: u32, action: &str) -> String {
    (first..first + n_rows)
        .map(|n| {
            let start = 1_700_000_000 + u64::from(n);
            let end = start + 60;
            format!("123456789012 eni-1 10.0.{}.{} 10.9.0.1 443 {start} {end} {action}\n", n / 256, n % 256)
        })
        .collect()
}

#[test]
fn each_file_has_its_own_facts() {
    let facts = facts(&[
        (
            "a.log",
            "123456789012 eni-1 10.0.0.1 10.0.0.2 443 1000 1060 ACCEPT
             123456789012 eni-2 10.0.0.1 10.0.0.2 443 900  1500 REJECT
             -            -     -        -        -   -    -    -",
        ),
        ("b.log", "210987654321 eni-3 10.0.0.1 10.0.0.2 22 2000 2010 REJECT"),
        ("empty.log", ""),
    ]);
    let texts = |names: &[&str]| names.iter().map(|name| Value::Text((*name).to_owned())).collect();
    let a = &facts[0];
    assert_eq!((a.n_rows, a.capture, a.longest_secs), (3, Capture::All, Some(600)));
    assert_eq!(a.time, Some(TimeExtent { start_secs: 900, end_secs: 1500 }));
    assert_eq!(
        (&a.interfaces.names, &a.accounts.names),
        (&texts(&["eni-1", "eni-2"]), &texts(&["123456789012"]))
    );
    assert_eq!(
        (facts[1].n_rows, facts[1].capture),
        (1, Capture::Unknown),
        "one row says nothing of the capture"
    );
    assert_eq!(facts[1].interfaces.names, texts(&["eni-3"]));
    assert_eq!(facts[2], FileFacts::default());
}

#[test]
fn many_rows_of_one_action_are_a_capture_filter() {
    let captures =
        |files: &[(&str, &str)]| facts(files).iter().map(|facts| facts.capture).collect::<Vec<_>>();
    assert_eq!(
        captures(&[
            ("a", &rows(0, 60, "ACCEPT")),
            ("b", &rows(100, 60, "REJECT")),
            ("c", &rows(200, 10, "REJECT")),
            ("d", &rows(300, 60, "-")),
        ]),
        [Capture::AcceptedOnly, Capture::RejectedOnly, Capture::Unknown, Capture::Unknown]
    );
}

#[test]
fn the_same_rows_again_are_said_whatever_the_name_and_the_order() {
    let reversed: Vec<String> =
        rows(0, 500, "ACCEPT").lines().rev().map(|line| format!("{line}\n")).collect();
    let files = [
        ("a.log", rows(0, 500, "ACCEPT")),
        ("other.log", rows(1_000, 500, "ACCEPT")),
        ("a copy.log", reversed.concat()),
        ("both.log", rows(0, 500, "ACCEPT") + &rows(2_000, 300, "ACCEPT")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let warnings = warnings(&files);
    assert_eq!(warnings[..2], [vec![], vec![]]);
    assert_eq!(warnings[2], [Warning::SameRowsAs { file: "a.log".to_owned() }]);
    let [Warning::SharesRowsWith { file, percent }] = &warnings[3][..] else { panic!("{:?}", warnings[3]) };
    assert!(file == "a.log" && (50..80).contains(percent), "{file} {percent}");
}

#[test]
fn rows_that_say_neither_when_nor_between_whom_are_not_compared() {
    let rows = "123456789012 eni-1 10.0.0.1 10.0.0.2 443 - - ACCEPT\n".repeat(100);
    assert_eq!(warnings(&[("a", &rows), ("b", &rows)]), [vec![], vec![]]);
}

#[test]
fn a_name_of_aws_is_compared_with_the_rows() {
    let name = "210987654321_vpcflowlogs_us-east-1_fl-1234abcd_20231114T2210Z_fe123456.log.gz";
    let (start_secs, end_secs) = (1_699_999_800, 1_700_000_100);
    // 2023-11-14T22:13:20Z
    assert_eq!(
        warnings(&[(name, &rows(0, 3, "ACCEPT"))]),
        [vec![Warning::OtherAccount { in_name: "210987654321".to_owned() }]]
    );
    let late = rows(4_000, 3, "ACCEPT").replace("123456789012", "210987654321");
    assert_eq!(warnings(&[(name, &late)]), [vec![Warning::OutsideTimeOfName { start_secs, end_secs }]]);
    let fits = rows(0, 3, "ACCEPT").replace("123456789012", "210987654321");
    assert_eq!(warnings(&[(name, &fits)]), [vec![]]);
}

#[test]
fn a_region_in_a_name_is_compared_with_the_rows() {
    let name = "210987654321_vpcflowlogs_us-east-1_fl-1234abcd_20231114T2210Z_fe123456.log.gz";
    let warnings_of = |regions: &[&str]| {
        let rows: String = regions.iter().map(|region| format!("{region} 10.0.0.1 1700000000\n")).collect();
        let load = load_files(&[&format!("region srcaddr start\n{rows}")]);
        let question = FilesQuestion { names: &[name], files: &[0], log_streams: &[LogStreams::default()] };
        load.ask(&question).remove(0).warnings
    };
    assert_eq!(warnings_of(&["eu-west-1", "-"]), [Warning::OtherRegion { in_name: "us-east-1".to_owned() }]);
    assert_eq!(warnings_of(&["eu-west-1", "us-east-1"]), []);
    assert_eq!(warnings_of(&["-"]), []);
}

#[test]
fn rows_that_end_before_they_start_are_counted() {
    let lines = "123456789012 eni-1 10.0.0.1 10.0.0.2 443 1060 1000 ACCEPT
                 123456789012 eni-1 10.0.0.1 10.0.0.2 443 1000 1000 ACCEPT";
    assert_eq!(warnings(&[("a", lines)]), [vec![Warning::EndBeforeStart { n_rows: 1 }]]);
    assert_eq!(facts(&[("a", lines)])[0].longest_secs, Some(0));
}

/// What speaks against 80 rows of eni-1, half of them rejected, in these log streams.
fn warnings_of_streams(name: &str, streams: &[&str]) -> Vec<Warning> {
    let mut log_streams = LogStreams::default();
    streams.iter().for_each(|stream| log_streams.add_stream(stream));
    let lines = rows(0, 40, "ACCEPT") + &rows(40, 40, "REJECT");
    let lines = lines.replace("eni-1", "eni-0a1b");
    facts_of(&[(name, &lines)], &[log_streams]).remove(0).warnings
}

#[test]
fn rows_are_compared_with_what_the_names_of_their_log_streams_say() {
    assert_eq!(warnings_of_streams("a.json", &["eni-0a1b-all"]), []);
    assert_eq!(warnings_of_streams("a.json", &["eni-0a1b-all", "eni-0c-all"]), []);
    assert_eq!(warnings_of_streams("a.json", &["eni-0c-all", "mine"]), [], "that one could have any");
    let other = Warning::OtherInterface { in_rows: "eni-0a1b".to_owned() };
    assert_eq!(warnings_of_streams("a.json", &["eni-0c-all"]), std::slice::from_ref(&other));
    let accepted_only = Warning::OtherCapture { is_accepted_only: true };
    assert_eq!(warnings_of_streams("a.json", &["eni-0a1b-accept"]), [accepted_only]);
    let rejected_only = Warning::OtherCapture { is_accepted_only: false };
    assert_eq!(warnings_of_streams("a.json", &["eni-0a1b-reject"]), [rejected_only]);
    assert_eq!(warnings_of_streams("a.json", &["eni-0a1b-reject", "eni-0a1b-accept"]), []);
    assert_eq!(
        warnings_of_streams("exports/c3d4/eni-0c-all/000000.gz", &[]),
        [other],
        "the path of an export"
    );
}

#[test]
fn records_that_were_skipped_are_counted_in_their_files() {
    let files = [
        "interface-id srcaddr start end log-status
         eni-1 10.0.0.1 1000 1060 OK
         eni-1 - 1000 1060 NODATA
         eni-1 - 1060 1120 SKIPDATA
         eni-2 - 1060 1120 SKIPDATA",
        "interface-id start end log-status
         eni-1 1060 1120 SKIPDATA",
        "interface-id start end
         eni-1 1060 1120",
    ];
    let question = FilesQuestion {
        names: &["a.log", "b.log", "c.log"],
        files: &[0, 1, 2],
        log_streams: &vec![LogStreams::default(); 3],
    };
    let n_skipped: Vec<u64> = load_files(&files).ask(&question).iter().map(|facts| facts.n_skipped).collect();
    assert_eq!(n_skipped, [2, 1, 0]);
}
