//! What views say of rows that were rolled up is what they say of the records, wherever they claim it.

use std::collections::BTreeMap;

use flow_core::analysis::Metric;
use flow_core::analysis::direction::DirectionView;
use flow_core::analysis::overview::Overview;
use flow_core::analysis::rejected::{RejectedGroup, RejectedView};
use flow_core::analysis::timeline::{Bucket, Timeline};
use flow_core::intake::LoadOptions;
use flow_core::query::{Filter, parse_filter};
use flow_core::record::Field;
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, Progress, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};
use proptest::prelude::*;

use super::lines::{any_lines, sample, text};

/// Everything that is asked of a load.
struct Answers {
    overview: Overview,
    direction: DirectionView,
    rejected: RejectedView,
    timeline: Timeline,
    summary: serde_json::Value,
    progress: Progress,
}

fn answers(text: &str, n_shards: u16, roll_up: bool, filter: &str) -> Answers {
    let mut session = Session::new(SessionOptions { n_shards, ..SessionOptions::default() });
    let mut events = Vec::new();
    let mut n_sent = 0;
    let mut run = |command: Command| -> (Option<Answer>, Vec<u8>, Option<Progress>) {
        let id = RequestId(n_sent);
        n_sent += 1;
        events.clear();
        session.submit(Request { id, command }, 0.0, &mut |event| events.push(event));
        // All within one moment: nothing is settled before the end.
        while session.step(0.0, &mut |event| events.push(event)) != Step::Idle {}
        let (mut answer, mut parts, mut progress) = (None, Vec::new(), None);
        for event in events.drain(..) {
            match event {
                Event::Answered { id: of, answer: is, .. } if of == id => answer = Some(is),
                Event::ExportPart { bytes, .. } => parts.extend(bytes),
                Event::Progress(is) => progress = Some(is),
                _ => {}
            }
        }
        (answer, parts, progress)
    };
    run(Command::Reload(LoadOptions { keep: Filter::everything(), roll_up, ..LoadOptions::default() }));
    let half = text[..text.len() / 2].rfind('\n').map_or(text.len(), |at| at + 1);
    let header = text.lines().next().unwrap_or_default();
    run(Command::OpenText { name: "one".to_owned(), text: text[..half].to_owned() });
    let second = format!("{header}\n{}", &text[half..]);
    let (.., progress) = run(Command::OpenText { name: "two".to_owned(), text: second });
    let filter = || parse_filter(filter).unwrap();
    let mut ask = |question| run(Command::Ask(question));
    let Some(Answer::Overview(overview)) =
        ask(Question::Overview { filter: filter(), metric: Metric::Rows }).0
    else {
        panic!("an overview")
    };
    let Some(Answer::Direction(direction)) = ask(Question::Direction { filter: filter() }).0 else {
        panic!("directions")
    };
    let Some(Answer::Rejected(rejected)) = ask(Question::Rejected { filter: filter() }).0 else {
        panic!("rejected groups")
    };
    let Some(Answer::Timeline(timeline)) = ask(Question::Timeline { filter: filter(), n_buckets_max: 40 }).0
    else {
        panic!("a timeline")
    };
    let (_, summary, _) = ask(Question::Export { kind: ExportKind::Summary, filter: filter(), sort: None });
    Answers {
        overview,
        direction,
        rejected,
        timeline,
        summary: serde_json::from_slice(&summary).expect("a summary is JSON"),
        progress: progress.expect("a load tells how it goes"),
    }
}

/// The groups without their times, which are those of minutes.
fn groups(view: &RejectedView) -> Vec<RejectedGroup> {
    let timeless = |group: &RejectedGroup| RejectedGroup { time: None, spark: Vec::new(), ..group.clone() };
    view.groups.iter().map(timeless).collect()
}

/// What of each timeline is in stretches of `bucket_secs`.
fn by_time(timeline: &Timeline, bucket_secs: u64) -> BTreeMap<u64, Vec<u64>> {
    assert_eq!(bucket_secs % timeline.bucket_secs, 0);
    let mut sums: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (at, bucket) in (0..).zip(&timeline.buckets) {
        let Bucket { accepted, rejected, other, n_skipdata, lacks_file: _ } = bucket;
        let counts: Vec<u64> = [accepted, rejected, other]
            .into_iter()
            .flat_map(|tally| [tally.rows, tally.packets, tally.bytes])
            .chain([*n_skipdata])
            .collect();
        if counts.iter().any(|&count| count > 0) {
            let start = timeline.start_secs + at * timeline.bucket_secs;
            let sums = sums.entry(start / bucket_secs).or_insert_with(|| vec![0; counts.len()]);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        }
    }
    sums
}

fn check(text: &str, n_shards: u16, filter: &str) {
    let exact = answers(text, 1, false, filter);
    let rolled_up = answers(text, n_shards, true, filter);
    assert_eq!(rolled_up.progress.n_records, exact.progress.n_rows);
    assert_eq!(rolled_up.progress.n_records_read, exact.progress.n_records_read);

    let (one, other) = (&rolled_up.overview, &exact.overview);
    assert_eq!(
        (one.total, one.accepted, one.rejected, one.other),
        (other.total, other.accepted, other.rejected, other.other)
    );
    assert_eq!((one.n_interfaces, &one.status_records), (other.n_interfaces, &other.status_records));
    assert_eq!(one.aggregation, None, "rows of minutes tell no aggregation interval");
    for (one, other) in one.top.iter().zip(&other.top) {
        if one.field != Field::DSTPORT {
            assert_eq!(one, other);
        } else if filter.is_empty() {
            for entry in one.entries.iter().filter(|entry| is_known_service(&entry.value.to_string())) {
                let exact = other.entries.iter().find(|of| of.value == entry.value);
                assert!(exact.is_none_or(|exact| exact == entry), "{entry:?}, {exact:?}");
            }
        }
    }
    assert_eq!(rolled_up.direction, exact.direction);
    assert_eq!(rolled_up.rejected.total, exact.rejected.total);
    assert_eq!(rolled_up.rejected.by_wanted, exact.rejected.by_wanted);
    assert_eq!(groups(&rolled_up.rejected), groups(&exact.rejected));
    assert!(rolled_up.timeline.buckets.is_empty() || rolled_up.timeline.bucket_secs >= 60);
    let bucket_secs = rolled_up.timeline.bucket_secs.max(exact.timeline.bucket_secs).max(300);
    let widths = [&rolled_up, &exact].map(|answers| answers.timeline.bucket_secs);
    if widths.iter().all(|&width| bucket_secs.is_multiple_of(width)) {
        assert_eq!(by_time(&rolled_up.timeline, bucket_secs), by_time(&exact.timeline, bucket_secs));
    }
    for part in [
        "rows",
        "status_records",
        "action",
        "direction",
        "direction_evidence",
        "interfaces",
        "addresses",
        "top_sources",
    ] {
        assert_eq!(rolled_up.summary[part], exact.summary[part], "{part}");
    }
}

fn is_known_service(port: &str) -> bool {
    ["22", "80", "443", "3306", "5432", "53"].contains(&port)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// So few ports that none is a server's by how many it is met from: that evidence a roll-up does not have.
    #[test]
    fn answers_over_rolled_up_rows_are_those_over_records(lines in any_lines(60), n_shards in 1u16..4) {
        let text = text(&lines);
        check(&text, n_shards, "");
        check(&text, n_shards, "srcaddr = 10.0.0.1 and not action = REJECT");
        check(&text, n_shards, "direction = egress or interface-id = eni-2");
    }
}

#[test]
fn a_log_of_many_segments_answers_the_same() {
    let log = sample(100_000);
    let exact = answers(&log, 1, false, "");
    let rolled_up = answers(&log, 2, true, "");
    assert!(rolled_up.progress.n_rows < exact.progress.n_rows * 3 / 4, "{:?}", rolled_up.progress);
    assert_eq!(rolled_up.overview.total, exact.overview.total);
    assert_eq!(rolled_up.overview.top[0], exact.overview.top[0]);
    assert_eq!(rolled_up.direction, exact.direction);
    assert_eq!(rolled_up.rejected.total, exact.rejected.total);
    assert_eq!(by_time(&rolled_up.timeline, 3_600), by_time(&exact.timeline, 3_600));
}
