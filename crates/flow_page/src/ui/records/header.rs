//! The heads of the columns: what each is, and the order of the rows.

use std::sync::Arc;

use flow_core::query::{SortSpec, Subject};
use flow_core::record::{ColumnKey, Field, FieldKind};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::state::AppState;

/// Fields whose values are single short words.
const WORDS: [Field; 7] = [
    Field::ACTION,
    Field::LOG_STATUS,
    Field::TYPE,
    Field::REGION,
    Field::AZ_ID,
    Field::FLOW_DIRECTION,
    Field::REJECT_REASON,
];

fn is_word(subject: &Subject) -> bool {
    match subject {
        Subject::Direction | Subject::Class => true,
        Subject::Column(ColumnKey::Known(field)) => WORDS.contains(field),
        _ => false,
    }
}

/// The class that gives a column its width and alignment.
pub fn column_class(subject: &Subject) -> &'static str {
    match subject.kind() {
        FieldKind::Address => "cell kind-address",
        FieldKind::Text if is_word(subject) => "cell kind-word",
        FieldKind::Text => "cell kind-text",
        FieldKind::Port => "cell kind-port",
        FieldKind::Protocol => "cell kind-protocol",
        FieldKind::Packets | FieldKind::Bytes => "cell kind-quantity",
        FieldKind::Seconds => "cell kind-seconds",
        FieldKind::TcpFlags => "cell kind-flags",
        FieldKind::Number => "cell kind-number",
    }
}

/// The id of a column's name, which is part of the names of its values.
pub fn column_name_id(column: usize) -> String {
    format!("record-column-{column}")
}

/// As ARIA says it, for the column of `subject`.
fn aria_sort(sort: Option<&SortSpec>, subject: &Subject) -> &'static str {
    match sort.filter(|sort| sort.subject == *subject) {
        None => "none",
        Some(SortSpec { descending: true, .. }) => "descending",
        Some(SortSpec { descending: false, .. }) => "ascending",
    }
}

#[component]
pub fn HeaderRow(#[prop(into)] subjects: Signal<Arc<[Subject]>>) -> impl IntoView {
    let state = AppState::get();
    let sort = Memo::new(move |_| state.spec.with(|spec| spec.sort.clone()));
    // Enter and Space press a head's button; the table would take them for its own.
    let on_keydown = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.stop_propagation();
        }
    };
    let column = move |(at, subject): (usize, Subject)| {
        let name = subject.name().to_owned();
        let title = match subject.doc() {
            Some(doc) => format!("{name}: {doc}\nClick: sort"),
            None => format!("{name}: not a field that AWS documents\nClick: sort"),
        };
        let class = column_class(&subject);
        let subject = StoredValue::new(subject);
        let order = move || sort.with(|sort| subject.with_value(|subject| aria_sort(sort.as_ref(), subject)));
        let arrow = move || match order() {
            "ascending" => "▲",
            "descending" => "▼",
            _ => "",
        };
        view! {
            <div class=class role="columnheader" aria-colindex=(at + 2).to_string() aria-sort=order>
                <button
                    type="button"
                    class="column-sort"
                    title=title
                    on:click=move |_| state.edit(|spec| spec.sort_by(subject.get_value()))
                >
                    <span class="column-name" id=column_name_id(at)>{name}</span>
                    <span class="column-order" aria-hidden="true">{arrow}</span>
                </button>
            </div>
        }
    };
    view! {
        <div class="grid-row grid-head-row" role="row" aria-rowindex="1" on:keydown=on_keydown>
            <div class="cell kind-place" role="columnheader" aria-colindex="1">"#"</div>
            {move || {
                let subjects = subjects.get();
                subjects.iter().cloned().enumerate().map(column).collect_view()
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_get_narrow_columns() {
        let class = |name: &str| column_class(&Subject::from_name(name));
        assert_eq!(class("action"), "cell kind-word");
        assert_eq!(class("direction"), "cell kind-word");
        assert_eq!(class("interface-id"), "cell kind-text");
        assert_eq!(class("my-own"), "cell kind-text");
        assert_eq!(class("bytes"), "cell kind-quantity");
    }

    #[test]
    fn only_the_sorted_column_says_so() {
        let bytes = Subject::from_name("bytes");
        let sort = SortSpec { subject: bytes.clone(), descending: true };
        assert_eq!(aria_sort(Some(&sort), &bytes), "descending");
        assert_eq!(aria_sort(Some(&SortSpec { descending: false, ..sort.clone() }), &bytes), "ascending");
        assert_eq!(aria_sort(Some(&sort), &Subject::Class), "none");
        assert_eq!(aria_sort(None, &bytes), "none");
    }
}
