//! Which way the traffic went: in total, by interface and flow by flow, each with what it rests on.

mod evidence;
mod flow;
mod flows;
mod interfaces;
mod own_address;
mod picture;

use flow_core::analysis::direction::DirectionView;
use flow_core::record::{ColumnKey, Field};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use evidence::EvidenceTable;
pub use flows::flows_question;
use flows::{Flows, ask_for_flows};
use interfaces::Interfaces;
use picture::Picture;

use super::exactness::ExactMark;
use super::records::columns::tells_direction;
use super::states::{NeedsField, Staged};
use crate::engine::{Slot, ask};
use crate::state::AppState;

type Answered = super::answered::Answered<DirectionView>;

/// Rows that the answer is about: each has one direction.
fn n_rows(view: &DirectionView) -> u64 {
    view.directions.iter().map(|(_, tally)| tally.rows).sum()
}

/// What the files let us say about directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Recorded,
    /// By the interfaces' own addresses.
    Inferred,
    Nothing,
}

fn source(columns: &[ColumnKey]) -> Source {
    match tells_direction(columns) {
        _ if columns.contains(&Field::FLOW_DIRECTION.into()) => Source::Recorded,
        true => Source::Inferred,
        false => Source::Nothing,
    }
}

/// What this view asks of all rows; beside it, it asks for [`flows_question`].
pub fn question(state: AppState) -> Question {
    Question::Direction { filter: state.filter.get() }
}

#[component]
pub fn DirectionTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(question(state)));
    let asked = ask(Slot::Direction, question);
    let flows = ask_for_flows();
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Direction(content) => Some(content),
        _ => None,
    });
    let metric = Memo::new(move |_| state.spec.with(|spec| spec.metric));
    let rows = Memo::new(move |_| answered.read(n_rows));
    let source = Memo::new(move |_| state.progress.with(|progress| source(&progress.columns)));
    let said = move || match source.get() {
        Source::Recorded => ().into_any(),
        Source::Inferred => view! {
            <p class="view-note">
                "These files do not record " <code>{Field::FLOW_DIRECTION.name()}</code>
                ". Directions are inferred: an interface's own address is an end of each of its records"
            </p>
        }
        .into_any(),
        Source::Nothing => view! {
            <NeedsField
                title="Which way the traffic went cannot be told"
                fields=vec![Field::FLOW_DIRECTION, Field::INTERFACE_ID]
            />
        }
        .into_any(),
    };
    let has_interfaces = Memo::new(move |_| state.is_recorded(Field::INTERFACE_ID));
    // A record of a transit gateway is about none.
    let seen_from = move || match state.is_recorded(Field::TGW_ID) && !has_interfaces.get() {
        true => "transit gateway",
        false => "interfaces",
    };
    let interfaces = move || match has_interfaces.get() {
        true => view! { <Interfaces answered metric/> }.into_any(),
        false => view! {
            <NeedsField
                title="What came in and went out at each interface cannot be told"
                fields=vec![Field::INTERFACE_ID]
            />
        }
        .into_any(),
    };
    view! {
        <section class="view direction" aria-label="Direction">
            <Staged asked n_rows=rows>
                {said}
                <h2 class="view-heading">
                    {move || format!("Seen from the {}, by {}", seen_from(), metric.get().name())} " " <ExactMark/>
                </h2>
                <Picture answered metric/>
                <h2 class="view-heading">"What this rests on " <ExactMark/></h2>
                <EvidenceTable answered metric/>
                <h2 class="view-heading">"Interfaces " <ExactMark/></h2>
                {interfaces}
                <Flows asked=flows/>
            </Staged>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_files_have_decides_what_can_be_said() {
        let source =
            |names: &str| source(&names.split_whitespace().map(ColumnKey::from_name).collect::<Vec<_>>());
        assert_eq!(source("interface-id srcaddr flow-direction"), Source::Recorded);
        assert_eq!(source("flow-direction"), Source::Recorded);
        assert_eq!(source("interface-id srcaddr dstaddr"), Source::Inferred);
        assert_eq!(source("srcaddr dstaddr"), Source::Nothing);
    }
}
