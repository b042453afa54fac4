//! What remembers: shards and their stores, the load, corrections, and the requests that wait.
//!
//! The shell (a worker, the page's own thread, a program, a test) reads files, tells the time and carries
//! messages; everything else is here. The shell calls [`Session::submit`] when a request comes and
//! [`Session::step`] until it says [`Step::Idle`].

mod answers;
mod export_job;
mod load;
pub mod message;
mod selection;
mod shard;

use std::collections::VecDeque;

use crate::analysis::interface::{AddressByHand, InterfaceKnowledge};
use crate::intake::LoadOptions;
use crate::parse::{Layout, SourceId};
use crate::record::Value;
use export_job::ExportJob;
use load::Load;
use message::{Answer, Command, Coverage, Event, Question, Request, RequestId};
use selection::Selection;
use shard::Shard;

/// Memory that the columns may take. A wasm memory ends at 4 GiB; sorting (12 to 20 bytes a row), answers, an
/// export and what is being read need the rest.
pub const STORE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Progress goes out this often while loading: often enough to look alive, rarely enough to cost nothing.
const PROGRESS_EVERY_MS: f64 = 100.0;

/// Each progress brings new questions. Reading gets at least this many times the time that answering the last
/// ones took, so that a load is not slowed down by being looked at.
const READING_TO_ANSWERING: f64 = 3.0;

/// Row sets kept for the questions of one screen, which share a few filters.
const SELECTIONS_KEPT: usize = 4;

/// How a session is set up.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Stores that rows are dealt to, file by file. Answers do not depend on it.
    pub n_shards: u16,
    pub store_bytes_max: u64,
    /// The layout of files without a header; `None` tries the AWS default.
    pub layout: Option<Layout>,
}

impl Default for SessionOptions {
    fn default() -> SessionOptions {
        SessionOptions { n_shards: 1, store_bytes_max: STORE_BYTES_MAX, layout: None }
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do until the next request.
    Idle,
    /// Something was done, there may be more.
    Worked,
    /// The shell is to read the next bytes of this file and give them to [`Session::push`], or say
    /// [`Session::finish`] or [`Session::fail`].
    Read(SourceId),
}

/// Takes what goes out, in order.
pub type Emit<'a> = &'a mut dyn FnMut(Event);

/// One load and everything asked of it.
pub struct Session {
    shards: Vec<Shard>,
    load: Load,
    /// Counts up when readable data or corrections change; answers of one generation agree with each other.
    generation: u64,
    /// Whether rows came since the last generation.
    has_unsettled: bool,
    /// Bytes that had been read when the last generation was settled.
    n_bytes_settled: u64,
    last_progress_ms: f64,
    /// When the question that was answered last was taken up, while it is not known how long it took.
    answering_since_ms: Option<f64>,
    /// Time spent answering since the last progress.
    answering_ms: f64,
    by_hand: Vec<AddressByHand>,
    knowledge: InterfaceKnowledge,
    /// The generation for which every segment has its orientation.
    oriented_generation: Option<u64>,
    /// Questions that wait, oldest first.
    waiting: VecDeque<(RequestId, Question)>,
    selections: VecDeque<Selection>,
    export: Option<ExportJob>,
}

impl Session {
    pub fn new(options: SessionOptions) -> Session {
        assert!(options.n_shards > 0, "a session has at least one shard");
        let load = Load::new(options);
        Session {
            shards: load.new_shards(),
            load,
            generation: 0,
            has_unsettled: false,
            n_bytes_settled: 0,
            last_progress_ms: f64::NEG_INFINITY,
            answering_since_ms: None,
            answering_ms: 0.0,
            by_hand: Vec::new(),
            knowledge: InterfaceKnowledge::default(),
            oriented_generation: None,
            waiting: VecDeque::new(),
            selections: VecDeque::new(),
            export: None,
        }
    }

    /// Files given so far; the next one gets this number.
    pub fn n_files(&self) -> u32 {
        self.load.n_files()
    }

    /// Takes a request. Commands act at once; questions wait for [`Session::step`], and a question that waits is
    /// superseded by a newer one of its kind.
    pub fn submit(&mut self, request: Request, now_ms: f64, emit: Emit<'_>) {
        let id = request.id;
        let answer = match request.command {
            Command::Open(files) => Answer::Opened(self.load.add_files(files, now_ms)),
            Command::OpenText { name, text } => Answer::Opened(self.load.add_text(name, text, now_ms)),
            Command::OpenSample => Answer::Opened(self.load.add_sample(now_ms)),
            Command::Reload(options) => match options.check() {
                Ok(()) => {
                    self.reload(options, now_ms, emit);
                    Answer::Done
                }
                Err(cannot_keep) => {
                    emit(Event::Failed { id, message: cannot_keep.to_string() });
                    return;
                }
            },
            Command::Cancel => {
                self.load.cancel(&mut self.shards, now_ms);
                Answer::Done
            }
            Command::SetInterfaceAddress { interface, by_hand } => {
                self.set_interface_address(&interface, by_hand);
                Answer::Done
            }
            Command::Ask(question) => {
                self.enqueue(id, question, emit);
                return;
            }
        };
        self.settle();
        emit(Event::Answered { id, answer, coverage: self.coverage() });
        self.emit_progress(now_ms, emit);
    }

    /// Does the next piece of work.
    pub fn step(&mut self, now_ms: f64, emit: Emit<'_>) -> Step {
        if let Some(since_ms) = self.answering_since_ms.take() {
            self.answering_ms += now_ms - since_ms;
        }
        if let Some((id, question)) = self.waiting.pop_front() {
            self.answering_since_ms = Some(now_ms);
            self.answer(id, question, emit);
            return Step::Worked;
        }
        if let Some(mut job) = self.export.take() {
            // Rows that became readable anew have lost their direction.
            self.orient();
            if job.step(&self.shards, self.coverage(), emit) {
                self.export = Some(job);
            }
            return Step::Worked;
        }
        match self.load.next(&mut self.shards) {
            load::Next::Nothing => Step::Idle,
            load::Next::Read(source) => Step::Read(source),
            load::Next::Pushed => {
                self.after_bytes(now_ms, emit);
                Step::Worked
            }
        }
    }

    /// Whether more of this file is to be read.
    pub fn wants(&self, source: SourceId) -> bool {
        self.load.is_reading(source)
    }

    /// How many bytes of this file to push at once, at most: so many that pushing costs nothing, so few that
    /// questions, cancelling and the memory budget come to their turn.
    pub fn piece_bytes(&self, source: SourceId) -> usize {
        self.load.piece_bytes(source, &self.shards)
    }

    /// The next bytes of a file. What comes after a cancel or a refusal is dropped.
    pub fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64, emit: Emit<'_>) {
        self.load.push(source, bytes, &mut self.shards);
        self.after_bytes(now_ms, emit);
    }

    /// The file's bytes are all there.
    pub fn finish(&mut self, source: SourceId, now_ms: f64, emit: Emit<'_>) {
        self.load.finish(source, &mut self.shards);
        self.after_bytes(now_ms, emit);
    }

    /// The file could not be read further, in words for a person.
    pub fn fail(&mut self, source: SourceId, message: String, now_ms: f64, emit: Emit<'_>) {
        self.load.fail(source, message, &mut self.shards);
        self.after_bytes(now_ms, emit);
    }

    fn after_bytes(&mut self, now_ms: f64, emit: Emit<'_>) {
        self.has_unsettled = true;
        let n_heap_bytes =
            self.load.n_heap_bytes() + self.shards.iter().map(Shard::n_heap_bytes).sum::<u64>();
        let ended = self.load.after_bytes(n_heap_bytes, &mut self.shards, now_ms);
        // The first rows are waited for.
        let tables = || self.shards.iter().map(|shard| shard.store().rows());
        let is_first = tables().any(|rows| rows.n_rows() > 0) && tables().all(|rows| rows.n_readable() == 0);
        let pause_ms =
            if is_first { 0.0 } else { PROGRESS_EVERY_MS.max(READING_TO_ANSWERING * self.answering_ms) };
        if ended || now_ms - self.last_progress_ms >= pause_ms {
            self.settle();
            self.emit_progress(now_ms, emit);
        }
    }

    /// Makes all rows readable, as a new generation.
    fn settle(&mut self) {
        if self.has_unsettled {
            self.has_unsettled = false;
            self.shards.iter_mut().for_each(Shard::settle);
            self.n_bytes_settled = self.load.n_bytes(&self.shards).0;
            self.advance();
        }
    }

    fn advance(&mut self) {
        self.generation += 1;
        self.selections.clear();
    }

    fn coverage(&self) -> Coverage {
        let (n_bytes_read, n_bytes) = self.load.n_bytes(&self.shards);
        // While loading, more has been read than can be asked for.
        let n_bytes_read = if self.load.is_loading() { self.n_bytes_settled } else { n_bytes_read };
        Coverage { generation: self.generation, n_bytes_read, n_bytes }
    }

    fn emit_progress(&mut self, now_ms: f64, emit: Emit<'_>) {
        self.last_progress_ms = now_ms;
        self.answering_ms = 0.0;
        emit(Event::Progress(self.load.progress(self.coverage(), &self.shards, now_ms)));
    }

    /// Nothing of the rows is left, and no row is named as before.
    fn reload(&mut self, options: LoadOptions, now_ms: f64, emit: Emit<'_>) {
        if let Some(export) = self.export.take() {
            emit(Event::Superseded { id: export.id() });
        }
        self.shards = self.load.restart(options, now_ms);
        self.knowledge = InterfaceKnowledge::default();
        self.has_unsettled = false;
        self.n_bytes_settled = 0;
        self.advance();
    }

    fn set_interface_address(&mut self, interface: &Value, by_hand: Option<AddressByHand>) {
        let family = by_hand.as_ref().map(|by_hand| by_hand.address.family());
        // One address for each family; going back to what was inferred forgets them all.
        self.by_hand.retain(|known| {
            known.interface != *interface || family.is_some_and(|family| known.address.family() != family)
        });
        self.by_hand.extend(by_hand);
        self.advance();
    }

    fn enqueue(&mut self, id: RequestId, question: Question, emit: Emit<'_>) {
        let kind = std::mem::discriminant(&question);
        self.waiting.retain(|(waiting_id, waiting)| {
            let is_older_twin = std::mem::discriminant(waiting) == kind;
            if is_older_twin {
                emit(Event::Superseded { id: *waiting_id });
            }
            !is_older_twin
        });
        self.waiting.push_back((id, question));
    }

    /// Gives every readable row its direction, once for each generation.
    fn orient(&mut self) {
        if self.oriented_generation == Some(self.generation) {
            return;
        }
        let addresses = self.shards.iter_mut().map(Shard::interface_addresses).reduce(|mut into, other| {
            into.merge(other);
            into
        });
        let knowledge = InterfaceKnowledge::resolve(&addresses.unwrap_or_default(), &self.by_hand);
        // What is known of the interfaces seldom changes after the first rows: then only new rows need it.
        let is_news = knowledge != self.knowledge;
        self.knowledge = knowledge;
        for shard in &mut self.shards {
            shard.orient(&self.knowledge, is_news);
        }
        self.oriented_generation = Some(self.generation);
    }
}
