//! One request in flight for each slot, the newest waits. Pure: knows neither signals nor the browser.

use flow_core::session::message::RequestId;

/// A place on screen that shows one answer at a time. Each kind of question has one slot, because the engine
/// lets a newer request of a kind take the place of an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    Timeline,
    Overview,
    Records,
    Direction,
    Rejected,
    Report,
}

/// While files are read, an answer is asked for again at most this often: four times a second looks alive,
/// and leaves the engine its time to read.
pub const REFRESH_INTERVAL_MS: f64 = 250.0;

/// What one slot wants, awaits and shows. `Q` is the question.
#[derive(Debug)]
pub struct SlotQueue<Q> {
    wanted: Option<Q>,
    /// Whether what is wanted must be sent (again).
    due: bool,
    in_flight: Option<InFlight<Q>>,
    /// What the reader sees is the outcome of this, at this generation of the load.
    shown: Option<(Q, u64)>,
    sent_at_ms: f64,
}

#[derive(Debug)]
struct InFlight<Q> {
    id: RequestId,
    question: Q,
    /// Of the load when it was sent; the answer may know more.
    generation: u64,
}

/// What to do with what came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is about what is wanted: show it.
    Show,
    /// The reader has moved on: drop it.
    Outdated,
}

impl<Q> Default for SlotQueue<Q> {
    fn default() -> SlotQueue<Q> {
        SlotQueue { wanted: None, due: false, in_flight: None, shown: None, sent_at_ms: f64::NEG_INFINITY }
    }
}

impl<Q: Clone + PartialEq> SlotQueue<Q> {
    /// The reader wants this now, of a load at this generation.
    pub fn want(&mut self, question: Option<Q>, generation: u64) {
        let is_known = question.as_ref().is_some_and(|question| {
            let shown = self.shown.as_ref().is_some_and(|(shown, at)| shown == question && *at == generation);
            let awaited = self
                .in_flight
                .as_ref()
                .is_some_and(|flight| flight.question == *question && flight.generation == generation);
            shown || awaited
        });
        self.due = question.is_some() && !is_known;
        self.wanted = question;
    }

    /// The load has moved on. While it goes on, not every step is worth a question.
    pub fn refresh(&mut self, now_ms: f64, is_loading: bool) {
        let too_soon = is_loading && now_ms - self.sent_at_ms < REFRESH_INTERVAL_MS;
        if self.wanted.is_some() && !too_soon {
            self.due = true;
        }
    }

    /// What is to be sent under this id now, if anything.
    pub fn send(&mut self, id: RequestId, generation: u64, now_ms: f64) -> Option<Q> {
        if !self.due || self.in_flight.is_some() {
            return None;
        }
        let question = self.wanted.clone()?;
        self.due = false;
        self.sent_at_ms = now_ms;
        self.in_flight = Some(InFlight { id, question: question.clone(), generation });
        Some(question)
    }

    /// The request in flight ended with an answer or a failure about this generation. `None` where the
    /// request is not this slot's.
    pub fn settle(&mut self, id: RequestId, generation: u64) -> Option<Verdict> {
        let flight = self.in_flight.take_if(|flight| flight.id == id)?;
        if self.wanted.as_ref() != Some(&flight.question) {
            return Some(Verdict::Outdated);
        }
        self.shown = Some((flight.question, generation));
        Some(Verdict::Show)
    }

    /// The request in flight ended without an answer: what is wanted is still wanted.
    pub fn superseded(&mut self, id: RequestId) -> bool {
        let was_mine = self.in_flight.take_if(|flight| flight.id == id).is_some();
        self.due |= was_mine && self.wanted.is_some();
        was_mine
    }

    /// The engine is gone, and with it what was in flight.
    pub fn restart(&mut self) {
        self.in_flight = None;
        self.shown = None;
        self.due = self.wanted.is_some();
    }

    /// Whether what is shown is not the outcome of what is wanted.
    pub fn is_pending(&self) -> bool {
        self.wanted.is_some() && self.wanted.as_ref() != self.shown.as_ref().map(|(shown, _)| shown)
    }

    /// Whether what is wanted was shown before, so that a view that comes back can show it at once.
    pub fn is_shown(&self) -> bool {
        self.wanted.is_some() && !self.is_pending()
    }
}
