//! What is under way between the page and the engine: who awaits what, and what was sent.
//!
//! Only kept here, behind one `RefCell`; nothing in this file calls anybody, so no call can come back while
//! it is borrowed.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use flow_core::session::message::{Answer, Command, Coverage, Question, Request, RequestId};

use super::ask::Reader;
use super::link::Link;
use super::slots::{Slot, SlotQueue, Verdict};
use crate::browser::files::FileHandle;

/// Which subscription of a slot: a view that is gone must not unhook the one that came after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub slot: Slot,
    number: u32,
}

#[derive(Default)]
pub(super) struct Desk {
    pub link: Option<Rc<dyn Link>>,
    /// Counts links: an event of an earlier one is nobody's.
    pub epoch: u32,
    /// Of the load, as the engine last said.
    pub generation: u64,
    pub slots: BTreeMap<Slot, SlotEntry>,
    pub awaited: BTreeMap<RequestId, Awaited>,
    /// What was opened and corrected since the start, to be said again after a crash.
    pub opened: Vec<(Command, Vec<FileHandle>)>,
    /// Everything that was sent, until the engine says that it has started: one that never came up has not seen it.
    /// `None` from then on.
    pub unheard: Option<Vec<(Request, Vec<FileHandle>)>>,
    next_number: u32,
}

#[derive(Default)]
pub(super) struct SlotEntry {
    pub queue: SlotQueue<Question>,
    pub reader: Option<(Ticket, Reader)>,
    /// What the reader was shown last, for a view that comes back.
    pub last: Option<(Arc<Answer>, Coverage)>,
}

/// Who awaits the end of a request that no slot asked.
pub(super) struct Awaited {
    pub on_part: Option<Box<dyn FnMut(Vec<u8>)>>,
    pub on_end: Box<dyn FnOnce(Result<Answer, String>)>,
}

impl Desk {
    pub fn take_number(&mut self) -> u32 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }

    pub fn new_ticket(&mut self, slot: Slot) -> Ticket {
        Ticket { slot, number: self.take_number() }
    }

    /// Whether everything that was sent has ended, and nothing is due.
    pub fn is_quiet(&self) -> bool {
        self.awaited.is_empty() && self.slots.values().all(|entry| entry.queue.is_quiet())
    }

    /// Asks what a view that is not there yet will ask; one that is there asks for itself.
    pub fn foresee(&mut self, slot: Slot, question: Question) {
        let entry = self.slots.entry(slot).or_default();
        if entry.reader.is_none() {
            entry.queue.want(Some(question), self.generation);
        }
    }

    /// The requests of all slots that are due, as sent.
    pub fn take_due(&mut self, now_ms: f64) -> Vec<Request> {
        let due: Vec<Slot> =
            self.slots.iter().filter(|(_, entry)| entry.queue.can_send()).map(|(slot, _)| *slot).collect();
        let mut requests = Vec::new();
        for slot in due {
            let (id, generation) = (RequestId(self.take_number()), self.generation);
            let question =
                self.slots.get_mut(&slot).and_then(|entry| entry.queue.send(id, generation, now_ms));
            requests.extend(question.map(|question| Request { id, command: Command::Ask(question) }));
        }
        requests
    }

    /// A slot's request has ended: who reads what came of it, if it is still wanted.
    pub fn settle(
        &mut self,
        id: RequestId,
        result: Result<Answer, String>,
        coverage: Coverage,
        now_ms: f64,
    ) -> Option<(Reader, Result<Arc<Answer>, String>)> {
        let generation = match &result {
            Ok(_) => coverage.generation,
            // A failure knows no generation; it is about what was loaded when it came.
            Err(_) => self.generation,
        };
        let settle = |entry: &'_ mut SlotEntry| entry.queue.settle(id, generation, now_ms);
        let mut settled = self.slots.values_mut().filter_map(|entry| Some((settle(entry)?, entry)));
        let (Verdict::Show, entry) = settled.next()? else { return None };
        let result = result.map(Arc::new);
        entry.last = result.as_ref().ok().map(|answer| (Arc::clone(answer), coverage));
        if entry.reader.is_none() {
            // It was foreseen, and is there for the view that comes; nobody wants it kept up to date.
            entry.queue.want(None, self.generation);
        }
        entry.reader.map(|(_, reader)| (reader, result))
    }

    /// A new engine knows nothing: forgets what the old one was asked and said.
    pub fn forget_engine(&mut self) {
        self.generation = 0;
        for entry in self.slots.values_mut() {
            entry.queue.restart();
            entry.last = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use flow_core::query::Filter;

    use super::*;

    fn question() -> Question {
        Question::Rejected { filter: Filter::everything() }
    }

    /// The desk asks what is due, and the engine answers.
    fn ask_and_answer(desk: &mut Desk) -> usize {
        let requests = desk.take_due(0.0);
        let n_asked = requests.len();
        for Request { id, .. } in requests {
            let coverage = Coverage { generation: desk.generation, ..Coverage::default() };
            assert!(desk.settle(id, Ok(Answer::Done), coverage, 0.0).is_none());
        }
        n_asked
    }

    #[test]
    fn what_was_foreseen_is_there_for_the_view_that_comes_and_is_not_kept_up_to_date() {
        let mut desk = Desk { generation: 1, ..Desk::default() };
        desk.foresee(Slot::Rejected, question());
        assert_eq!(ask_and_answer(&mut desk), 1);
        assert!(desk.is_quiet());

        let generation = desk.generation;
        let entry = desk.slots.get_mut(&Slot::Rejected).unwrap();
        entry.queue.want(Some(question()), generation);
        assert!(entry.queue.is_shown() && entry.last.is_some());
        assert_eq!(ask_and_answer(&mut desk), 0, "it is known");

        let entry = desk.slots.get_mut(&Slot::Rejected).unwrap();
        entry.queue.want(None, generation);
        entry.queue.refresh(Slot::Rejected, 1e6, false);
        assert_eq!(ask_and_answer(&mut desk), 0, "nobody looks at it");

        desk.generation = 2;
        desk.foresee(Slot::Rejected, question());
        assert_eq!(ask_and_answer(&mut desk), 1, "what was known is of what was loaded before");
    }
}
