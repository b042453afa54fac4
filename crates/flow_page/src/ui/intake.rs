//! How files come into the page: chosen, dropped anywhere, pasted anywhere, or made up.

use flow_core::session::message::Command;
use leptos::attr::custom::custom_attribute;
use leptos::ev::DragEvent;
use leptos::prelude::*;
use leptos::{ev, html};

use crate::browser::files::{self, LocalFile, Pasted};
use crate::engine::Engine;
use crate::state::AppState;

/// The buttons that open the system's dialogs. `prominent` is for a page that is empty.
#[component]
pub fn FileButtons(#[prop(optional)] prominent: bool) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let (files_input, folder_input) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let pick = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            files::open_picker(&input);
        }
    };
    let on_chosen = move |event: ev::Event| files::chosen(&event, move |files| open(state, engine, files));
    // Not a standard attribute, but every browser's.
    let picks_folder = custom_attribute("webkitdirectory", "");
    let (choose, folder) = if prominent {
        ("Choose files…", "Choose a folder…")
    } else {
        ("Add files…", "Add a folder…")
    };
    view! {
        // Hidden from all but the buttons below, which say the same in words.
        <input class="file-input" type="file" multiple hidden node_ref=files_input on:change=on_chosen/>
        <input class="folder-input" type="file" {..picks_folder} hidden node_ref=folder_input on:change=on_chosen/>
        <button type="button" class="button" class:is-primary=prominent on:click=move |_| pick(files_input)>{choose}</button>
        <button type="button" class="button" on:click=move |_| pick(folder_input)>{folder}</button>
    }
}

#[component]
pub fn SampleButton() -> impl IntoView {
    let engine = Engine::get();
    view! {
        <button type="button" class="button" on:click=move |_| engine.send(Command::OpenSample)>"Try the sample"</button>
    }
}

fn open(state: AppState, engine: Engine, files: Vec<LocalFile>) {
    if files.is_empty() {
        state.notify("No files were in that");
    } else {
        engine.open(files);
    }
}

/// Takes what is dropped or pasted anywhere on the page, and shows that it would be taken.
#[component]
pub fn DropCatcher() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let is_over = RwSignal::new(false);
    let n_pasted = StoredValue::new(0);
    let on_drop = move |event: DragEvent| {
        is_over.set(false);
        if files::holds_files(&event) {
            event.prevent_default();
            files::dropped(&event, move |files| open(state, engine, files));
        }
    };
    let on_paste = move |event: ev::Event| match files::pasted(&event) {
        None => {}
        Some(Pasted::Files(files)) => open(state, engine, files),
        Some(Pasted::Text(text)) => {
            n_pasted.update_value(|n_pasted| *n_pasted += 1);
            engine.send(Command::OpenText { name: format!("Pasted text {}", n_pasted.get_value()), text });
        }
    };
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            if files::holds_files(&event) {
                files::accept_drag(&event);
                is_over.set(true);
            }
        }),
        // Nothing is entered where the page is left.
        window_event_listener(ev::dragleave, move |event| {
            if event.related_target().is_none() {
                is_over.set(false);
            }
        }),
        window_event_listener(ev::drop, on_drop),
        window_event_listener_untyped("paste", on_paste),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    view! {
        <Show when=move || is_over.get()>
            <div class="drop-overlay" aria-hidden="true"><p>"Drop to open"</p></div>
        </Show>
    }
}
