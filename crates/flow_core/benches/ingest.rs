//! From bytes to frozen columns, stage by stage: `cargo bench -p flow_core --bench ingest`.
//!
//! Throughputs are in bytes of log text, but for freezing, which counts the bytes of the open column. Stages have no
//! SIMD natively; the browser's figures are those of the page. What each container costs beside plain text is asked by
//! `cargo bench -p flow_core --bench ingest -- "container to rows"`.

use std::hint::black_box;
use std::io::Write;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use flow_core::parse::block::{BLOCK_BYTES_MAX, ValueStarts};
use flow_core::parse::gzip::GzipReader;
use flow_core::parse::{FileParser, Layout, ParseOptions, RawRow, RowBlock, RowSink, SourceId};
use flow_core::record::Address;
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::{AddressDictionary, Column, SEGMENT_ROWS, Store, TextDictionary};
use flow_testkit::reading::read_in_pieces;
use flow_testkit::table::{TableStyle, table};
use flow_testkit::wrap::Wrap;
use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};

/// As the worker hands files over.
const PIECE_BYTES: usize = 1024 * 1024;

/// Two segments and the beginning of a third.
const N_ROWS: u64 = 150_000;

/// Layouts by name, each with a log.
fn logs() -> [(&'static str, Vec<u8>); 3] {
    let v2 = SampleSpec { n_rows: N_ROWS, ..SampleSpec::demo() };
    let v5 = v2.clone().with_v5_fields();
    let v5_ipv6 = SampleSpec { ipv6_percent: 90, ..v5.clone() };
    let log = |spec: &SampleSpec| SampleLog::new(spec).flatten().collect();
    [("v2", log(&v2)), ("v5", log(&v5)), ("v5-ipv6", log(&v5_ipv6))]
}

/// Takes rows and does nothing with them.
struct Nowhere;

impl RowSink for Nowhere {
    fn begin(&mut self, _source: SourceId, _layout: &Layout) {}

    fn row(&mut self, row: RawRow<'_>) {
        black_box(row);
    }

    fn block(&mut self, block: RowBlock<'_>) {
        black_box(block);
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        black_box(row);
    }
}

fn read(bytes: &[u8], sink: &mut impl RowSink) {
    let mut parser = FileParser::new(SourceId(0), "bench.log", bytes.len() as u64, &ParseOptions::default());
    read_in_pieces(&mut parser, bytes, &[PIECE_BYTES], sink);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn text_stages(criterion: &mut Criterion) {
    let logs = logs();
    let mut group = criterion.benchmark_group("structural scan");
    for (name, text) in &logs {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            let mut starts = ValueStarts::default();
            bencher.iter(|| {
                for block in text.chunks(BLOCK_BYTES_MAX) {
                    starts.find(black_box(block));
                    black_box(starts.as_slice());
                }
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("text to blocks of columns");
    for (name, text) in &logs {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| read(black_box(text), &mut Nowhere));
        });
    }
    // What lines cost that are not plain: a carriage return at the end of each.
    let crlf: Vec<u8> = logs[0]
        .1
        .iter()
        .flat_map(|byte| if *byte == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    group.throughput(Throughput::Bytes(crlf.len() as u64));
    group.bench_function("v2, line by line", |bencher| bencher.iter(|| read(black_box(&crlf), &mut Nowhere)));
    group.finish();

    let mut group = criterion.benchmark_group("text to frozen columns");
    for (name, text) in &logs {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| {
                let mut store = Store::default();
                read(black_box(text), &mut store);
                store.settle();
                store
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("gunzip");
    for (name, text) in &logs {
        let bytes = gzip(text);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &bytes, |bencher, bytes| {
            bencher.iter(|| {
                GzipReader::default().push(black_box(bytes), |text| {
                    black_box(text);
                })
            });
        });
    }
    group.finish();
}

/// The same records in each container, in bytes of the records as plain text whatever they are in, so that rates compare
/// as times do.
fn containers(criterion: &mut Criterion) {
    let spec = SampleSpec { n_rows: N_ROWS / 5, ..SampleSpec::demo() };
    let log: Vec<u8> = SampleLog::new(&spec).flatten().collect();
    let log = String::from_utf8(log).expect("the sample is text");
    // Without its header, as containers have none.
    let records: Vec<String> = log.lines().skip(1).map(str::to_owned).collect();
    let mut group = criterion.benchmark_group("container to rows");
    let n_text_bytes = Wrap::Text.file(&Layout::aws_default(), &records).len();
    group.throughput(Throughput::Bytes(n_text_bytes as u64));
    let mut bench = |name: String, file: &[u8]| {
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(file), &mut Nowhere)));
    };
    for wrap in Wrap::ALL {
        let file = wrap.file(&Layout::aws_default(), &records);
        bench(format!("{wrap:?}"), &file);
    }
    for wrap in [Wrap::Text, Wrap::GetLogEvents, Wrap::CommaCsv] {
        let file = wrap.file(&Layout::aws_default(), &records);
        bench(format!("{wrap:?}, gzip"), &gzip(&file));
    }
    let rows: Vec<Vec<String>> =
        records.iter().map(|record| record.split(' ').map(str::to_owned).collect()).collect();
    let layout = Layout::aws_default();
    let names: Vec<String> = layout.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for codec in [
        Codec::UNCOMPRESSED,
        Codec::SNAPPY,
        Codec::GZIP(GzipLevel::default()),
        Codec::ZSTD(ZstdLevel::default()),
    ] {
        let file = table(&names, &rows, &TableStyle { codec, ..TableStyle::aws() });
        bench(format!("Parquet, {codec}"), &file);
    }
    group.finish();
}

fn dictionaries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("interning");
    // Numbers without pattern, the same at each run.
    let mut state = 1u64;
    let mut next = move |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    for n_distinct in [300, 100_000] {
        let addresses: Vec<Address> =
            (0..SEGMENT_ROWS).map(|_| Address::V4(0x0a00_0000 + next(n_distinct))).collect();
        group.throughput(Throughput::Elements(addresses.len() as u64));
        group.bench_function(format!("addresses, {n_distinct} distinct"), |bencher| {
            let mut dictionary = AddressDictionary::default();
            bencher.iter(|| addresses.iter().fold(0, |any, address| any | dictionary.intern(*address)));
        });
    }
    let texts: Vec<String> = (0..SEGMENT_ROWS).map(|_| format!("eni-{:017x}", next(300))).collect();
    group.bench_function("texts, 300 distinct", |bencher| {
        let mut dictionary = TextDictionary::default();
        bencher.iter(|| texts.iter().fold(0, |any, text| any | dictionary.intern(text)));
    });
    group.finish();
}

fn freezing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("freeze");
    group.throughput(Throughput::Bytes(u64::from(SEGMENT_ROWS) * 8));
    for (name, spread) in [("constant", 1), ("one byte", 200), ("two bytes", 60_000), ("four bytes", 1 << 20)]
    {
        let values: Vec<u64> =
            (0..u64::from(SEGMENT_ROWS)).map(|row| row.wrapping_mul(2_654_435_761) % spread).collect();
        group.bench_function(name, |bencher| bencher.iter(|| Column::freeze(black_box(&values))));
    }
    group.finish();
}

criterion_group!(benches, text_stages, containers, dictionaries, freezing);
criterion_main!(benches);
