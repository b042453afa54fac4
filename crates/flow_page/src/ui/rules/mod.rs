//! What each rule of the account was used for, within the loaded time; a draft of other rules, and what it would change.

mod acl_table;
mod draft;
mod draft_forms;
mod group_table;
mod replayed;
mod words;

use flow_core::analysis::requests::RuleUse;
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use acl_table::AclTable;
use draft::Draft;
use group_table::GroupTable;

use super::account::AccountPanel;
use super::basis::BasisNotes;
use super::format;
use super::states::{NeedsField, Staged, StateMessage};
use crate::engine::{Slot, ask};
use crate::state::AppState;

type Answered = super::answered::Answered<RuleUse>;

/// What an answer lets us show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    NoRules,
    /// Fields are missing without which nothing can be said.
    NotTold,
    Rules,
}

fn content(rule_use: &RuleUse) -> Content {
    match rule_use.has_rules {
        false => Content::NoRules,
        true if !rule_use.basis.missing.is_empty() => Content::NotTold,
        true => Content::Rules,
    }
}

#[component]
pub fn RulesTab() -> impl IntoView {
    let state = AppState::get();
    let question = Signal::derive(move || Some(Question::RuleUse { filter: state.filter.get() }));
    let asked = ask(Slot::RuleUse, question);
    let answered = Answered::new(asked, |answer| match answer {
        Answer::RuleUse(content) => Some(content),
        _ => None,
    });
    // Rules are there however few rows the filter leaves.
    let n_rows = Memo::new(move |_| answered.read(|rule_use| rule_use.basis.n_rows.max(1)));
    let content = Memo::new(move |_| answered.read(content));
    let missing = move || answered.read(|rule_use| rule_use.basis.missing.clone()).unwrap_or_default();
    let shown = move || match content.get()? {
        Content::NoRules => Some(
            view! {
                <StateMessage
                    title="No rules are described"
                    detail="Open the output of aws ec2 describe-security-groups, describe-network-acls and \
                            describe-network-interfaces beside the logs: the commands are above"
                />
            }
            .into_any(),
        ),
        Content::NotTold => {
            Some(view! { <NeedsField title="What used a rule cannot be told" fields=missing()/> }.into_any())
        }
        Content::Rules => Some(view! { <Rules answered/> }.into_any()),
    };
    view! {
        <section class="view rules" aria-label="Rules">
            <AccountPanel/>
            <Staged asked n_rows>{shown}</Staged>
        </section>
    }
}

#[component]
fn Rules(answered: Answered) -> impl IntoView {
    let groups = Memo::new(move |_| answered.read(|rule_use| rule_use.groups.clone()).unwrap_or_default());
    let acls =
        Memo::new(move |_| answered.read(|rule_use| rule_use.network_acls.clone()).unwrap_or_default());
    let unexplained = move || answered.read(words::unexplained).flatten();
    view! {
        <Draft answered/>
        <h2 class="view-heading">"Use of rules"</h2>
        <p class="view-note">
            "Who asked, not who answered, uses a security group's rule; several rules may admit the same request. That a rule "
            "was not used is said of the loaded time only. A connection that was allowed when it began stays allowed when its "
            "rule is gone"
        </p>
        {move || answered.read(|rule_use| view! { <BasisNotes basis=rule_use.basis.clone()/> })}
        {move || unexplained().map(|words| view! { <p class="view-note">{words}</p> })}
        {move || groups.get().into_iter().map(|group| view! { <GroupTable group/> }).collect_view()}
        {move || acls.get().into_iter().map(|acl| view! { <AclTable acl/> }).collect_view()}
        {move || answered.read(not_judged).flatten().map(|words| view! { <p class="view-note">{words}</p> })}
    }
}

/// Rows that no rule was asked about.
fn not_judged(rule_use: &RuleUse) -> Option<String> {
    let mut parts = Vec::new();
    if rule_use.n_rows_not_judged > 0 {
        let rows = format::counted(rule_use.n_rows_not_judged, "row");
        parts.push(format!("{rows} are of interfaces that are not described, or without a protocol"));
    }
    if rule_use.n_rows_exempt > 0 {
        let rows = format::counted(rule_use.n_rows_exempt, "row");
        parts.push(format!("{rows} are with AWS's own services, which no rule is asked about"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
