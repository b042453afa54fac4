//! Drawing each view before it is needed, where nobody sees it.
//!
//! A browser compiles a function of WebAssembly when it is first called, and what draws is some three thousand of them: 40 ms
//! of two cores between a drop and its first chart, which came after 73 ms instead of 45. A page has nothing to do while
//! its reader looks for a file; so it opens a small log of the generator in an engine of its own and goes through the
//! views. The workers do the same with what is theirs (`flow_worker`'s warm-up).

use std::time::Duration;

use flow_core::sample::{SampleLog, SampleSpec};
use flow_core::session::message::{Command, LoadPhase};
use leptos::prelude::*;

use crate::browser::clock;
use crate::browser::off_screen::OffScreen;
use crate::engine::Engine;
use crate::state::{AppState, LoadState, Tab, Theme, ViewSpec};
use crate::ui::filter_bar::FILTER_INPUT_ID;
use crate::ui::help::Help;
use crate::ui::shell::Screen;

/// Until then the page starts its workers and is drawn for the first time.
const BEGUN_AFTER: Duration = Duration::from_millis(300);

/// Between two looks at whether an act is over: the page is free for what its reader does.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// An act that is not over after so many looks is left.
const LOOKS_MAX: usize = 20;

/// Enough for every list to have something in it.
const N_ROWS: u64 = 1_000;

/// The view that is there when the log comes: with the header and the chart, it is enough for one task.
const FIRST_TAB: Tab = Tab::Files;

/// What readers do first. Answers of one are drawn before the next begins.
const ACTS: [fn(AppState, &OffScreen); 7] = [
    |state, _| state.set_tab(Tab::Records),
    |state, _| state.set_tab(Tab::Overview),
    |_, screen| screen.type_into(FILTER_INPUT_ID, "dstport = 443"),
    |state, _| state.edit(|spec| spec.filter_text.clear()),
    |state, _| state.set_tab(Tab::Rejected),
    |state, _| state.set_tab(Tab::Direction),
    |state, _| state.set_tab(Tab::Overview),
];

/// Rehearses in small steps while the page is otherwise idle; ends early when `is_wanted` says that the reader has opened
/// something.
pub fn begin(is_wanted: impl Fn() -> bool + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        clock::pause(BEGUN_AFTER).await;
        if is_wanted() {
            return;
        }
        let text = small_log();
        clock::pause(BETWEEN_LOOKS).await;
        let Some(off_screen) = OffScreen::new() else { return };
        let owner = Owner::new();
        let (state, engine) = owner.with(|| {
            let state = AppState::new(ViewSpec { tab: FIRST_TAB, ..ViewSpec::default() }, Theme::default());
            (state, Engine::start_here(state.progress))
        });
        let screen = leptos::mount::mount_to(off_screen.root(), move || {
            provide_context(state);
            provide_context(engine);
            view! { <Screen help=Help::new()/> }
        });
        clock::pause(BETWEEN_LOOKS).await;
        // What surrounds the views, before there is anything to show: all at once would be too much for one task.
        state.progress.update(|progress| progress.phase = LoadPhase::Loading);
        clock::pause(BETWEEN_LOOKS).await;
        engine.send(Command::OpenText { name: String::new(), text });
        is_drawn(state, engine, &is_wanted).await;
        for act in ACTS {
            if is_wanted() {
                break;
            }
            act(state, &off_screen);
            is_drawn(state, engine, &is_wanted).await;
        }
        drop(screen);
        owner.cleanup();
    });
}

/// Resolves when all is read and the engine has answered what the screen asks it, or is given up.
async fn is_drawn(state: AppState, engine: Engine, is_wanted: &impl Fn() -> bool) {
    for _ in 0..LOOKS_MAX {
        // First of all, as what a change asks is asked a moment later.
        clock::pause(BETWEEN_LOOKS).await;
        let is_over = state.load.get_untracked() == LoadState::Settled && engine.is_quiet();
        if is_over || is_wanted() {
            return;
        }
    }
}

fn small_log() -> String {
    let mut log = SampleLog::new(&SampleSpec { n_rows: N_ROWS, ..SampleSpec::demo() });
    let mut bytes = Vec::new();
    while log.fill(&mut bytes) {}
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_has_its_rows() {
        assert!(small_log().lines().count() as u64 > N_ROWS);
    }
}
