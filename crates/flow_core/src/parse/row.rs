//! Reads the values of a line as the columns of a layout say.
//!
//! This is the hot path: it runs once for every record, allocates nothing and looks at each value once.
//! Lines that it refuses may still be headers, comments or blank; [`super::records`] tells those apart, so
//! that records never pay for the question.

use super::{Layout, OddSpelling, ProblemKind, RawValue, number, spelling, values::Values};
use crate::record::{Address, ColumnKey, Field, FieldKind};

/// What a line that could be read states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    Row,
    StatusRecord,
}

/// Why a line could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub kind: ProblemKind,
    /// Place in the layout of the value that is at fault, where it is one value.
    pub at: Option<usize>,
}

/// Room for the values of one line. It lives as long as the parser, its contents as long as the line.
#[derive(Debug, Default)]
pub struct RowBuffers<'a> {
    pub values: Vec<RawValue<'a>>,
    pub odd: Vec<OddSpelling<'a>>,
}

impl RowBuffers<'_> {
    /// The same memory for another line. Collecting a vector in place keeps its allocation, and the empty
    /// vector holds nothing that could outlive its line: this is how to say so without `unsafe`.
    pub fn for_another_line<'b>(mut self) -> RowBuffers<'b> {
        self.values.clear();
        self.odd.clear();
        RowBuffers {
            values: self.values.into_iter().map(|_| RawValue::Absent).collect(),
            odd: self.odd.into_iter().map(|_| OddSpelling { at: 0, text: "" }).collect(),
        }
    }
}

/// How the values of one column are checked.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    Text,
    Address,
    Number { max: u64 },
}

impl Check {
    fn of(kind: FieldKind) -> Check {
        match kind {
            FieldKind::Text => Check::Text,
            FieldKind::Address => Check::Address,
            _ => Check::Number { max: kind.max().expect("every other kind is a number") },
        }
    }
}

/// The checks of one layout.
#[derive(Debug)]
pub struct RowReader {
    checks: Vec<Check>,
    status_at: Option<usize>,
    /// Where `srcaddr` and `dstaddr` are, where the layout has both.
    ends_at: Option<(usize, usize)>,
}

impl RowReader {
    pub fn new(layout: &Layout) -> RowReader {
        let place = |field| layout.columns().iter().position(|key| *key == ColumnKey::Known(field));
        RowReader {
            checks: layout.columns().iter().map(|key| Check::of(key.kind())).collect(),
            status_at: place(Field::LOG_STATUS),
            ends_at: place(Field::SRCADDR).zip(place(Field::DSTADDR)),
        }
    }

    /// How each column is checked, in the order of the layout.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Where the layout has `log-status`.
    pub fn status_at(&self) -> Option<usize> {
        self.status_at
    }

    /// Whether a line of names could pass for a record, because no column checks anything.
    pub fn takes_any_text(&self) -> bool {
        self.checks.iter().all(|check| matches!(check, Check::Text))
    }

    /// Reads a line into `row`, whose contents mean nothing when this fails.
    pub fn read<'a>(&self, line: &'a str, row: &mut RowBuffers<'a>) -> Result<RecordKind, Trouble> {
        let mut values = Values::of(line);
        for (at, check) in self.checks.iter().enumerate() {
            let Some(text) = values.next() else {
                return Err(Trouble { kind: ProblemKind::TooFewFields, at: None });
            };
            if text == "-" {
                row.values.push(RawValue::Absent);
                continue;
            }
            let value = match check {
                Check::Text => RawValue::Text(text),
                Check::Number { max } => match number::parse(text.as_bytes(), *max) {
                    Ok(number) => {
                        if number::is_odd(text.as_bytes()) {
                            row.odd.push(OddSpelling { at, text });
                        }
                        RawValue::Number(number)
                    }
                    Err(kind) => return Err(self.value_trouble(at, kind, values)),
                },
                Check::Address => match Address::parse(text.as_bytes()) {
                    Some(address) => {
                        if spelling::is_odd(address, text) {
                            row.odd.push(OddSpelling { at, text });
                        }
                        RawValue::Address(address)
                    }
                    None => return Err(self.value_trouble(at, ProblemKind::NotAnAddress, values)),
                },
            };
            row.values.push(value);
        }
        if values.next().is_some() {
            return Err(Trouble { kind: ProblemKind::TooManyFields, at: None });
        }
        Ok(self.record_kind(&row.values))
    }

    /// A line of another length is no record of this layout, and then it says nothing that one of its
    /// values does not fit its column.
    fn value_trouble(&self, at: usize, kind: ProblemKind, rest: Values<'_>) -> Trouble {
        match (at + 1 + rest.count()).cmp(&self.checks.len()) {
            std::cmp::Ordering::Less => Trouble { kind: ProblemKind::TooFewFields, at: None },
            std::cmp::Ordering::Equal => Trouble { kind, at: Some(at) },
            std::cmp::Ordering::Greater => Trouble { kind: ProblemKind::TooManyFields, at: None },
        }
    }

    /// NODATA and SKIPDATA state something about an interface. AWS may add others, and has for other logs
    /// (INCOMPLETEDATA), so an unknown status counts as one when the record names no ends of a flow.
    pub fn record_kind(&self, values: &[RawValue<'_>]) -> RecordKind {
        let Some(RawValue::Text(status)) = self.status_at.map(|at| values[at]) else {
            return RecordKind::Row;
        };
        match status {
            "OK" => RecordKind::Row,
            "NODATA" | "SKIPDATA" => RecordKind::StatusRecord,
            _ => match self.ends_at {
                Some((src, dst)) if values[src] == RawValue::Absent && values[dst] == RawValue::Absent => {
                    RecordKind::StatusRecord
                }
                _ => RecordKind::Row,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &str, line: &str) -> Result<RecordKind, (ProblemKind, Option<usize>)> {
        let layout = Layout::from_names(names.split(' '));
        let result = RowReader::new(&layout).read(line, &mut RowBuffers::default());
        result.map_err(|trouble| (trouble.kind, trouble.at))
    }

    #[test]
    fn the_first_bad_value_is_named_unless_the_count_is_wrong() {
        let names = "srcaddr srcport dstport";
        assert_eq!(read(names, "10.0.0.1 http 70000"), Err((ProblemKind::NotANumber, Some(1))));
        assert_eq!(read(names, "10.0.0.1 80 70000"), Err((ProblemKind::OutOfRange, Some(2))));
        assert_eq!(read(names, "host 80 443"), Err((ProblemKind::NotAnAddress, Some(0))));
        assert_eq!(read(names, "host 80"), Err((ProblemKind::TooFewFields, None)));
        assert_eq!(read(names, "host 80 443 6"), Err((ProblemKind::TooManyFields, None)));
        assert_eq!(read(names, "10.0.0.1 80 443 6"), Err((ProblemKind::TooManyFields, None)));
    }

    #[test]
    fn a_status_record_says_so_or_names_no_ends() {
        let with_ends = "srcaddr dstaddr log-status";
        assert_eq!(read(with_ends, "- - NODATA"), Ok(RecordKind::StatusRecord));
        assert_eq!(read(with_ends, "- - INCOMPLETEDATA"), Ok(RecordKind::StatusRecord));
        assert_eq!(read(with_ends, "10.0.0.1 - INCOMPLETEDATA"), Ok(RecordKind::Row));
        assert_eq!(
            read(with_ends, "- - OK"),
            Ok(RecordKind::Row),
            "the status itself says that it is a flow"
        );
        assert_eq!(read(with_ends, "- - -"), Ok(RecordKind::Row), "absent is no status");
        assert_eq!(read("srcaddr log-status", "- SKIPDATA"), Ok(RecordKind::StatusRecord));
        assert_eq!(read("srcaddr log-status", "- LATER"), Ok(RecordKind::Row), "dstaddr is not known");
        assert_eq!(read("srcaddr dstaddr", "- -"), Ok(RecordKind::Row));
    }

    #[test]
    fn buffers_keep_their_memory_from_line_to_line() {
        let mut row = RowBuffers::default();
        row.values.reserve(20);
        row.odd.reserve(20);
        let before = (row.values.as_ptr() as usize, row.odd.as_ptr() as usize);
        row.values.push(RawValue::Text("a"));
        let row = row.for_another_line();
        assert!(row.values.is_empty());
        assert_eq!((row.values.as_ptr() as usize, row.odd.as_ptr() as usize), before);
    }
}
