//! What remembers: shards and their stores, the load, corrections, and the requests that wait.
//!
//! A session is the lead of one or more [`Shard`]s: it deals the files to them, asks them, merges what they say and talks
//! to the page. Shards are in its own memory or behind a port; the session does not care, but for how a request gets
//! there. The shell (a worker, the page's own thread, a program, a test) reads files, tells the time and carries messages;
//! everything else is here. The shell calls [`Session::submit`] when a request comes and [`Session::step`] until it says
//! [`Step::Idle`]; where there are shards elsewhere, it carries what [`Session::take_posts`] gives to them and what they
//! say to [`Session::receive`].

mod account;
mod descriptions;
mod diagnosing;
mod export;
mod generation;
mod inquiry;
mod load;
pub mod message;
mod paging;
mod questions;
pub mod shard;
pub mod shard_message;
mod stretch_report;

use std::collections::VecDeque;

use crate::analysis::diagnosis::CONVERSATIONS_MAX;
use crate::analysis::interface::{AddressByHand, InterfaceKnowledge};
use crate::intake::LoadOptions;
use crate::parse::{FileReport, FileState, GivenLayout, LayoutFrom, SourceId};
use crate::sample::{SampleSpec, sample_account};
use descriptions::Descriptions;
use inquiry::Inquiry;
use load::{FileTally, Load};
use message::{Answer, Command, Event, LoadPhase, Question, Request, RequestId};
use shard::Shard;
use shard_message::{Settled, ShardReply, ShardRequest};

/// Memory that the columns of a shard may take. A wasm memory ends at 4 GiB; sorting (12 to 20 bytes a row), answers, an
/// export and what is being read need the rest.
pub const STORE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// A plain file larger than this is read in stretches of this size, where there are shards to share them: small enough
/// that all end at about the same time, large enough that opening the file once more costs nothing.
pub const STRETCH_BYTES: u64 = 32 * 1024 * 1024;

/// A generation begins this often while loading: four times a second, which looks alive. Each time all that is on screen
/// is counted and drawn anew, in time that reading could have.
const GENERATION_EVERY_MS: f64 = 230.0;

/// Each progress brings new questions. Reading gets at least this many times the time that answering the last
/// ones took, whatever is asked; who asks should ask seldom what takes long.
const READING_TO_ANSWERING: f64 = 1.0;

/// Shards at most, however many cores there are: past these the disk is the limit, and each takes its memory.
const SHARDS_MAX: u16 = 8;

/// A load of less text than this is read by one shard: starting others takes longer than they save. Measured on two
/// cores, two workers against one: 1.27 times the speed for one plain file of 1.1 GB, 1.8 times for a hundred `.log.gz`.
const BYTES_FOR_MORE_SHARDS: u64 = 128 * 1024 * 1024;

/// How many shards should read so much text on a machine with so many cores.
pub fn n_shards_for(n_text_bytes: u64, n_cores: u32) -> u16 {
    if n_text_bytes < BYTES_FOR_MORE_SHARDS {
        return 1;
    }
    u16::try_from(n_cores).unwrap_or(SHARDS_MAX).clamp(1, SHARDS_MAX)
}

/// How a session is set up.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Shards in the session's own memory. Answers do not depend on it.
    pub n_shards: u16,
    /// For each shard.
    pub store_bytes_max: u64,
    pub stretch_bytes: u64,
    /// Layouts of files without a header, until the reader says others.
    pub layouts: Vec<GivenLayout>,
    /// Rejected five-tuples that are diagnosed at once. Whoever has more memory than a page may raise it.
    pub n_diagnosed_max: u32,
}

impl Default for SessionOptions {
    fn default() -> SessionOptions {
        SessionOptions {
            n_shards: 1,
            store_bytes_max: STORE_BYTES_MAX,
            stretch_bytes: STRETCH_BYTES,
            layouts: Vec::new(),
            n_diagnosed_max: CONVERSATIONS_MAX,
        }
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do until the next request.
    Idle,
    /// Something was done, there may be more.
    Worked,
    /// The shell is to read the next bytes of this source and push them, or say that it has ended or failed. A source is
    /// a file or a stretch of one: see [`Session::place`].
    Read(SourceId),
}

/// Takes what goes out, in order.
pub type Emit<'a> = &'a mut dyn FnMut(Event);

/// One load and everything asked of it.
pub struct Session {
    n_diagnosed_max: u32,
    members: Vec<Member>,
    load: Load,
    /// Requests for shards elsewhere.
    posts: Vec<(u16, ShardRequest)>,
    /// Counts up when readable data or corrections change; answers of one generation agree with each other.
    generation: u64,
    /// Whether rows came since the last generation.
    has_unsettled: bool,
    /// The generation that is being made.
    settling: Option<Settling>,
    /// What loading is to end as, with the next generation.
    ending: Option<LoadPhase>,
    /// Sums over the files at the last generation.
    tally: FileTally,
    last_progress_ms: f64,
    /// When the last generation was begun: all shards have it some tens of milliseconds later.
    last_begun_ms: f64,
    /// When the questions under way were taken up.
    answering_since_ms: Option<f64>,
    /// Time spent answering since the last progress.
    answering_ms: f64,
    by_hand: Vec<AddressByHand>,
    descriptions: Descriptions,
    knowledge: InterfaceKnowledge,
    /// The generation for which every segment has its orientation.
    oriented_generation: Option<u64>,
    /// Questions that wait, oldest first.
    waiting: VecDeque<(RequestId, Question)>,
    inquiries: Vec<Inquiry>,
    next_inquiry: u32,
}

/// A generation under way.
struct Settling {
    /// Shards that are still to say that they have settled.
    n_awaited: usize,
    /// Whether all that will be read had been read when it began.
    is_last: bool,
}

/// A shard as its lead knows it.
struct Member {
    place: Place,
    /// Whether it takes part: one that is elsewhere must have started.
    is_ready: bool,
    has_rows: bool,
    /// How often it is still to say that it has begun: what it says before that is about what it has forgotten.
    n_beginning: u32,
    /// Whether it was told what is known of the interfaces.
    has_knowledge: bool,
    settled: Settled,
}

enum Place {
    Here(Box<Shard>),
    Elsewhere,
}

impl Session {
    pub fn new(options: SessionOptions) -> Session {
        assert!(options.n_shards > 0, "a session has at least one shard");
        let SessionOptions { n_shards, store_bytes_max, n_diagnosed_max, .. } = options;
        let mut session = Session {
            n_diagnosed_max,
            members: Vec::new(),
            load: Load::new(options),
            posts: Vec::new(),
            generation: 0,
            has_unsettled: false,
            settling: None,
            ending: None,
            tally: FileTally::default(),
            last_progress_ms: f64::NEG_INFINITY,
            last_begun_ms: f64::NEG_INFINITY,
            answering_since_ms: None,
            answering_ms: 0.0,
            by_hand: Vec::new(),
            descriptions: Descriptions::default(),
            knowledge: InterfaceKnowledge::default(),
            oriented_generation: None,
            waiting: VecDeque::new(),
            inquiries: Vec::new(),
            next_inquiry: 0,
        };
        for _ in 0..n_shards {
            session.add_member(Place::Here(Box::default()), store_bytes_max);
        }
        session
    }

    /// Adds a shard in another memory, which takes part as soon as it says that it is ready; its number.
    pub fn add_shard_elsewhere(&mut self) -> u16 {
        let store_bytes_max = self.load.store_bytes_max();
        self.add_member(Place::Elsewhere, store_bytes_max)
    }

    fn add_member(&mut self, place: Place, store_bytes_max: u64) -> u16 {
        let number = self.members.len() as u16;
        let is_ready = matches!(place, Place::Here(_));
        self.load.add_shard(is_ready);
        self.members.push(Member {
            place,
            is_ready,
            has_rows: false,
            n_beginning: 0,
            has_knowledge: false,
            settled: Settled::default(),
        });
        self.begin(number, store_bytes_max);
        number
    }

    fn begin(&mut self, number: u16, store_bytes_max: u64) {
        self.members[usize::from(number)].n_beginning += 1;
        let options = self.load.options().clone();
        self.send(number, ShardRequest::Begin { number, store_bytes_max, options });
    }

    /// Forgets all rows and reads all files again; no row is named as before. Questions that were under way are asked
    /// again.
    fn reload(&mut self, options: LoadOptions, now_ms: f64, emit: Emit<'_>) {
        for inquiry in std::mem::take(&mut self.inquiries).into_iter().rev() {
            if inquiry.is_export() {
                emit(Event::Superseded { id: inquiry.request });
            } else {
                self.waiting.push_front((inquiry.request, inquiry.question));
            }
        }
        self.load.restart(options, now_ms);
        self.settling = None;
        self.ending = None;
        self.has_unsettled = false;
        self.tally = FileTally::default();
        self.knowledge = InterfaceKnowledge::default();
        self.generation += 1;
        let store_bytes_max = self.load.store_bytes_max();
        for number in 0..self.members.len() as u16 {
            let member = &mut self.members[usize::from(number)];
            member.has_rows = false;
            member.has_knowledge = false;
            member.settled = Settled::default();
            self.begin(number, store_bytes_max);
        }
    }

    /// Reads all again where flow logs are described that files without a header may be of, which had to be read without
    /// knowing that. Once: then they are known.
    fn use_described_layouts(&mut self, now_ms: f64, emit: Emit<'_>) {
        let options = self.load.options();
        let new: Vec<GivenLayout> = self
            .descriptions
            .layouts()
            .into_iter()
            .filter(|layout| !options.layouts.contains(layout))
            .collect();
        let is_without_header = |report: &FileReport| {
            !report.columns.is_empty()
                || (report.layout_from != LayoutFrom::Header && !report.layouts.is_empty())
        };
        if !new.is_empty() && self.load.reports().iter().any(is_without_header) {
            // What the reader said goes first.
            let layouts = options.layouts.iter().cloned().chain(new).collect();
            self.reload(LoadOptions { layouts, ..options.clone() }, now_ms, emit);
        }
    }

    /// Files given so far; the next one gets this number.
    pub fn n_files(&self) -> u32 {
        self.load.n_opened()
    }

    /// Where the next bytes of a source that is read here are: the number of its file, and the first byte wanted.
    pub fn place(&self, source: SourceId) -> Option<(u32, u64)> {
        self.shards_here().find_map(|shard| shard.place(source))
    }

    /// Where the sources that are read next here are, so that their first bytes can be fetched already.
    pub fn upcoming(&self) -> impl Iterator<Item = (u32, u64)> {
        self.shards_here().flat_map(Shard::upcoming)
    }

    /// Requests for shards elsewhere, to be carried there in this order.
    pub fn take_posts(&mut self) -> Vec<(u16, ShardRequest)> {
        std::mem::take(&mut self.posts)
    }

    /// Takes a request. Commands act at once; questions wait for [`Session::step`], and a question that waits is
    /// superseded by a newer one of its kind.
    pub fn submit(&mut self, request: Request, now_ms: f64, emit: Emit<'_>) {
        let id = request.id;
        let mut is_cancel = false;
        let answer = match request.command {
            Command::Open(files) => Answer::Opened(self.load.add_files(files, now_ms)),
            Command::OpenText { name, text } => Answer::Opened(self.load.add_text(name, text, now_ms)),
            Command::OpenSample => {
                let mut opened = self.load.add_sample(now_ms);
                let account = sample_account(SampleSpec::demo().seed);
                opened.extend(self.load.add_text("sample-account.json".to_owned(), account, now_ms));
                Answer::Opened(opened)
            }
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
                is_cancel = self.load.is_loading();
                Answer::Done
            }
            Command::SetInterfaceAddress { interface, by_hand } => {
                self.set_interface_address(&interface, by_hand);
                Answer::Done
            }
            Command::Ask(question) => return self.enqueue(id, question, emit),
        };
        emit(Event::Answered { id, answer, coverage: self.coverage() });
        if is_cancel {
            self.stop(LoadPhase::Cancelled);
        } else {
            self.emit_progress(now_ms, emit);
        }
        self.carry_on(now_ms, emit);
    }

    /// Does the next piece of work.
    pub fn step(&mut self, now_ms: f64, emit: Emit<'_>) -> Step {
        if self.note_answering(now_ms) {
            if !self.load.is_loading() {
                // Sooner or later it is asked for, and now there is time.
                self.orient();
            }
            self.carry_on(now_ms, emit);
        }
        self.begin_waiting(now_ms, emit);
        if self.has_posts() {
            return Step::Worked;
        }
        if self.answer_one(now_ms, emit) || self.write_on(emit) {
            return Step::Worked;
        }
        for number in 0..self.members.len() as u16 {
            let Place::Here(shard) = &mut self.members[usize::from(number)].place else { continue };
            let mut replies = Vec::new();
            let source = match shard.step(now_ms, &mut |reply| replies.push(reply)) {
                Step::Idle => continue,
                Step::Worked => {
                    replies.into_iter().for_each(|reply| self.hear(number, reply, now_ms, emit));
                    self.carry_on(now_ms, emit);
                    return Step::Worked;
                }
                Step::Read(source) => source,
            };
            let Some(text) = self.load.text_of(source) else { return Step::Read(source) };
            if text.is_empty() {
                self.finish(source, now_ms, emit);
            } else {
                self.push(source, &text, now_ms, emit);
            }
            return Step::Worked;
        }
        Step::Idle
    }

    /// Whether more of this source is to be read here.
    pub fn wants(&self, source: SourceId) -> bool {
        self.shards_here().any(|shard| shard.wants(source))
    }

    /// How many bytes of this source to push at once, at most.
    pub fn piece_bytes(&self, source: SourceId) -> usize {
        let shard = self.shards_here().find(|shard| shard.wants(source));
        shard.map_or(shard::PIECE_BYTES_MIN, |shard| shard.piece_bytes(source))
    }

    /// The next bytes of a source. What comes after a cancel or a refusal is dropped.
    pub fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64, emit: Emit<'_>) {
        self.read_here(source, now_ms, emit, |shard, say| shard.push(source, bytes, now_ms, say));
    }

    /// The source's bytes are all there.
    pub fn finish(&mut self, source: SourceId, now_ms: f64, emit: Emit<'_>) {
        self.read_here(source, now_ms, emit, |shard, say| shard.finish(source, say));
    }

    /// The source could not be read further, in words for a person.
    pub fn fail(&mut self, source: SourceId, message: String, now_ms: f64, emit: Emit<'_>) {
        self.read_here(source, now_ms, emit, |shard, say| shard.fail(source, &message, say));
    }

    fn read_here(
        &mut self,
        source: SourceId,
        now_ms: f64,
        emit: Emit<'_>,
        read: impl FnOnce(&mut Shard, shard::Say<'_>),
    ) {
        for number in 0..self.members.len() as u16 {
            let Place::Here(shard) = &mut self.members[usize::from(number)].place else { continue };
            if shard.wants(source) {
                let mut replies = Vec::new();
                read(shard, &mut |reply| replies.push(reply));
                replies.into_iter().for_each(|reply| self.hear(number, reply, now_ms, emit));
                return self.carry_on(now_ms, emit);
            }
        }
    }

    /// Takes what a shard elsewhere says.
    pub fn receive(&mut self, shard: u16, reply: ShardReply, now_ms: f64, emit: Emit<'_>) {
        self.hear(shard, reply, now_ms, emit);
        self.carry_on(now_ms, emit);
    }

    fn shards_here(&self) -> impl Iterator<Item = &Shard> {
        self.members.iter().filter_map(|member| match &member.place {
            Place::Here(shard) => Some(&**shard),
            Place::Elsewhere => None,
        })
    }

    fn ready(&self) -> Vec<u16> {
        (0..).zip(&self.members).filter(|(_, member)| member.is_ready).map(|(number, _)| number).collect()
    }

    fn send(&mut self, shard: u16, request: ShardRequest) {
        match &mut self.members[usize::from(shard)].place {
            Place::Here(shard) => shard.submit(request),
            Place::Elsewhere => self.posts.push((shard, request)),
        }
    }

    /// Whether shards elsewhere are to be told something. That goes out before the shard here does its own part, which
    /// then takes no longer than theirs.
    fn has_posts(&self) -> bool {
        !self.posts.is_empty()
    }

    fn send_all(&mut self, request: &ShardRequest) {
        self.ready().into_iter().for_each(|shard| self.send(shard, request.clone()));
    }

    /// Lets the shards here do what takes no time, deals what waits to be read, and begins a generation where one is due.
    fn carry_on(&mut self, now_ms: f64, emit: Emit<'_>) {
        loop {
            if self.ending.is_none() {
                for (shard, stretch) in self.load.deal() {
                    self.send(shard, ShardRequest::Read(stretch));
                }
                let is_stuck = self.load.is_loading() && self.load.is_full() && !self.load.is_over();
                if is_stuck {
                    self.stop(self.out_of_budget());
                }
            }
            self.begin_settling(now_ms);
            if self.has_posts() || !self.serve_here(now_ms, emit, |is_question| !is_question) {
                return;
            }
        }
    }

    /// Lets a shard here serve its next request where `may` allows it; true where one did.
    fn serve_here(&mut self, now_ms: f64, emit: Emit<'_>, may: impl Fn(bool) -> bool) -> bool {
        for number in 0..self.members.len() as u16 {
            let Place::Here(shard) = &mut self.members[usize::from(number)].place else { continue };
            if shard.next_is_question().is_some_and(&may) {
                let mut replies = Vec::new();
                shard.step(now_ms, &mut |reply| replies.push(reply));
                replies.into_iter().for_each(|reply| self.hear(number, reply, now_ms, emit));
                return true;
            }
        }
        false
    }

    /// Lets each shard here answer one question; false where none was asked.
    fn answer_one(&mut self, now_ms: f64, emit: Emit<'_>) -> bool {
        while self.serve_here(now_ms, emit, |is_question| !is_question) {}
        let n_here = self.shards_here().count();
        let n_answered = (0..n_here).take_while(|_| self.serve_here(now_ms, emit, |_| true)).count();
        if n_answered > 0 {
            self.carry_on(now_ms, emit);
        }
        n_answered > 0
    }

    fn hear(&mut self, shard: u16, reply: ShardReply, now_ms: f64, emit: Emit<'_>) {
        let member = &mut self.members[usize::from(shard)];
        match reply {
            ShardReply::Begun => member.n_beginning -= 1,
            ShardReply::Ready => {
                member.is_ready = true;
                self.load.set_ready(shard);
            }
            _ if member.n_beginning > 0 => {}
            ShardReply::Advanced { has_rows } => {
                member.has_rows |= has_rows;
                self.has_unsettled = true;
            }
            ShardReply::Recognised { deal, continuation } => self.load.recognised(deal, continuation),
            ShardReply::Ended { deal, mut report, members, description, continuation } => {
                if let Some(bytes) = description {
                    report.state = FileState::Described(self.descriptions.add(&report.name, bytes));
                }
                self.has_unsettled = true;
                if let Some((shard, deal)) = self.load.ended(deal, report, members, continuation) {
                    self.take_back(shard, deal);
                }
            }
            ShardReply::Full => match self.load.full(shard) {
                Some(deal) => self.take_back(shard, deal),
                None if self.load.is_reading(shard) && self.ending.is_none() => {
                    self.stop(self.out_of_budget());
                }
                None => {}
            },
            ShardReply::Settled(mut settled) => {
                if let Some((deal, report)) = settled.reading.take() {
                    self.load.note(deal, report);
                }
                member.settled = settled;
                let Some(settling) = &mut self.settling else { return };
                settling.n_awaited -= 1;
                if settling.n_awaited == 0 {
                    let is_last = settling.is_last;
                    self.settling = None;
                    self.settled(is_last, now_ms, emit);
                }
            }
            ShardReply::Answered { inquiry, answer } => self.answered(shard, inquiry, answer, emit),
        }
    }

    fn take_back(&mut self, shard: u16, deal: shard_message::Deal) {
        self.send(shard, ShardRequest::TakeBack(deal));
        self.load.taken_back(shard, deal);
    }

    /// Nothing more is read; the next generation says so.
    fn stop(&mut self, ending: LoadPhase) {
        self.load.stop();
        self.ending = Some(ending);
        self.send_all(&ShardRequest::StopReading);
    }

    fn out_of_budget(&self) -> LoadPhase {
        let n_bytes = self.load.store_bytes_max() * self.ready().len() as u64;
        let gib = n_bytes as f64 / f64::from(1 << 30);
        LoadPhase::OutOfBudget(format!(
            "Loading stopped at {gib:.1} GiB of rows, before the browser's memory ran out; all that was \
             loaded can be used"
        ))
    }
}
