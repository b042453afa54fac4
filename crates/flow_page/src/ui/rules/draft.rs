//! Rules that the reader tries out: what they would change for the loaded flows, and how they are written down.

use flow_core::analysis::requests::RuleUse;
use flow_core::config::RuleEdit;
use flow_core::config::remedy::render::Written;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use super::Answered;
use super::draft_forms::{EntryForm, RuleForm};
use super::replayed::Replayed;
use crate::engine::Engine;
use crate::state::AppState;
use crate::ui::format;
use crate::ui::written::WrittenEdits;

#[component]
pub(super) fn Draft(answered: Answered) -> impl IntoView {
    let state = AppState::get();
    let draft = state.draft;
    let is_empty = Memo::new(move |_| draft.with(Vec::is_empty));
    // Opened by whatever adds an edit, so that its effect is seen.
    let is_open = move || !is_empty.get();
    let groups = Memo::new(move |_| {
        ids(answered, |rule_use| rule_use.groups.iter().map(|group| group.id.clone()).collect())
    });
    let acls = Memo::new(move |_| {
        ids(answered, |rule_use| rule_use.network_acls.iter().map(|acl| acl.id.clone()).collect())
    });
    view! {
        <details class="draft" open=is_open>
            <summary>
                <h2 class="view-heading">
                    "Try other rules " <span class="text-dim">{move || draft.with(|draft| in_words(draft))}</span>
                </h2>
            </summary>
            <p class="view-note">
                "Edits are tried on the loaded flows, in this page: nothing is changed in the account. They are forgotten when the "
                "page is closed"
            </p>
            <Show when=move || !is_empty.get()>
                <Edits/>
            </Show>
            <RuleForm groups/>
            <EntryForm acls/>
            <Show when=move || !is_empty.get()>
                <Replayed/>
                <Commands/>
            </Show>
        </details>
    }
}

fn ids(answered: Answered, pick: fn(&RuleUse) -> Vec<String>) -> Vec<String> {
    answered.read(pick).unwrap_or_default()
}

fn in_words(draft: &[RuleEdit]) -> String {
    match draft.len() {
        0 => "and see what would change".to_owned(),
        n => format::counted(n as u64, "edit"),
    }
}

#[component]
fn Edits() -> impl IntoView {
    let state = AppState::get();
    let draft = state.draft;
    let edit = move |(at, edit): (usize, RuleEdit)| {
        let take_back = move |_| {
            draft.update(|draft| {
                if at < draft.len() {
                    draft.remove(at);
                }
            });
        };
        let text = edit.to_string();
        let label = format!("Take back: {text}");
        view! {
            <li>
                <code>{text}</code>
                <button type="button" class="button is-small" aria-label=label on:click=take_back>"Take back"</button>
            </li>
        }
    };
    view! {
        <ul class="draft-edits">{move || draft.get().into_iter().enumerate().map(edit).collect_view()}</ul>
        <button type="button" class="button is-small" on:click=move |_| draft.update(Vec::clear)>"Take all back"</button>
    }
}

/// The draft as commands and templates.
#[component]
fn Commands() -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let written = RwSignal::new(Written::default());
    Effect::new(move |_| {
        let edits = state.draft.get();
        engine.once(Question::Write(edits), move |result| {
            // A newer draft has its own answer coming; the view may be gone by now.
            if let Ok(Answer::Written(text)) = result {
                written.try_set(text);
            }
        });
    });
    view! {
        <details>
            <summary>"Write them down"</summary>
            <WrittenEdits written/>
        </details>
    }
}
