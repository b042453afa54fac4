//! Reading everything again with other options: what a person does when memory has ended, or before it does.

use flow_core::analysis::{Metric, overview::Overview};
use flow_core::config::Kind;
use flow_core::intake::LoadOptions;
use flow_core::parse::{FileState, LayoutFrom};
use flow_core::query::{Filter, parse_filter};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, LoadPhase, Progress, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};

/// A session that is given text, and everything it has said.
struct Driver {
    session: Session,
    events: Vec<Event>,
    n_sent: u32,
    now_ms: f64,
}

impl Driver {
    fn new(options: SessionOptions) -> Driver {
        Driver { session: Session::new(options), events: Vec::new(), n_sent: 0, now_ms: 0.0 }
    }

    fn with_shards(n_shards: u16) -> Driver {
        Driver::new(SessionOptions { n_shards, ..SessionOptions::default() })
    }

    fn submit(&mut self, command: Command) -> RequestId {
        let id = RequestId(self.n_sent);
        self.n_sent += 1;
        self.session.submit(Request { id, command }, self.now_ms, &mut |event| self.events.push(event));
        id
    }

    fn step(&mut self) -> Step {
        self.now_ms += 40.0;
        self.session.step(self.now_ms, &mut |event| self.events.push(event))
    }

    fn run(&mut self) {
        while self.step() != Step::Idle {}
    }

    fn open(&mut self, name: &str, text: &str) {
        self.submit(Command::OpenText { name: name.to_owned(), text: text.to_owned() });
        self.run();
    }

    fn reload(&mut self, keep: &str, roll_up: bool) -> Progress {
        self.submit(Command::Reload(LoadOptions {
            keep: parse_filter(keep).unwrap(),
            roll_up,
            ..LoadOptions::default()
        }));
        self.run();
        self.progress()
    }

    fn progress(&self) -> Progress {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::Progress(progress) => Some(progress.clone()),
            _ => None,
        });
        last.expect("commands are followed by progress")
    }

    fn ask(&mut self, question: Question) -> Answer {
        let wanted = self.submit(Command::Ask(question));
        self.run();
        let answered = self.events.iter().find_map(|event| match event {
            Event::Answered { id, answer, .. } if *id == wanted => Some(answer.clone()),
            _ => None,
        });
        answered.expect("every question is answered")
    }

    fn overview(&mut self, filter: &str) -> Overview {
        let filter = parse_filter(filter).unwrap();
        match self.ask(Question::Overview { filter, metric: Metric::Bytes }) {
            Answer::Overview(overview) => overview,
            other => panic!("not an overview: {other:?}"),
        }
    }
}

fn sample(n_rows: u64) -> String {
    let mut log = Vec::new();
    let mut sample = SampleLog::new(&SampleSpec { n_rows, ..SampleSpec::demo() });
    while sample.fill(&mut log) {}
    String::from_utf8(log).unwrap()
}

#[test]
fn what_is_kept_answers_as_the_whole_does_with_that_filter() {
    for n_shards in [1, 3] {
        let mut driver = Driver::with_shards(n_shards);
        driver.open("one", &sample(3_000));
        driver.submit(Command::OpenSample);
        driver.run();
        let whole = driver.progress();
        let expected = driver.overview("dstport = 443");
        let kept = driver.reload("dstport = 443", false);
        assert_eq!(kept.phase, LoadPhase::Loaded);
        assert_eq!(driver.overview(""), expected);
        assert_eq!(kept.n_records_read, whole.n_records_read);
        assert_eq!((kept.n_rows, kept.n_records), (expected.total.rows, expected.total.rows));
        assert_eq!(kept.n_bytes_parsed, whole.n_bytes_parsed);
        // And back again.
        let again = driver.reload("", false);
        assert_eq!((again.n_rows, again.n_records), (whole.n_rows, whole.n_rows));
        assert_eq!(driver.overview("dstport = 443"), expected);
    }
}

#[test]
fn options_hold_for_what_is_added_later() {
    let mut driver = Driver::with_shards(1);
    driver.reload("action = REJECT", false);
    driver.open("one", &sample(3_000));
    let progress = driver.progress();
    assert!(progress.n_rows > 0 && progress.n_rows < progress.n_records_read, "{progress:?}");
    assert_eq!(driver.overview("not action = REJECT").total.rows, 0);
}

#[test]
fn a_filter_that_rows_cannot_be_asked_is_refused_and_changes_nothing() {
    let mut driver = Driver::with_shards(1);
    driver.open("one", &sample(1_000));
    let before = driver.progress();
    let keep = parse_filter("dstport = 443 and direction = ingress").unwrap();
    let wanted = driver.submit(Command::Reload(LoadOptions { keep, ..LoadOptions::default() }));
    driver.run();
    let message = driver.events.iter().find_map(|event| match event {
        Event::Failed { id, message } if *id == wanted => Some(message.as_str()),
        _ => None,
    });
    assert!(message.unwrap().starts_with("`direction = ingress` cannot be decided while loading"));
    assert_eq!(driver.progress(), before);
}

#[test]
fn an_export_that_is_under_way_ends_with_its_rows() {
    let mut driver = Driver::with_shards(1);
    driver.open("one", &sample(20_000));
    let export = Question::Export { kind: ExportKind::Records, filter: Filter::everything(), sort: None };
    let wanted = driver.submit(Command::Ask(export));
    driver.step();
    driver.step();
    driver.reload("dstport = 443", false);
    assert!(driver.events.contains(&Event::Superseded { id: wanted }));
}

#[test]
fn where_memory_ended_keeping_less_reads_it_all() {
    // Each row brings a text of its own, so that few rows take much memory.
    let mut log = "srcaddr dstaddr dstport instance-tag\n".to_owned();
    let tag = "x".repeat(200);
    for n in 0..300_000 {
        log += &format!("10.0.0.1 10.0.0.2 {} {tag}{n}\n", n % 1_000);
    }
    // Less than all rows take, and more than what stands before the store ever does: its dictionaries, up to 16 MB, and
    // those of another segment.
    let store_bytes_max = 40_000_000;
    let mut driver = Driver::new(SessionOptions { store_bytes_max, ..SessionOptions::default() });
    driver.open("large", &log);
    let stopped = driver.progress();
    assert!(matches!(stopped.phase, LoadPhase::OutOfBudget(_)), "{:?}", stopped.phase);
    assert!(stopped.n_bytes_parsed > 0 && stopped.n_bytes_parsed < log.len() as u64);
    assert_eq!(driver.overview("").total.rows, stopped.n_rows);
    let kept = driver.reload("dstport = 7", false);
    assert_eq!(kept.phase, LoadPhase::Loaded);
    assert_eq!((kept.n_rows, kept.n_records_read), (300, 300_000));
}

/// Ten records of each of two flow logs whose files have no header and one length, and the word that settles them.
const FLOW_LOG_FILES: [(&str, &str); 3] = [
    (
        "123456789012_vpcflowlogs_us-east-1_fl-0000aaaa_20231114T2210Z_fe.log",
        "10.0.0.1 10.0.0.2 443 1000 ACCEPT\n",
    ),
    (
        "123456789012_vpcflowlogs_us-east-1_fl-0000bbbb_20231114T2210Z_fe.log",
        "10.0.0.1 10.0.0.2 7 443 REJECT\n",
    ),
    (
        "describe-flow-logs.json",
        r#"{"FlowLogs": [
            {"FlowLogId": "fl-0000aaaa", "LogFormat": "${srcaddr} ${dstaddr} ${dstport} ${bytes} ${action}"},
            {"FlowLogId": "fl-0000bbbb", "LogFormat": "${srcaddr} ${dstaddr} ${packets} ${dstport} ${action}"}
        ]}"#,
    ),
];

#[test]
fn described_flow_logs_settle_layouts_by_the_names_of_files_in_any_order() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        for n_shards in [1, 3] {
            let mut driver = Driver::with_shards(n_shards);
            for at in order {
                let (name, line) = FLOW_LOG_FILES[at];
                driver.open(name, &if at == 2 { line.to_owned() } else { line.repeat(10) });
            }
            let progress = driver.progress();
            assert_eq!((progress.n_rows, progress.n_files_refused), (20, 0), "{order:?}");
            let https = driver.overview("dstport = 443");
            assert_eq!((https.accepted.rows, https.rejected.rows), (10, 10));
            assert_eq!((https.accepted.bytes, https.rejected.packets), (10_000, 70));
            let Answer::Report(reports) = driver.ask(Question::Report) else {
                panic!("a report is a report")
            };
            let described = reports.iter().find(|report| report.name.ends_with(".json")).unwrap();
            assert_eq!(described.state, FileState::Described("describes 2 flow logs".to_owned()));
            assert!(
                reports.iter().all(|report| report == described || report.layout_from == LayoutFrom::Given)
            );
        }
    }
}

#[test]
fn descriptions_change_nothing_where_every_file_has_a_header() {
    let mut driver = Driver::with_shards(1);
    driver.open("a.log", "srcaddr dstaddr dstport\n10.0.0.1 10.0.0.2 443\n");
    let generation = driver.progress().coverage.generation;
    driver.open(FLOW_LOG_FILES[2].0, FLOW_LOG_FILES[2].1);
    assert_eq!(driver.progress().n_rows, 1);
    assert!(driver.progress().options.layouts.is_empty());
    assert!(driver.progress().coverage.generation > generation);
}

#[test]
fn the_account_is_what_all_descriptions_say_together() {
    let mut driver = Driver::with_shards(2);
    driver.open("a.log", "srcaddr dstaddr dstport\n10.0.0.1 10.0.0.2 443\n");
    let account = |driver: &mut Driver| match driver.ask(Question::Account) {
        Answer::Account(account) => account,
        other => panic!("asked for the account, got {other:?}"),
    };
    assert_eq!(account(&mut driver), None);
    driver.open("flow-logs.json", FLOW_LOG_FILES[2].1);
    driver.open("subnets.json", r#"{"Subnets": [{"SubnetId": "subnet-1", "CidrBlock": "10.0.0.0/24"}]}"#);
    let report = account(&mut driver).unwrap();
    assert_eq!(report.counts, [(Kind::Subnet, 1), (Kind::FlowLog, 2)]);
    assert_eq!(report.files.len(), 2);
}
