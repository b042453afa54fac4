//! `inspect --diagnose`: why conversations were rejected, one JSON object a line; with the account's rules, which of them.

use std::io::Write;

use flow_core::analysis::ShardView;
use flow_core::analysis::diagnosis::{AccountRules, Diagnosis, PolicyEvaluator, diagnose, to_json_line};
use flow_core::config::{Configuration, ConfigurationReader};
use flow_core::query::{Filter, RowSet};
use flow_core::session::Session;

/// Writes what there is to say of the rejected rows that the filter leaves.
pub fn write(session: &Session, filter: &Filter, configuration: Configuration) -> std::io::Result<()> {
    let rules = (!configuration.interfaces.is_empty()).then(|| AccountRules::new(configuration.into()));
    let evaluator = rules.as_ref().map(|rules| rules as &dyn PolicyEvaluator);
    let select = |store| RowSet::select(filter, store, store.rows());
    let rows: Vec<RowSet> = session.stores().map(select).collect();
    let shards: Vec<ShardView<'_>> =
        session.stores().zip(&rows).map(|(store, rows)| ShardView { store, rows, memory: None }).collect();
    let diagnosis = diagnose(&shards, session.knowledge(), evaluator).expect("a session has a shard");
    say_what_is_missing(&diagnosis);
    let mut stdout = std::io::stdout().lock();
    for diagnosed in &diagnosis.conversations {
        stdout.write_all(to_json_line(diagnosed).as_bytes())?;
    }
    stdout.flush()
}

/// What descriptions say of the account: those among the files of the load, and those named as such. What is odd about them
/// goes to standard error.
pub fn configuration(session: &Session, names: &[String]) -> std::io::Result<Configuration> {
    let mut reader = ConfigurationReader::default();
    for (name, bytes) in session.descriptions() {
        reader.push(name, bytes);
    }
    for name in names {
        reader.push(name, &std::fs::read(name)?);
    }
    let (configuration, report) = reader.finish();
    for problem in &report.problems {
        eprintln!("{}, line {}: {}", problem.file, problem.line, problem.reason);
    }
    for missing in &report.missing {
        eprintln!("{missing}");
    }
    Ok(configuration)
}

/// Nothing written may mean that nothing could be said.
fn say_what_is_missing(diagnosis: &Diagnosis) {
    if diagnosis.n_rows == 0 {
        return;
    }
    let names: Vec<&str> = diagnosis.missing.iter().map(|field| field.name()).collect();
    if !names.is_empty() {
        eprintln!(
            "These files do not record {}. Without it nobody can say what was rejected: make a flow log whose format has it.",
            names.join(", ")
        );
    } else if diagnosis.n_rows_without_action > 0 {
        eprintln!(
            "{} of {} rows record no action, so whether they were rejected is not known.",
            diagnosis.n_rows_without_action, diagnosis.n_rows
        );
    }
}
