//! `inspect --diagnose`: why conversations were rejected, one JSON object a line. Reads into a store of its own, because
//! a session does not ask for this yet.

use std::fs::File;
use std::io::{Read, Write};

use flow_core::analysis::ShardView;
use flow_core::analysis::diagnosis::{Diagnosis, diagnose, to_json_line};
use flow_core::analysis::interface::{InterfaceAddresses, InterfaceKnowledge};
use flow_core::parse::{FileParser, FileState, Layout, ParseOptions, SourceId};
use flow_core::query::{Filter, RowSet};
use flow_core::store::Store;

use super::CHUNK_BYTES;

/// Whether every file was read.
pub fn run(files: &[String], layout: Option<&Layout>, filter: &Filter) -> std::io::Result<bool> {
    let mut store = Store::default();
    let mut is_good = true;
    for (source, name) in (0..).map(SourceId).zip(files) {
        if let Err(message) = read(source, name, layout, &mut store) {
            is_good = false;
            eprintln!("{name}: {message}");
        }
    }
    store.settle();
    let mut seen = InterfaceAddresses::default();
    for segment in store.rows().segments() {
        seen.scan_segment(&store, segment);
    }
    let knowledge = InterfaceKnowledge::resolve(&seen, &[]);
    knowledge.orient_all(&mut store);
    let rows = RowSet::select(filter, &store, store.rows());
    let shards = [ShardView { store: &store, rows: &rows, memory: None }];
    let diagnosis = diagnose(&shards, &knowledge, None).expect("there is one shard");
    say_what_is_missing(&diagnosis);
    let mut stdout = std::io::stdout().lock();
    for diagnosed in &diagnosis.conversations {
        stdout.write_all(to_json_line(diagnosed).as_bytes())?;
    }
    stdout.flush()?;
    Ok(is_good)
}

/// Reads a file to its end; what is wrong with it is said in words with a next step.
fn read(source: SourceId, name: &str, layout: Option<&Layout>, store: &mut Store) -> Result<(), String> {
    let opened = File::open(name).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (n_bytes, mut file) =
        opened.map_err(|error| format!("{error}. Check the path and whether you may read it."))?;
    let options = ParseOptions { layout: layout.cloned(), continues: None };
    let mut parser = FileParser::new(source, name, n_bytes, &options);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(n_read) => parser.push(&chunk[..n_read], store),
            Err(error) => return Err(error.to_string()),
        }
    }
    parser.finish(store);
    match &parser.report().state {
        FileState::Refused(refusal) => {
            Err(format!("not read; this seems to be {}. {}", refusal.seems_to_be, refusal.next_step))
        }
        FileState::Failed(message) => Err(message.clone()),
        FileState::Ignored(word) => {
            eprintln!("{name}: {word}");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Nothing written may mean that nothing could be said.
fn say_what_is_missing(diagnosis: &Diagnosis) {
    if diagnosis.n_rows == 0 {
        return;
    }
    let names: Vec<&str> = diagnosis.missing.iter().map(|field| field.name()).collect();
    if !names.is_empty() {
        eprintln!(
            "These files do not record {}. Without it nobody can say what was rejected: make a flow log whose format has it.",
            names.join(", ")
        );
    } else if diagnosis.n_rows_without_action > 0 {
        eprintln!(
            "{} of {} rows record no action, so whether they were rejected is not known.",
            diagnosis.n_rows_without_action, diagnosis.n_rows
        );
    }
}
