//! The page: builds its state, runs its few effects, lays out the screen.

use leptos::prelude::*;

use crate::engine::Engine;
use crate::state::{AppState, Theme, ViewSpec};

#[component]
pub fn App() -> impl IntoView {
    let state = AppState::new(ViewSpec::default(), Theme::default());
    let engine = Engine::start(state.progress, move |message| state.notify(message));
    provide_context(state);
    provide_context(engine);
    view! { <p>"Flowglass"</p> }
}
