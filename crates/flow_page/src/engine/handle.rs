//! The engine as the page sees it: questions, commands, and how it fares.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use flow_core::session::message::{
    Answer, Command, Coverage, Event, LoadPhase, Progress, Question, Request, RequestId,
};
use leptos::prelude::*;

use super::ask::Reader;
use super::desk::{Awaited, Desk, Ticket};
use super::inline_link::InlineLink;
use super::link::{Link, Listener};
use super::slots::Slot;
use super::worker_link::WorkerLink;
use crate::browser::clock;
use crate::browser::files::{FileHandle, LocalFile};

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

/// Handed down by context; copies are handles to the same engine.
#[derive(Clone, Copy)]
pub struct Engine {
    pub state: RwSignal<EngineState>,
    progress: RwSignal<Progress>,
    on_failure: StoredValue<Rc<dyn Fn(String)>, LocalStorage>,
    desk: StoredValue<Rc<RefCell<Desk>>, LocalStorage>,
}

impl Engine {
    /// Starts an engine that writes its progress to `progress` and says what commands failed to `on_failure`.
    pub fn start(progress: RwSignal<Progress>, on_failure: impl Fn(String) + 'static) -> Engine {
        let engine = Engine::unconnected(progress, on_failure);
        engine.connect();
        engine
    }

    /// Starts one on this thread, whose commands may fail unheard.
    pub fn start_here(progress: RwSignal<Progress>) -> Engine {
        let engine = Engine::unconnected(progress, |_| {});
        engine.connect_here(engine.new_listener());
        engine
    }

    fn unconnected(progress: RwSignal<Progress>, on_failure: impl Fn(String) + 'static) -> Engine {
        Engine {
            state: RwSignal::new(EngineState::Running),
            progress,
            on_failure: StoredValue::new_local(Rc::new(on_failure)),
            desk: StoredValue::new_local(Rc::default()),
        }
    }

    /// The engine of the page that the caller is on.
    pub fn get() -> Engine {
        expect_context()
    }

    /// Adds files to what is loaded.
    pub fn open(&self, files: Vec<LocalFile>) {
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

    /// Asks once for an answer that has parts before it.
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
        let desk = self.desk();
        let opened = {
            let mut desk = desk.borrow_mut();
            desk.forget_engine();
            std::mem::take(&mut desk.opened)
        };
        self.progress.set(Progress::default());
        self.connect();
        if with_files {
            opened.into_iter().for_each(|(command, files)| self.command(command, files));
        }
        self.send_due();
    }

    /// Asks what a view will ask that is not there yet, so that it finds the answer, of what is loaded now. Not where
    /// that would keep this thread from the reader.
    pub fn foresee(&self, slot: Slot, question: Question) {
        if self.state.get_untracked() == EngineState::Running {
            self.desk().borrow_mut().foresee(slot, question);
            self.send_due();
        }
    }

    /// What a slot was told last.
    pub fn last(&self, slot: Slot) -> Option<Arc<Answer>> {
        let desk = self.desk();
        let desk = desk.borrow();
        desk.slots.get(&slot).and_then(|entry| entry.last.as_ref()).map(|(answer, _)| Arc::clone(answer))
    }

    /// Whether nothing is awaited of it.
    pub fn is_quiet(&self) -> bool {
        self.desk().borrow().is_quiet()
    }

    pub(super) fn subscribe(&self, slot: Slot, reader: Reader) -> Ticket {
        let desk = self.desk();
        let mut desk = desk.borrow_mut();
        let ticket = desk.new_ticket(slot);
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
        let desk = self.desk();
        let (reader, shown, is_pending) = {
            let mut desk = desk.borrow_mut();
            let generation = desk.generation;
            let Some(entry) = desk.slots.get_mut(&ticket.slot) else { return };
            let Some((_, reader)) = entry.reader.filter(|(held_by, _)| *held_by == ticket) else { return };
            entry.queue.want(question, generation);
            let shown = if entry.queue.is_shown() { entry.last.clone() } else { None };
            (reader, shown, entry.queue.is_pending())
        };
        if let Some((answer, coverage)) = shown {
            reader.show(answer, coverage);
        }
        reader.pending.set(is_pending);
        self.send_due();
    }

    fn desk(&self) -> Rc<RefCell<Desk>> {
        self.desk.get_value()
    }

    /// Opens a link to a worker, or to this thread where none can start.
    fn connect(&self) {
        let listener = self.new_listener();
        match WorkerLink::start(listener.clone()) {
            Some(worker) => self.connected(Rc::new(worker), EngineState::Running),
            None => self.connect_here(listener),
        }
    }

    fn connect_here(&self, listener: Listener) {
        self.connected(Rc::new(InlineLink::start(listener)), EngineState::RunningInPage);
    }

    /// Whoever listened before is not heard any more.
    fn new_listener(&self) -> Listener {
        let epoch = {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            desk.epoch += 1;
            desk.unheard = Some(Vec::new());
            desk.epoch
        };
        let engine = *self;
        Listener {
            on_event: Rc::new(move |event| engine.receive(epoch, event)),
            on_broken: Rc::new(move |message| engine.link_broke(epoch, message)),
        }
    }

    fn connected(&self, link: Rc<dyn Link>, state: EngineState) {
        self.desk().borrow_mut().link = Some(link);
        self.state.set(state);
    }

    fn command(&self, command: Command, files: Vec<FileHandle>) {
        // Files, and what was said of them: all that a new engine needs to be where this one is.
        if !matches!(command, Command::Cancel | Command::Ask(_)) {
            self.desk().borrow_mut().opened.push((command.clone(), files.clone()));
        }
        let on_failure = self.on_failure.get_value();
        let on_end = move |result: Result<Answer, String>| {
            if let Err(message) = result {
                on_failure(message);
            }
        };
        self.post(command, files, Awaited { on_part: None, on_end: Box::new(on_end) });
    }

    fn post(&self, command: Command, files: Vec<FileHandle>, awaited: Awaited) {
        if matches!(self.state.get_untracked(), EngineState::Crashed { .. }) {
            (awaited.on_end)(Err("The engine has stopped; start it again first".to_owned()));
            return;
        }
        let id = {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            let id = RequestId(desk.take_number());
            desk.awaited.insert(id, awaited);
            id
        };
        self.put_through(Request { id, command }, files);
    }

    fn send_due(&self) {
        if matches!(self.state.get_untracked(), EngineState::Crashed { .. }) {
            return;
        }
        let requests = self.desk().borrow_mut().take_due(clock::now_ms());
        requests.into_iter().for_each(|request| self.put_through(request, Vec::new()));
    }

    fn put_through(&self, request: Request, files: Vec<FileHandle>) {
        let link = {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            if let Some(unheard) = &mut desk.unheard {
                unheard.push((request.clone(), files.clone()));
            }
            desk.link.clone()
        };
        // Nothing of the desk is borrowed here: an engine on this thread may answer at once.
        if let Some(link) = link {
            link.post(request, files);
        }
    }

    fn receive(&self, epoch: u32, event: Event) {
        let Some(desk) = self.desk.try_get_value() else { return };
        if desk.borrow().epoch != epoch {
            return;
        }
        desk.borrow_mut().unheard = None;
        match event {
            Event::Progress(progress) => self.progressed(progress),
            Event::Answered { id, answer, coverage } => self.ended(id, Ok(answer), coverage),
            Event::Failed { id, message } => self.ended(id, Err(message), Coverage::default()),
            Event::Superseded { id } => self.superseded(id),
            Event::ExportPart { id, bytes } => self.export_part(id, bytes),
            Event::Crashed { message } => self.crashed(message),
            Event::Started => {}
        }
    }

    fn progressed(&self, progress: Progress) {
        let is_loading = progress.phase == LoadPhase::Loading;
        let was_loading = self.progress.with_untracked(|last| last.phase == LoadPhase::Loading);
        {
            let desk = self.desk();
            let mut desk = desk.borrow_mut();
            let has_news = desk.generation != progress.coverage.generation || (was_loading && !is_loading);
            desk.generation = progress.coverage.generation;
            if has_news {
                let now_ms = clock::now_ms();
                desk.slots
                    .iter_mut()
                    .for_each(|(slot, entry)| entry.queue.refresh(*slot, now_ms, is_loading));
            }
        }
        self.progress.set(progress);
        self.send_due();
    }

    fn export_part(&self, id: RequestId, bytes: Vec<u8>) {
        let desk = self.desk();
        // Taken out while it is called: it may ask something itself.
        let awaited = desk.borrow_mut().awaited.remove(&id);
        if let Some(mut awaited) = awaited {
            if let Some(on_part) = &mut awaited.on_part {
                on_part(bytes);
            }
            desk.borrow_mut().awaited.insert(id, awaited);
        }
    }

    fn ended(&self, id: RequestId, result: Result<Answer, String>, coverage: Coverage) {
        let desk = self.desk();
        let awaited = desk.borrow_mut().awaited.remove(&id);
        if let Some(awaited) = awaited {
            (awaited.on_end)(result);
            return;
        }
        let settled = desk.borrow_mut().settle(id, result, coverage, clock::now_ms());
        if let Some((reader, result)) = settled {
            match result {
                Ok(answer) => reader.show(answer, coverage),
                Err(message) => reader.failure.set(Some(message)),
            }
            reader.pending.set(false);
        }
        self.send_due();
    }

    fn superseded(&self, id: RequestId) {
        let desk = self.desk();
        let awaited = desk.borrow_mut().awaited.remove(&id);
        match awaited {
            Some(awaited) => (awaited.on_end)(Err("Another request took its place".to_owned())),
            None => {
                desk.borrow_mut().slots.values_mut().any(|entry| entry.queue.superseded(id));
                self.send_due();
            }
        }
    }

    /// The link itself is of no use any more.
    fn link_broke(&self, epoch: u32, message: String) {
        let Some(desk) = self.desk.try_get_value() else { return };
        if desk.borrow().epoch != epoch {
            return;
        }
        let unheard = desk.borrow_mut().unheard.take();
        let Some(unheard) = unheard else { return self.crashed(message) };
        // It never came up: some browsers let a worker be made and then refuse its program. The engine on
        // this thread gets what that one never saw, under the same numbers.
        self.connect_here(self.new_listener());
        unheard.into_iter().for_each(|(request, files)| self.put_through(request, files));
    }

    fn crashed(&self, message: String) {
        let desk = self.desk();
        let awaited = {
            let mut desk = desk.borrow_mut();
            desk.link = None;
            desk.epoch += 1;
            std::mem::take(&mut desk.awaited)
        };
        self.state.set(EngineState::Crashed { message: message.clone() });
        awaited.into_values().for_each(|awaited| (awaited.on_end)(Err(message.clone())));
    }
}
