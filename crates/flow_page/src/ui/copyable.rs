//! Text to be taken elsewhere: shown as it is, with a button that copies it.

use leptos::prelude::*;

use crate::browser::clipboard;
use crate::state::AppState;

#[component]
pub fn Copyable(
    /// What it is, as the reader of a screen hears it: `Commands`.
    #[prop(into)]
    label: String,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    let state = AppState::get();
    let title = format!("Copy: {label}");
    let copied = format!("Copied: {label}");
    let copy = move |_| {
        let copied = copied.clone();
        clipboard::copy(&text.get_untracked(), move |was_copied| {
            state.notify(match was_copied {
                true => copied,
                false => "The browser did not let this page use the clipboard; select the text and copy it"
                    .to_owned(),
            });
        });
    };
    view! {
        <div class="copyable">
            <pre class="code-block" tabindex="0" role="region" aria-label=label>{text}</pre>
            <button type="button" class="button is-small" aria-label=title on:click=copy>"Copy"</button>
        </div>
    }
}
