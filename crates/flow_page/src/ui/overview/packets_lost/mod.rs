//! Packets that a transit gateway lost: how many for each reason, and whose they were. There only for logs that record it.

mod words;

use flow_core::analysis::packets_lost::{LISTED_BY, LostEntry, LostList, PacketsLost, REASONS, total};
use flow_core::query::{Filter, Predicate};
use flow_core::record::{Field, Value};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use crate::engine::{Slot, ask};
use crate::state::AppState;
use crate::ui::answered::Answered;
use crate::ui::exactness::ExactMark;
use crate::ui::format;
use crate::ui::late::is_late;
use crate::ui::value_button::ValueButton;

#[component]
pub(super) fn PacketsLostSection() -> impl IntoView {
    let state = AppState::get();
    let is_recorded = Memo::new(move |_| REASONS.iter().any(|field| state.is_recorded(*field)));
    view! { <Show when=move || is_recorded.get()><Section/></Show> }
}

#[component]
fn Section() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(Question::PacketsLost { filter: state.filter.get() }));
    let asked = ask(Slot::PacketsLost, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::PacketsLost(content) => Some(content),
        _ => None,
    });
    let has_loss = move || answered.read(|view| view.n_with_loss > 0).unwrap_or(false);
    view! {
        <section
            class="packets-lost"
            class:is-pending=asked.pending
            class:is-late=is_late(asked.pending)
            aria-label="Packets lost"
        >
            <h2 class="view-heading">"Lost by the transit gateway " <ExactMark/></h2>
            <p class="view-note">{move || answered.read(words::how_many)}</p>
            {move || asked.failure.get().map(|message| view! { <p class="state-message" role="alert">{message}</p> })}
            <dl class="figures">
                {(0..REASONS.len()).map(|reason| view! { <Reason answered reason/> }).collect_view()}
            </dl>
            <Show when=has_loss>
                {(0..LISTED_BY.len()).map(|list| view! { <List answered list/> }).collect_view()}
            </Show>
        </section>
    }
}

/// How much was lost for one reason, with a way to its rows.
#[component]
fn Reason(answered: Answered<PacketsLost>, reason: usize) -> impl IntoView {
    let state = AppState::get();
    let field = REASONS[reason];
    let lost = Memo::new(move |_| {
        answered.read(|view| view.is_recorded[reason].then_some(view.lost[reason])).flatten()
    });
    let value = move || lost.get().map_or_else(|| "not recorded".to_owned(), format::count);
    let has_rows = move || lost.get().is_some_and(|lost| lost > 0);
    let only_these = move |_| state.narrow(Filter::test(field, Predicate::Greater(0)));
    view! {
        <div class="figure" title=field.info().doc>
            <dt>{words::reason(field)}</dt>
            <dd class="figure-value">{value}</dd>
            <Show when=has_rows>
                <dd class="figure-detail">
                    <button type="button" class="button is-small" on:click=only_these>"Only these rows"</button>
                </dd>
            </Show>
        </div>
    }
}

/// What was lost under each key, largest first.
#[component]
fn List(answered: Answered<PacketsLost>, list: usize) -> impl IntoView {
    let state = AppState::get();
    let fields = LISTED_BY[list];
    let is_recorded = Memo::new(move |_| fields.iter().any(|field| state.is_recorded(*field)));
    let reasons =
        Memo::new(move |_| answered.read(|view| recorded_reasons(view.is_recorded)).unwrap_or_default());
    let keys = move || {
        let keys =
            |view: &PacketsLost| view.lists[list].entries.iter().map(|of| of.key.clone()).collect::<Vec<_>>();
        answered.read(keys).unwrap_or_default()
    };
    let more = move || answered.read(|view| words::not_listed(&view.lists[list])).flatten();
    let row = move |key: Vec<Value>| {
        let wanted = key.clone();
        let entry =
            Memo::new(move |_| answered.read(|view| find(&view.lists[list], &wanted).cloned()).flatten());
        let numbers = move || {
            let (entry, reasons) = (entry.get()?, reasons.get());
            let lost = reasons.into_iter().map(|reason| entry.lost[reason]);
            let numbers = lost.chain([total(&entry.lost), entry.n_records]);
            Some(
                numbers
                    .map(|number| view! { <td class="number">{format::count(number)}</td> })
                    .collect_view(),
            )
        };
        view! {
            <tr>
                {fields
                    .iter()
                    .zip(key)
                    .map(|(field, value)| view! { <td><ValueButton subject=*field value/></td> })
                    .collect_view()}
                {numbers}
            </tr>
        }
    };
    let heading =
        |field: &Field| view! { <th scope="col" title=field.info().doc>{words::column(*field)}</th> };
    let reason_headings = move || {
        let name = |reason: usize| words::reason(REASONS[reason]);
        let heading = |reason| view! { <th scope="col" class="number">{name(reason)}</th> };
        reasons.get().into_iter().map(heading).collect_view()
    };
    view! {
        <Show when=move || is_recorded.get()>
            <h3 class="view-heading">{words::LISTS[list]}</h3>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            {fields.iter().map(heading).collect_view()}
                            {reason_headings}
                            <th scope="col" class="number">"All lost"</th>
                            <th scope="col" class="number">"Records"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=keys key=Vec::clone children=row/>
                    </tbody>
                </table>
            </div>
            {move || more().map(|words| view! { <p class="view-note">{words}</p> })}
        </Show>
    }
}

/// Places in [`REASONS`] of those that a file records.
fn recorded_reasons(is_recorded: [bool; REASONS.len()]) -> Vec<usize> {
    (0..REASONS.len()).filter(|reason| is_recorded[*reason]).collect()
}

fn find<'a>(list: &'a LostList, key: &[Value]) -> Option<&'a LostEntry> {
    list.entries.iter().find(|entry| entry.key == key)
}
