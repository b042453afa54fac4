//! What somebody outside reached: ports on which a request from a public address was accepted.

use flow_core::analysis::requests::Reachable;
use flow_core::analysis::requests::reachable::ReachablePort;
use flow_core::query::{Filter, Item, Predicate, Subject};
use flow_core::record::{Field, Value};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::basis::BasisNotes;
use super::format;
use super::states::{NeedsField, Staged, StateMessage};
use super::value_button::ValueButton;
use crate::engine::{Slot, ask};
use crate::state::{AppState, Tab};

type Answered = super::answered::Answered<Reachable>;

/// What an answer lets us show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Fields are missing without which nothing can be said.
    NotTold,
    Nothing,
    Ports,
}

fn content(reachable: &Reachable) -> Content {
    match reachable.ports.is_empty() {
        _ if !reachable.basis.missing.is_empty() => Content::NotTold,
        true => Content::Nothing,
        false => Content::Ports,
    }
}

#[component]
pub fn ExposureTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(Question::Reachable { filter: state.filter.get() }));
    let asked = ask(Slot::Reachable, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::Reachable(content) => Some(content),
        _ => None,
    });
    let n_rows = Memo::new(move |_| answered.read(|reachable| reachable.basis.n_rows));
    let content = Memo::new(move |_| answered.read(content));
    let missing = move || answered.read(|reachable| reachable.basis.missing.clone()).unwrap_or_default();
    let basis = move || answered.read(|reachable| view! { <BasisNotes basis=reachable.basis.clone()/> });
    let shown = move || {
        match content.get()? {
        Content::NotTold => Some(
            view! { <NeedsField title="What somebody outside reached cannot be told" fields=missing()/> }.into_any(),
        ),
        Content::Nothing => Some(
            view! {
                <StateMessage
                    title="Nobody outside was let in"
                    detail="In these rows no request of a public address was accepted. That is said of the loaded time only"
                />
                {basis}
            }
            .into_any(),
        ),
        Content::Ports => Some(view! { <Ports answered/> {basis} }.into_any()),
    }
    };
    view! {
        <section class="view exposure" aria-label="Exposure">
            <Staged asked n_rows>{shown}</Staged>
        </section>
    }
}

#[component]
fn Ports(answered: Answered) -> impl IntoView {
    let heading = move || {
        answered.read(|reachable| {
            let ports = format::counted(reachable.n_ports, "port");
            let sources = match reachable.n_sources {
                1 => "1 public address".to_owned(),
                n => format!("{} public addresses", format::count(n)),
            };
            format!("{ports}, {sources}")
        })
    };
    let ports = move || answered.read(|reachable| reachable.ports.clone()).unwrap_or_default();
    let n_more = move || {
        answered
            .read(|reachable| reachable.n_ports.saturating_sub(reachable.ports.len() as u64))
            .filter(|n| *n > 0)
    };
    view! {
        <h2 class="view-heading">"Reached from the internet " <span class="text-dim">{heading}</span></h2>
        <p class="view-note">
            "Requests of public addresses that were accepted, ports of administration first. Replies to connections of your own "
            "are not among them. A session has more than 100 packets; less may be a probe that met an open port"
        </p>
        <div class="table-box" tabindex="0" role="region" aria-label="Ports reached from the internet">
            <table class="table">
                <caption class="visually-hidden">"Ports reached from the internet"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Service"</th>
                        <th scope="col">"Interface, address"</th>
                        <th scope="col" class="number">"Sources"</th>
                        <th scope="col" class="number" title="Sources with a flow of more than 100 packets">"With sessions"</th>
                        <th scope="col">"Most rows"</th>
                        <th scope="col" class="number">"In"</th>
                        <th scope="col" class="number">"Out"</th>
                        <th scope="col">"First and last seen, UTC"</th>
                        <th scope="col">"Let in by"</th>
                        <th scope="col" title="What the same sources were refused">"Refused them"</th>
                    </tr>
                </thead>
                <tbody>{move || ports().into_iter().map(|port| view! { <PortRow port/> }).collect_view()}</tbody>
            </table>
        </div>
        {move || n_more().map(|n_more| view! {
            <p class="view-note">{format!("and {} more; filter to see them", format::counted(n_more, "port"))}</p>
        })}
    }
}

/// Rows of the port that came from outside.
fn port_filter(port: &ReachablePort) -> Filter {
    let is = |subject: Subject, item: Item| Filter::test(subject, Predicate::In(vec![item]));
    let interface = match &port.interface {
        Value::Text(interface) => Item::Text(interface.clone()),
        _ => Item::Absent,
    };
    let mut parts =
        vec![is(Field::INTERFACE_ID.into(), interface), is(Subject::LocalAddress, Item::Address(port.local))];
    if let Some(protocol) = port.protocol {
        parts.push(is(Field::PROTOCOL.into(), Item::Number(protocol.into())));
    }
    if let Some(number) = port.port {
        parts.push(is(Subject::LocalPort, Item::Number(number.into())));
    }
    Filter::And(parts)
}

#[component]
fn PortRow(port: ReachablePort) -> impl IntoView {
    let state = AppState::get();
    let filter = port_filter(&port);
    let show_records = move |_| {
        state.narrow(filter.clone());
        state.set_tab(Tab::Records);
    };
    let service = format::service(port.port.map(u64::from), port.protocol.map(u64::from));
    let guessed = (port.n_rows_guessed > 0).then(|| {
        format!("That the sources asked is a guess for {}", format::counted(port.n_rows_guessed, "row"))
    });
    let refused = match port.refused.n_rows {
        0 => "nothing".to_owned(),
        n_rows => format!(
            "{} at {}",
            format::counted(n_rows, "row"),
            format::counted(port.refused.n_services, "service")
        ),
    };
    let rules = match port.rules.is_empty() {
        true => view! { <span class="text-dim">"not known"</span> }.into_any(),
        false => view! {
            <ul class="plain-list">{port.rules.into_iter().map(|rule| view! { <li><code>{rule}</code></li> }).collect_view()}</ul>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="group-service">
                <span class="port-service" class:is-admin=port.is_admin>{service}</span>
                {port.is_admin.then(|| view! { <div class="mark is-unused">"administration"</div> })}
                {guessed.map(|words| view! { <div class="text-dim" title=words>"a guess in part"</div> })}
                <button type="button" class="button is-small" on:click=show_records>"Show records"</button>
            </th>
            <td>
                <ul class="plain-list">
                    <li><ValueButton subject=Field::INTERFACE_ID value=port.interface/></li>
                    <li><ValueButton subject=Subject::LocalAddress value=Value::Address(port.local)/></li>
                </ul>
            </td>
            <td class="number">{format::count(port.sources.n_peers)}</td>
            <td class="number">{format::count(port.n_sources_with_sessions)}</td>
            <td>
                <ul class="plain-list">
                    {port
                        .sources
                        .top
                        .into_iter()
                        .take(3)
                        .map(|(address, n_rows)| view! {
                            <li title=format::counted(n_rows, "row")>
                                <ValueButton subject=Subject::RemoteAddress value=Value::Address(address)/>
                            </li>
                        })
                        .collect_view()}
                </ul>
            </td>
            <td class="number">{format::bytes(port.asked.bytes)}</td>
            <td class="number">{format::bytes(port.answered.bytes)}</td>
            <td class="group-time">
                {port.time.map(|(first, last)| view! { <span>{format::utc(first)}</span> <span>{format::utc(last)}</span> })}
            </td>
            <td>{rules}</td>
            <td>{refused}</td>
        </tr>
    }
}
