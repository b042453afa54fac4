//! Running the engine's code before it is needed.
//!
//! A browser first compiles WebAssembly fast and badly, and compiles again what turns out to be run often. A worker has
//! nothing to do while its reader looks for a file; so it reads logs of the generator into sessions of its own and
//! asks them what a page asks first. The first large file then meets code that is ready.

use std::cell::Cell;

use flow_core::analysis::Metric;
use flow_core::query::{Filter, SortSpec, Subject, parse_filter};
use flow_core::record::{DEFAULT_LAYOUT, Field};
use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{Command, FileMeta, Question, Request, RequestId};
use flow_core::session::shard::Shard;
use flow_core::session::shard_message::ShardReply;
use flow_core::session::{Session, SessionOptions, Step};

use crate::turn::turn;
use crate::wire;

/// Rows of the log that one shard reads: five full segments and the beginning of another, because what is done with
/// those that are full, and with four of them together, is most of what a large load is asked.
const ALONE_ROWS: &[u64] = &[340_000];

/// Rows of the logs that two shards read: enough that each has values which the other has not heard of.
const SHARED_ROWS: &[u64] = &[100_000, 100_000];

/// The other shard, as its lead numbers it.
const OTHER: u16 = 1;

/// Works in small steps, about a second and a half together, and ends early when `is_wanted` says that somebody has real
/// work.
pub async fn warm_up(is_wanted: &Cell<bool>) {
    let rehearsals: [fn() -> Rehearsal; 2] = [Rehearsal::alone, Rehearsal::shared];
    for begin in rehearsals {
        let mut rehearsal = begin();
        while !is_wanted.get() && rehearsal.step() {
            turn().await;
        }
    }
}

/// A load and its questions, without files, without anybody who listens.
struct Rehearsal {
    session: Session,
    /// A shard as in another worker: all that is said between it and the session goes through bytes.
    other: Option<Shard>,
    /// What is read, by the numbers of the files.
    logs: Vec<SampleLog>,
    questions: Vec<Question>,
    n_asked: usize,
}

impl Rehearsal {
    fn alone() -> Rehearsal {
        // One that leaves most rows, one that leaves some, and none: each is answered in its own way.
        Rehearsal::new(ALONE_ROWS, None, &["any contains \"10.0.1\"", "dstport = 443", ""])
    }

    fn shared() -> Rehearsal {
        Rehearsal::new(SHARED_ROWS, Some(Shard::default()), &["", "dstport = 443", ""])
    }

    fn new(n_rows: &[u64], other: Option<Shard>, filters: &[&str]) -> Rehearsal {
        let specs =
            (0..).zip(n_rows).map(|(seed, &n_rows)| SampleSpec { n_rows, seed, ..SampleSpec::demo() });
        let filters = filters.iter().filter_map(|text| parse_filter(text).ok());
        let mut rehearsal = Rehearsal {
            session: Session::new(SessionOptions::default()),
            other,
            logs: specs.map(|spec| SampleLog::new(&spec)).collect(),
            questions: filters.flat_map(questions_about).collect(),
            n_asked: 0,
        };
        if rehearsal.other.is_some() {
            let number = rehearsal.session.add_shard_elsewhere();
            debug_assert_eq!(number, OTHER, "it comes after the session's own");
            rehearsal.hear(&ShardReply::Ready);
        }
        // As files, whose path to the store is the one that matters.
        let metas = n_rows.iter().map(|n_rows| FileMeta { name: String::new(), n_bytes: n_rows * 112 });
        rehearsal.submit(Command::Open(metas.collect()));
        rehearsal
    }

    /// False when all is done.
    fn step(&mut self) -> bool {
        for (_, request) in self.session.take_posts() {
            if let (Some(other), Ok(request)) = (&mut self.other, wire::decode(&wire::encode(&request))) {
                other.submit(request);
            }
        }
        let has_worked = self.step_other();
        match self.session.step(0.0, &mut |event| _ = wire::encode_event(&event)) {
            Step::Worked => true,
            Step::Read(source) => {
                let emit = &mut |_| {};
                match next_bytes(&mut self.logs, self.session.place(source)) {
                    Some(bytes) => self.session.push(source, &bytes, 0.0, emit),
                    None => self.session.finish(source, 0.0, emit),
                }
                true
            }
            Step::Idle if has_worked => true,
            Step::Idle => {
                let question = self.questions.get(self.n_asked).cloned();
                self.n_asked += 1;
                question.map(|question| self.submit(Command::Ask(question))).is_some()
            }
        }
    }

    fn step_other(&mut self) -> bool {
        let Some(other) = &mut self.other else { return false };
        let mut replies = Vec::new();
        let say = &mut |reply| replies.push(reply);
        let step = other.step(0.0, say);
        if let Step::Read(source) = step {
            match next_bytes(&mut self.logs, other.place(source)) {
                Some(bytes) => other.push(source, &bytes, 0.0, say),
                None => other.finish(source, say),
            }
        }
        replies.iter().for_each(|reply| self.hear(reply));
        step != Step::Idle
    }

    fn hear(&mut self, reply: &ShardReply) {
        if let Ok(reply) = wire::decode(&wire::encode(reply)) {
            self.session.receive(OTHER, reply, 0.0, &mut |_| {});
        }
    }

    fn submit(&mut self, command: Command) {
        self.session.submit(Request { id: RequestId(self.n_asked as u32), command }, 0.0, &mut |_| {});
    }
}

/// The next bytes of the log at a place; `None` at its end.
fn next_bytes(logs: &mut [SampleLog], place: Option<(u32, u64)>) -> Option<Vec<u8>> {
    let log = logs.get_mut(place?.0 as usize)?;
    let mut bytes = Vec::new();
    log.fill(&mut bytes).then_some(bytes)
}

fn questions_about(filter: Filter) -> Vec<Question> {
    let subjects = DEFAULT_LAYOUT.map(Subject::from).to_vec();
    let sort = Some(SortSpec { subject: Field::BYTES.into(), descending: true });
    let once = [
        Question::Timeline { filter: filter.clone(), n_buckets_max: 200 },
        Question::Overview { filter: filter.clone(), metric: Metric::Rows },
        Question::Direction { filter: filter.clone() },
        Question::Rejected { filter: filter.clone() },
        Question::Records { filter, sort, subjects, offset: 0, n_rows: 50 },
    ];
    // Twice: what runs once is not yet run often.
    once.iter().chain(&once).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_reads_with_every_shard_and_asks_every_question() {
        for other in [None, Some(Shard::default())] {
            let mut rehearsal = Rehearsal::new(&[2_000, 2_000], other, &["reject", ""]);
            while rehearsal.step() {}
            assert_eq!(rehearsal.questions.len(), 2 * 2 * 5);
            assert!(rehearsal.n_asked > rehearsal.questions.len());
            assert_eq!(rehearsal.session.n_files(), 2);
            if let Some(other) = &rehearsal.other {
                assert!(other.n_heap_bytes() > 10_000, "it has rows: {} bytes", other.n_heap_bytes());
            }
        }
    }
}
