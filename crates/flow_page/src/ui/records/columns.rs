//! Which columns a table of records shows, and in which order.
//!
//! Pure: what is in the files and what was chosen in, a choice out.

use flow_core::query::{SortSpec, Subject};
use flow_core::record::{ColumnKey, Field, FieldKind};

/// What most people read a record by, in reading order. Those that no file has are left out.
const DEFAULT_FIELDS: [Field; 15] = [
    Field::START,
    Field::INTERFACE_ID,
    Field::TGW_ATTACHMENT_ID,
    Field::ACTION,
    Field::SRCADDR,
    Field::SRCPORT,
    Field::DSTADDR,
    Field::DSTPORT,
    Field::PROTOCOL,
    Field::TCP_FLAGS,
    Field::PACKETS,
    Field::BYTES,
    Field::PKT_SRCADDR,
    Field::PKT_DSTADDR,
    Field::REJECT_REASON,
];

/// With fewer known columns than this the files are of a kind that the default set does not know.
const DEFAULT_COLUMNS_MIN: usize = 4;
/// As many as fit a screen.
const FALLBACK_COLUMNS_MAX: usize = 12;

fn has(available: &[ColumnKey], field: Field) -> bool {
    available.contains(&ColumnKey::Known(field))
}

/// Columns to begin with for files that have `available`, and rows that are records or stand for several.
pub fn default_columns(available: &[ColumnKey], is_rolled_up: bool) -> Vec<Subject> {
    let mut columns: Vec<Subject> =
        DEFAULT_FIELDS.into_iter().filter(|field| has(available, *field)).map(Subject::from).collect();
    if columns.len() < DEFAULT_COLUMNS_MIN {
        return available.iter().take(FALLBACK_COLUMNS_MAX).cloned().map(Subject::Column).collect();
    }
    if is_rolled_up {
        // Behind the minute: what the row stands for.
        columns.insert(1, Subject::Records);
    }
    if tells_direction(available) {
        // Beside the action: which way, and what became of it.
        let action = Subject::from(Field::ACTION);
        let at = columns.iter().position(|column| *column == action).unwrap_or(1);
        columns.insert(at, Subject::Direction);
    }
    columns
}

/// Whether a direction can be recorded or inferred at all.
pub fn tells_direction(available: &[ColumnKey]) -> bool {
    has(available, Field::FLOW_DIRECTION) || has(available, Field::INTERFACE_ID)
}

/// Everything that can be shown: what is chosen in its order, then the rest in the order of the files, then
/// what is worked out.
pub fn offered(available: &[ColumnKey], chosen: &[Subject]) -> Vec<Subject> {
    let rest = available.iter().cloned().map(Subject::Column).chain(Subject::DERIVED);
    let mut offered = chosen.to_vec();
    offered.extend(rest.filter(|subject| !chosen.contains(subject)));
    offered
}

/// Shows a column at the end, or hides it. The last one stays: a table without columns says nothing.
pub fn toggled(chosen: &[Subject], subject: &Subject) -> Vec<Subject> {
    let mut columns = chosen.to_vec();
    match columns.iter().position(|column| column == subject) {
        Some(_) if columns.len() == 1 => {}
        Some(at) => {
            columns.remove(at);
        }
        None => columns.push(subject.clone()),
    }
    columns
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Earlier,
    Later,
}

/// Changes places with a neighbour; at the end, or where the column is not shown, nothing moves.
pub fn moved(chosen: &[Subject], subject: &Subject, way: Move) -> Vec<Subject> {
    let mut columns = chosen.to_vec();
    let at = columns.iter().position(|column| column == subject);
    let neighbour = at.and_then(|at| match way {
        Move::Earlier => at.checked_sub(1),
        Move::Later => Some(at + 1).filter(|after| *after < columns.len()),
    });
    if let (Some(at), Some(neighbour)) = (at, neighbour) {
        columns.swap(at, neighbour);
    }
    columns
}

/// The order of the rows, in words.
pub fn sort_in_words(sort: Option<&SortSpec>) -> String {
    match sort {
        None => "in the order they were loaded".to_owned(),
        Some(sort) => {
            let (up, down) = match sort.subject.kind() {
                FieldKind::Text => ("A to Z", "Z to A"),
                FieldKind::Seconds => ("earliest first", "latest first"),
                _ => ("smallest first", "largest first"),
            };
            format!("sorted by {}, {}", sort.subject.name(), if sort.descending { down } else { up })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::record::DEFAULT_LAYOUT;

    fn names(subjects: &[Subject]) -> Vec<&str> {
        subjects.iter().map(Subject::name).collect()
    }

    fn subjects(names: &str) -> Vec<Subject> {
        names.split_whitespace().map(Subject::from_name).collect()
    }

    fn keys(names: &str) -> Vec<ColumnKey> {
        names.split_whitespace().map(ColumnKey::from_name).collect()
    }

    #[test]
    fn the_default_format_shows_its_flow_with_the_direction() {
        let shown = default_columns(&DEFAULT_LAYOUT.map(ColumnKey::from), false);
        let expected =
            "start interface-id direction action srcaddr srcport dstaddr dstport protocol packets bytes";
        assert_eq!(names(&shown).join(" "), expected);
    }

    #[test]
    fn rolled_up_rows_say_what_they_stand_for() {
        let shown = default_columns(&keys("start action srcaddr dstaddr bytes"), true);
        assert_eq!(names(&shown).join(" "), "start records action srcaddr dstaddr bytes");
    }

    #[test]
    fn without_an_interface_no_direction_is_offered_by_default() {
        let shown = default_columns(&keys("srcaddr dstaddr bytes action start"), false);
        assert_eq!(names(&shown).join(" "), "start action srcaddr dstaddr bytes");
        let shown = default_columns(&keys("srcaddr dstaddr bytes flow-direction"), false);
        assert_eq!(
            names(&shown).join(" "),
            "srcaddr dstaddr bytes flow-direction",
            "too few known ones: as in the files"
        );
    }

    #[test]
    fn unknown_files_show_what_they_have() {
        let shown = default_columns(&keys("alpha beta gamma"), false);
        assert_eq!(names(&shown).join(" "), "alpha beta gamma");
        assert!(default_columns(&[], false).is_empty());
    }

    #[test]
    fn everything_is_offered_once_and_the_chosen_first() {
        let chosen = subjects("bytes direction");
        let offered = offered(&keys("srcaddr bytes my-own"), &chosen);
        let expected =
            "bytes direction srcaddr my-own class localaddr localport remoteaddr remoteport records";
        assert_eq!(names(&offered).join(" "), expected);
    }

    #[test]
    fn columns_come_go_and_change_places() {
        let chosen = subjects("srcaddr dstaddr");
        let more = toggled(&chosen, &Subject::Class);
        assert_eq!(names(&more).join(" "), "srcaddr dstaddr class");
        assert_eq!(names(&toggled(&more, &more[0])).join(" "), "dstaddr class");
        let last = subjects("bytes");
        assert_eq!(toggled(&last, &last[0]), last, "one column stays");

        assert_eq!(names(&moved(&more, &Subject::Class, Move::Earlier)).join(" "), "srcaddr class dstaddr");
        assert_eq!(moved(&more, &Subject::Class, Move::Later), more);
        assert_eq!(moved(&more, &more[0], Move::Earlier), more);
        assert_eq!(moved(&more, &Subject::Direction, Move::Earlier), more);
    }

    #[test]
    fn the_order_is_said_in_words() {
        let words = |name: &str, descending| {
            sort_in_words(Some(&SortSpec { subject: Subject::from_name(name), descending }))
        };
        assert_eq!(words("bytes", false), "sorted by bytes, smallest first");
        assert_eq!(words("bytes", true), "sorted by bytes, largest first");
        assert_eq!(words("start", true), "sorted by start, latest first");
        assert_eq!(words("action", false), "sorted by action, A to Z");
        assert_eq!(sort_in_words(None), "in the order they were loaded");
    }
}
