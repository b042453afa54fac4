//! Files of descriptions to a [`Configuration`]: text, documents, repairs, values; then all put together.
//!
//! Nothing depends on the order in which files come, and nothing fails as a whole.

mod aws_object;
mod aws_rule;
mod document;
mod node;
mod repair;
mod sink;
mod text;
mod walk;

use document::{Document, documents};
use node::Node;
use sink::Sink;
use walk::Pages;

use super::configuration::{Configuration, Found, assemble};
use super::report::{ConfigurationReport, FileReport, PROBLEMS_KEPT, Problem, Reason};
use crate::arrange::Arrange;

/// A file is read into memory as JSON values, document by document, which take several times its room. The descriptions
/// of ten thousand interfaces are 25 MB.
pub const FILE_BYTES_MAX: usize = 64 << 20;

/// Takes files one by one and gives the configuration of all.
#[derive(Debug, Default)]
pub struct ConfigurationReader {
    files: Vec<FileReport>,
    found: Vec<Found>,
    problems: Vec<Problem>,
    n_problems: u32,
    pages: Pages,
}

impl ConfigurationReader {
    /// Reads one whole file, uncompressed. `name` decides between contradictory files, and may name the prefix list
    /// whose entries are in the file.
    pub fn push(&mut self, name: &str, bytes: &[u8]) {
        let mut sink = Sink::new(name);
        let mut n_documents = 0;
        match text::text_of(bytes) {
            Ok(text) => {
                for document in documents(&text) {
                    match document {
                        Document::Read { line, value, n_repairs } => {
                            n_documents += 1;
                            if n_repairs > 0 {
                                sink.problem(line, String::new(), Reason::Repaired(n_repairs));
                            }
                            walk::read_document(&Node::root(&value), line, &mut sink, &mut self.pages);
                        }
                        Document::Problem { line, reason } => sink.problem(line, String::new(), reason),
                    }
                }
            }
            Err(reason) => sink.problem(1, String::new(), reason),
        }
        self.files.push(FileReport { name: name.to_owned(), n_documents, counts: sink.counts() });
        self.found.append(&mut sink.found);
        self.problems.append(&mut sink.problems);
        self.n_problems = self.n_problems.saturating_add(sink.n_problems);
    }

    /// All files together.
    pub fn finish(mut self) -> (Configuration, ConfigurationReport) {
        for (kind, (file, line)) in self.pages.unfinished() {
            self.n_problems = self.n_problems.saturating_add(1);
            let reason = Reason::MorePages(kind);
            self.problems.push(Problem { file: file.clone(), line: *line, path: String::new(), reason });
        }
        let assembled = assemble(self.found);
        self.n_problems = self.n_problems.saturating_add(assembled.contradictions.len() as u32);
        self.problems.extend(assembled.contradictions);
        // Not the order in which files came.
        self.problems.arrange();
        self.problems.truncate(PROBLEMS_KEPT);
        self.files.arrange();
        let report = ConfigurationReport {
            files: self.files,
            counts: assembled.configuration.counts(),
            problems: self.problems,
            n_problems: self.n_problems,
            missing: assembled.configuration.missing(),
        };
        (assembled.configuration, report)
    }
}

/// Reads files at once: names and contents.
pub fn read_configuration<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> (Configuration, ConfigurationReport) {
    let mut reader = ConfigurationReader::default();
    for (name, bytes) in files {
        reader.push(name, bytes);
    }
    reader.finish()
}
