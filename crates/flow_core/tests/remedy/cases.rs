//! The cases in `tests/remedy`: descriptions as JSON, what is wanted one a line, and below each the fix in words and in
//! every rendering.
//!
//! `UPDATE_EXPECT=1` writes what stands below anew; read the difference before you commit it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flow_core::config::read::read_configuration;
use flow_core::config::remedy::render::{self, Context};
use flow_core::config::remedy::tighten::{Use, tighter};
use flow_core::config::remedy::{PortSpan, RefusedBy, Side, Wanted, remedy};
use flow_core::config::{Configuration, RuleDirection, RuleEdit};
use flow_core::record::Address;
use flow_core::record::name::protocol_number;

const N_CASES_MIN: u32 = 30;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/remedy");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths
}

#[test]
fn each_fix_is_as_its_case_says() {
    let mut n_cases = 0;
    let mut wrong = String::new();
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let answered = answered(&text, &mut n_cases);
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &answered).unwrap();
        } else if answered != text {
            let differs = text.lines().zip(answered.lines()).find(|(expected, found)| expected != found);
            let (expected, found) = differs.unwrap_or(("", "(a line more or less at the end)"));
            writeln!(wrong, "{}\n  expected {expected}\n  but got  {found}", path.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(n_cases >= N_CASES_MIN, "only {n_cases} cases");
}

/// A file of cases with the answers as they are. Descriptions, where there are any, stand between lines of three
/// backquotes and hold up to the next heading.
fn answered(text: &str, n_cases: &mut u32) -> String {
    let mut answered = String::new();
    for case in text.split_inclusive("\n## ") {
        let (before, json, lines) = match case.split_once("\n```\n") {
            Some((before, rest)) => {
                let (json, lines) = rest.split_once("\n```\n").expect("descriptions end");
                (before, Some(json), lines)
            }
            None => ("", None, case),
        };
        let rules = json.map(|json| {
            write!(answered, "{before}\n```\n{json}\n```\n").unwrap();
            let (rules, report) = read_configuration([("case.json", json.as_bytes())]);
            assert_eq!(report.n_problems, 0, "{:#?}", report.problems);
            rules
        });
        for line in lines.split_inclusive('\n').filter(|line| !line.starts_with("    ")) {
            answered.push_str(line);
            let words: Vec<&str> = line.split_whitespace().collect();
            let found = match words.first() {
                Some(&"want") => want(rules.as_ref(), &words),
                Some(&"tighten") => tighten(rules.as_ref(), &words),
                _ => continue,
            };
            *n_cases += 1;
            for line in found.lines() {
                let line = format!("    {line}");
                writeln!(answered, "{}", if line.trim().is_empty() { "    ." } else { &line }).unwrap();
            }
        }
    }
    answered
}

fn direction(way: &str) -> RuleDirection {
    RuleDirection::of_egress(way == "out")
}

fn address(text: &str) -> Address {
    Address::parse(text.as_bytes()).unwrap_or_else(|| panic!("not an address: {text}"))
}

/// `10.0.0.4,10.0.0.6-10.0.0.9`
fn addresses(text: &str) -> Vec<Address> {
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => match (address(first), address(last)) {
            (Address::V4(first), Address::V4(last)) => (first..=last).map(Address::V4).collect(),
            _ => panic!("ranges are of IPv4: {part}"),
        },
        None => vec![address(part)],
    };
    text.split(',').flat_map(range).collect()
}

/// `want in tcp 443 at eni-web,eni-app from 10.0.0.4 by group`; `-` for no ports, `?` for no interface.
fn want(rules: Option<&Configuration>, words: &[&str]) -> String {
    let [_, way, protocol, ports, "at", interface, _, peers, "by", refused_by] = words else {
        panic!("not a wanted flow: {words:?}");
    };
    let port = |text: &str| text.parse().unwrap_or_else(|_| panic!("not a port: {text}"));
    let span = |(from, to): (&str, &str)| PortSpan { from: port(from), to: port(to) };
    let wanted = Wanted {
        interfaces: interface.split(',').filter(|id| *id != "?").map(str::to_owned).collect(),
        refused_by: match *refused_by {
            "group" => RefusedBy::SecurityGroup,
            "acl" => RefusedBy::NetworkAcl,
            "acl-return" => RefusedBy::NetworkAclReturn,
            "either" => RefusedBy::GroupOrAcl,
            "scan" => RefusedBy::Scan,
            "straggler" => RefusedBy::Straggler,
            "bpa" => RefusedBy::BlockPublicAccess,
            "encryption" => RefusedBy::EncryptionControls,
            "unknown" => RefusedBy::Unknown,
            other => panic!("not a cause: {other}"),
        },
        direction: direction(way),
        peers: if *peers == "-" { Vec::new() } else { addresses(peers) },
        protocol: protocol_number(protocol).or_else(|| protocol.parse().ok()).expect("a protocol"),
        ports: (*ports != "-").then(|| span(ports.split_once('-').unwrap_or((ports, ports)))),
    };
    let remedy = remedy(rules, &wanted);
    let mut found = String::new();
    let change = &remedy.change;
    for (edit, side) in change.edits.iter().zip(&change.sides) {
        let side = match side {
            Side::Own => String::new(),
            Side::Peer { interface } => format!(" [at {interface}]"),
        };
        writeln!(found, "{edit}{side}").unwrap();
    }
    let mut say = |word: &str, sentence: String| writeln!(found, "{word}: {sentence}").unwrap();
    remedy.cannot.iter().for_each(|cannot| say("cannot", cannot.words()));
    change.opens.iter().for_each(|opens| say("opens", opens.words()));
    change.warnings.iter().for_each(|warning| say("warning", warning.words()));
    remedy.notes.iter().for_each(|note| say("note", note.clone()));
    change.proof.iter().flat_map(|proof| proof.words()).for_each(|words| say("proof", words));
    for alternative in &remedy.alternatives {
        say("or", alternative.way.words().to_owned());
        alternative.edits.iter().for_each(|edit| say("  edit", edit.to_string()));
        alternative.opens.iter().for_each(|opens| say("  opens", opens.words()));
        alternative.warnings.iter().for_each(|warning| say("  warning", warning.words()));
        alternative.proof.iter().flat_map(|proof| proof.words()).for_each(|words| say("  proof", words));
    }
    let interface = change.looked_up.as_ref().or(wanted.interfaces.first());
    found + &rendered(rules, interface.map(String::as_str), &change.edits)
}

/// `tighten sg-web 0 by tcp:443:10.0.0.4,10.0.0.5 icmp:-:10.0.0.9`: the rule by its place in the group.
fn tighten(rules: Option<&Configuration>, words: &[&str]) -> String {
    let [_, group, at, "by", used @ ..] = words else { panic!("not a rule to tighten: {words:?}") };
    let rules = rules.expect("a rule is described");
    let rule = &rules.groups[*group].rules.as_ref().unwrap()[at.parse::<usize>().unwrap()];
    let uses = used.iter().flat_map(|used| {
        let [protocol, port, peers] = used.splitn(3, ':').collect::<Vec<_>>()[..] else { panic!("{used}") };
        let protocol = protocol_number(protocol).expect("a protocol");
        addresses(peers).into_iter().map(move |peer| Use { peer, protocol, port: port.parse().ok() })
    });
    let tighter = tighter(Some(rules), group, rule, &uses.collect::<Vec<_>>());
    let mut found = String::new();
    writeln!(found, "was: {rule}").unwrap();
    tighter.edits.iter().for_each(|edit| writeln!(found, "{edit}").unwrap());
    tighter.cannot.iter().for_each(|cannot| writeln!(found, "cannot: {}", cannot.words()).unwrap());
    tighter.n_addresses_less.iter().for_each(|n| writeln!(found, "closes: {n} addresses").unwrap());
    tighter.notes.iter().for_each(|note| writeln!(found, "note: {note}").unwrap());
    found + &rendered(Some(rules), None, &tighter.edits)
}

fn rendered(rules: Option<&Configuration>, interface: Option<&str>, edits: &[RuleEdit]) -> String {
    if edits.is_empty() {
        return String::new();
    }
    let context = Context::of(rules, interface, edits);
    let renderings = [
        ("AWS CLI", render::aws_cli(edits, &context)),
        ("Undo", render::undo(edits, &context)),
        ("Terraform", render::terraform(edits, &context)),
        ("CloudFormation", render::cloudformation(edits, &context)),
    ];
    renderings
        .into_iter()
        .fold(String::new(), |text, (name, rendering)| text + "--- " + name + "\n" + &rendering)
}
