//! Where a rule or an entry is typed, in the words in which they print.

use flow_core::config::{AclEntry, RuleEdit, SecurityGroupRule};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

use crate::state::AppState;

#[component]
pub(super) fn RuleForm(groups: Memo<Vec<String>>) -> impl IntoView {
    let read = |group: String, text: &str| match SecurityGroupRule::from_text(text) {
        Ok(rule) => Ok(RuleEdit::AddGroupRule { group, rule }),
        Err(mistake) => Err(mistake.to_string()),
    };
    view! {
        <EditForm ids=groups of="Security group" what="Rule" example="inbound tcp 443 from 10.0.0.0/16" read/>
    }
}

#[component]
pub(super) fn EntryForm(acls: Memo<Vec<String>>) -> impl IntoView {
    let read = |acl: String, text: &str| match AclEntry::from_text(text) {
        Ok(entry) => Ok(RuleEdit::AddAclEntry { acl, entry }),
        Err(mistake) => Err(mistake.to_string()),
    };
    view! {
        <EditForm ids=acls of="Network ACL" what="Entry" example="inbound rule 90: allow tcp 443 from 10.0.0.0/16" read/>
    }
}

#[component]
fn EditForm(
    ids: Memo<Vec<String>>,
    /// What the ids are of, and what is typed.
    of: &'static str,
    what: &'static str,
    example: &'static str,
    read: fn(String, &str) -> Result<RuleEdit, String>,
) -> impl IntoView {
    let state = AppState::get();
    let chosen = NodeRef::<html::Select>::new();
    let typed = NodeRef::<html::Input>::new();
    let mistake = RwSignal::new(None::<String>);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(chosen), Some(typed)) = (chosen.get_untracked(), typed.get_untracked()) else { return };
        match read(chosen.value(), &typed.value()) {
            Ok(edit) => {
                state.add_to_draft(&[edit]);
                typed.set_value("");
                mistake.set(None);
            }
            Err(words) => mistake.set(Some(words)),
        }
    };
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty())>
            <form class="draft-form" on:submit=on_submit>
                <label>
                    {of} " "
                    <select class="input" node_ref=chosen>
                        {move || ids.get().into_iter().map(|id| view! { <option value=id.clone()>{id.clone()}</option> }).collect_view()}
                    </select>
                </label>
                <label>
                    {what} " "
                    <input
                        type="text"
                        class="input"
                        node_ref=typed
                        spellcheck="false"
                        autocomplete="off"
                        placeholder=example
                        aria-invalid=move || mistake.with(Option::is_some).to_string()
                        on:input=move |_| mistake.set(None)
                    />
                </label>
                <button type="submit" class="button is-small">"Add"</button>
                {move || mistake.get().map(|words| view! { <p class="mistake" role="alert">{words}</p> })}
            </form>
        </Show>
    }
}
