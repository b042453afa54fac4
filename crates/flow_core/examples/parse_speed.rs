//! How fast files are parsed into a sink that only counts: `parse_speed FILE...`.
//!
//! Each file is read from disk first and parsed five times; the best time counts, since others share the
//! machine.

use std::time::Instant;
use std::{env, fs};

use flow_core::parse::{
    ABSENT_NUMBER, BlockColumn, FileParser, Layout, ParseOptions, RawRow, RawValue, RowBlock, RowSink,
    SourceId, Wants,
};

const RUNS: usize = 5;

/// As a browser hands a file over.
const CHUNK_BYTES: usize = 1 << 20;

#[derive(Default)]
struct Count {
    n_rows: u64,
    /// Something of every row, so that no work can be left out.
    n_absent: u64,
}

impl RowSink for Count {
    fn begin(&mut self, _source: SourceId, _layout: &Layout) {}

    fn row(&mut self, row: RawRow<'_>) {
        self.n_rows += 1;
        self.n_absent += u64::from(row.values.last() == Some(&RawValue::Absent));
    }

    fn block(&mut self, block: RowBlock<'_>) {
        self.n_rows += block.n_rows() as u64;
        self.n_absent += match block.columns().last() {
            Some(BlockColumn::Numbers(numbers)) => {
                numbers.iter().filter(|number| **number == ABSENT_NUMBER).count()
            }
            Some(BlockColumn::Addresses(addresses)) => {
                addresses.runs().filter(|(_, other)| *other == Some(None)).count()
            }
            Some(BlockColumn::Texts(texts)) => texts.iter().filter(Option::is_none).count(),
            None => 0,
        } as u64;
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.row(row);
    }
}

fn main() {
    for path in env::args().skip(1) {
        let bytes = fs::read(&path).expect("the file can be read");
        let mut best_secs = f64::MAX;
        let mut counted = Count::default();
        for _ in 0..RUNS {
            let start = Instant::now();
            counted = Count::default();
            let mut parser =
                FileParser::new(SourceId(0), &path, bytes.len() as u64, &ParseOptions::default());
            let mut offset = 0;
            while !parser.is_over() {
                let end = match parser.wants() {
                    Wants::Next => bytes.len(),
                    Wants::Range(range) => {
                        offset = range.start as usize;
                        range.end as usize
                    }
                    Wants::Turn => offset,
                };
                let piece = &bytes[offset..end.min(offset + CHUNK_BYTES)];
                if piece.is_empty() && parser.wants() != Wants::Turn {
                    break;
                }
                parser.push(piece, &mut counted);
                offset += piece.len();
            }
            parser.finish(&mut counted);
            best_secs = best_secs.min(start.elapsed().as_secs_f64());
        }
        println!(
            "{path}: {} records ({} end absent), {:.0} MB/s, {:.0} ns a record",
            counted.n_rows,
            counted.n_absent,
            bytes.len() as f64 / best_secs / 1e6,
            best_secs * 1e9 / counted.n_rows.max(1) as f64,
        );
    }
}
