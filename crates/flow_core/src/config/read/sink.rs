//! What one file gives: descriptions with their places, and problems.

use std::sync::Arc;

use super::node::Node;
use crate::config::configuration::{Found, Item, Place};
use crate::config::kind::Kind;
use crate::config::report::{PROBLEMS_KEPT, Problem, Reason};

#[derive(Debug)]
pub(super) struct Sink {
    name: Arc<str>,
    /// Line that the document being read begins in.
    line: u32,
    pub found: Vec<Found>,
    counts: Vec<(Kind, u32)>,
    /// At most [`PROBLEMS_KEPT`].
    pub problems: Vec<Problem>,
    pub n_problems: u32,
}

impl Sink {
    pub fn new(name: &str) -> Sink {
        let counts = Kind::all().map(|kind| (kind, 0)).collect();
        Sink { name: name.into(), line: 1, found: Vec::new(), counts, problems: Vec::new(), n_problems: 0 }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn begin_document(&mut self, line: u32) {
        self.line = line;
    }

    pub fn found(&mut self, node: &Node, item: Item) {
        let place = Place { file: self.name.clone(), line: self.line, path: node.to_string() };
        self.found.push(Found { place, item });
    }

    pub fn count(&mut self, kind: Kind) {
        self.counts[kind as usize].1 += 1;
    }

    /// Kinds that were met, and how often.
    pub fn counts(&self) -> Vec<(Kind, u32)> {
        self.counts.iter().copied().filter(|(_, n)| *n > 0).collect()
    }

    pub fn problem_at(&mut self, node: &Node, reason: Reason) {
        let path = if self.problems.len() < PROBLEMS_KEPT { node.to_string() } else { String::new() };
        self.problem(self.line, path, reason);
    }

    pub fn problem(&mut self, line: u32, path: String, reason: Reason) {
        self.n_problems = self.n_problems.saturating_add(1);
        if self.problems.len() < PROBLEMS_KEPT {
            self.problems.push(Problem { file: self.name.to_string(), line, path, reason });
        }
    }
}
