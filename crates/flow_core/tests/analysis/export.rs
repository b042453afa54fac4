//! Records written out.

use flow_core::analysis::export::{CsvText, Format, JsonLines, PART_BYTES, ShardRecords, load_order};
use flow_core::query::{RowSet, SegmentRows, Subject};

use crate::draw::{Drawing, Load, load, load_dealt, load_files};
use crate::parts::parts;

fn written(load: &Load, format: impl Format) -> String {
    let rows: Vec<RowSet> = load.stores.iter().map(|store| RowSet::all(store.rows())).collect();
    let status: Vec<RowSet> = load.stores.iter().map(|store| RowSet::all(store.status_records())).collect();
    let shards: Vec<ShardRecords<'_>> = load
        .stores
        .iter()
        .zip(rows.iter().zip(&status))
        .map(|(store, (rows, status))| ShardRecords { store, rows, status_records: Some(status) })
        .collect();
    String::from_utf8(parts(load_order(&shards), format).concat()).unwrap()
}

#[test]
fn records_keep_the_fields_of_their_file_and_their_order() {
    let load = load_files(&[
        "version account-id   interface-id srcaddr     dstport log-status
         2       012345678901 eni-1        10.0.0.1    443     OK
         2       012345678901 eni-1        -           -       NODATA
         2       012345678901 eni-1        2001:db8::1 -       OK",
        "dstport new-field new_field
         22      a\"b      \\",
    ]);
    assert_eq!(
        written(&load, JsonLines::default()),
        r#"{"version":2,"account_id":"012345678901","interface_id":"eni-1","srcaddr":"10.0.0.1","dstport":443,"log_status":"OK"}
{"version":2,"account_id":"012345678901","interface_id":"eni-1","srcaddr":null,"dstport":null,"log_status":"NODATA"}
{"version":2,"account_id":"012345678901","interface_id":"eni-1","srcaddr":"2001:db8::1","dstport":null,"log_status":"OK"}
{"dstport":22,"new_field":"a\"b","new_field_2":"\\"}
"#
    );
}

#[test]
fn records_of_any_shards_come_in_load_order() {
    let lines: String =
        (0..50).map(|n| format!("{n} {}\n", if n % 7 == 0 { "NODATA" } else { "OK" })).collect();
    let drawing = Drawing::of(&format!("dstport log-status\n{lines}"));
    let whole = written(&load_dealt(&drawing, 1, |_| 0), JsonLines::default());
    assert_eq!(whole.lines().count(), 50);
    assert!(whole.starts_with(r#"{"dstport":0,"log_status":"NODATA"}"#), "{whole}");
    for n_shards in [2, 5] {
        let dealt = load_dealt(&drawing, n_shards, |at| at * 7 % 11 % n_shards);
        assert_eq!(written(&dealt, JsonLines::default()), whole);
    }
    let backwards: Vec<usize> = (0..50).rev().collect();
    assert_eq!(written(&load_dealt(&drawing.in_order(&backwards), 1, |_| 0), JsonLines::default()), whole);
}

#[test]
fn only_chosen_rows_are_written() {
    let load = load("dstport log-status\n22 OK\n- NODATA\n443 OK");
    let rows = RowSet::new(vec![SegmentRows::None]);
    let shard = ShardRecords { store: &load.stores[0], rows: &rows, status_records: None };
    assert_eq!(parts(load_order(&[shard]), JsonLines::default()).len(), 0);
    let rows = RowSet::all(load.stores[0].rows());
    let shard = ShardRecords { store: &load.stores[0], rows: &rows, status_records: None };
    let text: Vec<u8> = parts(load_order(&[shard]), JsonLines::default()).concat();
    assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2);
}

#[test]
fn a_csv_cell_is_never_a_formula_and_absent_is_empty() {
    let load = load(
        "interface-id srcaddr     dstaddr  dstport =name     instance-tag
         eni-1        203.0.113.7 10.0.0.5 443     =1+1      -5
         eni-1        10.0.0.5    8.8.8.8  -       a,\"b\"   @x",
    );
    let subjects =
        ["direction", "class", "localaddr", "remoteport", "dstport", "=name", "instance-tag", "region"];
    let csv = CsvText::new(subjects.map(Subject::from_name).to_vec());
    assert_eq!(
        written(&load, csv),
        "direction,class,localaddr,remoteport,dstport,'=name,instance-tag,region\n\
         ingress,inbound,10.0.0.5,,443,'=1+1,'-5,\n\
         egress,outbound,10.0.0.5,,,\"a,\"\"b\"\"\",'@x,\n"
    );
}

#[test]
fn a_csv_of_nothing_still_has_its_header() {
    let csv = CsvText::new(vec![Subject::from_name("srcaddr")]);
    assert_eq!(written(&load("srcaddr"), csv), "srcaddr\n");
    let load = load("srcaddr\n-");
    let csv = CsvText::new(vec![Subject::from_name("srcaddr")]);
    let mut reader = csv::ReaderBuilder::new().from_reader(std::io::Cursor::new(written(&load, csv)));
    assert_eq!(reader.records().count(), 1, "a line with one empty cell is still a line");
}

#[test]
fn parts_are_bounded_and_end_with_whole_records() {
    let lines: String = (0..20_000).map(|n| format!("{} eni-{n}\n", n % 60_000)).collect();
    let load = load(&format!("dstport interface-id\n{lines}"));
    let rows = RowSet::all(load.stores[0].rows());
    let shard = ShardRecords { store: &load.stores[0], rows: &rows, status_records: None };
    let parts = parts(load_order(&[shard]), JsonLines::default());
    assert!(parts.len() > 2);
    for part in &parts {
        assert!(part.len() < PART_BYTES + 100 && part.ends_with(b"}\n"));
    }
}
