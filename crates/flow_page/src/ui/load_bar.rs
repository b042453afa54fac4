//! How the load goes: a thin bar while files are read, a quiet line afterwards. Never in the way of a view.

use flow_core::session::message::{Command, LoadPhase};
use leptos::prelude::*;

use super::load_again::OptionsInForce;
use super::load_words;
use crate::engine::{Engine, EngineState};
use crate::state::load_state::LoadPace;
use crate::state::{AppState, LoadState};

#[component]
pub fn LoadBar() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let pace = Memo::new(move |last: Option<&LoadPace>| {
        state.progress.with(|progress| LoadPace::after(last.copied().unwrap_or_default(), progress))
    });
    let is_loading = Memo::new(move |_| state.load.get() == LoadState::Loading);
    let was_cut_short = Memo::new(move |_| {
        state
            .progress
            .with(|progress| matches!(progress.phase, LoadPhase::Cancelled | LoadPhase::OutOfBudget(_)))
    });
    let words = Memo::new(move |_| {
        state.progress.with(|progress| match is_loading.get() {
            true => load_words::while_loading(progress, pace.get()),
            false => load_words::when_settled(progress, pace.get()),
        })
    });
    let percent = move || (pace.get().fraction() * 100.0).floor();
    view! {
        <div class="load-bar" class:is-loading=is_loading class:is-cut-short=was_cut_short>
            <Show when=move || is_loading.get()>
                <progress class="load-progress" max="100" aria-label="Reading files" prop:value=percent></progress>
            </Show>
            <p class="load-words">{words}</p>
            <OptionsInForce/>
            // Once a load is over, and how: the numbers on the way would be read out without end.
            <p class="visually-hidden" role="status">
                {move || if is_loading.get() { "Reading files".to_owned() } else { words.get() }}
            </p>
            <Show when=move || engine.state.get() == EngineState::RunningInPage>
                <p class="text-dim" title="This browser let no worker start here">
                    "Working on the page's own thread: large files make the page stutter"
                </p>
            </Show>
            <Show when=move || is_loading.get()>
                <button type="button" class="button is-small" on:click=move |_| engine.send(Command::Cancel)>
                    "Cancel"
                </button>
            </Show>
        </div>
    }
}
