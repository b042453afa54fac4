//! Small logs drawn as text, each with what must come of it, many in one file.
//!
//! A case is a title (`## …`), remarks (`# …`), the records with their header, `=>`, and what is expected.
//! `UPDATE_EXPECT=1` writes what follows `=>` anew: read the difference before you commit it.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// A case, as it stands in its file.
pub struct Case {
    pub title: String,
    /// Lines between the title and the records, each with its `# `.
    pub remarks: Vec<String>,
    /// The header line and the records, each with a line end.
    pub records: String,
    expected: String,
}

impl Case {
    fn read(text: &str) -> Case {
        let (title, rest) = text.split_once('\n').expect("a title has a line");
        let (drawn, expected) = rest.split_once("=>\n").unwrap_or((rest, ""));
        let (remarks, records): (Vec<&str>, Vec<&str>) =
            drawn.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("# "));
        Case {
            title: title.to_owned(),
            remarks: remarks.into_iter().map(str::to_owned).collect(),
            records: records.iter().map(|line| format!("{line}\n")).collect(),
            expected: expected.trim_end().to_owned(),
        }
    }

    fn print(&self, found: &str) -> String {
        let remarks: String = self.remarks.iter().map(|line| format!("{line}\n")).collect();
        format!("## {}\n{remarks}{}=>\n{found}\n", self.title, self.records)
    }

    /// The records dealt to three shards, a file with its own header for each.
    fn dealt(&self) -> Vec<String> {
        let (header, lines) = self.records.split_once('\n').expect("records have a header");
        lines.lines().map(|line| format!("{header}\n{line}\n")).collect()
    }
}

/// Compares what `show` makes of the records of every case below `folder` with what is expected, and with what it makes of
/// them when they are dealt to several shards, which must change nothing. `show` gets the case, and files with the
/// shard that each goes to.
///
/// # Panics
/// Where it differs, or where there are fewer cases than `n_min`.
pub fn check_cases(folder: &Path, n_min: usize, show: impl Fn(&Case, &[(usize, &str)]) -> String) {
    let is_update = env::var_os("UPDATE_EXPECT").is_some();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
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
            let found = show(&case, &[(0, &case.records)]);
            if !written.ends_with("\n\n") && !written.is_empty() {
                written.push('\n');
            }
            written += &case.print(&found);
            if found != case.expected && !is_update {
                let (path, title, expected) = (path.display(), &case.title, &case.expected);
                wrong.push(format!("{path}: {title}\nexpected\n{expected}\nbut got\n{found}"));
            }
            let dealt = case.dealt();
            let files: Vec<(usize, &str)> =
                dealt.iter().enumerate().map(|(at, text)| (at % 3, text.as_str())).collect();
            assert_eq!(show(&case, &files), found, "dealt to shards: {}", case.title);
        }
        if is_update {
            fs::write(&path, written).unwrap();
        }
    }
    assert!(n_cases >= n_min, "{n_cases} cases in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
