//! One frozen column of one segment: packed as narrow as its values allow.
//!
//! A value is a `u64`: a number itself, or a code of a dictionary. Packed values are kept as the distance
//! from the smallest (frame of reference), in 1, 2, 4 or 8 bytes; where some rows are absent, 0 stands for
//! absent and every distance is one more. A column that is the same in all rows takes no room.

use super::Bitmap;
use super::block::{Block, Decoded};

/// What a decoded column holds where a row has no value. No number and no code is this large.
pub const ABSENT: u64 = u64::MAX;

#[derive(Clone, Debug)]
pub struct Column {
    n_rows: u32,
    n_present: u32,
    /// Smallest and largest present value; meaningless where `n_present` is 0.
    min: u64,
    max: u64,
    packed: Packed,
}

#[derive(Clone, Debug)]
enum Packed {
    /// The same in every row: `min`, or absent where `n_present` is 0.
    Constant,
    U8(Box<[u8]>),
    U16(Box<[u16]>),
    U32(Box<[u32]>),
    U64(Box<[u64]>),
}

/// A value before it is packed, in the width that its open column has.
pub(super) trait OpenValue: Copy + Ord {
    /// The largest value of the width.
    const ABSENT: Self;
    const ONE: Self;

    /// The value and one; 0 for [`OpenValue::ABSENT`].
    fn one_more(self) -> Self;

    /// How far the value is past `base`, around the end of the width.
    fn past(self, base: Self) -> Self;

    // The lowest bits of it, which are all where it is small enough.
    fn narrowed_u8(self) -> u8;
    fn narrowed_u16(self) -> u16;
    fn narrowed_u32(self) -> u32;

    /// The value itself; not for [`OpenValue::ABSENT`].
    fn widened(self) -> u64;
}

macro_rules! open_value {
    ($width:ty) => {
        impl OpenValue for $width {
            const ABSENT: $width = <$width>::MAX;
            const ONE: $width = 1;

            fn one_more(self) -> $width {
                self.wrapping_add(1)
            }

            fn past(self, base: $width) -> $width {
                self.wrapping_sub(base)
            }

            fn narrowed_u8(self) -> u8 {
                self as u8
            }

            fn narrowed_u16(self) -> u16 {
                self as u16
            }

            fn narrowed_u32(self) -> u32 {
                self as u32
            }

            fn widened(self) -> u64 {
                self.into()
            }
        }
    };
}

open_value!(u32);
open_value!(u64);

/// The codes of all rows, 0 for those behind the values: the distance from `base`, or 0 where absent. In the width of
/// the values, and without asking where nothing is absent, so that several are packed together.
fn packed<T: OpenValue, C: Copy + Default>(
    values: &[T],
    n_rows: u32,
    base: T,
    has_absent: bool,
    narrowed: impl Fn(T) -> C,
) -> Box<[C]> {
    let mut codes = Vec::with_capacity(n_rows as usize);
    if has_absent {
        codes.extend(
            values.iter().map(
                |&value| {
                    if value == T::ABSENT { C::default() } else { narrowed(value.past(base)) }
                },
            ),
        );
    } else {
        codes.extend(values.iter().map(|&value| narrowed(value.past(base))));
    }
    codes.resize(n_rows as usize, C::default());
    codes.into()
}

/// Runs `$body` with `$items` bound to the packed slice, whatever its width.
macro_rules! for_packed {
    ($packed:expr, constant: $constant:expr, $items:ident => $body:expr) => {
        match $packed {
            Packed::Constant => $constant,
            Packed::U8($items) => $body,
            Packed::U16($items) => $body,
            Packed::U32($items) => $body,
            Packed::U64($items) => $body,
        }
    };
}

// The macro's bodies widen codes to u64, which one of its arms already has.
#[allow(clippy::useless_conversion)]
impl Column {
    /// A column in which every row is absent.
    pub const fn absent(n_rows: u32) -> Column {
        Column { n_rows, n_present: 0, min: 0, max: 0, packed: Packed::Constant }
    }

    /// A column with the same value in every row.
    pub const fn constant(n_rows: u32, value: u64) -> Column {
        Column { n_rows, n_present: n_rows, min: value, max: value, packed: Packed::Constant }
    }

    /// Packs decoded values; [`ABSENT`] is absence. At most `u32::MAX` values.
    pub fn freeze(values: &[u64]) -> Column {
        Column::freeze_padded(values, values.len() as u32)
    }

    /// Packs values of any width; where there are less than `n_rows`, the rest is absent.
    pub(super) fn freeze_padded<T: OpenValue>(values: &[T], n_rows: u32) -> Column {
        debug_assert!(values.len() <= n_rows as usize);
        // Without a branch, so that several values are looked at together: absence is the largest value, and
        // the smallest once one more is taken of each.
        let (mut least, mut most, mut n_present) = (T::ABSENT, T::ABSENT.one_more(), 0);
        for &value in values {
            least = least.min(value);
            most = most.max(value.one_more());
            n_present += u32::from(value != T::ABSENT);
        }
        if n_present == 0 {
            return Column::absent(n_rows);
        }
        let (min, max) = (least.widened(), most.widened() - 1);
        if min == max && n_present == n_rows {
            return Column { n_rows, n_present, min, max, packed: Packed::Constant };
        }
        let has_absent = n_present < n_rows;
        // No overflow: absence takes the largest value, so a range over all others still leaves 0 free.
        let largest = max - min + u64::from(has_absent);
        // Of the code 0, which stands for absence where there is any.
        let base = if has_absent { least.past(T::ONE) } else { least };
        let packed = if largest <= u64::from(u8::MAX) {
            Packed::U8(packed(values, n_rows, base, has_absent, T::narrowed_u8))
        } else if largest <= u64::from(u16::MAX) {
            Packed::U16(packed(values, n_rows, base, has_absent, T::narrowed_u16))
        } else if largest <= u64::from(u32::MAX) {
            Packed::U32(packed(values, n_rows, base, has_absent, T::narrowed_u32))
        } else {
            Packed::U64(packed(values, n_rows, base, has_absent, T::widened))
        };
        Column { n_rows, n_present, min, max, packed }
    }

    pub fn n_rows(&self) -> u32 {
        self.n_rows
    }

    pub fn n_present(&self) -> u32 {
        self.n_present
    }

    pub fn has_absent(&self) -> bool {
        self.n_present < self.n_rows
    }

    /// Smallest and largest present value; `None` where every row is absent.
    pub fn range(&self) -> Option<(u64, u64)> {
        (self.n_present > 0).then_some((self.min, self.max))
    }

    /// The value of a row; `None` where absent.
    pub fn get(&self, row: u32) -> Option<u64> {
        debug_assert!(row < self.n_rows);
        if self.n_present == 0 {
            return None;
        }
        for_packed!(&self.packed, constant: Some(self.min), items => self.unpack(u64::from(items[row as usize])))
    }

    fn unpack(&self, code: u64) -> Option<u64> {
        if self.has_absent() {
            code.checked_sub(1).map(|code| self.min + code)
        } else {
            Some(self.min + code)
        }
    }

    /// Replaces `out` by one value for each row, [`ABSENT`] where absent.
    pub fn decode(&self, out: &mut Vec<u64>) {
        out.clear();
        let constant = if self.n_present == 0 { ABSENT } else { self.min };
        for_packed!(
            &self.packed,
            constant: out.resize(self.n_rows as usize, constant),
            items => if self.has_absent() {
                // min - 1 wraps where min is 0; the sum wraps back. Code 0 is absent.
                let base = self.min.wrapping_sub(1);
                out.extend(items.iter().map(|&code| {
                    let code = u64::from(code);
                    if code == 0 { ABSENT } else { base.wrapping_add(code) }
                }));
            } else {
                out.extend(items.iter().map(|&code| self.min + u64::from(code)));
            }
        );
    }

    /// Replaces `out` by one value for each row of `block`, [`Decoded::ABSENT`] where absent.
    pub fn read<T: Decoded>(&self, block: Block<'_>, out: &mut Vec<T>) {
        let constant = if self.n_present == 0 { T::ABSENT } else { T::of(self.min, 0) };
        for_packed!(
            &self.packed,
            constant: {
                out.clear();
                out.resize(block.n_rows(), constant);
            },
            items => if self.has_absent() {
                let base = self.min.wrapping_sub(1);
                block.pick(
                    items,
                    |code| if code == 0 { T::ABSENT } else { T::of(base, u64::from(code)) },
                    out,
                );
            } else {
                block.pick(items, |code| T::of(self.min, u64::from(code)), out);
            }
        );
    }

    /// The rows whose value is present and passes `test`.
    pub fn select(&self, test: impl Fn(u64) -> bool) -> Bitmap {
        let constant = self.n_present > 0 && test(self.min);
        for_packed!(
            &self.packed,
            constant: if constant { Bitmap::ones(self.n_rows) } else { Bitmap::zeros(self.n_rows) },
            items => if self.has_absent() {
                let base = self.min.wrapping_sub(1);
                Bitmap::from_tests(items, |code| code != 0 && test(base.wrapping_add(u64::from(code))))
            } else {
                Bitmap::from_tests(items, |code| test(self.min + u64::from(code)))
            }
        )
    }

    /// The rows whose value is present and lies from `first` to `last`, both included: as [`Column::select`] has them,
    /// but compared in the width they are packed in, several at once.
    pub fn select_range(&self, first: u64, last: u64) -> Bitmap {
        let n_codes_absent = u64::from(self.has_absent());
        let (first, last) = (first.max(self.min), last.min(self.max));
        if self.n_present == 0 || first > last {
            return Bitmap::zeros(self.n_rows);
        }
        let (first_code, n_after) = (first - self.min + n_codes_absent, last - first);
        // One comparison instead of two: what is below wraps to the top.
        match &self.packed {
            Packed::Constant => Bitmap::ones(self.n_rows),
            Packed::U8(items) => {
                let (first_code, n_after) = (first_code as u8, n_after as u8);
                Bitmap::from_tests(items, |code| code.wrapping_sub(first_code) <= n_after)
            }
            Packed::U16(items) => {
                let (first_code, n_after) = (first_code as u16, n_after as u16);
                Bitmap::from_tests(items, |code| code.wrapping_sub(first_code) <= n_after)
            }
            Packed::U32(items) => {
                let (first_code, n_after) = (first_code as u32, n_after as u32);
                Bitmap::from_tests(items, |code| code.wrapping_sub(first_code) <= n_after)
            }
            Packed::U64(items) => Bitmap::from_tests(items, |code| code.wrapping_sub(first_code) <= n_after),
        }
    }

    /// The rows that have a value.
    pub fn present(&self) -> Bitmap {
        self.select_range(0, u64::MAX)
    }

    /// Bytes on the heap.
    pub fn n_heap_bytes(&self) -> usize {
        for_packed!(&self.packed, constant: 0, items => std::mem::size_of_val(&**items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], n_heap_bytes: usize) {
        let column = Column::freeze(values);
        let mut decoded = vec![7; 3];
        column.decode(&mut decoded);
        assert_eq!(decoded, values);
        for (row, &value) in values.iter().enumerate() {
            assert_eq!(column.get(row as u32), (value != ABSENT).then_some(value));
        }
        let odd: Vec<u32> = (0..values.len() as u32)
            .filter(|&row| values[row as usize] != ABSENT && values[row as usize] % 2 == 1)
            .collect();
        assert_eq!(column.select(|value| value % 2 == 1).iter().collect::<Vec<_>>(), odd);
        let present = values.iter().copied().filter(|&value| value != ABSENT);
        let bounds: Vec<u64> = present
            .flat_map(|value| [value.saturating_sub(1), value, value.saturating_add(1)])
            .chain([0, 6, 300, u64::MAX])
            .collect();
        for &first in &bounds {
            for &last in &bounds {
                let within = column.select(|value| (first..=last).contains(&value));
                assert_eq!(column.select_range(first, last), within, "{first} to {last} of {values:?}");
            }
        }
        assert_eq!(column.n_heap_bytes(), n_heap_bytes);
        let present = values.iter().copied().filter(|&value| value != ABSENT);
        assert_eq!(column.range(), present.clone().min().zip(present.max()));
    }

    #[test]
    fn values_come_back_and_take_no_more_room_than_they_need() {
        check(&[], 0);
        check(&[5, 5, 5], 0);
        check(&[ABSENT, ABSENT], 0);
        check(&[5, ABSENT, 5], 3);
        check(&[0, 255], 2);
        check(&[0, 255, ABSENT], 6);
        check(&[0, 254, ABSENT], 3);
        check(&[1_700_000_000, 1_700_000_600], 4);
        check(&[7, 70_007], 8);
        check(&[0, u64::MAX - 1], 16);
        check(&[0, u64::MAX - 1, ABSENT], 24);
    }
}
