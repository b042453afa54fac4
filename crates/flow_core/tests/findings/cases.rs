//! Each case in `tests/findings` is compared with the cards below its records; tests/findings/README.md says more.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use flow_core::analysis::diagnosis::{AccountRules, Diagnosed, PolicyEvaluator};
use flow_core::analysis::findings::{Cause, Findings};
use flow_core::config::read::read_configuration;
use flow_core::query::Filter;
use flow_core::record::name::protocol_name;
use flow_core::record::{Address, Field};
use flow_testkit::drawn::{Case, check_cases};
use flow_testkit::load::Load;

use crate::findings;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/findings")
}

/// The rules that a case names beside its records.
fn rules_of(case: &Case) -> Option<AccountRules> {
    let name = case.remarks.iter().find_map(|line| line.strip_prefix("# rules: "))?;
    let text = fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (configuration, report) = read_configuration([(name, text.as_slice())]);
    assert_eq!(report.problems, []);
    Some(AccountRules::new(Arc::new(configuration)))
}

fn address(address: Option<Address>) -> String {
    address.map_or("?".to_owned(), |address| address.to_string())
}

fn service(port: Option<u16>, protocol: Option<u8>) -> String {
    let number = protocol.map(u64::from);
    let protocol = number.map_or("?".to_owned(), |number| match protocol_name(number) {
        Some(name) => name.to_owned(),
        None => number.to_string(),
    });
    port.map_or(protocol.clone(), |port| format!("{protocol} {port}"))
}

fn time(first: Option<u64>, last: Option<u64>) -> String {
    let secs = |secs: Option<u64>| secs.map_or("?".to_owned(), |secs| secs.to_string());
    format!("{}..{}", secs(first), secs(last))
}

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
}

fn evidence(diagnosed: &Diagnosed) -> String {
    let n_rows = diagnosed.grounds.n_refused();
    let (initiator, responder) = (address(diagnosed.initiator), address(diagnosed.responder));
    let port = diagnosed.initiator_port.map_or(String::new(), |port| format!(" port {port}"));
    format!("{initiator}{port} to {responder}, {n_rows} refused, {}", diagnosed.confidence.name())
}

/// A card, as a person would write down what is on it.
fn card(at: usize, cause: &Cause) -> String {
    let mut text = String::new();
    let way = match cause.is_inbound {
        Some(true) => "into",
        Some(false) => "out of",
        None => "at",
    };
    let interfaces = match cause.n_interfaces {
        1 => cause.interfaces[0].to_string(),
        n => format!("{} and {} more", cause.interfaces[0], n - 1),
    };
    let (wanted, local) = (service(cause.service.port, cause.service.protocol), address(cause.local));
    let (score, name) = (cause.likelihood.score, cause.verdict.name());
    writeln!(text, "{at}. {name}, {}, score {score}", cause.confidence.name()).unwrap();
    writeln!(text, "   {wanted} of {}, {way} {interfaces}, own end {local}", address(cause.service.address))
        .unwrap();
    for of in &cause.peers.prefixes {
        let whose = if of.is_own { "own" } else { "internet" };
        writeln!(
            text,
            "   peers: {} ({whose}): {} addresses, {} rows",
            of.prefix, of.n_addresses, of.n_rejected_rows
        )
        .unwrap();
    }
    writeln!(text, "   because: {}", cause.because).unwrap();
    if let Some(rule) = &cause.rule {
        let miss = rule.miss.as_deref().unwrap_or("nothing");
        writeln!(text, "   rule: {} {} {}, misses {miss}", rule.kind, rule.id, rule.rule).unwrap();
    }
    for reason in &cause.likelihood.reasons {
        writeln!(text, "   likelihood: {}", reason.words()).unwrap();
    }
    if !cause.needs.is_empty() {
        writeln!(text, "   needs: {}", names(&cause.needs)).unwrap();
    }
    let packets = cause.n_rejected_packets.map_or("?".to_owned(), |n| n.to_string());
    writeln!(
        text,
        "   {} rows, {packets} packets, {} conversations, {}",
        cause.n_rejected_rows,
        cause.n_conversations,
        time(cause.first_secs, cause.last_secs)
    )
    .unwrap();
    writeln!(text, "   filter: {}", cause.filter).unwrap();
    for diagnosed in &cause.evidence {
        writeln!(text, "   evidence: {}", evidence(diagnosed)).unwrap();
    }
    text
}

fn shown(findings: &Findings) -> String {
    let mut text: String = (1..).zip(&findings.causes).map(|(at, cause)| card(at, cause)).collect();
    let scanners = &findings.scanners;
    if scanners.n_scanners > 0 {
        writeln!(
            text,
            "scanners: {}, {} conversations, {} rows",
            scanners.n_scanners, scanners.n_conversations, scanners.n_rows
        )
        .unwrap();
        for of in &scanners.services {
            writeln!(text, "   probed: {} by {}", service(of.port, of.protocol), of.n_scanners).unwrap();
        }
        for of in &scanners.top {
            let (address, when) = (of.address, time(of.first_secs, of.last_secs));
            writeln!(
                text,
                "   {address}: {} services of {} addresses, {} rows, {when}",
                of.n_services, of.n_targets, of.n_rows
            )
            .unwrap();
        }
        writeln!(text, "   filter: {}", scanners.filter).unwrap();
    }
    for (verdict, count) in &findings.by_verdict {
        let (n, n_rows) = (count.n_conversations, count.n_rejected_rows);
        writeln!(text, "{}: {n} conversations, {n_rows} rows", verdict.name()).unwrap();
    }
    if !findings.missing.is_empty() {
        writeln!(text, "nothing can be said without {}", names(&findings.missing)).unwrap();
    }
    text.trim_end().to_owned()
}

#[test]
fn each_case_gives_the_expected_cards_in_one_shard_or_several() {
    check_cases(&folder(), 20, |case, files| {
        let rules = rules_of(case);
        let evaluator = rules.as_ref().map(|rules| rules as &dyn PolicyEvaluator);
        shown(&findings(&Load::of(files), &Filter::everything(), evaluator))
    });
}
