//! A Parquet file's footer: which columns there are, and where their values lie.
//!
//! Everything it says is checked here against the size of the file and our limits, so that nobody after it need doubt
//! a place or reserve memory on the word of a file.

use std::ops::Range;

use super::Trouble;
use super::thrift::{Kind, Thrift};
use super::unread;
use crate::parse::gzip::Damaged;

/// AWS knows less than a hundred fields; a table with more columns than this is about something else.
const COLUMNS_MAX: usize = 256;

/// Bytes of a row group as it is in the file. All of it is held while it is read, since a record has a value in every
/// column; writers make groups of at most 128 MiB by default.
pub const ROW_GROUP_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Rows in a byte of the file. A table of one repeated record comes to some hundreds; a file that claims more is made
/// to keep us busy.
const ROWS_PER_BYTE_MAX: u64 = 4096;

#[derive(Debug)]
pub struct Footer {
    pub columns: Vec<ColumnInfo>,
    pub row_groups: Vec<RowGroup>,
}

#[derive(Debug)]
pub struct ColumnInfo {
    pub name: String,
    pub physical: Physical,
    pub meaning: Meaning,
    /// Whether values may be null.
    pub is_optional: bool,
}

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Physical {
    Int32,
    Int64,
    /// Nanoseconds of a day and a Julian day number: how Spark and Impala once wrote times.
    Int96,
    Float,
    Double,
    Bytes,
}

/// What they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A number or a text.
    Plain,
    Unsigned,
    /// Days since 1970.
    Date,
    /// Parts of a second since 1970, so many in each second.
    Time {
        per_sec: i64,
    },
}

#[derive(Debug)]
pub struct RowGroup {
    pub n_rows: u64,
    /// Bytes of the file that hold all of its columns.
    pub range: Range<u64>,
    /// As many as there are columns, in their order.
    pub chunks: Vec<Chunk>,
}

/// The values of one column in a row group.
#[derive(Debug)]
pub struct Chunk {
    /// Bytes of the file.
    pub range: Range<u64>,
    pub codec: Codec,
}

/// What pages are compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    None,
    Snappy,
    Gzip,
    Zstd,
}

impl Codec {
    /// As the summary export names it.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::None => "none",
            Codec::Snappy => "snappy",
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
        }
    }
}

/// Reads a footer; `data` is where in the file anything else may be.
pub fn read(bytes: &[u8], data: Range<u64>) -> Result<Footer, Trouble> {
    let mut schema = Vec::new();
    let mut groups = Vec::new();
    Thrift::new(bytes).fields(|thrift, id, kind| match (id, kind) {
        (2, Kind::List) => thrift.list(|thrift, _| {
            schema.push(SchemaElement::read(thrift)?);
            Ok(())
        }),
        (4, Kind::List) => thrift.list(|thrift, _| {
            groups.push(RawGroup::read(thrift)?);
            Ok(())
        }),
        _ => thrift.skip(kind),
    })?;
    let (root, leaves) = schema.split_first().ok_or(Damaged)?;
    if leaves.is_empty() || root.n_children == 0 {
        return Err(Trouble::Damaged);
    }
    if leaves.iter().any(|leaf| leaf.name == "class_uid") {
        return Err(Trouble::Refused(unread::ocsf()));
    }
    if leaves.len() > COLUMNS_MAX {
        return Err(Trouble::Refused(unread::too_many_columns(leaves.len())));
    }
    let columns = leaves.iter().map(SchemaElement::column).collect::<Result<Vec<_>, _>>()?;
    let row_groups =
        groups.iter().map(|group| group.checked(&columns, &data)).collect::<Result<Vec<_>, _>>()?;
    let n_rows = row_groups.iter().try_fold(0u64, |sum, group| sum.checked_add(group.n_rows));
    if n_rows.is_none_or(|n_rows| n_rows > data.end.saturating_mul(ROWS_PER_BYTE_MAX)) {
        return Err(Trouble::Refused(unread::too_many_rows()));
    }
    Ok(Footer { columns, row_groups })
}

#[derive(Default)]
struct SchemaElement {
    name: String,
    physical: Option<i64>,
    repetition: i64,
    n_children: i64,
    converted: Option<i64>,
    logical: Option<Logical>,
    scale: i64,
}

#[derive(Clone, Copy)]
enum Logical {
    Decimal,
    Date,
    Time { per_sec: i64 },
    Unsigned,
    Other,
}

impl SchemaElement {
    fn read(thrift: &mut Thrift<'_>) -> Result<SchemaElement, Damaged> {
        let mut element = SchemaElement::default();
        thrift.fields(|thrift, id, kind| {
            match (id, kind) {
                (1, Kind::I32) => element.physical = Some(thrift.integer()?),
                (3, Kind::I32) => element.repetition = thrift.integer()?,
                (4, Kind::Binary) => element.name = thrift.text()?.to_owned(),
                (5, Kind::I32) => element.n_children = thrift.integer()?,
                (6, Kind::I32) => element.converted = Some(thrift.integer()?),
                (7, Kind::I32) => element.scale = thrift.integer()?,
                (10, Kind::Struct) => element.logical = Some(logical(thrift)?),
                _ => thrift.skip(kind)?,
            }
            Ok(())
        })?;
        Ok(element)
    }

    fn column(&self) -> Result<ColumnInfo, Trouble> {
        const OPTIONAL: i64 = 1;
        const REPEATED: i64 = 2;
        if self.n_children > 0 || self.repetition == REPEATED {
            return Err(Trouble::Refused(unread::nested(&self.name)));
        }
        let unreadable = |kind| Err(Trouble::Refused(unread::column_of(&self.name, kind)));
        let physical = match self.physical.ok_or(Damaged)? {
            1 => Physical::Int32,
            2 => Physical::Int64,
            3 => Physical::Int96,
            4 => Physical::Float,
            5 => Physical::Double,
            6 => Physical::Bytes,
            0 => return unreadable("truth values"),
            7 => return unreadable("values of a fixed length"),
            _ => return Err(Trouble::Damaged),
        };
        let logical = self.logical.or(match self.converted {
            Some(5) => Some(Logical::Decimal),
            Some(6) => Some(Logical::Date),
            Some(9) => Some(Logical::Time { per_sec: 1_000 }),
            Some(10) => Some(Logical::Time { per_sec: 1_000_000 }),
            Some(11..=14) => Some(Logical::Unsigned),
            _ => None,
        });
        let meaning = match (physical, logical) {
            (Physical::Int32 | Physical::Int64, Some(Logical::Decimal)) if self.scale == 0 => Meaning::Plain,
            (_, Some(Logical::Decimal)) => return unreadable("decimal fractions"),
            (Physical::Int32, Some(Logical::Date)) => Meaning::Date,
            (Physical::Int64, Some(Logical::Time { per_sec })) => Meaning::Time { per_sec },
            (Physical::Int32 | Physical::Int64, Some(Logical::Unsigned)) => Meaning::Unsigned,
            _ => Meaning::Plain,
        };
        Ok(ColumnInfo {
            name: self.name.clone(),
            physical,
            meaning,
            is_optional: self.repetition == OPTIONAL,
        })
    }
}

fn logical(thrift: &mut Thrift<'_>) -> Result<Logical, Damaged> {
    let mut logical = Logical::Other;
    thrift.fields(|thrift, id, kind| {
        match (id, kind) {
            (5, Kind::Struct) => logical = Logical::Decimal,
            (6, Kind::Struct) => logical = Logical::Date,
            (8, Kind::Struct) => {
                let mut per_sec = 1_000;
                thrift.fields(|thrift, id, kind| match (id, kind) {
                    (2, Kind::Struct) => thrift.fields(|thrift, unit, kind| {
                        per_sec = match unit {
                            2 => 1_000_000,
                            3 => 1_000_000_000,
                            _ => 1_000,
                        };
                        thrift.skip(kind)
                    }),
                    _ => thrift.skip(kind),
                })?;
                logical = Logical::Time { per_sec };
                return Ok(());
            }
            (10, Kind::Struct) => {
                return thrift.fields(|thrift, id, kind| {
                    if id == 2 && kind == Kind::False {
                        logical = Logical::Unsigned;
                    }
                    thrift.skip(kind)
                });
            }
            _ => {}
        }
        thrift.skip(kind)
    })?;
    Ok(logical)
}

struct RawGroup {
    n_rows: i64,
    chunks: Vec<RawChunk>,
}

#[derive(Default)]
struct RawChunk {
    codec: i64,
    n_bytes: i64,
    data_page_at: i64,
    dictionary_page_at: Option<i64>,
    /// Where the footer has only that the values are in another file, or encrypted.
    is_elsewhere: bool,
}

impl RawGroup {
    fn read(thrift: &mut Thrift<'_>) -> Result<RawGroup, Damaged> {
        let mut group = RawGroup { n_rows: 0, chunks: Vec::new() };
        thrift.fields(|thrift, id, kind| {
            match (id, kind) {
                (1, Kind::List) => thrift.list(|thrift, _| {
                    group.chunks.push(RawChunk::read(thrift)?);
                    Ok(())
                })?,
                (3, Kind::I64) => group.n_rows = thrift.integer()?,
                _ => thrift.skip(kind)?,
            }
            Ok(())
        })?;
        Ok(group)
    }

    fn checked(&self, columns: &[ColumnInfo], data: &Range<u64>) -> Result<RowGroup, Trouble> {
        if self.chunks.len() != columns.len() {
            return Err(Trouble::Damaged);
        }
        let chunks = self
            .chunks
            .iter()
            .zip(columns)
            .map(|(chunk, column)| chunk.checked(column, data))
            .collect::<Result<Vec<_>, _>>()?;
        let start = chunks.iter().map(|chunk| chunk.range.start).min().ok_or(Damaged)?;
        let end = chunks.iter().map(|chunk| chunk.range.end).max().ok_or(Damaged)?;
        if end - start > ROW_GROUP_BYTES_MAX {
            return Err(Trouble::Refused(unread::row_group_too_large(end - start)));
        }
        let n_rows = u64::try_from(self.n_rows).map_err(|_| Damaged)?;
        Ok(RowGroup { n_rows, range: start..end, chunks })
    }
}

impl RawChunk {
    fn read(thrift: &mut Thrift<'_>) -> Result<RawChunk, Damaged> {
        let mut chunk = RawChunk { is_elsewhere: true, ..RawChunk::default() };
        let mut has_path = false;
        thrift.fields(|thrift, id, kind| match (id, kind) {
            (1, Kind::Binary) => {
                has_path = true;
                thrift.skip(kind)
            }
            (3, Kind::Struct) => {
                chunk.is_elsewhere = false;
                thrift.fields(|thrift, id, kind| {
                    match (id, kind) {
                        (4, Kind::I32) => chunk.codec = thrift.integer()?,
                        (7, Kind::I64) => chunk.n_bytes = thrift.integer()?,
                        (9, Kind::I64) => chunk.data_page_at = thrift.integer()?,
                        (11, Kind::I64) => chunk.dictionary_page_at = Some(thrift.integer()?),
                        _ => thrift.skip(kind)?,
                    }
                    Ok(())
                })
            }
            _ => thrift.skip(kind),
        })?;
        chunk.is_elsewhere |= has_path;
        Ok(chunk)
    }

    fn checked(&self, column: &ColumnInfo, data: &Range<u64>) -> Result<Chunk, Trouble> {
        if self.is_elsewhere {
            return Err(Trouble::Refused(unread::values_elsewhere(&column.name)));
        }
        let codec = match self.codec {
            0 => Codec::None,
            1 => Codec::Snappy,
            2 => Codec::Gzip,
            6 => Codec::Zstd,
            3 => return Err(Trouble::Refused(unread::codec("LZO"))),
            4 => return Err(Trouble::Refused(unread::codec("Brotli"))),
            5 | 7 => return Err(Trouble::Refused(unread::codec("LZ4"))),
            _ => return Err(Trouble::Damaged),
        };
        // Some writers say 0 where there is no dictionary.
        let first = match self.dictionary_page_at {
            Some(at) if at > 0 => at.min(self.data_page_at),
            _ => self.data_page_at,
        };
        let start = u64::try_from(first).map_err(|_| Damaged)?;
        let n_bytes = u64::try_from(self.n_bytes).map_err(|_| Damaged)?;
        let end = start.checked_add(n_bytes).ok_or(Damaged)?;
        if start < data.start || end > data.end {
            return Err(Trouble::Damaged);
        }
        Ok(Chunk { range: start..end, codec })
    }
}
