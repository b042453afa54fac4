//! Each case in `tests/diagnosis` is diagnosed and compared with the lines below its records: one JSON object for each
//! conversation that has a rejected record. tests/diagnosis/README.md says more.

use std::path::Path;

use flow_core::analysis::diagnosis::{Diagnosis, to_json_line};
use flow_core::query::Filter;
use flow_testkit::drawn::check_cases;
use flow_testkit::load::Load;

use crate::load::diagnosis;

fn shown(diagnosis: &Diagnosis) -> String {
    let mut lines: String = diagnosis.conversations.iter().map(to_json_line).collect();
    if !diagnosis.missing.is_empty() {
        let names: Vec<&str> = diagnosis.missing.iter().map(|field| field.name()).collect();
        lines += &format!("cannot be diagnosed without {}\n", names.join(", "));
    } else if diagnosis.n_rows_without_action > 0 {
        lines += &format!("{} rows record no action\n", diagnosis.n_rows_without_action);
    }
    lines.trim_end().to_owned()
}

#[test]
fn each_case_is_diagnosed_as_expected_in_one_shard_or_several() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diagnosis");
    check_cases(&folder, 60, |_, files| shown(&diagnosis(&Load::of(files), &Filter::everything(), None)));
}
