//! Each case in `tests/diagnosis` is diagnosed and compared with the lines below its records.
//!
//! A case is a title (`## …`), the records with their header, `=>`, and one JSON object for each conversation that has
//! a rejected record; tests/diagnosis/README.md says more. `UPDATE_EXPECT=1` writes what follows `=>` anew: read the
//! difference before you commit it. Every case is also dealt to several shards, which must change nothing.

use std::path::{Path, PathBuf};
use std::{env, fs};

use flow_core::analysis::diagnosis::{Diagnosis, to_json_line};
use flow_core::query::Filter;

use flow_testkit::load::Load;

use crate::load::diagnosis;

/// A case, as it stands in its file.
struct Case {
    title: String,
    /// Lines between the title and the records.
    remark: String,
    records: String,
    expected: String,
}

impl Case {
    fn read(text: &str) -> Case {
        let (title, rest) = text.split_once('\n').expect("a title has a line");
        let (drawn, expected) = rest.split_once("=>\n").unwrap_or((rest, ""));
        let (remark, records): (Vec<&str>, Vec<&str>) =
            drawn.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("# "));
        Case {
            title: title.to_owned(),
            remark: remark.iter().map(|line| format!("{line}\n")).collect(),
            records: records.iter().map(|line| format!("{line}\n")).collect(),
            expected: expected.trim_end().to_owned(),
        }
    }

    fn print(&self, found: &str) -> String {
        format!("## {}\n{}{}=>\n{found}\n", self.title, self.remark, self.records)
    }
}

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

fn diagnosed(files: &[(usize, &str)]) -> String {
    shown(&diagnosis(&Load::of(files), &Filter::everything(), None))
}

#[test]
fn each_case_is_diagnosed_as_expected_in_one_shard_or_several() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diagnosis");
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let mut n_cases = 0;
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (head, cases) = text.split_once("## ").expect("a file has cases");
        let mut written = head.to_owned();
        for text in cases.split("\n## ") {
            let case = Case::read(text);
            n_cases += 1;
            let found = diagnosed(&[(0, &case.records)]);
            if !written.ends_with("\n\n") && !written.is_empty() {
                written.push('\n');
            }
            written += &case.print(&found);
            if found != case.expected && env::var_os("UPDATE_EXPECT").is_none() {
                wrong.push(format!(
                    "{}: {}\nexpected\n{}\nbut got\n{found}",
                    path.display(),
                    case.title,
                    case.expected
                ));
            }
            let (header, lines) = case.records.split_once('\n').unwrap();
            let dealt: Vec<String> = lines.lines().map(|line| format!("{header}\n{line}\n")).collect();
            let files: Vec<(usize, &str)> =
                dealt.iter().enumerate().map(|(at, text)| (at % 3, text.as_str())).collect();
            assert_eq!(diagnosed(&files), found, "dealt to shards: {}", case.title);
        }
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, written).unwrap();
        }
    }
    assert!(n_cases >= 60, "{n_cases} cases in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
