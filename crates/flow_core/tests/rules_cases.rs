//! The cases in `tests/rules`: descriptions as JSON, flows one a line, and below each flow what is decided and why.
//!
//! `UPDATE_EXPECT=1` writes what stands below the flows anew; read the difference before you commit it. The decisions are
//! also compared with the literal reading of the testkit.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use flow_core::config::evaluate::{Answer, PlaceId};
use flow_core::config::read::read_configuration;
use flow_core::config::{Configuration, Evaluator, Flow, Placement, PortPair, RuleDirection};
use flow_core::record::Address;
use flow_core::record::name::protocol_number;
use flow_testkit::rules_oracle as oracle;

const N_FLOWS_MIN: u32 = 60;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rules");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths
}

#[test]
fn each_flow_is_decided_as_its_case_says() {
    let mut n_flows = 0;
    let mut wrong = String::new();
    for path in cases() {
        let text = fs::read_to_string(&path).unwrap();
        let answered = answered(&text, &mut n_flows);
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &answered).unwrap();
        } else if answered != text {
            write!(wrong, "{}\n{}", path.display(), difference(&text, &answered)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(n_flows >= N_FLOWS_MIN, "only {n_flows} flows");
}

fn difference(expected: &str, found: &str) -> String {
    let differs = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    let (expected, found) = differs.unwrap_or(("", "(a line more or less at the end)"));
    format!("  expected {expected}\n  but got  {found}\n")
}

/// A file of cases with the answers as they are. A case is a heading (`## …`), descriptions between lines of three
/// backquotes, then `at` lines and flows, each with its answer indented.
fn answered(text: &str, n_flows: &mut u32) -> String {
    let mut answered = String::new();
    for case in text.split_inclusive("\n## ") {
        let (before, rest) = case.split_once("\n```\n").unwrap_or((case, ""));
        let Some((json, flows)) = rest.split_once("\n```\n") else {
            answered.push_str(case);
            continue;
        };
        let (configuration, report) = read_configuration([("case.json", json.as_bytes())]);
        let unexpected =
            report.problems.iter().filter(|problem| !problem.reason.to_string().contains("repair"));
        let problems: Vec<String> =
            unexpected.map(|problem| format!("{}: {}", problem.path, problem.reason)).collect();
        write!(answered, "{before}\n```\n{json}\n```\n").unwrap();
        answer_flows(&configuration, &problems, flows, n_flows, &mut answered);
    }
    answered
}

fn answer_flows(
    configuration: &Configuration,
    problems: &[String],
    lines: &str,
    n_flows: &mut u32,
    answered: &mut String,
) {
    let mut evaluator = Evaluator::new(Arc::new(configuration.clone()));
    let mut place = None;
    for line in lines.split_inclusive('\n') {
        if line.starts_with("    ") {
            continue;
        }
        answered.push_str(line);
        let line = line.trim_end();
        if let Some(at) = line.strip_prefix("at ") {
            place = Some(read_place(&mut evaluator, at));
            for problem in problems {
                writeln!(answered, "    problem: {problem}").unwrap();
            }
        } else if line.starts_with("in ") || line.starts_with("out ") {
            *n_flows += 1;
            let flow = read_flow(line).unwrap_or_else(|| panic!("not a flow: {line}"));
            let place = place.unwrap_or_else(|| panic!("no place: {line}"));
            answer(&evaluator, configuration, place, &flow, answered);
        }
    }
}

/// `eni-a`, or what one would have: `subnet-a sg-1 sg-2`.
fn read_place(evaluator: &mut Evaluator, text: &str) -> PlaceId {
    if text.starts_with("eni-") {
        return evaluator.interface(text).unwrap_or_else(|| panic!("{text} is not described"));
    }
    let of = |start: &str| text.split(' ').filter(|id| id.starts_with(start)).map(str::to_owned).collect();
    let (vpcs, subnets): (Vec<String>, Vec<String>) = (of("vpc-"), of("subnet-"));
    evaluator.place(Placement {
        vpc: vpcs.into_iter().next(),
        subnet: subnets.into_iter().next(),
        groups: Some(of("sg-")),
    })
}

/// `in tcp 10.0.0.9:50000 -> 443`, `out tcp 50000 -> [fd00::9]:443`, without ports `in icmp 10.0.0.9`.
fn read_flow(line: &str) -> Option<Flow> {
    let (way, rest) = line.split_once(' ')?;
    let (protocol, ends) = rest.split_once(' ')?;
    let protocol = protocol_number(protocol).or_else(|| protocol.parse().ok())?;
    let direction = RuleDirection::of_egress(way == "out");
    let address = |text: &str| Address::parse(text.trim_matches(['[', ']']).as_bytes());
    let Some((from, to)) = ends.split_once(" -> ") else {
        return Some(Flow { direction, remote: address(ends)?, protocol, ports: None });
    };
    let (remote, local) = if way == "out" { (to, from) } else { (from, to) };
    let (remote, remote_port) = remote.rsplit_once(':')?;
    let ports = PortPair { local: local.parse().ok()?, remote: remote_port.parse().ok()? };
    Some(Flow { direction, remote: address(remote)?, protocol, ports: Some(ports) })
}

fn answer(
    evaluator: &Evaluator,
    configuration: &Configuration,
    place: PlaceId,
    flow: &Flow,
    answered: &mut String,
) {
    let explanation = evaluator.explain(place, flow);
    let decision = explanation.decision;
    let placement = evaluator.placement(place);
    assert_eq!(decision.groups.answer(), oracle::groups(configuration, placement, flow).answer, "{flow:?}");
    for (ruling, flow) in [(decision.acl_request, *flow), (decision.acl_reply, flow.reply())] {
        assert_eq!(ruling.answer(), oracle::network_acl(configuration, placement, &flow).0, "{flow:?}");
    }
    let word = |answer| match answer {
        Answer::Yes => "passes",
        Answer::No => "is refused",
        Answer::Unknowable => "may pass",
    };
    let (request, reply) = (word(decision.request_passes()), word(decision.reply_passes()));
    writeln!(answered, "    {request}; the reply {reply}").unwrap();
    let misses = explanation.groups.nearest.iter().flat_map(|nearest| &nearest.misses);
    let misses: Vec<&str> = misses.map(|miss| miss.name()).collect();
    if !misses.is_empty() {
        writeln!(answered, "    misses by {}", misses.join(", ")).unwrap();
    }
    let mut sentences = explanation.sentences();
    sentences.dedup();
    for sentence in sentences {
        writeln!(answered, "    {sentence}").unwrap();
    }
}
