//! What the draft would change for the loaded flows.

use flow_core::analysis::requests::Replay;
use flow_core::analysis::requests::replay::{Change, Changed, ReplayGroup};
use flow_core::config::RuleDirection;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use crate::engine::{Slot, ask};
use crate::state::AppState;
use crate::ui::answered::Answered;
use crate::ui::format;
use crate::ui::states::Staged;

#[component]
pub(super) fn Replayed() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || {
        Some(Question::Replay { filter: state.filter.get(), edits: state.draft.get() })
    });
    let asked = ask(Slot::Replay, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Replay(replay) => Some(replay),
        _ => None,
    });
    let n_rows = Memo::new(move |_| answered.read(|replay| replay.basis.n_rows.max(1)));
    view! {
        <h3 class="view-heading">"What would change"</h3>
        <Staged asked n_rows>
            {move || answered.read(|replay| view! { <Changes replay=replay.clone()/> })}
        </Staged>
    }
}

const fn title(change: Change) -> &'static str {
    match change {
        Change::WouldBreak => "Accepted, and would be refused",
        Change::WouldPass => "Rejected, and would be accepted",
        Change::Unknowable => "May change: the logs or the descriptions cannot tell",
        Change::Unchanged => "Unchanged",
    }
}

/// `1,204 rows of 3 requests`.
fn how_many(changed: Changed) -> String {
    format!("{} of {}", format::counted(changed.rows, "row"), format::counted(changed.n_requests, "request"))
}

/// What the numbers leave aside, a sentence each.
fn notes(replay: &Replay) -> Vec<String> {
    let counts = [
        (
            replay.n_rows_unexplained,
            "have another action than the rules as they are described give them: these changed, or something else decided",
        ),
        (replay.n_rows_refused_otherwise, "were refused by something that no rule overrides"),
        (
            replay.n_rows_without_acl,
            "are in subnets whose network ACL is not described, and are taken to pass it",
        ),
        (replay.n_rows_not_judged, "are of interfaces that are not described, or without a protocol"),
    ];
    let mut sentences: Vec<String> = replay.misfits.iter().map(ToString::to_string).collect();
    let told = counts.into_iter().filter(|(n, _)| *n > 0);
    sentences.extend(told.map(|(n, what)| format!("Of all rows {} {what}", format::count(n))));
    sentences
}

#[component]
fn Changes(replay: Replay) -> impl IntoView {
    let notes = notes(&replay);
    let Replay { changes, groups, n_groups, .. } = replay;
    let n_more = n_groups.saturating_sub(groups.len() as u64);
    view! {
        <dl class="figures">
            {changes
                .into_iter()
                .map(|(change, changed)| view! {
                    <div class="figure">
                        <dt>{title(change)}</dt>
                        <dd>{how_many(changed)}</dd>
                    </div>
                })
                .collect_view()}
        </dl>
        {(!notes.is_empty()).then(|| view! {
            <ul class="notes">{notes.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul>
        })}
        {(!groups.is_empty()).then(|| view! { <GroupTable groups/> })}
        {(n_more > 0).then(|| view! {
            <p class="view-note">{format!("and {} more with fewer rows", format::count(n_more))}</p>
        })}
    }
}

#[component]
fn GroupTable(groups: Vec<ReplayGroup>) -> impl IntoView {
    let row = |group: ReplayGroup| {
        let way = match group.direction {
            RuleDirection::Ingress => "in",
            RuleDirection::Egress => "out",
        };
        let peers: Vec<String> =
            group.peers.top.iter().take(3).map(|(address, _)| address.to_string()).collect();
        let n_more = group.peers.n_peers.saturating_sub(peers.len() as u64);
        let more = if n_more > 0 { format!(" and {} more", format::count(n_more)) } else { String::new() };
        view! {
            <tr>
                <th scope="row">{title(group.change)}</th>
                <td>{group.interface.to_string()}</td>
                <td>{way}</td>
                <td>{format::service(group.port.map(u64::from), group.protocol.map(u64::from))}</td>
                <td>{peers.join(", ")}{more}</td>
                <td class="number">{format::count(group.changed.rows)}</td>
                <td class="number">{format::bytes(group.changed.bytes)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-box">
            <table class="table">
                <caption class="visually-hidden">"Requests that would change"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Change"</th>
                        <th scope="col">"Interface"</th>
                        <th scope="col">"Way"</th>
                        <th scope="col">"Service"</th>
                        <th scope="col">"Peers"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col" class="number">"Bytes"</th>
                    </tr>
                </thead>
                <tbody>{groups.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
