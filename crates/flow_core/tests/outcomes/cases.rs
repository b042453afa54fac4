//! Each case in `tests/outcomes` is asked about and compared with the lines below its records: two for each service that
//! did not work. tests/outcomes/README.md says more.

use std::path::Path;

use flow_core::analysis::outcomes::{Outcomes, ServiceOutcome};
use flow_core::query::{Filter, parse_filter};
use flow_core::record::{Field, Value};
use flow_testkit::drawn::check_cases;
use flow_testkit::load::Load;

use crate::load::outcomes;

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
}

fn service(of: &ServiceOutcome) -> String {
    let responder = of.responder.map_or("-".to_owned(), |address| address.to_string());
    let port = of.port.map_or(String::new(), |port| format!(" port {port}"));
    let protocol = of.protocol.map_or("-".to_owned(), |protocol| protocol.to_string());
    let interface = match &of.interface {
        Value::Absent => "-".to_owned(),
        interface => interface.to_string(),
    };
    let working = of.n_rows_working.map_or("-".to_owned(), |n_rows| n_rows.to_string());
    let mut line = format!(
        "{} {}: {interface} {responder}{port} protocol {protocol}, {} of {} peers ({} own) in {} rows, {working} rows work",
        of.outcome.name(),
        of.confidence.name(),
        of.n_conversations,
        of.n_peers,
        of.n_own_peers,
        of.n_rows,
    );
    if !of.needs.is_empty() {
        line += &format!(", needs {}", names(&of.needs));
    }
    format!("{line}\n  {}\n", of.because)
}

fn shown(outcomes: &Outcomes) -> String {
    let mut lines: String = outcomes.services.iter().map(service).collect();
    lines += &format!("{} rows work\n", outcomes.n_rows_working);
    if !outcomes.missing.is_empty() {
        lines += &format!("cannot be told without {}\n", names(&outcomes.missing));
    } else if outcomes.n_rows_without_action > 0 {
        lines += &format!("{} rows record no action\n", outcomes.n_rows_without_action);
    }
    if !outcomes.helpful.is_empty() {
        lines += &format!("{} would tell more\n", names(&outcomes.helpful));
    }
    lines.trim_end().to_owned()
}

#[test]
fn each_case_comes_out_as_expected_in_one_shard_or_several() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/outcomes");
    check_cases(&folder, 35, |case, files| {
        let load = Load::of(files);
        let asked = case.remarks.iter().find_map(|remark| remark.strip_prefix("# filter: "));
        let filter = asked.map_or_else(Filter::everything, |text| parse_filter(text).expect("a filter"));
        shown(&outcomes(&load, &filter))
    });
}
