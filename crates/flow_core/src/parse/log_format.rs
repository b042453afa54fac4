//! The format of a flow log as people have it at hand: `${version} ${account-id} …`, as AWS shows it and as it stands in
//! templates; or just names.

use super::Layout;
use crate::record::ColumnKey;

/// Why a text is no log format, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatProblem {
    Empty,
    /// No name in it is a field's.
    NoFieldKnown,
    TooManyNames,
}

/// AWS knows less than a hundred fields.
const NAMES_MAX: usize = 1_000;

impl FormatProblem {
    pub const fn explanation(&self) -> &'static str {
        match self {
            FormatProblem::Empty => {
                "Paste the log format first, such as ${version} ${account-id} ${interface-id} …"
            }
            FormatProblem::NoFieldKnown => {
                "None of these is the name of a flow log field; `aws ec2 describe-flow-logs` shows the format as LogFormat"
            }
            FormatProblem::TooManyNames => "These are more names than a flow log can have",
        }
    }
}

/// Reads a format. `${name}`, Terraform's `$${name}`, or names with spaces, commas or quotes between them; names that
/// AWS does not document are kept as columns of their own.
pub fn parse(text: &str) -> Result<Layout, FormatProblem> {
    let mut names: Vec<&str> = text.split("${").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    if names.is_empty() {
        names = text.split(|char: char| char.is_whitespace() || matches!(char, ',' | '"' | '\'')).collect();
    }
    let names: Vec<&str> = names.into_iter().map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(FormatProblem::Empty);
    }
    if names.len() > NAMES_MAX {
        return Err(FormatProblem::TooManyNames);
    }
    let layout = Layout::from_names(names);
    let is_known = |key: &ColumnKey| matches!(key, ColumnKey::Known(_));
    if layout.columns().iter().any(is_known) { Ok(layout) } else { Err(FormatProblem::NoFieldKnown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>, FormatProblem> {
        parse(text).map(|layout| layout.names())
    }

    #[test]
    fn a_format_is_read_as_it_stands_in_consoles_commands_and_templates() {
        let expected = Ok(["srcaddr", "dstaddr", "dstport"].map(String::from).to_vec());
        for text in [
            "${srcaddr} ${dstaddr} ${dstport}",
            "  ${srcaddr}\n  ${dstaddr}\n  ${dstport}\n",
            "'${srcaddr} ${dstaddr} ${dstport}'",
            "log_format = \"$${srcaddr} $${dstaddr} $${dstport}\"",
            "LogFormat: !Sub ${srcaddr} ${dstaddr} ${dstport}",
            "srcaddr dstaddr dstport",
            "srcaddr, dstaddr, dstport",
            "\"srcaddr\",\"dstaddr\",\"dstport\"",
            "srcAddr dst_addr dstport",
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_tomorrow_are_columns_and_prose_is_none() {
        assert_eq!(names("${srcaddr} ${not-yet-known}"), Ok(vec!["srcaddr".into(), "not-yet-known".into()]));
        assert_eq!(names("It is a long story"), Err(FormatProblem::NoFieldKnown));
        assert_eq!(names(" ${} \n"), Err(FormatProblem::Empty));
        assert_eq!(names(""), Err(FormatProblem::Empty));
        assert_eq!(names(&"${srcaddr} ".repeat(NAMES_MAX + 1)), Err(FormatProblem::TooManyNames));
    }
}
