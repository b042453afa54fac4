//! Which CSV is this? By the names in its first line.

use crate::parse::container::Container;
use crate::record::Field;

/// Fewer names that AWS knows do not make a table one of flow logs: `region` and `type` are everywhere.
const FIELDS_MIN: usize = 3;

/// `None` where the lines are no table.
pub fn of(lines: &[&str]) -> Option<Container> {
    let first = lines.first()?.trim_start_matches('\u{feff}').trim_end();
    let delimiter = [',', ';'].into_iter().find(|delimiter| first.contains(*delimiter))?;
    let names: Vec<&str> = first.split(delimiter).map(|name| name.trim().trim_matches('"')).collect();
    let n_known = names.iter().filter(|name| Field::from_name(name).is_some()).count();
    let all_quoted =
        first.split(delimiter).all(|name| name.trim().starts_with('"') && name.trim().ends_with('"'));
    if names.iter().any(|name| name.starts_with('@')) {
        Some(Container::InsightsCsv)
    } else if matches!(*names, ["timestamp", "message"]) {
        Some(Container::ConsoleCsv)
    } else if n_known >= FIELDS_MIN {
        Some(if all_quoted { Container::AthenaCsv } else { Container::FieldsCsv })
    } else {
        // A comma in prose is no table; a table has as many in each of its first lines.
        let n_delimiters = |line: &&str| line.matches(delimiter).count();
        let like_first =
            lines.iter().take(TABLE_LINES).all(|line| n_delimiters(line) == n_delimiters(&first));
        (like_first && lines.len() > 1).then_some(Container::OtherCsv)
    }
}

/// Lines that must look alike before text is called a table.
const TABLE_LINES: usize = 5;
