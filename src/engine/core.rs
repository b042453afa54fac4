//! The engine as the page sees it: one link, request numbers, who awaits what.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use flow_core::session::message::{
    Answer, Command, Coverage, Event, LoadPhase, Progress, Question, Request, RequestId,
};
use leptos::prelude::*;

use super::ask::Reader;
use super::inline_link::InlineLink;
use super::link::{Link, OnEvent};
use super::slots::{Slot, SlotQueue, Verdict};
use super::worker_link::WorkerLink;
use crate::browser::clock;
use crate::browser::files::LocalFile;

/// How the engine fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EngineState {
    #[default]
    Running,
    /// No worker could start: the engine shares the page's thread.
    RunningInPage,
    /// Nothing is answered any more until it is started again.
    Crashed { message: String },
}

/// Which subscription of a slot: a view that is gone must not unhook the one that came after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    slot: Slot,
    number: u32,
}

/// Handed down by context; copies are handles to the same engine.
#[derive(Clone, Copy)]
pub struct Engine {
    pub state: RwSignal<EngineState>,
    progress: RwSignal<Progress>,
    desk: StoredValue<Rc<RefCell<Desk>>, LocalStorage>,
}

/// Everything that is under way.
#[derive(Default)]
struct Desk {
    link: Option<Rc<dyn Link>>,
    /// Counts links: an event of an earlier one is nobody's.
    epoch: u32,
    heard_anything: bool,
    next_number: u32,
    slots: BTreeMap<Slot, SlotEntry>,
    awaited: BTreeMap<RequestId, Awaited>,
    /// What was opened since the start, to open it again after a crash.
    opened: Vec<(Command, Vec<web_sys::File>)>,
    generation: u64,
    on_failure: Option<Rc<dyn Fn(String)>>,
}

#[derive(Default)]
struct SlotEntry {
    queue: SlotQueue<Question>,
    reader: Option<(Ticket, Reader)>,
    last: Option<(Arc<Answer>, Coverage)>,
}

/// Who awaits the end of a request that no slot asked.
struct Awaited {
    on_part: Option<Box<dyn FnMut(Vec<u8>)>>,
    on_end: Box<dyn FnOnce(Result<Answer, String>)>,
}

impl Engine {
    /// Starts an engine that writes its progress to `progress` and says what failed to `on_failure`.
    pub fn start(progress: RwSignal<Progress>, on_failure: impl Fn(String) + 'static) -> Engine {
        let desk = Desk { on_failure: Some(Rc::new(on_failure)), ..Desk::default() };
        let engine = Engine {
            state: RwSignal::new(EngineState::Running),
            progress,
            desk: StoredValue::new_local(Rc::new(RefCell::new(desk))),
        };
        engine.connect(true);
        engine
    }

    /// The engine of the page that the caller is on.
    pub fn get() -> Engine {
        expect_context()
    }

    /// Adds files to what is loaded.
    pub fn open(&self, files: Vec<LocalFile>) {
        if files.is_empty() {
            return;
        }
        let (metas, handles) = files.into_iter().map(|file| (file.meta, file.handle)).unzip();
        self.command(Command::Open(metas), handles);
    }

    pub fn send(&self, command: Command) {
        self.command(command, Vec::new());
    }

    /// Asks once; what failed comes as a sentence.
    pub fn once(&self, question: Question, on_end: impl FnOnce(Result<Answer, String>) + 'static) {
        let awaited = Awaited { on_part: None, on_end: Box::new(on_end) };
        self.post(Command::Ask(question), Vec::new(), awaited);
    }

    /// Asks once for an answer that comes with parts before it.
    pub fn export(
        &self,
        question: Question,
        on_part: impl FnMut(Vec<u8>) + 'static,
        on_end: impl FnOnce(Result<Answer, String>) + 'static,
    ) {
        let awaited = Awaited { on_part: Some(Box::new(on_part)), on_end: Box::new(on_end) };
        self.post(Command::Ask(question), Vec::new(), awaited);
    }

    /// A new engine in place of one that crashed, with what was opened before or without.
    pub fn start_again(&self, with_files: bool) {
        let opened = {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            desk.generation = 0;
            let opened = std::mem::take(&mut desk.opened);
            desk.awaited.clear();
            desk.slots.values_mut().for_each(|entry| {
                entry.queue.restart();
                entry.last = None;
            });
            opened
        };
        self.progress.set(Progress::default());
        self.connect(true);
        if with_files {
            opened.into_iter().for_each(|(command, files)| self.command(command, files));
        }
        self.pump();
    }

    pub(super) fn subscribe(&self, slot: Slot, reader: Reader) -> Ticket {
        let desk = self.desk();
        let mut desk = desk.borrow_mut();
        let ticket = Ticket { slot, number: desk.take_number() };
        desk.slots.entry(slot).or_default().reader = Some((ticket, reader));
        ticket
    }

    pub(super) fn unsubscribe(&self, ticket: Ticket) {
        // The whole page may be going, and the engine with it.
        let Some(desk) = self.desk.try_get_value() else { return };
        let mut desk = desk.borrow_mut();
        let generation = desk.generation;
        if let Some(entry) = desk.slots.get_mut(&ticket.slot)
            && entry.reader.take_if(|(held_by, _)| *held_by == ticket).is_some()
        {
            entry.queue.want(None, generation);
        }
    }

    pub(super) fn want(&self, ticket: Ticket, question: Option<Question>) {
        let known = {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            let generation = desk.generation;
            let Some(entry) = desk.slots.get_mut(&ticket.slot) else { return };
            let Some((_, reader)) = entry.reader.filter(|(held_by, _)| *held_by == ticket) else { return };
            entry.queue.want(question, generation);
            let last = entry.queue.is_shown().then(|| entry.last.clone()).flatten();
            (reader, last, entry.queue.is_pending())
        };
        let (reader, last, is_pending) = known;
        if let Some((answer, coverage)) = last {
            reader.show(answer, coverage);
        }
        reader.pending.set(is_pending);
        self.pump();
    }

    fn desk(&self) -> Rc<RefCell<Desk>> {
        self.desk.get_value()
    }

    /// Opens a link: to a worker if one may be tried and starts, else to this thread.
    fn connect(&self, try_worker: bool) {
        let desk = self.desk();
        let epoch = {
            let mut desk = desk.borrow_mut();
            desk.epoch += 1;
            desk.heard_anything = false;
            desk.link = None;
            desk.epoch
        };
        let engine = *self;
        let on_event: OnEvent = Rc::new(move |event| engine.receive(epoch, event));
        let worker = try_worker.then(|| WorkerLink::start(on_event.clone())).flatten();
        let (link, state): (Rc<dyn Link>, _) = match worker {
            Some(worker) => (Rc::new(worker), EngineState::Running),
            None => (Rc::new(InlineLink::start(on_event)), EngineState::RunningInPage),
        };
        desk.borrow_mut().link = Some(link);
        self.state.set(state);
    }

    fn command(&self, command: Command, files: Vec<web_sys::File>) {
        let desk = self.desk();
        let on_failure = {
            let mut desk = desk.borrow_mut();
            if matches!(command, Command::Open(_) | Command::OpenText { .. } | Command::OpenSample) {
                desk.opened.push((command.clone(), files.clone()));
            }
            desk.on_failure.clone()
        };
        let on_end = move |result: Result<Answer, String>| {
            if let (Err(message), Some(on_failure)) = (result, on_failure) {
                on_failure(message);
            }
        };
        self.post(command, files, Awaited { on_part: None, on_end: Box::new(on_end) });
    }

    fn post(&self, command: Command, files: Vec<web_sys::File>, awaited: Awaited) {
        let desk = self.desk();
        let (id, link) = {
            let mut desk = desk.borrow_mut();
            let id = RequestId(desk.take_number());
            desk.awaited.insert(id, awaited);
            (id, desk.link.clone())
        };
        // Nothing of the desk is borrowed here: an engine on this thread may answer at once.
        if let Some(link) = link {
            link.post(Request { id, command }, files);
        }
    }

    /// Sends what is due.
    fn pump(&self) {
        let desk = self.desk();
        let (link, requests) = {
            let mut desk = desk.borrow_mut();
            let now_ms = clock::now_ms();
            let (generation, link) = (desk.generation, desk.link.clone());
            let mut requests = Vec::new();
            for slot in desk.slots.keys().copied().collect::<Vec<_>>() {
                let id = RequestId(desk.take_number());
                let queue = &mut desk.slots.get_mut(&slot).expect("its key was just read").queue;
                if let Some(question) = queue.send(id, generation, now_ms) {
                    requests.push(Request { id, command: Command::Ask(question) });
                }
            }
            (link, requests)
        };
        if let Some(link) = link {
            requests.into_iter().for_each(|request| link.post(request, Vec::new()));
        }
    }

    fn receive(&self, epoch: u32, event: Event) {
        let Some(desk) = self.desk.try_get_value() else { return };
        let is_first = {
            let mut desk = desk.borrow_mut();
            if desk.epoch != epoch {
                return;
            }
            !std::mem::replace(&mut desk.heard_anything, true)
        };
        match event {
            Event::Progress(progress) => self.progressed(progress),
            Event::Answered { id, answer, coverage } => self.ended(id, Ok(answer), coverage),
            Event::Failed { id, message } => self.ended(id, Err(message), Coverage::default()),
            Event::Superseded { id } => self.superseded(id),
            Event::ExportPart { id, bytes } => {
                // Taken out while it is called: it may ask something itself.
                let awaited = desk.borrow_mut().awaited.remove(&id);
                if let Some(mut awaited) = awaited {
                    if let Some(on_part) = &mut awaited.on_part {
                        on_part(bytes);
                    }
                    desk.borrow_mut().awaited.insert(id, awaited);
                }
            }
            Event::Crashed { message } => self.crashed(message, is_first),
        }
    }

    fn progressed(&self, progress: Progress) {
        {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            let is_loading = progress.phase == LoadPhase::Loading;
            let has_news = desk.generation != progress.coverage.generation;
            let has_ended = !is_loading && self.progress.with_untracked(|last| last.phase == LoadPhase::Loading);
            desk.generation = progress.coverage.generation;
            if has_news || has_ended {
                let now_ms = clock::now_ms();
                desk.slots.values_mut().for_each(|entry| entry.queue.refresh(now_ms, is_loading));
            }
        }
        self.progress.set(progress);
        self.pump();
    }

    fn ended(&self, id: RequestId, result: Result<Answer, String>, coverage: Coverage) {
        let desk = self.desk();
        let awaited = desk.borrow_mut().awaited.remove(&id);
        if let Some(awaited) = awaited {
            (awaited.on_end)(result);
            return;
        }
        let reader = {
            let mut desk = desk.borrow_mut();
            let settled = desk.slots.values_mut().find_map(|entry| {
                let verdict = entry.queue.settle(id, coverage.generation)?;
                Some((entry, verdict))
            });
            match settled {
                Some((entry, Verdict::Show)) => {
                    let result = result.map(Arc::new);
                    entry.last = result.as_ref().ok().map(|answer| (answer.clone(), coverage));
                    entry.reader.map(|(_, reader)| (reader, result))
                }
                Some((_, Verdict::Outdated)) | None => None,
            }
        };
        if let Some((reader, result)) = reader {
            match result {
                Ok(answer) => reader.show(answer, coverage),
                Err(message) => reader.failure.set(Some(message)),
            }
            reader.pending.set(false);
        }
        self.pump();
    }

    fn superseded(&self, id: RequestId) {
        let desk = self.desk();
        let awaited = desk.borrow_mut().awaited.remove(&id);
        match awaited {
            Some(awaited) => (awaited.on_end)(Err("Another request took its place".to_owned())),
            None => {
                desk.borrow_mut().slots.values_mut().any(|entry| entry.queue.superseded(id));
                self.pump();
            }
        }
    }

    fn crashed(&self, message: String, is_first: bool) {
        let desk = self.desk();
        let runs_in_worker = self.state.with_untracked(|state| *state == EngineState::Running);
        if is_first && runs_in_worker {
            // It never came up: some policies let a worker be made and then refuse its script.
            let (opened, awaited) = {
                let mut desk = desk.borrow_mut();
                desk.slots.values_mut().for_each(|entry| entry.queue.restart());
                (std::mem::take(&mut desk.opened), std::mem::take(&mut desk.awaited))
            };
            drop(awaited);
            self.connect(false);
            opened.into_iter().for_each(|(command, files)| self.command(command, files));
            self.pump();
            return;
        }
        let awaited = {
            let mut desk = desk.borrow_mut();
            desk.link = None;
            desk.epoch += 1;
            std::mem::take(&mut desk.awaited)
        };
        for awaited in awaited.into_values() {
            (awaited.on_end)(Err(message.clone()));
        }
        self.state.set(EngineState::Crashed { message });
    }
}

impl Desk {
    fn take_number(&mut self) -> u32 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }
}

impl Reader {
    fn show(&self, answer: Arc<Answer>, coverage: Coverage) {
        self.coverage.set(coverage);
        self.failure.set(None);
        self.answer.set(Some(answer));
    }
}
