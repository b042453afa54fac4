//! The rules of one security group, each with what used it.

use flow_core::analysis::requests::rule_use::{GroupUse, RuleState, UsedRule};
use flow_core::config::RuleEdit;
use flow_core::config::remedy::tighten::Tighter;
use leptos::prelude::*;

use super::words;
use crate::state::AppState;
use crate::ui::format;

#[component]
pub(super) fn GroupTable(group: GroupUse) -> impl IntoView {
    let GroupUse { id, name, n_interfaces_seen, rules } = group;
    let n_unused = rules.iter().filter(|rule| rule.state == RuleState::Unused).count() as u64;
    let summary = format!(
        "{}, {}{}",
        format::counted(rules.len() as u64, "rule"),
        match n_interfaces_seen {
            0 => "no interface with it logged anything".to_owned(),
            n => format!("{} with it logged", format::counted(n, "interface")),
        },
        if n_unused > 0 { format!(", {n_unused} unused") } else { String::new() }
    );
    let caption = format!("Rules of {id}");
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
                            <th scope="col">"Rule"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number">"Rows"</th>
                            <th scope="col" class="number" title="Rows that no other rule admits">"Alone"</th>
                            <th scope="col" class="number">"Bytes"</th>
                            <th scope="col">"Peers"</th>
                            <th scope="col">"Ports"</th>
                            <th scope="col">"Last use, UTC"</th>
                            <th scope="col">"Try"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rules.into_iter().map(|rule| view! { <RuleRow group=id.clone() rule/> }).collect_view()}
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn RuleRow(group: String, rule: UsedRule) -> impl IntoView {
    let state = AppState::get();
    let UsedRule { rule, state: stands, used, may_admit, tighter, .. } = rule;
    let (word, meaning) = words::state(stands);
    let edit = StoredValue::new(RuleEdit::RemoveGroupRule { group, rule: rule.clone() });
    let remove = move |_| state.add_to_draft(&[edit.get_value()]);
    let bytes = used.total.bytes.saturating_add(used.replies.bytes);
    let may = (may_admit.rows > 0)
        .then(|| format!("and {} that it may admit", format::counted(may_admit.rows, "row")));
    view! {
        <tr>
            <th scope="row">
                <code>{rule.to_string()}</code>
                {rule.id.map(|id| view! { <div class="text-dim">{id}</div> })}
                {rule.description.map(|text| view! { <div class="text-dim">{text}</div> })}
            </th>
            <td><span class=words::state_class(stands) title=meaning>{word}</span></td>
            <td class="number" title=may.unwrap_or_default()>{format::count(used.total.rows)}</td>
            <td class="number">{format::count(used.n_rows_alone)}</td>
            <td class="number" title=format!("{} bytes, both ways", format::count(bytes))>{format::bytes(bytes)}</td>
            <td>{words::peers(&used)}</td>
            <td>{words::ports(&used)}</td>
            <td class="group-time">{words::last_use(&used)}</td>
            <td class="rule-tries">
                {tighter.map(|tight| view! { <Tighten tight/> })}
                <button type="button" class="button is-small" title="Adds its removal to the draft above" on:click=remove>
                    "Without it"
                </button>
            </td>
        </tr>
    }
}

#[component]
fn Tighten(tight: Tighter) -> impl IntoView {
    let state = AppState::get();
    let diff: Vec<String> = tight
        .edits
        .iter()
        .map(|edit| match edit {
            RuleEdit::AddGroupRule { rule, .. } => format!("+ {rule}"),
            RuleEdit::RemoveGroupRule { rule, .. } => format!("- {rule}"),
            other => other.to_string(),
        })
        .collect();
    let notes = tight.notes.join(" ");
    let edits = StoredValue::new(tight.edits);
    let add = move |_| edits.with_value(|edits| state.add_to_draft(edits));
    view! {
        <details class="tighter">
            <summary>"Wider than its use"</summary>
            <pre class="code-block">{diff.join("\n")}</pre>
            {(!notes.is_empty()).then(|| view! { <p class="view-note">{notes}</p> })}
            <button type="button" class="button is-small" title="Adds these edits to the draft above" on:click=add>
                "Try the tight version"
            </button>
        </details>
    }
}
