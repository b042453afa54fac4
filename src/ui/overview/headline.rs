//! The headline numbers, what was accepted and rejected, and what the windows and status records say.

use flow_core::analysis::{Metric, Tally};
use leptos::prelude::*;

use super::{Answered, words};
use crate::state::{AppState, ViewSpec};
use crate::ui::bar::width;
use crate::ui::format;

#[component]
pub(super) fn Headline(answered: Answered, metric: Memo<Metric>) -> impl IntoView {
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
    let n_interfaces = move || answered.read(|overview| overview.n_interfaces).unwrap_or_default();
    view! {
        <dl class="figures">
            <Figure name="Rows" value=move || format::count(total().rows)/>
            <Figure
                name="Bytes"
                value=move || format::bytes(total().bytes)
                detail=move || format::amount_exact(Metric::Bytes, total().bytes)
            />
            <Figure name="Packets" value=move || format::count(total().packets)/>
            <Figure name="Interfaces" value=move || format::count(n_interfaces())/>
            <Figure name="Time covered" value=covered detail=ends/>
        </dl>
        <ActionBar answered metric/>
        <Notes answered/>
    }
}

/// A number with its name.
#[component]
fn Figure(
    name: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(optional, into)] detail: Option<Signal<String>>,
) -> impl IntoView {
    view! {
        <div class="figure">
            <dt>{name}</dt>
            <dd class="figure-value">{value}</dd>
            {detail.map(|detail| view! { <dd class="figure-detail">{detail}</dd> })}
        </div>
    }
}

/// Accepted, rejected and other traffic as parts of one bar, with the numbers in text.
#[component]
fn ActionBar(answered: Answered, metric: Memo<Metric>) -> impl IntoView {
    let parts = move || {
        answered.read(|overview| {
            [
                ("Accepted", "is-accept", overview.accepted),
                ("Rejected", "is-reject", overview.rejected),
                ("Neither recorded", "is-other", overview.other),
            ]
        })
    };
    let drawn = move || {
        let metric = metric.get();
        let parts = parts()?;
        let whole: u128 = parts.iter().map(|(_, _, tally)| u128::from(tally.get(metric))).sum();
        let segment = |(_, class, tally): (&str, &'static str, Tally)| {
            let share = tally.get(metric) as f64 / (whole.max(1) as f64) * 100.0;
            view! { <span class=format!("action-part {class}") style:width=width(share)></span> }
        };
        Some(parts.map(segment).collect_view())
    };
    let legend = move || {
        let metric = metric.get();
        let parts = parts()?;
        let whole = parts.iter().fold(0u64, |sum, (_, _, tally)| sum.saturating_add(tally.get(metric)));
        let entry = |(name, class, tally): (&'static str, &'static str, Tally)| {
            let number = tally.get(metric);
            // "Neither" is worth a word only where it occurs.
            (tally.rows > 0 || class != "is-other").then(|| {
                view! {
                    <li title=format::amount_exact(metric, number)>
                        <span class=format!("swatch {class}") aria-hidden="true"></span>
                        {name}
                        <strong>{format::percent(number, whole)}</strong>
                        <span class="text-dim">{format::amount_with_unit(metric, number)}</span>
                    </li>
                }
            })
        };
        Some(parts.map(entry).collect_view())
    };
    view! {
        <div class="action-shares">
            <div class="action-bar" aria-hidden="true">{drawn}</div>
            <ul class="legend">{legend}</ul>
        </div>
    }
}

/// What the windows and the status records say about how far the numbers can be trusted.
#[component]
fn Notes(answered: Answered) -> impl IntoView {
    let state = AppState::get();
    let aggregation = move || answered.read(|overview| words::aggregation(overview.aggregation));
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
