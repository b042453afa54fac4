//! Reading and storing rows allocates nothing for each row: what a segment takes is bounded by its columns.
//!
//! In a test binary of its own, because it counts the allocations of the whole process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use flow_core::parse::{FileParser, ParseOptions, SourceId};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::store::{SEGMENT_ROWS, Store};

struct Counting;

static N_ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        N_ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        unsafe { System.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, n_bytes: usize) -> *mut u8 {
        N_ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(start, layout, n_bytes) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of reading the second segment of a log, whose values are all in the first.
fn n_allocations_of_a_segment(spec: &SampleSpec, line_end: &str) -> u64 {
    let mut text = Vec::new();
    let mut sample = SampleLog::new(spec);
    while sample.fill(&mut text) {}
    let text = String::from_utf8(text).unwrap().replace('\n', line_end).into_bytes();
    let header_end = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;

    let mut store = Store::default();
    let mut parser = FileParser::new(SourceId(0), "a.log", 0, &ParseOptions::default());
    parser.push(&text[..header_end], &mut store);
    let mut push_rows_until = |n_rows: u32| {
        while store.rows().n_rows() < n_rows {
            parser.push(&text[header_end..], &mut store);
        }
    };
    push_rows_until(SEGMENT_ROWS);
    let before = N_ALLOCATIONS.load(Ordering::Relaxed);
    push_rows_until(2 * SEGMENT_ROWS);
    N_ALLOCATIONS.load(Ordering::Relaxed) - before
}

#[test]
fn a_segment_takes_as_many_allocations_as_it_has_columns() {
    let v2 = SampleSpec { n_rows: 20_000, ..SampleSpec::demo() };
    let v5 = v2.clone().with_v5_fields();
    for spec in [v2, v5] {
        let n_columns = spec.layout.columns().len() as u64;
        // The packed columns, and what doubles now and then: the lists of segments and of runs of lines.
        let n_allocations_max = n_columns + 10;
        // In blocks, and line by line.
        for line_end in ["\n", "\r\n"] {
            let n_allocations = n_allocations_of_a_segment(&spec, line_end);
            assert!(
                n_allocations <= n_allocations_max,
                "{n_allocations} allocations for {n_columns} columns and {SEGMENT_ROWS} rows that end in {line_end:?}"
            );
        }
    }
}
