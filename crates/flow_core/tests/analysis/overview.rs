//! The rows at a glance.

use flow_core::analysis::Metric;
use flow_core::analysis::overview::{Aggregation, Overview, OverviewQuestion, TopList};
use flow_core::record::Field;

use crate::draw::load;

fn overview(drawing: &str, metric: Metric) -> Overview {
    load(drawing).ask(&OverviewQuestion::by(metric))
}

fn list(overview: &Overview, field: Field) -> &TopList {
    overview.top.iter().find(|list| list.field == field).unwrap()
}

fn entries(list: &TopList) -> Vec<String> {
    list.entries
        .iter()
        .map(|of| format!("{} {} {} {}", of.value, of.total.rows, of.total.bytes, of.rejected.rows))
        .collect()
}

const LOG: &str = "interface-id srcaddr   dstport protocol bytes packets start end  action log-status
     eni-1        10.0.0.10 443     6        100   1       1000  1060 ACCEPT OK
     eni-1        10.0.0.9  443     6        100   1       1000  1061 REJECT OK
     eni-2        10.0.0.2  22      6        150   3       1100  1700 REJECT OK
     eni-2        10.0.0.2  22      17       10    9       1100  -    -      OK
     -            -         -       -        -     -       -     -    -      OK
     eni-1        -         -       -        -     -       1000  1060 -      NODATA
     eni-1        -         -       -        -     -       2000  9000 -      SKIPDATA
     eni-1        -         -       -        -     -       1000  1060 -      SKIPDATA";

#[test]
fn totals_and_times_are_of_rows_and_status_records_are_apart() {
    let overview = overview(LOG, Metric::Bytes);
    let rows = [overview.total, overview.accepted, overview.rejected, overview.other].map(|tally| tally.rows);
    assert_eq!(rows, [5, 1, 2, 2]);
    assert_eq!((overview.total.bytes, overview.total.packets), (360, 14));
    assert_eq!(overview.n_interfaces, 2);
    assert_eq!(overview.time, Some((1000, 1700)));
    assert_eq!(overview.aggregation, Some(Aggregation { longest_secs: 600, n_over_minute: 2 }));
    assert_eq!(overview.status_records, [("SKIPDATA".to_owned(), 2), ("NODATA".to_owned(), 1)]);
}

#[test]
fn the_largest_come_first_by_the_metric_then_rows_then_value() {
    let by_bytes = overview(LOG, Metric::Bytes);
    assert_eq!(
        entries(list(&by_bytes, Field::SRCADDR)),
        ["10.0.0.2 2 160 1", "10.0.0.9 1 100 1", "10.0.0.10 1 100 0"],
        "addresses compare as numbers"
    );
    assert_eq!(entries(list(&by_bytes, Field::DSTPORT)), ["443 2 200 1", "22 2 160 1"]);
    let by_packets = overview(LOG, Metric::Packets);
    assert_eq!(entries(list(&by_packets, Field::DSTPORT)), ["22 2 160 1", "443 2 200 1"]);
    let by_rows = overview(LOG, Metric::Rows);
    assert_eq!(entries(list(&by_rows, Field::PROTOCOL)), ["6 3 350 2", "17 1 10 0"]);
}

#[test]
fn a_field_that_no_file_has_is_not_recorded() {
    let overview = overview(LOG, Metric::Bytes);
    let dstaddr = list(&overview, Field::DSTADDR);
    assert_eq!((dstaddr.recorded, dstaddr.n_distinct, dstaddr.entries.len()), (false, 0, 0));
    assert!(list(&overview, Field::SRCADDR).recorded);
}

#[test]
fn a_list_ends_at_ten_and_says_how_many_there_are() {
    let ports: String = (0..25).map(|port| format!("{port} {port}\n")).collect();
    let overview = overview(&format!("dstport bytes\n{ports}"), Metric::Bytes);
    let list = list(&overview, Field::DSTPORT);
    assert_eq!((list.n_distinct, list.entries.len()), (25, 10));
    assert_eq!(entries(list)[0], "24 1 24 0");
    assert_eq!(entries(list)[9], "15 1 15 0");
}
