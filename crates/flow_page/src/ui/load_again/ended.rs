//! Where memory has ended: what is there, that it can be used, and how to see the rest.

use flow_core::session::message::LoadPhase;
use leptos::prelude::*;

use super::{Ways, words};
use crate::state::AppState;

/// In the page, not over it: everything below can be used as it is.
#[component]
pub fn MemoryEnded() -> impl IntoView {
    let state = AppState::get();
    let put_away = RwSignal::new(false);
    let has_ended = Memo::new(move |_| {
        let has_ended = state.progress.with(|progress| matches!(progress.phase, LoadPhase::OutOfBudget(_)));
        if !has_ended {
            // The next load may end the same way, and that is news.
            put_away.set(false);
        }
        has_ended
    });
    let loaded = move || state.progress.with(words::loaded);
    view! {
        <Show when=move || has_ended.get() && !put_away.get()>
            <section class="memory-ended" role="region" aria-labelledby="memory-ended-title">
                <div class="memory-ended-head">
                    <h2 id="memory-ended-title">"Not all was loaded: the memory for rows is full"</h2>
                    <button type="button" class="button is-quiet is-small" on:click=move |_| put_away.set(true)>
                        "Dismiss"
                    </button>
                </div>
                <p>
                    {loaded}
                    ". All of it can be used as it is. To see the rest, load the same files again and keep less:"
                </p>
                <Ways id="ended"/>
            </section>
        </Show>
    }
}
