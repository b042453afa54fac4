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
    assert_eq!(shape(&timeline), ["1/1/0 0", "1/0/0 1", "0/0/1 0"]);
    assert_eq!((timeline.n_rows_outside, timeline.n_skipdata_outside), (1, 1));
    assert_eq!(timeline.buckets[0].rejected.bytes, 20);
    assert_eq!(timeline.buckets[1].accepted.packets, 3);
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
