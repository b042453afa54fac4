//! Columns of numbers.

use super::Marks;
use super::values::{BlockText, RegularRows, Span, word_at};
use super::words::number;
use crate::parse::row_block::ABSENT_NUMBER;

/// Reads a column into `numbers`, one for each row. Rows whose value is not a number of at most `max` in our
/// own spelling are marked.
#[inline(never)]
pub fn read(rows: RegularRows<'_>, column: usize, max: u64, numbers: &mut Vec<u64>, marks: &mut Marks) {
    numbers.resize(marks.n_rows(), 0);
    // The version is the same in all rows of most logs, and so is much of what later versions added: reading one of
    // them is enough. A value that is left to the slow way is marked in each row.
    let n_alike = rows.n_alike(column);
    let only = number(rows.text, rows.span(0, column)).filter(|number| n_alike > 1 && *number <= max);
    let n_read = if only.is_some() { n_alike } else { 0 };
    numbers[..n_read].fill(only.unwrap_or_default());
    let others = (n_read..).zip(numbers[n_read..].iter_mut().zip(rows.spans_from(n_read, column)));
    if rows.span(0, column).n_bytes == TIME_DIGITS {
        let mut last = Head::default();
        for (row, (place, span)) in others {
            let read = last.number(rows.text, span).or_else(|| {
                let number = number(rows.text, span)?;
                last = Head::of(rows.text, span, number);
                Some(number)
            });
            *place = match read {
                Some(number) if number <= max => number,
                _ => absent(rows.text, span, row, marks),
            };
        }
        return;
    }
    for (row, (place, span)) in others {
        *place = match number(rows.text, span) {
            Some(number) if number <= max => number,
            _ => absent(rows.text, span, row, marks),
        };
    }
}

/// Digits of a time in seconds, from 2001 to 2286.
const TIME_DIGITS: usize = 10;

/// All but the last two digits of a number of [`TIME_DIGITS`]. Times that follow each other share them, and then two
/// digits are read instead of ten.
#[derive(Default)]
struct Head {
    /// Nothing that a number begins with, before the first.
    digits: u64,
    /// What they count.
    value: u64,
}

impl Head {
    /// That of a number, and of its value.
    fn of(text: &BlockText, span: Span, number: u64) -> Head {
        if span.n_bytes != TIME_DIGITS {
            return Head::default();
        }
        Head { digits: word_at(text, span.start), value: number / 100 * 100 }
    }

    /// The number, where it has this head.
    #[inline(always)]
    fn number(&self, text: &BlockText, span: Span) -> Option<u64> {
        let [tens, ones] = *text[span.start + size_of::<u64>()..].first_chunk().expect("a block is padded");
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        let is_it = (span.n_bytes == TIME_DIGITS) & (word_at(text, span.start) == self.digits);
        (is_it && tens.max(ones) <= 9).then(|| self.value + u64::from(10 * tens + ones))
    }
}

#[cold]
#[inline(never)]
fn absent(text: &BlockText, span: Span, row: usize, marks: &mut Marks) -> u64 {
    if span.n_bytes != 1 || text[span.start] != b'-' {
        marks.mark(row);
    }
    ABSENT_NUMBER
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::tests::column_of;
    use super::*;
    use crate::parse::number;

    /// What a value is in the eyes of the slow way, with nothing where it is not in our spelling.
    fn simple(text: &str, max: u64) -> Option<u64> {
        if text == "-" {
            return Some(ABSENT_NUMBER);
        }
        let number = number::parse(text.as_bytes(), max).ok()?;
        (!number::is_odd(text.as_bytes())).then_some(number)
    }

    fn check(values: &[String], max: u64) {
        let block = column_of(values);
        // What was there before does not matter.
        let (mut numbers, mut marks) = (vec![7; 3], Marks::default());
        marks.reset(values.len());
        read(block.rows(), 0, max, &mut numbers, &mut marks);
        for (row, value) in values.iter().enumerate() {
            let read = (!marks.is_marked[row]).then_some(numbers[row]);
            // Longer numbers are left to the slow way.
            if read.is_some() || value.len() <= 16 {
                assert_eq!(read, simple(value, max), "{value:?}");
            }
        }
    }

    #[test]
    fn numbers_at_the_edges_are_read_or_left() {
        let values = [
            "0",
            "1",
            "9",
            "-",
            "00",
            "01",
            "10",
            "65535",
            "65536",
            "99999999",
            "100000000",
            "999999999",
            "1234567890123456",
            "12345678901234567",
            "18446744073709551614",
            "18446744073709551615",
            "",
            "--",
            "-1",
            "+1",
            "1.0",
            "0x1",
            "1e3",
            "99999999x",
            "x9999999",
            "123456789x",
            "0123456789",
            ":",
            "/",
            "1/",
        ]
        .map(String::from);
        for max in [255, 65_535, u64::MAX - 1] {
            check(&values, max);
        }
        // The same behind one that makes the other loop the usual one.
        check(&[&["1700000000".to_owned()], &values[..]].concat(), u64::MAX - 1);
    }

    proptest! {
        #[test]
        fn words_read_what_digits_read(
            values in prop::collection::vec(
                prop_oneof![
                    any::<u64>().prop_map(|number| number.to_string()),
                    (0u64..100_000).prop_map(|number| number.to_string()),
                    "[0-9]{1,17}",
                    // Times that begin alike, and what is nearly one.
                    "[01]76345[0-9]{4}",
                    "176345640[!-~]{0,2}",
                    "[!-~]{0,18}",
                    Just("-".to_owned()),
                ],
                1..40,
            ),
            max in prop_oneof![Just(255), Just(65_535), Just(u64::MAX - 1)],
        ) {
            check(&values, max);
        }
    }
}
