//! One test of one column, ready to run: on whole segments by their zone maps where that will do, else on
//! packed values.

use super::code_set::CodeSet;
use super::text_test::TextTest;
use crate::arrange::Arrange;
use crate::query::SegmentRows;
use crate::store::{Bitmap, Column};

/// Which values pass.
#[derive(Clone, Debug)]
pub(super) struct ValueTest {
    /// Whether rows pass that have no value.
    pub absent: bool,
    pub present: Values,
}

/// Which numbers or codes pass.
#[derive(Clone, Debug)]
pub(super) enum Values {
    None,
    /// Both ends included.
    Range(u64, u64),
    /// Ascending, apart from each other.
    Ranges(Vec<(u64, u64)>),
    Codes(CodeSet),
    /// Numbers too many to test once each: bytes, packets, times.
    Printed(TextTest),
}

/// What a zone map says of a segment.
enum Zone {
    None,
    All,
    Some,
}

impl Values {
    /// Numbers in these ranges, both ends included.
    pub fn from_ranges(mut ranges: Vec<(u64, u64)>) -> Values {
        ranges.arrange();
        let mut apart: Vec<(u64, u64)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match apart.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => apart.push((first, last)),
            }
        }
        match *apart {
            [] => Values::None,
            [(first, last)] => Values::Range(first, last),
            // Ports and protocols: one look-up for each row, however many ranges there are.
            [.., (_, last)] if last <= u64::from(u16::MAX) => {
                Values::from_codes(CodeSet::from_tests(last as usize + 1, |code| {
                    in_ranges(&apart, code as u64)
                }))
            }
            _ => Values::Ranges(apart),
        }
    }

    /// Codes of a set, in the form that is tested fastest.
    pub fn from_codes(set: CodeSet) -> Values {
        match set.range() {
            None => Values::None,
            Some((first, last)) if last - first + 1 == set.n_codes() => Values::Range(first, last),
            Some(_) => Values::Codes(set),
        }
    }

    /// Numbers that pass a test of their text, each tested when it is met.
    pub fn printed(test: &TextTest) -> Values {
        Values::Printed(test.clone())
    }

    fn zone(&self, min: u64, max: u64) -> Zone {
        match self {
            Values::None => Zone::None,
            Values::Range(first, last) if max < *first || *last < min => Zone::None,
            Values::Range(first, last) if *first <= min && max <= *last => Zone::All,
            Values::Codes(set) => match set.n_between(min, max) {
                0 => Zone::None,
                n_codes if n_codes - 1 == max - min => Zone::All,
                _ => Zone::Some,
            },
            Values::Range(..) | Values::Ranges(_) | Values::Printed(_) => Zone::Some,
        }
    }
}

/// Whether one of the ranges, ascending and apart from each other, holds the value.
pub(super) fn in_ranges<T: Ord>(ranges: &[(T, T)], value: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= value);
    after > 0 && value <= ranges[after - 1].1
}

impl ValueTest {
    /// How long a test takes, roughly, against another.
    pub fn cost(&self) -> u32 {
        match self.present {
            Values::None => 0,
            Values::Range(..) => 1,
            Values::Codes(_) => 2,
            Values::Ranges(_) => 8,
            Values::Printed(_) => 40,
        }
    }

    pub fn rows(&self, column: &Column) -> SegmentRows {
        let Some((min, max)) = column.range() else { return all_if(self.absent, column.n_rows()) };
        match (self.present.zone(min, max), self.absent) {
            (Zone::None, false) => SegmentRows::None,
            (Zone::All, true) => SegmentRows::all(column.n_rows()),
            (Zone::None, true) if !column.has_absent() => SegmentRows::None,
            (Zone::All, false) if !column.has_absent() => SegmentRows::all(column.n_rows()),
            (Zone::None, true) => self.select(column, |_| false),
            (Zone::All, false) => self.select(column, |_| true),
            (Zone::Some, _) => self.select_values(column, min, max),
        }
    }

    fn select_values(&self, column: &Column, min: u64, max: u64) -> SegmentRows {
        match &self.present {
            Values::None => self.select(column, |_| false),
            // Rows without a value are picked out with the values that fail, which lie on both sides.
            Values::Range(first, last) if self.absent => {
                self.select(column, |value| (*first..=*last).contains(&value))
            }
            Values::Range(first, last) => SegmentRows::from_bitmap(column.select_range(*first, *last)),
            Values::Ranges(ranges) => self.select(column, |value| in_ranges(ranges, value)),
            Values::Codes(set) => self.select(column, |code| set.holds(code)),
            Values::Printed(test) => {
                if max - min < u64::from(column.n_rows()) / 4 {
                    // Far fewer values than rows, as with the times of a segment: each is tested once.
                    let set = CodeSet::from_tests((max - min) as usize + 1, |code| {
                        test.passes_number(min + code as u64)
                    });
                    self.select(column, |value| set.holds(value - min))
                } else {
                    self.select(column, |number| test.passes_number(number))
                }
            }
        }
    }

    fn select(&self, column: &Column, test: impl Fn(u64) -> bool) -> SegmentRows {
        SegmentRows::from_bitmap(if self.absent {
            // A column gives the present values that pass; all others but those that fail are wanted.
            let mut bitmap: Bitmap = column.select(|value| !test(value));
            bitmap.not();
            bitmap
        } else {
            column.select(test)
        })
    }
}

pub(super) fn all_if(condition: bool, n_rows: u32) -> SegmentRows {
    if condition { SegmentRows::all(n_rows) } else { SegmentRows::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ABSENT;

    fn check(present: Values, values: &[u64], expected: &[u32]) {
        let column = Column::freeze(values);
        let rows = |absent| {
            let mut rows = Vec::new();
            ValueTest { absent, present: present.clone() }.rows(&column).for_each(|at| rows.push(at as u32));
            rows
        };
        assert_eq!(rows(false), expected);
        let mut with_absent = expected.to_vec();
        with_absent.extend((0..values.len() as u32).filter(|&at| values[at as usize] == ABSENT));
        with_absent.sort_unstable();
        assert_eq!(rows(true), with_absent);
    }

    #[test]
    fn zone_maps_change_nothing() {
        for values in [vec![5, 6, 7], vec![5, ABSENT, 7], vec![5, 5, 5], vec![ABSENT, ABSENT], vec![]] {
            let present = |test: fn(u64) -> bool| {
                let passes = |at: &u32| values[*at as usize] != ABSENT && test(values[*at as usize]);
                (0..values.len() as u32).filter(passes).collect::<Vec<u32>>()
            };
            check(Values::Range(5, 7), &values, &present(|_| true));
            check(Values::Range(6, 9), &values, &present(|value| value >= 6));
            check(Values::Range(8, 9), &values, &present(|_| false));
            check(Values::Range(0, u64::MAX), &values, &present(|_| true));
            check(Values::None, &values, &present(|_| false));
            check(Values::from_ranges(vec![(7, 7), (1, 5)]), &values, &present(|value| value != 6));
            let large = u64::from(u32::MAX);
            check(Values::from_ranges(vec![(large, large), (5, 5)]), &values, &present(|value| value == 5));
            let codes = CodeSet::from_tests(8, |code| code != 6);
            check(Values::Codes(codes), &values, &present(|value| value != 6));
            check(Values::printed(&TextTest::contains("5")), &values, &present(|value| value == 5));
        }
        check(Values::printed(&TextTest::contains("00")), &[1_000, 7, ABSENT, 200], &[0, 3]);
    }

    #[test]
    fn ranges_that_touch_become_one() {
        assert!(matches!(Values::from_ranges(vec![(5, 9), (1, 4), (2, 3)]), Values::Range(1, 9)));
        assert!(matches!(Values::from_ranges(vec![(1, 4), (6, 9)]), Values::Codes(_)));
        assert!(matches!(Values::from_ranges(vec![]), Values::None));
    }
}
