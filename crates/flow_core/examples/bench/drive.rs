//! A session driven as a worker drives it: pieces of the size it asks for, and the time that has passed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::time::Instant;

use flow_core::session::message::{Answer, Command, Event, FileMeta, Progress, Question, Request, RequestId};
use flow_core::session::{Session, SessionOptions, Step};

/// Loads files from disk, which in a bench means from the system's cache. Milliseconds include the reading.
pub fn load_files(paths: &[&str]) -> io::Result<(Session, f64)> {
    let began = Instant::now();
    let metas: io::Result<Vec<FileMeta>> = paths
        .iter()
        .map(|path| Ok(FileMeta { name: (*path).to_owned(), n_bytes: fs::metadata(path)?.len() }))
        .collect();
    let mut session = Session::new(SessionOptions::default());
    open(&mut session, metas?);
    let mut reading: Option<(usize, File)> = None;
    let mut piece = Vec::new();
    loop {
        let now_ms = ms_since(began);
        match session.step(now_ms, &mut |_| {}) {
            Step::Idle => return Ok((session, ms_since(began))),
            Step::Worked => {}
            Step::Read(source) => {
                let at = source.0 as usize;
                if reading.as_ref().is_none_or(|(place, _)| *place != at) {
                    reading = Some((at, File::open(paths[at])?));
                }
                let (_, file) = reading.as_mut().expect("opened just now");
                piece.resize(session.piece_bytes(source), 0);
                match file.read(&mut piece)? {
                    0 => session.finish(source, now_ms, &mut |_| {}),
                    n_read => session.push(source, &piece[..n_read], now_ms, &mut |_| {}),
                }
            }
        }
    }
}

/// Loads texts that are in memory, each a file of its own. Gives milliseconds too.
pub fn load_texts(texts: &[&[u8]], options: SessionOptions) -> (Session, f64) {
    let began = Instant::now();
    let mut session = Session::new(options);
    let meta = |text: &&[u8]| FileMeta { name: "bench.log".to_owned(), n_bytes: text.len() as u64 };
    open(&mut session, texts.iter().map(meta).collect());
    let mut rest: Vec<&[u8]> = texts.to_vec();
    loop {
        let now_ms = ms_since(began);
        match session.step(now_ms, &mut |_| {}) {
            Step::Idle => return (session, ms_since(began)),
            Step::Worked => {}
            Step::Read(source) => {
                let text = &mut rest[source.0 as usize];
                let (piece, after) = text.split_at(session.piece_bytes(source).min(text.len()));
                *text = after;
                match piece {
                    [] => session.finish(source, now_ms, &mut |_| {}),
                    piece => session.push(source, piece, now_ms, &mut |_| {}),
                }
            }
        }
    }
}

pub fn open(session: &mut Session, files: Vec<FileMeta>) {
    session.submit(request(Command::Open(files)), 0.0, &mut |_| {});
}

/// What the session says of its load.
pub fn progress(session: &mut Session) -> Progress {
    let mut progress = None;
    // A command brings a progress with it, and there is nothing left to cancel.
    session.submit(request(Command::Cancel), 0.0, &mut |event| {
        if let Event::Progress(told) = event {
            progress = Some(told);
        }
    });
    progress.expect("every command brings progress")
}

/// Milliseconds until the answer.
pub fn ask_ms(session: &mut Session, question: Question) -> f64 {
    let began = Instant::now();
    ask(session, question);
    ms_since(began)
}

/// The answer, and the export's bytes where it is one.
pub fn ask(session: &mut Session, question: Question) -> (Answer, Vec<u8>) {
    let mut answer = None;
    let mut exported = Vec::new();
    let mut take = |event| match event {
        Event::Answered { answer: given, .. } => answer = Some(given),
        Event::ExportPart { bytes, .. } => exported.extend(bytes),
        Event::Failed { message, .. } => panic!("{message}"),
        _ => {}
    };
    session.submit(request(Command::Ask(question)), 0.0, &mut take);
    while session.step(0.0, &mut take) != Step::Idle {}
    (answer.expect("every question is answered"), exported)
}

/// One request at a time is under way, so one number does for all.
fn request(command: Command) -> Request {
    Request { id: RequestId(0), command }
}

pub fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// The most memory that this process ever had; `None` but on Linux.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
