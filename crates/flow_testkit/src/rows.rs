//! Plain rows for tests, and a store filled with them without a parser.

use std::collections::BTreeMap;

use flow_core::parse::{Layout, RawRow, RawValue, RowSink, SourceId};
use flow_core::record::{Address, Direction, Evidence, FlowClass, Orientation, Value};
use flow_core::store::Store;
use proptest::collection::vec;
use proptest::prelude::*;

/// A row as a map from column to value. A column that is not in the map is not in the row's layout.
#[derive(Clone, Debug)]
pub struct PlainRow {
    pub source: SourceId,
    pub line: u64,
    pub values: BTreeMap<String, Value>,
    pub orientation: Orientation,
}

/// A settled store that holds `rows` in this order, each value of the kind of its column. Where
/// `has_orientation` is false, nobody has worked out which way the rows went.
pub fn store_of(rows: &[PlainRow], has_orientation: bool) -> Store {
    let mut store = Store::default();
    let mut begun: Option<(SourceId, Layout)> = None;
    for row in rows {
        let layout = Layout::from_names(row.values.keys().map(String::as_str));
        if begun.as_ref() != Some(&(row.source, layout.clone())) {
            store.begin(row.source, &layout);
            begun = Some((row.source, layout));
        }
        let values: Vec<RawValue<'_>> = row
            .values
            .values()
            .map(|value| match value {
                Value::Absent => RawValue::Absent,
                Value::Number(number) => RawValue::Number(*number),
                Value::Address(address) => RawValue::Address(*address),
                Value::Text(text) => RawValue::Text(text),
            })
            .collect();
        store.row(RawRow { line: row.line, values: &values, odd: &[] });
    }
    store.settle();
    if has_orientation {
        for segment in store.rows_mut().segments_mut() {
            let first = segment.first_row() as usize;
            let of_segment = &rows[first..first + segment.n_rows() as usize];
            segment.set_orientation(of_segment.iter().map(|row| row.orientation.to_code()).collect());
        }
    }
    store
}

/// Few addresses, so that rows share them: some in one prefix, and one of each family.
pub const ADDRESSES: [Address; 7] = [
    Address::V4(0x0a00_0001),
    Address::V4(0x0a00_0002),
    Address::V4(0x0aff_0001),
    Address::V4(0xc0a8_0001),
    Address::V6(0x2001_0db8_0000_0000_0000_0000_0000_0001),
    Address::V6(1),
    Address::Mac(0x0123_4567_89ab),
];

pub const PORTS: [u64; 6] = [0, 22, 80, 443, 40_000, 65_535];

/// Sizes and times: close ones, and ones too far apart for 32 bits.
pub const AMOUNTS: [u64; 7] = [0, 1, 40, 1_500, 1_767_312_000, 1 << 40, u64::MAX - 1];

pub const TEXTS: [&str; 8] = ["ACCEPT", "reject", "REJECT", "eni-1", "eni-10", "a b", "naïve \"é\"", "443"];

/// The columns of random rows; AWS's own and one that it does not document.
pub const COLUMNS: [&str; 10] = [
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "bytes",
    "start",
    "action",
    "my column",
];

/// A value that `column` can hold, absent in one case of six.
pub fn any_value(column: &str) -> BoxedStrategy<Value> {
    let present = match column {
        "srcaddr" | "dstaddr" => proptest::sample::select(&ADDRESSES[..]).prop_map(Value::Address).boxed(),
        "srcport" | "dstport" => proptest::sample::select(&PORTS[..]).prop_map(Value::Number).boxed(),
        "protocol" => prop_oneof![Just(6u64), Just(17), Just(1)].prop_map(Value::Number).boxed(),
        "bytes" | "start" => proptest::sample::select(&AMOUNTS[..]).prop_map(Value::Number).boxed(),
        _ => proptest::sample::select(&TEXTS[..]).prop_map(|text| Value::Text(text.to_owned())).boxed(),
    };
    prop_oneof![1 => Just(Value::Absent), 5 => present].boxed()
}

pub fn any_orientation() -> impl Strategy<Value = Orientation> {
    (
        proptest::sample::select(&Direction::ALL[..]),
        proptest::sample::select(&Evidence::ALL[..]),
        proptest::sample::select(&FlowClass::ALL[..]),
    )
        .prop_map(|(direction, evidence, class)| Orientation { direction, evidence, class })
}

/// Up to `n_rows_max` rows of a few files, numbered by line; in the order of files and lines. Now and then
/// the layout changes and has fewer columns.
pub fn any_rows(n_rows_max: usize) -> impl Strategy<Value = Vec<PlainRow>> {
    let values = COLUMNS.map(any_value).to_vec();
    let row = (0u32..3, 1u64..4, values, any_orientation(), 0usize..8);
    vec(row, 0..=n_rows_max).prop_map(|mut drawn| {
        drawn.sort_by_key(|(source, ..)| *source);
        let mut line = 0;
        let mut last_source = 0;
        drawn
            .into_iter()
            .map(|(source, step, values, orientation, n_left_out)| {
                if source != last_source {
                    (last_source, line) = (source, 0);
                }
                // Lines are left out where a file has headers and problems.
                line += step;
                let n_columns = if n_left_out > 4 { COLUMNS.len() - n_left_out } else { COLUMNS.len() };
                let columns = COLUMNS.iter().map(|column| (*column).to_owned());
                PlainRow {
                    source: SourceId(source),
                    line,
                    values: columns.zip(values).take(n_columns).collect(),
                    orientation,
                }
            })
            .collect()
    })
}

/// Rows in any number, the same for the same arguments: what a property test is too slow for.
pub fn many_rows(n_rows: u32) -> Vec<PlainRow> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: u64| {
        // Knuth's linear congruential generator; its high bits are random enough for rows.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..n_rows)
        .map(|at| {
            let mut values = BTreeMap::new();
            let mut set = |column: &str, value| values.insert(column.to_owned(), value);
            set("interface-id", Value::Text(format!("eni-{}", next(20))));
            set("srcaddr", Value::Address(Address::V4(0x0a00_0000 + next(5_000) as u32)));
            set("dstaddr", Value::Address(ADDRESSES[next(7) as usize]));
            set("srcport", Value::Number(1_024 + next(60_000)));
            set("dstport", if next(9) == 0 { Value::Absent } else { Value::Number(PORTS[next(6) as usize]) });
            set("bytes", Value::Number(next(1 << 20) * next(1 << 30)));
            // Ascending, as in a real log, so that zone maps have something to say.
            set("start", Value::Number(1_767_312_000 + u64::from(at / 100)));
            let orientation = Orientation::from_code(next(u64::from(Orientation::N_CODES)) as u8);
            PlainRow { source: SourceId(0), line: u64::from(at) + 2, values, orientation }
        })
        .collect()
}
