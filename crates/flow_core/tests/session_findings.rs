//! Why it was rejected, asked of a session: the account's rules come in, the export is what the question says, and both
//! stand back where something else is to be done.

use flow_core::analysis::diagnosis::Verdict;
use flow_core::analysis::findings::{CauseId, Findings};
use flow_core::query::{Filter, parse_filter};
use flow_core::report::ReportFormat;
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, HandOver, Question, Request, RequestId,
};
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
        Driver::with(SessionOptions { n_shards, ..SessionOptions::default() })
    }

    fn with(options: SessionOptions) -> Driver {
        let session = Session::new(options);
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
    let rule = cause.rule.as_ref().expect("the group is known");
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
fn of_too_many_conversations_some_are_judged_and_an_export_is_refused() {
    let options = SessionOptions { n_shards: 3, n_diagnosed_max: 10, ..SessionOptions::default() };
    let mut driver = Driver::with(options);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(40)));
    let some = driver.findings(Filter::everything());
    assert_eq!((some.by_verdict[0].1.n_conversations, some.n_rejected_rows_left_out), (10, 30));
    let asked = driver.submit(Command::Ask(export(Filter::everything())));
    driver.run();
    let failure = driver.events.iter().find_map(|event| match event {
        Event::Failed { id, message } if *id == asked => Some(message.as_str()),
        _ => None,
    });
    assert!(
        failure.is_some_and(|words| words.starts_with("More than 10 rejected conversations")),
        "{failure:?}"
    );
    let part = parse_filter("srcaddr in 10.0.64.0/29").unwrap();
    let (_, lines) = driver.ask(export(part.clone()));
    let findings = driver.findings(part);
    assert_eq!(
        (lines.lines().count() as u64, findings.n_rejected_rows_left_out),
        (findings.by_verdict[0].1.n_conversations, 0)
    );
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

fn report(format: ReportFormat, left_out: Vec<CauseId>, pseudonym_key: Option<[u8; 16]>) -> Question {
    let hand_over = HandOver { left_out, format, pseudonym_key, made_secs: 1_700_000_000 };
    Question::Export { kind: ExportKind::HandOver(hand_over), filter: Filter::everything(), sort: None }
}

#[test]
fn a_report_has_the_chosen_causes_with_evidence_and_fix() {
    let mut driver = Driver::new(2);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(2)));
    driver.open("groups.json", GROUPS);
    let (answer, text) = driver.ask(report(ReportFormat::Markdown, Vec::new(), None));
    let exported = |file_name: &str, media_type: &str| Answer::Exported {
        file_name: file_name.to_owned(),
        media_type: media_type.to_owned(),
    };
    assert_eq!(answer, exported("flowglass-report.md", "text/markdown"));
    for part in [
        "# Rejected traffic and why\n",
        "- **Made**: 2023-11-14T22:13:20Z with Flowglass\n",
        "- **Rejected conversations**: 2: 2 security-group-inbound\n",
        "## Cause 1: 443/tcp https of 10.0.2.9, security-group-inbound\n",
        "| 10.0.64.1:40001 | 10.0.2.9:443 | 1 |",
        "aws ec2 authorize-security-group-ingress",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let cause = driver.findings(Filter::everything()).causes[0].id();
    let (_, text) = driver.ask(report(ReportFormat::Markdown, vec![cause], None));
    assert!(text.contains("0 in this report, 1 in all") && !text.contains("## Cause"), "{text}");
    let (answer, text) = driver.ask(report(ReportFormat::Html, Vec::new(), None));
    assert_eq!(answer, exported("flowglass-report.html", "text/html"));
    assert!(text.starts_with("<!doctype html>") && text.contains("<td>10.0.64.1:40001</td>"), "{text}");
}

#[test]
fn a_report_with_pseudonyms_has_no_address_of_the_log() {
    let mut driver = Driver::new(1);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(6)));
    driver.open("groups.json", GROUPS);
    for format in [ReportFormat::Markdown, ReportFormat::Html] {
        let (_, plain) = driver.ask(report(format, Vec::new(), None));
        let (_, replaced) = driver.ask(report(format, Vec::new(), Some(*b"0123456789abcdef")));
        // Everything that is an address or a network of the log or the rules; as whole words, for 10.0.64.1 is in 10.0.64.10.
        let is_address = |word: &str| word.starts_with("10.0.") && word.matches('.').count() == 3;
        let words = |text: &str| -> std::collections::BTreeSet<String> {
            let parts = text.split(|char: char| !(char.is_ascii_digit() || char == '.'));
            parts.map(|word| word.trim_matches('.').to_owned()).filter(|word| is_address(word)).collect()
        };
        let (before, after) = (words(&plain), words(&replaced));
        assert!(before.len() >= 8, "{before:?}");
        assert_eq!(before.intersection(&after).count(), 0, "{before:?} {after:?}");
        let private = |text: &str| text.matches("10.").count();
        assert_eq!(private(&plain), private(&replaced), "private addresses stay private");
    }
}

#[test]
fn every_card_gets_its_fix() {
    let mut driver = Driver::new(1);
    driver.open("a.log", &format!("{HEADER}{SEEN}{}", refused(2)));
    driver.open("groups.json", GROUPS);
    let wanted = driver.findings(Filter::everything()).causes[0].wanted().expect("the protocol is recorded");
    let asked = [(); 3].map(|()| driver.submit(Command::Ask(Question::Fix(wanted.clone()))));
    driver.run();
    for wanted in asked {
        let fix = driver.events.iter().find_map(|event| match event {
            Event::Answered { id, answer: Answer::Fix(fix), .. } if *id == wanted => Some(fix),
            _ => None,
        });
        let fix = fix.expect("cards do not supersede each other");
        assert_eq!(fix.remedy.change.edits.len(), 2, "{:?}", fix.remedy);
        let edit = fix.remedy.change.edits[0].to_string();
        assert_eq!(edit, "add to sg-web: inbound tcp 443 from 10.0.64.1/32");
    }
}

/// What a new reader sees: the sample comes with its account, read as if it had been dropped.
#[test]
fn the_sample_names_the_rules_behind_its_troubles() {
    let mut driver = Driver::new(2);
    driver.submit(Command::OpenSample);
    driver.run();
    let Answer::Account(Some(report)) = driver.ask(Question::Account).0 else { panic!("it is described") };
    assert_eq!((report.n_problems, report.missing.len()), (0, 0));
    let findings = driver.findings(Filter::everything());
    let named = |service: &str| {
        let cause = findings.causes.iter().find(|cause| cause.service.words().starts_with(service));
        let cause = cause.unwrap_or_else(|| panic!("no cause of {service}"));
        (cause.verdict, cause.rule.clone().map(|rule| (rule.rule, rule.miss)))
    };
    let (verdict, rule) = named("5432/tcp");
    assert_eq!(verdict, Verdict::SecurityGroupInbound);
    let (rule, miss) = rule.expect("the group is described");
    assert!(rule.starts_with("inbound tcp 5432 from sg-") && miss.as_deref() == Some("group"), "{rule}");
    assert_eq!(named("6379/tcp"), (Verdict::NetworkAclReturnOutbound, Some(("*".to_owned(), None))));
    // The rules are those that made the log: nothing was accepted against them.
    let Answer::RuleUse(used) = driver.ask(Question::RuleUse { filter: Filter::everything() }).0 else {
        panic!()
    };
    assert_eq!(used.unexplained.n_rows, 0, "{:#?}", used.unexplained);
    assert!(used.groups.iter().any(|group| group.name.as_deref() == Some("idle")));
}

#[test]
fn what_no_file_is_of_is_not_known_to_be_absent() {
    // 11:02 on 2023-11-14: refused packets of a connection of which nothing else is in the logs.
    let late = "eni-s 10.0.1.5 10.0.2.9 40001 443 6 1 40 1699959720 1699959721 REJECT 1\n";
    let verdicts = |times: &[&str], rename: &dyn Fn(String) -> String| {
        let mut driver = Driver::new(2);
        for time in times {
            let name = format!("123456789012_vpcflowlogs_us-east-1_fl-0a_20231114T{time}Z_fe123456.log");
            let rows = if *time == "1100" { late } else { SEEN };
            driver.open(&rename(name), &format!("{HEADER}{rows}"));
        }
        let found = driver.findings(Filter::everything());
        let words = found.causes[0].evidence[0].because();
        (found.by_verdict.iter().map(|(verdict, _)| *verdict).collect::<Vec<_>>(), words)
    };
    let named = |name: String| name;
    let (without_gap, _) = verdicts(&["1045", "1050", "1055", "1100"], &named);
    assert_eq!(without_gap, [Verdict::Straggler]);
    let (across_gap, words) = verdicts(&["1000", "1005", "1100"], &named);
    assert_eq!(across_gap, [Verdict::Unknown]);
    assert!(words.contains("none of them is of a time about then"), "{words}");
    // Names that say nothing may be of any time.
    let (renamed, _) = verdicts(&["1000", "1005", "1100"], &|name| name.replace("vpcflowlogs", "part"));
    assert_eq!(renamed, [Verdict::Straggler]);
}
