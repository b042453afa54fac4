//! The stages of a load, one by one.

use std::time::Instant;

use flow_core::parse::{FileParser, Layout, ParseOptions, RawRow, RowBlock, RowSink, SourceId};

use crate::drive::ms_since;

/// As a browser hands a file over.
const PIECE_BYTES: usize = 1024 * 1024;

/// Takes rows and keeps only their number.
#[derive(Default)]
struct Count {
    n_rows: u64,
}

impl RowSink for Count {
    fn begin(&mut self, _source: SourceId, _layout: &Layout) {}

    fn row(&mut self, _row: RawRow<'_>) {
        self.n_rows += 1;
    }

    fn block(&mut self, block: RowBlock<'_>) {
        self.n_rows += block.n_rows() as u64;
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.row(row);
    }
}

/// Milliseconds to parse `text` into typed values that nobody keeps.
pub fn parse_ms(text: &[u8]) -> f64 {
    let began = Instant::now();
    let mut parser = FileParser::new(SourceId(0), "bench.log", text.len() as u64, &ParseOptions::default());
    let mut count = Count::default();
    for piece in text.chunks(PIECE_BYTES) {
        parser.push(piece, &mut count);
    }
    parser.finish(&mut count);
    assert!(count.n_rows > 0, "the log has rows");
    ms_since(began)
}
