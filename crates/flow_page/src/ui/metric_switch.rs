//! Which of rows, bytes and packets charts and lists are about: one choice for all of them, so one switch, at
//! the timeline.

use flow_core::analysis::Metric;
use flow_core::record::Field;
use leptos::prelude::*;

use crate::state::AppState;

/// The field that a metric sums; `None` where it counts rows.
pub fn recorded_field(metric: Metric) -> Option<Field> {
    match metric {
        Metric::Rows => None,
        Metric::Packets => Some(Field::PACKETS),
        Metric::Bytes => Some(Field::BYTES),
    }
}

/// Three buttons, one of them pressed; the choice is part of the view.
#[component]
pub fn MetricSwitch() -> impl IntoView {
    let state = AppState::get();
    let chosen = Memo::new(move |_| state.spec.with(|spec| spec.metric));
    let button = move |metric: Metric| {
        view! {
            <button
                type="button"
                class="switch-option"
                disabled=move || !recorded_field(metric).is_none_or(|field| state.is_recorded(field))
                aria-pressed=move || (chosen.get() == metric).to_string()
                on:click=move |_| state.edit(|spec| spec.metric = metric)
            >
                {metric.name()}
            </button>
        }
    };
    view! {
        <div class="switch" role="group" aria-label="Measured in">
            {Metric::ALL.map(button).collect_view()}
        </div>
    }
}
