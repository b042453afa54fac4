//! Why it was rejected, asked of a session: the account's rules come in, the export is what the question says, and both
//! stand back where something else is to be done.

use flow_core::analysis::diagnosis::Verdict;
use flow_core::analysis::findings::Findings;
use flow_core::query::{Filter, parse_filter};
use flow_core::session::message::{Answer, Command, Event, ExportKind, Question, Request, RequestId};
use flow_core::session::{Session, SessionOptions, Step};
use serde_json::Value as Json;

const HEADER: &str =
    "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n";

/// So that it is known which address the interface has.
const SEEN: &str = "eni-s 10.0.9.9 10.0.2.9 51000 443 6 5 400 1000 1050 ACCEPT 2\n";

const GROUPS: &str = r#"{
  "NetworkInterfaces": [{
    "NetworkInterfaceId": "eni-s", "VpcId": "vpc-1", "SubnetId": "subnet-1",
    "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.2.9", "Primary": true }],
    "Groups": [{ "GroupId": "sg-web" }]
  }],
  "SecurityGroups": [{
    "GroupId": "sg-web", "VpcId": "vpc-1",
    "IpPermissions": [
      { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "10.0.0.0/20" }] }
    ],
    "IpPermissionsEgress": []
  }]
}"#;

struct Driver {
    session: Session,
    events: Vec<Event>,
    next_id: u32,
    now_ms: f64,
}

impl Driver {
    fn new(n_shards: u16) -> Driver {
        let session = Session::new(SessionOptions { n_shards, ..SessionOptions::default() });
        Driver { session, events: Vec::new(), next_id: 0, now_ms: 0.0 }
    }

    fn submit(&mut self, command: Command) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        self.session.submit(Request { id, command }, self.now_ms, &mut |event| self.events.push(event));
        id
    }

    fn run(&mut self) {
        loop {
            self.now_ms += 100.0;
            match self.session.step(self.now_ms, &mut |event| self.events.push(event)) {
                Step::Idle => return,
                Step::Worked => {}
                Step::Read(_) => panic!("all that is opened is text"),
            }
        }
    }

    fn open(&mut self, name: &str, text: &str) {
        self.submit(Command::OpenText { name: name.to_owned(), text: text.to_owned() });
        self.run();
    }

    fn ask(&mut self, question: Question) -> (Answer, String) {
        let wanted = self.submit(Command::Ask(question));
        self.run();
        let answer = self.events.iter().find_map(|event| match event {
            Event::Answered { id, answer, .. } if *id == wanted => Some(answer.clone()),
            _ => None,
        });
        let parts = self.events.iter().filter_map(|event| match event {
            Event::ExportPart { id, bytes } if *id == wanted => Some(&bytes[..]),
            _ => None,
        });
        let text = String::from_utf8(parts.collect::<Vec<_>>().concat()).unwrap();
        (answer.expect("every question is answered"), text)
    }

    fn findings(&mut self, filter: Filter) -> Findings {
        match self.ask(Question::Findings { filter }).0 {
            Answer::Findings(findings) => findings,
            other => panic!("asked for findings, got {other:?}"),
        }
    }
}

fn export(filter: Filter) -> Question {
    Question::Export { kind: ExportKind::Diagnosis, filter, sort: None }
}

fn refused(n_clients: u32) -> String {
    let row = |n: u32| {
        let (a, b) = (n / 250, 1 + n % 250);
        format!("eni-s 10.0.{}.{b} 10.0.2.9 40001 443 6 3 180 {} {} REJECT 2\n", 64 + a, 2_000 + n, 2_050 + n)
    };
    (0..n_clients).map(row).collect()
}

#[test]
fn rules_that_are_opened_beside_the_logs_name_the_rule() {
    let mut driver = Driver::new(2);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(2)));
    let before = driver.findings(Filter::everything());
    assert_eq!((before.causes[0].verdict, &before.causes[0].rule), (Verdict::PolicyInbound, &None));
    driver.open("groups.json", GROUPS);
    let after = driver.findings(Filter::everything());
    let cause = &after.causes[0];
    let rule = &cause.rule.as_ref().expect("the group is known").rule;
    assert_eq!((cause.verdict, cause.n_conversations), (Verdict::SecurityGroupInbound, 2));
    assert_eq!(
        (&*rule.id, &*rule.rule, rule.miss.as_deref()),
        ("sg-web", "inbound tcp 443 from 10.0.0.0/20", Some("cidr"))
    );
    let (_, lines) = driver.ask(export(Filter::everything()));
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.lines().all(|line| line.contains("\"miss\":\"cidr\"")), "{lines}");
}

#[test]
fn the_export_has_a_line_for_every_conversation_that_the_question_counts() {
    let mut driver = Driver::new(3);
    for (name, n_clients) in [("a.log", 40), ("b.log", 25)] {
        driver.open(name, &format!("{HEADER}{SEEN}{}", refused(n_clients)));
    }
    for text in ["", "srcaddr in 10.0.64.0/28", "dstport = 22"] {
        let filter = parse_filter(text).unwrap();
        let findings = driver.findings(filter.clone());
        let (answer, lines) = driver.ask(export(filter));
        let (file_name, media_type) =
            ("flowglass-diagnosis.jsonl".to_owned(), "application/jsonl".to_owned());
        assert_eq!(answer, Answer::Exported { file_name, media_type });
        let verdicts: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (verdict, count) in &findings.by_verdict {
            let n_lines = verdicts.iter().filter(|line| line["verdict"] == verdict.name()).count();
            assert_eq!(n_lines as u64, count.n_conversations, "{text}: {}", verdict.name());
        }
        let n_all: u64 = findings.by_verdict.iter().map(|(_, count)| count.n_conversations).sum();
        assert_eq!(verdicts.len() as u64, n_all, "{text}");
    }
}

#[test]
fn a_long_export_comes_in_parts_and_questions_go_before_it() {
    let mut driver = Driver::new(2);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(2_000)));
    let exported = driver.submit(Command::Ask(export(Filter::everything())));
    let is_part = |event: &Event| matches!(event, Event::ExportPart { .. });
    while !driver.events.iter().any(is_part) {
        driver.session.step(driver.now_ms, &mut |event| driver.events.push(event));
    }
    let asked = driver.submit(Command::Ask(Question::Report));
    driver.run();
    let place_of = |wanted: RequestId| {
        let is_answer = |event: &Event| matches!(event, Event::Answered { id, .. } if *id == wanted);
        driver.events.iter().position(is_answer).expect("it is answered")
    };
    assert!(place_of(asked) < place_of(exported));
    let n_parts = driver.events.iter().filter(|event| is_part(event)).count();
    assert!(n_parts > 2, "{n_parts} parts");
    let (_, lines) = driver.ask(export(Filter::everything()));
    assert_eq!(lines.lines().count(), 2_000);
}

#[test]
fn a_load_without_rows_has_no_causes() {
    let mut driver = Driver::new(2);
    let findings = driver.findings(Filter::everything());
    assert_eq!((findings.causes.len(), findings.n_rows, findings.scanners.n_scanners), (0, 0, 0));
    assert_eq!(driver.ask(export(Filter::everything())).1, "");
}
