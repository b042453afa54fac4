//! The top of the page: its name, the filter, what is loaded, and what can be done with it.

use leptos::prelude::*;

use super::chips::Chips;
use super::export_menu::ExportMenu;
use super::filter_bar::FilterBar;
use super::help::{Help, HelpButton};
use super::intake::FileButtons;
use super::load_bar::LoadBar;
use super::load_words;
use super::theme_switch::ThemeSwitch;
use crate::state::{AppState, LoadState, Tab};

#[component]
pub fn Header(help: Help) -> impl IntoView {
    let state = AppState::get();
    let is_empty = Memo::new(move |_| state.load.get() == LoadState::Empty);
    view! {
        <header class="header">
            <div class="header-row">
                <p class="brand">"Flowglass"</p>
                <Show when=move || !is_empty.get() fallback=|| view! { <span class="spacer"></span> }>
                    <FilterBar/>
                </Show>
                <HelpButton help/>
                <ThemeSwitch/>
            </div>
            <Show when=move || !is_empty.get()>
                <div class="header-row">
                    <Chips/>
                    <LoadBar/>
                    <div class="header-actions">
                        <Counts/>
                        <FileButtons/>
                        <ExportMenu/>
                    </div>
                </div>
            </Show>
        </header>
    }
}

/// What is loaded, and the way to what became of it.
#[component]
fn Counts() -> impl IntoView {
    let state = AppState::get();
    let words = Memo::new(move |_| state.progress.with(load_words::counts));
    let has_trouble = Memo::new(move |_| {
        state.progress.with(|progress| progress.n_problems > 0 || progress.n_files_refused > 0)
    });
    view! {
        <button
            type="button"
            class="counts"
            class:has-trouble=has_trouble
            title="What became of each file"
            on:click=move |_| state.set_tab(Tab::Files)
        >
            {words}
        </button>
    }
}
