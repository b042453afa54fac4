//! Asking what the reader is likely to look at next: most go from the overview to what was rejected, to which way traffic
//! went, or to the records. When a load has ended nothing else is asked for a moment, and these views are then there at once.

use std::time::Duration;

use flow_core::session::message::Question;
use leptos::prelude::*;

use super::{direction, records, rejected};
use crate::browser::clock;
use crate::engine::{Engine, Slot};
use crate::state::{AppState, LoadState};

/// Between two looks at whether anything else is asked. The first is after one of them: what is on screen asks for its
/// last answers when a load ends.
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

/// What is then still asked takes so long that nothing should be added to it.
const LOOKS_MAX: usize = 50;

/// Begins to foresee at the end of every load.
pub fn begin(state: AppState, engine: Engine) {
    Effect::new(move |_| {
        if state.load.get() == LoadState::Settled {
            wasm_bindgen_futures::spawn_local(foresee(state, engine));
        }
    });
}

async fn foresee(state: AppState, engine: Engine) {
    for _ in 0..LOOKS_MAX {
        clock::pause(BETWEEN_LOOKS).await;
        let is_settled = state.load.try_get_untracked() == Some(LoadState::Settled);
        let has_rows = state.progress.try_with_untracked(|progress| progress.n_rows > 0) == Some(true);
        if !is_settled || !has_rows {
            return;
        }
        if engine.is_quiet() {
            return engine.foresee(untrack(|| questions(state)));
        }
    }
}

/// What is answered fast comes first.
fn questions(state: AppState) -> impl Iterator<Item = (Slot, Question)> {
    let records = records::first_question(state).map(|question| (Slot::Records, question));
    records.into_iter().chain([
        (Slot::Direction, direction::question(state)),
        (Slot::Flows, direction::flows_question(state)),
        (Slot::Rejected, rejected::question(state)),
    ])
}
