//! Parquet files made to harm: whatever their bytes say, reading them ends, does not panic, and takes no more memory than
//! the limits allow.

mod dump;

use dump::{Input, Parsed};
use flow_core::parse::{FileParser, FileState, Layout, ParseOptions, ProblemKind, RawRow, RowSink, SourceId};
use flow_testkit::memory::{CountingAllocator, most_bytes_during};
use flow_testkit::reading::read_in_pieces;
use flow_testkit::table::{Numbers, TableStyle, Times, table};
use parquet::basic::{Compression, Encoding, ZstdLevel};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Bytes that reading these took at most, above what was in use before.
fn read_counting(bytes: &[u8]) -> (Parsed, usize) {
    most_bytes_during(|| Input { name: "a.log.parquet", bytes, layout: None }.parse(&[usize::MAX]))
}

const NAMES: [&str; 8] =
    ["srcaddr", "dstaddr", "dstport", "bytes", "start", "action", "log-status", "aws-region"];

fn records(n: usize) -> Vec<Vec<String>> {
    let record = |n: usize| {
        let line = format!(
            "10.0.{}.{} 2001:db8::{} {} {} {} ACCEPT OK {}",
            n % 3,
            n % 200,
            n % 7,
            n % 9_000,
            if n.is_multiple_of(5) { "-".to_owned() } else { (n * 77).to_string() },
            1_700_000_000 + n,
            if n.is_multiple_of(4) { "-" } else { "eu-west-1" },
        );
        line.split(' ').map(String::from).collect()
    };
    (0..n).map(record).collect()
}

/// Tables that reach all of the reader's code.
fn tables() -> Vec<Vec<u8>> {
    let base =
        TableStyle { rows_per_page: 40, rows_per_group: 60, has_null_texts: true, ..TableStyle::aws() };
    let plain = TableStyle { codec: Compression::UNCOMPRESSED, ..base.clone() };
    let delta = TableStyle { is_second_version: true, has_dictionaries: false, ..plain.clone() };
    let styles = [
        base,
        TableStyle { codec: Compression::SNAPPY, numbers: Numbers::Fractions, ..plain.clone() },
        TableStyle { codec: Compression::ZSTD(ZstdLevel::default()), times: Times::Int96, ..plain.clone() },
        TableStyle { has_dictionaries: false, numbers: Numbers::Texts, ..plain.clone() },
        TableStyle { is_second_version: true, times: Times::Millis, ..plain.clone() },
        plain,
        TableStyle { texts: Encoding::DELTA_LENGTH_BYTE_ARRAY, ..delta.clone() },
        TableStyle { texts: Encoding::DELTA_BYTE_ARRAY, ..delta },
    ];
    styles.iter().map(|style| table(&NAMES, &records(120), style)).collect()
}

/// Numbers that look random and are the same each time.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn changed_bytes_anywhere_end_in_a_report() {
    /// Some hundred times the file; a page that claims more must not be believed.
    const BYTES_MAX: usize = 80 * 1024 * 1024;
    let n_changes: usize = std::env::var("N_CHANGES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut state = 1;
    for (at, file) in tables().iter().enumerate() {
        for turn in 0..n_changes {
            let mut bytes = file.clone();
            // The footer is where most harm can be done.
            let place = match turn % 2 {
                0 => next(&mut state) % bytes.len(),
                _ => bytes.len() - 1 - next(&mut state) % 1_500,
            };
            bytes[place] = match turn % 3 {
                0 => bytes[place] ^ 1 << (next(&mut state) % 8),
                _ => next(&mut state) as u8,
            };
            let (parsed, n_bytes) = read_counting(&bytes);
            assert!(
                matches!(parsed.report.state, FileState::Read | FileState::Refused(_)),
                "table {at}, byte {place}: {:?}",
                parsed.report.state
            );
            assert!(n_bytes < BYTES_MAX, "table {at}, byte {place}: {n_bytes} bytes");
        }
    }
}

#[test]
fn files_cut_off_or_put_together_end_in_a_report() {
    let tables = tables();
    let mut state = 7;
    for _ in 0..100 {
        let (one, other) =
            (&tables[next(&mut state) % tables.len()], &tables[next(&mut state) % tables.len()]);
        let (cut, from) = (4 + next(&mut state) % (one.len() - 4), next(&mut state) % other.len());
        let bytes = [&one[..cut], &other[from..]].concat();
        let (parsed, n_bytes) = read_counting(&bytes);
        assert!(matches!(parsed.report.state, FileState::Read | FileState::Refused(_)));
        assert!(n_bytes < 80 * 1024 * 1024, "{n_bytes} bytes");
    }
}

/// A file whose footer is the given one, behind nothing.
fn file_of(footer: &[u8]) -> Vec<u8> {
    [b"PAR1", footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

#[test]
fn a_footer_that_lies_is_refused_and_reserves_nothing() {
    // A list of as many elements as a number can say; a footer longer than the file; one that goes on in itself.
    let many = [0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
    let mut longer = file_of(&[0]);
    let at = longer.len() - 8;
    longer[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    for bytes in [file_of(&many), file_of(&[0x1c; 10_000]), file_of(&[]), file_of(&[0]), longer] {
        let (parsed, n_bytes) = read_counting(&bytes);
        let FileState::Refused(refusal) = &parsed.report.state else { panic!("{}", parsed.dump()) };
        assert!(refusal.seems_to_be.contains("footer is missing or damaged"), "{refusal:?}");
        assert!(n_bytes < 1024 * 1024, "{n_bytes} bytes");
    }
}

#[test]
fn a_page_larger_than_any_log_has_is_damage_and_is_not_unpacked() {
    // A page of 120 MB, compressed to nearly nothing.
    let names = ["srcaddr", "dstaddr", "dstport", "region"];
    let record = ["10.0.0.1", "10.0.0.2", "443", &"x".repeat(60_000)].map(String::from).to_vec();
    let style = TableStyle { has_dictionaries: false, ..TableStyle::aws() };
    let bytes = table(&names, &vec![record; 2_000], &style);
    let (parsed, n_bytes) = read_counting(&bytes);
    let kinds: Vec<ProblemKind> = parsed.report.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!((kinds, parsed.report.lines.rows), (vec![ProblemKind::Damaged], 0));
    assert!(n_bytes < 4 * 1024 * 1024, "{n_bytes} bytes for a file of {}", bytes.len());
}

#[test]
fn more_records_than_a_file_can_hold_are_not_believed() {
    let bytes = table(&NAMES, &records(300), &TableStyle::aws());
    // The count of the row group, as the footer writes it: the field's head, then 300 in groups of seven bits.
    let count = [0x16, 0xd8, 0x04];
    let at = bytes.windows(count.len()).rposition(|window| window == count).unwrap();
    let claimed = [0x16, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
    let footer_bytes = u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap()) + 4;
    let mut lying = [&bytes[..at], &claimed, &bytes[at + count.len()..bytes.len() - 8]].concat();
    lying.extend(footer_bytes.to_le_bytes());
    lying.extend(b"PAR1");
    let (parsed, _) = read_counting(&lying);
    let FileState::Refused(refusal) = &parsed.report.state else { panic!("{}", parsed.dump()) };
    assert_eq!(refusal.seems_to_be, "a Parquet file that claims more records than it can hold");
}

/// Takes rows and keeps none, so that what is counted is the reader's.
#[derive(Default)]
struct CountOfRows(u64);

impl RowSink for CountOfRows {
    fn begin(&mut self, _source: SourceId, _layout: &Layout) {}

    fn row(&mut self, _row: RawRow<'_>) {
        self.0 += 1;
    }

    fn status_record(&mut self, _row: RawRow<'_>) {}
}

#[test]
fn a_table_takes_the_memory_of_one_row_group_however_many_it_has() {
    const GROUP_ROWS: usize = 1_000;
    let style = TableStyle { rows_per_group: GROUP_ROWS, rows_per_page: 500, ..TableStyle::aws() };
    let n_bytes_held = |n_groups: usize| {
        let bytes = table(&NAMES, &records(n_groups * GROUP_ROWS), &style);
        let mut rows = CountOfRows::default();
        let (report, n_bytes_held) = most_bytes_during(|| {
            let options = ParseOptions::default();
            let mut parser = FileParser::new(SourceId(0), "a.log.parquet", bytes.len() as u64, &options);
            read_in_pieces(&mut parser, &bytes, &[64 * 1024], &mut rows);
            parser.into_report()
        });
        assert_eq!((rows.0, report.state), ((n_groups * GROUP_ROWS) as u64, FileState::Read));
        (n_bytes_held, bytes.len())
    };
    let (of_few, _) = n_bytes_held(2);
    let (of_many, n_bytes) = n_bytes_held(60);
    // The footer says where each row group is, and is read as a whole.
    assert!(
        of_many < 2 * of_few && of_many < n_bytes,
        "{of_many} bytes after {of_few}, of a file of {n_bytes}"
    );
}
