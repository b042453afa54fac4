//! The files of a load: which is read next, how far each came, and when to stop.

use std::collections::VecDeque;
use std::rc::Rc;

use super::SessionOptions;
use super::message::{Coverage, FileMeta, LoadPhase, Progress};
use super::shard::{self, Shard};
use crate::intake::LoadOptions;
use crate::parse::{FileParser, FileReport, FileState, ParseOptions, SourceId};
use crate::record::ColumnKey;
use crate::sample::{SampleLog, SampleSpec};

/// Bytes of pasted or generated text parsed in one step, so that a cancel or a question need not wait.
const STEP_BYTES: usize = 512 * 1024;

/// Bytes of a plain file parsed in one push: what it touches stays in the cache.
const PLAIN_PIECE_BYTES: usize = 1024 * 1024;

/// The same for a file that is compressed, or may be: a byte can stand for a thousand.
const PACKED_PIECE_BYTES: usize = 32 * 1024;

/// Bytes of a line of the sample log, near enough for a progress bar.
const SAMPLE_ROW_BYTES: u64 = 112;

/// What [`Load::next`] came to.
pub enum Next {
    Nothing,
    Read(SourceId),
    Pushed,
}

/// Where the bytes of a source come from, for as often as they are read.
#[derive(Clone)]
enum Given {
    /// The shell reads it.
    File,
    /// Kept, as nobody else has it any more.
    Text(Rc<[u8]>),
    Sample,
}

/// A source that is read or waits for it.
enum Input {
    File,
    Text { text: Rc<[u8]>, n_pushed: usize },
    Sample(Box<SampleLog>),
}

impl Given {
    fn input(&self) -> Input {
        match self {
            Given::File => Input::File,
            Given::Text(text) => Input::Text { text: Rc::clone(text), n_pushed: 0 },
            Given::Sample => Input::Sample(Box::new(SampleLog::new(&SampleSpec::demo()))),
        }
    }
}

pub struct Load {
    session_options: SessionOptions,
    options: LoadOptions,
    /// By [`SourceId`].
    given: Vec<Given>,
    /// By [`SourceId`]; the report of a source that is being read is with its parser.
    reports: Vec<FileReport>,
    /// Sources not read to their end, in order; the first one is being read.
    inputs: VecDeque<(SourceId, Input)>,
    phase: LoadPhase,
    began_ms: f64,
    elapsed_ms: f64,
}

impl Load {
    pub fn new(session_options: SessionOptions) -> Load {
        Load {
            session_options,
            options: LoadOptions::default(),
            given: Vec::new(),
            reports: Vec::new(),
            inputs: VecDeque::new(),
            phase: LoadPhase::Idle,
            began_ms: 0.0,
            elapsed_ms: 0.0,
        }
    }

    pub fn is_loading(&self) -> bool {
        self.phase == LoadPhase::Loading
    }

    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    pub fn n_files(&self) -> u32 {
        self.reports.len() as u32
    }

    pub fn add_files(&mut self, files: Vec<FileMeta>, now_ms: f64) -> Vec<SourceId> {
        files.into_iter().map(|file| self.add(file.name, file.n_bytes, Given::File, now_ms)).collect()
    }

    pub fn add_text(&mut self, name: String, text: String, now_ms: f64) -> Vec<SourceId> {
        let n_bytes = text.len() as u64;
        vec![self.add(name, n_bytes, Given::Text(text.into_bytes().into()), now_ms)]
    }

    pub fn add_sample(&mut self, now_ms: f64) -> Vec<SourceId> {
        // Made as it is read: how long it is shows at its end.
        let n_bytes = SampleSpec::demo().n_rows * SAMPLE_ROW_BYTES;
        vec![self.add("sample.log".to_owned(), n_bytes, Given::Sample, now_ms)]
    }

    /// Begins anew with all that was given: as many shards as before, and empty.
    pub fn restart(&mut self, options: LoadOptions, now_ms: f64) -> Vec<Shard> {
        self.options = options;
        self.inputs.clear();
        for (report, given) in self.reports.iter_mut().zip(&self.given) {
            // The size as it is known by now: a file of the generator has one only when it was read.
            *report = FileReport::new(report.source, std::mem::take(&mut report.name), report.n_bytes);
            self.inputs.push_back((report.source, given.input()));
        }
        self.phase = if self.inputs.is_empty() { LoadPhase::Idle } else { LoadPhase::Loading };
        self.began_ms = now_ms;
        self.elapsed_ms = 0.0;
        self.new_shards()
    }

    pub fn new_shards(&self) -> Vec<Shard> {
        (0..self.session_options.n_shards).map(|_| Shard::new(&self.options)).collect()
    }

    /// Bytes of what was pasted: kept so that it can be read again.
    pub fn n_heap_bytes(&self) -> u64 {
        let n_bytes = |given: &Given| match given {
            Given::Text(text) => text.len() as u64,
            Given::File | Given::Sample => 0,
        };
        self.given.iter().map(n_bytes).sum()
    }

    fn add(&mut self, name: String, n_bytes: u64, given: Given, now_ms: f64) -> SourceId {
        let source = SourceId(self.n_files());
        self.reports.push(FileReport::new(source, name, n_bytes));
        self.inputs.push_back((source, given.input()));
        self.given.push(given);
        if !self.is_loading() {
            self.phase = LoadPhase::Loading;
            self.began_ms = now_ms;
        }
        source
    }

    /// What to read next; text that needs no shell is parsed here, a piece at a time.
    pub fn next(&mut self, shards: &mut [Shard]) -> Next {
        let Some((source, input)) = self.inputs.front_mut() else { return Next::Nothing };
        let source = *source;
        let piece: Option<Vec<u8>> = match input {
            Input::File => return Next::Read(source),
            Input::Text { text, n_pushed } => {
                let piece = text[*n_pushed..].chunks(STEP_BYTES).next().map(<[u8]>::to_vec);
                *n_pushed += piece.as_ref().map_or(0, Vec::len);
                piece
            }
            Input::Sample(sample) => {
                let mut piece = Vec::new();
                while piece.len() < STEP_BYTES && sample.fill(&mut piece) {}
                (!piece.is_empty()).then_some(piece)
            }
        };
        match piece {
            Some(piece) => self.push(source, &piece, shards),
            None => self.finish(source, shards),
        }
        Next::Pushed
    }

    pub fn is_reading(&self, source: SourceId) -> bool {
        self.inputs.front().is_some_and(|(reading, _)| *reading == source)
    }

    pub fn piece_bytes(&self, source: SourceId, shards: &[Shard]) -> usize {
        let parser = shards[source.0 as usize % shards.len()].parser(source);
        let is_plain = parser
            .is_some_and(|parser| parser.report().n_bytes_read > 0 && parser.report().compression == "none");
        if is_plain { PLAIN_PIECE_BYTES } else { PACKED_PIECE_BYTES }
    }

    pub fn push(&mut self, source: SourceId, bytes: &[u8], shards: &mut [Shard]) {
        if !self.is_reading(source) {
            return;
        }
        self.ensure_parser(source, shards);
        let shard = self.shard_of(source, shards);
        shard.push(source, bytes);
        if shard.parser(source).is_some_and(FileParser::is_over) {
            self.finish(source, shards);
        }
    }

    pub fn finish(&mut self, source: SourceId, shards: &mut [Shard]) {
        let Some(at) = self.inputs.iter().position(|(waiting, _)| *waiting == source) else { return };
        self.inputs.remove(at);
        // Where not a byte came: an empty file still ends as one.
        self.ensure_parser(source, shards);
        if let Some(mut report) = self.shard_of(source, shards).finish(source) {
            if report.state == FileState::Read {
                // The same for a file, unless it changed while it was read.
                report.n_bytes = report.n_bytes_read;
            }
            self.reports[source.0 as usize] = report;
        }
    }

    pub fn fail(&mut self, source: SourceId, message: String, shards: &mut [Shard]) {
        self.stop(source, FileState::Failed(message), shards);
    }

    pub fn cancel(&mut self, shards: &mut [Shard], now_ms: f64) {
        if self.is_loading() {
            self.stop_all(shards);
            self.end(LoadPhase::Cancelled, now_ms);
        }
    }

    /// Looks whether loading has come to an end; true where it just did.
    pub fn after_bytes(&mut self, n_heap_bytes: u64, shards: &mut [Shard], now_ms: f64) -> bool {
        if !self.is_loading() {
            return false;
        }
        if n_heap_bytes > self.session_options.store_bytes_max {
            self.stop_all(shards);
            let gib = self.session_options.store_bytes_max as f64 / f64::from(1 << 30);
            self.end(
                LoadPhase::OutOfBudget(format!(
                    "Loading stopped at {gib:.1} GiB of rows, before the browser's memory ran out; all that was \
                     loaded can be used"
                )),
                now_ms,
            );
            return true;
        }
        if self.inputs.is_empty() {
            self.end(LoadPhase::Loaded, now_ms);
            return true;
        }
        false
    }

    /// Every file's report as of now, in load order.
    pub fn reports<'a>(&'a self, shards: &'a [Shard]) -> impl Iterator<Item = &'a FileReport> {
        self.reports.iter().map(|report| {
            let shard = &shards[report.source.0 as usize % shards.len()];
            shard.parser(report.source).map_or(report, FileParser::report)
        })
    }

    /// The report's name is kept even where a parser holds the rest.
    pub fn file_name(&self, source: SourceId) -> &str {
        &self.reports[source.0 as usize].name
    }

    /// Bytes read and bytes in all.
    pub fn n_bytes(&self, shards: &[Shard]) -> (u64, u64) {
        let n_bytes = self.reports.iter().map(|report| report.n_bytes).sum();
        // What will not be read any more (refused, cancelled) is done all the same.
        let n_waiting: u64 =
            self.inputs.iter().map(|(source, _)| self.reports[source.0 as usize].n_bytes).sum();
        let reading = self.inputs.front().and_then(|(source, _)| {
            let report = &self.reports[source.0 as usize];
            let parser = shards[source.0 as usize % shards.len()].parser(*source)?;
            Some(parser.report().n_bytes_read.min(report.n_bytes))
        });
        (n_bytes - n_waiting + reading.unwrap_or(0), n_bytes)
    }

    pub fn progress(&self, coverage: Coverage, shards: &[Shard], now_ms: f64) -> Progress {
        let elapsed_ms = match self.phase {
            LoadPhase::Loading => now_ms - self.began_ms,
            _ => self.elapsed_ms,
        };
        let mut progress = Progress {
            coverage,
            phase: self.phase.clone(),
            elapsed_ms: elapsed_ms as u64,
            n_files: self.n_files(),
            n_files_done: self.n_files() - self.inputs.len() as u32,
            columns: columns(shards),
            time: shard::time_extent(shards).map(|extent| (extent.start_secs, extent.end_secs)),
            n_heap_bytes: self.n_heap_bytes() + shards.iter().map(Shard::n_heap_bytes).sum::<u64>(),
            options: self.options.clone(),
            n_records: shards.iter().map(Shard::n_records).sum(),
            n_rows: shards.iter().map(|shard| u64::from(shard.store().rows().n_rows())).sum(),
            ..Progress::default()
        };
        for report in self.reports(shards) {
            progress.n_files_refused +=
                u32::from(matches!(report.state, FileState::Refused(_) | FileState::Failed(_)));
            progress.n_bytes_parsed += report.n_bytes_read.min(report.n_bytes);
            progress.n_records_read += report.lines.rows;
            progress.n_status_records += report.lines.status_records;
            progress.n_problems += report.lines.problems;
        }
        progress
    }

    fn end(&mut self, phase: LoadPhase, now_ms: f64) {
        self.phase = phase;
        self.elapsed_ms = now_ms - self.began_ms;
    }

    fn stop_all(&mut self, shards: &mut [Shard]) {
        while let Some(&(source, _)) = self.inputs.front() {
            self.stop(source, FileState::Cancelled, shards);
        }
    }

    /// Ends a source before its time; what was read of it stays.
    fn stop(&mut self, source: SourceId, state: FileState, shards: &mut [Shard]) {
        self.inputs.retain(|(waiting, _)| *waiting != source);
        let read = self.shard_of(source, shards).cancel(source);
        let report = &mut self.reports[source.0 as usize];
        if let Some(read) = read {
            *report = read;
        }
        report.state = state;
    }

    fn ensure_parser(&self, source: SourceId, shards: &mut [Shard]) {
        let shard = self.shard_of(source, shards);
        if shard.parser(source).is_none() {
            let report = &self.reports[source.0 as usize];
            let options = ParseOptions { layout: self.session_options.layout.clone() };
            shard.add_parser(source, FileParser::new(source, &report.name, report.n_bytes, &options));
        }
    }

    /// Files are dealt to shards whole.
    fn shard_of<'a>(&self, source: SourceId, shards: &'a mut [Shard]) -> &'a mut Shard {
        let at = source.0 as usize % shards.len();
        &mut shards[at]
    }
}

/// Columns that any shard has: AWS fields in the order of the field table, then others by name.
fn columns(shards: &[Shard]) -> Vec<ColumnKey> {
    let mut columns: Vec<ColumnKey> =
        shards.iter().flat_map(|shard| shard.store().columns()).map(|column| column.key.clone()).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}
