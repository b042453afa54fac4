//! Parquet tables, written by a library that others use: they read as the text with the same records, and what is
//! wrong with them ends in a word.

mod dump;

use std::sync::Arc;

use dump::{Input, Parsed};
use flow_core::parse::{FileState, ProblemKind};
use flow_core::record::{ColumnKey, Field, FieldKind};
use flow_testkit::table::{Numbers, TableStyle, Times, table, table_styles};
use flow_testkit::wrap::camel_case;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn read(bytes: &[u8], sizes: &[usize]) -> Parsed {
    Input { name: "a.log.parquet", bytes, layout: None }.parse(sizes)
}

fn read_text(names: &[&str], records: &[Vec<String>]) -> Parsed {
    let lines: String = records.iter().map(|record| record.join(" ") + "\n").collect();
    let text = format!("{}\n{lines}", names.join(" "));
    Input { name: "a.log", bytes: text.as_bytes(), layout: None }.parse(&[usize::MAX])
}

fn records_of(lines: &[&str]) -> Vec<Vec<String>> {
    lines.iter().map(|line| line.split(' ').map(String::from).collect()).collect()
}

/// A value that every way of writing numbers can hold.
fn values(kind: FieldKind) -> BoxedStrategy<String> {
    let value = match kind {
        FieldKind::Text => {
            prop_oneof![select(vec!["OK", "NODATA", "ACCEPT", "é"]).prop_map(String::from), "x-[!-~]{0,9}"]
                .boxed()
        }
        FieldKind::Address => {
            select(vec!["10.0.0.1", "10.0.0.2", "2001:DB8::1", "2001:db8::2", "0a:00:00:00:00:ff"])
                .prop_map(String::from)
                .boxed()
        }
        FieldKind::Seconds => {
            let damaged = Just(165_489_242u64);
            prop_oneof![20 => 1_700_000_000u64..1_700_080_000, 1 => damaged]
                .prop_map(|secs| secs.to_string())
                .boxed()
        }
        number => {
            let max = number.max().unwrap().min(i32::MAX as u64);
            prop_oneof![(0..=max), Just(max), Just(0)].prop_map(|number| number.to_string()).boxed()
        }
    };
    prop_oneof![1 => Just("-".to_owned()), 4 => value].boxed()
}

fn tables() -> impl Strategy<Value = (Vec<&'static str>, Vec<Vec<String>>)> {
    let some = subsequence(Field::all().collect::<Vec<_>>(), 4..20).prop_shuffle();
    some.prop_flat_map(|fields| {
        let record: Vec<_> = fields.iter().map(|field| values(field.kind())).collect();
        let names: Vec<&'static str> = fields.iter().map(|field| field.name()).collect();
        (Just(names), prop::collection::vec(record, 1..120))
    })
}

/// How a column is called after a field: as AWS, Athena and CloudWatch Logs do.
const SPELLINGS: [fn(&str) -> String; 3] = [str::to_owned, |name| name.replace('-', "_"), camel_case];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_table_reads_as_the_text_with_the_same_records(
        (names, records) in tables(), style in table_styles(), spell in select(&SPELLINGS[..]), size in 1usize..5_000,
    ) {
        let spelled: Vec<String> = names.iter().map(|name| spell(name)).collect();
        let spelled: Vec<&str> = spelled.iter().map(String::as_str).collect();
        let bytes = table(&spelled, &records, &style);
        let parsed = read(&bytes, &[usize::MAX]);
        let text = read_text(&names, &records);
        prop_assert_eq!((&parsed.report.state, &*parsed.report.container), (&FileState::Read, "parquet"));
        prop_assert_eq!(parsed.report.lines.rows, text.report.lines.rows);
        prop_assert_eq!(parsed.report.lines.status_records, text.report.lines.status_records);
        prop_assert_eq!(parsed.report.lines.total(), records.len() as u64);
        prop_assert_eq!(parsed.report.n_bytes_read, bytes.len() as u64);
        prop_assert_eq!(parsed.records.lines(), text.records.lines());
        prop_assert_eq!(read(&bytes, &[size]), parsed, "in pieces of {}", size);
    }
}

const NAMES: [&str; 7] = ["srcaddr", "dstaddr", "dstport", "bytes", "start", "action", "log-status"];

/// A table of several pages and row groups.
fn some_table(n_records: usize) -> Vec<u8> {
    let record = |n: usize| {
        records_of(&[&format!(
            "10.0.{}.{} 10.1.0.1 {} {} {} ACCEPT OK",
            n % 3,
            n % 200,
            n % 9_000,
            n * 77,
            1_700_000_000 + n
        )])
        .remove(0)
    };
    let records: Vec<_> = (0..n_records).map(record).collect();
    let (rows_per_page, rows_per_group) = (n_records / 8, n_records * 2 / 5);
    table(&NAMES, &records, &TableStyle { rows_per_page, rows_per_group, ..TableStyle::aws() })
}

#[test]
fn what_a_field_cannot_hold_is_a_problem_with_its_line_and_its_record() {
    let records = records_of(&[
        "10.0.0.1 10.0.0.2 443 1 1700000000 ACCEPT OK",
        "10.0.0.1 host 443 1 1700000000 ACCEPT OK",
        "10.0.0.1 10.0.0.2 70000 1 1700000000 ACCEPT OK",
        "10.0.0.1 10.0.0.2 -5 1 1700000000 ACCEPT OK",
        "10.0.0.1 10.0.0.2 - - 1700000000 - NODATA",
    ]);
    let parsed = read(&table(&NAMES, &records, &TableStyle::aws()), &[usize::MAX]);
    let problems: Vec<_> = parsed
        .report
        .problems
        .iter()
        .map(|problem| {
            (problem.line, problem.kind, problem.field.as_deref().unwrap_or(""), problem.text.as_str())
        })
        .collect();
    assert_eq!(
        problems,
        [
            (2, ProblemKind::NotAnAddress, "dstaddr", "10.0.0.1 host 443 1 1700000000 ACCEPT OK"),
            (3, ProblemKind::OutOfRange, "dstport", "10.0.0.1 10.0.0.2 70000 1 1700000000 ACCEPT OK"),
            (4, ProblemKind::NotANumber, "dstport", "10.0.0.1 10.0.0.2 -5 1 1700000000 ACCEPT OK"),
        ]
    );
    let lines = parsed.report.lines;
    assert_eq!((lines.rows, lines.status_records, lines.problems, lines.total()), (1, 1, 3, 5));
}

#[test]
fn numbers_in_columns_of_text_are_as_they_are_written() {
    let names = ["srcaddr", "dstaddr", "dstport", "packets"];
    let records = records_of(&["10.0.0.1 2001:DB8::1 0443 007"]);
    let style = TableStyle { numbers: Numbers::Texts, ..TableStyle::aws() };
    let parsed = read(&table(&names, &records, &style), &[usize::MAX]);
    assert_eq!(parsed.records.lines(), read_text(&names, &records).records.lines());
    assert!(parsed.records.lines()[1].contains("[0443 is 443]"));
}

#[test]
fn times_are_seconds_whatever_their_unit() {
    let records = records_of(&["10.0.0.1 10.0.0.2 443 1 1700000001 ACCEPT OK"]);
    for times in [Times::Millis, Times::Micros, Times::Nanos, Times::Int96] {
        let parsed =
            read(&table(&NAMES, &records, &TableStyle { times, ..TableStyle::aws() }), &[usize::MAX]);
        assert!(parsed.records.lines()[1].contains(" 1700000001 "), "{times:?}: {:?}", parsed.records);
    }
}

#[test]
fn a_table_of_other_things_is_refused_by_its_columns() {
    let bytes = table(&["name", "price", "start"], &records_of(&["a b 3"]), &TableStyle::aws());
    let FileState::Refused(refusal) = read(&bytes, &[usize::MAX]).report.state else { panic!() };
    assert_eq!(
        refusal.seems_to_be,
        "a Parquet table without flow log fields (its columns: name, price, start)"
    );
    let bytes = table(&["class_uid", "srcaddr", "dstaddr"], &records_of(&["4001 - -"]), &TableStyle::aws());
    let FileState::Refused(refusal) = read(&bytes, &[usize::MAX]).report.state else { panic!() };
    assert!(refusal.seems_to_be.starts_with("OCSF"), "{refusal:?}");
}

#[test]
fn a_file_cut_off_anywhere_is_refused_as_damaged() {
    let bytes = some_table(20);
    for end in 4..bytes.len() {
        let parsed = read(&bytes[..end], &[usize::MAX]);
        let FileState::Refused(refusal) = &parsed.report.state else { panic!("cut at {end}: {parsed:?}") };
        assert!(refusal.seems_to_be.contains("damaged"), "cut at {end}");
        assert_eq!(parsed.report.lines.total(), 0, "cut at {end}");
    }
}

#[test]
fn damage_in_a_page_is_a_problem_behind_the_records_before_it() {
    let mut bytes = some_table(500);
    // In the middle of the second of three row groups.
    let middle = bytes.len() / 2;
    bytes[middle - 40..middle].fill(0);
    let parsed = read(&bytes, &[usize::MAX]);
    assert_eq!(parsed.report.state, FileState::Read, "{}", parsed.dump());
    let problem = parsed.report.problems.last().unwrap();
    assert_eq!((problem.kind, problem.line), (ProblemKind::Damaged, parsed.report.lines.total()));
    assert!((200..500).contains(&parsed.report.lines.rows), "{:?}", parsed.report.lines);
}

#[test]
fn a_column_that_aws_does_not_document_is_text() {
    let names = ["srcaddr", "dstaddr", "srcport", "dstport", "aws_account_region"];
    assert_eq!(ColumnKey::from_name(names[4]).kind(), FieldKind::Text);
    let records = records_of(&["10.0.0.1 10.0.0.2 1 2 eu-west-1", "10.0.0.1 10.0.0.2 1 2 -"]);
    let parsed = read(&table(&names, &records, &TableStyle::aws()), &[usize::MAX]);
    assert_eq!(parsed.report.lines.rows, 2);
    assert!(parsed.records.lines()[1].ends_with("1 2 eu-west-1"));
}

/// A table with this schema and no records.
fn empty_table(columns: &str) -> Vec<u8> {
    let schema =
        parquet::schema::parser::parse_message_type(&format!("message schema {{ {columns} }}")).unwrap();
    let mut file = Vec::new();
    let properties = Arc::new(parquet::file::properties::WriterProperties::new());
    parquet::file::writer::SerializedFileWriter::new(&mut file, Arc::new(schema), properties)
        .unwrap()
        .close()
        .unwrap();
    file
}

#[test]
fn columns_that_cannot_be_values_of_a_record_are_refused_by_name() {
    const ADDRESSES: &str = "optional binary srcaddr (STRING); optional binary dstaddr (STRING); ";
    let cases = [
        (
            "optional group tags (LIST) { repeated group list { optional binary element (STRING); } }",
            "a Parquet table with lists or values within values, in the column tags",
        ),
        (
            "repeated int32 dstport;",
            "a Parquet table with lists or values within values, in the column dstport",
        ),
        ("optional boolean action;", "a Parquet table whose column action holds truth values"),
        (
            "optional int64 packets (DECIMAL(10,2));",
            "a Parquet table whose column packets holds decimal fractions",
        ),
        (
            "optional int64 packets (TIMESTAMP_MILLIS);",
            "a Parquet table whose column packets holds times in place of numbers",
        ),
        (
            "optional int32 pkt_srcaddr;",
            "a Parquet table whose column pkt_srcaddr holds numbers in place of addresses",
        ),
    ];
    for (column, words) in cases {
        let file = empty_table(&format!("{ADDRESSES}optional int64 start; optional int64 end; {column}"));
        let FileState::Refused(refusal) = read(&file, &[usize::MAX]).report.state else { panic!("{column}") };
        assert_eq!(refusal.seems_to_be, words);
    }
}

#[test]
fn a_table_without_records_is_read() {
    let file = empty_table("optional binary srcaddr (STRING); optional binary dstaddr (STRING);");
    let report = read(&file, &[usize::MAX]).report;
    assert_eq!((report.state, report.lines.total(), report.layouts.len()), (FileState::Read, 0, 1));
}
