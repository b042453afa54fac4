//! Loading with a filter and filtering afterwards leave the same rows.

use flow_core::intake::LoadOptions;
use flow_core::query::{Filter, RowSet, parse_filter};
use flow_core::store::{SEGMENT_ROWS, Store};
use flow_testkit::filters::any_filter;
use proptest::prelude::*;

use super::lines::{HEADER, Loaded, any_lines, load, load_whole, rows, sample, text};

fn keeping(keep: Filter) -> LoadOptions {
    LoadOptions { keep, ..LoadOptions::default() }
}

/// What of an exact load a filter leaves, as [`rows`] has it.
fn selected(exact: &Store, keep: &Filter) -> Vec<(u32, u64, String)> {
    let chosen = RowSet::select(keep, exact, exact.rows());
    let all = rows(exact);
    let mut left = Vec::new();
    for (segment, rows) in exact.rows().segments().iter().zip(chosen.segments()) {
        rows.for_each(|at| left.push(all[segment.first_row() as usize + at].clone()));
    }
    left
}

fn check(files: &[&str], keep: Filter, piece_bytes: usize, settle_every: usize) -> Loaded {
    let exact = load_whole(files, &LoadOptions::default());
    let options = keeping(keep.clone());
    let kept = load(files, &options, piece_bytes, settle_every);
    let expected = selected(&exact.store, &keep);
    assert_eq!(rows(&kept.store), expected, "{keep}");
    if let Some(n_records_kept) = kept.n_records_kept {
        assert_eq!(n_records_kept, expected.len() as u64);
    }
    for (kept, exact) in kept.reports.iter().zip(&exact.reports) {
        assert_eq!(kept.lines, exact.lines, "all lines are accounted for, kept or not");
    }
    assert_eq!(kept.store.status_records().n_readable(), exact.store.status_records().n_readable());
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn keeping_while_loading_is_filtering_afterwards(
        first in any_lines(40),
        second in any_lines(20),
        keep in any_filter(),
        piece_bytes in 1usize..3_000,
        settle_every in 1usize..5,
    ) {
        prop_assume!(keeping(keep.clone()).check().is_ok());
        check(&[&text(&first), &text(&second)], keep, piece_bytes, settle_every);
    }
}

#[test]
fn lines_filtered_first_and_then_loaded_are_the_same_rows() {
    let log = sample(30_000);
    let keep = parse_filter("dstport = 443 and not action = REJECT").unwrap();
    let kept = load(&[&log], &keeping(keep), 5_000, 3);
    let is_kept = |line: &&str| {
        let values: Vec<&str> = line.split(' ').collect();
        values[6] == "443" && values[12] != "REJECT"
    };
    let header = log.lines().next().unwrap();
    assert!(header.starts_with("version account-id interface-id"), "the default layout: {header}");
    let filtered: Vec<&str> = log.lines().skip(1).filter(is_kept).collect();
    assert!(filtered.len() > 1_000);
    let of_kept: Vec<String> = rows(&kept.store).into_iter().map(|(_, _, line)| line).collect();
    assert_eq!(of_kept, filtered);
}

/// Short lines, so that there can be many: the destination port counts to `n_ports` and begins anew.
fn counting(n_lines: u32, n_ports: u32) -> String {
    let mut log = "srcaddr dstaddr dstport\n".to_owned();
    for n in 0..n_lines {
        log += &format!("10.0.0.1 10.0.0.2 {}\n", n % n_ports);
    }
    log
}

#[test]
fn segments_of_kept_rows_know_their_lines() {
    // Segments of rows that stand alone, of runs, and of both.
    let log = counting(2 * SEGMENT_ROWS, 8) + &counting(SEGMENT_ROWS, 2);
    check(&[&log], parse_filter("dstport in (0, 2, 4, 6)").unwrap(), 300_000, 3);
    check(&[&log], parse_filter("dstport > 0").unwrap(), 700_000, 1);
}

#[test]
fn what_was_not_kept_leaves_nothing_behind() {
    let mut log = format!("{HEADER}\n");
    for n in 0..100_000u32 {
        let (a, b) = (n / 256, n % 256);
        log += &format!(
            "eni-1 10.{a}.{b}.1 10.0.0.2 50000 443 6 1 40 1700000001 1700000002 ACCEPT OK 0 - - az-{n} -\n"
        );
    }
    log += "eni-9 10.0.0.1 10.0.0.2 50000 22 6 1 40 1700000001 1700000002 ACCEPT OK 0 - - - -\n";
    let kept = load(&[&log], &keeping(parse_filter("dstport = 22").unwrap()), 10_000, 50);
    assert_eq!(kept.store.rows().n_readable(), 1);
    assert_eq!(kept.store.addresses().all().len(), 2);
    assert!(kept.store.n_heap_bytes() < 100_000, "{}", kept.store.n_heap_bytes());
}

#[test]
fn the_lines_of_rows_that_stand_alone_take_four_bytes_each() {
    let n_heap_bytes = |n_segments: u32| {
        let log = counting(n_segments * 4 * SEGMENT_ROWS, 4);
        let kept = load(&[&log], &keeping(parse_filter("dstport = 3").unwrap()), 1_000_000, 1_000);
        assert_eq!(kept.store.rows().n_rows(), n_segments * SEGMENT_ROWS);
        kept.store.rows().n_heap_bytes()
    };
    // Everything else is the same in all rows.
    let per_row = (n_heap_bytes(2) - n_heap_bytes(1)) as f64 / f64::from(SEGMENT_ROWS);
    assert!((4.0..4.1).contains(&per_row), "{per_row} bytes a row");
}
