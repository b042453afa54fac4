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
            if self.n_rows_written == self.n_rows_due {
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

    /// Writes the records of one event, as many of them as are due.
    fn write_event(&mut self, text: &mut Vec<u8>) {
        self.records.clear();
        self.traffic.happen(&mut self.records);
        let n_due = (self.n_rows_due - self.n_rows_written) as usize;
        for record in self.records.iter().take(n_due) {
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
