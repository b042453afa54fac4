//! What was accepted and did not work all the same: the host refused it or was silent, or it was lost on its way.

use flow_core::analysis::outcomes::{Outcome, Outcomes, ServiceOutcome};
use flow_core::record::{Field, Value};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::words;
use crate::engine::{Slot, ask};
use crate::state::{AppState, Tab};
use crate::ui::answered::Answered;
use crate::ui::format;
use crate::ui::states::{FieldNames, Staged};
use crate::ui::value_button::ValueButton;

/// Services that are drawn until the reader asks for all.
const SERVICES_SHOWN: usize = 20;

#[component]
pub(super) fn OutcomesSection() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(Question::Outcomes { filter: state.filter.get() }));
    let asked = ask(Slot::Outcomes, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Outcomes(outcomes) => Some(outcomes),
        _ => None,
    });
    let n_rows = Memo::new(move |_| answered.read(|outcomes| outcomes.n_rows));
    let helpful = move || answered.read(|outcomes| outcomes.helpful.clone()).unwrap_or_default();
    let shows_unknown = RwSignal::new(false);
    view! {
        <section class="rejected-section" aria-labelledby="outcomes-heading">
            <h2 class="view-heading" id="outcomes-heading">
                "Accepted, and what became of it " <span class="text-dim">{move || answered.read(in_all)}</span>
            </h2>
            <p class="view-note">
                "ACCEPT says that the rules let a packet pass, not that anybody answered. Nothing is concluded where AWS skipped "
                "records, or where the logs end"
            </p>
            <Staged asked n_rows>
                {move || {
                    let helpful = helpful();
                    (!helpful.is_empty()).then(|| view! {
                        <p class="view-note">"Not in these files: " <FieldNames fields=helpful/> ". With them more could be told"</p>
                    })
                }}
                <Services answered shows_unknown/>
            </Staged>
        </section>
    }
}

const fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::HostRefused => "The host refused it",
        Outcome::HostSilent => "The host did not answer",
        Outcome::LostBetween => "Lost on the way",
        Outcome::Unknown => "Cannot be told",
        Outcome::Works => "Works",
    }
}

/// Each outcome with its conversations, and the rows that work.
fn in_all(outcomes: &Outcomes) -> String {
    let counts = outcomes.by_outcome.iter().filter(|(_, count)| count.n_conversations > 0);
    let mut parts: Vec<String> = counts
        .map(|(outcome, count)| {
            format!(
                "{}: {}",
                title(*outcome).to_lowercase(),
                format::counted(count.n_conversations, "conversation")
            )
        })
        .collect();
    parts.push(format!("works: {}", format::counted(outcomes.n_rows_working, "row")));
    parts.join(", ")
}

/// What is said where no service is listed.
fn nothing_failed(outcomes: &Outcomes) -> &'static str {
    let is_judged = outcomes.by_outcome.iter().any(|(_, count)| count.n_conversations > 0);
    match outcomes.n_rows_working == 0 && !is_judged {
        true => "None of the rows that the filter leaves was accepted",
        false => "Nothing was seen to fail",
    }
}

#[component]
fn Services(answered: Answered<Outcomes>, shows_unknown: RwSignal<bool>) -> impl IntoView {
    let shows_all = RwSignal::new(false);
    let services = Memo::new(move |_| {
        let is_shown = |service: &&ServiceOutcome| shows_unknown.get() || service.outcome != Outcome::Unknown;
        answered
            .read(|outcomes| outcomes.services.iter().filter(is_shown).cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let n_unknown = move || {
        answered
            .read(|outcomes| {
                outcomes.services.iter().filter(|of| of.outcome == Outcome::Unknown).count() as u64
            })
            .unwrap_or(0)
    };
    let listed = move || {
        let n_shown = if shows_all.get() { usize::MAX } else { SERVICES_SHOWN };
        services.get().into_iter().take(n_shown).map(|service| view! { <Service service/> }).collect_view()
    };
    view! {
        <Show
            when=move || services.with(|services| !services.is_empty())
            fallback=move || view! { <p class="view-note">{move || answered.read(nothing_failed)}</p> }
        >
            <div class="table-box">
                <table class="table">
                    <caption class="visually-hidden">"Services whose accepted conversations did not work"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Service"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col">"Asked by"</th>
                            <th scope="col" class="number">"Conversations"</th>
                            <th scope="col" class="number" title="Rows of the same service that work">"Working rows"</th>
                            <th scope="col">"First and last seen, UTC"</th>
                            <th scope="col">"Because"</th>
                        </tr>
                    </thead>
                    <tbody>{listed}</tbody>
                </table>
            </div>
        </Show>
        <Show when=move || { services.with(Vec::len) > SERVICES_SHOWN && !shows_all.get() }>
            <p class="view-note">
                {move || format!("{SERVICES_SHOWN} of {} are shown ", format::counted(services.with(Vec::len) as u64, "service"))}
                <button type="button" class="button is-small" on:click=move |_| shows_all.set(true)>"Show all"</button>
            </p>
        </Show>
        <Show when=move || { n_unknown() > 0 && !shows_unknown.get() }>
            <p class="view-note">
                {move || format!("Of {} nobody can tell ", format::counted(n_unknown(), "service"))}
                <button type="button" class="button is-small" on:click=move |_| shows_unknown.set(true)>"Show these"</button>
            </p>
        </Show>
    }
}

#[component]
fn Service(service: ServiceOutcome) -> impl IntoView {
    let state = AppState::get();
    let filter = service.filter.clone();
    let show_records = move |_| {
        state.narrow(filter.clone());
        state.set_tab(Tab::Records);
    };
    let name = format::service(service.port.map(u64::from), service.protocol.map(u64::from));
    let time = service.first_secs.zip(service.last_secs);
    let n_more = service.n_peers.saturating_sub(service.top_peers.len() as u64);
    view! {
        <tr>
            <th scope="row" class="group-service">
                <span>{name}</span>
                {service.responder.map(|address| view! { <div>{address.to_string()}</div> })}
                <ValueButton subject=Field::INTERFACE_ID value=service.interface/>
                <button type="button" class="button is-small" on:click=show_records>"Show records"</button>
            </th>
            <td>
                {title(service.outcome)}
                <div class="text-dim">{words::confidence(service.confidence)}</div>
            </td>
            <td>
                <ul class="plain-list">
                    {service
                        .top_peers
                        .into_iter()
                        .map(|(address, n_rows)| view! {
                            <li title=format::counted(n_rows, "row")>{Value::Address(address).to_string()}</li>
                        })
                        .collect_view()}
                    {(n_more > 0).then(|| view! { <li class="text-dim">{format!("and {} more", format::count(n_more))}</li> })}
                </ul>
            </td>
            <td class="number">{format::count(service.n_conversations)}</td>
            <td class="number">{service.n_rows_working.map(format::count)}</td>
            <td class="group-time">
                {time.map(|(first, last)| view! { <span>{format::utc(first)}</span> <span>{format::utc(last)}</span> })}
            </td>
            <td class="evidence-because">{service.because}</td>
        </tr>
    }
}
