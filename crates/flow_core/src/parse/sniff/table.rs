//! Which CSV is this? By the names in its first line.

use super::{Verdict, query_result};
use crate::parse::container::Container;
use crate::parse::unwrap::{self, CsvCells, TABLE_COLUMNS_MAX, TableColumns, is_of_insights};
use crate::parse::values::Values;

/// What separates the cells: CSV, CSV where the comma is the decimal mark, and what databases call TSV.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// Names of Alibaba Cloud's flow logs, whose others are those of AWS: in CSV and in JSON.
pub const OF_OTHER_CLOUD: [&str; 2] = ["vswitch-id", "vswitch_id"];

/// A table that flow logs come in.
pub enum Table {
    Readable { container: Container, delimiter: u8, cells: CsvCells },
    Refused(Verdict),
}

/// `None` where the lines are no such table.
pub fn of(lines: &[&str]) -> Option<Table> {
    let first = *lines.first()?;
    // Names and values with blanks between them are text, whatever blanks.
    let delimiters = DELIMITERS.into_iter().filter(|delimiter| *delimiter != '\t' || !first.contains(' '));
    delimiters
        .filter(|delimiter| first.contains(*delimiter))
        .find_map(|delimiter| of_delimited(first, delimiter))
}

fn of_delimited(first: &str, delimiter: char) -> Option<Table> {
    let names = unwrap::csv_names_of(first.as_bytes(), delimiter as u8);
    let Some(names) = names else {
        let is_wide = first.matches(delimiter).count() >= TABLE_COLUMNS_MAX;
        let refused =
            || Table::Refused(Verdict::refuse_in(Container::FieldsCsv, Container::WideTable, Vec::new()));
        return is_wide.then(refused);
    };
    let columns = TableColumns::of(names.iter().map(String::as_str));
    let has = |name: &str| names.iter().any(|known| known == name);
    let is_insights = names.iter().any(|name| is_of_insights(name));
    let message = names.iter().position(|name| name == "@message" || name == "message");
    let container = if is_insights {
        Container::InsightsCsv
    } else if message.is_some() && has("timestamp") {
        Container::ConsoleCsv
    } else if first.split(delimiter).all(|name| name.trim().starts_with('"')) {
        Container::AthenaCsv
    } else {
        Container::FieldsCsv
    };
    if OF_OTHER_CLOUD.into_iter().any(has) {
        return Some(Table::Refused(Verdict::refuse_in(container, Container::OtherCloud, Vec::new())));
    }
    // Where a record is there as it was written, that is read; columns beside it only repeat parts of it.
    let cells = match message {
        Some(at) => CsvCells::Message { names, at: at as u32 },
        None if columns.has_computed() => {
            return Some(Table::Refused(query_result::refuse(container, &columns)));
        }
        None if columns.are_of_records() => CsvCells::Fields(columns),
        None if is_insights => return Some(Table::Refused(query_result::refuse(container, &columns))),
        None => return None,
    };
    Some(Table::Readable { container, delimiter: delimiter as u8, cells })
}

/// Refuses lines that are a table of something else.
pub fn of_something_else(lines: &[&str]) -> Option<Verdict> {
    let first = lines.first()?;
    let delimiter = [',', ';'].into_iter().find(|delimiter| first.contains(*delimiter))?;
    // A time that is not a cell by itself stands in front of a message with commas in it.
    let cell = first.split(delimiter).next().unwrap_or_default();
    if unwrap::begins_with_time(cell.as_bytes()) && Values::of(cell).nth(1).is_some() {
        return None;
    }
    // A comma in prose is no table; a table has as many in each of its first lines.
    let n_delimiters = |line: &&str| line.matches(delimiter).count();
    let like_first = lines.iter().take(TABLE_LINES).all(|line| n_delimiters(line) == n_delimiters(first));
    if !like_first || lines.len() < 2 {
        return None;
    }
    let names = unwrap::csv_names_of(first.as_bytes(), delimiter as u8).unwrap_or_default();
    let columns = TableColumns::of(names.iter().map(String::as_str));
    Some(match columns.n_fields() {
        0 => Verdict::refuse(Container::OtherCsv),
        _ => query_result::refuse(Container::OtherCsv, &columns),
    })
}

/// Lines that must look alike before text is called a table.
const TABLE_LINES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_as_many_commas_in_each_line_and_a_time_in_front_is_a_cell_of_it() {
        let is_table = |lines: [&str; 2]| of_something_else(&lines).is_some();
        assert!(is_table(["name,age", "Ada,36"]));
        assert!(is_table(["2023-11-14T22:13:20Z,10.0.0.1", "2023-11-14T22:13:21Z,10.0.0.2"]));
        assert!(!is_table(["Dear Ada, hello", "how are you?"]));
        // What CloudWatch Logs exports.
        assert!(!is_table([
            "2023-11-14T22:13:20.000Z 10.0.0.1 a,b",
            "2023-11-14T22:13:21.000Z 10.0.0.1 c,d"
        ]));
    }
}
