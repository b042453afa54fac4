//! One cause: what refused whom, why we say so, the evidence, and the fix.

use flow_core::analysis::findings::{Cause, CauseId};
use flow_core::query::Subject;
use flow_core::record::{Field, Value};
use leptos::prelude::*;

use super::evidence::Evidence;
use super::fix::Fix;
use super::{Answered, words};
use crate::state::{AppState, Tab};
use crate::ui::states::FieldNames;
use crate::ui::value_button::ValueButton;

/// Interfaces that a card lets filter by: more are in its records.
const INTERFACES_SHOWN: usize = 3;

/// A cause with a lower score is drawn as one that nobody has to do anything about.
const LIKELY_MIN: u32 = 30;

#[component]
pub(super) fn CauseCard(answered: Answered, id: CauseId, left_out: RwSignal<Vec<CauseId>>) -> impl IntoView {
    let opened = Opened { fix: RwSignal::new(false), evidence: RwSignal::new(false) };
    let found = id.clone();
    let cause = Memo::new(move |_| {
        answered.read(|findings| findings.causes.iter().find(|cause| cause.id() == found).cloned()).flatten()
    });
    let id = StoredValue::new(id);
    // A cause that changed is drawn anew; what was open in it stays open.
    move || cause.get().map(|cause| view! { <Card cause id opened left_out/> })
}

/// Which parts of a card stand open.
#[derive(Clone, Copy)]
struct Opened {
    fix: RwSignal<bool>,
    evidence: RwSignal<bool>,
}

#[component]
fn Card(
    cause: Cause,
    id: StoredValue<CauseId>,
    opened: Opened,
    left_out: RwSignal<Vec<CauseId>>,
) -> impl IntoView {
    let state = AppState::get();
    let filter = cause.filter.clone();
    let show_records = move |_| {
        state.narrow(filter.clone());
        state.set_tab(Tab::Records);
    };
    let is_in_report = move || id.with_value(|id| left_out.with(|left_out| !left_out.contains(id)));
    let toggle_report = move |_| {
        id.with_value(|id| {
            left_out.update(|left_out| match left_out.iter().position(|other| other == id) {
                Some(at) => drop(left_out.remove(at)),
                None => left_out.push(id.clone()),
            });
        });
    };
    let is_unlikely = cause.likelihood.score < LIKELY_MIN;
    let reasons: Vec<String> = cause.likelihood.reasons.iter().map(|reason| reason.words()).collect();
    let needs = cause.needs.clone();
    let stored = StoredValue::new(cause.clone());
    let title = cause.service.words();
    let interfaces: Vec<Value> = cause.interfaces.iter().take(INTERFACES_SHOWN).cloned().collect();
    let label = format!("{}: {title}", words::verdict(cause.verdict));
    let evidence = cause.evidence.clone();
    let n_conversations = cause.n_conversations;
    let port_value = cause.service.port.map(|port| Value::Number(u64::from(port)));
    let port_subject = if cause.is_inbound == Some(false) { Subject::RemotePort } else { Subject::LocalPort };
    view! {
        <li class="cause" class:is-unlikely=is_unlikely>
            <article aria-label=label>
                <header class="cause-head">
                    <h3 class="cause-title">{title}</h3>
                    <p class="cause-verdict">{words::verdict(cause.verdict)}</p>
                    <p class="text-dim">{words::confidence(cause.confidence)}</p>
                    <label class="cause-choice">
                        <input type="checkbox" prop:checked=is_in_report on:change=toggle_report/>
                        "in the report"
                    </label>
                </header>
                <p class="cause-because">{cause.because.clone()}</p>
                <dl class="cause-facts">
                    <div><dt>"Who"</dt><dd>{words::peers(&cause)}</dd></div>
                    <div>
                        <dt>"Seen at"</dt>
                        <dd>
                            {cause.seen_at()}
                        </dd>
                    </div>
                    <div><dt>"How much"</dt><dd>{words::amount(&cause)}</dd></div>
                    <div><dt>"Listed here for"</dt><dd>{reasons.join(", ")}</dd></div>
                    {(!needs.is_empty()).then(|| view! {
                        <div><dt>"Would settle it"</dt><dd><FieldNames fields=needs/></dd></div>
                    })}
                </dl>
                <div class="cause-actions">
                    <Disclosure open=opened.fix label="The fix"/>
                    <Disclosure open=opened.evidence label="Evidence"/>
                    <button type="button" class="button is-small" title="Filter by this cause and open its records" on:click=show_records>
                        "Show records"
                    </button>
                    <span class="cause-values">
                        {interfaces
                            .into_iter()
                            .map(|value| view! { <ValueButton subject=Field::INTERFACE_ID value/> })
                            .collect_view()}
                        {port_value.map(|value| view! { <ValueButton subject=port_subject value/> })}
                    </span>
                </div>
                <Show when=move || opened.fix.get()>
                    <Fix cause=stored/>
                </Show>
                <Show when=move || opened.evidence.get()>
                    <Evidence conversations=evidence.clone() n_all=n_conversations/>
                </Show>
            </article>
        </li>
    }
}

/// A button that opens a part of the card below.
#[component]
fn Disclosure(open: RwSignal<bool>, label: &'static str) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button is-small"
            aria-expanded=move || open.get().to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {label}
        </button>
    }
}
