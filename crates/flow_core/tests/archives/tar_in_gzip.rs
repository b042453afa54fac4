//! Tar archives in gzip, which can be read from their start only: a member is reached by unpacking what is before it.

use std::net::Ipv4Addr;

use flow_core::parse::{FileState, Layout};
use flow_core::record::Field;
use flow_testkit::archive::{EntryType, tar, tar_of, zip};
use flow_testkit::wrap::{Wrap, gzip};
use proptest::prelude::*;
use proptest::sample::select;

use crate::loaded::{Loaded, loaded, log, parquet_log};

fn two_logs() -> Vec<u8> {
    gzip(&tar(&[("a.log", &log(0, 40)), ("b/c.log.gz", &gzip(&log(100, 300)))]))
}

#[test]
fn cut_at_any_byte_it_gives_what_came_before() {
    let bytes = two_logs();
    let n_rows = |end: usize| -> u64 {
        let reports = loaded("a.tgz", bytes[..end].to_vec()).reports();
        assert!(
            !reports.iter().any(|report| matches!(report.state, FileState::Waiting | FileState::Reading))
        );
        reports.iter().map(|report| report.lines.rows).sum()
    };
    let rows: Vec<u64> = (0..=bytes.len()).map(n_rows).collect();
    assert!(rows.is_sorted(), "more bytes, more rows: {rows:?}");
    assert_eq!((rows[0], rows[bytes.len()]), (0, 340));
    // Its end has nothing in it; what it lacks is said all the same.
    let outcomes = loaded("a.tgz", bytes[..bytes.len() - 1].to_vec()).outcomes();
    assert_eq!(outcomes[1].1, "40 rows, 0 problems");
    assert_eq!(outcomes[2].1, "300 rows, 0 problems");
}

#[test]
fn where_it_is_damaged_what_is_before_is_read_and_the_damage_said() {
    let noise =
        |n: u64| (0..n).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect::<Vec<u8>>();
    let mut bytes =
        gzip(&tar(&[("a.log", &log(0, 40)), ("noise.bin", &noise(100_000)), ("b.log", &log(0, 50))]));
    let middle = bytes.len() / 2;
    bytes.truncate(middle);
    let outcomes = loaded("a.tar.gz", bytes).outcomes();
    assert!(
        outcomes[0].1.starts_with("failed: The tar archive is damaged or cut off; the 2 files"),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1], ("a.tar.gz/a.log".to_owned(), "40 rows, 0 problems".to_owned()));
}

/// What the fuzzer found: the mark of a tar archive where another mark, at the start, says what it is.
#[test]
fn what_a_file_begins_with_decides_in_gzip_too() {
    let state = |bytes: Vec<u8>| loaded("a", bytes).outcomes()[0].1.clone();
    let marked = |start: &[u8]| {
        let mut bytes = tar(&[("a.log", &log(0, 40))]);
        bytes[..start.len()].copy_from_slice(start);
        bytes
    };
    assert_eq!(state(gzip(&marked(b"PK\x03\x04"))), "refused: a zip archive inside another file");
    assert_eq!(state(gzip(&marked(b"PAR1"))), "refused: a Parquet file inside a gzip file");
    let whole = state(gzip(&tar(&[("a.log", &log(0, 40))])));
    assert_eq!(whole, "ignored: a tar archive of 1 file, each with its own line");
}

#[test]
fn one_cut_off_in_its_first_head_is_said_to_be_packed_or_not() {
    for n_bytes in [262, 300, 511] {
        let head = &tar(&[("a.log", &log(0, 40))])[..n_bytes];
        for bytes in [head.to_vec(), gzip(head), [gzip(head), b"rubbish".to_vec()].concat()] {
            assert_eq!(
                loaded("a", bytes).outcomes()[0].1,
                "refused: a tar archive that is damaged or cut off",
                "{n_bytes} bytes"
            );
        }
    }
}

#[test]
fn it_is_unpacked_once_to_list_it_and_once_for_each_shard() {
    let members: Vec<(String, Vec<u8>)> = (0..60).map(|n| (format!("{n}.log"), log(n * 100, 100))).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (&**name, &bytes[..])).collect();
    let bytes = gzip(&tar(&members));
    for n_shards in [1, 3] {
        let mut load = Loaded::new(n_shards, 100);
        load.open(&[("a.tar.gz", bytes.clone())]);
        assert_eq!(load.records().len(), 6_000);
        // A piece is given again where a member ends in it, and each member's row of zeros ends in another.
        let n_bytes_max = (1 + u64::from(n_shards)) * bytes.len() as u64 + 60 * 3 * 100;
        assert!(load.n_bytes_pushed <= n_bytes_max, "{} of {}", load.n_bytes_pushed, bytes.len());
    }
}

#[test]
fn links_and_folders_are_left_out_and_paths_are_only_names() {
    let (first, second) = (log(0, 2), log(0, 3));
    let archive = tar_of(&[
        (EntryType::Regular, "/etc/a.log", &first),
        (EntryType::Link, "hard.log", b""),
        (EntryType::Symlink, "soft.log", b""),
        (EntryType::Directory, "logs/", b""),
        (EntryType::Regular, "../../b.log", &second),
    ]);
    let outcomes = loaded("a.tgz", gzip(&archive)).outcomes();
    assert_eq!(
        outcomes,
        [
            (
                "a.tgz".to_owned(),
                "ignored: a tar archive of 2 files, each with its own line; 3 folders and other entries without \
                 records were left out"
                    .to_owned()
            ),
            ("a.tgz//etc/a.log".to_owned(), "2 rows, 0 problems".to_owned()),
            ("a.tgz/../../b.log".to_owned(), "3 rows, 0 problems".to_owned()),
        ]
    );
}

#[test]
fn a_million_entries_are_refused_at_the_first_too_many() {
    let one = tar(&[("a.log", b"")]);
    // A gzip file may be several, one behind the other.
    let bytes = gzip(&one[..512].repeat(10_000)).repeat(100);
    let n_bytes = bytes.len() as u64;
    let mut load = Loaded::new(1, usize::MAX);
    load.open(&[("a.tar.gz", bytes)]);
    assert_eq!(
        load.outcomes(),
        [("a.tar.gz".to_owned(), "refused: an archive of more than 10000 files".to_owned())]
    );
    assert!(load.n_bytes_pushed < n_bytes / 10, "{} of {n_bytes}", load.n_bytes_pushed);
}

#[test]
fn archives_in_it_and_large_tables_are_refused_by_name() {
    let members: [(&str, &[u8]); 3] = [
        ("a.zip", &zip(&[("a.log", &log(0, 1))], true)),
        ("b.tar.gz", &two_logs()),
        ("c.log.parquet", &parquet_log(0, 10)),
    ];
    let outcomes = loaded("a.tgz", gzip(&tar(&members))).outcomes();
    assert_eq!(outcomes[1].1, "refused: a zip archive inside another file");
    assert_eq!(outcomes[2].1, "refused: a tar archive inside another file");
    assert_eq!(outcomes[3].1, "10 rows, 0 problems");
}

#[test]
fn what_firehose_compresses_again_opens() {
    let twice = gzip(&gzip(&log(0, 500)));
    for chunk_bytes in [1, 700, usize::MAX] {
        let mut load = Loaded::new(1, chunk_bytes);
        load.open(&[("a.gz", twice.clone()), ("b.tgz", gzip(&tar(&[("a", &twice)])))]);
        let outcomes: Vec<String> = load.outcomes().into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(outcomes[0], "500 rows, 0 problems");
        assert_eq!(outcomes[2], "500 rows, 0 problems");
    }
    let thrice = loaded("a.gz", gzip(&twice)).outcomes();
    assert_eq!(thrice[0].1, "refused: a file compressed more than twice");
}

fn records() -> impl Strategy<Value = Vec<String>> {
    let record = (any::<Ipv4Addr>(), any::<Ipv4Addr>(), any::<u16>(), any::<u32>())
        .prop_map(|(src, dst, port, n_bytes)| format!("{src} {dst} {port} {n_bytes}"));
    prop::collection::vec(record, 1..80)
}

fn layout() -> Layout {
    Layout::of_fields(&[Field::SRCADDR, Field::DSTADDR, Field::DSTPORT, Field::BYTES])
}

/// Containers that say their layout.
const WRAPS: [Wrap; 4] = [Wrap::CommaCsv, Wrap::Tsv, Wrap::FieldObjectLines, Wrap::AthenaCsv];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_put_in_comes_out(
        files in prop::collection::vec((records(), select(&WRAPS[..]), any::<bool>()), 1..5),
        chunk_bytes in 1usize..3_000,
        n_shards in 1u16..4,
    ) {
        let wrapped = |(records, wrap, is_packed): &(Vec<String>, Wrap, bool)| {
            let bytes = wrap.file(&layout(), records);
            if *is_packed { gzip(&bytes) } else { bytes }
        };
        let wrapped: Vec<Vec<u8>> = files.iter().map(wrapped).collect();
        let members: Vec<(&str, &[u8])> = wrapped.iter().map(|bytes| ("a.log", &bytes[..])).collect();
        let mut load = Loaded::new(n_shards, chunk_bytes);
        load.open(&[("a.tar.gz", gzip(&tar(&members)))]);
        let mut by_themselves = Loaded::new(1, usize::MAX);
        by_themselves.open(&wrapped.iter().map(|bytes| ("a.log", bytes.clone())).collect::<Vec<_>>());
        let records = load.records();
        prop_assert_eq!(records.len(), files.iter().map(|(records, ..)| records.len()).sum::<usize>());
        prop_assert_eq!(records, by_themselves.records());
    }
}
