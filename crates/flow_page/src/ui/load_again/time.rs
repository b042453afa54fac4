//! "Only a time range": from and to, in UTC like every time on the page.

use flow_core::intake::LoadOptions;
use flow_core::record::iso_time;
use leptos::ev;
use leptos::prelude::*;

use super::{load_again, words};
use crate::engine::Engine;
use crate::state::{AppState, TimeRange};

/// As a field for date and time has it: ISO without its zone.
fn to_field(secs: u64) -> String {
    iso_time::to_iso(secs).unwrap_or_default().trim_end_matches('Z').to_owned()
}

#[component]
pub(super) fn OnlyTime(id: &'static str) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    // The part that is chosen in the timeline, else all of the time that is loaded; its last second is in it.
    let offered = Memo::new(move |_| {
        let chosen = state.spec.with(|spec| spec.range);
        chosen.or_else(|| {
            let (start, end) = state.progress.with(|progress| progress.time)?;
            TimeRange::new(start, end.saturating_add(1))
        })
    });
    let (from, to) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let text = |typed: RwSignal<Option<String>>, of: fn(TimeRange) -> u64| {
        Memo::new(move |_| {
            typed.get().or_else(|| offered.get().map(|range| to_field(of(range)))).unwrap_or_default()
        })
    };
    let (from_text, to_text) = (text(from, |range| range.from_secs), text(to, |range| range.to_secs));
    let range = Memo::new(move |_| {
        let secs = |text: Memo<String>| text.with(|text| iso_time::from_iso(text));
        TimeRange::new(secs(from_text)?, secs(to_text)?)
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(range) = range.get_untracked() else { return };
        let options = state.load_options.get_untracked();
        let columns = state.progress.with_untracked(|progress| progress.columns.clone());
        from.set(None);
        to.set(None);
        load_again(engine, LoadOptions { keep: words::within(&options.keep, range, &columns), ..options });
    };
    let field = move |name: &'static str,
                      label: &'static str,
                      typed: RwSignal<Option<String>>,
                      text: Memo<String>| {
        let field_id = format!("only-{name}-{id}");
        view! {
            <label for=field_id.clone()>{label}</label>
            <input
                id=field_id
                class="text-input"
                type="datetime-local"
                step="1"
                prop:value=text
                on:input=move |event| typed.set(Some(event_target_value(&event)))
            />
        }
    };
    view! {
        <form class="load-way" on:submit=submit>
            <h3>"Only a time range"</h3>
            <p class="text-dim">"Rows whose window starts in it, in UTC; the end is not in it"</p>
            <div class="load-times">
                {field("from", "From", from, from_text)}
                {field("to", "To", to, to_text)}
            </div>
            <div aria-live="polite">
                {move || {
                    let is_mistaken = range.get().is_none();
                    is_mistaken.then(|| view! { <p class="filter-mistake">"The end is not behind the beginning"</p> })
                }}
            </div>
            <button type="submit" class="button" disabled=move || range.get().is_none()>"Load again, only this time"</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_the_trip_through_their_fields() {
        for secs in [0, 59, 1_763_456_400, 1_763_456_461] {
            assert_eq!(iso_time::from_iso(&to_field(secs)), Some(secs));
        }
        // Browsers leave out seconds that are 0.
        assert_eq!(iso_time::from_iso("2025-11-18T09:00"), Some(1_763_456_400));
    }
}
