//! Which of the account's own rules refused, or missed by least.

use flow_core::analysis::diagnosis::{AccountRules, Confidence, Diagnosed};
use flow_core::config::read::read_configuration;
use flow_core::query::Filter;
use flow_testkit::load::Load;

use crate::load::diagnosis;

/// One server in a subnet whose network ACL lets HTTPS in and no reply to the high ports of 10.0.7.0/24 out.
const ACCOUNT: &str = r#"{
  "NetworkInterfaces": [{
    "NetworkInterfaceId": "eni-s", "VpcId": "vpc-1", "SubnetId": "subnet-1",
    "PrivateIpAddresses": [{ "PrivateIpAddress": "10.0.2.9", "Primary": true }],
    "Groups": [{ "GroupId": "sg-web" }]
  }],
  "Subnets": [{ "SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24" }],
  "SecurityGroups": [{
    "GroupId": "sg-web", "VpcId": "vpc-1",
    "IpPermissions": [
      { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "10.0.0.0/20" }] },
      { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "10.0.0.0/16" }] }
    ],
    "IpPermissionsEgress": []
  }],
  "NetworkAcls": [{
    "NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{ "NetworkAclId": "acl-1", "SubnetId": "subnet-1" }],
    "Entries": [
      { "Egress": false, "RuleNumber": 90, "Protocol": "6", "PortRange": { "From": 22, "To": 22 }, "RuleAction": "deny", "CidrBlock": "0.0.0.0/0" },
      { "Egress": false, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0" },
      { "Egress": true, "RuleNumber": 90, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "10.0.7.0/24" },
      { "Egress": true, "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0" }
    ]
  }]
}"#;

fn diagnosed(records: &str) -> Vec<Diagnosed> {
    let (configuration, report) = read_configuration([("account.json", ACCOUNT.as_bytes())]);
    assert_eq!(report.problems, []);
    let header =
        "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n";
    let log = header.to_owned() + records;
    let rules = AccountRules::new(configuration.into());
    let found = diagnosis(&Load::of(&[(0, &log)]), &Filter::everything(), Some(&rules));
    let mut conversations = found.conversations;
    conversations.iter_mut().for_each(|diagnosed| diagnosed.tell(Some(&rules)));
    conversations
}

/// Group or ACL, rule, and what of it did not fit.
type Named = (String, String, Option<String>);

/// Verdict and rule of the first conversation.
fn named(records: &str) -> (&'static str, Option<Named>) {
    let first = diagnosed(records).swap_remove(0);
    let rule = first.rule.map(|named| (named.id.clone(), named.rule.clone(), named.miss.clone()));
    (first.verdict.name(), rule)
}

fn rule(id: &str, rule: &str, miss: Option<&str>) -> Option<Named> {
    Some((id.to_owned(), rule.to_owned(), miss.map(String::from)))
}

/// So that it is known which address the interface has.
const SEEN: &str = "eni-s 10.0.9.9 10.0.2.9 51000 443 6 5 400 1700001000 1700001050 ACCEPT 2\n";

#[test]
fn a_source_outside_the_cidr_of_the_only_rule_for_the_port_is_named() {
    let refused =
        format!("{SEEN}eni-s 10.0.77.5 10.0.2.9 40001 443 6 3 180 1700002000 1700002050 REJECT 2\n");
    let expected = rule("sg-web", "inbound tcp 443 from 10.0.0.0/20", Some("cidr"));
    assert_eq!(named(&refused), ("security-group-inbound", expected));
    let words = diagnosed(&refused)[0].because();
    assert!(words.contains("the source 10.0.77.5 is outside its CIDR"), "{words}");
}

#[test]
fn an_entry_of_the_acl_that_denies_first_is_named_though_the_group_allows() {
    let refused = format!("{SEEN}eni-s 10.0.1.5 10.0.2.9 40001 22 6 3 180 1700002000 1700002050 REJECT 2\n");
    assert_eq!(named(&refused), ("network-acl-inbound", rule("acl-1", "90", None)));
}

#[test]
fn the_reply_that_the_acl_denies_is_named_by_its_entry() {
    let refused = format!(
        "{SEEN}eni-s 10.0.7.6 10.0.2.9 40002 443 6 3 180 1700002100 1700002150 ACCEPT 2\n\
         eni-s 10.0.2.9 10.0.7.6 443 40002 6 3 180 1700002101 1700002150 REJECT 18\n"
    );
    assert_eq!(named(&refused), ("network-acl-return-outbound", rule("acl-1", "90", None)));
}

#[test]
fn in_one_subnet_no_acl_is_asked() {
    let refused =
        format!("{SEEN}eni-s 10.0.2.44 10.0.2.9 40001 8080 6 3 180 1700002000 1700002050 REJECT 2\n");
    let (verdict, found) = named(&refused);
    assert_eq!((verdict, found.map(|(id, ..)| id)), ("security-group-inbound", Some("sg-web".to_owned())));
}

#[test]
fn that_rules_let_pass_now_what_was_refused_then_is_said() {
    let with_flags = |flags: &str| {
        format!("{SEEN}eni-s 10.0.1.5 10.0.2.9 40001 443 6 3 180 1700002000 1700002050 REJECT {flags}\n")
    };
    let syn = diagnosed(&with_flags("2")).swap_remove(0);
    assert_eq!((syn.verdict.name(), &syn.rule, syn.is_admitted_now), ("policy-inbound", &None, true));
    assert_eq!(syn.confidence, Confidence::High);
    assert_eq!(
        syn.because(),
        "1 row from 10.0.1.5 to 10.0.2.9 port 443 was refused, with the SYN that opens a connection and nothing accepted \
         before. The rules as they are described let it through: they have been changed since. Allowed by sg-web, inbound \
         tcp 443 from 10.0.0.0/20. acl-1 allows it: inbound rule 100: allow all traffic from 0.0.0.0/0."
    );
    let unknown = diagnosed(&with_flags("-")).swap_remove(0);
    assert_eq!((unknown.verdict.name(), unknown.confidence), ("policy-inbound", Confidence::Low));
    let words = unknown.because();
    assert!(words.contains("changed since, or it came after its connection was closed"), "{words}");
    let reply = format!(
        "{SEEN}eni-s 10.0.1.6 10.0.2.9 40002 443 6 3 180 1700002100 1700002150 ACCEPT 2\n\
         eni-s 10.0.2.9 10.0.1.6 443 40002 6 3 180 1700002101 1700002150 REJECT 18\n"
    );
    let words = diagnosed(&reply).swap_remove(0).because();
    assert!(words.contains("acl-1 allows the reply"), "{words}");
}

#[test]
fn what_an_interface_refused_that_is_not_described_stays_as_the_logs_have_it() {
    let refused = "eni-t 10.0.9.9 10.0.2.9 51000 443 6 5 400 1700001000 1700001050 ACCEPT 2\n\
         eni-t 10.0.1.5 10.0.2.9 40001 443 6 3 180 1700002000 1700002050 REJECT 2\n";
    let found = diagnosed(refused).swap_remove(0);
    assert_eq!((found.verdict.name(), found.is_admitted_now), ("policy-inbound", false));
}
