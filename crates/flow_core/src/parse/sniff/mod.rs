//! What is this file? Decided once, by its first text, and by its name where the text does not say.
//!
//! This is the one place that decides; what follows from the decision is [`super::container`]'s and the
//! readers'. The head is the first [`SNIFF_BYTES_MAX`] bytes or all there is, never what one call happened
//! to bring, so the decision does not depend on how the bytes were cut.

mod json;
mod lines;
mod magic;
mod table;

use super::{Layout, container::Container, records::BOM};

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
    /// Read its lines as records, the first ones in this layout.
    Records {
        layout: Layout,
        /// Whether there are records that no header names the fields of.
        assumed: bool,
    },
    /// Nothing has been said yet: the head is empty, or blank and comment lines only.
    Nothing,
    /// AWS puts it beside logs; this is what it is.
    Ignore(&'static str),
    Refuse(Container),
}

/// Decides by the first text of a file, its name, and the layout given for files without a header.
pub fn decide(head: &[u8], end: HeadEnd, name: &str, given: Option<&Layout>) -> Verdict {
    if let Some(container) = magic::of(head) {
        return Verdict::Refuse(container);
    }
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let text = head.trim_ascii_start();
    if text.trim_ascii_end() == PERMISSION_CHECK {
        return Verdict::Ignore(
            "CloudWatch Logs wrote it to test that it may write to the bucket; it holds no records",
        );
    }
    let marked = if text.starts_with(b"<") { Some(markup(text)) } else { json::of(text) };
    if let Some(container) = marked {
        return Verdict::Refuse(container);
    }
    let lines = lines::content(head, end);
    if let Some((layout, assumed)) = lines::layout(&lines, given) {
        return Verdict::Records { layout, assumed };
    }
    if let Some(container) = lines::container(&lines).or_else(|| table::of(&lines)) {
        return Verdict::Refuse(container);
    }
    if is_binary(text) {
        Verdict::Refuse(by_name(name).unwrap_or(Container::Binary))
    } else if lines::has_only_blank_and_comments(head, end) {
        Verdict::Nothing
    } else {
        Verdict::Refuse(Container::PlainText)
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
