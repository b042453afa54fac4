//! Reads flow logs in a terminal: the summary as JSON, every record as a JSON line, or why what was rejected was.
//!
//!     cargo run --release -p flow_core --example inspect -- FILE...
//!     cargo run --release -p flow_core --example inspect -- --records FILE...
//!     cargo run --release -p flow_core --example inspect -- --diagnose FILE...
//!         --config FILE                           what `aws ec2 describe-…` says; the same as naming it among the files, but
//!                                                 anything else in it is an error
//!         --layout '${version} ${account-id} …'   for files without a header
//!         --filter 'dstport = 22'                 only these rows
//!
//! Exit status 0 when every file was read, 1 when a file could not be opened or was refused, 2 for bad usage.

mod diagnose;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::ExitCode;

use flow_core::analysis::Metric;
use flow_core::parse::{FileState, GivenLayout, log_format};
use flow_core::query::{Filter, parse_filter};
use flow_core::record::ColumnKey;
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};

const CHUNK_BYTES: usize = 1024 * 1024;

const USAGE: &str = "usage: inspect [--records | --diagnose] [--config FILE]... [--layout '${field} ${field} …'] [--filter TEXT] FILE...";

struct Arguments {
    output: ExportKind,
    layouts: Vec<GivenLayout>,
    filter: Filter,
    descriptions: Vec<String>,
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
        output: ExportKind::Summary,
        layouts: Vec::new(),
        filter: Filter::everything(),
        descriptions: Vec::new(),
        files: Vec::new(),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--records" => arguments.output = ExportKind::Records,
            "--diagnose" => arguments.output = ExportKind::Diagnosis,
            "--config" => arguments.descriptions.push(words.next().ok_or("--config needs a file")?),
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
    let files = arguments.files.into_iter().chain(arguments.descriptions.iter().cloned()).collect();
    let (mut session, columns, is_read) = read(files, arguments.layouts);
    let are_described = say_what_became_of_files(&mut session, &arguments.descriptions);
    if arguments.output == ExportKind::Diagnosis {
        let everything = Filter::everything();
        for event in answer(&mut session, Question::Overview { filter: everything, metric: Metric::Rows }) {
            if let Event::Answered { answer: Answer::Overview(overview), .. } = event {
                diagnose::say_what_is_missing(&columns, &overview);
            }
        }
        for event in answer(&mut session, Question::Account) {
            if let Event::Answered { answer: Answer::Account(Some(account)), .. } = event {
                diagnose::say_what_is_odd(&account);
            }
        }
    }
    export(&mut session, arguments.output, arguments.filter)?;
    Ok(is_read && are_described)
}

/// All files read, the columns that they have, and whether all could be opened; those that could not are named on standard
/// error.
fn read(files: Vec<String>, layouts: Vec<GivenLayout>) -> (Session, Vec<ColumnKey>, bool) {
    let mut is_good = true;
    let mut opened = Vec::new();
    for name in files {
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
        Session::new(SessionOptions { layouts, n_diagnosed_max: u32::MAX, ..SessionOptions::default() });
    session.submit(Request { id: RequestId(0), command: Command::Open(metas) }, 0.0, &mut |_| {});
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut columns = Vec::new();
    let mut note = |event| {
        if let Event::Progress(progress) = event {
            columns = progress.columns;
        }
    };
    loop {
        match session.step(0.0, &mut note) {
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
                    Ok(0) => session.finish(source, 0.0, &mut note),
                    Ok(n_read) => session.push(source, &chunk[..n_read], 0.0, &mut note),
                    Err(error) => session.fail(source, error.to_string(), 0.0, &mut note),
                }
            }
        }
    }
    (session, columns, is_good)
}

/// Whether every file was read, and these are descriptions of the account; what is to be said of files goes to standard error.
fn say_what_became_of_files(session: &mut Session, descriptions: &[String]) -> bool {
    let mut is_good = true;
    for event in answer(session, Question::Report) {
        let Event::Answered { answer: Answer::Report(reports), .. } = event else { continue };
        for report in reports {
            let is_described = matches!(report.state, FileState::Described(_));
            if descriptions.contains(&report.name) && !is_described {
                is_good = false;
                eprintln!(
                    "{}: this is no description of the account. Give --config the output of aws ec2 describe-….",
                    report.name
                );
            }
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
                FileState::Described(word) | FileState::Ignored(word) => eprintln!("{}: {word}", report.name),
                _ => {}
            }
        }
    }
    is_good
}

/// All that a question comes to.
fn answer(session: &mut Session, question: Question) -> Vec<Event> {
    let mut events = Vec::new();
    let request = Request { id: RequestId(1), command: Command::Ask(question) };
    session.submit(request, 0.0, &mut |event| events.push(event));
    while session.step(0.0, &mut |event| events.push(event)) != Step::Idle {}
    events
}

fn export(session: &mut Session, kind: ExportKind, filter: Filter) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    let mut written = Ok(());
    let mut take = |event| match event {
        Event::ExportPart { bytes, .. } if written.is_ok() => written = stdout.write_all(&bytes),
        _ => {}
    };
    let export = Question::Export { kind, filter, sort: None };
    session.submit(Request { id: RequestId(2), command: Command::Ask(export) }, 0.0, &mut take);
    while session.step(0.0, &mut take) != Step::Idle {}
    written?;
    stdout.flush()
}
