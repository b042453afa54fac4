//! What is this file? Decided once, by its first text, and by its name where the text does not say.
//!
//! This is the one place that decides; what follows from the decision is [`super::container`]'s and the
//! readers'. The head is the first [`SNIFF_BYTES_MAX`] bytes or all there is, never what one call happened
//! to bring, so the decision does not depend on how the bytes were cut.

mod json;
mod lines;
mod magic;
mod prefix;
mod query_result;
mod table;
mod wrapped;

use super::detect::ColumnGuess;
use super::unwrap::Wrapping;
use super::{Layout, LayoutFrom, Refusal, container::Container, records::BOM};

/// How much text is held back at most before a file is recognised: a flow log shows itself in its first
/// line, but a file may begin with comments or rubbish, and JSON with a list of other things.
pub const SNIFF_BYTES_MAX: usize = 64 * 1024;

/// What the object holds that CloudWatch Logs writes to a bucket before it exports to it.
const PERMISSION_CHECK: &[u8] = b"Permission Check Successful";

/// What follows the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadEnd {
    /// More text: the head's last line may go on.
    More,
    /// Nothing: the head's last line is whole.
    End,
    /// Nothing that can be read: the head's last line is cut off.
    Damage,
}

/// What to do with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Read its records, the first ones in this layout.
    Records { form: Form, layout: Layout, from: LayoutFrom },
    /// No record is in the head, which is empty, or only what may stand before one.
    Nothing(Form),
    /// It says something about the account, as a whole: `aws ec2 describe-…`.
    Describe,
    /// AWS puts it beside logs; this is what it is.
    Ignore(&'static str),
    Refuse {
        /// What the file is.
        container: Container,
        /// What of it cannot be read, which may be what is in the container.
        refusal: Refusal,
        /// What can be told of the columns, where nothing says the layout.
        columns: Vec<ColumnGuess>,
    },
}

/// What the records of a file are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub container: Container,
    /// `None` where each line is a record.
    pub wrapping: Option<Wrapping>,
}

impl Form {
    pub const TEXT: Form = Form { container: Container::Text, wrapping: None };
}

impl Verdict {
    fn refuse(container: Container) -> Verdict {
        Verdict::refuse_in(container, container, Vec::new())
    }

    /// Refuses what is in a container, or is the container itself.
    fn refuse_in(container: Container, what: Container, columns: Vec<ColumnGuess>) -> Verdict {
        let refusal = what.refusal().expect("only what has no reader is refused");
        Verdict::Refuse { container, refusal, columns }
    }
}

/// Decides by the first text of a file, its name, and the layouts given for files without a header.
pub fn decide(head: &[u8], end: HeadEnd, name: &str, given: &[Layout]) -> Verdict {
    if let Some(container) = magic::of(head) {
        return Verdict::refuse(container);
    }
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let text = head.trim_ascii_start();
    if text.trim_ascii_end() == PERMISSION_CHECK {
        return Verdict::Ignore(
            "CloudWatch Logs wrote it to test that it may write to the bucket; it holds no records",
        );
    }
    if is_markup(text) {
        return Verdict::refuse(markup(text));
    }
    if let Some(container) = json::of(text) {
        if container == Container::AwsDescription {
            return Verdict::Describe;
        }
        return wrapped::json(container, text, given);
    }
    let lines = lines::content(head, end);
    // A given layout could fit the values of a line that has something around its record.
    if let Some(verdict) = table::of(&lines).map(|table| wrapped::table(table, text, given)) {
        return verdict;
    }
    if let Some(verdict) = prefix::times(&lines, given) {
        return verdict;
    }
    if let Some((layout, from)) = lines::layout(&lines, given) {
        return Verdict::Records { form: Form::TEXT, layout, from };
    }
    if let Some(verdict) = prefix::tags(&lines, given) {
        return verdict;
    }
    if let Some(container) = lines::container(&lines) {
        let columns =
            if container == Container::HeaderlessRecords { lines::guesses(&lines) } else { Vec::new() };
        return Verdict::refuse_in(container, container, columns);
    }
    if let Some(verdict) = table::of_something_else(&lines) {
        return verdict;
    }
    if is_binary(text) {
        Verdict::refuse(by_name(name).unwrap_or(Container::Binary))
    } else if lines::has_only_blank_and_comments(head, end) {
        Verdict::Nothing(Form::TEXT)
    } else {
        Verdict::refuse(Container::PlainText)
    }
}

/// Text holds no zeros, and few control characters or bytes that are no UTF-8.
fn is_binary(text: &[u8]) -> bool {
    /// One character in so many: text in an old encoding of letters with accents has fewer.
    const STRANGE_PART_MAX: usize = 4;
    let is_strange = |char: char| {
        char == char::REPLACEMENT_CHARACTER
            || (char.is_control() && !char.is_whitespace() && char != char::from(ESCAPE))
    };
    let n_strange = String::from_utf8_lossy(text).chars().filter(|char| is_strange(*char)).count();
    text.contains(&0) || n_strange * STRANGE_PART_MAX > text.len()
}

/// Begins the colour codes of terminals.
const ESCAPE: u8 = 0x1b;

/// What binary data without a mark of its own is, by the name that AWS gives it.
fn by_name(name: &str) -> Option<Container> {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".csv.metadata") {
        Some(Container::AthenaMetadata)
    } else if name.ends_with(".parquet") {
        Some(Container::DamagedParquet)
    } else {
        None
    }
}

/// Syslog begins its lines with a number in such brackets, and may hold records.
fn is_markup(text: &[u8]) -> bool {
    text.strip_prefix(b"<").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_digit))
}

fn markup(text: &[u8]) -> Container {
    let start = String::from_utf8_lossy(&text[..text.len().min(1_000)]).to_ascii_lowercase();
    if start.contains("<!doctype html") || start.contains("<html") {
        Container::Html
    } else if start.contains("<error>") && start.contains("<code>") {
        Container::S3Error
    } else {
        Container::Xml
    }
}
