//! Reads flow logs in a terminal: the summary as JSON, or every record as a JSON line.
//!
//!     cargo run --release -p flow_core --example inspect -- FILE...
//!     cargo run --release -p flow_core --example inspect -- --records FILE...
//!         --layout '${version} ${account-id} …'   for files without a header
//!         --filter 'dstport = 22'                 only these rows
//!
//! Exit status 0 when every file was read, 1 when a file could not be opened or was refused, 2 for bad usage.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::ExitCode;

use flow_core::parse::{FileState, GivenLayout, log_format};
use flow_core::query::{Filter, parse_filter};
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};

const CHUNK_BYTES: usize = 1024 * 1024;

const USAGE: &str = "usage: inspect [--records] [--layout '${field} ${field} …'] [--filter TEXT] FILE...";

struct Arguments {
    kind: ExportKind,
    layouts: Vec<GivenLayout>,
    filter: Filter,
    files: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = match read_arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match inspect(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("Writing failed: {error}");
            ExitCode::from(1)
        }
    }
}

fn read_arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        kind: ExportKind::Summary,
        layouts: Vec::new(),
        filter: Filter::everything(),
        files: Vec::new(),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--records" => arguments.kind = ExportKind::Records,
            "--layout" => {
                let text = words.next().ok_or("--layout needs a log format")?;
                let layout = log_format::parse(&text).map_err(|problem| problem.explanation().to_owned())?;
                arguments.layouts.push(layout.into());
            }
            "--filter" => {
                let text = words.next().ok_or("--filter needs a filter")?;
                arguments.filter = parse_filter(&text).map_err(|error| format!("{error}"))?;
            }
            option if option.starts_with("--") => return Err(format!("There is no option {option}")),
            _ => arguments.files.push(word),
        }
    }
    if arguments.files.is_empty() { Err("Name at least one file".to_owned()) } else { Ok(arguments) }
}

/// Whether every file was read.
fn inspect(arguments: Arguments) -> std::io::Result<bool> {
    let mut is_good = true;
    let mut opened = Vec::new();
    for name in arguments.files {
        match File::open(&name).and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((n_bytes, file)) => opened.push((FileMeta { name, n_bytes }, file)),
            Err(error) => {
                is_good = false;
                eprintln!("{name}: {error}. Check the path and whether you may read it.");
            }
        }
    }
    let (metas, mut files): (Vec<FileMeta>, Vec<File>) = opened.into_iter().unzip();

    let mut session =
        Session::new(SessionOptions { layouts: arguments.layouts, ..SessionOptions::default() });
    let ask = |id, command| Request { id: RequestId(id), command };
    session.submit(ask(0, Command::Open(metas)), 0.0, &mut |_| {});
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match session.step(0.0, &mut |_| {}) {
            Step::Idle => break,
            Step::Worked => {}
            Step::Read(source) => {
                let n_bytes_max = session.piece_bytes(source);
                let read = session.place(source).map_or(Ok(0), |(file, offset)| {
                    let file = &mut files[file as usize];
                    file.seek(SeekFrom::Start(offset))?;
                    file.read(&mut chunk[..n_bytes_max.min(CHUNK_BYTES)])
                });
                match read {
                    Ok(0) => session.finish(source, 0.0, &mut |_| {}),
                    Ok(n_read) => session.push(source, &chunk[..n_read], 0.0, &mut |_| {}),
                    Err(error) => session.fail(source, error.to_string(), 0.0, &mut |_| {}),
                }
            }
        }
    }

    let mut stdout = std::io::stdout().lock();
    let mut written = Ok(());
    let mut take = |event| match event {
        Event::ExportPart { bytes, .. } if written.is_ok() => written = stdout.write_all(&bytes),
        Event::Answered { answer: Answer::Report(reports), .. } => {
            for report in reports {
                match report.state {
                    FileState::Refused(refusal) => {
                        is_good = false;
                        eprintln!(
                            "{}: not read; this seems to be {}. {}",
                            report.name, refusal.seems_to_be, refusal.next_step
                        );
                    }
                    FileState::Failed(message) => {
                        is_good = false;
                        eprintln!("{}: {message}", report.name);
                    }
                    FileState::Described(word) | FileState::Ignored(word) => {
                        eprintln!("{}: {word}", report.name)
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    };
    session.submit(ask(1, Command::Ask(Question::Report)), 0.0, &mut take);
    let export = Question::Export { kind: arguments.kind, filter: arguments.filter, sort: None };
    session.submit(ask(2, Command::Ask(export)), 0.0, &mut take);
    while session.step(0.0, &mut take) != Step::Idle {}
    written?;
    stdout.flush()?;
    Ok(is_good)
}
