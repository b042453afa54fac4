//! Sentences at the edge of the page that say what just happened, and go again.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::{AppState, Notice};

/// Long enough to read two short sentences twice.
const SHOWN_FOR: Duration = Duration::from_secs(8);

#[component]
pub fn Notices() -> impl IntoView {
    let state = AppState::get();
    view! {
        <div class="notices" role="status" aria-live="polite">
            <For
                each=move || state.notices.get()
                key=|notice| notice.number
                children=|notice| view! { <NoticeView notice/> }
            />
        </div>
    }
}

#[component]
fn NoticeView(notice: Notice) -> impl IntoView {
    let state = AppState::get();
    let Notice { number, text } = notice;
    let dismiss = move || {
        // The page may be gone by the time the time is up.
        state.notices.try_update(|notices| notices.retain(|notice| notice.number != number));
    };
    let timer = set_timeout_with_handle(dismiss, SHOWN_FOR).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    view! {
        <div class="notice">
            <p>{text}</p>
            <button type="button" class="chip-remove" aria-label="Dismiss" on:click=move |_| dismiss()>"×"</button>
        </div>
    }
}
