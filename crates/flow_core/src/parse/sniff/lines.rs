//! Which lines are these? A header, records of a layout that is known, or records that we cannot read.

use super::HeadEnd;
use crate::parse::detect::{self, ColumnGuess};
use crate::parse::{
    Layout, LayoutFrom, container::Container, header, row::RowBuffers, row::RowReader, values::Values,
};
use crate::record::{Address, DEFAULT_LAYOUT};

/// The lines of the head that are whole, in order.
fn whole(head: &[u8], end: HeadEnd) -> impl Iterator<Item = &[u8]> {
    let whole = match end {
        HeadEnd::End => head,
        HeadEnd::More | HeadEnd::Damage => {
            head.iter().rposition(|byte| *byte == b'\n').map_or(&[][..], |at| &head[..at])
        }
    };
    whole.split(|byte| *byte == b'\n')
}

/// The whole lines that say something: no blank lines, no comments, and no lines that are not text.
pub fn content(head: &[u8], end: HeadEnd) -> Vec<&str> {
    let text = whole(head, end).filter_map(|line| std::str::from_utf8(line).ok());
    text.map(|line| line.trim_start_matches('\u{feff}'))
        .filter(|line| !line.contains('\0') && Values::of(line).next().is_some())
        .collect()
}

/// The lines of a message that say something.
pub fn content_of(message: &str) -> impl Iterator<Item = &str> {
    message.lines().filter(|line| !line.contains('\0') && Values::of(line).next().is_some())
}

/// Whether there is nothing to decide by. A line cut off by damage says nothing either.
pub fn has_only_blank_and_comments(head: &[u8], end: HeadEnd) -> bool {
    let mut lines = whole(head, end).map(<[u8]>::trim_ascii);
    let unfinished = end == HeadEnd::More && !head.contains(&b'\n');
    !unfinished && lines.all(|line| line.is_empty() || line.starts_with(b"#"))
}

/// Records that are looked at for a layout by shape: enough that damaged ones do not decide.
const RECORDS_LOOKED_AT: usize = 200;

/// The layout of the first line that shows one, and how it does; or the one that all lines together show.
pub fn layout(lines: &[&str], given: &[Layout]) -> Option<(Layout, LayoutFrom)> {
    for (at, line) in lines.iter().enumerate() {
        if let Some(layout) = header::layout_of(line) {
            let n_names = layout.columns().len();
            if n_names > header::NAMES_OF_SHORT_HEADER_MAX || (at == 0 && fits(&layout, &lines[1..])) {
                // Lines before a header are read as it says, if they have as many values: the header was
                // there when they were written. That is an assumption and is reported as one.
                let assumed = lines[..at].iter().any(|before| Values::of(before).count() == n_names);
                return Some((layout, if assumed { LayoutFrom::Assumed } else { LayoutFrom::Header }));
            }
        }
        let values: Vec<&str> = Values::of(line).collect();
        let of_length = || given.iter().filter(|layout| layout.columns().len() == values.len());
        // Of several of one length, the first that the values do not speak against.
        if let Some(layout) =
            of_length().find(|layout| detect::can_be_of(layout, &values)).or_else(|| of_length().next())
        {
            return Some((layout.clone(), LayoutFrom::Given));
        }
        if is_default_record(&values) {
            return Some((Layout::aws_default(), LayoutFrom::Assumed));
        }
    }
    let (layout, confidence) = detect::detect(&records(lines))?;
    Some((layout, LayoutFrom::Shape(confidence)))
}

/// What can be told of the columns of lines in a layout that nothing says.
pub fn guesses(lines: &[&str]) -> Vec<ColumnGuess> {
    detect::guesses(&records(lines))
}

fn records<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    lines.iter().take(RECORDS_LOOKED_AT).map(|line| Values::of(line).collect()).collect()
}

/// Whether a header of so few names that prose could have it is followed by a record, or by nothing.
fn fits(layout: &Layout, lines: &[&str]) -> bool {
    let reader = RowReader::new(layout);
    lines.is_empty() || lines.iter().any(|line| reader.read(line, &mut RowBuffers::default()).is_ok())
}

/// Whether the values have the shape of the version 2 default format.
fn is_default_record(values: &[&str]) -> bool {
    let Ok([version, _, _, src, dst, _, _, _, _, _, start, end, action, status]) =
        <[&str; DEFAULT_LAYOUT.len()]>::try_from(values)
    else {
        return false;
    };
    [version, start, end].into_iter().all(is_digits)
        && [src, dst].into_iter().all(|text| text == "-" || is_address(text))
        && matches!(action, "ACCEPT" | "REJECT" | "-")
        && status.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_address(text: &str) -> bool {
    Address::parse(text.as_bytes()).is_some()
}

/// What lines are that hold records which we cannot read; `None` where none looks like a record.
pub fn container(lines: &[&str]) -> Option<Container> {
    lines.iter().find_map(|line| container_of_line(line))
}

fn container_of_line(line: &str) -> Option<Container> {
    let values: Vec<&str> = Values::of(line).collect();
    if n_before_default_record(&values).is_some_and(|n_before| n_before > 0) {
        Some(Container::PrefixedRecords)
    } else if !line.contains('"') && evidence(&values) >= EVIDENCE_MIN {
        Some(Container::HeaderlessRecords)
    } else {
        None
    }
}

/// How many values are in front of a record of the version 2 default format, where the line ends in one.
pub fn n_before_default_record(values: &[&str]) -> Option<usize> {
    let n_before = values.len().checked_sub(DEFAULT_LAYOUT.len())?;
    is_default_record(&values[n_before..]).then_some(n_before)
}

/// Whether a line is likely a flow log record, of any layout.
pub fn looks_like_record(line: &str) -> bool {
    evidence(&Values::of(line).collect::<Vec<_>>()) >= EVIDENCE_MIN
}

/// Two kinds of values that flow logs have: an address alone is in the lines of many other logs.
const EVIDENCE_MIN: usize = 2;

/// How many kinds of values that flow logs have are among these. Cells of a CSV table have commas between them, not blanks,
/// and so are none of them.
fn evidence(values: &[&str]) -> usize {
    const IDS: &[&str] = &["eni-", "vpc-", "subnet-", "i-", "nat-", "tgw-"];
    let is_id = |text: &str| {
        IDS.iter().any(|start| {
            text.strip_prefix(start)
                .is_some_and(|rest| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        })
    };
    let kinds: [&dyn Fn(&str) -> bool; 6] = [
        &is_address,
        &is_id,
        &|text| matches!(text, "ACCEPT" | "REJECT"),
        &|text| matches!(text, "OK" | "NODATA" | "SKIPDATA"),
        &|text| matches!(text, "ingress" | "egress"),
        // An account, or a time in seconds.
        &|text| matches!(text.len(), 10 | 12) && is_digits(text),
    ];
    kinds.iter().filter(|is_kind| values.iter().any(|value| is_kind(value))).count()
}
