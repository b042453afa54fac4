//! Runs what there is to do and reads the files it asks for, letting messages in between.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use flow_core::parse::SourceId;
use flow_core::session::Step;
use web_sys::File;

use crate::source_files::{Place, Reading, SourceFiles};
use crate::turn::turn;

/// Work done without letting messages in: a cancel or a question waits no longer than this and one step.
const STRETCH_MS: f64 = 12.0;

/// What is run: a session, or a shard of one.
pub trait Work {
    /// What it says.
    type Word;

    fn step(&mut self, now_ms: f64) -> Step;
    fn place(&self, source: SourceId) -> Option<Place>;
    fn upcoming(&self) -> Vec<Place>;
    fn piece_bytes(&self, source: SourceId) -> usize;
    fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64);
    fn finish(&mut self, source: SourceId, now_ms: f64);
    fn fail(&mut self, source: SourceId, message: &str, now_ms: f64);
    /// What it has said since the last time.
    fn take_words(&mut self) -> Vec<Self::Word>;
}

/// Cheap to clone; clones run the same work.
pub struct Runner<W: Work> {
    inner: Rc<Inner<W>>,
}

struct Inner<W: Work> {
    work: RefCell<W>,
    files: RefCell<SourceFiles>,
    say: Box<dyn Fn(W::Word)>,
    now_ms: fn() -> f64,
    is_running: Cell<bool>,
}

impl<W: Work> Clone for Runner<W> {
    fn clone(&self) -> Runner<W> {
        Runner { inner: Rc::clone(&self.inner) }
    }
}

impl<W: Work + 'static> Runner<W> {
    /// `say` takes every word; `now_ms` is a clock that only goes forward.
    pub fn new(work: W, say: Box<dyn Fn(W::Word)>, now_ms: fn() -> f64) -> Runner<W> {
        Runner {
            inner: Rc::new(Inner {
                work: RefCell::new(work),
                files: RefCell::default(),
                say,
                now_ms,
                is_running: Cell::new(false),
            }),
        }
    }

    pub fn add_file(&self, number: u32, file: File) {
        self.inner.files.borrow_mut().add(number, file);
    }

    /// Gives the work something to do, and does it.
    pub fn give<T>(&self, give: impl FnOnce(&mut W, f64) -> T) -> T {
        let given = self.inner.with_work(give);
        if !self.inner.is_running.replace(true) {
            let inner = Rc::clone(&self.inner);
            wasm_bindgen_futures::spawn_local(async move {
                inner.run().await;
                inner.is_running.set(false);
            });
        }
        given
    }
}

impl<W: Work> Inner<W> {
    async fn run(&self) {
        let mut stretch_began_ms = (self.now_ms)();
        let mut reading = None;
        loop {
            match self.with_work(W::step) {
                // A reading that was not finished is of a file that was refused or cancelled.
                Step::Idle => return self.files.borrow_mut().look_ahead(std::iter::empty()),
                Step::Worked => {}
                Step::Read(source) => reading = self.read(source, reading).await,
            }
            if (self.now_ms)() - stretch_began_ms > STRETCH_MS {
                turn().await;
                stretch_began_ms = (self.now_ms)();
            }
        }
    }

    /// Parses a piece of a source: between two pieces, questions are answered and a cancel is heard.
    async fn read(&self, source: SourceId, last: Option<Reading>) -> Option<Reading> {
        let (place, upcoming) = {
            let work = self.work.borrow();
            (work.place(source)?, work.upcoming())
        };
        let reading = {
            let mut files = self.files.borrow_mut();
            let reading = files.read(last, place);
            files.look_ahead(upcoming.into_iter());
            reading
        };
        let Some(mut reading) = reading else {
            let message = "The file did not arrive with its name. Drop it again.";
            self.with_work(|work, now_ms| work.fail(source, message, now_ms));
            return None;
        };
        // Whatever came meanwhile: only bytes from the place that is wanted then are of use.
        let filled = reading.fill().await;
        self.with_work(|work, now_ms| {
            if work.place(source) != Some(place) {
                return;
            }
            match filled {
                Ok(true) => work.push(source, reading.take(work.piece_bytes(source)), now_ms),
                Ok(false) => work.finish(source, now_ms),
                Err(message) => work.fail(source, &message, now_ms),
            }
        });
        Some(reading)
    }

    fn with_work<T>(&self, give: impl FnOnce(&mut W, f64) -> T) -> T {
        let (given, words) = {
            let mut work = self.work.borrow_mut();
            let given = give(&mut work, (self.now_ms)());
            (given, work.take_words())
        };
        // Words go out when the work is free again: who takes them may bring the next.
        words.into_iter().for_each(|word| (self.say)(word));
        given
    }
}
