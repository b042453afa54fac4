//! A session with its files and its clock: runs requests and reads files whenever there is something to do.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use flow_core::parse::SourceId;
use flow_core::session::message::{Command, Event, Request};
use flow_core::session::{Session, SessionOptions, Step};
use web_sys::File;

use crate::file_bytes::FileBytes;
use crate::turn::turn;

/// Work done without letting messages in: a cancel or a question waits no longer than this and one step.
const STRETCH_MS: f64 = 12.0;

/// Files whose first bytes the browser reads while another one is parsed: opening a file takes longer than parsing a
/// small one.
const FILES_AHEAD: usize = 4;

/// The engine as a shell in a browser holds it. Cheap to clone; clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Rc<Inner>,
}

struct Inner {
    session: RefCell<Session>,
    /// All files of the load, to be read again: handles, which hold no bytes.
    given: RefCell<Vec<(SourceId, File)>>,
    /// In load order, which is the order of reading.
    files: RefCell<BTreeMap<SourceId, Reading>>,
    /// The memory that the last file's bytes were in.
    spare: RefCell<Vec<u8>>,
    /// Counts up when all is read anew: what is still under way then belongs to the load before.
    n_reloads: Cell<u32>,
    emit: Rc<dyn Fn(Event)>,
    now_ms: fn() -> f64,
    is_running: Cell<bool>,
}

impl Engine {
    /// `emit` takes every event; `now_ms` is a clock that only goes forward.
    pub fn new(emit: Rc<dyn Fn(Event)>, now_ms: fn() -> f64) -> Engine {
        Engine {
            inner: Rc::new(Inner {
                session: RefCell::new(Session::new(SessionOptions::default())),
                given: RefCell::default(),
                files: RefCell::default(),
                spare: RefCell::default(),
                n_reloads: Cell::new(0),
                emit,
                now_ms,
                is_running: Cell::new(false),
            }),
        }
    }

    /// Takes a request, with the files that a [`Command::Open`] speaks of, in its order.
    pub fn handle(&self, request: Request, files: Vec<File>) {
        let inner = &self.inner;
        let mut events = Vec::new();
        {
            let mut session = inner.session.borrow_mut();
            match &request.command {
                Command::Open(_) => {
                    let files: Vec<_> = (session.n_files()..).map(SourceId).zip(files).collect();
                    inner.read_from_start(&files);
                    inner.given.borrow_mut().extend(files);
                }
                Command::Reload(options) if options.check().is_ok() => {
                    inner.n_reloads.set(inner.n_reloads.get() + 1);
                    inner.files.borrow_mut().clear();
                    inner.read_from_start(&inner.given.borrow());
                }
                _ => {}
            }
            session.submit(request, (inner.now_ms)(), &mut |event| events.push(event));
        }
        // Events go out when the session is free again: who takes them may send the next request.
        events.into_iter().for_each(|event| (inner.emit)(event));
        if !inner.is_running.replace(true) {
            let inner = Rc::clone(inner);
            wasm_bindgen_futures::spawn_local(async move {
                inner.run().await;
                inner.is_running.set(false);
            });
        }
    }
}

/// A file and what of its last bytes is not parsed yet.
struct Reading {
    file: FileBytes,
    bytes: Vec<u8>,
    n_parsed: usize,
}

impl Reading {
    fn new(file: File) -> Reading {
        Reading { file: FileBytes::new(file.into()), bytes: Vec::new(), n_parsed: 0 }
    }

    /// Makes sure that there are bytes to parse; false at the end of the file.
    async fn fill(&mut self) -> Result<bool, String> {
        if self.n_parsed == self.bytes.len() {
            self.n_parsed = 0;
            return self.file.next(&mut self.bytes).await;
        }
        Ok(true)
    }

    fn take(&mut self, n_bytes_max: usize) -> &[u8] {
        let first = self.n_parsed;
        self.n_parsed = self.bytes.len().min(first + n_bytes_max);
        &self.bytes[first..self.n_parsed]
    }
}

impl Inner {
    fn read_from_start(&self, files: &[(SourceId, File)]) {
        let readings = files.iter().map(|(source, file)| (*source, Reading::new(file.clone())));
        self.files.borrow_mut().extend(readings);
    }

    async fn run(&self) {
        let mut stretch_began_ms = (self.now_ms)();
        loop {
            let step = self.with_session(|session, now_ms, emit| session.step(now_ms, emit));
            match step {
                Step::Idle => {
                    // What is still here belongs to files that were refused or cancelled.
                    self.files.borrow_mut().clear();
                    return;
                }
                Step::Worked => {}
                Step::Read(source) => self.read(source).await,
            }
            if (self.now_ms)() - stretch_began_ms > STRETCH_MS {
                turn().await;
                stretch_began_ms = (self.now_ms)();
            }
        }
    }

    /// Parses a piece of a file: between two pieces, questions are answered and a cancel is heard.
    async fn read(&self, source: SourceId) {
        // Taken out while it is read: no borrow is held over an await.
        let reading = self.files.borrow_mut().remove(&source);
        let Some(mut reading) = reading else {
            let message = "The file did not arrive with its name. Drop it again.".to_owned();
            self.with_session(|session, now_ms, emit| session.fail(source, message, now_ms, emit));
            return;
        };
        let n_reloads = self.n_reloads.get();
        if reading.bytes.capacity() == 0 {
            reading.bytes = self.spare.take();
        }
        self.files.borrow_mut().values_mut().take(FILES_AHEAD).for_each(|next| next.file.begin());
        let filled = reading.fill().await;
        if self.n_reloads.get() != n_reloads {
            return;
        }
        let is_wanted = self.with_session(|session, now_ms, emit| {
            match filled {
                Ok(true) => {
                    session.push(source, reading.take(session.piece_bytes(source)), now_ms, emit);
                }
                Ok(false) => session.finish(source, now_ms, emit),
                Err(message) => session.fail(source, message, now_ms, emit),
            }
            session.wants(source)
        });
        // Where the file was refused or cancelled, what was read ahead of it goes too.
        if is_wanted {
            self.files.borrow_mut().insert(source, reading);
        } else {
            self.spare.replace(reading.bytes);
        }
    }

    fn with_session<T>(&self, work: impl FnOnce(&mut Session, f64, &mut dyn FnMut(Event)) -> T) -> T {
        let mut events = Vec::new();
        let result = work(&mut self.session.borrow_mut(), (self.now_ms)(), &mut |event| events.push(event));
        events.into_iter().for_each(|event| (self.emit)(event));
        result
    }
}
