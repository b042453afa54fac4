//! What was rejected, by what somebody wanted: first what is likely to be somebody's broken application,
//! last the noise of the internet.

mod group_filter;
mod group_row;
mod section;
mod words;

use flow_core::analysis::rejected::{GROUPS_MAX, RejectedView, WantedBy};
use flow_core::record::Field;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use section::{ScanSection, WantedSection};

use super::exactness::{Exactness, Mark};
use super::format;
use super::states::{FieldNames, NeedsField, NothingRejected, Staged};
use crate::engine::{Slot, ask};
use crate::state::{AppState, Tab};

type Answered = super::answered::Answered<RejectedView>;

/// What an answer lets us show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    NoAction,
    NothingRejected,
    Groups,
}

fn content(view: &RejectedView) -> Content {
    match view.total.rows {
        _ if !view.has_action => Content::NoAction,
        0 => Content::NothingRejected,
        _ => Content::Groups,
    }
}

/// What this view asks.
pub fn question(state: AppState) -> Question {
    Question::Rejected { filter: state.filter.get() }
}

#[component]
pub fn RejectedTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(question(state)));
    let asked = ask(Slot::Rejected, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Rejected(content) => Some(content),
        _ => None,
    });
    // That nothing was rejected is an answer, not the lack of one.
    let n_rows = Memo::new(move |_| answered.read(|view| view.total.rows.max(1)));
    let content = Memo::new(move |_| answered.read(content));
    let shown = move || {
        match content.get()? {
        Content::NoAction => Some(
            view! {
                <NeedsField title="What was rejected cannot be told" fields=vec![Field::ACTION]/>
                <Show when=move || state.is_recorded(Field::TGW_ID)>
                    <p class="view-note">
                        "Flow logs of transit gateways have no action: a transit gateway has no rules that reject. "
                        "What it lost, and why, is in the Overview "
                        <button type="button" class="button is-small" on:click=move |_| state.set_tab(Tab::Overview)>
                            "Open the Overview"
                        </button>
                    </p>
                </Show>
            }
            .into_any(),
        ),
        Content::NothingRejected => Some(view! { <NothingRejected/> }.into_any()),
        Content::Groups => Some(view! { <Groups answered/> }.into_any()),
    }
    };
    view! {
        <section class="view rejected" aria-label="Rejected">
            <Staged asked n_rows>{shown}</Staged>
        </section>
    }
}

#[component]
fn Groups(answered: Answered) -> impl IntoView {
    let needs = Memo::new(move |_| answered.read(|view| view.needs.clone()).unwrap_or_default());
    let not_listed = move || answered.read(|view| not_listed(view.groups.len(), view.n_groups)).flatten();
    view! {
        <p class="view-note">
            <Mark
                is=Exactness::RolledUp
                why="Who asked is judged without the clients' ports, and times are those of minutes; all groups together \
                     add up to what was rejected"
            />
            " "
            "REJECT says that a security group or a network ACL did not allow the traffic, or that it came after its "
            "connection had closed. The log never says which of them"
        </p>
        {move || {
            let needs = needs.get();
            (!needs.is_empty()).then(|| view! {
                <p class="view-note">
                    "Not in these files: " <FieldNames fields=needs/> ". With them this answer would be surer"
                </p>
            })
        }}
        {move || not_listed().map(|words| view! { <p class="view-note">{words}</p> })}
        <WantedSection answered wanted_by=WantedBy::OwnNetworks/>
        <WantedSection answered wanted_by=WantedBy::KnownPeers/>
        <ScanSection answered/>
    }
}

/// What is said where not all groups are listed.
fn not_listed(n_listed: usize, n_groups: u64) -> Option<String> {
    (n_groups > n_listed as u64).then(|| {
        format!(
            "{} of {} are listed; filter to see the others",
            format::count(n_listed.min(GROUPS_MAX) as u64),
            format::counted(n_groups, "group")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::analysis::Tally;

    #[test]
    fn no_action_and_no_rejection_are_two_things() {
        let view = |has_action, rows| RejectedView {
            total: Tally { rows, packets: 0, bytes: 0 },
            by_wanted: Vec::new(),
            groups: Vec::new(),
            n_groups: 0,
            needs: Vec::new(),
            has_action,
            spark_time: None,
        };
        assert_eq!(content(&view(false, 0)), Content::NoAction);
        assert_eq!(content(&view(true, 0)), Content::NothingRejected);
        assert_eq!(content(&view(true, 1)), Content::Groups);
    }

    #[test]
    fn groups_that_are_not_listed_are_counted() {
        assert_eq!(not_listed(500, 500), None);
        assert_eq!(
            not_listed(500, 1_204).unwrap(),
            "500 of 1,204 groups are listed; filter to see the others"
        );
    }
}
