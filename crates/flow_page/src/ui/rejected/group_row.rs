//! One group of rejected rows: who wanted what, how often, when, and the way to its records.

use flow_core::analysis::rejected::RejectedGroup;
use flow_core::query::Subject;
use flow_core::record::{Address, Field, Value};
use leptos::prelude::*;

use super::group_filter::{group_filter, names_all_sources, port_subject, source_subject, target_subject};
use super::section::GroupKey;
use super::{Answered, words};
use crate::state::{AppState, Tab};
use crate::ui::format;
use crate::ui::sparkline::Sparkline;
use crate::ui::value_button::ValueButton;

#[component]
pub(super) fn GroupRow(answered: Answered, key: GroupKey) -> impl IntoView {
    let group = Memo::new(move |_| answered.read(|view| key.find(view).cloned()).flatten());
    let time = Memo::new(move |_| answered.read(|view| view.spark_time).flatten());
    // A group that changed is drawn anew; one that did not stays as it is.
    move || group.get().map(|group| view! { <Group group time=time.get()/> })
}

#[component]
fn Group(group: RejectedGroup, time: Option<(u64, u64)>) -> impl IntoView {
    let state = AppState::get();
    let sentence = words::sentence(&group);
    let title = match names_all_sources(&group) {
        true => "Filter by this group and open its records",
        false => {
            "Filter by this interface and service and open the records. The sources are too many to name, so rows \
             of other sources of the same service are among them"
        }
    };
    let filter = group_filter(&group);
    let show_records = move |_| {
        state.narrow(filter.clone());
        state.set_tab(Tab::Records);
    };
    let RejectedGroup { initiator, interface, port, protocol, total, n_sources, n_targets, .. } = group;
    view! {
        <tr>
            <th scope="row" class="group-service">
                {port.map(|port| view! {
                    <ValueButton subject=port_subject(initiator) value=Value::Number(port)/>
                })}
                {protocol.map(|protocol| view! {
                    <ValueButton subject=Field::PROTOCOL value=Value::Number(protocol)/>
                })}
                <button type="button" class="button is-small" title=title on:click=show_records>
                    "Show records"
                </button>
            </th>
            <td><ValueButton subject=Field::INTERFACE_ID value=interface/></td>
            <td class="group-who">
                <p>{sentence}</p>
                <Addresses subject=source_subject(initiator) listed=group.top_sources n_all=n_sources/>
            </td>
            <td>
                <Addresses subject=target_subject(initiator) listed=group.top_targets n_all=n_targets/>
            </td>
            <td class="number">{format::count(total.rows)}</td>
            <td class="number">{format::count(total.packets)}</td>
            <td class="number" title=format!("{} bytes", format::count(total.bytes))>
                {format::bytes(total.bytes)}
            </td>
            <td class="group-time">
                {match group.time {
                    Some((first, last)) => view! {
                        <span>{format::utc(first)}</span>
                        <span>{format::utc(last)}</span>
                    }
                    .into_any(),
                    None => view! { <span class="text-dim">"not recorded"</span> }.into_any(),
                }}
            </td>
            <td><Sparkline counts=group.spark time/></td>
        </tr>
    }
}

/// Addresses with the most rows, and how many more there are.
#[component]
fn Addresses(subject: Subject, listed: Vec<(Address, u64)>, n_all: u64) -> impl IntoView {
    let n_more = n_all.saturating_sub(listed.len() as u64);
    let one = move |(address, n_rows): (Address, u64)| {
        view! {
            <li title=format::counted(n_rows, "row")>
                <ValueButton subject=subject.clone() value=Value::Address(address)/>
            </li>
        }
    };
    view! {
        <ul class="plain-list">
            {listed.into_iter().map(one).collect_view()}
            {(n_more > 0).then(|| view! {
                <li class="text-dim">{format!("and {} more", format::count(n_more))}</li>
            })}
        </ul>
    }
}
