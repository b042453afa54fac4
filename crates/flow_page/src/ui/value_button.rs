//! A value of a record, wherever it stands: a press filters by it, with Alt or Shift it is left out.
//!
//! What a log wrote is only ever text here.

use flow_core::query::Subject;
use flow_core::record::{Field, Value};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;

use super::format::{self, Shown};
use crate::state::AppState;

/// What a value looks like, beyond its text.
pub fn tone(subject: &Subject, value: &Value) -> &'static str {
    let is_action = *subject == Subject::from(Field::ACTION);
    match value {
        Value::Absent => "value is-absent",
        Value::Text(text) if is_action && text == "ACCEPT" => "value is-accept",
        Value::Text(text) if is_action && text == "REJECT" => "value is-reject",
        _ => "value",
    }
}

/// What the value is and what a press does, a line each.
pub fn title(subject: &Subject, shown: &Shown) -> String {
    let mut title = format!("{} {}", subject.name(), shown.text);
    for more in [&shown.name, &shown.note].into_iter().flatten() {
        title.push('\n');
        title.push_str(more);
    }
    title.push_str("\nClick: only these rows. Alt- or Shift-click: all but these");
    title
}

/// The same for a screen reader.
fn label(subject: &Subject, shown: &Shown) -> String {
    let text = if shown.text == "-" { "absent" } else { &shown.text };
    let name = shown.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    format!("{} {text}{name}: show only these rows, with Shift leave them out", subject.name())
}

/// One value of a subject, as a button.
#[component]
pub fn ValueButton(#[prop(into)] subject: Subject, value: Value) -> impl IntoView {
    let state = AppState::get();
    let shown = format::shown(&subject, &value);
    let class = tone(&subject, &value);
    let title = title(&subject, &shown);
    let label = label(&subject, &shown);
    let filter = StoredValue::new((subject, value));
    let choose = move |leave_out: bool| {
        filter.with_value(|(subject, value)| match leave_out {
            true => state.exclude(subject.clone(), value),
            false => state.include(subject.clone(), value),
        });
    };
    let on_click = move |event: MouseEvent| {
        event.stop_propagation();
        choose(event.alt_key() || event.shift_key());
    };
    // Not every browser passes Shift on to the click that Enter makes.
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Enter" && event.shift_key() {
            event.prevent_default();
            event.stop_propagation();
            choose(true);
        }
    };
    view! {
        <button
            type="button"
            class=class
            title=title
            aria-label=label
            on:click=on_click
            on:keydown=on_keydown
        >
            <span class="value-text">{shown.text}</span>
            {shown.name.map(|name| view! { " " <span class="value-name">{name}</span> })}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_rejected_look_apart_only_in_the_action() {
        let action = Subject::from(Field::ACTION);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(tone(&action, &text("ACCEPT")), "value is-accept");
        assert_eq!(tone(&action, &text("REJECT")), "value is-reject");
        assert_eq!(tone(&action, &text("other")), "value");
        assert_eq!(tone(&Subject::from(Field::REGION), &text("REJECT")), "value");
        assert_eq!(tone(&action, &Value::Absent), "value is-absent");
    }

    #[test]
    fn the_title_says_what_the_number_means_and_what_a_press_does() {
        let port = Subject::from(Field::DSTPORT);
        let shown = format::shown(&port, &Value::Number(443));
        let expected = "dstport 443\nhttps\nClick: only these rows. Alt- or Shift-click: all but these";
        assert_eq!(title(&port, &shown), expected);
        assert!(label(&port, &shown).starts_with("dstport 443 https: show only"));
        let absent = format::shown(&port, &Value::Absent);
        assert!(label(&port, &absent).starts_with("dstport absent:"));
    }
}
