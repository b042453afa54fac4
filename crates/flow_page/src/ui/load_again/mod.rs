//! Reading the same files again and keeping less: what to do where memory has ended, and before it does.

mod ended;
mod keep;
mod time;
mod words;

use flow_core::intake::LoadOptions;
use flow_core::query::Filter;
use flow_core::session::message::{Command, Progress};
use leptos::prelude::*;

pub use ended::MemoryEnded;
use keep::KeepOnly;
use time::OnlyTime;
pub use words::{kept, rolled_up};

use crate::engine::Engine;
use crate::state::{AppState, LoadState};

/// Reads everything again. What was not changed by a press stays as it was.
fn load_again(engine: Engine, options: LoadOptions) {
    engine.send(Command::Reload(options));
}

/// The ways to keep less, each by one press.
#[component]
fn Ways(
    /// Tells the fields of two such forms on one screen apart.
    id: &'static str,
) -> impl IntoView {
    view! {
        <div class="load-ways">
            <KeepOnly id/>
            <OnlyTime id/>
            <RollUp/>
        </div>
    }
}

#[component]
fn RollUp() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let turn = move |_| {
        let options = state.load_options.get_untracked();
        load_again(engine, LoadOptions { roll_up: !options.roll_up, ..options });
    };
    view! {
        <section class="load-way">
            <h3>"Roll up"</h3>
            <p class="text-dim">
                "Records of the same minute, interface, addresses and service become one row. Sums stay exact; clients' "
                "ports and single records are gone"
            </p>
            <button type="button" class="button" on:click=turn>
                {move || if state.is_rolled_up() { "Load again, each record by itself" } else { "Load again, rolled up" }}
            </button>
        </section>
    }
}

/// For those who know beforehand that all would be too much.
#[component]
pub fn LoadAgain() -> impl IntoView {
    let state = AppState::get();
    let is_settled = Memo::new(move |_| state.load.get() == LoadState::Settled);
    view! {
        <Show when=move || is_settled.get()>
            <details class="load-again">
                <summary>"Load again with …"</summary>
                <h2 class="visually-hidden">"Load again"</h2>
                <Ways id="files"/>
                <Everything/>
            </details>
        </Show>
    }
}

/// The way back.
#[component]
fn Everything() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let is_less = move || state.load_options.with(|options| !options.keeps_everything());
    view! {
        <Show when=is_less>
            <button type="button" class="button" on:click=move |_| load_everything(engine, state)>
                "Load everything again"
            </button>
        </Show>
    }
}

fn load_everything(engine: Engine, state: AppState) {
    let options = state.load_options.get_untracked();
    load_again(engine, LoadOptions { keep: Filter::everything(), roll_up: false, ..options });
}

/// What of the files is kept, where that is not all of it.
#[component]
pub fn OptionsInForce() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let said = |words: fn(&Progress) -> Option<String>| Memo::new(move |_| state.progress.with(words));
    let (kept, rolled_up) = (said(kept), said(rolled_up));
    let is_less = move || kept.with(Option::is_some) || rolled_up.with(Option::is_some);
    view! {
        <Show when=is_less>
            <p class="load-options">
                {move || kept.get().map(|words| view! { <span class="load-kept" title=words.clone()>{words.clone()}</span> })}
                {move || rolled_up.get().map(|words| view! { <span>{words}</span> })}
            </p>
            <button
                type="button"
                class="button is-small"
                on:click=move |_| load_everything(engine, state)
            >
                "Load everything"
            </button>
        </Show>
    }
}
