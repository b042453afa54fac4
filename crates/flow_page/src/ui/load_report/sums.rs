//! Sums over files, and which files a reader wants to see first. Pure.

use flow_core::parse::{FileReport, FileState, LineCounts};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub n_bytes: u64,
    pub lines: LineCounts,
}

impl Sums {
    pub fn of(reports: &[FileReport]) -> Sums {
        reports.iter().fold(Sums::default(), |sums, report| Sums {
            n_bytes: sums.n_bytes + report.n_bytes,
            lines: added(sums.lines, report.lines),
        })
    }
}

fn added(one: LineCounts, other: LineCounts) -> LineCounts {
    LineCounts {
        rows: one.rows + other.rows,
        status_records: one.status_records + other.status_records,
        headers: one.headers + other.headers,
        blank: one.blank + other.blank,
        ignored: one.ignored + other.ignored,
        problems: one.problems + other.problems,
    }
}

/// Files that were not read, then those with problems, then the others; within each as they were opened.
pub fn in_order_of_interest(reports: &[FileReport]) -> Vec<&FileReport> {
    let mut ordered: Vec<&FileReport> = reports.iter().collect();
    ordered.sort_by_key(|report| match report.state {
        FileState::Refused(_) | FileState::Failed(_) => 0,
        _ if report.lines.problems > 0 => 1,
        _ => 2,
    });
    ordered
}

#[cfg(test)]
mod tests {
    use flow_core::parse::{Refusal, SourceId};

    use super::*;

    fn report(name: &str, rows: u64, problems: u64) -> FileReport {
        let lines = LineCounts { rows, problems, headers: 1, ..LineCounts::default() };
        FileReport { state: FileState::Read, lines, ..FileReport::new(SourceId(0), name, 100) }
    }

    #[test]
    fn sums_add_up() {
        let sums = Sums::of(&[report("a", 3, 0), report("b", 4, 2)]);
        assert_eq!((sums.n_bytes, sums.lines.rows, sums.lines.problems), (200, 7, 2));
        assert_eq!(sums.lines.total(), 7 + 2 + 2);
    }

    #[test]
    fn files_with_trouble_come_first() {
        let refusal =
            Refusal { seems_to_be: "a PNG image".to_owned(), next_step: "Open a flow log".to_owned() };
        let refused = FileReport { state: FileState::Refused(refusal), ..report("c", 0, 0) };
        let reports = [report("a", 1, 0), report("b", 1, 9), refused, report("d", 1, 0)];
        let names: Vec<&str> =
            in_order_of_interest(&reports).iter().map(|report| report.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a", "d"]);
    }
}
