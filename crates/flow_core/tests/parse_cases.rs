//! Each file in `tests/logs` is read and compared with the expectation beside it.
//!
//! `name.log` has its outcome in `name.log.expected.txt`; `name.log.layout.txt`, where there is one, is the
//! layout that the reader gives for files without a header. `UPDATE_EXPECT=1` writes the expectations anew;
//! read the difference before you commit it. Each file is also read in small pieces and compressed, which
//! must change nothing.

mod dump;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use dump::Input;
use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::parse::{FileState, Layout, LineCounts};

const EXPECTED: &str = ".expected.txt";
const LAYOUT: &str = ".layout.txt";

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/logs")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same text as gzip members cut at `n_bytes`, with padding behind.
fn gzip_members(bytes: &[u8], n_bytes: usize) -> Vec<u8> {
    let mut members: Vec<u8> = bytes.chunks(n_bytes).flat_map(gzip).collect();
    members.extend([0; 512]);
    members
}

/// Sizes that look random and are the same each time.
fn odd_sizes() -> Vec<usize> {
    (1..2_000u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize + 1).collect()
}

#[test]
fn each_file_reads_as_expected_however_it_is_cut_and_compressed() {
    let mut paths: Vec<PathBuf> = fs::read_dir(logs()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.to_str().unwrap();
        !name.ends_with(EXPECTED) && !name.ends_with(LAYOUT) && !name.ends_with("README.md")
    });
    paths.sort();
    assert!(paths.len() > 40, "the cases are in {}", logs().display());
    let mut wrong = Vec::new();
    for path in paths {
        if let Err(why) = check(&path) {
            wrong.push(format!("{}: {why}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn check(path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let beside = |ending: &str| path.with_file_name(format!("{name}{ending}"));
    let bytes = fs::read(path).unwrap();
    let layout =
        fs::read_to_string(beside(LAYOUT)).ok().map(|names| Layout::from_names(names.split_whitespace()));
    let input = Input { name, bytes: &bytes, layout: layout.clone() };
    let parsed = input.parse(&[usize::MAX]);
    let dump = parsed.dump();

    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(beside(EXPECTED), &dump).unwrap();
    }
    let expected = fs::read_to_string(beside(EXPECTED)).unwrap_or_default();
    if dump != expected {
        return Err(format!("expected\n{expected}\nbut got\n{dump}"));
    }
    for sizes in [&[1][..], &[7], &odd_sizes()] {
        let in_pieces = input.parse(sizes);
        if in_pieces != parsed {
            return Err(format!("in pieces of {}, … bytes it reads as\n{}", sizes[0], in_pieces.dump()));
        }
    }
    // What is read by ranges is not read in a gzip file, and the refusal is another.
    let is_by_ranges = matches!(parsed.report.container.as_str(), "parquet" | "zip" | "tar");
    let is_compressed = bytes.starts_with(&[0x1f, 0x8b]);
    if !bytes.is_empty() && !is_compressed && !is_by_ranges {
        for bytes in [gzip(&bytes), gzip_members(&bytes, bytes.len().div_ceil(3).max(100))] {
            for sizes in [&[usize::MAX][..], &[1], &[7]] {
                let zipped = Input { name, bytes: &bytes, layout: layout.clone() }.parse(sizes).dump();
                let (first, rest) = dump.split_once('\n').unwrap();
                let (first_zipped, rest_zipped) = zipped.split_once('\n').unwrap();
                if rest != rest_zipped || !first_zipped.contains("compression gzip") || first.contains("gzip")
                {
                    return Err(format!(
                        "compressed, in pieces of {} bytes, it reads as\n{zipped}",
                        sizes[0]
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Reads the sample files of others where they are present, and compares the counts with what is known of them.
#[test]
fn samples_of_others_read_as_known() {
    let Some(folder) = env::var_os("FLOWGLASS_SAMPLES").map(PathBuf::from) else {
        println!("skipped: FLOWGLASS_SAMPLES does not name a folder of sample logs");
        return;
    };
    assert!(folder.is_dir(), "FLOWGLASS_SAMPLES is {}, which is no folder", folder.display());
    for &(name, rows, status_records, headers, problems) in SAMPLES {
        let parsed = parse_sample(&folder, name);
        let found = parsed.report.lines;
        let expected = LineCounts { rows, status_records, headers, problems, ..LineCounts::default() };
        assert_eq!(found, expected, "{name}\n{}", parsed.dump());
        assert_eq!(parsed.report.container, "text", "{name}");
    }
    for &(name, text_name) in PARQUET_SAMPLES {
        let parsed = parse_sample(&folder, name);
        let text = parse_sample(&folder, text_name);
        assert_eq!(parsed.report.container, "parquet", "{name}");
        assert_eq!(parsed.report.lines, LineCounts { headers: 0, ..text.report.lines }, "{name}");
        assert_eq!(parsed.records.lines(), text.records.lines(), "{name} says what {text_name} says");
    }
    for &(name, container, rows, status_records, ignored) in WRAPPED_SAMPLES {
        let parsed = parse_sample(&folder, name);
        let expected = LineCounts { rows, status_records, ignored, ..LineCounts::default() };
        assert_eq!(parsed.report.lines, expected, "{name}\n{}", parsed.dump());
        assert_eq!(parsed.report.container, container, "{name}");
        if name.starts_with("made_") || name.starts_with("moto_") {
            assert_eq!(records_of(&parsed), SAME_RECORDS, "{name}");
        }
    }
    for name in files_of(&folder.join("aws-api")) {
        let parsed = parse_sample(&folder.join("aws-api"), &name);
        let is_as_known = match parsed.report.state {
            FileState::Described(_) => !REFUSED_SAMPLES.contains(&&*name),
            FileState::Refused(_) => REFUSED_SAMPLES.contains(&&*name),
            _ => false,
        };
        assert!(is_as_known, "{name}\n{}", parsed.dump());
    }
    let dump = parse_sample(&folder, "moto_export-task_aws-logs-write-test").dump();
    assert!(dump.contains(": ignored\n"), "{dump}");

    let known = SAMPLES.iter().map(|sample| sample.0);
    let known = known.chain(PARQUET_SAMPLES.iter().map(|sample| sample.0));
    let known: Vec<&str> = known.chain(WRAPPED_SAMPLES.iter().map(|sample| sample.0)).collect();
    let mut unknown = files_of(&folder);
    unknown.retain(|name| !known.contains(&&**name));
    assert_eq!(unknown, ["INDEX.md", "moto_export-task_aws-logs-write-test"], "each sample is looked at");
}

/// The files of a folder, by name.
fn files_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<String> = files.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The records without their line numbers and without the column that Athena adds.
fn records_of(parsed: &dump::Parsed) -> Vec<&str> {
    let records = parsed.records.calls.iter().filter(|call| !call.starts_with("begin"));
    records.map(|call| call[13..].trim_end_matches(" 2026-11-20")).collect()
}

fn parse_sample(folder: &Path, name: &str) -> dump::Parsed {
    let bytes = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let input = Input { name, bytes: &bytes, layout: None };
    let parsed = input.parse(&[usize::MAX]);
    assert_eq!(input.parse(&[1]), parsed, "{name} byte by byte");
    parsed
}

/// Name, rows, status records, headers, problems.
const SAMPLES: &[(&str, u64, u64, u64, u64)] = &[
    ("awsdocs_v2_default_header.log", 5, 2, 1, 0),
    ("awsdocs_v2_default_noheader.log", 5, 2, 0, 0),
    ("awsdocs_v3_tcpflags_header_doublespace.log", 8, 0, 1, 0),
    ("awsdocs_nat_zonal_header_trailing-comments.log", 6, 0, 1, 0),
    ("awsdocs_nat_regional_v9_header.log", 6, 0, 1, 0),
    ("awsdocs_tgw_v3_header_ellipsis.log", 4, 0, 1, 1),
    ("awsdocs_v5_trafficpath_header.log", 2, 0, 1, 0),
    ("awsblog_v10_encryption-status_header_comments.log", 8, 0, 1, 0),
    ("awsdocs_efa_mac_addresses_aligned.txt", 1, 0, 1, 0),
    ("made_v11_all54_header.log", 4, 1, 1, 0),
    ("otel_valid_vpc_flow_log.log", 0, 1, 1, 0),
    ("otel_valid_vpc_flow_log_multi_no-trailing-newline.log", 2, 0, 1, 0),
    ("otel_valid_vpc_flow_log_ecs.log", 1, 0, 1, 0),
    ("otel_valid_tgw_flow_log.log", 1, 0, 1, 0),
];

/// A table and the text with the same records.
const PARQUET_SAMPLES: &[(&str, &str)] = &[
    ("made_v11_all54_gzip.log.parquet", "made_v11_all54_header.log"),
    ("made_v5_awsdocs_gzip.log.parquet", "awsdocs_v5_trafficpath_header.log"),
];

/// Name, container, rows, status records, ignored.
const WRAPPED_SAMPLES: &[(&str, &str, u64, u64, u64)] = &[
    ("goaccess-issue1341_cloudwatch-s3-export.txt", "cloudwatch-export", 4, 1, 0),
    ("goaccess-issue1341_000000.gz", "cloudwatch-export", 4, 1, 0),
    ("moto_export-task_000000.gz", "cloudwatch-export", 3, 1, 0),
    ("moto_filter-log-events.json", "events-json", 3, 1, 0),
    ("moto_get-log-events.json", "events-json", 3, 1, 0),
    ("made_aws-logs-tail_detailed.txt", "logs-tail", 3, 1, 0),
    ("made_aws-logs-tail_short.txt", "logs-tail", 3, 1, 0),
    ("made_aws-logs-tail_detailed_ansi.txt", "logs-tail", 3, 1, 0),
    ("made_console_log-events-viewer-result.csv", "console-csv", 3, 1, 1),
    ("made_insights_raw-message.csv", "insights-csv", 3, 1, 1),
    ("made_insights_discovered-fields.csv", "insights-csv", 3, 1, 1),
    ("made_insights_download.json", "insights-json", 3, 1, 0),
    ("made_insights_get-query-results.json", "insights-json", 3, 1, 0),
    ("made_athena_query-result.csv", "athena-csv", 3, 1, 1),
    ("made_firehose_jsonlines.jsonl", "firehose-json", 3, 1, 0),
    ("made_firehose_concatenated_json_no-newline.json", "firehose-json", 3, 1, 0),
    ("otel_valid_vpc_flow_cw_subscription.json", "subscription-json", 2, 0, 0),
    ("otel_valid_vpc_flow_cw_subscription.json.gz", "subscription-json", 2, 0, 0),
];

/// What each container holds that was made to be compared.
const SAME_RECORDS: [&str; 4] = [
    "2 123456789012 eni-932ffb1ed6be9d060 203.0.113.7 10.0.0.10 51000 8080 6 5 400 1795216500 1795216558 ACCEPT OK",
    "2 123456789012 eni-932ffb1ed6be9d060 10.0.0.10 203.0.113.7 8080 51000 6 4 350 1795216500 1795216558 ACCEPT OK",
    "2 123456789012 eni-932ffb1ed6be9d060 198.51.100.9 10.0.0.10 40000 22 6 1 60 1795216503 1795216558 REJECT OK",
    "2 123456789012 eni-932ffb1ed6be9d060 - - - - - - - 1795216560 1795216618 - NODATA",
];

/// Outputs of `aws ec2 describe-…` that were cut down to what says nothing of rules.
const REFUSED_SAMPLES: [&str; 2] =
    ["awscli_describe-security-groups_2.json", "awscli_describe-security-groups_3.json"];
