//! Prefix codes as tables: what the next bits stand for, found by the bits themselves.
//!
//! An entry says all there is to know of a code: what it stands for, its bits, and the bits behind it that make a length
//! or a distance exact. Codes too long for the main table go on in a table of their own, behind it.

use std::cmp::Ordering;
use std::ops::Range;

use crate::parse::gzip::Damaged;

/// The longest code there is.
const CODE_BITS_MAX: usize = 15;

/// Bits of a code that the main tables know: nearly all codes are shorter, and the tables stay in the fastest cache.
pub const LITLEN_TABLE_BITS: u32 = 11;
pub const DISTANCE_TABLE_BITS: u32 = 8;

/// Bits of a distance at most: those of its code and 13 more.
pub const DISTANCE_BITS_MAX: u32 = 15 + 13;

/// Codes of a block at most, and the entries that their tables then take at most, as zlib's `enough` finds them.
pub const LITLEN_CODES_MAX: usize = 288;
const LITLEN_ENTRIES_MAX: usize = 2342;
pub const DISTANCE_CODES_MAX: usize = 32;
const DISTANCE_ENTRIES_MAX: usize = 402;

pub type LitlenCodes = Codes<LITLEN_TABLE_BITS, LITLEN_ENTRIES_MAX>;
pub type DistanceCodes = Codes<DISTANCE_TABLE_BITS, DISTANCE_ENTRIES_MAX>;

/// What a code stands for, packed:
///
/// | bits  | of a literal     | of a length or distance              | of a long code                 |
/// |-------|------------------|--------------------------------------|--------------------------------|
/// | 31    | 1                | 0                                    | 0                              |
/// | 16–30 | the byte         | what the bits behind it are added to | where its table begins         |
/// | 15    | 0                | 0                                    | 1                              |
/// | 14    | 0                | 0                                    | 1                              |
/// | 8–12  | 0                | bits of the code                     | bits that its table knows      |
/// | 0–5   | bits of the code | the same and those behind it         | bits that the main table knows |
///
/// The end of a block has bit 15 and the bits of its code. What no code is, or stands for nothing, has bit 13, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry(u32);

impl Entry {
    const LITERAL: u32 = 1 << 31;
    const ODD: u32 = 1 << 15;
    const LONG: u32 = 1 << 14;
    const NONE: Entry = Entry(Entry::ODD | 1 << 13);

    const fn literal(byte: u8) -> Entry {
        Entry(Entry::LITERAL | (byte as u32) << 16)
    }

    /// Of a length or distance that so many more bits are added to.
    const fn span(base: u16, n_extra: u32) -> Entry {
        Entry((base as u32) << 16 | n_extra)
    }

    /// Of codes that go on in the table that begins there.
    fn long(table_start: usize, table_bits: u32, n_bits: u32) -> Entry {
        Entry((table_start as u32) << 16 | Entry::ODD | Entry::LONG | table_bits << 8 | n_bits)
    }

    /// The same for a code of so many bits.
    fn with_code_bits(self, n: u32) -> Entry {
        if self.is_literal() || self.is_odd() { Entry(self.0 + n) } else { Entry(self.0 + (n << 8 | n)) }
    }

    /// Bits of the code and of those behind it that belong to it.
    #[inline(always)]
    pub fn n_bits(self) -> u32 {
        self.0 & 0x3f
    }

    #[inline(always)]
    pub fn is_literal(self) -> bool {
        self.0 & Entry::LITERAL != 0
    }

    #[inline(always)]
    pub fn byte(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// Whether it is neither literal, length nor distance.
    #[inline(always)]
    pub fn is_odd(self) -> bool {
        self.0 & Entry::ODD != 0
    }

    pub fn is_long(self) -> bool {
        self.0 & Entry::LONG != 0
    }

    pub fn is_none(self) -> bool {
        self.0 & Entry::NONE.0 == Entry::NONE.0
    }

    /// The length or distance, from the bits that the code began in.
    #[inline(always)]
    pub fn span_in(self, bits: u64) -> usize {
        let n_code = self.0 >> 8 & 0x1f;
        let all = bits & ((1 << self.n_bits()) - 1);
        (self.0 >> 16) as usize + (all >> n_code) as usize
    }
}

/// The codes of one kind that a block is written in.
pub struct Codes<const TABLE_BITS: u32, const N: usize> {
    entries: [Entry; N],
}

impl<const TABLE_BITS: u32, const N: usize> Default for Codes<TABLE_BITS, N> {
    fn default() -> Self {
        Codes { entries: [Entry::NONE; N] }
    }
}

impl<const TABLE_BITS: u32, const N: usize> Codes<TABLE_BITS, N> {
    /// What the main table knows of the code that these bits begin with.
    #[inline(always)]
    pub fn first(&self, bits: u64) -> Entry {
        self.entries[bits as usize & ((1 << TABLE_BITS) - 1)]
    }

    /// What a long code stands for, from its bits behind those that the main table knows.
    #[inline(always)]
    pub fn long(&self, first: Entry, bits: u64) -> Entry {
        let n_bits = first.0 >> 8 & 0x1f;
        self.entries[(first.0 >> 16) as usize + (bits as usize & ((1 << n_bits) - 1))]
    }

    /// Takes over the codes that have these lengths; `meanings` are what they stand for.
    pub fn set(&mut self, lengths: &[u8], meanings: &[Entry]) -> Result<(), Damaged> {
        let (mut counts, is_complete) = counted(lengths)?;
        if !is_complete {
            self.entries[..1 << TABLE_BITS].fill(Entry::NONE);
        }
        let sorted = sorted(lengths, &counts);
        let n_codes = counts.iter().sum::<u32>() as usize;
        let (mut code, mut long) = (0, Long { prefix: usize::MAX, table: 0..1 << TABLE_BITS });
        for symbol in &sorted[..n_codes] {
            let symbol = usize::from(*symbol);
            let n_bits = u32::from(lengths[symbol]);
            let (table, code_in_table, n_bits_in_table) = if n_bits <= TABLE_BITS {
                (0..1 << TABLE_BITS, code, n_bits)
            } else {
                let prefix = code & ((1 << TABLE_BITS) - 1);
                if prefix != long.prefix {
                    let table_bits = table_bits(n_bits - TABLE_BITS, &counts[n_bits as usize..]);
                    let start = long.table.end;
                    self.entries[prefix] = Entry::long(start, table_bits, TABLE_BITS);
                    long = Long { prefix, table: start..start + (1 << table_bits) };
                }
                (long.table.clone(), code >> TABLE_BITS, n_bits - TABLE_BITS)
            };
            // Whatever bits follow it.
            let entry = meanings[symbol].with_code_bits(n_bits_in_table);
            let places = self.entries[table][code_in_table..].iter_mut().step_by(1 << n_bits_in_table);
            places.for_each(|place| *place = entry);
            counts[n_bits as usize] -= 1;
            code = after(code, n_bits);
        }
        Ok(())
    }
}

/// The table of long codes that begin with the same bits.
struct Long {
    prefix: usize,
    table: Range<usize>,
}

/// How many codes have how many bits, and whether they leave no bits over that are no code. Only one code alone, or none,
/// may do so.
fn counted(lengths: &[u8]) -> Result<([u32; CODE_BITS_MAX + 1], bool), Damaged> {
    let mut counts = [0; CODE_BITS_MAX + 1];
    for n_bits in lengths {
        counts[usize::from(*n_bits)] += 1;
    }
    counts[0] = 0;
    // A code of fewer bits is as much as several of the longest, of which there can be so many.
    let n_longest_max = 1 << CODE_BITS_MAX;
    let n_longest: u32 = (0..).zip(counts).map(|(n_bits, n)| n << (CODE_BITS_MAX - n_bits)).sum();
    let is_alone = counts[1] <= 1 && counts[2..].iter().all(|n| *n == 0);
    match n_longest.cmp(&n_longest_max) {
        Ordering::Less if is_alone => Ok((counts, false)),
        Ordering::Equal => Ok((counts, true)),
        Ordering::Less | Ordering::Greater => Err(Damaged),
    }
}

/// What has a code, in the order of codes: by their bits, then as they come.
fn sorted(lengths: &[u8], counts: &[u32; CODE_BITS_MAX + 1]) -> [u16; LITLEN_CODES_MAX] {
    let mut places = [0; CODE_BITS_MAX + 2];
    for (n_bits, n) in counts.iter().enumerate() {
        places[n_bits + 1] = places[n_bits] + *n as usize;
    }
    let mut sorted = [0; LITLEN_CODES_MAX];
    for (symbol, n_bits) in (0..).zip(lengths).filter(|(_, n_bits)| **n_bits > 0) {
        sorted[places[usize::from(*n_bits)]] = symbol;
        places[usize::from(*n_bits)] += 1;
    }
    sorted
}

/// The bits of a table whose shortest code has so many, so that it holds all that begin as this one does; `counts` are of
/// the codes that were not placed yet, of these bits and of more.
fn table_bits(n_bits: u32, counts: &[u32]) -> u32 {
    let mut table_bits = n_bits;
    let mut n_filled = counts[0];
    for n in &counts[1..] {
        if n_filled >= 1 << table_bits {
            break;
        }
        table_bits += 1;
        n_filled = (n_filled << 1) + n;
    }
    table_bits
}

/// The code that comes next in the order of codes, its first bit lowest; codes of more bits begin with it.
fn after(code: usize, n_bits: u32) -> usize {
    let zeros = !code & ((1 << n_bits) - 1);
    if zeros == 0 {
        return 0;
    }
    let top = 1 << zeros.ilog2();
    code & (top - 1) | top
}

/// What the codes of literals and lengths stand for.
pub static LITLEN_MEANINGS: [Entry; LITLEN_CODES_MAX] = {
    let mut meanings = [Entry::NONE; LITLEN_CODES_MAX];
    let mut byte = 0;
    while byte < 256 {
        meanings[byte] = Entry::literal(byte as u8);
        byte += 1;
    }
    meanings[END_OF_BLOCK] = Entry(Entry::ODD);
    let (mut base, mut at) = (3, 0);
    while at < 28 {
        let n_extra = if at < 4 { 0 } else { at as u32 / 4 - 1 };
        meanings[END_OF_BLOCK + 1 + at] = Entry::span(base, n_extra);
        base += 1 << n_extra;
        at += 1;
    }
    // The greatest length has a code of its own.
    meanings[END_OF_BLOCK + 1 + at] = Entry::span(258, 0);
    meanings
};

/// The code that ends a block.
pub const END_OF_BLOCK: usize = 256;

/// What the codes of distances stand for.
pub static DISTANCE_MEANINGS: [Entry; DISTANCE_CODES_MAX] = {
    let mut meanings = [Entry::NONE; DISTANCE_CODES_MAX];
    let (mut base, mut at) = (1, 0);
    while at < 30 {
        let n_extra = if at < 2 { 0 } else { at as u32 / 2 - 1 };
        meanings[at] = Entry::span(base, n_extra);
        base += 1 << n_extra;
        at += 1;
    }
    meanings
};
