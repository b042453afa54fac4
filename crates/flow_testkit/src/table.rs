//! Records as a Parquet table, written by a library that others use, in the ways that writers have.

use std::sync::Arc;

use flow_core::record::{ColumnKey, FieldKind};
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use proptest::sample::select;

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// As AWS does: ports and codes in 32 bits, counts and times in 64.
    AsAws,
    Unsigned,
    /// As pandas does where some are missing.
    Fractions,
    Texts,
}

/// How times are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    LikeNumbers,
    Millis,
    Micros,
    Nanos,
    Int96,
}

/// A way of writing a table.
#[derive(Clone, Debug)]
pub struct TableStyle {
    pub codec: Compression,
    pub rows_per_page: usize,
    pub rows_per_group: usize,
    pub is_second_version: bool,
    pub has_dictionaries: bool,
    /// Of texts that are not in a dictionary.
    pub texts: Encoding,
    pub numbers: Numbers,
    pub times: Times,
    /// Whether a text that is not there is null and not `-`.
    pub has_null_texts: bool,
}

impl TableStyle {
    /// As AWS is said to write them.
    pub fn aws() -> TableStyle {
        TableStyle {
            codec: Compression::GZIP(GzipLevel::default()),
            rows_per_page: 20_000,
            rows_per_group: 1_000_000,
            is_second_version: false,
            has_dictionaries: true,
            texts: Encoding::PLAIN,
            numbers: Numbers::AsAws,
            times: Times::LikeNumbers,
            has_null_texts: false,
        }
    }
}

pub fn table_styles() -> impl Strategy<Value = TableStyle> {
    let codecs = vec![
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
    ];
    let texts = vec![Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY];
    let numbers = vec![Numbers::AsAws, Numbers::Unsigned, Numbers::Fractions, Numbers::Texts];
    let times = vec![Times::LikeNumbers, Times::Millis, Times::Micros, Times::Nanos, Times::Int96];
    let sizes = (select(vec![1usize, 3, 50, 20_000]), select(vec![2usize, 40, 1_000]));
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    (select(codecs), sizes, switches, select(texts), select(numbers), select(times)).prop_map(
        |(codec, (rows_per_page, rows_per_group), switches, texts, numbers, times)| TableStyle {
            codec,
            rows_per_page,
            rows_per_group,
            is_second_version: switches.0,
            has_dictionaries: switches.1,
            texts,
            numbers,
            times,
            has_null_texts: switches.2,
        },
    )
}

/// A table with these columns and records, each a value for every column, `-` where there is none. Numbers must fit
/// the type that the style gives them.
///
/// # Panics
/// Where a number is no number or does not fit.
pub fn table(names: &[&str], records: &[Vec<String>], style: &TableStyle) -> Vec<u8> {
    let kinds: Vec<FieldKind> = names.iter().map(|name| ColumnKey::from_name(name).kind()).collect();
    let columns = names.iter().zip(&kinds).map(|(name, kind)| column_type(name, *kind, style));
    let schema = format!("message schema {{ {} }}", columns.collect::<String>());
    let schema = Arc::new(parse_message_type(&schema).expect("the columns have types of Parquet"));
    let version =
        if style.is_second_version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
    let mut properties = WriterProperties::builder()
        .set_compression(style.codec)
        .set_writer_version(version)
        .set_dictionary_enabled(style.has_dictionaries)
        .set_statistics_enabled(EnabledStatistics::None)
        // However many bytes these are.
        .set_data_page_size_limit(usize::MAX)
        .set_data_page_row_count_limit(style.rows_per_page)
        // Pages end between batches.
        .set_write_batch_size(style.rows_per_page.min(2_048));
    for (name, kind) in names.iter().zip(&kinds) {
        if !style.has_dictionaries && matches!(kind, FieldKind::Text | FieldKind::Address) {
            let path = parquet::schema::types::ColumnPath::new(vec![(*name).to_owned()]);
            properties = properties.set_column_encoding(path, style.texts);
        }
    }
    let mut file = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut file, schema, Arc::new(properties.build())).expect("a schema");
    for group in records.chunks(style.rows_per_group) {
        let mut group_writer = writer.next_row_group().expect("a row group");
        let mut at = 0;
        while let Some(mut column) = group_writer.next_column().expect("a column") {
            let values: Vec<&str> = group.iter().map(|record| record[at].as_str()).collect();
            write(column.untyped(), &values, kinds[at], style);
            column.close().expect("a column ends");
            at += 1;
        }
        group_writer.close().expect("a row group ends");
    }
    writer.close().expect("the file ends");
    file
}

fn column_type(name: &str, kind: FieldKind, style: &TableStyle) -> String {
    let is_small =
        matches!(kind, FieldKind::Port | FieldKind::Protocol | FieldKind::TcpFlags | FieldKind::Number);
    let (physical, logical) = match (kind, style.times, style.numbers) {
        (FieldKind::Text | FieldKind::Address, _, _) => ("binary", " (STRING)"),
        (FieldKind::Seconds, Times::Millis, _) => ("int64", " (TIMESTAMP_MILLIS)"),
        (FieldKind::Seconds, Times::Micros, _) => ("int64", " (TIMESTAMP(MICROS,true))"),
        (FieldKind::Seconds, Times::Nanos, _) => ("int64", " (TIMESTAMP(NANOS,true))"),
        (FieldKind::Seconds, Times::Int96, _) => ("int96", ""),
        (_, _, Numbers::Texts) => ("binary", " (STRING)"),
        (_, _, Numbers::Fractions) => ("double", ""),
        (_, _, Numbers::AsAws) if is_small => ("int32", ""),
        (_, _, Numbers::AsAws) => ("int64", ""),
        (_, _, Numbers::Unsigned) if is_small => ("int32", " (UINT_32)"),
        (_, _, Numbers::Unsigned) => ("int64", " (UINT_64)"),
    };
    format!("optional {physical} {name}{logical}; ")
}

fn write(writer: &mut ColumnWriter<'_>, values: &[&str], kind: FieldKind, style: &TableStyle) {
    let number = |text: &str| text.parse::<i64>().expect("a number");
    let per_sec = match (kind, style.times) {
        (FieldKind::Seconds, Times::Millis) => 1_000,
        (FieldKind::Seconds, Times::Micros) => 1_000_000,
        (FieldKind::Seconds, Times::Nanos) => 1_000_000_000,
        _ => 1,
    };
    match writer {
        ColumnWriter::Int32ColumnWriter(writer) => {
            put(writer, values, false, |text| i32::try_from(number(text)).expect("a small number"));
        }
        ColumnWriter::Int64ColumnWriter(writer) => put(writer, values, false, |text| number(text) * per_sec),
        ColumnWriter::DoubleColumnWriter(writer) => put(writer, values, false, |text| number(text) as f64),
        ColumnWriter::Int96ColumnWriter(writer) => put(writer, values, false, |text| {
            let (day, nanos) = (number(text) / 86_400 + 2_440_588, number(text) % 86_400 * 1_000_000_000);
            let mut time = Int96::new();
            time.set_data(nanos as u32, (nanos >> 32) as u32, day as u32);
            time
        }),
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let keeps_dash = !style.has_null_texts && matches!(kind, FieldKind::Text | FieldKind::Address);
            put(writer, values, keeps_dash, |text| ByteArray::from(text));
        }
        _ => unreachable!("column_type knows no other types"),
    }
}

fn put<T: DataType>(
    writer: &mut ColumnWriterImpl<'_, T>,
    values: &[&str],
    keeps_dash: bool,
    turn: impl Fn(&str) -> T::T,
) {
    let is_there = |text: &str| keeps_dash || text != "-";
    let levels: Vec<i16> = values.iter().map(|text| i16::from(is_there(text))).collect();
    let present: Vec<T::T> = values.iter().filter(|text| is_there(text)).map(|text| turn(text)).collect();
    writer.write_batch(&present, Some(&levels), None).expect("values of the column's type");
}
