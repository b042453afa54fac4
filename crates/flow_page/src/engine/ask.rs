//! A view's question that stays answered: asked again when it changes or when more was loaded.

use std::sync::Arc;

use flow_core::session::message::{Answer, Coverage, LoadPhase, Question};
use leptos::prelude::*;

use super::{Engine, Slot};
use crate::state::AppState;

/// What became of a question.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The newest answer. While `pending` it is still that of the question before.
    pub answer: ReadSignal<Option<Arc<Answer>>>,
    /// Whether the answer to the question as it stands is still to come.
    pub pending: ReadSignal<bool>,
    /// Why the question as it stands has no answer.
    pub failure: ReadSignal<Option<String>>,
    /// Which data the answer is about.
    pub coverage: ReadSignal<Coverage>,
}

/// Where a slot writes what came of it.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub answer: WriteSignal<Option<Arc<Answer>>>,
    pub pending: WriteSignal<bool>,
    pub failure: WriteSignal<Option<String>>,
    pub coverage: WriteSignal<Coverage>,
}

/// Asks for as long as the caller's component is there; `None` asks nothing. A slot has one asker at a time.
pub fn ask(slot: Slot, question: Signal<Option<Question>>) -> Asked {
    let engine = Engine::get();
    let (answer, set_answer) = signal(None);
    let (pending, set_pending) = signal(true);
    let (failure, set_failure) = signal(None);
    let (coverage, set_coverage) = signal(Coverage::default());
    let reader =
        Reader { answer: set_answer, pending: set_pending, failure: set_failure, coverage: set_coverage };
    let ticket = engine.subscribe(slot, reader);
    // Before the first rows there is nothing to ask: the empty answer would only put off the next one.
    let progress = AppState::get().progress;
    let is_worth_asking = Memo::new(move |_| {
        progress.with(|progress| progress.n_rows > 0 || progress.phase != LoadPhase::Loading)
    });
    Effect::new(move |_| engine.want(ticket, question.get().filter(|_| is_worth_asking.get())));
    on_cleanup(move || engine.unsubscribe(ticket));
    Asked { answer, pending, failure, coverage }
}

impl Reader {
    pub(super) fn show(&self, answer: Arc<Answer>, coverage: Coverage) {
        self.coverage.set(coverage);
        self.failure.set(None);
        self.answer.set(Some(answer));
    }
}
