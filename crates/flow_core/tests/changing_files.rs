//! Files that change while they are read, as a log that is still written to does where a browser lets it: loading ends,
//! every file has its report, and the rows are those that the reports count.

use flow_core::parse::{FileReport, FileState};
use flow_core::session::message::{
    Answer, Command, Event, FileMeta, LoadPhase, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};
use flow_testkit::archive::{tar, zip};
use flow_testkit::table::{TableStyle, table};
use flow_testkit::wrap::gzip;
use proptest::prelude::*;
use proptest::sample::select;

/// A load that takes more turns does not end: the largest file here takes some hundred.
const STEPS_MAX: u32 = 100_000;

/// Loads a file that is another one from its `change_at`th reading on; what became of it and its members, and how many
/// rows there are.
fn load(
    before: &[u8],
    after: &[u8],
    change_at: usize,
    n_shards: u16,
    chunk_bytes: usize,
) -> (Vec<FileReport>, u64) {
    let options = SessionOptions { n_shards, stretch_bytes: 4_096, ..SessionOptions::default() };
    let mut session = Session::new(options);
    let mut events = Vec::new();
    let metas = vec![FileMeta { name: "a.log".to_owned(), n_bytes: before.len() as u64 }];
    session.submit(Request { id: RequestId(0), command: Command::Open(metas) }, 0.0, &mut |_| {});
    let mut n_read = 0;
    for n_steps in 0.. {
        assert!(n_steps < STEPS_MAX, "loading ends");
        let mut emit = |event| events.push(event);
        match session.step(f64::from(n_steps) * 100.0, &mut emit) {
            Step::Idle => break,
            Step::Worked => {}
            Step::Read(source) => {
                let bytes = if n_read < change_at { before } else { after };
                n_read += 1;
                let (_, offset) = session.place(source).expect("what is read has a place");
                let n_bytes_max = session.piece_bytes(source).min(chunk_bytes);
                match bytes.get(offset as usize..).unwrap_or_default().chunks(n_bytes_max).next() {
                    Some(chunk) => session.push(source, chunk, 0.0, &mut emit),
                    None => session.finish(source, 0.0, &mut emit),
                }
            }
        }
    }
    let report = Request { id: RequestId(1), command: Command::Ask(Question::Report) };
    session.submit(report, 0.0, &mut |event| events.push(event));
    while session.step(0.0, &mut |event| events.push(event)) != Step::Idle {}
    let mut found = (Vec::new(), 0);
    for event in events {
        match event {
            Event::Answered { answer: Answer::Report(reports), .. } => found.0 = reports,
            Event::Progress(progress) => {
                assert!(!matches!(progress.phase, LoadPhase::OutOfBudget(_)));
                found.1 = progress.n_rows;
            }
            _ => {}
        }
    }
    found
}

fn log(first: usize, n_rows: usize) -> Vec<u8> {
    let rows: String = (first..first + n_rows).map(|n| format!("10.0.0.1 10.0.0.2 {n}\n")).collect();
    format!("srcaddr dstaddr dstport\n{rows}").into_bytes()
}

fn files() -> Vec<Vec<u8>> {
    let log = log(0, 9_000);
    let members: [(&str, &[u8]); 2] = [("a.log", &log[..50_000]), ("b.log.gz", &gzip(&log))];
    let record = |n: usize| vec!["10.0.0.1".to_owned(), "10.0.0.2".to_owned(), n.to_string()];
    let records: Vec<Vec<String>> = (0..9_000).map(record).collect();
    let parquet = table(&["srcaddr", "dstaddr", "dstport"], &records, &TableStyle::aws());
    vec![gzip(&log), zip(&members, true), tar(&members), gzip(&tar(&members)), parquet, log]
}

#[test]
fn a_log_that_is_still_written_to_is_read_to_its_new_end() {
    let (before, after) = (log(0, 1_000), log(0, 1_500));
    let (reports, n_rows) = load(&before, &after, 3, 1, 2_000);
    assert_eq!((reports[0].state.clone(), n_rows), (FileState::Read, 1_500));
    assert_eq!(reports[0].n_bytes, after.len() as u64, "its size is what was read");
}

#[test]
fn a_log_that_is_cut_off_while_it_is_read_keeps_the_rows_before() {
    let before = log(0, 1_000);
    let (reports, n_rows) = load(&before, &before[..10_010], 3, 1, 2_000);
    assert_eq!((n_rows, reports[0].lines.rows), (reports[0].lines.rows, n_rows));
    assert_eq!(
        reports[0].lines.rows + reports[0].lines.headers + reports[0].lines.problems,
        reports[0].lines.total()
    );
    assert!(n_rows > 300, "{reports:?}");
    assert_eq!((reports[0].state.clone(), reports[0].n_bytes_read), (FileState::Read, 10_010));
    assert_eq!(reports[0].n_bytes_gone(), before.len() as u64 - 10_010, "which is said");
}

#[test]
fn what_is_cut_off_between_two_shards_is_said_too() {
    let before = log(0, 9_000);
    for n_shards in [2, 3] {
        let (reports, _) = load(&before, &before[..30_000], 3, n_shards, 700);
        assert_eq!((reports[0].n_bytes_read, reports[0].n_bytes), (30_000, before.len() as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn of_a_file_that_stays_as_it_is_nothing_is_gone(
        file in select(files()), n_shards in 1u16..4, chunk_bytes in select(&[700, 4_000, 40_000][..]),
        cut in 0.0f64..1.5,
    ) {
        // Cut off before it was picked: damaged, perhaps, but all there.
        let n_bytes = ((file.len() as f64 * cut) as usize).min(file.len());
        let (reports, _) = load(&file[..n_bytes], &file[..n_bytes], 0, n_shards, chunk_bytes);
        for report in &reports {
            prop_assert_eq!(report.n_bytes_gone(), 0, "{:?}", report);
        }
    }

    #[test]
    fn whatever_a_file_becomes_loading_ends_and_counts_add_up(
        before in select(files()), after in select(files()), cut in 0.0f64..1.5,
        change_at in 1usize..20, n_shards in 1u16..4, chunk_bytes in select(&[700, 4_000, 40_000][..]),
    ) {
        let n_bytes = ((after.len() as f64 * cut) as usize).min(after.len());
        let (reports, n_rows) = load(&before, &after[..n_bytes], change_at, n_shards, chunk_bytes);
        for report in &reports {
            prop_assert!(
                !matches!(report.state, FileState::Waiting | FileState::Reading | FileState::Cancelled),
                "{report:?}"
            );
        }
        prop_assert_eq!(reports.iter().map(|report| report.lines.rows).sum::<u64>(), n_rows);
    }
}
