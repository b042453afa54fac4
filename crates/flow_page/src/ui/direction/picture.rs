//! The interface in the middle: its own side on the left, the peers on the right, what came and what went
//! between them.

use flow_core::analysis::direction::DirectionView;
use flow_core::analysis::{Metric, Tally};
use flow_core::query::Subject;
use flow_core::record::{Direction, FlowClass, Value};
use leptos::prelude::*;

use super::Answered;
use crate::ui::bar::width;
use crate::ui::format;
use crate::ui::value_button::ValueButton;

/// Traffic of one class, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lane {
    ingress: Tally,
    egress: Tally,
    unknown: Tally,
}

impl Lane {
    fn of(view: &DirectionView, class: FlowClass) -> Lane {
        let mut lane = Lane::default();
        for (_, direction, tally) in view.class_directions.iter().filter(|(of, _, _)| *of == class) {
            match direction {
                Direction::Ingress => lane.ingress.add(*tally),
                Direction::Egress => lane.egress.add(*tally),
                Direction::Unknown => lane.unknown.add(*tally),
            }
        }
        lane
    }

    fn streams(&self) -> [(Direction, Tally); 3] {
        [
            (Direction::Ingress, self.ingress),
            (Direction::Egress, self.egress),
            (Direction::Unknown, self.unknown),
        ]
    }
}

/// Who is at the other end, for each class.
const fn peer(class: FlowClass) -> &'static str {
    match class {
        FlowClass::Internal => "Your own networks: private addresses and other interfaces",
        FlowClass::Inbound => "Somebody else, who sent to an interface",
        FlowClass::Outbound => "Somebody else, whom an interface sent to",
        FlowClass::Transit => "Two others, with the interface between them: NAT, transit gateway, firewall",
        FlowClass::Unknown => "Not known",
    }
}

const fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "←",
        Direction::Egress => "→",
        Direction::Unknown => "?",
    }
}

/// The largest stream, which the others are drawn beside.
fn largest(view: &DirectionView, metric: Metric) -> u64 {
    view.class_directions.iter().map(|(_, _, tally)| tally.get(metric)).max().unwrap_or(0)
}

#[component]
pub(super) fn Picture(answered: Answered, metric: Memo<Metric>) -> impl IntoView {
    let totals = move || answered.read(|view| view.directions.clone()).unwrap_or_default();
    let total = move |(direction, tally): (Direction, Tally)| {
        let metric = metric.get();
        let whole = totals().iter().fold(0u64, |sum, (_, tally)| sum.saturating_add(tally.get(metric)));
        let number = tally.get(metric);
        view! {
            <div class="figure">
                <dt>
                    <span aria-hidden="true">{arrow(direction)} " "</span>
                    <ValueButton subject=Subject::Direction value=Value::Text(direction.name().to_owned())/>
                </dt>
                <dd class="figure-value" title=format::amount_exact(metric, number)>
                    {format::amount(metric, number)}
                </dd>
                <dd class="figure-detail">
                    {format::percent(number, whole)} {format!(", {}", format::counted(tally.rows, "row"))}
                </dd>
            </div>
        }
    };
    let lanes = FlowClass::ALL.map(|class| view! { <LaneView answered metric class/> });
    view! {
        <dl class="figures">{move || totals().into_iter().map(total).collect_view()}</dl>
        <div class="lanes" role="table" aria-label="Traffic by class and direction">
            <div class="lane lane-head" role="row">
                <span role="columnheader">"Class"</span>
                <span role="columnheader">"Interface ← or → peer"</span>
                <span role="columnheader">"Peer"</span>
            </div>
            {lanes.into_iter().collect_view()}
        </div>
    }
}

#[component]
fn LaneView(answered: Answered, metric: Memo<Metric>, class: FlowClass) -> impl IntoView {
    let lane = Memo::new(move |_| answered.read(|view| Lane::of(view, class)).unwrap_or_default());
    let longest = Memo::new(move |_| answered.read(|view| largest(view, metric.get())).unwrap_or(0));
    let has_rows = move || lane.get().streams().iter().any(|(_, tally)| tally.rows > 0);
    let streams = move || {
        let (metric, longest) = (metric.get(), longest.get());
        let drawn = |(direction, tally): (Direction, Tally)| {
            let number = tally.get(metric);
            let share = number as f64 / longest.max(1) as f64 * 100.0;
            let class = format!("stream is-{}", direction.name());
            view! {
                <span class=class title=format::amount_exact(metric, number)>
                    <span class="stream-arrow" role="img" aria-label=direction.name()>{arrow(direction)}</span>
                    <span class="stream-track" aria-hidden="true">
                        <span class="stream-bar" style:width=width(share)></span>
                    </span>
                    <span class="number">{format::amount(metric, number)}</span>
                </span>
            }
        };
        let with_rows = lane.get().streams().into_iter().filter(|(_, tally)| tally.rows > 0);
        with_rows.map(drawn).collect_view()
    };
    view! {
        <Show when=has_rows>
            <div class="lane" role="row">
                <span role="rowheader">
                    <ValueButton subject=Subject::Class value=Value::Text(class.name().to_owned())/>
                </span>
                <span class="streams" role="cell">{streams}</span>
                <span class="lane-peer text-dim" role="cell">{peer(class)}</span>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(bytes: u64) -> Tally {
        Tally { rows: 1, packets: 2, bytes }
    }

    #[test]
    fn a_lane_holds_its_class_by_direction() {
        let view = DirectionView {
            directions: Vec::new(),
            classes: Vec::new(),
            class_directions: vec![
                (FlowClass::Internal, Direction::Ingress, tally(10)),
                (FlowClass::Internal, Direction::Egress, tally(30)),
                (FlowClass::Inbound, Direction::Ingress, tally(500)),
            ],
            evidence: Vec::new(),
            interfaces: Vec::new(),
            n_interfaces: 0,
        };
        let internal = Lane::of(&view, FlowClass::Internal);
        assert_eq!(internal, Lane { ingress: tally(10), egress: tally(30), unknown: Tally::default() });
        assert_eq!(Lane::of(&view, FlowClass::Transit), Lane::default());
        assert_eq!(largest(&view, Metric::Bytes), 500);
        assert_eq!(largest(&view, Metric::Rows), 1);
    }
}
