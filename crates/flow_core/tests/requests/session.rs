//! The three questions asked of a session, whose rules came as a file of the load.

use flow_core::config::{Peer, RuleDirection, RuleEdit, SecurityGroupRule, Traffic};
use flow_core::query::Filter;
use flow_core::record::Prefix;
use flow_core::session::message::{Answer, Command, Event, Question, Request, RequestId};
use flow_core::session::{Session, SessionOptions, Step};

const RULES: &str = r#"{
  "NetworkInterfaces": [{"NetworkInterfaceId": "eni-web", "VpcId": "vpc-1", "SubnetId": "subnet-1",
    "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.2.9", "Primary": true}], "Groups": [{"GroupId": "sg-web"}]}],
  "SecurityGroups": [{"GroupId": "sg-web", "VpcId": "vpc-1", "IpPermissionsEgress": [], "IpPermissions": [
    {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]}"#;

const LOG: &str = "\
interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags
eni-web 198.51.100.7 10.0.2.9 40001 443 6 5 400 1000 1050 ACCEPT 2
eni-web 10.0.2.9 198.51.100.7 443 40001 6 5 400 1000 1050 ACCEPT 18
eni-web 198.51.100.8 10.0.2.9 40001 22 6 1 60 1000 1050 REJECT 2
";

fn answers(n_shards: u16, files: &[(&str, &str)], questions: &[Question]) -> Vec<Answer> {
    let mut session = Session::new(SessionOptions { n_shards, ..SessionOptions::default() });
    let (mut events, mut now_ms) = (Vec::new(), 0.0);
    let open = files
        .iter()
        .map(|(name, text)| Command::OpenText { name: (*name).to_owned(), text: (*text).to_owned() });
    let commands: Vec<Command> = open.chain(questions.iter().cloned().map(Command::Ask)).collect();
    for (id, command) in (0..).map(RequestId).zip(commands) {
        session.submit(Request { id, command }, now_ms, &mut |event| events.push(event));
        while {
            now_ms += 40.0;
            session.step(now_ms, &mut |event| events.push(event)) != Step::Idle
        } {}
    }
    let answered = events.into_iter().filter_map(|event| match event {
        Event::Answered { id, answer, .. } if id.0 as usize >= files.len() => Some(answer),
        _ => None,
    });
    answered.collect()
}

fn questions() -> [Question; 3] {
    let rule = SecurityGroupRule {
        direction: RuleDirection::Ingress,
        traffic: Traffic::read("tcp", Some(22), Some(22)).unwrap(),
        peer: Peer::Cidr(Prefix::parse("198.51.100.8/32").unwrap()),
        id: None,
        description: None,
    };
    let filter = Filter::everything();
    [
        Question::RuleUse { filter: filter.clone() },
        Question::Reachable { filter: filter.clone() },
        Question::Replay { filter, edits: vec![RuleEdit::AddGroupRule { group: "sg-web".to_owned(), rule }] },
    ]
}

#[test]
fn rules_and_records_of_one_load_meet_in_the_answers() {
    for n_shards in [1, 3] {
        let found = answers(n_shards, &[("rules.json", RULES), ("a.log", LOG)], &questions());
        let [Answer::RuleUse(used), Answer::Reachable(reached), Answer::Replay(replayed)] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(used.groups[0].rules[0].used.total.rows, 1);
        assert_eq!((reached.ports.len(), reached.ports[0].rules.len()), (1, 1));
        assert_eq!((replayed.groups.len(), replayed.groups[0].port), (1, Some(22)));
    }
}

#[test]
fn without_rules_that_is_said() {
    let found = answers(1, &[("a.log", LOG)], &questions());
    let [Answer::RuleUse(used), Answer::Reachable(reached), Answer::Replay(replayed)] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(!used.has_rules && !replayed.has_rules);
    assert_eq!(replayed.misfits.len(), 1);
    // What was reached needs no rules.
    assert_eq!(reached.ports.len(), 1);
}
