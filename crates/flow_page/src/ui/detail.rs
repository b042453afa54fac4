//! All that is known of one row: its line, each field in words, and which way it went and how we know.

use flow_core::query::Subject;
use flow_core::record::{ColumnKey, Direction, Evidence, Field, Value};
use flow_core::session::message::{Answer, Question, RowDetail};
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;

use super::format;
use super::value_button::ValueButton;
use crate::browser::clipboard;
use crate::engine::Engine;
use crate::state::AppState;

/// The panel for [`AppState::open_detail`]; nothing while no row is open.
#[component]
pub fn DetailPanel(
    /// Opens the row this many further on; without it the panel has no such buttons.
    #[prop(optional)]
    on_step: Option<Callback<i64>>,
    /// After the panel has closed: gives the focus back.
    on_close: Callback<()>,
) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let shown = RwSignal::new(None::<Result<RowDetail, String>>);
    // Asks the engine whenever another row is opened; what comes for a row no longer open is dropped.
    Effect::new(move |_| {
        let Some(row) = state.open_detail.get() else {
            shown.set(None);
            return;
        };
        engine.once(Question::Detail { row }, move |result| {
            let is_open = state.open_detail.try_get_untracked().flatten() == Some(row);
            let outcome = match result {
                Ok(Answer::Detail(detail)) => Ok(detail),
                Ok(_) => Err("The engine answered something else".to_owned()),
                Err(message) => Err(message),
            };
            if is_open {
                // The panel may be gone by now.
                shown.try_set(Some(outcome));
            }
        });
    });
    on_cleanup(move || state.open_detail.set(None));
    let close = move || {
        state.open_detail.set(None);
        on_close.run(());
    };
    let is_open = Memo::new(move |_| state.open_detail.with(Option::is_some));
    move || is_open.get().then(|| view! { <Panel shown on_step on_close=Callback::new(move |()| close())/> })
}

/// The panel itself takes the focus when it opens, so that its keys work at once.
#[component]
fn Panel(
    shown: RwSignal<Option<Result<RowDetail, String>>>,
    on_step: Option<Callback<i64>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    element.on_load(|element| {
        let _ = element.focus();
    });
    let on_keydown = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "Escape" => None,
            "ArrowDown" => Some(1),
            "ArrowUp" => Some(-1),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        match (step, on_step) {
            (None, _) => on_close.run(()),
            (Some(n_rows), Some(on_step)) => on_step.run(n_rows),
            (Some(_), None) => {}
        }
    };
    let stepper = move |n_rows: i64, sign: &'static str, label: &'static str| {
        on_step.map(|on_step| {
            view! {
                <button
                    type="button"
                    class="button is-small"
                    title=label
                    aria-label=label
                    on:click=move |_| on_step.run(n_rows)
                >
                    {sign}
                </button>
            }
        })
    };
    let content = move || match shown.get() {
        None => view! { <p class="state-message">"Working it out …"</p> }.into_any(),
        Some(Err(message)) => view! { <p class="state-message" role="alert">{message}</p> }.into_any(),
        Some(Ok(detail)) => view! { <Detail detail/> }.into_any(),
    };
    view! {
        <div
            class="detail"
            role="dialog"
            aria-label="Row detail"
            tabindex="-1"
            node_ref=element
            on:keydown=on_keydown
        >
            <header class="detail-head">
                <h2>"Row"</h2>
                {stepper(-1, "↑", "Previous row (arrow up)")}
                {stepper(1, "↓", "Next row (arrow down)")}
                <button type="button" class="button is-small" title="Close (Escape)" on:click=move |_| on_close.run(())>
                    "Close"
                </button>
            </header>
            {content}
        </div>
    }
}

#[component]
fn Detail(detail: RowDetail) -> impl IntoView {
    let state = AppState::get();
    let RowDetail { file, line, n_records, text, fields, orientation, local, remote, .. } = detail;
    let copied = text.clone();
    let copy = move |_| {
        clipboard::copy(&copied, move |was_copied| {
            state.notify(if was_copied {
                "The line is on the clipboard"
            } else {
                "The browser did not let this page use the clipboard; select the line and copy it"
            });
        });
    };
    // Which line it is shows once the lines before it have been counted.
    let line = line.map(|line| format!("line {}", format::count(line)));
    let place = match (n_records, line) {
        (None, line) => line.map_or(String::new(), |line| format!(", {line}")),
        (Some(1), line) => {
            let line = line.map_or(String::new(), |line| format!(", {line}"));
            format!("{line}, rolled up: to the minute, without the client's port")
        }
        (Some(n_records), line) => format!(
            ", rolled up from {}{}; what differs between them is absent",
            format::counted(n_records, "record"),
            line.map_or(String::new(), |line| format!(", the first on {line}"))
        ),
    };
    view! {
        <p class="detail-place">
            <span class="detail-file">{file}</span>
            {place}
        </p>
        <pre class="detail-line" tabindex="0">{text}</pre>
        <button type="button" class="button" on:click=copy>"Copy line"</button>
        <h3>"Which way"</h3>
        <FlowDrawing direction=orientation.direction local remote/>
        <dl class="detail-way">
            <dt>"Direction"</dt>
            <dd>
                <ValueButton subject=Subject::Direction value=Value::Text(orientation.direction.name().to_owned())/>
                <span class="text-dim">{evidence_in_words(orientation.direction, orientation.evidence)}</span>
            </dd>
            <dt>"Class"</dt>
            <dd>
                <ValueButton subject=Subject::Class value=Value::Text(orientation.class.name().to_owned())/>
            </dd>
        </dl>
        <h3>"Fields, in the file's order"</h3>
        <dl class="detail-fields">
            {fields.into_iter().map(|(key, value)| view! { <FieldView key value/> }).collect_view()}
        </dl>
    }
}

/// The evidence, with the sentence that belongs to an unknown direction where there is none.
fn evidence_in_words(direction: Direction, evidence: Evidence) -> &'static str {
    match direction {
        Direction::Unknown => Evidence::None.explanation(),
        Direction::Ingress | Direction::Egress => evidence.explanation(),
    }
}

/// Interface and peer, with the arrow the way the traffic went.
#[component]
fn FlowDrawing(direction: Direction, local: (Value, Value), remote: (Value, Value)) -> impl IntoView {
    if direction == Direction::Unknown {
        return view! { <p class="text-dim">"Not known, so neither end is drawn as the interface"</p> }
            .into_any();
    }
    let local = format::endpoint(&local.0, &local.1);
    let remote = format::endpoint(&remote.0, &remote.1);
    let (arrow, words) = match direction {
        Direction::Ingress => ("←", "received from"),
        _ => ("→", "sent to"),
    };
    view! {
        <p class="flow-drawing">
            <span class="flow-end is-local" title="The interface's own end">{local}</span>
            <span class="flow-arrow" role="img" aria-label=words>{arrow}</span>
            <span class="flow-end" title="The peer's end">{remote}</span>
        </p>
    }
    .into_any()
}

/// One field: name, value, what it means.
#[component]
fn FieldView(key: ColumnKey, value: Value) -> impl IntoView {
    let subject = Subject::Column(key);
    let doc = subject.doc().unwrap_or("Not a field that AWS documents");
    let is_action = subject == Subject::from(Field::ACTION);
    let note = match &value {
        Value::Absent => Some("absent: the record has - here, which is neither zero nor empty".to_owned()),
        _ => format::shown(&subject, &value).note,
    };
    view! {
        <div class="detail-field" class:is-action=is_action>
            <dt><code>{subject.name().to_owned()}</code></dt>
            <dd>
                <ValueButton subject value/>
                {note.map(|note| view! { <span class="detail-note">{note}</span> })}
                <span class="detail-doc text-dim">{doc}</span>
            </dd>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_unknown_is_not_called_recorded() {
        // A flow-direction that is neither ingress nor egress tells nothing.
        assert_eq!(evidence_in_words(Direction::Unknown, Evidence::Recorded), Evidence::None.explanation());
        assert_eq!(
            evidence_in_words(Direction::Egress, Evidence::Recorded),
            Evidence::Recorded.explanation()
        );
    }
}
