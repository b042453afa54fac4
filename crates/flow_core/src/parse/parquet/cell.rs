//! Values of a table as values of a record: what a column says by its type and what its field may hold, brought
//! together.
//!
//! A dictionary's values are turned once, however many rows have them.

use std::fmt::Write;

use super::Trouble;
use super::footer::{ColumnInfo, Meaning, Physical};
use super::unread;
use crate::parse::lines::LINE_BYTES_MAX;
use crate::parse::row::Check;
use crate::parse::{OddSpelling, ProblemKind, RawValue, number, spelling};
use crate::record::iso_time::to_iso;
use crate::record::{Address, ColumnKey, FieldKind};

const DAY_SECS: i64 = 86_400;

/// Julian day of 1970-01-01, from which old writers count days.
const JULIAN_DAY_OF_1970: i64 = 2_440_588;

/// Part of the texts of some [`Cells`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    start: u32,
    n_bytes: u32,
}

/// A value, ready to be part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Absent,
    Number(u64),
    Address(Address),
    Text(Span),
    /// As [`RawValue`], from a text that is not how we would print it.
    OddNumber(u64, Span),
    OddAddress(Address, Span),
    /// What the field cannot hold, as it is written.
    Bad(ProblemKind, Span),
}

/// Values with their texts.
#[derive(Debug, Default)]
pub struct Cells {
    pub cells: Vec<Cell>,
    texts: String,
}

impl Cells {
    pub fn clear(&mut self) {
        self.cells.clear();
        self.texts.clear();
    }

    pub fn n_heap_bytes(&self) -> usize {
        self.cells.len() * size_of::<Cell>() + self.texts.len()
    }

    pub fn text(&self, span: Span) -> &str {
        let start = span.start as usize;
        &self.texts[start..start + span.n_bytes as usize]
    }

    /// The value at place `at` of a row; where its spelling is odd, that too.
    pub fn raw(&self, cell: Cell, at: usize) -> Result<(RawValue<'_>, Option<OddSpelling<'_>>), ProblemKind> {
        let odd = |span| Some(OddSpelling { at, text: self.text(span) });
        Ok(match cell {
            Cell::Absent => (RawValue::Absent, None),
            Cell::Number(number) => (RawValue::Number(number), None),
            Cell::Address(address) => (RawValue::Address(address), None),
            Cell::Text(span) => (RawValue::Text(self.text(span)), None),
            Cell::OddNumber(number, span) => (RawValue::Number(number), odd(span)),
            Cell::OddAddress(address, span) => (RawValue::Address(address), odd(span)),
            Cell::Bad(kind, _) => return Err(kind),
        })
    }

    /// The value as a line would have it.
    pub fn print(&self, cell: Cell, into: &mut String) {
        let written = match cell {
            Cell::Absent => write!(into, "-"),
            Cell::Number(number) => write!(into, "{number}"),
            Cell::Address(address) => write!(into, "{address}"),
            Cell::Text(span) | Cell::OddNumber(_, span) | Cell::OddAddress(_, span) | Cell::Bad(_, span) => {
                write!(into, "{}", self.text(span))
            }
        };
        written.expect("a String takes all");
    }

    fn add(&mut self, text: &str) -> Span {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        Span { start, n_bytes: text.len() as u32 }
    }
}

/// Turns the values of one column.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    check: Check,
    pub physical: Physical,
    meaning: Meaning,
}

impl Turn {
    /// Refuses a column whose type its field cannot have.
    pub fn new(column: &ColumnInfo, key: &ColumnKey, check: Check) -> Result<Turn, Trouble> {
        let cannot = |kind| Err(Trouble::Refused(unread::column_of(&column.name, kind)));
        let is_text = column.physical == Physical::Bytes;
        let is_time = column.physical == Physical::Int96 || matches!(column.meaning, Meaning::Time { .. });
        match check {
            Check::Address if !is_text => cannot("numbers in place of addresses"),
            Check::Number { .. } if column.meaning == Meaning::Date => cannot("dates in place of numbers"),
            Check::Number { .. } if is_time && key.kind() != FieldKind::Seconds => {
                cannot("times in place of numbers")
            }
            _ => Ok(Turn { check, physical: column.physical, meaning: column.meaning }),
        }
    }

    pub fn of_int(self, bits: i64, into: &mut Cells) {
        let cell = match self.meaning {
            Meaning::Date => self.time(bits.saturating_mul(DAY_SECS), true, into),
            Meaning::Time { per_sec } => self.time(bits.div_euclid(per_sec), false, into),
            Meaning::Unsigned if self.physical == Physical::Int32 => {
                self.number(i128::from(bits as u32), into)
            }
            Meaning::Unsigned => self.number(i128::from(bits as u64), into),
            Meaning::Plain => self.number(i128::from(bits), into),
        };
        into.cells.push(cell);
    }

    /// Twelve bytes: nanoseconds of the day, then the day.
    pub fn of_int96(self, bytes: [u8; 12], into: &mut Cells) {
        let (nanos, day) = bytes.split_first_chunk::<8>().expect("twelve bytes");
        let nanos = i64::from_le_bytes(*nanos);
        let day = i64::from(i32::from_le_bytes(day.try_into().expect("four bytes")));
        let secs = (day - JULIAN_DAY_OF_1970) * DAY_SECS + nanos.div_euclid(1_000_000_000);
        let cell = self.time(secs, false, into);
        into.cells.push(cell);
    }

    /// Programs that know no absent integer write columns with gaps as fractions: 443.0, and NaN for none.
    pub fn of_float(self, value: f64, into: &mut Cells) {
        /// Up to here every whole number is a fraction of its own.
        const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
        let cell = if value.is_nan() {
            Cell::Absent
        } else if value.fract() == 0.0 && value.abs() <= WHOLE_MAX {
            self.number(i128::from(value as i64), into)
        } else {
            let span = into.add(&value.to_string());
            match self.check {
                Check::Text => Cell::Text(span),
                Check::Number { .. } | Check::Address => Cell::Bad(ProblemKind::NotANumber, span),
            }
        };
        into.cells.push(cell);
    }

    pub fn of_bytes(self, bytes: &[u8], into: &mut Cells) {
        let cell = match str::from_utf8(bytes) {
            _ if bytes.len() > LINE_BYTES_MAX => {
                Cell::Bad(ProblemKind::LineTooLong, into.add(&crate::parse::Problem::text_of(bytes)))
            }
            Ok(text) if !text.contains('\0') => self.text(text, into),
            _ => Cell::Bad(ProblemKind::NotText, into.add(&crate::parse::Problem::text_of(bytes))),
        };
        into.cells.push(cell);
    }

    fn text(self, text: &str, into: &mut Cells) -> Cell {
        // No text at all is how other programs write what AWS writes as `-`.
        if text == "-" || text.is_empty() {
            return Cell::Absent;
        }
        match self.check {
            Check::Text => Cell::Text(into.add(text)),
            Check::Number { max } => match number::parse(text.as_bytes(), max) {
                Ok(number) if number::is_odd(text.as_bytes()) => Cell::OddNumber(number, into.add(text)),
                Ok(number) => Cell::Number(number),
                Err(kind) => Cell::Bad(kind, into.add(text)),
            },
            Check::Address => match Address::parse(text.as_bytes()) {
                Some(address) if spelling::is_odd(address, text) => Cell::OddAddress(address, into.add(text)),
                Some(address) => Cell::Address(address),
                None => Cell::Bad(ProblemKind::NotAnAddress, into.add(text)),
            },
        }
    }

    fn number(self, value: i128, into: &mut Cells) -> Cell {
        match (self.check, u64::try_from(value)) {
            (Check::Number { max }, Ok(number)) if number <= max => Cell::Number(number),
            (Check::Text, _) => Cell::Text(into.add(&value.to_string())),
            // As a minus sign in a line is no number.
            (_, Err(_)) if value < 0 => Cell::Bad(ProblemKind::NotANumber, into.add(&value.to_string())),
            _ => Cell::Bad(ProblemKind::OutOfRange, into.add(&value.to_string())),
        }
    }

    /// Seconds since 1970, where the field holds a text as a person writes them.
    fn time(self, secs: i64, is_date: bool, into: &mut Cells) -> Cell {
        if !matches!(self.check, Check::Text) {
            return self.number(i128::from(secs), into);
        }
        match u64::try_from(secs).ok().and_then(to_iso) {
            Some(time) if is_date => Cell::Text(into.add(&time[..10])),
            Some(time) => Cell::Text(into.add(&time)),
            None => Cell::Text(into.add(&secs.to_string())),
        }
    }
}
