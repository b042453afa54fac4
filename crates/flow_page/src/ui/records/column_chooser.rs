//! Which columns the table shows, in which order, and what each of them means.

use flow_core::query::Subject;
use leptos::ev::{self, KeyboardEvent};
use leptos::html::{Button, Div, Input};
use leptos::prelude::*;

use super::columns::{self, Move};
use crate::browser::page;
use crate::state::AppState;

#[component]
pub fn ColumnChooser(shown: Memo<Vec<Subject>>) -> impl IntoView {
    let state = AppState::get();
    let is_open = RwSignal::new(false);
    let button = NodeRef::<Button>::new();
    let close = move || {
        is_open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            close();
        }
    };
    // A press, not the focus: a column that moves to its place loses the focus for a moment.
    let whole = NodeRef::<Div>::new();
    let listener = window_event_listener(ev::pointerdown, move |event| {
        let is_elsewhere = whole.get_untracked().is_some_and(|whole| !page::is_within(&event, &whole));
        if is_elsewhere && is_open.get_untracked() {
            is_open.set(false);
        }
    });
    on_cleanup(move || listener.remove());
    let is_default = move || state.spec.with(|spec| spec.columns.is_none());
    view! {
        <div class="popover-anchor" node_ref=whole on:keydown=on_keydown>
            <button
                type="button"
                class="button"
                node_ref=button
                aria-expanded=move || is_open.get().to_string()
                aria-controls="column-chooser"
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {move || format!("Columns ({})", shown.with(Vec::len))}
            </button>
            <Show when=move || is_open.get()>
                <div class="popover column-chooser" id="column-chooser" role="dialog" aria-label="Columns">
                    <Columns shown/>
                    <div class="popover-end">
                        <button
                            type="button"
                            class="button"
                            disabled=is_default
                            on:click=move |_| state.edit(|spec| spec.columns = None)
                        >
                            "Default columns"
                        </button>
                        <button type="button" class="button" on:click=move |_| close()>"Done"</button>
                    </div>
                </div>
            </Show>
        </div>
    }
}

/// The list: what is shown in its order, then the rest.
#[component]
fn Columns(shown: Memo<Vec<Subject>>) -> impl IntoView {
    let state = AppState::get();
    let offered = move || {
        state.progress.with(|progress| shown.with(|shown| columns::offered(&progress.columns, shown)))
    };
    view! {
        <ul class="column-choices">
            <For each=offered key=Subject::clone children=move |subject| view! { <Choice shown subject/> }/>
        </ul>
    }
}

#[component]
fn Choice(shown: Memo<Vec<Subject>>, subject: Subject) -> impl IntoView {
    let state = AppState::get();
    let name = subject.name().to_owned();
    let doc = subject.doc().unwrap_or("Not a field that AWS documents");
    let subject = StoredValue::new(subject);
    let place = Memo::new(move |_| {
        shown.with(|shown| subject.with_value(|subject| shown.iter().position(|column| column == subject)))
    });
    let is_shown = move || place.get().is_some();
    let is_only = move || is_shown() && shown.with(Vec::len) == 1;
    let checkbox = NodeRef::<Input>::new();
    let toggle = move |_| {
        let columns =
            subject.with_value(|subject| shown.with_untracked(|shown| columns::toggled(shown, subject)));
        state.edit(|spec| spec.columns = Some(columns));
        // The same as for the buttons below: a choice goes to its place.
        request_animation_frame(move || {
            if let Some(checkbox) = checkbox.try_get_untracked().flatten() {
                let _ = checkbox.focus();
            }
        });
    };
    let mover = move |way: Move, sign: &'static str, words: &'static str| {
        let button = NodeRef::<Button>::new();
        let at_end = move || match (place.get(), way) {
            (None, _) => true,
            (Some(at), Move::Earlier) => at == 0,
            (Some(at), Move::Later) => at + 1 == shown.with(Vec::len),
        };
        let on_click = move |_| {
            let columns = subject
                .with_value(|subject| shown.with_untracked(|shown| columns::moved(shown, subject, way)));
            state.edit(|spec| spec.columns = Some(columns));
            // The row's element has moved, and an element that moves loses the focus.
            request_animation_frame(move || {
                if let Some(button) = button.try_get_untracked().flatten() {
                    let _ = button.focus();
                }
            });
        };
        let label = format!("Move {} {words}", subject.with_value(|subject| subject.name().to_owned()));
        view! {
            <button
                type="button"
                class="button is-small"
                node_ref=button
                title=label.clone()
                aria-label=label
                disabled=at_end
                on:click=on_click
            >
                {sign}
            </button>
        }
    };
    view! {
        <li class="column-choice" class:is-shown=is_shown>
            <label>
                <input type="checkbox" node_ref=checkbox prop:checked=is_shown disabled=is_only on:change=toggle/>
                <code>{name}</code>
            </label>
            <span class="column-moves">
                {mover(Move::Earlier, "↑", "earlier")} {mover(Move::Later, "↓", "later")}
            </span>
            <span class="column-doc text-dim">{doc}</span>
        </li>
    }
}
