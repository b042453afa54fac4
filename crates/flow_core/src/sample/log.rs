//! The sample log as text, chunk by chunk.

use super::line::LineWriter;
use super::network::{InterfaceId, Role};
use super::record::Record;
use super::traffic::Traffic;
use crate::parse::Layout;
use crate::record::{FIELDS, LogKind};

/// What log to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleSpec {
    pub seed: u64,
    /// Records of flows; status records come on top, a few in a thousand.
    pub n_rows: u64,
    /// When the log begins.
    pub start_secs: u64,
    /// How long it goes on; the rows are spread over it, more by day than by night.
    pub span_secs: u64,
    pub layout: Layout,
    /// Web clients that come by IPv6, in a hundred.
    pub ipv6_percent: u8,
}

impl SampleSpec {
    /// What a visitor sees who has no log at hand: three hours of a Tuesday morning.
    pub fn demo() -> SampleSpec {
        SampleSpec {
            seed: 1,
            n_rows: 20_000,
            start_secs: 1_763_456_400,
            span_secs: 3 * HOUR_SECS,
            layout: Layout::aws_default(),
            ipv6_percent: 10,
        }
    }

    /// The same log with all fields up to version 5, which say more: direction, flags, path, services.
    pub fn with_v5_fields(self) -> SampleSpec {
        const VERSION: u8 = 5;
        let fields = FIELDS.iter().filter(|field| field.log == LogKind::Vpc && field.version <= VERSION);
        SampleSpec { layout: Layout::from_names(fields.map(|field| field.name)), ..self }
    }
}

const MINUTE_SECS: u64 = 60;
const HOUR_SECS: u64 = 60 * MINUTE_SECS;

/// How busy each hour of the day is, in UTC.
const BUSYNESS: [u64; 24] =
    [30, 26, 23, 21, 20, 22, 28, 40, 58, 74, 84, 90, 92, 94, 96, 100, 98, 92, 84, 76, 68, 58, 46, 36];

/// A chunk ends with the line that takes it past this. As large as the parser likes its input.
const CHUNK_BYTES: usize = 256 * 1024;

/// One status record for so many rows; a busy network has few.
const ROWS_PER_NODATA: u64 = 150;
const ROWS_PER_SKIPDATA: u64 = 4_000;

/// The log, to be taken in chunks.
pub struct SampleLog {
    spec: SampleSpec,
    traffic: Traffic,
    writer: LineWriter,
    /// Busyness of all minutes together.
    busyness: u64,
    /// Busyness of the minutes up to and with this one.
    busyness_so_far: u64,
    n_minutes: u64,
    minute: u64,
    n_rows_written: u64,
    /// Rows that are due by the end of this minute.
    n_rows_due: u64,
    header_written: bool,
    /// Of one event; kept for its memory.
    records: Vec<Record>,
}

impl SampleLog {
    pub fn new(spec: &SampleSpec) -> SampleLog {
        let n_minutes = (spec.span_secs / MINUTE_SECS).max(1);
        let mut log = SampleLog {
            traffic: Traffic::new(spec.seed, spec.ipv6_percent),
            writer: LineWriter::new(&spec.layout),
            busyness: (0..n_minutes).map(|minute| busyness(spec.start_secs, minute)).sum(),
            busyness_so_far: 0,
            n_minutes,
            minute: 0,
            n_rows_written: 0,
            n_rows_due: 0,
            header_written: false,
            records: Vec::new(),
            spec: spec.clone(),
        };
        log.begin_minute();
        log
    }

    /// Appends the next lines to `text`; says whether there were any.
    pub fn fill(&mut self, text: &mut Vec<u8>) -> bool {
        let bytes_end = text.len() + CHUNK_BYTES;
        let before = text.len();
        if !self.header_written {
            self.header_written = true;
            self.writer.header(text);
        }
        while text.len() < bytes_end && self.n_rows_written < self.spec.n_rows {
            if self.n_rows_written >= self.n_rows_due {
                self.minute += 1;
                self.begin_minute();
                continue;
            }
            self.write_event(text);
        }
        text.len() > before
    }

    fn begin_minute(&mut self) {
        self.busyness_so_far += busyness(self.spec.start_secs, self.minute);
        let due = u128::from(self.spec.n_rows) * u128::from(self.busyness_so_far) / u128::from(self.busyness);
        self.n_rows_due = due as u64;
        let thousandth = self.minute * 1_000 / self.n_minutes;
        self.traffic.begin_minute(self.spec.start_secs + self.minute * MINUTE_SECS, thousandth);
    }

    /// Writes the records of one event, together, though they be more than are due in this minute.
    fn write_event(&mut self, text: &mut Vec<u8>) {
        self.records.clear();
        self.traffic.happen(&mut self.records);
        let n_missing = self.spec.n_rows - self.n_rows_written;
        for record in self.records.iter().take(n_missing.min(self.records.len() as u64) as usize) {
            self.writer.record(record, &self.traffic.network, text);
            self.n_rows_written += 1;
            if self.n_rows_written.is_multiple_of(ROWS_PER_NODATA) {
                self.writer.record(&self.status("NODATA", Role::Idle), &self.traffic.network, text);
            }
            if self.n_rows_written.is_multiple_of(ROWS_PER_SKIPDATA) {
                self.writer.record(&self.status("SKIPDATA", Role::LoadBalancer), &self.traffic.network, text);
            }
        }
    }

    fn status(&self, status: &'static str, role: Role) -> Record {
        let interface: InterfaceId = self.traffic.network.nth(role, self.n_rows_written / ROWS_PER_NODATA);
        let minute_start_secs = self.spec.start_secs + self.minute * MINUTE_SECS;
        let start_secs = minute_start_secs + self.traffic.network.interface(interface).phase_secs;
        Record::Status { interface, start_secs, end_secs: start_secs + MINUTE_SECS - 2, status }
    }
}

impl Iterator for SampleLog {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        self.fill(&mut text).then_some(text)
    }
}

/// Between the hours it changes evenly.
fn busyness(start_secs: u64, minute: u64) -> u64 {
    let minute_of_day = (start_secs / MINUTE_SECS + minute) % (24 * 60);
    let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
    let (this, next) = (BUSYNESS[hour as usize], BUSYNESS[(hour as usize + 1) % 24]);
    this * (60 - minute) + next * minute
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::parse::{
        FileParser, FileReport, FileState, ParseOptions, RawRow, RawValue, RowSink, SourceId,
    };
    use crate::record::{ColumnKey, Field};

    fn text(spec: &SampleSpec) -> Vec<u8> {
        SampleLog::new(spec).flatten().collect()
    }

    /// Rows as maps from field to value; absent values are left out.
    #[derive(Default)]
    struct Rows {
        layout: Vec<ColumnKey>,
        rows: Vec<BTreeMap<&'static str, String>>,
    }

    impl RowSink for Rows {
        fn begin(&mut self, _source: SourceId, layout: &Layout) {
            self.layout = layout.columns().to_vec();
        }

        fn row(&mut self, row: RawRow<'_>) {
            let fields = self.layout.iter().map(|key| match key {
                ColumnKey::Known(field) => field.name(),
                ColumnKey::Other(_) => unreachable!("the sample has known fields only"),
            });
            let values = row.values.iter().map(|value| match value {
                RawValue::Absent => None,
                RawValue::Number(number) => Some(number.to_string()),
                RawValue::Address(address) => Some(address.to_string()),
                RawValue::Text(text) => Some((*text).to_owned()),
            });
            self.rows.push(fields.zip(values).filter_map(|(field, value)| Some((field, value?))).collect());
        }

        fn status_record(&mut self, _row: RawRow<'_>) {}
    }

    fn read(spec: &SampleSpec) -> (Rows, FileReport) {
        let text = text(spec);
        let mut rows = Rows::default();
        let mut parser =
            FileParser::new(SourceId(0), "sample.log", text.len() as u64, &ParseOptions::default());
        parser.push(&text, &mut rows);
        parser.finish(&mut rows);
        let report = parser.report().clone();
        (rows, report)
    }

    /// FNV-1a, to pin bytes by one number.
    fn hash(bytes: &[u8]) -> u64 {
        bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_everywhere() {
        // Links and tests name samples by their seed: a change of these numbers breaks them, so say why.
        assert_eq!(hash(&text(&SampleSpec::demo())), 0x59d9_2db8_7fc8_7066);
        assert_eq!(hash(&text(&SampleSpec::demo().with_v5_fields())), 0xabdf_2372_3b25_6941);
        assert_ne!(text(&SampleSpec { seed: 2, ..SampleSpec::demo() }), text(&SampleSpec::demo()));
    }

    #[test]
    fn each_line_parses_and_the_rows_are_as_many_as_asked_for() {
        for n_rows in [0, 1, 7, 1_000, 20_000] {
            for spec in [SampleSpec::demo(), SampleSpec::demo().with_v5_fields()] {
                let (_, report) = read(&SampleSpec { n_rows, ..spec });
                assert_eq!(report.state, FileState::Read);
                assert_eq!(report.problems, []);
                assert_eq!((report.lines.rows, report.lines.headers), (n_rows, 1));
                assert_eq!(
                    report.lines.status_records,
                    n_rows / ROWS_PER_NODATA + n_rows / ROWS_PER_SKIPDATA
                );
            }
        }
    }

    #[test]
    fn chunks_stay_small_however_long_the_log() {
        const LINE_BYTES: usize = 1_000;
        let n_chunks = SampleLog::new(&SampleSpec { n_rows: 50_000, ..SampleSpec::demo() })
            .inspect(|chunk| assert!(chunk.len() < CHUNK_BYTES + 10 * LINE_BYTES && chunk.ends_with(b"\n")))
            .count();
        assert!(n_chunks > 10);
    }

    #[test]
    fn the_log_fills_its_time_and_leaves_none_of_it_empty() {
        let spec = SampleSpec::demo();
        let (rows, _) = read(&spec);
        let starts: Vec<u64> = rows.rows.iter().map(|row| row["start"].parse().unwrap()).collect();
        let (first, last) = (starts.iter().min().unwrap(), starts.iter().max().unwrap());
        assert!(*first >= spec.start_secs && *last < spec.start_secs + spec.span_secs + 2 * MINUTE_SECS);
        let minutes: BTreeSet<u64> =
            starts.iter().map(|start| (start - spec.start_secs) / MINUTE_SECS).collect();
        assert!((0..spec.span_secs / MINUTE_SECS).all(|minute| minutes.contains(&minute)));
        for row in &rows.rows {
            let [start, end] = ["start", "end"].map(|field| row[field].parse::<u64>().unwrap());
            assert!(start <= end && end - start <= MINUTE_SECS, "{row:?}");
        }
    }

    #[test]
    fn traffic_is_in_proportion_and_the_findings_are_there() {
        let (rows, report) = read(&SampleSpec::demo().with_v5_fields());
        let n = |wanted: &dyn Fn(&BTreeMap<&str, String>) -> bool| {
            rows.rows.iter().filter(|row| wanted(row)).count() * 1_000 / rows.rows.len()
        };
        let is = |field: &'static str, value: &'static str| {
            move |row: &BTreeMap<&str, String>| row.get(field).is_some_and(|found| found == value)
        };
        let both = |a: &dyn Fn(&BTreeMap<&str, String>) -> bool,
                    b: &dyn Fn(&BTreeMap<&str, String>) -> bool| {
            n(&|row| a(row) && b(row))
        };
        assert!((80..160).contains(&n(&is("action", "REJECT"))));
        assert!((400..600).contains(&n(&is("flow-direction", "ingress"))));
        assert!((5..60).contains(&n(&is("type", "IPv6"))));
        assert!((10..40).contains(&n(&is("pkt-dst-aws-service", "S3"))));
        assert!(n(&is("protocol", "17")) > 20 && n(&is("protocol", "1")) > 5);
        let refused = both(&is("dstport", "5432"), &is("action", "REJECT"));
        assert!((5..40).contains(&refused), "the database refuses new instances: {refused}");
        let dropped = both(&is("srcport", "6379"), &is("action", "REJECT"));
        assert!((2..20).contains(&dropped), "a network ACL drops replies: {dropped}");
        assert!(
            both(&is("srcport", "8081"), &is("tcp-flags", "4")) > 2,
            "a health check is answered by resets"
        );
        assert!(n(&is("srcaddr", "198.51.100.66")) > 5, "one source scans");
        assert!(report.lines.status_records > 100);
    }

    #[test]
    fn fields_agree_with_each_other() {
        let (rows, _) = read(&SampleSpec { ipv6_percent: 50, ..SampleSpec::demo().with_v5_fields() });
        let field = |row: &BTreeMap<&str, String>, field: Field| row.get(field.name()).cloned();
        let mut local_addresses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in &rows.rows {
            let is_egress = row["flow-direction"] == "egress";
            let was_sent = is_egress && row["action"] == "ACCEPT";
            assert_eq!(field(row, Field::TRAFFIC_PATH).is_some(), was_sent, "{row:?}");
            assert_eq!(row["type"] == "IPv6", row["srcaddr"].contains(':'), "{row:?}");
            assert!(row["protocol"] == "6" || row["tcp-flags"] == "0", "{row:?}");
            let (packets, bytes) =
                (row["packets"].parse::<u64>().unwrap(), row["bytes"].parse::<u64>().unwrap());
            assert!(packets > 0 && bytes >= 28 * packets && bytes <= 1_500 * packets, "{row:?}");
            let local = if is_egress { &row["srcaddr"] } else { &row["dstaddr"] };
            local_addresses.entry(row["interface-id"].clone()).or_default().insert(local.clone());
        }
        // Direction is told right: an interface has one IPv4 address, and one IPv6 address at most.
        assert!(local_addresses.len() >= 20);
        for addresses in local_addresses.values() {
            assert!(addresses.iter().filter(|address| address.contains(':')).count() <= 1, "{addresses:?}");
            assert_eq!(addresses.iter().filter(|address| !address.contains(':')).count(), 1, "{addresses:?}");
        }
        // The NAT gateway's inner side names the mirror behind it.
        let is_inner = |row: &&BTreeMap<&str, String>| row["srcaddr"] != row["pkt-srcaddr"];
        assert!(rows.rows.iter().filter(is_inner).all(|row| row["srcaddr"] == "10.0.0.30"));
        assert!(rows.rows.iter().any(|row| is_inner(&row)));
    }

    #[test]
    fn a_default_line_is_as_long_as_real_ones() {
        let spec = SampleSpec::demo();
        let n_bytes = text(&spec).len() as u64;
        assert!((100..120).contains(&(n_bytes / spec.n_rows)));
    }
}
