//! Each member of an archive is a file of its own, whatever it is packed in and however it is cut.

use flow_core::intake::LoadOptions;
use flow_core::parse::FileState;
use flow_core::session::SessionOptions;
use flow_core::session::message::{Command, LoadPhase};
use flow_testkit::archive::{tar, zip};
use flow_testkit::table::{TableStyle, table};
use flow_testkit::wrap::gzip;
use proptest::prelude::*;

use crate::loaded::{Loaded, NAMES, loaded, log, parquet_log};

/// Members of every sort, and what comes of each.
fn members() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    vec![
        ("AWSLogs/", Vec::new(), None),
        ("AWSLogs/a.log", log(0, 3), Some("3 rows, 0 problems")),
        ("AWSLogs/b.log.gz", gzip(&log(10, 2_000)), Some("2000 rows, 0 problems")),
        ("c.log.parquet", parquet_log(20_000, 700), Some("700 rows, 0 problems")),
        ("__MACOSX/._a.log", b"\0\x05\x16".to_vec(), None),
        (".DS_Store", b"\0\0\0\x01Bud1".to_vec(), None),
        ("d.zip", zip(&[("a.log", &log(0, 1))], true), Some("refused: a zip archive inside another file")),
        ("empty.log", Vec::new(), Some("0 rows, 0 problems")),
    ]
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let members = members();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes, _)| (*name, &bytes[..])).collect();
    vec![
        ("logs.zip", zip(&members, true)),
        ("stored.zip", zip(&members, false)),
        ("logs.tar", tar(&members)),
        ("logs.tar.gz", gzip(&tar(&members))),
    ]
}

#[test]
fn each_member_is_a_file_of_its_own() {
    for (archive, bytes) in archives() {
        let kind = if archive.ends_with("zip") { "zip" } else { "tar" };
        let mut expected = vec![(
            archive.to_owned(),
            format!(
                "ignored: a {kind} archive of 5 files, each with its own line; 3 folders and other entries without \
                 records were left out"
            ),
        )];
        let outcome_of = |(name, _, outcome): (&str, Vec<u8>, Option<&str>)| {
            Some((format!("{archive}/{name}"), outcome?.to_owned()))
        };
        expected.extend(members().into_iter().filter_map(outcome_of));
        assert_eq!(loaded(archive, bytes).outcomes(), expected, "{archive}");
    }
}

#[test]
fn archives_read_the_same_however_they_are_cut_and_shared() {
    for (archive, bytes) in archives() {
        let mut whole = loaded(archive, bytes.clone());
        let (outcomes, records) = (whole.outcomes(), whole.records());
        assert_eq!(records.len(), 2_703);
        for (n_shards, chunk_bytes) in [(1, 1), (1, 511), (3, 4_096), (2, usize::MAX)] {
            let mut cut = Loaded::new(n_shards, chunk_bytes);
            cut.open(&[(archive, bytes.clone())]);
            assert_eq!(cut.outcomes(), outcomes, "{archive}, {n_shards} shards, {chunk_bytes} bytes");
            assert_eq!(cut.records(), records, "{archive}, {n_shards} shards, {chunk_bytes} bytes");
        }
    }
}

#[test]
fn an_archive_cut_at_any_byte_ends_in_words_and_gives_what_came_before() {
    let members: [(&str, &[u8]); 2] = [("a.log", &log(0, 5)), ("b.log.gz", &gzip(&log(0, 9)))];
    // The blocks of a tar archive are long and mostly empty; so a step that meets their seams at each place is enough.
    for (kind, bytes, step) in [("zip", zip(&members, true), 1), ("tar", tar(&members), 13)] {
        let rows: Vec<u64> = (0..bytes.len())
            .step_by(step)
            .map(|end| {
                let reports = loaded("a.zip", bytes[..end].to_vec()).reports();
                let is_over = |state: &FileState| {
                    matches!(
                        state,
                        FileState::Read
                            | FileState::Refused(_)
                            | FileState::Failed(_)
                            | FileState::Ignored(_)
                    )
                };
                assert!(
                    reports.iter().all(|report| is_over(&report.state)),
                    "{kind} cut at {end}: {reports:?}"
                );
                reports.iter().map(|report| report.lines.rows).sum()
            })
            .collect();
        // What is in a zip archive is said at its end; a tar archive's last blocks say nothing.
        let most = if kind == "zip" { 0 } else { 14 };
        assert!(rows.is_sorted() && rows.last() == Some(&most), "{kind}: {rows:?}");
    }
}

#[test]
fn what_is_read_by_ranges_is_never_cut() {
    let style = TableStyle {
        codec: parquet::basic::Compression::UNCOMPRESSED,
        has_dictionaries: false,
        ..TableStyle::aws()
    };
    let records: Vec<Vec<String>> = (0..12_000)
        .map(|n: u32| {
            vec![format!("10.{}.0.1", n % 250), "10.0.0.2".to_owned(), (n % 9_000).to_string(), n.to_string()]
        })
        .collect();
    let bytes = table(&NAMES, &records, &style);
    assert!(bytes.len() > 3 * 128 * 1024, "large enough to be cut, were it text: {}", bytes.len());
    let log = log(0, 3);
    let files =
        [("a.log.parquet", bytes.clone()), ("a.tar", tar(&[("b.log.parquet", &bytes), ("c.log", &log)]))];
    let options = SessionOptions { n_shards: 3, stretch_bytes: 64 * 1024, ..SessionOptions::default() };
    let mut loaded = Loaded::with_options(options, 10_000);
    loaded.open(&files);
    let rows: Vec<u64> = loaded.reports().iter().map(|report| report.lines.rows).collect();
    assert_eq!((rows, loaded.phase.clone()), (vec![12_000, 0, 12_000, 3], LoadPhase::Loaded));
    let mut of_one = Loaded::new(1, usize::MAX);
    of_one.open(&files);
    assert_eq!(loaded.records(), of_one.records());
}

#[test]
fn files_behind_an_archive_keep_their_bytes_when_all_is_read_again() {
    let mut loaded = Loaded::new(2, 1_000);
    loaded.open(&[
        ("a.zip", zip(&[("1.log", &log(0, 3)), ("2.log", &log(3, 4))], true)),
        ("b.log", log(100, 5)),
    ]);
    loaded.open(&[("c.tar", tar(&[("3.log", &log(200, 6))])), ("d.log", log(300, 7))]);
    let n_rows = |loaded: &mut Loaded| -> Vec<(String, u64)> {
        let mut rows: Vec<_> =
            loaded.reports().into_iter().map(|report| (report.name, report.lines.rows)).collect();
        rows.sort();
        rows
    };
    let before = n_rows(&mut loaded);
    let expected = [
        ("a.zip", 0),
        ("a.zip/1.log", 3),
        ("a.zip/2.log", 4),
        ("b.log", 5),
        ("c.tar", 0),
        ("c.tar/3.log", 6),
        ("d.log", 7),
    ];
    assert_eq!(before, expected.map(|(name, rows)| (name.to_owned(), rows)));
    loaded.run(Command::Reload(LoadOptions::default()));
    assert_eq!(n_rows(&mut loaded), before);
    assert_eq!(loaded.phase, LoadPhase::Loaded);
}

/// Writes the number at the first place that has these bytes before it.
fn change(bytes: &mut [u8], mark: &[u8], offset: usize, value: &[u8]) {
    let at = bytes.windows(mark.len()).rposition(|window| window == mark).expect("the mark is there");
    bytes[at + offset..at + offset + value.len()].copy_from_slice(value);
}

#[test]
fn what_is_encrypted_or_packed_strangely_is_refused_by_name() {
    let archive = zip(&[("a.log", &log(0, 3))], true);
    let mut encrypted = archive.clone();
    change(&mut encrypted, b"PK\x01\x02", 8, &[1, 0]);
    let mut strange = archive.clone();
    change(&mut strange, b"PK\x01\x02", 10, &[99, 0]);
    for (bytes, word) in [(encrypted, "an encrypted file"), (strange, "only some programs know (method 99)")]
    {
        let outcomes = loaded("a.zip", bytes).outcomes();
        assert_eq!(outcomes[1].0, "a.zip/a.log");
        assert!(outcomes[1].1.contains(word), "{outcomes:?}");
    }
}

#[test]
fn a_path_out_of_the_archive_is_a_name_and_nothing_else() {
    // The library that writes our archives refuses such names; others do not.
    let mut bytes = zip(&[("xx/xx/etc/e.log", &log(50, 1))], true);
    let name = b"xx/xx/etc";
    while let Some(at) = bytes.windows(name.len()).position(|window| window == name) {
        bytes[at..at + 5].copy_from_slice(b"../..");
    }
    let outcomes = loaded("a.zip", bytes).outcomes();
    assert_eq!(outcomes[1], ("a.zip/../../etc/e.log".to_owned(), "1 rows, 0 problems".to_owned()));
}

#[test]
fn a_member_larger_than_it_says_is_damaged_and_not_unpacked_further() {
    let text = [log(0, 3), vec![b'\n'; 4_000_000]].concat();
    let mut bytes = zip(&[("bomb.log", &text)], true);
    change(&mut bytes, b"PK\x01\x02", 24, &300_000u32.to_le_bytes());
    let report = loaded("a.zip", bytes).reports().remove(1);
    assert_eq!((report.lines.rows, report.lines.problems), (3, 1));
    assert!(report.lines.total() < 600_000, "{:?}", report.lines);
}

#[test]
fn members_that_share_their_bytes_are_refused() {
    let members: Vec<(String, Vec<u8>)> = (0..50).map(|n| (format!("{n}.log"), log(0, 400))).collect();
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let mut bytes = zip(&members, true);
    // Every entry of the directory points at the first member, and says that it is most of the archive.
    let n_bytes = (bytes.len() as u32 / 2).to_le_bytes();
    for at in 0..bytes.len() - 46 {
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 20..at + 24].copy_from_slice(&n_bytes);
            bytes[at + 42..at + 46].fill(0);
        }
    }
    let outcomes = loaded("a.zip", bytes).outcomes();
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].1.contains("share their bytes"), "{outcomes:?}");
}

#[test]
fn a_workbook_is_refused_for_what_it_is() {
    let members: [(&str, &[u8]); 2] =
        [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")];
    let outcomes = loaded("logs-insights-results.xlsx", zip(&members, true)).outcomes();
    let refused = "refused: an Excel workbook, or another document of an office program";
    assert_eq!(outcomes, [("logs-insights-results.xlsx".to_owned(), refused.to_owned())]);
}

#[test]
fn an_archive_of_too_many_files_is_refused() {
    let names: Vec<String> = (0..10_001).map(|n| format!("{n}.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    for (name, bytes) in [("a.zip", zip(&members, false)), ("a.tar", tar(&members))] {
        let outcomes = loaded(name, bytes).outcomes();
        assert_eq!(outcomes, [(name.to_owned(), "refused: an archive of more than 10000 files".to_owned())]);
    }
}

#[test]
fn names_longer_than_a_head_are_whole() {
    let name = format!("AWSLogs/{}/a.log", "long/".repeat(60));
    let outcomes = loaded("a.tar", tar(&[(&name, &log(0, 3))])).outcomes();
    assert_eq!(outcomes[1], (format!("a.tar/{name}"), "3 rows, 0 problems".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_archive_ends_in_a_report(
        which in 0usize..3, end in 0.0f64..1.0, changes in prop::collection::vec((0.0f64..1.0, any::<u8>()), 0..6),
    ) {
        let members: [(&str, &[u8]); 2] = [("a.log", &log(0, 30)), ("b/c.log.gz", &gzip(&log(0, 300)))];
        let mut bytes = match which {
            0 => zip(&members, true),
            1 => zip(&members, false),
            _ => tar(&members),
        };
        // A file that is not even an archive any more is nobody's concern here.
        for (place, byte) in changes {
            let at = 300.min(bytes.len() - 1) + (place * (bytes.len() - 301) as f64) as usize;
            bytes[at] = byte;
        }
        bytes.truncate(300 + (end * 2.0 * bytes.len() as f64) as usize);
        let mut loaded = loaded("a", bytes);
        for report in loaded.reports() {
            prop_assert!(!matches!(report.state, FileState::Waiting | FileState::Reading | FileState::Cancelled));
        }
    }
}
