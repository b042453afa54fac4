//! The picture of the timeline, and what a pointer and the keyboard do on it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use leptos::{html, svg};

use super::Scene;
use super::axis::Tick;
use super::bars::{self, Bars};
use super::brush::{Brush, End};
use super::readout;
use crate::browser::size::{Size, capture_pointer, size_of, x_within};
use crate::state::{AppState, TimeRange};
use crate::ui::format;

/// Room that a label under the axis needs.
const TICK_PX: f64 = 96.0;
/// Buckets that Page Up and Page Down pass.
const PAGE_BUCKETS: i64 = 10;

/// The drawing, worked out anew when the answer, the metric or the width changes.
#[derive(Clone, Debug, Default, PartialEq)]
struct Picture {
    width: f64,
    height: f64,
    bars: Bars,
    ticks: Vec<(Tick, f64)>,
}

/// Where the bars are, and where pointers are measured from.
#[derive(Clone, Copy)]
struct Plot {
    node: NodeRef<html::Div>,
    size: ReadSignal<Size>,
}

impl Plot {
    fn width(self) -> f64 {
        self.size.get().width
    }
}

#[component]
pub fn Chart(scene: Scene) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let plot = Plot { node, size: size_of(node) };
    let picture = Memo::new(move |_| {
        let size = plot.size.get();
        let metric = scene.metric.get();
        scene.timeline.with(|timeline| {
            let Some((timeline, axis)) = timeline.as_ref().zip(scene.axis.get()) else {
                return Picture::default();
            };
            let ticks = axis.ticks((size.width / TICK_PX) as usize);
            Picture {
                width: size.width,
                height: size.height,
                bars: bars::draw(timeline, metric, size.width, size.height),
                ticks: ticks
                    .into_iter()
                    .map(|tick| (tick.clone(), axis.x_of(tick.secs, size.width)))
                    .collect(),
            }
        })
    });
    let missing = Memo::new(move |_| {
        scene.timeline.with(|timeline| {
            let Some((timeline, axis)) = timeline.as_ref().zip(scene.axis.get()) else { return Vec::new() };
            [readout::holes(timeline, axis), readout::gaps(timeline, axis)].into_iter().flatten().collect()
        })
    });
    view! {
        <div class="timeline-frame">
            <div class="timeline-plot" node_ref=node>
                <svg class="timeline-picture" aria-hidden="true">
                    <Patterns/>
                    {move || picture.with(|picture| grid(picture, scene))}
                    <path class="series-gaps" d=move || picture.with(|picture| picture.bars.gaps.clone())/>
                    <path class="series-holes" d=move || picture.with(|picture| picture.bars.holes.clone())/>
                    <path class="series-accepted" d=move || picture.with(|picture| picture.bars.accepted.clone())/>
                    <path class="series-rejected" d=move || picture.with(|picture| picture.bars.rejected.clone())/>
                    <path class="series-other" d=move || picture.with(|picture| picture.bars.other.clone())/>
                    <path class="series-skipdata" d=move || picture.with(|picture| picture.bars.skipdata.clone())/>
                </svg>
                {move || {
                    let said = |words: String| view! { <p class="visually-hidden">{words}</p> };
                    missing.get().into_iter().map(said).collect_view()
                }}
                <Shades scene plot/>
                <Surface scene plot/>
                <Handle scene plot end=End::From/>
                <Handle scene plot end=End::To/>
            </div>
        </div>
    }
}

/// Rejected bars are hatched: they differ from accepted ones without any colour. Holes are hatched the other way, wider,
/// on nothing; times without a file are dotted.
#[component]
fn Patterns() -> impl IntoView {
    view! {
        <defs>
            <pattern id="hatch-rejected" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="4" height="4" class="hatch-ground"/>
                <rect width="1.5" height="4" class="hatch-line"/>
            </pattern>
            <pattern id="hatch-holes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
                <rect width="2" height="8" class="hatch-hole"/>
            </pattern>
            <pattern id="dots-gaps" width="6" height="6" patternUnits="userSpaceOnUse">
                <circle cx="3" cy="3" r="1" class="dot-gap"/>
            </pattern>
        </defs>
    }
}

/// Lines at round amounts and labels at round times.
fn grid(picture: &Picture, scene: Scene) -> impl IntoView + use<> {
    let metric = scene.metric.get();
    let (width, height) = (picture.width, picture.height);
    let amounts = picture.bars.amounts.iter().map(|&(amount, y)| {
        let y = format!("{y:.1}");
        svg::g().child((
            svg::line()
                .attr("class", "grid-line")
                .attr("x2", format!("{width:.1}"))
                .attr("y1", y.clone())
                .attr("y2", y.clone()),
            svg::text()
                .attr("class", "grid-amount")
                .attr("x", "-6")
                .attr("y", y)
                .child(format::amount(metric, amount)),
        ))
    });
    let times = picture.ticks.iter().map(|(tick, x)| {
        // The last label would leave the page.
        let is_last = *x > width - TICK_PX / 2.0;
        let x = format!("{x:.1}");
        let class = match (tick.is_day, is_last) {
            (true, true) => "grid-time is-day is-last",
            (true, false) => "grid-time is-day",
            (false, true) => "grid-time is-last",
            (false, false) => "grid-time",
        };
        svg::text()
            .attr("class", class)
            .attr("x", x)
            .attr("y", format!("{:.1}", height + 16.0))
            .child(tick.label.clone())
    });
    (amounts.collect_view(), times.collect_view())
}

/// What is chosen or being chosen.
fn chosen(scene: Scene, state: AppState) -> Option<TimeRange> {
    let previewed = scene.brush.get().and_then(|brush| brush.range());
    previewed.or_else(|| state.spec.with(|spec| spec.range))
}

fn px(x: f64) -> String {
    format!("{x:.1}px")
}

/// The x of both ends of what is chosen; the ends of the plot where nothing is.
fn chosen_ends(scene: Scene, state: AppState, width: f64) -> (f64, f64) {
    match (scene.axis.get(), chosen(scene, state)) {
        (Some(axis), Some(range)) => (axis.x_of(range.from_secs, width), axis.x_of(range.to_secs, width)),
        _ => (0.0, width),
    }
}

/// Dims what is not chosen, and marks what is looked at.
#[component]
fn Shades(scene: Scene, plot: Plot) -> impl IntoView {
    let state = AppState::get();
    let ends = Memo::new(move |_| chosen_ends(scene, state, plot.width()));
    let is_preview = move || scene.brush.with(|brush| brush.is_some_and(|brush| brush.range().is_some()));
    let cursor = move || {
        let (axis, place) = scene.axis.get().zip(scene.looked_at.get())?;
        let width = plot.width();
        let bucket = axis.range_of_buckets(place, place);
        let left = axis.x_of(bucket.from_secs, width);
        let wide = axis.x_of(bucket.to_secs, width) - left;
        Some(view! { <div class="timeline-cursor" style:left=px(left) style:width=px(wide)></div> })
    };
    view! {
        <div class="timeline-shade" style:left="0" style:width=move || px(ends.get().0)></div>
        <div
            class="timeline-shade"
            style:left=move || px(ends.get().1)
            style:width=move || px(plot.width() - ends.get().1)
        ></div>
        <div
            class="timeline-chosen"
            class:is-preview=is_preview
            class:is-all=move || chosen(scene, state).is_none()
            style:left=move || px(ends.get().0)
            style:width=move || px(ends.get().1 - ends.get().0)
        ></div>
        {cursor}
    }
}

impl Scene {
    fn commit(self, state: AppState) {
        let range = self.brush.get_untracked().and_then(|brush| brush.range());
        if let Some((axis, range)) = self.axis.get_untracked().zip(range) {
            let range = Brush::committed(axis, range);
            if state.spec.with_untracked(|spec| spec.range != range) {
                state.edit(|spec| spec.range = range);
            }
        }
        self.choose(None, state);
    }

    /// Draws the choice under way, and lets the views follow it: each asks again once it has
    /// its answer, so a fast hand asks no more than the engine can answer.
    fn choose(self, brush: Option<Brush>, state: AppState) {
        let range = brush.and_then(|brush| brush.range());
        let previewed =
            self.axis.get_untracked().zip(range).map(|(axis, range)| Brush::committed(axis, range));
        self.brush.set(brush);
        if state.previewed_range.get_untracked() != previewed {
            state.previewed_range.set(previewed);
        }
    }

    /// Who goes on to something else is done choosing by keys. A press has its own end: it may be what took the
    /// focus away.
    fn commit_keys(self, state: AppState) {
        if self.brush.with_untracked(|brush| brush.is_some_and(|brush| brush.is_by_keys())) {
            self.commit(state);
        }
    }

    fn drag(self, plot: Plot, state: AppState, event: &PointerEvent) {
        let (Some(axis), Some(plot)) = (self.axis.get_untracked(), plot.node.get_untracked()) else { return };
        let (x, width) = (x_within(&plot, event), f64::from(plot.client_width()));
        self.looked_at.set(Some(axis.bucket_at(axis.secs_at(x, width))));
        if let Some(mut brush) = self.brush.get_untracked() {
            brush.drag(axis, x, width);
            self.choose(Some(brush), state);
        }
    }
}

const SURFACE_KEYS: &str =
    "Arrow keys go from bar to bar, with Shift they choose a range; Enter applies it, Escape takes it back";

/// Where a pointer draws a range and a cursor moves by keys.
#[component]
fn Surface(scene: Scene, plot: Plot) -> impl IntoView {
    let state = AppState::get();
    let on_pointer_down = move |event: PointerEvent| {
        let (Some(axis), Some(plot)) = (scene.axis.get_untracked(), plot.node.get_untracked()) else {
            return;
        };
        if event.button() == 0 {
            capture_pointer(&event);
            let brush = Brush::press(axis, x_within(&plot, &event), f64::from(plot.client_width()));
            scene.choose(Some(brush), state);
        }
    };
    let last_place = move || scene.axis.get().map_or(0, |axis| axis.n_buckets() - 1);
    let on_key = move |event: KeyboardEvent| {
        let Some(axis) = scene.axis.get_untracked() else { return };
        let place = scene.looked_at.get_untracked().unwrap_or(0);
        let last = axis.n_buckets() - 1;
        let next = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => place.saturating_sub(1),
            "ArrowRight" | "ArrowUp" => (place + 1).min(last),
            "PageDown" => place.saturating_sub(PAGE_BUCKETS as u64),
            "PageUp" => (place + PAGE_BUCKETS as u64).min(last),
            "Home" => 0,
            "End" => last,
            "Enter" => return scene.commit(state),
            "Escape" => {
                event.stop_propagation();
                return give_up(scene, state);
            }
            _ => return,
        };
        event.prevent_default();
        scene.looked_at.set(Some(next));
        if event.shift_key() {
            let mut brush = scene.brush.get_untracked().unwrap_or_else(|| Brush::begin_at(axis, place));
            brush.extend_to(axis, next);
            scene.choose(Some(brush), state);
        }
    };
    view! {
        <div
            class="timeline-surface"
            role="slider"
            tabindex="0"
            aria-label="Time, bar by bar"
            aria-description=SURFACE_KEYS
            aria-valuemin="0"
            aria-valuemax=move || last_place().to_string()
            aria-valuenow=move || scene.looked_at.get().unwrap_or(0).min(last_place()).to_string()
            aria-valuetext=move || super::readout_line(scene, state)
            on:pointerdown=on_pointer_down
            on:pointermove=move |event| scene.drag(plot, state, &event)
            on:pointerup=move |_| scene.commit(state)
            on:pointercancel=move |_| scene.choose(None, state)
            on:pointerleave=move |_| scene.looked_at.set(None)
            on:focus=move |_| scene.looked_at.update(|place| *place = place.or(Some(0)))
            on:blur=move |_| {
                scene.looked_at.set(None);
                scene.commit_keys(state);
            }
            on:keydown=on_key
        ></div>
    }
}

/// Takes back what is previewed; where nothing is, what is chosen.
fn give_up(scene: Scene, state: AppState) {
    if scene.brush.get_untracked().is_some() {
        scene.choose(None, state);
    } else if state.spec.with_untracked(|spec| spec.range.is_some()) {
        state.edit(|spec| spec.range = None);
    }
}

/// One end of what is chosen, to drag or to move by keys.
#[component]
fn Handle(scene: Scene, plot: Plot, end: End) -> impl IntoView {
    let state = AppState::get();
    let label = match end {
        End::From => "Start of the time range",
        End::To => "End of the time range",
    };
    let range = move || chosen(scene, state).or_else(|| scene.axis.get().map(|axis| axis.range()));
    let secs = Memo::new(move |_| {
        range().map_or(0, |range| match end {
            End::From => range.from_secs,
            End::To => range.to_secs,
        })
    });
    let x = move || scene.axis.get().map_or(0.0, |axis| axis.x_of(secs.get(), plot.width()));
    let on_pointer_down = move |event: PointerEvent| {
        if let Some(range) = untrack(range).filter(|_| event.button() == 0) {
            capture_pointer(&event);
            scene.choose(Some(Brush::grip(end, range)), state);
        }
    };
    let on_pointer_move = move |event: PointerEvent| {
        if scene.brush.with_untracked(Option::is_some) {
            scene.drag(plot, state, &event);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let n_buckets = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -1,
            "ArrowRight" | "ArrowUp" => 1,
            "PageDown" => -PAGE_BUCKETS,
            "PageUp" => PAGE_BUCKETS,
            // More than there are: as far as it goes.
            "Home" => i64::from(i32::MIN),
            "End" => i64::from(i32::MAX),
            "Enter" => return scene.commit(state),
            "Escape" => {
                event.stop_propagation();
                return give_up(scene, state);
            }
            _ => return,
        };
        event.prevent_default();
        if let Some((axis, range)) = scene.axis.get_untracked().zip(untrack(range)) {
            scene.choose(Some(Brush::step(axis, range, end, n_buckets)), state);
        }
    };
    let bound = move |of: fn(TimeRange) -> u64| {
        move || scene.axis.get().map_or(0, |axis| of(axis.range())).to_string()
    };
    view! {
        <div
            class="timeline-handle"
            role="slider"
            tabindex="0"
            aria-label=label
            aria-valuemin=bound(|range| range.from_secs)
            aria-valuemax=bound(|range| range.to_secs)
            aria-valuenow=move || secs.get().to_string()
            aria-valuetext=move || format!("{} UTC", format::utc(secs.get()))
            style:left=move || px(x())
            on:pointerdown=on_pointer_down
            on:pointermove=on_pointer_move
            on:pointerup=move |_| scene.commit(state)
            on:pointercancel=move |_| scene.choose(None, state)
            on:keydown=on_key
            on:blur=move |_| scene.commit_keys(state)
        ></div>
    }
}
