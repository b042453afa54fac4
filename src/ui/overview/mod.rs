//! The first view: how much, what became of it, and who and what is at the top.

mod headline;
mod top_list;
mod words;

use std::sync::Arc;

use flow_core::analysis::overview::Overview;
use flow_core::record::Field;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use headline::Headline;
use top_list::TopListView;

use super::metric_switch::MetricSwitch;
use super::states::Staged;
use crate::engine::{Slot, ask};
use crate::state::AppState;

/// The lists in reading order, each with its heading.
const LISTS: [(Field, &str); 6] = [
    (Field::SRCADDR, "Sources"),
    (Field::DSTADDR, "Destinations"),
    (Field::DSTPORT, "Destination ports"),
    (Field::PROTOCOL, "Protocols"),
    (Field::INTERFACE_ID, "Interfaces"),
    (Field::SRCPORT, "Source ports"),
];

/// Answers come shared; a view reads a part of one and keeps nothing.
#[derive(Clone, Copy)]
struct Answered(ReadSignal<Option<Arc<Answer>>>);

impl Answered {
    fn read<T>(self, part: impl FnOnce(&Overview) -> T) -> Option<T> {
        self.0.with(|answer| match answer.as_deref() {
            Some(Answer::Overview(overview)) => Some(part(overview)),
            _ => None,
        })
    }
}

#[component]
pub fn OverviewTab() -> impl IntoView {
    let state = AppState::get();
    let metric = Memo::new(move |_| state.spec.with(|spec| spec.metric));
    let question = Signal::derive(move || {
        Some(Question::Overview { filter: state.filter.get(), metric: metric.get() })
    });
    let asked = ask(Slot::Overview, question);
    let answered = Answered(asked.answer);
    let n_rows = Memo::new(move |_| answered.read(|overview| overview.total.rows));
    view! {
        <section class="view overview" aria-label="Overview">
            <Staged asked n_rows>
                <Headline answered metric/>
                <div class="view-bar">
                    <h2 class="view-heading">"At the top"</h2>
                    <MetricSwitch/>
                </div>
                <div class="top-lists">
                    {LISTS
                        .map(|(field, heading)| view! { <TopListView answered metric field heading/> })
                        .collect_view()}
                </div>
            </Staged>
        </section>
    }
}
