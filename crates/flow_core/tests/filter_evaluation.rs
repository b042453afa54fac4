//! The engine's filters against the oracle's: random rows, random filters, one answer.

use flow_core::query::{Filter, Predicate, RowSet, Subject, parse_filter, parse_filter_with};
use flow_testkit::filters::any_filter;
use flow_testkit::oracle;
use flow_testkit::rows::{PlainRow, any_rows, many_rows, store_of};
use proptest::prelude::*;

/// Numbers of the rows that the engine selects.
fn selected(filter: &Filter, rows: &[PlainRow], has_orientation: bool) -> Vec<u32> {
    let store = store_of(rows, has_orientation);
    selected_in(filter, &store)
}

fn selected_in(filter: &Filter, store: &flow_core::store::Store) -> Vec<u32> {
    let set = RowSet::select(filter, store, store.rows());
    let mut selected = Vec::new();
    for (segment, chosen) in store.rows().segments().iter().zip(set.segments()) {
        chosen.for_each(|at| selected.push(segment.first_row() + at as u32));
    }
    assert_eq!(set.n_rows(), selected.len() as u64);
    selected
}

fn expected(filter: &Filter, rows: &[PlainRow]) -> Vec<u32> {
    (0..rows.len() as u32).filter(|&row| oracle::matches(filter, &rows[row as usize])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_engine_agrees_with_the_oracle(rows in any_rows(40), filter in any_filter()) {
        prop_assert_eq!(selected(&filter, &rows, true), expected(&filter, &rows));
    }

    #[test]
    fn a_canonical_filter_is_true_for_the_same_rows(rows in any_rows(40), filter in any_filter()) {
        let canonical = filter.clone().canonical();
        prop_assert_eq!(expected(&canonical, &rows), expected(&filter, &rows));
    }

    #[test]
    fn a_filter_and_its_opposite_share_the_rows_out(rows in any_rows(40), filter in any_filter()) {
        let store = store_of(&rows, true);
        let mut all = selected_in(&filter, &store);
        all.extend(selected_in(&Filter::Not(Box::new(filter)), &store));
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows.len() as u32).collect::<Vec<_>>());
    }

    #[test]
    fn rows_without_an_orientation_are_unknown(rows in any_rows(20), filter in any_filter()) {
        let unknown: Vec<PlainRow> = rows
            .iter()
            .map(|row| PlainRow { orientation: flow_core::record::Orientation::UNKNOWN, ..row.clone() })
            .collect();
        prop_assert_eq!(selected(&filter, &rows, false), expected(&filter, &unknown));
    }
}

#[test]
fn segments_and_their_zone_maps_change_nothing() {
    // Two full segments and a part of a third.
    let rows = many_rows(140_000);
    let store = store_of(&rows, true);
    assert_eq!(store.rows().segments().len(), 3);
    let mut n_cut = 0;
    for text in [
        "",
        "dstport = 443",
        "dstport != 443 and bytes > 1G",
        "srcaddr in 10.0.0.0/22",
        "dstaddr in (10.0.0.0/16, ::1, 01:23:45:67:89:ab)",
        "start in 2026-01-02T00:01:00Z..2026-01-02T00:05:00Z",
        "start < 2026-01-02T00:11:00Z",
        "start contains 7312",
        "bytes contains 123",
        "dstport = - or srcport = 1024..2000",
        "dstport in (0..22, 400..500, 65535)",
        "bytes in (0, 5..50000, 70000..9999999999)",
        "interface-id in (eni-1, ENI-19)",
        "not interface-id contains eni-1",
        "ingress remoteaddr in 10.0.0.0/8",
        "localport = 443 or remoteport = -",
        "class in (transit, unknown) and not egress",
        "any contains 43 and not any = eni-3",
        "action = -",
        "not action = -",
    ] {
        let filter = parse_filter(text).unwrap();
        let selected = selected_in(&filter, &store);
        assert_eq!(selected, expected(&filter, &rows), "{text}");
        n_cut += usize::from(!selected.is_empty() && selected.len() < rows.len());
    }
    assert!(n_cut >= 16, "the cases must not be trivial: {n_cut}");
}

#[test]
fn a_column_that_aws_does_not_document_is_found_by_its_name() {
    let rows = many_rows(3)
        .into_iter()
        .enumerate()
        .map(|(at, mut row)| {
            row.values.insert("my column".to_owned(), flow_core::record::Value::Text(format!("v{at}")));
            row
        })
        .collect::<Vec<_>>();
    let columns = ["my column".to_owned()];
    let filter = parse_filter_with(r#""my column" = V1"#, &columns).unwrap();
    assert_eq!(selected(&filter, &rows, true), [1]);
    let missing = Filter::test(Subject::from_name("nowhere"), Predicate::Contains(String::new()));
    assert_eq!(selected(&missing, &rows, true), Vec::<u32>::new());
}
