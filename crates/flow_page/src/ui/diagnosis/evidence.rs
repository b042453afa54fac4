//! The conversations that a cause rests on, each with the reasons of its verdict.

use flow_core::analysis::diagnosis::Diagnosed;
use flow_core::record::Address;
use leptos::prelude::*;

use crate::ui::format;

#[component]
pub(super) fn Evidence(conversations: Vec<Diagnosed>, n_all: u64) -> impl IntoView {
    let n_more = n_all.saturating_sub(conversations.len() as u64);
    let row = |diagnosed: Diagnosed| {
        let because = diagnosed.because();
        let time = match (diagnosed.first_secs, diagnosed.last_secs) {
            (Some(first), Some(last)) => format!("{} to {}", format::utc(first), format::utc(last)),
            _ => "not recorded".to_owned(),
        };
        view! {
            <tr>
                <td>{end(diagnosed.initiator, diagnosed.initiator_port)}</td>
                <td>{end(diagnosed.responder, diagnosed.port)}</td>
                <td class="number">{format::count(diagnosed.n_rows)}</td>
                <td class="group-time">{time}</td>
                <td>{diagnosed.confidence.name()}</td>
                <td class="evidence-because">{because}</td>
            </tr>
        }
    };
    view! {
        <div class="table-box">
            <table class="table">
                <caption class="visually-hidden">"Conversations that the verdict rests on"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Who asked"</th>
                        <th scope="col">"Whom"</th>
                        <th scope="col" class="number">"Rows"</th>
                        <th scope="col">"First and last seen, UTC"</th>
                        <th scope="col">"Confidence"</th>
                        <th scope="col">"Because"</th>
                    </tr>
                </thead>
                <tbody>{conversations.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        {(n_more > 0).then(|| view! {
            <p class="view-note">
                {format!("and {} more like these", format::counted(n_more, "conversation"))}
            </p>
        })}
    }
}

fn end(address: Option<Address>, port: Option<u16>) -> String {
    address.map_or_else(|| "not told".to_owned(), |address| address.with_port(port))
}
