//! The first view: how much, what became of it, and who and what is at the top.

mod headline;
mod packets_lost;
mod top_list;
mod words;

use flow_core::analysis::overview::Overview;
use flow_core::record::Field;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use headline::Headline;
use packets_lost::PacketsLostSection;
use top_list::TopListView;

use super::states::Staged;
use crate::engine::{Slot, ask};
use crate::state::AppState;

/// The lists in reading order, each with its heading.
const LISTS: [(Field, &str); 5] = [
    (Field::SRCADDR, "Sources"),
    (Field::DSTADDR, "Destinations"),
    (Field::DSTPORT, "Destination ports"),
    (Field::PROTOCOL, "Protocols"),
    (Field::INTERFACE_ID, "Interfaces"),
];

type Answered = super::answered::Answered<Overview>;

#[component]
pub fn OverviewTab() -> impl IntoView {
    let state = AppState::get();
    let metric = Memo::new(move |_| state.spec.with(|spec| spec.metric));
    let question =
        Signal::derive(move || Some(Question::Overview { filter: state.filter.get(), metric: metric.get() }));
    let asked = ask(Slot::Overview, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Overview(content) => Some(content),
        _ => None,
    });
    let n_rows = Memo::new(move |_| answered.read(|overview| overview.total.rows));
    view! {
        <section class="view overview" aria-label="Overview">
            <Staged asked n_rows>
                <Headline answered/>
                <PacketsLostSection/>
                <h2 class="view-heading">{move || format!("At the top, by {}", metric.get().name())}</h2>
                <div class="top-lists">
                    {LISTS
                        .map(|(field, heading)| view! { <TopListView answered metric field heading/> })
                        .collect_view()}
                </div>
            </Staged>
        </section>
    }
}
