//! Where somebody knows the rules: what they are asked, and what becomes of their answer. And filters.

use std::cell::RefCell;
use std::sync::Arc;

use flow_core::analysis::diagnosis::{
    Confidence, NamedRule, PolicyEvaluator, Refinement, Refusal, Ruling, Verdict, to_json_line,
};
use flow_core::query::{Filter, parse_filter};
use flow_core::record::Direction;
use flow_testkit::load::Load;

use crate::load::diagnosis;

/// A refused request, a refused reply, a straggler, and a scan.
const LOG: &str = "\
interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags
eni-s 10.0.9.9 10.0.2.9 51000 9100 6 5 400 1700001000 1700001050 ACCEPT 3
eni-s 10.0.1.5 10.0.2.9 40001 443 6 3 180 1700002000 1700002050 REJECT 2
eni-s 10.0.1.6 10.0.2.9 40002 443 6 3 180 1700002100 1700002150 ACCEPT 2
eni-s 10.0.2.9 10.0.1.6 443 40002 6 3 180 1700002101 1700002150 REJECT 18
eni-s 10.0.1.7 10.0.2.9 40003 443 6 1 40 1700002200 1700002250 REJECT 1
eni-s 198.51.100.7 10.0.2.9 40004 22 6 1 40 1700002300 1700002300 REJECT 2
eni-s 198.51.100.7 10.0.2.9 40004 23 6 1 40 1700002301 1700002301 REJECT 2
eni-s 198.51.100.7 10.0.2.9 40004 25 6 1 40 1700002302 1700002302 REJECT 2
eni-s 198.51.100.7 10.0.2.9 40004 3389 6 1 40 1700002303 1700002303 REJECT 2
";

/// Port, direction, whether it is a reply, and the verdict so far.
type Asked = (Option<u16>, Direction, bool, Verdict);

/// Knows one group, and notes what it was asked.
#[derive(Default)]
struct OneGroup {
    asked: RefCell<Vec<Asked>>,
}

impl PolicyEvaluator for OneGroup {
    fn ruling(&self, refusal: &Refusal<'_>) -> Option<Ruling> {
        self.asked.borrow_mut().push((refusal.port, refusal.direction, refusal.is_reply, refusal.verdict));
        (refusal.port != Some(25) && !refusal.is_reply).then(|| {
            Ruling::Refused(Refinement {
                verdict: Verdict::SecurityGroupInbound,
                confidence: Confidence::Certain,
                rule: Arc::new(NamedRule {
                    kind: "security-group".to_owned(),
                    id: "sg-1".to_owned(),
                    rule: "sgr-1".to_owned(),
                    miss: Some("cidr".to_owned()),
                }),
            })
        })
    }

    fn because(&self, _: &Refusal<'_>) -> Option<String> {
        Some("sg-1 allows 443 from 10.0.8.0/24 only.".to_owned())
    }
}

#[test]
fn rules_are_asked_about_refusals_only_and_name_what_refused() {
    let evaluator = OneGroup::default();
    let found = diagnosis(&Load::of(&[(0, LOG)]), &Filter::everything(), Some(&evaluator));
    use Direction::{Egress, Ingress};
    let expected = [
        (Some(443), Ingress, false, Verdict::PolicyInbound),
        (Some(443), Egress, true, Verdict::NetworkAclReturnOutbound),
    ];
    let mut asked = evaluator.asked.into_inner();
    asked.sort_by_key(|(port, _, is_reply, verdict)| (*verdict, *port, *is_reply));
    assert_eq!(asked[..2], expected);
    assert!(asked[2..].iter().all(|(.., verdict)| *verdict == Verdict::Scan) && asked.len() == 6);

    let shown: Vec<(&str, &str, bool)> = found
        .conversations
        .iter()
        .map(|of| (of.verdict.name(), of.confidence.name(), of.rule.is_some()))
        .collect();
    assert_eq!(
        shown,
        [
            ("security-group-inbound", "certain", true),
            ("network-acl-return-outbound", "high", false),
            ("straggler", "low", false),
            // That a rule refuses a scanner makes it no application.
            ("scan", "high", true),
            ("scan", "high", true),
            ("scan", "high", false),
            ("scan", "high", true),
        ]
    );
    let mut first = found.conversations[0].clone();
    first.tell(Some(&OneGroup::default()));
    let line = to_json_line(&first);
    assert!(
        line.contains("accepted before. sg-1 allows 443 from 10.0.8.0/24 only.\",\"needs\":[],"),
        "{line}"
    );
    let rule = r#""rule":{"kind":"security-group","id":"sg-1","rule":"sgr-1","miss":"cidr"},"rows":1,"#;
    assert!(line.contains(rule), "{line}");
}

#[test]
fn a_filter_chooses_rejections_but_not_what_is_known_of_them() {
    let load = Load::of(&[(0, LOG)]);
    let verdicts = |text: &str| -> Vec<&str> {
        let found = diagnosis(&load, &parse_filter(text).unwrap(), None);
        found.conversations.iter().map(|of| of.verdict.name()).collect()
    };
    assert_eq!(verdicts("srcport = 443"), ["network-acl-return-outbound"]);
    assert_eq!(verdicts("action = ACCEPT"), [""; 0]);
    assert_eq!(verdicts("dstaddr = 10.0.2.9 and dstport = 443"), ["policy-inbound", "straggler"]);
}

/// What is text in a log is text in the line, whatever it holds.
#[test]
fn odd_text_stays_inside_its_line() {
    let log = "interface-id srcaddr dstaddr srcport dstport protocol action\n\
               \"}\\{<b> 10.0.1.5 10.0.2.9 40001 443 6 REJECT\n";
    let found = diagnosis(&Load::of(&[(0, log)]), &Filter::everything(), None);
    let line = to_json_line(&found.conversations[0]);
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["interface_id"], "\"}\\{<b>");
    assert_eq!(line.lines().count(), 1);
}
