//! Each case in `tests/rule_use`: rules and records in, what is answered about them below.
//!
//! tests/rule_use/README.md says how a case is drawn. `UPDATE_EXPECT=1` writes what follows `=>` anew: read the difference
//! before you commit it. Every case is also dealt to several shards, which must change nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use flow_core::analysis::Tally;
use flow_core::analysis::requests::basis::Basis;
use flow_core::analysis::requests::reachable::ReachablePort;
use flow_core::analysis::requests::replay::ReplayGroup;
use flow_core::analysis::requests::rule_use::{RuleState, Use, UsedRule};
use flow_core::analysis::requests::tops::{PeerRows, PortsUsed};
use flow_core::analysis::requests::{Reachable, Replay, RuleUse};
use flow_core::config::read::read_configuration;
use flow_core::config::{Configuration, RuleEdit};
use flow_core::query::{Filter, parse_filter};
use flow_core::record::name::protocol_name;
use flow_testkit::load::Load;

use crate::answers::{Answers, answers};
use crate::edits::read_edit;

const N_CASES_MIN: u32 = 25;

/// A case, as it stands in its file: `drawn` up to the `=>`.
struct Case {
    drawn: String,
    expected: String,
    json: Option<String>,
    records: Vec<String>,
    questions: Vec<String>,
    edits: Vec<String>,
    filter: Filter,
}

impl Case {
    fn read(text: &str) -> Case {
        let (drawn, expected) = text.split_once("=>\n").unwrap_or((text, ""));
        let mut case = Case {
            drawn: format!("{}\n", drawn.trim_end()),
            expected: expected.trim_end().to_owned(),
            json: None,
            records: Vec::new(),
            questions: Vec::new(),
            edits: Vec::new(),
            filter: Filter::everything(),
        };
        let mut lines = drawn.lines().skip(1);
        while let Some(line) = lines.next() {
            if line == "```" {
                let json: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                case.json = Some(json.join("\n"));
            } else if let Some(questions) = line.strip_prefix("ask ") {
                case.questions.extend(questions.split(' ').map(str::to_owned));
            } else if let Some(filter) = line.strip_prefix("filter ") {
                case.filter = parse_filter(filter).unwrap();
            } else if line.starts_with("+ ") || line.starts_with("- sg-") || line.starts_with("- acl-") {
                case.edits.push(line.to_owned());
            } else if !line.starts_with('#') && !line.is_empty() {
                case.records.push(line.to_owned());
            }
        }
        case
    }

    fn answered(&self, files: &[(usize, &str)], configuration: &Arc<Configuration>) -> String {
        let load = Load::of(files);
        let edits: Vec<RuleEdit> = self.edits.iter().map(|line| read_edit(line, configuration)).collect();
        let Answers { used, reached, replayed } = answers(&load, &self.filter, configuration, &edits);
        let mut lines = Vec::new();
        for question in &self.questions {
            match question.as_str() {
                "use" => show_use(&used, &mut lines),
                "reachable" => show_reachable(&reached, &mut lines),
                "replay" => show_replay(&replayed, &mut lines),
                _ => panic!("not a question: {question}"),
            }
        }
        show_basis(&used.basis, used.n_rows_not_judged, used.n_rows_exempt, &mut lines);
        lines.join("\n")
    }
}

#[test]
fn each_case_is_answered_as_expected_in_one_shard_or_several() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rule_use");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let mut n_cases = 0;
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (head, cases) = text.split_once("## ").expect("a file has cases");
        let mut written = head.to_owned();
        let mut configuration = Arc::new(Configuration::default());
        for text in cases.split("\n## ") {
            let case = Case::read(text);
            n_cases += 1;
            if let Some(json) = &case.json {
                let (read, report) = read_configuration([("case.json", json.as_bytes())]);
                assert_eq!(report.problems, [], "{}", case.drawn);
                configuration = Arc::new(read);
            }
            let whole = case.records.join("\n") + "\n";
            let found = case.answered(&[(0, &whole)], &configuration);
            if !written.ends_with("\n\n") {
                written.push('\n');
            }
            written += &format!("## {}=>\n{found}\n", case.drawn);
            if found != case.expected && env::var_os("UPDATE_EXPECT").is_none() {
                let (path, drawn, expected) = (path.display(), &case.drawn, &case.expected);
                wrong.push(format!("{path}: {drawn}\nexpected\n{expected}\nbut got\n{found}"));
            }
            let (header, lines) = case.records.split_first().unwrap();
            let dealt: Vec<String> = lines.iter().map(|line| format!("{header}\n{line}\n")).collect();
            let files: Vec<(usize, &str)> =
                dealt.iter().enumerate().map(|(at, text)| (at % 3, text.as_str())).collect();
            assert_eq!(case.answered(&files, &configuration), found, "dealt to shards: {}", case.drawn);
        }
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, written).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(n_cases >= N_CASES_MIN, "{n_cases} cases in {}", folder.display());
}

fn show_use(used: &RuleUse, lines: &mut Vec<String>) {
    for group in &used.groups {
        lines.push(format!("{} at {}", group.id, counted(group.n_interfaces_seen, "interface")));
        for rule in &group.rules {
            lines.push(format!("  {}: {}", rule.rule, rule_words(rule)));
        }
    }
    for acl in &used.network_acls {
        lines.push(format!("{} at {}", acl.id, counted(acl.n_interfaces_seen, "interface")));
        for entry in &acl.entries {
            lines.push(format!("  {}: {}", entry.entry, use_words(entry.state, &entry.used)));
        }
    }
    if used.unexplained.n_requests > 0 {
        let n_requests = counted(used.unexplained.n_requests, "request");
        lines.push(format!("no rule admits {n_requests} of {}:", rows(used.unexplained.n_rows)));
    }
    for request in &used.unexplained.examples {
        lines.push(format!(
            "  {} {} {} {}, {}, refused by {}",
            request.interface,
            request.direction.name(),
            request.remote,
            service(request.protocol, request.port),
            rows(request.n_rows),
            if request.by_groups { "groups" } else { "the ACL" }
        ));
    }
}

fn rule_words(rule: &UsedRule) -> String {
    let mut words = use_words(rule.state, &rule.used);
    if rule.may_admit.rows > 0 {
        words += &format!("; may admit {}", rows(rule.may_admit.rows));
    }
    for (is_wider, what) in [(rule.is_wider_in_ports, "ports"), (rule.is_wider_in_peers, "peers")] {
        words += &if is_wider { format!("; wider in {what}") } else { String::new() };
    }
    words
}

fn use_words(state: RuleState, used: &Use) -> String {
    if state != RuleState::Used {
        return match state {
            RuleState::MayBeUsed => "may be used",
            RuleState::NotSettled => "not settled",
            RuleState::NotSeen => "not seen",
            _ => "unused",
        }
        .to_owned();
    }
    let (first, last) = used.time.unwrap();
    let ports: Vec<String> = used.ports.iter().map(span).collect();
    let mut words = format!("used by {} ({} alone)", tally(used.total), used.n_rows_alone);
    if used.replies.rows > 0 {
        words += &format!(", replies {}", tally(used.replies));
    }
    let within = used.peers_in.map_or(String::new(), |prefix| format!(" in {prefix}"));
    let interfaces = used.interfaces.join(" ");
    format!(
        "{words}; peers {}{within}; {}; {first} to {last} at {interfaces}",
        peers(&used.peers),
        ports.join(", ")
    )
}

fn show_reachable(reached: &Reachable, lines: &mut Vec<String>) {
    lines.push(format!("reachable: {}", counted(reached.n_ports, "port")));
    for port in &reached.ports {
        let ReachablePort { sources, asked, answered, refused, .. } = port;
        let (first, last) = port.time.unwrap();
        lines.push(format!(
            "  {} {} {}{}: {} ({} with sessions), {} in, {} out, {first} to {last}, told by {:?}, {} guessed",
            port.interface,
            port.local,
            service(port.protocol, port.port),
            if port.is_admin { " (admin)" } else { "" },
            peers(sources),
            port.n_sources_with_sessions,
            tally(*asked),
            tally(*answered),
            port.began,
            port.n_rows_guessed,
        ));
        if !port.rules.is_empty() {
            lines.push(format!("    admitted by {}", port.rules.join("; ")));
        }
        if refused.n_rows > 0 {
            lines.push(format!(
                "    {} of them refused at {}, {}",
                refused.n_sources,
                counted(refused.n_services, "service"),
                rows(refused.n_rows)
            ));
        }
    }
}

fn show_replay(replayed: &Replay, lines: &mut Vec<String>) {
    lines.extend(replayed.misfits.iter().map(|misfit| misfit.to_string()));
    let changes = replayed.changes.iter().map(|(change, changed)| {
        format!("{change:?} {}, {}", counted(changed.n_requests, "request"), rows(changed.rows))
    });
    lines.push(changes.collect::<Vec<_>>().join("; "));
    for ReplayGroup { change, interface, direction, protocol, port, changed, peers: of } in &replayed.groups {
        lines.push(format!(
            "  {change:?} {interface} {} {}: {} of {} bytes, {}",
            direction.name(),
            service(*protocol, *port),
            rows(changed.rows),
            changed.bytes,
            peers(of)
        ));
    }
    for (n_rows, what) in [
        (replayed.n_rows_unexplained, "the loaded rules do not explain"),
        (replayed.n_rows_without_acl, "no ACL is described for"),
        (replayed.n_rows_refused_otherwise, "something else refused"),
    ] {
        if n_rows > 0 {
            lines.push(format!("{what} {}", rows(n_rows)));
        }
    }
}

fn show_basis(basis: &Basis, n_rows_not_judged: u64, n_rows_exempt: u64, lines: &mut Vec<String>) {
    for (n_rows, what) in [
        (basis.n_rows_guessed, "who asked is guessed of"),
        (basis.n_rows_unknown, "nothing tells who asked in"),
        (basis.n_rows_without_side, "which end is the interface is not known of"),
        (basis.n_rows_without_action, "no action in"),
        (n_rows_not_judged, "not judged"),
        (n_rows_exempt, "no rule is asked about"),
    ] {
        if n_rows > 0 {
            lines.push(format!("{what} {} of {}", n_rows, rows(basis.n_rows)));
        }
    }
    for (interface, n_windows) in &basis.skipped {
        lines.push(format!("skipped: {} of {interface}", counted(*n_windows, "window")));
    }
    if !basis.missing.is_empty() {
        let names: Vec<&str> = basis.missing.iter().map(|field| field.name()).collect();
        lines.push(format!("cannot be told without {}", names.join(", ")));
    }
}

fn counted(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn rows(n_rows: u64) -> String {
    counted(n_rows, "row")
}

fn tally(of: Tally) -> String {
    format!("{}/{}/{}", of.rows, of.packets, of.bytes)
}

fn peers(of: &PeerRows) -> String {
    let top: Vec<String> = of.top.iter().map(|(address, n_rows)| format!("{address} ({n_rows})")).collect();
    format!("{} {}", of.n_peers, top.join(" "))
}

fn span(used: &PortsUsed) -> String {
    let port = used.ports.map(|(first, _)| first);
    let last = used
        .ports
        .filter(|(first, last)| first != last)
        .map_or(String::new(), |(_, last)| format!("-{last}"));
    format!("{}{last}", service(Some(used.protocol), port))
}

fn service(protocol: Option<u8>, port: Option<u16>) -> String {
    let name = protocol.map_or_else(
        || "-".to_owned(),
        |protocol| protocol_name(protocol.into()).map_or_else(|| protocol.to_string(), str::to_owned),
    );
    port.map_or(name.clone(), |port| format!("{name} {port}"))
}
