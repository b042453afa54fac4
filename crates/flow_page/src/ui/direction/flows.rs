//! The largest flows, each drawn from its interface: `10.0.0.5:443 ← 203.0.113.9:51000`.

use std::sync::Arc;

use flow_core::query::{SortSpec, Subject};
use flow_core::record::{Direction, Field, Value};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::flow::{End, Flow, subjects};
use crate::engine::{Asked, Slot, ask};
use crate::state::{AppState, Tab};
use crate::ui::exactness::{Exactness, Mark};
use crate::ui::format;
use crate::ui::late::is_late;
use crate::ui::value_button::ValueButton;

/// As many as a person looks through; the Records tab has them all.
const FLOWS_MAX: u32 = 50;

/// Rows that are drawn until the reader asks for all: a flow is some thirty elements, below all else of this view.
const FLOWS_SHOWN: usize = 20;

fn by_bytes() -> SortSpec {
    SortSpec { subject: Field::BYTES.into(), descending: true }
}

/// How the flows look in the table of records.
fn columns_in_records() -> Vec<Subject> {
    vec![
        Field::START.into(),
        Field::INTERFACE_ID.into(),
        Subject::LocalAddress,
        Subject::LocalPort,
        Subject::Direction,
        Subject::RemoteAddress,
        Subject::RemotePort,
        Field::PROTOCOL.into(),
        Field::ACTION.into(),
        Field::PACKETS.into(),
        Field::BYTES.into(),
    ]
}

/// The flows of an answer, with how many rows there are in all.
fn flows(answer: &Answer) -> Option<(Vec<Flow>, u64)> {
    let Answer::Records(page) = answer else { return None };
    Some((page.rows.iter().filter_map(|row| Flow::new(row.row, &row.cells)).collect(), page.n_rows))
}

/// Asks for the flows. Together with the rest of the view, so that they do not wait until that is drawn.
pub(super) fn ask_for_flows() -> Asked {
    let state = AppState::get();
    ask(Slot::Flows, Signal::derive(move || Some(flows_question(state))))
}

pub fn flows_question(state: AppState) -> Question {
    Question::FirstRecords {
        filter: state.filter.get(),
        sort: by_bytes(),
        subjects: subjects(),
        n_rows: FLOWS_MAX,
    }
}

#[component]
pub(super) fn Flows(asked: Asked) -> impl IntoView {
    let state = AppState::get();
    let listed = Memo::new(move |_| {
        asked.answer.with(|answer| answer.as_ref().and_then(|answer: &Arc<Answer>| flows(answer)))
    });
    let heading =
        move || match listed.with(|listed| listed.as_ref().map(|(flows, n_rows)| (flows.len(), *n_rows))) {
            Some((n_listed, n_rows)) if (n_listed as u64) < n_rows => {
                format!("The {n_listed} largest flows of {}", format::counted(n_rows, "row"))
            }
            Some((n_listed, _)) => format!("All {}, largest first", format::counted(n_listed as u64, "flow")),
            None => "Flows".to_owned(),
        };
    // A row that goes on with another flow changes in place: made anew for each, a new filter took half as long again.
    let n_listed =
        Memo::new(move |_| listed.with(|listed| listed.as_ref().map_or(0, |(flows, _)| flows.len())));
    let shows_all = RwSignal::new(false);
    let places = move || 0..if shows_all.get() { n_listed.get() } else { n_listed.get().min(FLOWS_SHOWN) };
    let row = move |place: usize| {
        let flow = Memo::new(move |_| listed.with(|listed| listed.as_ref()?.0.get(place).cloned()));
        move || flow.get().map(|flow| view! { <FlowRow flow/> })
    };
    let open_all = move |_| {
        state.edit(|spec| {
            spec.tab = Tab::Records;
            spec.sort = Some(by_bytes());
            spec.columns = Some(columns_in_records());
        });
    };
    view! {
        <div class="view-bar">
            <h2 class="view-heading">
                {heading} " " <Mark is=Exactness::RolledUp why="A row is all flows of a minute between two ends at one service"/>
            </h2>
            <button type="button" class="button" on:click=open_all>"Open all in Records"</button>
        </div>
        {move || asked.failure.get().map(|message| view! { <p class="state-message" role="alert">{message}</p> })}
        <div class="table-box" class:is-pending=asked.pending class:is-late=is_late(asked.pending)>
            <table class="table flows">
                <thead>
                    <tr>
                        <th scope="col">"Interface end ← or → peer"</th>
                        <th scope="col">"Protocol"</th>
                        <th scope="col">"Action"</th>
                        <th scope="col">"Interface"</th>
                        <th scope="col" class="number">"Packets"</th>
                        <th scope="col" class="number">"Bytes"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=places key=|place| *place children=row/>
                </tbody>
            </table>
        </div>
        <Show when=move || { n_listed.get() > FLOWS_SHOWN && !shows_all.get() }>
            <p class="view-note">
                {format!("The first {FLOWS_SHOWN} of them ")}
                <button type="button" class="button is-small" on:click=move |_| shows_all.set(true)>"Show all"</button>
            </p>
        </Show>
    }
}

#[component]
fn FlowRow(flow: Flow) -> impl IntoView {
    let (arrow, words) = flow.arrow();
    let is_unknown = flow.direction == Direction::Unknown;
    let Flow { left, right, interface, protocol, action, packets, bytes, .. } = flow;
    view! {
        <tr>
            <td class="flow-drawing">
                <EndView end=left/>
                <span class="flow-arrow" class:is-unknown=is_unknown role="img" aria-label=words title=words>{arrow}</span>
                <EndView end=right/>
            </td>
            <td><ValueButton subject=Field::PROTOCOL value=protocol/></td>
            <td><ValueButton subject=Field::ACTION value=action/></td>
            <td><ValueButton subject=Field::INTERFACE_ID value=interface/></td>
            <td class="number"><ValueButton subject=Field::PACKETS value=packets/></td>
            <td class="number"><ValueButton subject=Field::BYTES value=bytes/></td>
        </tr>
    }
}

#[component]
fn EndView(end: End) -> impl IntoView {
    let End { address, port } = end;
    let has_port = port.1 != Value::Absent;
    view! {
        <span class="flow-end">
            <ValueButton subject=address.0 value=address.1/>
            {has_port.then(|| view! { ":" <ValueButton subject=port.0 value=port.1/> })}
        </span>
    }
}
