//! A line or a file that we could not read, with its place and the reason.

use serde::{Deserialize, Serialize};

/// Why a line is not a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    NotANumber,
    /// A number past what its field can hold, such as port 70000.
    OutOfRange,
    NotAnAddress,
    TooFewFields,
    TooManyFields,
    LineTooLong,
    /// The record is in a layout past the number that a load can hold.
    TooManyLayouts,
    /// The line is not UTF-8, or holds NUL bytes.
    NotText,
    /// The record's window is longer than any can be, or in a far future: a time is damaged.
    ImplausibleTime,
    /// The compressed data ends early or is corrupt here; what follows in the file is lost.
    Damaged,
    /// What should hold a record is no valid JSON, CSV or base64, or ends early.
    Malformed,
    /// An object, a document or a list without the record that others of its kind hold.
    NoRecord,
}

impl ProblemKind {
    /// As the summary export names it.
    pub const fn name(self) -> &'static str {
        match self {
            ProblemKind::NotANumber => "not-a-number",
            ProblemKind::OutOfRange => "out-of-range",
            ProblemKind::NotAnAddress => "not-an-address",
            ProblemKind::TooFewFields => "too-few-fields",
            ProblemKind::TooManyFields => "too-many-fields",
            ProblemKind::LineTooLong => "line-too-long",
            ProblemKind::TooManyLayouts => "too-many-layouts",
            ProblemKind::NotText => "not-text",
            ProblemKind::ImplausibleTime => "implausible-time",
            ProblemKind::Damaged => "damaged",
            ProblemKind::Malformed => "malformed",
            ProblemKind::NoRecord => "no-record",
        }
    }

    /// The reason in a sentence for people.
    pub const fn explanation(self) -> &'static str {
        match self {
            ProblemKind::NotANumber => "A number is expected here",
            ProblemKind::OutOfRange => "The number is larger than this field can hold",
            ProblemKind::NotAnAddress => "An IPv4, IPv6 or MAC address is expected here",
            ProblemKind::TooFewFields => "The line has fewer values than the layout has fields",
            ProblemKind::TooManyFields => "The line has more values than the layout has fields",
            ProblemKind::LineTooLong => "The line is longer than a flow record can be; it was skipped",
            ProblemKind::TooManyLayouts => {
                "The record is in one layout more than can be held; these files have too many different headers"
            }
            ProblemKind::ImplausibleTime => {
                "Start and end cannot be those of one record: one of them is damaged, so that nobody knows when this was"
            }
            ProblemKind::NotText => "The line is not text",
            ProblemKind::Damaged => {
                "The compressed data is damaged or cut off here; the rows before it were kept"
            }
            ProblemKind::Malformed => {
                "What should hold a record is cut off here, or is not valid JSON, CSV or base64"
            }
            ProblemKind::NoRecord => "This part of the file holds no flow log record",
        }
    }
}

/// One line that is not a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// 1 for the first line of the file, counted after decompression.
    pub line: u64,
    /// The name of the field that could not be read, where it is one field.
    pub field: Option<String>,
    pub kind: ProblemKind,
    /// The text of the line, cut at [`TEXT_CHARS_MAX`] characters, invalid bytes replaced.
    pub text: String,
}

impl Problem {
    /// The text that is kept of a line.
    pub fn text_of(line: &[u8]) -> String {
        // A character has at most four bytes, so the rest cannot be needed.
        let start = &line[..line.len().min(TEXT_CHARS_MAX * 4)];
        String::from_utf8_lossy(start).chars().take(TEXT_CHARS_MAX).collect()
    }
}

/// A problem's text is shown to a person; more of it says no more, and a hostile line may be long.
pub const TEXT_CHARS_MAX: usize = 400;

/// Problems kept for each file, with their texts; all are counted. A file of another kind can have one on
/// every line, and nobody reads past these.
pub const PROBLEMS_KEPT_PER_FILE: usize = 1_000;
