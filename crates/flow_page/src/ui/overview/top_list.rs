//! The largest values of one field.

use flow_core::analysis::Metric;
use flow_core::analysis::overview::{TopEntry, TopList};
use flow_core::query::Subject;
use flow_core::record::{Field, Value};
use leptos::prelude::*;

use super::Answered;
use crate::state::AppState;
use crate::ui::bar::{Bar, BarParts};
use crate::ui::exactness::{ExactMark, Exactness, Mark};
use crate::ui::format;
use crate::ui::value_button::ValueButton;

#[component]
pub(super) fn TopListView(
    answered: Answered,
    metric: Memo<Metric>,
    field: Field,
    heading: &'static str,
) -> impl IntoView {
    let list = Memo::new(move |_| {
        answered.read(|overview| overview.top.iter().find(|list| list.field == field).cloned()).flatten()
    });
    let is_recorded = Memo::new(move |_| list.with(|list| list.as_ref().is_some_and(|list| list.recorded)));
    let whole = Memo::new(move |_| answered.read(|overview| overview.total.get(metric.get())).unwrap_or(0));
    let content = move || match is_recorded.get() {
        true => view! { <Entries list whole metric field/> }.into_any(),
        false => view! {
            <p class="not-recorded" title=field.info().doc>
                "Not in these files: " <code>{field.name()}</code>
            </p>
        }
        .into_any(),
    };
    let mark = match field {
        Field::DSTPORT => {
            let why = "Clients' own ports are left out, so that a port counts only where it was asked for";
            view! { <Mark is=Exactness::RolledUp why/> }.into_any()
        }
        _ => view! { <ExactMark/> }.into_any(),
    };
    view! {
        <section class="top-list">
            <h3 title=field.info().doc>{heading} " " <code class="text-dim">{field.name()}</code> " " {mark}</h3>
            {content}
        </section>
    }
}

/// The list itself. Rows are keyed by their value, so that one that stays keeps its place and its focus.
#[component]
fn Entries(
    list: Memo<Option<TopList>>,
    /// The sum over all rows, for shares.
    whole: Memo<u64>,
    metric: Memo<Metric>,
    field: Field,
) -> impl IntoView {
    let state = AppState::get();
    let values = move || {
        list.with(|list| match list {
            Some(list) => list.entries.iter().map(|entry| entry.value.clone()).collect::<Vec<_>>(),
            None => Vec::new(),
        })
    };
    let largest = Memo::new(move |_| {
        let metric = metric.get();
        list.with(|list| {
            list.iter().flat_map(|list| &list.entries).map(|entry| entry.total.get(metric)).max().unwrap_or(0)
        })
    });
    let below = move || list.with(|list| list.as_ref().map(below));
    let row = move |value: Value| {
        let wanted = value.clone();
        let entry = Memo::new(move |_| list.with(|list| entry_of(list.as_ref()?, &wanted)));
        let bar = move || {
            let (entry, metric) = (entry.get()?, metric.get());
            let parts = BarParts::new(entry.total.get(metric), entry.rejected.get(metric), largest.get());
            Some(view! { <Bar parts tells_action=state.is_recorded(Field::ACTION)/> })
        };
        let number =
            move || entry.get().map(|entry| format::amount(metric.get(), entry.total.get(metric.get())));
        let share =
            move || entry.get().map(|entry| format::percent(entry.total.get(metric.get()), whole.get()));
        let in_words = move || {
            let has_action = state.is_recorded(Field::ACTION);
            entry.get().map(|entry| in_words(&entry, metric.get(), has_action))
        };
        view! {
            <li class="top-row" title=in_words>
                <ValueButton subject=Subject::from(field) value/>
                {bar}
                <span class="number">{number}</span>
                <span class="number text-dim">{share}</span>
            </li>
        }
    };
    view! {
        <ol class="top-rows">
            <For each=values key=Value::clone children=row/>
        </ol>
        <p class="top-more">{below}</p>
    }
}

fn entry_of(list: &TopList, value: &Value) -> Option<TopEntry> {
    list.entries.iter().find(|entry| entry.value == *value).cloned()
}

/// What stands under the list.
fn below(list: &TopList) -> String {
    if list.entries.is_empty() {
        return "No row here has a value".to_owned();
    }
    match list.n_distinct.saturating_sub(list.entries.len() as u64) {
        0 => String::new(),
        n_more => format!("and {} more", format::count(n_more)),
    }
}

/// The exact numbers, and how much of them was rejected where the files tell.
fn in_words(entry: &TopEntry, metric: Metric, has_action: bool) -> String {
    let (total, rejected) = (entry.total.get(metric), entry.rejected.get(metric));
    match rejected {
        _ if !has_action => format::amount_exact(metric, total),
        0 => format!("{}, none rejected", format::amount_exact(metric, total)),
        _ => format!(
            "{}, {} of it rejected",
            format::amount_exact(metric, total),
            format::percent(rejected, total)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::analysis::Tally;

    fn entry(value: u64, rows: u64, rejected: u64) -> TopEntry {
        let tally = |rows| Tally { rows, packets: rows * 2, bytes: rows * 100 };
        TopEntry { value: Value::Number(value), total: tally(rows), rejected: tally(rejected) }
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let entries = vec![entry(443, 10, 0), entry(22, 4, 4)];
        let list = TopList { field: Field::DSTPORT, recorded: true, n_distinct: 1_202, entries };
        assert_eq!(below(&list), "and 1,200 more");
        assert_eq!(entry_of(&list, &Value::Number(22)), Some(entry(22, 4, 4)));
        assert_eq!(entry_of(&list, &Value::Absent), None);
        assert_eq!(below(&TopList { n_distinct: 2, ..list.clone() }), "");
        assert_eq!(below(&TopList { entries: Vec::new(), ..list }), "No row here has a value");
    }

    #[test]
    fn a_row_says_how_much_of_it_was_rejected() {
        assert_eq!(in_words(&entry(443, 1_000, 0), Metric::Rows, true), "1,000 rows, none rejected");
        assert_eq!(in_words(&entry(443, 1_000, 0), Metric::Rows, false), "1,000 rows");
        assert_eq!(
            in_words(&entry(443, 1_000, 250), Metric::Bytes, true),
            "100,000 bytes, 25.0 % of it rejected"
        );
    }
}
