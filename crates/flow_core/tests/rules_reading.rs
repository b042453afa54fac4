//! Descriptions as people have them to a configuration and a report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use flow_core::config::evaluate::{Answer, Decision};
use flow_core::config::read::{FILE_BYTES_MAX, read_configuration};
use flow_core::config::report::PROBLEMS_KEPT;
use flow_core::config::{
    Configuration, ConfigurationReport, Evaluator, Flow, Kind, Placement, PortPair, Reason, RuleDirection,
};
use flow_core::record::Address;
use proptest::prelude::*;

fn read(files: &[(&str, &str)]) -> (Configuration, ConfigurationReport) {
    read_configuration(files.iter().map(|(name, text)| (*name, text.as_bytes())))
}

/// `file:line path: reason`, one for each problem.
fn problems(report: &ConfigurationReport) -> Vec<String> {
    let line = |problem: &flow_core::config::report::Problem| {
        format!("{}:{} {}: {}", problem.file, problem.line, problem.path, problem.reason)
    };
    report.problems.iter().map(line).collect()
}

fn missing(report: &ConfigurationReport) -> Vec<String> {
    report.missing.iter().map(|missing| missing.to_string()).collect()
}

const GROUP: &str = r#"{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "IpPermissionsEgress": [],
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]}"#;

fn rules_of(configuration: &Configuration, group: &str) -> Vec<String> {
    let rules = configuration.groups[group].rules.as_ref();
    let line =
        |rule: &flow_core::config::SecurityGroupRule| format!("{} {rule}", rule.id.as_deref().unwrap_or("-"));
    rules.into_iter().flatten().map(line).collect()
}

#[test]
fn documents_come_in_any_wrapping() {
    let inner = GROUP.strip_prefix(r#"{"SecurityGroups": "#).unwrap().strip_suffix('}').unwrap();
    let (expected, _) = read(&[("a.json", GROUP)]);
    assert_eq!(rules_of(&expected, "sg-1"), ["- inbound tcp 443 from 10.0.0.0/8"]);
    for text in [
        // A list cut out of the output; one object of it.
        inner.to_owned(),
        inner.trim_matches(['[', ']']).to_owned(),
        // A bundle; one by account and region; several documents.
        format!(r#"{{"SecurityGroups": {inner}, "Vpcs": []}}"#),
        format!(r#"{{"123456789012": {{"eu-west-1": {GROUP}}}}}"#),
        format!("[{GROUP}, {GROUP}]"),
        format!("{GROUP}{GROUP}\n\n{GROUP}"),
        format!("\u{feff}{GROUP}"),
    ] {
        let (configuration, report) = read(&[("a.json", &text)]);
        assert_eq!(configuration, expected, "{text}");
        assert_eq!(problems(&report), [""; 0], "{text}");
        assert_eq!(report.counts, [(Kind::SecurityGroup, 1), (Kind::SecurityGroupRule, 1)]);
    }
    let utf_16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(GROUP.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read_configuration([("a.json", &utf_16[..])]).0, expected);
}

#[test]
fn what_is_almost_json_is_read_and_said() {
    let text = r#"
$ aws ec2 describe-security-groups
{ // one of two
    "SecurityGroups": [
        {"GroupId": "sg-1", "GroupName": 'web', "IpPermissions": [], "IpPermissionsEgress": [],},
        ...
    ],
}
"#;
    let (configuration, report) = read(&[("example.txt", text)]);
    assert_eq!(configuration.groups["sg-1"].name.as_deref(), Some("web"));
    assert_eq!(
        problems(&report),
        [
            "example.txt:2 : One line is not part of a JSON document; it was skipped",
            "example.txt:3 : The text is not quite JSON; it was read after 6 repairs",
        ]
    );
}

#[test]
fn rules_get_their_ids_from_the_other_output() {
    let rules = r#"{"SecurityGroupRules": [
        {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "6", "FromPort": 443, "ToPort": 443,
         "CidrIpv4": "10.0.0.0/8", "Description": "all of ours"},
        {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1,
         "CidrIpv6": "::/0"},
        {"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-2", "IsEgress": false, "IpProtocol": "icmp", "FromPort": 8, "ToPort": -1,
         "ReferencedGroupInfo": {"GroupId": "sg-1", "VpcId": "vpc-1"}}]}"#;
    let (configuration, report) = read(&[("groups.json", GROUP), ("rules.json", rules)]);
    assert_eq!(
        rules_of(&configuration, "sg-1"),
        ["sgr-1 inbound tcp 443 from 10.0.0.0/8", "sgr-2 outbound all traffic to ::/0"]
    );
    assert_eq!(
        configuration.groups["sg-1"].rules.as_ref().unwrap()[0].description.as_deref(),
        Some("all of ours")
    );
    assert_eq!(rules_of(&configuration, "sg-2"), ["sgr-3 inbound icmp type 8 from sg-1"]);
    assert_eq!(
        problems(&report),
        [
            "rules.json:1 SecurityGroupRules[1]: The rule outbound all traffic to ::/0 is not among the permissions of sg-1 in \
          the other output. It is used; load outputs of the same time"
        ]
    );
}

#[test]
fn what_contradicts_is_reported_and_the_last_name_is_used() {
    let older = GROUP.replace("443", "80");
    for files in [[("1.json", older.as_str()), ("2.json", GROUP)], [("2.json", GROUP), ("1.json", &older)]] {
        let (configuration, report) = read(&files);
        assert_eq!(rules_of(&configuration, "sg-1"), ["- inbound tcp 443 from 10.0.0.0/8"]);
        assert_eq!(
            problems(&report),
            [
                "2.json:1 SecurityGroups[0]: The security group sg-1 is described twice and differently (rules). What this file \
              says is used, because its name comes last"
            ]
        );
    }
    // An interface is described by several outputs, which add up.
    let interfaces = r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "PrivateIpAddress": "10.0.0.4",
        "Groups": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}], "Description": "web"}]}"#;
    let instances = r#"{"Reservations": [{"OwnerId": "1", "Instances": [{"InstanceId": "i-1", "NetworkInterfaces": [
        {"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.0.4", "VpcId": "vpc-1",
         "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]}]}]}]}"#;
    let (configuration, report) = read(&[("a", interfaces), ("b", instances)]);
    let interface = &configuration.interfaces["eni-1"];
    assert_eq!(interface.groups.as_deref(), Some(&["sg-1".to_owned(), "sg-2".to_owned()][..]));
    assert_eq!(interface.instance.as_deref(), Some("i-1"));
    assert_eq!((interface.vpc.as_deref(), interface.subnet.as_deref()), (Some("vpc-1"), Some("subnet-1")));
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn a_subnet_has_one_network_acl() {
    let acl = |id: &str| {
        let acl = r#"{"NetworkAcls": [{"NetworkAclId": "ID", "Entries": [], "Associations": [{"SubnetId": "subnet-1"}]}]}"#;
        acl.replace("ID", id)
    };
    let (configuration, report) = read(&[("2", &acl("acl-a")), ("1", &acl("acl-b"))]);
    assert_eq!(configuration.network_acl_of("subnet-1").unwrap().0, "acl-a");
    assert_eq!(report.n_problems, 1);
    assert!(matches!(&report.problems[0].reason, Reason::Contradiction { kind: Kind::Subnet, .. }));
}

/// AWS has no two entries of one number; a file can have them.
#[test]
fn entries_of_one_number_decide_without_harm() {
    let entry = |action: &str, egress: bool| {
        format!(
            r#"{{"RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "RuleAction": "{action}", "Egress": {egress}}}"#
        )
    };
    let entries = [("deny", false), ("allow", false), ("allow", true), ("deny", true)]
        .map(|(a, egress)| entry(a, egress));
    let acl = format!(
        r#"{{"NetworkAclId": "acl-1", "Associations": [{{"SubnetId": "subnet-1"}}], "Entries": [{}]}}"#,
        entries.join(", ")
    );
    let (configuration, _) = read(&[("a", &acl)]);
    let mut evaluator = Evaluator::new(Arc::new(configuration));
    let place =
        evaluator.place(Placement { subnet: Some("subnet-1".into()), groups: Some(vec![]), vpc: None });
    for direction in RuleDirection::BOTH {
        let flow = Flow { direction, remote: Address::V4(0x0808_0808), protocol: 6, ports: None };
        let explanation = evaluator.explain(place, &flow);
        let Decision { acl_request, acl_reply, .. } = explanation.decision;
        // Of two that say otherwise, the one that denies.
        assert_eq!([acl_request.answer(), acl_reply.answer()], [Answer::No; 2]);
    }
}

#[test]
fn pages_that_go_on_are_reported_unless_the_last_is_there() {
    let first = GROUP.replace("]}]}]}", r#"]}]}], "NextToken": "abc"}"#);
    let (configuration, report) = read(&[("page1.json", &first)]);
    assert_eq!(configuration.groups.len(), 1);
    assert_eq!(
        problems(&report),
        [
            "page1.json:1 : The output goes on (NextToken), and no last page of it was read. Load all pages of \
          describe-security-groups"
        ]
    );
    let last = GROUP.replace("sg-1", "sg-2");
    assert_eq!(problems(&read(&[("page1.json", &first), ("page2.json", &last)]).1), [""; 0]);
}

#[test]
fn entries_of_a_prefix_list_need_the_name_of_their_list() {
    let entries = r#"{"Entries": [{"Cidr": "10.0.0.0/8", "Description": "ours"}, {"Cidr": "10.0.0.0/8"}]}"#;
    let more = r#"{"Entries": [{"Cidr": "2001:db8::/32"}]}"#;
    let (configuration, report) = read(&[("pl-0123abc.json", entries), ("office_pl-0123abc_2.json", more)]);
    let found = configuration.prefix_lists["pl-0123abc"].entries.as_ref().unwrap();
    assert_eq!(
        found.iter().map(|entry| entry.to_string()).collect::<Vec<_>>(),
        ["10.0.0.0/8", "2001:db8::/32"]
    );
    assert_eq!(problems(&report), [""; 0]);
    let bundle = format!(
        r#"{{"pl-5": {more}, "x": {{"PrefixListId": "pl-6", "Entries": [{{"Cidr": "10.0.0.0/8"}}]}}}}"#
    );
    let (configuration, _) = read(&[("bundle.json", &bundle)]);
    assert_eq!(configuration.prefix_lists.keys().collect::<Vec<_>>(), ["pl-5", "pl-6"]);
    let (configuration, report) = read(&[("entries.json", more)]);
    assert!(configuration.prefix_lists.is_empty());
    assert_eq!(report.problems[0].reason, Reason::EntriesOfUnknownList);
}

#[test]
fn what_is_referred_to_and_not_described_is_named_with_the_command() {
    let interface = r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.0.4", "Groups": [{"GroupId": "sg-1"}, {"GroupId": "sg-9"}]}]}"#;
    let group = GROUP.replace(
        r#""IpRanges": [{"CidrIp": "10.0.0.0/8"}]"#,
        r#""PrefixListIds": [{"PrefixListId": "pl-1"}], "UserIdGroupPairs": [{"GroupId": "sg-8", "UserId": "2"}]"#,
    );
    let (_, report) = read(&[("a", interface), ("b", &group)]);
    assert_eq!(
        missing(&report),
        [
            "sg-1 refers to the security group sg-8, which is not described. Load the output of aws ec2 describe-security-groups",
            "eni-1 refers to the security group sg-9, which is not described. Load the output of aws ec2 describe-security-groups",
            "No network ACL is described that guards subnet-1. Load the output of aws ec2 describe-network-acls",
            "eni-1 refers to the subnet subnet-1, which is not described. Load the output of aws ec2 describe-subnets",
            "eni-1 refers to the VPC vpc-1, which is not described. Load the output of aws ec2 describe-vpcs",
            "sg-1 refers to pl-1, whose entries are not described. Load the output of aws ec2 get-managed-prefix-list-entries",
        ]
    );
}

#[test]
fn mistakes_have_their_place() {
    let text = r#"{"SecurityGroups": [
        {"GroupName": "no id", "IpPermissions": [], "IpPermissionsEgress": []},
        {"GroupId": "sg-1", "IpPermissionsEgress": [], "IpPermissions": [
            {"IpProtocol": "tpc", "FromPort": 1, "ToPort": 2},
            {"IpProtocol": "tcp", "FromPort": "1", "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0"}, {"CidrIp": "10.0.0.0/8"}]}]},
        {"GroupId": "sg-2", "IpPermissions": []},
        "sg-3"],
      "Subnets": {}}
      {"Name": "x", "ID": "sg-33bb22aa"}"#;
    let (configuration, report) = read(&[("a", text)]);
    assert_eq!(
        problems(&report),
        [
            "a:1 SecurityGroups[0]: GroupId is missing; this was skipped",
            "a:1 SecurityGroups[1].IpPermissions[0]: The protocol is neither a number nor one that rules can name",
            "a:1 SecurityGroups[1].IpPermissions[1]: A port is not between 0 and 65535",
            "a:1 SecurityGroups[1].IpPermissions[1].FromPort: A whole number is expected here; this was skipped",
            "a:1 SecurityGroups[2]: IpPermissionsEgress is missing; this was skipped",
            "a:1 SecurityGroups[3]: The description of a security group is expected here; this was skipped",
            "a:9 : Nothing here is a description that is used. Expected is the output of aws ec2 describe-…",
        ]
    );
    assert_eq!(configuration.groups["sg-1"].has_unread_rules, Some(true));
    assert_eq!(configuration.groups["sg-2"].rules, None);
}

#[test]
fn hostile_files_are_problems() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let deep_objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    // A bracket on each line begins a document each time; so does a quote that is never closed.
    let brackets = "[\n".repeat(200_000);
    let quotes = "{\"\n".repeat(200_000);
    let wrong_many = format!(r#"{{"Subnets": [{}1]}}"#, "1,".repeat(5_000));
    for text in [deep, deep_objects, brackets, quotes, wrong_many, "\0".repeat(1_000)] {
        let (configuration, report) = read(&[("a", &text)]);
        assert_eq!(configuration, Configuration::default());
        assert!(report.n_problems > 0 && report.problems.len() <= PROBLEMS_KEPT);
    }
    let long = vec![b' '; FILE_BYTES_MAX + 1];
    for (bytes, reason) in [(&long[..], Reason::FileTooLong), (b"{\xff}", Reason::NotText)] {
        let (_, report) = read_configuration([("a", bytes)]);
        assert_eq!(report.problems[0].reason, reason);
    }
}

/// Texts that are nearly descriptions: pieces of them in any order.
fn any_pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "'",
        "...",
        "//",
        "/*",
        "*/",
        "#",
        "\n",
        " ",
        "\\",
        "null",
        "true",
        "-1",
        "1e9",
        "é",
        "\"SecurityGroups\"",
        "\"GroupId\"",
        "\"sg-1\"",
        "\"IpPermissions\"",
        "\"IpPermissionsEgress\"",
        "\"Entries\"",
        "\"NetworkAclId\"",
        "\"Cidr\"",
        "\"NextToken\"",
        "\"Reservations\"",
        "\"10.0.0.0/8\"",
        "\"Instances\"",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..60)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_and_no_bytes_are_too_much(text in any_pieces(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_configuration([("a", text.as_bytes()), ("b", &bytes[..])]);
    }

    #[test]
    fn a_cut_or_changed_output_is_read_without_harm(at in 0..GROUP.len(), byte in any::<u8>(), is_cut in any::<bool>()) {
        let mut bytes = GROUP.as_bytes().to_vec();
        if is_cut { bytes.truncate(at) } else { bytes[at] = byte }
        let (configuration, report) = read_configuration([("a", &bytes[..])]);
        // What is cut off is never half a group.
        prop_assert!(!is_cut || configuration == Configuration::default());
        prop_assert!(!is_cut || at == 0 || report.n_problems == 1);
    }
}

fn samples() -> Option<PathBuf> {
    let Some(folder) = env::var_os("FLOWGLASS_SAMPLES") else {
        println!("skipped: FLOWGLASS_SAMPLES does not name a folder of samples with aws-api in it");
        return None;
    };
    let folder = Path::new(&folder).join("aws-api");
    assert!(folder.is_dir(), "{}, by FLOWGLASS_SAMPLES, is no folder", folder.display());
    Some(folder)
}

/// The documented outputs of AWS and those of a server that imitates it: how many of each kind, and no problem but
/// those known.
#[test]
fn outputs_of_others_read_as_known() {
    let Some(folder) = samples() else { return };
    for (name, kinds, n_problems) in SAMPLES {
        let bytes = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (_, report) = read_configuration([(*name, &bytes[..])]);
        assert_eq!(report.files[0].counts, *kinds, "{name} {:#?}", report.problems);
        assert_eq!(report.n_problems, *n_problems, "{name} {:#?}", report.problems);
    }
    let read_name = |name: &str| {
        let bytes = fs::read(folder.join(name)).unwrap();
        read_configuration([("groups", &bytes[..])]).0
    };
    assert_eq!(
        read_name("awscli_describe-security-groups_1.INVALID.txt"),
        read_name("awscli_describe-security-groups_1.fixed.json")
    );
}

/// One invented network, in all its outputs: they agree, rules get their ids, and flows are decided by them.
#[test]
fn outputs_of_one_network_make_one_configuration() {
    let Some(folder) = samples() else { return };
    let names = SAMPLES.iter().map(|(name, ..)| *name).filter(|name| name.starts_with("moto_"));
    let files: Vec<(&str, Vec<u8>)> =
        names.map(|name| (name, fs::read(folder.join(name)).unwrap())).collect();
    let in_order = read_configuration(files.iter().map(|(name, bytes)| (*name, &bytes[..])));
    let reversed = read_configuration(files.iter().rev().map(|(name, bytes)| (*name, &bytes[..])));
    assert_eq!(in_order, reversed, "the order of files does not matter");
    let (configuration, report) = in_order;
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(
        missing(&report),
        [
            "sg-d711edd411e981cf2 refers to pl-67b81cc85a97090f5, whose entries are not described. Load the output of aws ec2 \
          get-managed-prefix-list-entries"
        ]
    );
    assert_eq!(
        rules_of(&configuration, "sg-d711edd411e981cf2"),
        [
            "sgr-d0f69c92e3936e8cd inbound icmp type 8 from 10.0.0.0/16",
            "sgr-9cbe71c0b40330fd7 inbound tcp 22 from pl-67b81cc85a97090f5",
            "sgr-383129c83d7ad0b98 inbound tcp 8080-8099 from sg-451848c8d779efce9",
            "sgr-7f907b7c0f1fe0610 outbound all traffic to 0.0.0.0/0",
            "sgr-6dff9fcacdb0e3f81 outbound all traffic to ::/0",
        ]
    );
    let mut evaluator = Evaluator::new(Arc::new(configuration.clone()));
    let database = evaluator.interface("eni-ed3c423f5f8215c0f").unwrap();
    let asked = |remote: &str, local| Flow {
        direction: RuleDirection::Ingress,
        remote: Address::parse(remote.as_bytes()).unwrap(),
        protocol: 6,
        ports: Some(PortPair { local, remote: 50_000 }),
    };
    let explain = |remote, local| evaluator.explain(database, &asked(remote, local)).sentences().join(" ");
    assert_eq!(
        explain("10.0.0.10", 5432),
        "Allowed by sg-099c2b143b6124a9a sgr-16ecdf2af4fc14158, inbound tcp 5432 from sg-d711edd411e981cf2. \
         acl-f178ffa186ed18c4c allows it: inbound rule 100: allow all traffic from 0.0.0.0/0. \
         acl-f178ffa186ed18c4c allows the reply: outbound rule 100: allow all traffic to 0.0.0.0/0."
    );
    assert_eq!(
        explain("10.0.1.10", 5433),
        "Denied: no inbound rule of sg-099c2b143b6124a9a allows it. Nearest is sg-099c2b143b6124a9a \
         sgr-16ecdf2af4fc14158, inbound tcp 5432 from sg-d711edd411e981cf2: the port 5433 is outside its port range. \
         The network ACL is not asked: both ends are in one subnet. The network ACL is not asked: both ends are in one \
         subnet."
    );
}

/// Name, descriptions of each kind, problems.
type Sample = (&'static str, &'static [(Kind, u32)], u32);

const SAMPLES: &[Sample] = &[
    ("awscli_describe-flow-logs_1.json", &[(Kind::FlowLog, 2)], 0),
    ("awscli_describe-managed-prefix-lists_1.json", &[(Kind::PrefixList, 2)], 0),
    ("awscli_describe-nat-gateways_1.json", &[(Kind::NatGateway, 1)], 0),
    ("awscli_describe-nat-gateways_2.json", &[(Kind::NatGateway, 1)], 0),
    ("awscli_describe-network-acls_1.json", &[(Kind::NetworkAcl, 2)], 0),
    ("awscli_describe-network-interfaces_1.json", &[(Kind::Interface, 2)], 0),
    ("awscli_describe-network-interfaces_2.json", &[(Kind::Interface, 1)], 0),
    ("awscli_describe-route-tables_1.json", &[(Kind::RouteTable, 3)], 0),
    ("awscli_describe-security-group-rules_1.json", &[(Kind::SecurityGroupRule, 3)], 0),
    ("awscli_describe-security-group-rules_2.json", &[(Kind::SecurityGroupRule, 1)], 0),
    ("awscli_describe-security-groups_1.INVALID.txt", &[(Kind::SecurityGroup, 1)], 1),
    ("awscli_describe-security-groups_1.fixed.json", &[(Kind::SecurityGroup, 1)], 0),
    ("awscli_describe-security-groups_2.json", &[], 1),
    ("awscli_describe-security-groups_3.json", &[], 1),
    ("awscli_describe-subnets_1.INVALID.txt", &[(Kind::Subnet, 2)], 1),
    ("awscli_describe-subnets_2.json", &[(Kind::Subnet, 1)], 0),
    ("awscli_describe-vpc-endpoints_1.json", &[(Kind::VpcEndpoint, 3)], 0),
    ("awscli_describe-vpcs_1.json", &[(Kind::Vpc, 2)], 0),
    ("awscli_describe-vpcs_2.json", &[(Kind::Vpc, 1)], 0),
    ("botocore_DescribeNetworkAcls_1.json", &[(Kind::NetworkAcl, 1)], 1),
    ("botocore_DescribeNetworkInterfaces_1.json", &[(Kind::Interface, 1)], 0),
    ("botocore_DescribeSubnets_1.json", &[(Kind::Subnet, 1)], 0),
    ("botocore_DescribeVpcs_1.json", &[(Kind::Vpc, 1)], 0),
    ("moto_describe-flow-logs.json", &[(Kind::FlowLog, 1)], 0),
    ("moto_describe-instances.json", &[(Kind::Instance, 1)], 0),
    ("moto_describe-managed-prefix-lists.json", &[(Kind::PrefixList, 7)], 0),
    ("moto_describe-network-acls.json", &[(Kind::NetworkAcl, 3)], 0),
    ("moto_describe-network-interfaces.json", &[(Kind::Interface, 3)], 0),
    ("moto_describe-security-group-rules.json", &[(Kind::SecurityGroupRule, 14)], 0),
    ("moto_describe-security-groups.json", &[(Kind::SecurityGroup, 5)], 0),
    ("moto_describe-subnets.json", &[(Kind::Subnet, 2)], 0),
    ("moto_describe-vpcs.json", &[(Kind::Vpc, 2)], 0),
];
