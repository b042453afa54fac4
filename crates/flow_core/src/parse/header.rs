//! Tells a header line, the names of the fields, from a record.
//!
//! A record never passes: each name begins with a letter and is made of letters, digits and `-`, `_` or `.`,
//! and a number, an address, an ARN or `-` is not. Only a line of nothing but chosen tags could, if most of
//! the tags were named like fields.

use super::{Layout, values::Values};
use crate::record::Field;

/// The longest header that is read. AWS knows less than a hundred fields, and names are compared pairwise.
const NAMES_MAX: usize = 128;

/// So many names in a hundred may be unknown: new fields of AWS must not break a header, prose must not pass.
const UNKNOWN_PERCENT_MAX: usize = 20;

/// A line of fewer names, such as a line that says `end`, is a header only where nothing else can be meant.
pub const NAMES_OF_SHORT_HEADER_MAX: usize = 2;

/// The layout that a header line gives; `None` where the line is not one.
pub fn layout_of(line: &str) -> Option<Layout> {
    let names = Values::of(line).map(without_braces);
    are_names(names.clone()).then(|| Layout::from_names(names))
}

/// Whether the values are the names of fields.
pub fn are_names<'a>(values: impl Iterator<Item = &'a str> + Clone) -> bool {
    // Cheap and first: nearly every record has a number, an address or `-` among its first values.
    let mut n_names = 0;
    for value in values.clone() {
        n_names += 1;
        if n_names > NAMES_MAX || !is_name(value) {
            return false;
        }
    }
    // Looking a name up is slow, so prose gives up at the first word too many.
    let n_unknown_max = n_names * UNKNOWN_PERCENT_MAX / 100;
    let n_unknown = values.filter(|name| Field::from_name(name).is_none()).take(n_unknown_max + 1).count();
    n_unknown <= n_unknown_max && n_unknown < n_names
}

/// `${srcaddr}`, as in the log format that AWS shows, means `srcaddr`.
fn without_braces(name: &str) -> &str {
    name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(name)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FIELDS;

    fn names(line: &str) -> Option<Vec<String>> {
        layout_of(line).map(|layout| layout.names())
    }

    #[test]
    fn a_line_of_names_is_a_header_in_any_spelling() {
        let expected = ["version", "account-id", "dstport"].map(String::from).to_vec();
        for line in [
            "version account-id dstport",
            " version\taccount_id   dstPort\r",
            "version accountId destPort # the custom format",
            "${version} ${account-id} ${dstport}",
        ] {
            assert_eq!(names(line), Some(expected.clone()), "{line}");
        }
    }

    #[test]
    fn one_unknown_name_in_five_is_taken_for_a_new_field() {
        assert!(names("version srcaddr dstaddr action not-yet-known").is_some());
        assert_eq!(names("version srcaddr dstaddr not-yet-known"), None);
        assert_eq!(names("not-yet-known"), None);
    }

    #[test]
    fn a_record_of_any_fields_is_no_header() {
        let record: Vec<&str> = FIELDS.iter().map(|field| field.sample).collect();
        assert_eq!(names(&record.join(" ")), None);
        for field in FIELDS {
            assert_eq!(names(field.sample), None, "{}", field.name);
        }
        for line in
            ["", "# version srcaddr dstaddr", "-", "start 1 end bytes action", "action - start end bytes"]
        {
            assert_eq!(names(line), None, "{line}");
        }
    }

    #[test]
    fn a_line_of_very_many_names_is_no_header() {
        assert!(layout_of(&"start ".repeat(NAMES_MAX)).is_some());
        assert_eq!(layout_of(&"start ".repeat(NAMES_MAX + 1)), None);
    }
}
