//! A session with its files, its clock and its shards in other workers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use flow_core::parse::SourceId;
use flow_core::session::message::{Command, Event, Request};
use flow_core::session::shard_message::ShardRequest;
use flow_core::session::{Session, SessionOptions, Step};
use web_sys::{File, MessagePort};

use crate::port::ShardPort;
use crate::runner::{Runner, Work};
use crate::source_files::Place;

/// The engine as a shell in a browser holds it. Cheap to clone; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    runner: Runner<Lead>,
    ports: Rc<RefCell<Vec<ShardPort>>>,
    /// By their numbers, for the shards that are to read them.
    files: Rc<RefCell<HashMap<u32, File>>>,
}

struct Lead {
    session: Session,
    events: Vec<Event>,
}

enum Word {
    Event(Event),
    Post(u16, ShardRequest),
}

impl Engine {
    /// `emit` takes every event; `now_ms` is a clock that only goes forward.
    pub fn new(emit: Rc<dyn Fn(Event)>, now_ms: fn() -> f64) -> Engine {
        let ports: Rc<RefCell<Vec<ShardPort>>> = Rc::default();
        let files: Rc<RefCell<HashMap<u32, File>>> = Rc::default();
        let (all_ports, all_files) = (Rc::clone(&ports), Rc::clone(&files));
        let say = move |word| match word {
            Word::Event(event) => emit(event),
            Word::Post(shard, request) => {
                let file = match &request {
                    ShardRequest::Read(stretch) => all_files.borrow().get(&stretch.file).cloned(),
                    _ => None,
                };
                // The first shard is the session's own.
                all_ports.borrow()[usize::from(shard) - 1].post(&request, file);
            }
        };
        let lead = Lead { session: Session::new(SessionOptions::default()), events: Vec::new() };
        Engine { runner: Runner::new(lead, Box::new(say), now_ms), ports, files }
    }

    /// Takes a shard in another worker, which is at the other end of this port.
    pub fn add_shard(&self, port: MessagePort) {
        let runner = self.runner.clone();
        let mut ports = self.ports.borrow_mut();
        let shard = ports.len() as u16 + 1;
        ports.push(ShardPort::new(port, move |reply| {
            runner.give(|lead, now_ms| {
                let Lead { session, events } = lead;
                session.receive(shard, reply, now_ms, &mut |event| events.push(event));
            });
        }));
        drop(ports);
        let number = self.runner.give(|lead, _| lead.session.add_shard_elsewhere());
        debug_assert_eq!(number, shard, "shards elsewhere come after the session's own");
    }

    /// Takes a request, with the files that a [`Command::Open`] speaks of, in its order.
    pub fn handle(&self, request: Request, new_files: Vec<File>) {
        let first = self.runner.give(|lead, _| lead.session.n_files());
        if let Command::Open(metas) = &request.command {
            let mut files = self.files.borrow_mut();
            for (number, file) in (first..).zip(new_files).take(metas.len()) {
                self.runner.add_file(number, file.clone());
                files.insert(number, file);
            }
        }
        self.runner.give(|lead, now_ms| {
            let Lead { session, events } = lead;
            session.submit(request, now_ms, &mut |event| events.push(event));
        });
    }
}

impl Work for Lead {
    type Word = Word;

    fn step(&mut self, now_ms: f64) -> Step {
        self.session.step(now_ms, &mut |event| self.events.push(event))
    }

    fn place(&self, source: SourceId) -> Option<Place> {
        self.session.place(source)
    }

    fn upcoming(&self) -> Vec<Place> {
        self.session.upcoming().collect()
    }

    fn piece_bytes(&self, source: SourceId) -> usize {
        self.session.piece_bytes(source)
    }

    fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64) {
        self.session.push(source, bytes, now_ms, &mut |event| self.events.push(event));
    }

    fn finish(&mut self, source: SourceId, now_ms: f64) {
        self.session.finish(source, now_ms, &mut |event| self.events.push(event));
    }

    fn fail(&mut self, source: SourceId, message: &str, now_ms: f64) {
        self.session.fail(source, message.to_owned(), now_ms, &mut |event| self.events.push(event));
    }

    fn take_words(&mut self) -> Vec<Word> {
        let posts = self.session.take_posts().into_iter().map(|(shard, request)| Word::Post(shard, request));
        posts.chain(self.events.drain(..).map(Word::Event)).collect()
    }
}
