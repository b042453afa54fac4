//! A store that takes rows in blocks holds what one that takes them one by one does.

use flow_core::parse::{FileParser, Layout, ParseOptions, RawRow, RowSink, SourceId};
use flow_core::record::ColumnKey;
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::{SEGMENT_ROWS, Store, Table};
use proptest::prelude::*;

/// A store that is given the rows of a block one by one.
#[derive(Default)]
struct OneByOne(Store);

impl RowSink for OneByOne {
    fn accepts(&self, layout: &Layout) -> bool {
        self.0.accepts(layout)
    }

    fn begin(&mut self, source: SourceId, layout: &Layout) {
        self.0.begin(source, layout);
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.0.row(row);
    }

    fn status_record(&mut self, row: RawRow<'_>) {
        self.0.status_record(row);
    }
}

fn fill(sink: &mut impl RowSink, files: &[Vec<u8>], n_bytes: usize) {
    for (at, text) in files.iter().enumerate() {
        let mut parser = FileParser::new(SourceId(at as u32), "a.log", 0, &ParseOptions::default());
        for bytes in text.chunks(n_bytes) {
            parser.push(bytes, sink);
        }
        parser.finish(sink);
    }
}

/// Both stores of the same files.
fn both_ways(files: &[Vec<u8>], n_bytes: usize) -> [Store; 2] {
    let (mut in_blocks, mut one_by_one) = (Store::default(), OneByOne::default());
    fill(&mut in_blocks, files, n_bytes);
    fill(&mut one_by_one, files, n_bytes);
    in_blocks.settle();
    one_by_one.0.settle();
    [in_blocks, one_by_one.0]
}

fn compare(files: &[Vec<u8>], n_bytes: usize) {
    let [in_blocks, one_by_one] = both_ways(files, n_bytes);
    let keys = |store: &Store| store.columns().iter().map(|column| column.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&in_blocks), keys(&one_by_one));
    for table in [Store::rows as fn(&Store) -> &Table, Store::status_records] {
        let [blocks, singles] = [&in_blocks, &one_by_one].map(table);
        assert_eq!(blocks.n_rows(), singles.n_rows());
        let sizes = |table: &Table| table.segments().iter().map(|s| s.n_rows()).collect::<Vec<_>>();
        assert_eq!(sizes(blocks), sizes(singles));
        for row in 0..blocks.n_rows() {
            assert_eq!(blocks.origin(row), singles.origin(row), "row {row}");
            assert_eq!(in_blocks.line(blocks, row), one_by_one.line(singles, row), "row {row}");
        }
        // Codes may differ, so only what holds numbers is packed alike for certain.
        for id in in_blocks.columns().iter().filter_map(|column| in_blocks.column_id(&column.key)) {
            let key: &ColumnKey = &in_blocks.column(id).key;
            let other = one_by_one.column_id(key).unwrap();
            for (segment, twin) in blocks.segments().iter().zip(singles.segments()) {
                let (column, twin) = (segment.column(id), twin.column(other));
                assert_eq!(column.n_present(), twin.n_present(), "{key}");
                if key.kind().is_number() {
                    assert_eq!(column.range(), twin.range(), "{key}");
                }
            }
        }
    }
    // Nothing came into the dictionaries that is in no row.
    assert_eq!(in_blocks.addresses().all().len(), one_by_one.addresses().all().len());
    for (column, twin) in in_blocks.columns().iter().zip(one_by_one.columns()) {
        assert_eq!(column.texts.all().len(), twin.texts.all().len(), "{}", column.key);
    }
}

fn sample(spec: &SampleSpec) -> Vec<u8> {
    SampleLog::new(spec).flatten().collect()
}

#[test]
fn segments_fill_in_the_middle_of_blocks() {
    let n_rows = u64::from(SEGMENT_ROWS) + 1_000;
    compare(&[sample(&SampleSpec { n_rows, ..SampleSpec::demo() })], 1 << 20);
}

#[test]
fn files_of_different_layouts_share_their_columns() {
    let v2 = SampleSpec { n_rows: 700, ..SampleSpec::demo() };
    let v5 = SampleSpec { ipv6_percent: 60, ..v2.clone().with_v5_fields() };
    let large = b"bytes packets flow-direction\n7 1 ingress\n99999999999 4294967295 egress\n- 4294967294 -\n"
        .to_vec();
    compare(&[sample(&v2), large.clone(), sample(&v5), sample(&v2), large], 20_000);
}

#[test]
fn rows_that_come_fast_are_readable_a_segment_at_a_time() {
    let log = sample(&SampleSpec { n_rows: u64::from(SEGMENT_ROWS) + 1_000, ..SampleSpec::demo() });
    let (head, tail) = log.split_at(log.len() / 2);
    let mut store = Store::default();
    let mut parser = FileParser::new(SourceId(0), "a.log", 0, &ParseOptions::default());
    let readable = |store: &Store| (store.rows().n_readable(), store.rows().n_rows());

    parser.push(head, &mut store);
    store.settle_some();
    let (n_readable, n_rows) = readable(&store);
    assert!(n_rows < SEGMENT_ROWS);
    assert_eq!(n_readable, n_rows, "no segment has filled, so the open one is read");

    parser.push(tail, &mut store);
    parser.finish(&mut store);
    store.settle_some();
    assert_eq!(readable(&store), (SEGMENT_ROWS, store.rows().n_rows()), "the full one is enough");
    store.settle_some();
    assert_eq!(readable(&store).0, store.rows().n_rows(), "nothing has filled since");
    let [in_one, _] = both_ways(&[log], 1 << 20);
    let lines = |store: &Store| -> Vec<String> {
        (0..store.rows().n_readable()).map(|row| store.line(store.rows(), row)).collect()
    };
    assert_eq!(lines(&store), lines(&in_one));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn however_the_files_are_cut(seed in any::<u64>(), n_rows in 1u64..600, n_bytes in 1usize..40_000, is_v5 in any::<bool>()) {
        let spec = SampleSpec { seed, n_rows, ..SampleSpec::demo() };
        let spec = if is_v5 { spec.with_v5_fields() } else { spec };
        compare(&[sample(&spec)], n_bytes);
    }
}
