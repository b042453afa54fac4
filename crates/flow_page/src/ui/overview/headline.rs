//! The headline numbers, what was accepted and rejected, and what the windows and status records say.

use flow_core::analysis::{Metric, Tally};
use flow_core::record::Field;
use leptos::prelude::*;

use super::{Answered, words};
use crate::state::{AppState, ViewSpec};
use crate::ui::bar::width;
use crate::ui::exactness::{ExactMark, Exactness, Mark};
use crate::ui::format;
use crate::ui::metric_switch::recorded_field;

#[component]
pub(super) fn Headline(answered: Answered) -> impl IntoView {
    let total = move || answered.read(|overview| overview.total).unwrap_or_default();
    let time = Memo::new(move |_| answered.read(|overview| overview.time).flatten());
    let covered = move || match time.get() {
        Some((start, end)) => format::duration(end.saturating_sub(start)),
        None => "not recorded".to_owned(),
    };
    let ends = move || match time.get() {
        Some((start, end)) => format!("{} to {} UTC", format::utc(start), format::utc(end)),
        None => "No row has a start and an end".to_owned(),
    };
    let state = AppState::get();
    // A sum over a field that no file has is no measurement.
    let if_recorded = move |field: Field, words: String| match state.is_recorded(field) {
        true => words,
        false => "not recorded".to_owned(),
    };
    let n_interfaces = move || answered.read(|overview| overview.n_interfaces).unwrap_or_default();
    view! {
        <dl class="figures">
            <Figure name="Rows" value=move || format::count(total().rows)/>
            <Figure
                name="Bytes"
                value=move || if_recorded(Field::BYTES, format::bytes(total().bytes))
                detail=move || match state.is_recorded(Field::BYTES) {
                    true => format::amount_exact(Metric::Bytes, total().bytes),
                    false => String::new(),
                }
            />
            <Figure name="Packets" value=move || if_recorded(Field::PACKETS, format::count(total().packets))/>
            <Figure name="Interfaces" value=move || if_recorded(Field::INTERFACE_ID, format::count(n_interfaces()))/>
            <Figure name="Time covered" value=covered detail=ends is_to_the_minute=true/>
        </dl>
        <ActionBar answered/>
        <Notes answered/>
    }
}

/// A number with its name.
#[component]
fn Figure(
    name: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(optional, into)] detail: Option<Signal<String>>,
    /// Where rows were rolled up: begins with a minute.
    #[prop(optional)]
    is_to_the_minute: bool,
) -> impl IntoView {
    let mark = match is_to_the_minute {
        true => view! { <Mark is=Exactness::RolledUp why="Begins with the first row's minute"/> }.into_any(),
        false => view! { <ExactMark/> }.into_any(),
    };
    view! {
        <div class="figure">
            <dt>{name} " " {mark}</dt>
            <dd class="figure-value">{value}</dd>
            {detail.map(|detail| view! { <dd class="figure-detail">{detail}</dd> })}
        </div>
    }
}

/// Accepted, rejected and other rows as parts of one bar, with the numbers in text.
///
/// Always by rows: what is rejected carries hardly any bytes, and by bytes it would not be seen.
#[component]
fn ActionBar(answered: Answered) -> impl IntoView {
    let state = AppState::get();
    let parts = Memo::new(move |_| {
        let parts = answered.read(|overview| {
            [
                ("Accepted", "is-accept", overview.accepted),
                ("Rejected", "is-reject", overview.rejected),
                ("Neither recorded", "is-other", overview.other),
            ]
        });
        // "Neither" is worth a word only where it occurs, the others only where they could.
        let has_action = state.is_recorded(Field::ACTION);
        let is_worth_a_word =
            |class: &str, tally: Tally| tally.rows > 0 || (class != "is-other" && has_action);
        let parts = parts.into_iter().flatten();
        parts.filter(|(_, class, tally)| is_worth_a_word(class, *tally)).collect::<Vec<_>>()
    });
    let n_rows = move || parts.with(|parts| parts.iter().map(|(_, _, tally)| tally.rows).sum::<u64>());
    let segment = move |(_, class, tally): (&'static str, &'static str, Tally)| {
        let share = tally.rows as f64 / n_rows().max(1) as f64 * 100.0;
        view! { <span class=format!("action-part {class}") style:width=width(share)></span> }
    };
    let entry = move |(name, class, tally): (&'static str, &'static str, Tally)| {
        let metrics = [Metric::Rows, Metric::Bytes].into_iter();
        let sums: Vec<String> = metrics
            .filter(|metric| recorded_field(*metric).is_none_or(|field| state.is_recorded(field)))
            .map(|metric| format::amount_with_unit(metric, tally.get(metric)))
            .collect();
        view! {
            <li>
                <span class=format!("swatch {class}") aria-hidden="true"></span>
                {name}
                <strong>{format::percent(tally.rows, n_rows())}</strong>
                <span class="text-dim">{sums.join(", ")}</span>
            </li>
        }
    };
    view! {
        <div class="action-shares">
            <div class="action-bar" aria-hidden="true">
                {move || parts.get().into_iter().map(segment).collect_view()}
            </div>
            <ul class="legend">
                {move || parts.get().into_iter().map(entry).collect_view()}
                <li><ExactMark/></li>
            </ul>
        </div>
    }
}

/// What the windows and the status records say about how far the numbers can be trusted.
#[component]
fn Notes(answered: Answered) -> impl IntoView {
    let state = AppState::get();
    let aggregation = move || match state.is_rolled_up() {
        true => {
            Some("Rows were rolled up by the minute, so the aggregation interval cannot be told".to_owned())
        }
        false => answered.read(|overview| words::aggregation(overview.aggregation)),
    };
    let status_records =
        Memo::new(move |_| answered.read(|overview| overview.status_records.clone()).unwrap_or_default());
    let status = move |(log_status, number): (String, u64)| {
        let meaning = words::status_meaning(&log_status);
        let is_hole = log_status == "SKIPDATA";
        view! {
            <li class:is-warning=is_hole>
                {format!("{} with log-status ", format::counted(number, "record"))}
                <code>{log_status}</code>
                {(!meaning.is_empty()).then(|| format!(": {meaning}"))}
                {move || state.spec.with(ViewSpec::is_filtered).then_some(" (in all that is loaded: no filter applies)")}
            </li>
        }
    };
    view! {
        <ul class="notes">
            <li>{aggregation}</li>
            {move || status_records.get().into_iter().map(status).collect_view()}
        </ul>
    }
}
