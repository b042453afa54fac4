//! The row of tabs, and the panel under it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::browser::page;
use crate::state::{AppState, Tab};

/// The element that a tab's content is in.
pub const PANEL_ID: &str = "view-panel";

pub fn tab_id(tab: Tab) -> String {
    format!("tab-{}", tab.name())
}

/// One stop for the Tab key; the arrows go from tab to tab.
#[component]
pub fn Tabs() -> impl IntoView {
    let state = AppState::get();
    let on_key = move |event: KeyboardEvent| {
        let tab = state.tab.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => tab.step(-1),
            "ArrowRight" => tab.step(1),
            "Home" => Tab::ALL[0],
            "End" => Tab::ALL[Tab::ALL.len() - 1],
            _ => return,
        };
        event.prevent_default();
        state.set_tab(next);
        page::focus(&tab_id(next));
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views" on:keydown=on_key>
            {Tab::ALL.map(|tab| view! { <TabButton tab/> }).collect_view()}
        </div>
    }
}

#[component]
fn TabButton(tab: Tab) -> impl IntoView {
    let state = AppState::get();
    let is_chosen = Memo::new(move |_| state.tab.get() == tab);
    view! {
        <button
            type="button"
            class="tab"
            id=tab_id(tab)
            role="tab"
            aria-selected=move || is_chosen.get().to_string()
            aria-controls=PANEL_ID
            tabindex=move || if is_chosen.get() { "0" } else { "-1" }
            data-title=tab.title()
            title=format!("Key {}", tab as usize + 1)
            on:click=move |_| state.set_tab(tab)
        >
            {tab.title()}
        </button>
    }
}
