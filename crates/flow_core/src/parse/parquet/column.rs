//! One column of a row group: its pages in order, their values as cells.

use std::ops::Range;

use super::cell::{Cell, Cells, Turn};
use super::delta::{DeltaInts, DeltaTexts};
use super::footer::{Codec, Physical};
use super::hybrid::Hybrid;
use super::page::{Encoding, PageHeader, PageKind};
use crate::parse::gzip::Damaged;

#[derive(Debug)]
pub struct Column {
    turn: Turn,
    is_optional: bool,
    codec: Codec,
    /// The pages that are still to come, in the bytes of the row group.
    rest: Range<usize>,
    dictionary: Option<Cells>,
    page: Vec<u8>,
    /// Values of the page that are still to come.
    n_left: usize,
    /// Which of them are there; `None` where all are.
    levels: Option<Hybrid>,
    values: Values,
    /// Those that were read last.
    batch: Cells,
    numbers: Vec<u32>,
}

/// Where the values of a page are read from.
#[derive(Debug)]
enum Values {
    None,
    Dictionary(Hybrid),
    Plain { at: usize },
    DeltaInts(DeltaInts),
    DeltaTexts(DeltaTexts),
}

impl Column {
    /// `range`: its pages in the bytes of the row group.
    pub fn new(turn: Turn, is_optional: bool, codec: Codec, range: Range<usize>) -> Column {
        Column {
            turn,
            is_optional,
            codec,
            rest: range,
            dictionary: None,
            page: Vec::new(),
            n_left: 0,
            levels: None,
            values: Values::None,
            batch: Cells::default(),
            numbers: Vec::new(),
        }
    }

    /// How many values can be read now; opens pages until there are some.
    pub fn n_ready(&mut self, group: &[u8]) -> Result<usize, Damaged> {
        while self.n_left == 0 {
            self.open_page(group)?;
        }
        Ok(self.n_left)
    }

    /// Reads the next `n` values, no more than are ready.
    pub fn read(&mut self, n: usize) -> Result<(), Damaged> {
        self.batch.clear();
        self.n_left -= n;
        self.numbers.clear();
        let Some(levels) = &mut self.levels else { return self.read_present(n) };
        self.numbers.resize(n, 0);
        levels.fill(&self.page, &mut self.numbers)?;
        let n_present = self.numbers.iter().filter(|level| **level == 1).count();
        if n_present == n {
            return self.read_present(n);
        }
        let levels = std::mem::take(&mut self.numbers);
        self.read_present(n_present)?;
        // From the end, so that each value moves to where nothing is needed any more.
        self.batch.cells.resize(n, Cell::Absent);
        let mut from = n_present;
        for at in (0..n).rev() {
            self.batch.cells[at] = if levels[at] == 1 {
                from -= 1;
                self.batch.cells[from]
            } else {
                Cell::Absent
            };
        }
        self.numbers = levels;
        Ok(())
    }

    /// What was read last, one for each row, and where their texts are.
    pub fn cells(&self) -> (&[Cell], &Cells) {
        let texts = match (&self.values, &self.dictionary) {
            (Values::Dictionary(_), Some(dictionary)) => dictionary,
            _ => &self.batch,
        };
        (&self.batch.cells, texts)
    }

    /// Bytes of its page and its dictionary.
    pub fn n_held_bytes(&self) -> usize {
        self.page.len() + self.dictionary.as_ref().map_or(0, Cells::n_heap_bytes)
    }

    fn read_present(&mut self, n: usize) -> Result<(), Damaged> {
        let (page, batch, turn) = (&self.page[..], &mut self.batch, self.turn);
        match &mut self.values {
            Values::None if n == 0 => {}
            Values::None => return Err(Damaged),
            Values::Dictionary(places) => {
                let dictionary = &self.dictionary.as_ref().ok_or(Damaged)?.cells;
                self.numbers.clear();
                self.numbers.resize(n, 0);
                places.fill(page, &mut self.numbers)?;
                for place in &self.numbers {
                    batch.cells.push(*dictionary.get(*place as usize).ok_or(Damaged)?);
                }
            }
            Values::Plain { at } => {
                for _ in 0..n {
                    plain(page, at, turn, batch)?;
                }
            }
            Values::DeltaInts(ints) => {
                for _ in 0..n {
                    let int = ints.next(page)?;
                    turn.of_int(
                        if turn.physical == Physical::Int32 { i64::from(int as i32) } else { int },
                        batch,
                    );
                }
            }
            Values::DeltaTexts(texts) => {
                for _ in 0..n {
                    turn.of_bytes(texts.next(page)?, batch);
                }
            }
        }
        Ok(())
    }

    fn open_page(&mut self, group: &[u8]) -> Result<(), Damaged> {
        let bytes = group.get(self.rest.clone()).ok_or(Damaged)?;
        let header = PageHeader::read(bytes)?;
        let start = header.n_header_bytes;
        let end = start.checked_add(header.n_packed).ok_or(Damaged)?;
        let packed = bytes.get(start..end).ok_or(Damaged)?;
        self.rest.start += end;
        if header.kind == PageKind::Other {
            return Ok(());
        }
        header.unpack(packed, self.codec, &mut self.page)?;
        if header.kind == PageKind::Dictionary {
            return self.open_dictionary(header.n_values);
        }
        self.n_left = header.n_values as usize;
        let at = self.open_levels(header.kind)?;
        self.values = self.open_values(header.encoding, at)?;
        Ok(())
    }

    fn open_dictionary(&mut self, n_values: u32) -> Result<(), Damaged> {
        let dictionary = self.dictionary.get_or_insert_default();
        dictionary.clear();
        let mut at = 0;
        for _ in 0..n_values {
            plain(&self.page, &mut at, self.turn, dictionary)?;
        }
        Ok(())
    }

    /// Returns where the values begin.
    fn open_levels(&mut self, kind: PageKind) -> Result<usize, Damaged> {
        let range = match kind {
            PageKind::DataV2 { n_level_bytes, .. } => 0..n_level_bytes,
            _ if self.is_optional => {
                let n_bytes = u32::from_le_bytes(*self.page.first_chunk().ok_or(Damaged)?) as usize;
                4..n_bytes.checked_add(4).ok_or(Damaged)?
            }
            _ => 0..0,
        };
        let end = range.end;
        if end > self.page.len() {
            return Err(Damaged);
        }
        self.levels = if self.is_optional { Some(Hybrid::new(range, 1)?) } else { None };
        Ok(end)
    }

    fn open_values(&self, encoding: Encoding, at: usize) -> Result<Values, Damaged> {
        let is_int = matches!(self.turn.physical, Physical::Int32 | Physical::Int64);
        let is_bytes = self.turn.physical == Physical::Bytes;
        Ok(match encoding {
            // A page of nulls has no values.
            _ if at == self.page.len() => Values::None,
            Encoding::Plain => Values::Plain { at },
            Encoding::Dictionary => Values::Dictionary(Hybrid::new(at + 1..self.page.len(), self.page[at])?),
            Encoding::DeltaInts if is_int => Values::DeltaInts(DeltaInts::new(&self.page, at)?),
            Encoding::DeltaLengths if is_bytes => Values::DeltaTexts(DeltaTexts::new(&self.page, at, false)?),
            Encoding::DeltaTexts if is_bytes => Values::DeltaTexts(DeltaTexts::new(&self.page, at, true)?),
            _ => return Err(Damaged),
        })
    }
}

/// Turns the plain value at byte `at` of a page.
#[inline]
fn plain(page: &[u8], at: &mut usize, turn: Turn, into: &mut Cells) -> Result<(), Damaged> {
    let rest = page.get(*at..).ok_or(Damaged)?;
    match turn.physical {
        Physical::Int32 => turn.of_int(i64::from(i32::from_le_bytes(*fixed(rest, at)?)), into),
        Physical::Int64 => turn.of_int(i64::from_le_bytes(*fixed(rest, at)?), into),
        Physical::Int96 => turn.of_int96(*fixed(rest, at)?, into),
        Physical::Float => turn.of_float(f64::from(f32::from_le_bytes(*fixed(rest, at)?)), into),
        Physical::Double => turn.of_float(f64::from_le_bytes(*fixed(rest, at)?), into),
        Physical::Bytes => {
            let n_bytes = u32::from_le_bytes(*fixed(rest, at)?) as usize;
            turn.of_bytes(rest[4..].get(..n_bytes).ok_or(Damaged)?, into);
            *at += n_bytes;
        }
    }
    Ok(())
}

fn fixed<'a, const N: usize>(rest: &'a [u8], at: &mut usize) -> Result<&'a [u8; N], Damaged> {
    *at += N;
    rest.first_chunk().ok_or(Damaged)
}
