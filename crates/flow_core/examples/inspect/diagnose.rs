//! What `inspect --diagnose` says on standard error: nothing written may mean that nothing could be said.

use flow_core::analysis::diagnosis::REQUIRED;
use flow_core::analysis::overview::Overview;
use flow_core::config::ConfigurationReport;
use flow_core::record::{ColumnKey, Field};

/// `columns` are those of all files, `overview` is of all rows.
pub fn say_what_is_missing(columns: &[ColumnKey], overview: &Overview) {
    let n_rows = overview.total.rows;
    if n_rows == 0 {
        return;
    }
    let is_missing = |field: &Field| !columns.contains(&(*field).into());
    let names: Vec<&str> =
        REQUIRED.iter().filter(|field| is_missing(field)).map(|field| field.name()).collect();
    if !names.is_empty() {
        eprintln!(
            "These files do not record {}. Without it nobody can say what was rejected: make a flow log whose format has it.",
            names.join(", ")
        );
    } else if overview.other.rows > 0 {
        eprintln!(
            "{} of {n_rows} rows record neither ACCEPT nor REJECT, so whether they were rejected is not known.",
            overview.other.rows
        );
    }
}

/// What is odd about the descriptions of the account.
pub fn say_what_is_odd(account: &ConfigurationReport) {
    for problem in &account.problems {
        eprintln!("{}, line {}: {}", problem.file, problem.line, problem.reason);
    }
    for missing in &account.missing {
        eprintln!("{missing}");
    }
}
