//! The smallest change of rules that lets a cause's flows through, or why there is none.

use flow_core::analysis::findings::Cause;
use flow_core::config::RuleEdit;
use flow_core::config::remedy::render::Written;
use flow_core::config::remedy::{Change, Fix as Fixed, Side};
use flow_core::session::message::{Answer, Question};
use leptos::prelude::*;

use crate::engine::Engine;
use crate::state::{AppState, Tab};
use crate::ui::written::WrittenEdits;

#[component]
pub(super) fn Fix(cause: StoredValue<Cause>) -> impl IntoView {
    let engine = Engine::get();
    let fixed = RwSignal::new(None::<Result<Fixed, String>>);
    match cause.with_value(Cause::wanted) {
        None => fixed.set(Some(Err(
            "The protocol is not recorded in these files, so no rule can be written: a flow log format with protocol tells it"
                .to_owned(),
        ))),
        Some(wanted) => engine.once(Question::Fix(wanted), move |result| {
            let outcome = match result {
                Ok(Answer::Fix(fix)) => Ok(*fix),
                Ok(_) => Err("The engine answered something else".to_owned()),
                Err(message) => Err(message),
            };
            // The card may be gone by now.
            fixed.try_set(Some(outcome));
        }),
    }
    let without_fix = StoredValue::new(cause.with_value(Cause::interfaces_without_fix));
    move || match fixed.get() {
        None => view! { <p class="view-note" role="status">"Working it out …"</p> }.into_any(),
        Some(Err(message)) => view! { <p class="view-note" role="alert">{message}</p> }.into_any(),
        Some(Ok(fix)) => view! { <Proposal fix without_fix=without_fix.get_value()/> }.into_any(),
    }
}

#[component]
fn Proposal(fix: Fixed, without_fix: Option<String>) -> impl IntoView {
    let Fixed { remedy, written, alternatives } = fix;
    let others = remedy.alternatives.into_iter().zip(alternatives);
    view! {
        <section class="fix" aria-label="The fix">
            {remedy.cannot.map(|cannot| view! { <p>{cannot.words()}</p> })}
            {without_fix.map(|words| view! { <p class="view-note">{words}</p> })}
            <Edits title=format!("The smallest change, {}", remedy.change.way.words()) change=remedy.change written/>
            {(!remedy.notes.is_empty()).then(|| view! {
                <ul>{remedy.notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
            })}
            {others
                .map(|(change, written)| view! {
                    <details>
                        <summary>{format!("Or {}", change.way.words())}</summary>
                        <Edits title=String::new() change written/>
                    </details>
                })
                .collect_view()}
        </section>
    }
}

#[component]
fn Edits(
    /// Nothing where what stands around says it.
    title: String,
    change: Change,
    written: Written,
) -> impl IntoView {
    let Change { edits, sides, opens, warnings, proof, .. } = change;
    if edits.is_empty() {
        return ().into_any();
    }
    let state = AppState::get();
    let draft = StoredValue::new(edits.clone());
    let try_out = move |_| {
        draft.with_value(|edits| state.add_to_draft(edits));
        state.set_tab(Tab::Rules);
    };
    let sides = sides.into_iter().map(Some).chain(std::iter::repeat(None));
    let edit = |(edit, side): (RuleEdit, Option<Side>)| {
        let at = match side {
            Some(Side::Peer { interface }) => format!(" (at the other end, {interface})"),
            Some(Side::Own) | None => String::new(),
        };
        view! { <li><code>{edit.to_string()}</code>{at}</li> }
    };
    let proved = proof.map(|proof| proof.words()).unwrap_or_default();
    view! {
        {(!title.is_empty()).then(|| view! { <h4>{title}</h4> })}
        <ul>{edits.into_iter().zip(sides).map(edit).collect_view()}</ul>
        {warnings
            .into_iter()
            .map(|warning| view! { <p class="fix-warning">{warning.words()}</p> })
            .collect_view()}
        {opens.into_iter().map(|opens| view! { <p>{opens.words()}</p> }).collect_view()}
        {proved.into_iter().map(|words| view! { <p>{words}</p> }).collect_view()}
        <WrittenEdits written=Signal::stored(written)/>
        <p>
            <button type="button" class="button is-small" on:click=try_out>"Try it on the loaded flows"</button>
        </p>
    }
    .into_any()
}
