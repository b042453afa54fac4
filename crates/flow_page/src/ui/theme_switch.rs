//! Light, dark, or as the system has it.

use leptos::prelude::*;

use crate::state::{AppState, Theme};

#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let state = AppState::get();
    let words = |theme: Theme| match theme {
        Theme::System => "Theme: system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    view! {
        <button
            type="button"
            class="button is-quiet"
            title=move || format!("Change to {}", state.theme.get().next().name())
            on:click=move |_| state.theme.update(|theme| *theme = theme.next())
        >
            {move || words(state.theme.get())}
        </button>
    }
}
