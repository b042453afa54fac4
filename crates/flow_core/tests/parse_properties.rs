//! What holds for every input: cutting changes nothing, counts add up, records print back, nothing panics.

mod dump;

use std::io::Write;

use dump::Input;
use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::parse::{FileState, Layout, ProblemKind};
use flow_core::record::{Address, ColumnKey, Field, FieldKind};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn parse(bytes: &[u8], sizes: &[usize]) -> dump::Parsed {
    Input { name: "a.log", bytes, layout: None }.parse(sizes)
}

/// A layout of three or more fields and perhaps a column that nobody knows.
fn layouts() -> impl Strategy<Value = Layout> {
    let fields: Vec<Field> = Field::all().collect();
    let some = subsequence(fields, 4..Field::COUNT).prop_shuffle();
    (some, any::<bool>()).prop_map(|(fields, has_unknown)| {
        let names = fields.iter().map(|field| field.name()).chain(has_unknown.then_some("a-new-field"));
        Layout::from_names(names)
    })
}

/// A value as AWS, or something stranger that is still valid, may write it.
fn values(kind: FieldKind) -> BoxedStrategy<String> {
    let value = match kind {
        // No name of a field begins like this.
        FieldKind::Text => "(x-|eni-0|é)[!-~]{0,12}".boxed(),
        FieldKind::Address => prop_oneof![
            any::<u32>().prop_map(|bits| Address::V4(bits).to_string()),
            any::<u128>().prop_map(|bits| Address::V6(bits).to_string()),
            any::<u128>().prop_map(|bits| Address::V6(bits).to_string().to_uppercase()),
            (any::<u64>()).prop_map(|bits| Address::Mac(bits >> 16).to_string()),
        ]
        .boxed(),
        // Of one day, so that they can be those of one record.
        FieldKind::Seconds => (1_700_000_000u64..1_700_080_000, select(vec!["", "00"]))
            .prop_map(|(secs, zeros)| format!("{zeros}{secs}"))
            .boxed(),
        number => {
            let max = number.max().unwrap();
            prop_oneof![
                (0..=max).prop_map(|number| number.to_string()),
                (0..=max).prop_map(|number| format!("00{number}")),
                Just(max.to_string()),
            ]
            .boxed()
        }
    };
    prop_oneof![1 => Just("-".to_owned()), 5 => value].boxed()
}

/// A header and records below it.
fn logs() -> impl Strategy<Value = (Layout, Vec<String>)> {
    layouts().prop_flat_map(|layout| {
        let record: Vec<_> = layout.columns().iter().map(|key| values(key.kind())).collect();
        let records = prop::collection::vec(record.prop_map(|values| values.join(" ")), 1..8);
        (Just(layout), records)
    })
}

fn text_of(layout: &Layout, records: &[String]) -> String {
    format!("{}\n{}\n", layout.names().join(" "), records.join("\n"))
}

/// Lines of every sort, so that generated files reach every branch.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    const RECORD: &str =
        "2 123456789012 eni-0a1b2c3d 10.0.0.1 10.0.0.2 1 2 6 1 40 1700000000 1700000058 ACCEPT OK";
    const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    prop_oneof![
        8 => Just(RECORD.as_bytes().to_vec()),
        2 => Just(format!("{RECORD} # tail\r").into_bytes()),
        1 => Just(HEADER.as_bytes().to_vec()),
        1 => Just(b"srcaddr dstaddr dstport".to_vec()),
        1 => Just(b"10.0.0.1 ::1 443".to_vec()),
        1 => Just(RECORD.replace("OK", "NODATA").into_bytes()),
        1 => Just(RECORD.replace(" 6 ", " 600 ").into_bytes()),
        1 => Just(b"".to_vec()),
        1 => Just(b"# comment".to_vec()),
        1 => Just(vec![b'x'; 70_000]),
        1 => "[ -~]{0,40}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>().prop_filter("no line end", |byte| *byte != b'\n'), 0..20),
    ]
}

fn files() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(lines(), 0..20), any::<bool>())
        .prop_map(|(lines, ends)| [lines.join(&b'\n'), if ends { vec![b'\n'] } else { vec![] }].concat())
}

fn count_lines(bytes: &[u8]) -> u64 {
    let n_ends = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    n_ends + u64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn records_of_any_layout_print_back((layout, records) in logs()) {
        let parsed = parse(text_of(&layout, &records).as_bytes(), &[usize::MAX]);
        prop_assert_eq!(&parsed.report.problems, &vec![]);
        prop_assert_eq!(&parsed.report.layouts, &vec![layout]);
        let printed: Vec<&str> = parsed.records.calls[1..]
            .iter()
            .map(|call| call[13..].split("  [").next().unwrap())
            .collect();
        prop_assert_eq!(printed, records);
    }

    #[test]
    fn a_record_is_never_a_header_and_a_header_never_a_record((layout, records) in logs()) {
        let text = text_of(&layout, &records).repeat(2);
        let lines = parse(text.as_bytes(), &[usize::MAX]).report.lines;
        prop_assert_eq!(lines.headers, 2);
        prop_assert_eq!(lines.rows + lines.status_records, 2 * records.len() as u64);
    }

    #[test]
    fn a_value_that_does_not_fit_is_named((layout, records) in logs(), at in any::<Index>()) {
        let checked: Vec<usize> =
            (0..layout.columns().len()).filter(|at| layout.columns()[*at].kind() != FieldKind::Text).collect();
        prop_assume!(!checked.is_empty());
        let at = *at.get(&checked);
        let mut values: Vec<&str> = records[0].split(' ').collect();
        values[at] = "x-bad";
        let bad = values.join(" ");
        let report = parse(text_of(&layout, std::slice::from_ref(&bad)).as_bytes(), &[usize::MAX]).report;
        prop_assert_eq!(report.problems.len(), 1);
        let key: &ColumnKey = &layout.columns()[at];
        prop_assert_eq!(report.problems[0].field.as_deref(), Some(key.name()));
        prop_assert_eq!(report.problems[0].line, 2);
        let kind = if key.kind() == FieldKind::Address { ProblemKind::NotAnAddress } else { ProblemKind::NotANumber };
        prop_assert_eq!(report.problems[0].kind, kind);
    }

    #[test]
    fn cutting_changes_nothing(file in files(), sizes in prop::collection::vec(1usize..5_000, 1..50), zip in any::<bool>()) {
        let bytes = if zip { gzip(&file) } else { file };
        let whole = parse(&bytes, &[usize::MAX]);
        prop_assert_eq!(&parse(&bytes, &sizes), &whole, "whole it reads as\n{}", whole.dump());
    }

    #[test]
    fn counts_add_up_to_the_lines(file in files()) {
        let report = parse(&file, &[usize::MAX]).report;
        match report.state {
            FileState::Read => prop_assert_eq!(report.lines.total(), count_lines(&file)),
            FileState::Refused(_) => prop_assert_eq!(report.lines.total(), 0),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..3_000), start in select(vec![&b""[..], b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"{", b"<", b"srcaddr dstaddr action\n", b"{\"events\":[{\"message\":", b"srcaddr,dstaddr,action\n", b"\xff\xfe"])) {
        let bytes = [start, &bytes].concat();
        let whole = parse(&bytes, &[usize::MAX]);
        prop_assert_eq!(&parse(&bytes, &[1]), &whole);
        prop_assert!(matches!(whole.report.state, FileState::Read | FileState::Refused(_)));
    }

    #[test]
    fn a_gzip_file_cut_off_keeps_the_records_before((layout, records) in logs(), end in any::<Index>()) {
        let bytes = gzip(text_of(&layout, &records).as_bytes());
        let whole = parse(&bytes, &[usize::MAX]);
        let end = end.index(bytes.len() - 1) + 1;
        let cut = parse(&bytes[..end], &[usize::MAX]);
        prop_assert_eq!(&cut.report.state, &FileState::Read);
        prop_assert!(whole.records.calls.starts_with(&cut.records.calls));
        let n_damaged = cut.report.problems.iter().filter(|problem| problem.kind == ProblemKind::Damaged).count();
        prop_assert_eq!((n_damaged, cut.report.problems.len()), (1, 1));
        prop_assert_eq!(cut.report.problems[0].line, cut.report.lines.total(), "it stands for the line cut off");
    }

    #[test]
    fn a_damaged_gzip_file_reads_the_same_however_it_is_cut(file in files(), at in any::<Index>(), bit in 0u32..8, sizes in prop::collection::vec(1usize..300, 1..50)) {
        let mut bytes = gzip(&file);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(parse(&bytes, &sizes), parse(&bytes, &[usize::MAX]));
    }
}
