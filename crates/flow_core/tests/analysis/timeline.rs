//! Traffic over time.

use flow_core::analysis::timeline::{Timeline, TimelineQuestion};

use crate::draw::load;

fn timeline(drawing: &str, n_buckets_max: u32) -> Timeline {
    let load = load(drawing);
    load.ask(&TimelineQuestion { extent: load.extent, n_buckets_max, bucket_secs_min: 1 })
}

/// One text for each bucket: accepted, rejected, other rows, SKIPDATA records.
fn shape(timeline: &Timeline) -> Vec<String> {
    timeline
        .buckets
        .iter()
        .map(|of| format!("{}/{}/{} {}", of.accepted.rows, of.rejected.rows, of.other.rows, of.n_skipdata))
        .collect()
}

#[test]
fn rows_count_where_their_window_starts_or_else_ends() {
    let timeline = timeline(
        "start end  action bytes packets log-status
         1000  1060 ACCEPT 10    1       OK
         1004  1064 REJECT 20    2       OK
         1061  1121 ACCEPT 30    3       OK
         -     1119 -      40    4       OK
         -     -    ACCEPT 50    5       OK
         1061  1121 -      -     -       SKIPDATA
         1061  1121 -      -     -       NODATA
         9000  9060 -      -     -       SKIPDATA",
        3,
    );
    assert_eq!((timeline.start_secs, timeline.bucket_secs), (960, 60));
    assert_eq!(shape(&timeline), ["1/1/0 0", "1/0/0 1", "0/0/1 1"]);
    assert_eq!((timeline.n_rows_outside, timeline.n_skipdata_outside), (1, 1));
    assert_eq!(timeline.buckets[0].rejected.bytes, 20);
    assert_eq!(timeline.buckets[1].accepted.packets, 3);
}

#[test]
fn a_hole_is_in_every_bucket_that_its_window_touches() {
    let skipped = |windows: &str| {
        let lines = windows.lines().map(|window| format!("{window} - SKIPDATA\n")).collect::<String>();
        let rows = "1000 1060 ACCEPT OK\n1200 1240 ACCEPT OK";
        let timeline = timeline(&format!("start end action log-status\n{lines}{rows}"), 5);
        assert_eq!((timeline.start_secs, timeline.bucket_secs, timeline.buckets.len()), (960, 60, 5));
        let in_buckets: Vec<u64> = timeline.buckets.iter().map(|of| of.n_skipdata).collect();
        (in_buckets, timeline.n_skipdata_outside)
    };
    assert_eq!(skipped("1000 1600"), (vec![1, 1, 1, 1, 1], 0));
    assert_eq!(skipped("900 1020"), (vec![1, 0, 0, 0, 0], 0), "the end is not in it");
    assert_eq!(skipped("1020 1020\n1079 1081"), (vec![0, 2, 1, 0, 0], 0));
    assert_eq!(skipped("100 700\n1260 1300\n- -"), (vec![0, 0, 0, 0, 0], 3));
    assert_eq!(skipped("1200 -\n1150 1100"), (vec![0, 0, 1, 1, 1], 0), "one stands in for the other");
}

#[test]
fn without_times_there_are_no_buckets() {
    let timeline = timeline("srcaddr\n10.0.0.1\n10.0.0.2", 10);
    assert_eq!((shape(&timeline).len(), timeline.n_rows_outside), (0, 2));
}

#[test]
fn one_crazy_time_makes_wide_buckets_and_loses_nothing() {
    let timeline = timeline("start end\n1700000000 1700000060\n18446744073709551614 0", 100);
    assert!(timeline.buckets.len() <= 100);
    assert_eq!(timeline.buckets.iter().map(|of| of.other.rows).sum::<u64>(), 2);
    assert_eq!(timeline.n_rows_outside, 0);
}
