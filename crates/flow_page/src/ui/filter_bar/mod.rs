//! The filter as text: read on every key, applied when it can be read, with what may come next.

mod draft;
mod mistake;

use std::time::Duration;

use flow_core::query::{Completion, Filter, FilterError, completions, parse_filter_with};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::state::{AppState, HistoryStep};
use draft::Draft;
pub use mistake::MistakeView;

/// The element that `/` moves the focus to.
pub const FILTER_INPUT_ID: &str = "filter-input";

/// A pause between two keys that means the reader looks at the result now, unless they are within a word.
const APPLY_AFTER: Duration = Duration::from_millis(250);

/// What the parts of the bar share.
#[derive(Clone, Copy)]
struct Bar {
    state: AppState,
    input: NodeRef<html::Input>,
    draft: RwSignal<Draft>,
    /// What stands in the field.
    text: Memo<String>,
    read: Memo<Result<Filter, FilterError>>,
    offers: Memo<Vec<Completion>>,
    has_focus: RwSignal<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

#[component]
pub fn FilterBar() -> impl IntoView {
    let state = AppState::get();
    let draft = RwSignal::new(Draft::default());
    let applied = Memo::new(move |_| state.spec.with(|spec| spec.filter_text.clone()));
    let text = Memo::new(move |_| draft.with(|draft| applied.with(|applied| draft.text(applied).to_owned())));
    let bar = Bar {
        state,
        input: NodeRef::new(),
        draft,
        text,
        read: Memo::new(move |_| {
            text.with(|text| state.column_names.with(|names| parse_filter_with(text, names)))
        }),
        offers: Memo::new(move |_| {
            let Some(cursor) = draft.with(Draft::cursor) else { return Vec::new() };
            text.with(|text| state.column_names.with(|names| completions(text, cursor, names)))
        }),
        has_focus: RwSignal::new(false),
        timer: StoredValue::new(None),
    };
    on_cleanup(move || bar.stop_timer());
    let shows_offers =
        Memo::new(move |_| bar.has_focus.get() && bar.offers.with(|offers| !offers.is_empty()));
    let active = Memo::new(move |_| draft.with(Draft::active));
    view! {
        <div class="filter-bar" role="search">
            <label class="visually-hidden" for=FILTER_INPUT_ID>"Filter"</label>
            <input
                id=FILTER_INPUT_ID
                class="filter-input"
                type="text"
                role="combobox"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="Filter, such as  dstport = 443 and srcaddr in 10.0.0.0/8"
                node_ref=bar.input
                prop:value=text
                aria-invalid=move || bar.read.with(Result::is_err).to_string()
                aria-describedby="filter-mistake"
                aria-autocomplete="list"
                aria-controls="filter-offers"
                aria-expanded=move || shows_offers.get().to_string()
                aria-activedescendant=move || active.get().map(offer_id)
                on:input=move |_| bar.typed()
                on:keydown=move |event| bar.key(&event)
                on:focus=move |_| bar.has_focus.set(true)
                on:blur=move |_| bar.left()
            />
            <Show when=move || text.with(|text| !text.is_empty())>
                <button type="button" class="button is-quiet filter-clear" on:click=move |_| bar.clear()>"Clear"</button>
            </Show>
            <div class="filter-below" class:is-open=move || bar.has_focus.get() || bar.read.with(Result::is_err)>
                <div id="filter-mistake" aria-live="polite">
                    {move || {
                        let error = bar.read.with(|read| read.as_ref().err().cloned());
                        error.map(|error| view! { <MistakeView text=bar.text.get() error/> })
                    }}
                </div>
                <ul
                    id="filter-offers"
                    class="offers"
                    role="listbox"
                    aria-label="How to go on"
                    hidden=move || !shows_offers.get()
                >
                    {move || {
                        let offers = if shows_offers.get() { bar.offers.get() } else { Vec::new() };
                        let offers = offers.into_iter().enumerate();
                        offers.map(|(place, offer)| view! { <Offer bar active place offer/> }).collect_view()
                    }}
                </ul>
            </div>
        </div>
    }
}

fn offer_id(place: usize) -> String {
    format!("filter-offer-{place}")
}

#[component]
fn Offer(bar: Bar, active: Memo<Option<usize>>, place: usize, offer: Completion) -> impl IntoView {
    let is_active = move || active.get() == Some(place);
    view! {
        <li
            id=offer_id(place)
            class="offer"
            role="option"
            aria-selected=move || is_active().to_string()
            // The field keeps the focus: a press on the list would take it, and close the list.
            on:pointerdown=move |event| {
                event.prevent_default();
                bar.accept(place);
            }
        >
            <span class="offer-text">{offer.text}</span>
            <span class="offer-note">{offer.note}</span>
        </li>
    }
}

impl Bar {
    fn typed(self) {
        let Some(input) = self.input.get_untracked() else { return };
        let (text, cursor) = (input.value(), input.selection_start().ok().flatten());
        let applied = self.state.spec.with_untracked(|spec| spec.filter_text.clone());
        self.draft.update(|draft| draft.type_text(applied, text, cursor.unwrap_or(u32::MAX)));
        self.stop_timer();
        self.timer.set_value(set_timeout_with_handle(move || self.paused(), APPLY_AFTER).ok());
    }

    fn paused(self) {
        let is_within_word = self.text.try_with_untracked(|text| {
            self.offers.with_untracked(|offers| draft::is_within_word(text, offers))
        });
        if is_within_word == Some(false) {
            self.apply();
        }
    }

    /// Makes what stands in the field the filter, if it can be read.
    fn apply(self) {
        self.stop_timer();
        let is_readable = self.read.try_with_untracked(Result::is_ok) == Some(true);
        let text = self.text.get_untracked();
        let is_new = self.state.spec.with_untracked(|spec| spec.filter_text != text);
        if !is_readable || !is_new {
            return;
        }
        // Typing on is one step back, however often it was applied on the way.
        let goes_on = self.draft.try_update(Draft::note_applied).unwrap_or(false);
        let step = if goes_on { HistoryStep::Replace } else { HistoryStep::Push };
        self.state.edit_as(step, |spec| spec.filter_text = text);
    }

    fn stop_timer(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn key(self, event: &KeyboardEvent) {
        let n_offers = self.offers.with_untracked(Vec::len);
        let active = self.draft.with_untracked(Draft::active);
        match event.key().as_str() {
            "ArrowDown" => self.draft.update(|draft| draft.move_active(1, n_offers)),
            "ArrowUp" => self.draft.update(|draft| draft.move_active(-1, n_offers)),
            "Enter" | "Tab" if active.is_some() => self.accept(active.unwrap_or_default()),
            "Enter" => {
                self.apply();
                self.draft.update(Draft::finish);
                return;
            }
            // First closes the list, then leaves the field.
            "Escape" if self.draft.with_untracked(|draft| draft.cursor().is_some()) => {
                self.draft.update(Draft::finish)
            }
            "Escape" => {
                if let Some(input) = self.input.get_untracked() {
                    let _ = input.blur();
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// Puts what is offered into the text, and the cursor behind it.
    fn accept(self, place: usize) {
        let Some(offer) = self.offers.with_untracked(|offers| offers.get(place).cloned()) else { return };
        let (text, cursor) = draft::accepted(&self.text.get_untracked(), &offer);
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&text);
            let _ = input.set_selection_range(cursor, cursor);
        }
        self.typed();
    }

    fn left(self) {
        self.has_focus.set(false);
        self.apply();
        self.draft.update(Draft::finish);
    }

    fn clear(self) {
        self.stop_timer();
        self.draft.set(Draft::default());
        self.state.edit(|spec| spec.filter_text.clear());
        if let Some(input) = self.input.get_untracked() {
            let _ = input.focus();
        }
    }
}
