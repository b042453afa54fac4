//! A session that reads files in memory, and small logs to put into archives.

use flow_core::parse::{FileReport, FileState};
use flow_core::query::Filter;
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, LoadPhase, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};
use flow_testkit::table::{TableStyle, table};

/// A session that has read some files.
pub struct Loaded {
    session: Session,
    files: Vec<Vec<u8>>,
    chunk_bytes: usize,
    next_id: u32,
    pub phase: LoadPhase,
    /// Bytes that were asked for.
    pub n_bytes_pushed: u64,
}

impl Loaded {
    pub fn new(n_shards: u16, chunk_bytes: usize) -> Loaded {
        Loaded::with_options(SessionOptions { n_shards, ..SessionOptions::default() }, chunk_bytes)
    }

    pub fn with_options(options: SessionOptions, chunk_bytes: usize) -> Loaded {
        let session = Session::new(options);
        Loaded {
            session,
            files: Vec::new(),
            chunk_bytes,
            next_id: 0,
            phase: LoadPhase::Idle,
            n_bytes_pushed: 0,
        }
    }

    pub fn open(&mut self, files: &[(&str, Vec<u8>)]) {
        self.files.extend(files.iter().map(|(_, bytes)| bytes.clone()));
        let metas = files
            .iter()
            .map(|(name, bytes)| FileMeta { name: (*name).to_owned(), n_bytes: bytes.len() as u64 });
        self.run(Command::Open(metas.collect()));
    }

    pub fn run(&mut self, command: Command) -> Vec<Event> {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        let mut events = Vec::new();
        self.session.submit(Request { id, command }, 0.0, &mut |event| events.push(event));
        let mut now_ms = 0.0;
        loop {
            now_ms += 100.0;
            let mut emit = |event| events.push(event);
            match self.session.step(now_ms, &mut emit) {
                Step::Idle => break,
                Step::Worked => {}
                Step::Read(source) => {
                    let (file, offset) = self.session.place(source).expect("what is read has a place");
                    let n_max = self.session.piece_bytes(source).min(self.chunk_bytes);
                    let rest = self.files[file as usize].get(offset as usize..).unwrap_or_default();
                    match rest.chunks(n_max).next() {
                        Some(chunk) => {
                            self.n_bytes_pushed += chunk.len() as u64;
                            self.session.push(source, chunk, now_ms, &mut emit);
                        }
                        None => self.session.finish(source, now_ms, &mut emit),
                    }
                }
            }
        }
        for event in &events {
            if let Event::Progress(progress) = event {
                self.phase = progress.phase.clone();
            }
        }
        events
    }

    pub fn reports(&mut self) -> Vec<FileReport> {
        let events = self.run(Command::Ask(Question::Report));
        let report = events.into_iter().find_map(|event| match event {
            Event::Answered { answer: Answer::Report(reports), .. } => Some(reports),
            _ => None,
        });
        report.expect("the report is answered")
    }

    /// Each file with what became of it.
    pub fn outcomes(&mut self) -> Vec<(String, String)> {
        let word = |report: FileReport| match report.state {
            FileState::Read => format!("{} rows, {} problems", report.lines.rows, report.lines.problems),
            FileState::Refused(refusal) => format!("refused: {}", refusal.seems_to_be),
            FileState::Described(word) | FileState::Ignored(word) => format!("ignored: {word}"),
            FileState::Failed(word) => format!("failed: {word}"),
            other => format!("{other:?}"),
        };
        self.reports().into_iter().map(|report| (report.name.clone(), word(report))).collect()
    }

    /// All records, in the order of the load.
    pub fn records(&mut self) -> Vec<String> {
        let export = Question::Export { kind: ExportKind::Records, filter: Filter::everything(), sort: None };
        let mut bytes = Vec::new();
        for event in self.run(Command::Ask(export)) {
            if let Event::ExportPart { bytes: part, .. } = event {
                bytes.extend(part);
            }
        }
        String::from_utf8(bytes).unwrap().lines().map(String::from).collect()
    }
}

pub fn loaded(name: &str, bytes: Vec<u8>) -> Loaded {
    let mut loaded = Loaded::new(1, usize::MAX);
    loaded.open(&[(name, bytes)]);
    assert_eq!(loaded.phase, LoadPhase::Loaded);
    loaded
}

pub const NAMES: [&str; 4] = ["srcaddr", "dstaddr", "dstport", "bytes"];

pub fn log(first: usize, n_rows: usize) -> Vec<u8> {
    let rows: String = (first..first + n_rows).map(|n| format!("10.0.0.1 10.0.0.2 {n} {n}\n")).collect();
    format!("{}\n{rows}", NAMES.join(" ")).into_bytes()
}

pub fn parquet_log(first: usize, n_rows: usize) -> Vec<u8> {
    let record =
        |n: usize| ["10.0.0.1".to_owned(), "10.0.0.2".to_owned(), n.to_string(), n.to_string()].to_vec();
    table(&NAMES, &(first..first + n_rows).map(record).collect::<Vec<_>>(), &TableStyle::aws())
}
