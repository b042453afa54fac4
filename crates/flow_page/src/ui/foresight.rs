//! Asking what the reader is likely to look at next: most go from the overview to what was rejected, to which way traffic
//! went, or to the records. When a load has ended nothing else is asked for a moment, and these views are then there at once.

use std::time::Duration;

use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::{direction, records, rejected};
use crate::browser::clock;
use crate::engine::{Engine, Slot};
use crate::state::{AppState, LoadState};

/// Between two looks at whether anything else is asked. The first is after one of them: what is on screen asks for its
/// last answers when a load ends.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What is then still asked takes so long that nothing should be added to it.
const LOOKS_MAX: usize = 100;

/// Of more rows the answers take so long that a press which comes meanwhile would wait for them noticeably.
const ROWS_MAX: u64 = 25_000_000;

/// The same for rejected rows, each of which is judged: so many take two workers a tenth of a second.
const REJECTED_ROWS_MAX: u64 = 1_500_000;

/// Begins to foresee at the end of every load.
pub fn begin(state: AppState, engine: Engine) {
    Effect::new(move |_| {
        if state.load.get() == LoadState::Settled {
            wasm_bindgen_futures::spawn_local(foresee(state, engine));
        }
    });
}

/// One question at a time, so that a press that comes meanwhile waits for one at most.
async fn foresee(state: AppState, engine: Engine) {
    let mut n_foreseen = 0;
    for _ in 0..LOOKS_MAX {
        clock::pause(BETWEEN_LOOKS).await;
        let is_settled = state.load.try_get_untracked() == Some(LoadState::Settled);
        let n_rows = state.progress.try_with_untracked(|progress| progress.n_rows).unwrap_or_default();
        if !is_settled || !(1..=ROWS_MAX).contains(&n_rows) {
            return;
        }
        if engine.is_quiet() {
            let judges = n_rejected(engine).is_some_and(|n_rejected| n_rejected <= REJECTED_ROWS_MAX);
            let question = untrack(|| questions(state, judges).nth(n_foreseen));
            let Some((slot, question)) = question else { return };
            engine.foresee(slot, question);
            n_foreseen += 1;
        }
    }
}

/// What is answered fast comes first.
fn questions(state: AppState, judges: bool) -> impl Iterator<Item = (Slot, Question)> {
    let records = records::first_question(state).map(|question| (Slot::Records, question));
    let directions =
        [(Slot::Direction, direction::question(state)), (Slot::Flows, direction::flows_question(state))];
    let rejected = judges.then(|| (Slot::Rejected, rejected::question(state)));
    records.into_iter().chain(directions).chain(rejected)
}

/// Rejected rows of the chart, which has all of the time; `None` where there is none.
fn n_rejected(engine: Engine) -> Option<u64> {
    match engine.last(Slot::Timeline)?.as_ref() {
        Answer::Timeline(timeline) => Some(timeline.buckets.iter().map(|bucket| bucket.rejected.rows).sum()),
        _ => None,
    }
}
