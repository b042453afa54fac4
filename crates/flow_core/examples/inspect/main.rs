//! Reads flow logs in a terminal: the summary as JSON, every record as a JSON line, or why what was rejected was.
//!
//!     cargo run --release -p flow_core --example inspect -- FILE...
//!     cargo run --release -p flow_core --example inspect -- --records FILE...
//!     cargo run --release -p flow_core --example inspect -- --diagnose FILE...
//!         --layout '${version} ${account-id} …'   for files without a header
//!         --filter 'dstport = 22'                 only these rows
//!
//! Exit status 0 when every file was read, 1 when a file could not be opened or was refused, 2 for bad usage.

mod diagnose;

use std::fs::File;
use std::io::{Read, Write};
use std::process::ExitCode;

use flow_core::parse::{FileState, Layout};
use flow_core::query::{Filter, parse_filter};
use flow_core::session::message::{
    Answer, Command, Event, ExportKind, FileMeta, Question, Request, RequestId,
};
use flow_core::session::{Session, SessionOptions, Step};

const CHUNK_BYTES: usize = 1024 * 1024;

const USAGE: &str =
    "usage: inspect [--records | --diagnose] [--layout '${field} ${field} …'] [--filter TEXT] FILE...";

enum Output {
    Export(ExportKind),
    Diagnosis,
}

struct Arguments {
    output: Output,
    layout: Option<Layout>,
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
    let is_read = match arguments.output {
        Output::Diagnosis => diagnose::run(&arguments.files, arguments.layout.as_ref(), &arguments.filter),
        Output::Export(kind) => export(kind, arguments.layout, arguments.filter, arguments.files),
    };
    match is_read {
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
        output: Output::Export(ExportKind::Summary),
        layout: None,
        filter: Filter::everything(),
        files: Vec::new(),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--records" => arguments.output = Output::Export(ExportKind::Records),
            "--diagnose" => arguments.output = Output::Diagnosis,
            "--layout" => {
                let text = words.next().ok_or("--layout needs a log format")?;
                let names = text.split_whitespace().map(|name| {
                    name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).unwrap_or(name)
                });
                arguments.layout = Some(Layout::from_names(names));
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
fn export(
    kind: ExportKind,
    layout: Option<Layout>,
    filter: Filter,
    files: Vec<String>,
) -> std::io::Result<bool> {
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

    let mut session = Session::new(SessionOptions { layout, ..SessionOptions::default() });
    let ask = |id, command| Request { id: RequestId(id), command };
    session.submit(ask(0, Command::Open(metas)), 0.0, &mut |_| {});
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match session.step(0.0, &mut |_| {}) {
            Step::Idle => break,
            Step::Worked => {}
            Step::Read(source) => match files[source.0 as usize].read(&mut chunk) {
                Ok(0) => session.finish(source, 0.0, &mut |_| {}),
                Ok(n_read) => session.push(source, &chunk[..n_read], 0.0, &mut |_| {}),
                Err(error) => session.fail(source, error.to_string(), 0.0, &mut |_| {}),
            },
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
                    FileState::Ignored(word) => eprintln!("{}: {word}", report.name),
                    _ => {}
                }
            }
        }
        _ => {}
    };
    session.submit(ask(1, Command::Ask(Question::Report)), 0.0, &mut take);
    let export = Question::Export { kind, filter, sort: None };
    session.submit(ask(2, Command::Ask(export)), 0.0, &mut take);
    while session.step(0.0, &mut take) != Step::Idle {}
    written?;
    stdout.flush()?;
    Ok(is_good)
}
