//! Accepted and rejected traffic over all of the loaded time, and the choice of a part of it.
//!
//! The timeline is filtered by the text filter but not by the time range: it is where the range is chosen.

mod axis;
mod bars;
mod brush;
mod chart;
mod readout;
mod table;

use flow_core::analysis::Metric;
use flow_core::analysis::timeline::Timeline;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::exactness::{Exactness, Mark};
use super::format;
use super::metric_switch::MetricSwitch;
use crate::engine::{Slot, ask};
use crate::state::{AppState, LoadState};
use axis::TimeAxis;
use brush::Brush;
use chart::Chart;
pub use readout::range as range_in_words;
use table::TimelineTable;

/// More bars than this are narrower than a reader can point at on a common screen.
const BUCKETS_MAX: u32 = 200;

/// What the parts of the timeline share.
#[derive(Clone, Copy)]
struct Scene {
    timeline: Memo<Option<Timeline>>,
    axis: Memo<Option<TimeAxis>>,
    metric: Memo<Metric>,
    /// The bucket under the pointer, or under the keyboard's cursor.
    looked_at: RwSignal<Option<u64>>,
    /// A choice that is not committed yet.
    brush: RwSignal<Option<Brush>>,
}

#[component]
pub fn TimelineView() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || {
        let filter = state.timeline_filter.get();
        let is_open = state.load.get() != LoadState::Empty;
        is_open.then_some(Question::Timeline { filter, n_buckets_max: BUCKETS_MAX })
    });
    let asked = ask(Slot::Timeline, question);
    let timeline = Memo::new(move |_| {
        asked.answer.with(|answer| match answer.as_deref() {
            Some(Answer::Timeline(timeline)) => Some(timeline.clone()),
            _ => None,
        })
    });
    let scene = Scene {
        timeline,
        axis: Memo::new(move |_| timeline.with(|timeline| timeline.as_ref().and_then(TimeAxis::of))),
        metric: Memo::new(move |_| state.spec.with(|spec| spec.metric)),
        looked_at: RwSignal::new(None),
        brush: RwSignal::new(None),
    };
    on_cleanup(move || state.previewed_range.set(None));
    let shows_table = RwSignal::new(false);
    let has_axis = Memo::new(move |_| scene.axis.get().is_some());
    view! {
        <section class="timeline" class:is-pending=asked.pending aria-label="Traffic over time">
            <div class="timeline-head">
                <Legend scene/>
                <Mark is=Exactness::Exact why="A bar is a minute or more, and rows were rolled up within their minutes"/>
                <p class="timeline-readout">{move || readout_line(scene, state)}</p>
                <ResetRange/>
                <button
                    type="button"
                    class="button is-quiet"
                    aria-expanded=move || shows_table.get().to_string()
                    on:click=move |_| shows_table.update(|shown| *shown = !*shown)
                >
                    "Table"
                </button>
                <MetricSwitch/>
            </div>
            {move || match has_axis.get() {
                true => view! { <Chart scene/> }.into_any(),
                false => view! { <NoChart failure=asked.failure pending=asked.pending scene/> }.into_any(),
            }}
            {move || shows_table.get().then(|| view! { <TimelineTable scene/> })}
        </section>
    }
}

/// What is being looked at; else what is chosen; else all of the time.
fn readout_line(scene: Scene, state: AppState) -> String {
    let Some(axis) = scene.axis.get() else { return String::new() };
    if let Some(chosen) = scene.brush.get().and_then(|brush| brush.range()) {
        return readout::range(chosen);
    }
    if let Some(place) = scene.looked_at.get() {
        let time = readout::range(axis.range_of_buckets(place, place));
        let holds = scene.timeline.with(|timeline| {
            let bucket = timeline.as_ref().and_then(|timeline| timeline.buckets.get(place as usize));
            bucket.map(|bucket| readout::bucket(bucket, scene.metric.get())).unwrap_or_default()
        });
        return format!("{time}: {holds}");
    }
    let chosen = state.spec.with(|spec| spec.range);
    let bar = format::duration(axis.bucket_secs());
    format!("{}, a bar is {bar}", readout::range(chosen.unwrap_or(axis.range())))
}

#[component]
fn Legend(scene: Scene) -> impl IntoView {
    let any = move |has: fn(&flow_core::analysis::timeline::Bucket) -> bool| {
        Memo::new(move |_| {
            scene
                .timeline
                .with(|timeline| timeline.as_ref().is_some_and(|timeline| timeline.buckets.iter().any(has)))
        })
    };
    let has_other = any(|bucket| bucket.other.rows > 0);
    let has_skipdata = any(|bucket| bucket.n_skipdata > 0);
    let lacks_files = any(|bucket| bucket.lacks_file);
    view! {
        <ul class="timeline-legend">
            <li class="legend-accepted">"Accepted"</li>
            <li class="legend-rejected">"Rejected"</li>
            {move || has_other.get().then(|| view! { <li class="legend-other">"Without action"</li> })}
            {move || {
                has_skipdata
                    .get()
                    .then(|| view! { <li class="legend-skipdata" title="AWS skipped records here: the log has holes">"SKIPDATA"</li> })
            }}
            {move || {
                lacks_files
                    .get()
                    .then(|| view! { <li class="legend-gap" title="A flow log has no file for this time: it was not opened, or not written. Files says which">"File missing"</li> })
            }}
        </ul>
    }
}

#[component]
fn ResetRange() -> impl IntoView {
    let state = AppState::get();
    let is_chosen = Memo::new(move |_| state.spec.with(|spec| spec.range.is_some()));
    move || {
        is_chosen.get().then(|| {
            view! {
                <button type="button" class="button is-quiet" on:click=move |_| state.edit(|spec| spec.range = None)>
                    "All time"
                </button>
            }
        })
    }
}

/// In place of a chart: why there is none.
#[component]
fn NoChart(failure: ReadSignal<Option<String>>, pending: ReadSignal<bool>, scene: Scene) -> impl IntoView {
    let words = move || match (failure.get(), pending.get()) {
        (Some(message), _) => message,
        (None, true) => "Counting …".to_owned(),
        (None, false) => {
            let n_outside =
                scene.timeline.with(|timeline| timeline.as_ref().map_or(0, |all| all.n_rows_outside));
            match n_outside {
                0 => "No row matches the filter, so there is nothing to draw".to_owned(),
                n_rows => format!(
                    "The filter leaves {}, without a single start time: there is nothing to draw",
                    format::counted(n_rows, "row")
                ),
            }
        }
    };
    view! { <p class="timeline-empty">{words}</p> }
}
