//! The conditions in force, each to be taken away by itself.

use leptos::prelude::*;

use super::timeline::range_in_words;
use crate::state::AppState;

#[component]
pub fn Chips() -> impl IntoView {
    let state = AppState::get();
    let conditions = Memo::new(move |_| {
        state
            .timeline_filter
            .with(|filter| filter.conjuncts().into_iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    let range = Memo::new(move |_| state.spec.with(|spec| spec.range));
    let n_chips = Memo::new(move |_| conditions.with(Vec::len) + usize::from(range.get().is_some()));
    let clear_all = move |_| {
        state.edit(|spec| {
            spec.filter_text.clear();
            spec.range = None;
        });
    };
    view! {
        <Show when=move || { n_chips.get() > 0 }>
            <ul class="chips" aria-label="Conditions in force">
                {move || {
                    let conditions = conditions.get().into_iter().enumerate();
                    conditions
                        .map(|(index, text)| view! { <Chip text on_remove=move || state.widen(index)/> })
                        .collect_view()
                }}
                {move || {
                    range.get().map(|range| {
                        let text = range_in_words(range);
                        view! { <Chip text on_remove=move || state.edit(|spec| spec.range = None)/> }
                    })
                }}
                <Show when=move || { n_chips.get() > 1 }>
                    <li>
                        <button type="button" class="button is-quiet is-small" on:click=clear_all>"Clear all"</button>
                    </li>
                </Show>
            </ul>
        </Show>
    }
}

#[component]
fn Chip(text: String, on_remove: impl Fn() + 'static) -> impl IntoView {
    let label = format!("Remove {text}");
    view! {
        <li class="chip">
            <span class="chip-text" title=text.clone()>{text.clone()}</span>
            <button type="button" class="chip-remove" aria-label=label title="Remove" on:click=move |_| on_remove()>
                "×"
            </button>
        </li>
    }
}
