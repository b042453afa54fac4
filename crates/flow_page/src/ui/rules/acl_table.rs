//! The entries of one network ACL, each with what it decided.

use flow_core::analysis::requests::rule_use::{AclUse, UsedEntry};
use flow_core::config::RuleEdit;
use leptos::prelude::*;

use super::words;
use crate::state::AppState;
use crate::ui::format;

#[component]
pub(super) fn AclTable(acl: AclUse) -> impl IntoView {
    let AclUse { id, name, n_interfaces_seen, entries } = acl;
    let summary = match n_interfaces_seen {
        0 => "no interface in its subnets logged anything".to_owned(),
        n => format!("{} in its subnets logged", format::counted(n, "interface")),
    };
    let caption = format!("Entries of {id}");
    let label = caption.clone();
    view! {
        <section class="rejected-section">
            <h3 class="view-heading">
                {id.clone()} " " {name.map(|name| view! { <span>{name}" "</span> })} <span class="text-dim">{summary}</span>
            </h3>
            <div class="table-box" tabindex="0" role="region" aria-label=label>
                <table class="table">
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Entry"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number" title="Requests and replies that it decided">"Rows"</th>
                            <th scope="col" class="number">"Bytes"</th>
                            <th scope="col">"Peers"</th>
                            <th scope="col">"Ports"</th>
                            <th scope="col">"Last use, UTC"</th>
                            <th scope="col">"Try"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {entries.into_iter().map(|entry| view! { <EntryRow acl=id.clone() entry/> }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn EntryRow(acl: String, entry: UsedEntry) -> impl IntoView {
    let state = AppState::get();
    let UsedEntry { entry, state: stands, used } = entry;
    let (word, meaning) = words::state(stands);
    let is_last = entry.label() == "*";
    let text = entry.to_string();
    let edit = StoredValue::new(RuleEdit::RemoveAclEntry { acl, entry });
    let remove = move |_| state.add_to_draft(&[edit.get_value()]);
    view! {
        <tr>
            <th scope="row"><code>{text}</code></th>
            <td><span class=words::state_class(stands) title=meaning>{word}</span></td>
            <td class="number">{format::count(used.total.rows)}</td>
            <td class="number">{format::bytes(used.total.bytes)}</td>
            <td>{words::peers(&used)}</td>
            <td>{words::ports(&used)}</td>
            <td class="group-time">{words::last_use(&used)}</td>
            <td>
                // The last entry is AWS's own and cannot be removed.
                {(!is_last).then(|| view! {
                    <button type="button" class="button is-small" title="Adds its removal to the draft above" on:click=remove>
                        "Without it"
                    </button>
                })}
            </td>
        </tr>
    }
}
