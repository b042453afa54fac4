//! Reads the values of a line as the columns of a layout say.
//!
//! This is the hot path: it runs once for every record, allocates nothing and looks at each value once.
//! Lines that it refuses may still be headers, comments or blank; [`super::records`] tells those apart, so
//! that records never pay for the question.

use std::cmp::Ordering;

use super::window;
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

    /// Reads a value that is there.
    // Always: the values of a line are read in a loop around it.
    #[inline(always)]
    fn value<'a>(
        self,
        at: usize,
        text: &'a str,
        odd: &mut Vec<OddSpelling<'a>>,
    ) -> Result<RawValue<'a>, ProblemKind> {
        Ok(match self {
            Check::Text => RawValue::Text(text),
            Check::Number { max } => {
                let number = number::parse(text.as_bytes(), max)?;
                if number::is_odd(text.as_bytes()) {
                    odd.push(OddSpelling { at, text });
                }
                RawValue::Number(number)
            }
            Check::Address => {
                let address = Address::parse(text.as_bytes()).ok_or(ProblemKind::NotAnAddress)?;
                if spelling::is_odd(address, text) {
                    odd.push(OddSpelling { at, text });
                }
                RawValue::Address(address)
            }
        })
    }

    /// The same for a cell of a table, whose whole numbers may be written as `443.0`: many tools do that to
    /// columns in which some numbers are missing.
    fn cell<'a>(
        self,
        at: usize,
        text: &'a str,
        odd: &mut Vec<OddSpelling<'a>>,
    ) -> Result<RawValue<'a>, ProblemKind> {
        match (self, text.strip_suffix(".0")) {
            (Check::Number { max }, Some(digits)) => {
                let number = number::parse(digits.as_bytes(), max)?;
                odd.push(OddSpelling { at, text });
                Ok(RawValue::Number(number))
            }
            _ => self.value(at, text, odd),
        }
    }
}

/// The checks of one layout.
#[derive(Debug)]
pub struct RowReader {
    checks: Vec<Check>,
    status_at: Option<usize>,
    /// Where `start` and `end` are.
    window_at: [Option<usize>; 2],
    /// Where `srcaddr` and `dstaddr` are, where the layout has both.
    ends_at: Option<(usize, usize)>,
}

impl RowReader {
    pub fn new(layout: &Layout) -> RowReader {
        let place = |field| layout.columns().iter().position(|key| *key == ColumnKey::Known(field));
        RowReader {
            checks: layout.columns().iter().map(|key| Check::of(key.kind())).collect(),
            status_at: place(Field::LOG_STATUS),
            window_at: [place(Field::START), place(Field::END)],
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

    /// Where the layout has `start` and `end`.
    pub fn window_at(&self) -> [Option<usize>; 2] {
        self.window_at
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
            let value = match check.value(at, text, &mut row.odd) {
                Ok(value) => value,
                Err(kind) => return Err(self.value_trouble(at, kind, values)),
            };
            row.values.push(value);
        }
        if values.next().is_some() {
            return Err(Trouble { kind: ProblemKind::TooManyFields, at: None });
        }
        self.record(&row.values)
    }

    /// Reads the cells of one record of a table into `row`, whose contents mean nothing when this fails. A cell
    /// that is empty, `-` or not there is absent.
    pub fn read_cells<'a>(
        &self,
        cells: &[Option<&'a str>],
        row: &mut RowBuffers<'a>,
    ) -> Result<RecordKind, Trouble> {
        match cells.len().cmp(&self.checks.len()) {
            Ordering::Less => return Err(Trouble { kind: ProblemKind::TooFewFields, at: None }),
            Ordering::Greater => return Err(Trouble { kind: ProblemKind::TooManyFields, at: None }),
            Ordering::Equal => {}
        }
        for (at, (check, cell)) in self.checks.iter().zip(cells).enumerate() {
            let value = match cell.map(str::trim_ascii).filter(|text| !matches!(*text, "" | "-")) {
                None => RawValue::Absent,
                Some(text) => {
                    check.cell(at, text, &mut row.odd).map_err(|kind| Trouble { kind, at: Some(at) })?
                }
            };
            row.values.push(value);
        }
        self.record(&row.values)
    }

    /// A line of another length is no record of this layout, and then it says nothing that one of its
    /// values does not fit its column.
    fn value_trouble(&self, at: usize, kind: ProblemKind, rest: Values<'_>) -> Trouble {
        match (at + 1 + rest.count()).cmp(&self.checks.len()) {
            Ordering::Less => Trouble { kind: ProblemKind::TooFewFields, at: None },
            Ordering::Equal => Trouble { kind, at: Some(at) },
            Ordering::Greater => Trouble { kind: ProblemKind::TooManyFields, at: None },
        }
    }

    /// What a record of these values is, unless they cannot be those of one record.
    pub fn record(&self, values: &[RawValue<'_>]) -> Result<RecordKind, Trouble> {
        let time = |at: Option<usize>| match at.map(|at| values[at]) {
            Some(RawValue::Number(secs)) => Some(secs),
            _ => None,
        };
        let [start, end] = self.window_at.map(time);
        if window::is_plausible(start, end) {
            return Ok(self.kind(values));
        }
        let at = self.window_at.into_iter().flatten().next();
        Err(Trouble { kind: ProblemKind::ImplausibleTime, at })
    }

    /// NODATA and SKIPDATA state something about an interface. AWS may add others, and has for other logs
    /// (INCOMPLETEDATA), so an unknown status counts as one when the record names no ends of a flow.
    fn kind(&self, values: &[RawValue<'_>]) -> RecordKind {
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
    fn cells_are_read_as_values_are() {
        let layout = Layout::from_names(["srcaddr", "dstport", "action", "log-status"]);
        let read = |cells: &[Option<&'static str>]| {
            let mut row = RowBuffers::default();
            let result = RowReader::new(&layout).read_cells(cells, &mut row);
            result.map(|kind| (kind, row.values, row.odd)).map_err(|trouble| (trouble.kind, trouble.at))
        };
        let (kind, values, odd) = read(&[Some("::1"), Some(" 443.0"), Some("A b"), Some("OK")]).unwrap();
        assert_eq!(kind, RecordKind::Row);
        let expected = [RawValue::Address(Address::V6(1)), RawValue::Number(443), RawValue::Text("A b")];
        assert_eq!(values[..3], expected);
        assert_eq!(odd, [OddSpelling { at: 1, text: "443.0" }]);
        let (kind, values, odd) = read(&[Some("-"), Some(""), None, Some("NODATA")]).unwrap();
        assert_eq!((kind, odd.len()), (RecordKind::StatusRecord, 0));
        assert_eq!(values[..3], [RawValue::Absent; 3]);
        assert_eq!(read(&[None, Some("443.5"), None, None]), Err((ProblemKind::NotANumber, Some(1))));
        assert_eq!(read(&[None, Some("70000.0"), None, None]), Err((ProblemKind::OutOfRange, Some(1))));
        assert_eq!(read(&[None; 3]), Err((ProblemKind::TooFewFields, None)));
        assert_eq!(read(&[None; 5]), Err((ProblemKind::TooManyFields, None)));
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
