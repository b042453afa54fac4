//! Layouts of files that do not say theirs: what can be told of their columns, and the reader's word.

use flow_core::intake::LoadOptions;
use flow_core::parse::detect::{ColumnGuess, known_layouts};
use flow_core::parse::{FileReport, GivenLayout, Layout, LayoutFrom, log_format};
use flow_core::session::message::Command;
use leptos::{ev, prelude::*};

use super::reports::Reports;
use crate::engine::Engine;
use crate::state::AppState;
use crate::ui::format;

/// Kinds of columns that are shown: a folder of files of one flow log has one.
const KINDS_SHOWN: usize = 3;

/// Files without a layout whose columns look alike.
#[derive(Clone, Debug, PartialEq)]
struct Unknown {
    n_files: u64,
    first: String,
    columns: Vec<ColumnGuess>,
}

fn unknown(reports: &[FileReport]) -> Vec<Unknown> {
    let mut kinds: Vec<Unknown> = Vec::new();
    for report in reports.iter().filter(|report| !report.columns.is_empty()) {
        let fields = |columns: &[ColumnGuess]| columns.iter().map(|column| column.field).collect::<Vec<_>>();
        match kinds.iter_mut().find(|kind| fields(&kind.columns) == fields(&report.columns)) {
            Some(kind) => kind.n_files += 1,
            None => kinds.push(Unknown {
                n_files: 1,
                first: report.name.clone(),
                columns: report.columns.clone(),
            }),
        }
    }
    kinds
}

/// What is wrong with a format for files of these numbers of columns; `None` where it fits one of them or there are none.
fn mismatch(layout: &Layout, n_columns: &[usize]) -> Option<String> {
    let n_fields = layout.columns().len();
    (!n_columns.is_empty() && !n_columns.contains(&n_fields)).then(|| {
        let others: Vec<String> = n_columns.iter().map(ToString::to_string).collect();
        format!(
            "This format has {}, the records have {} values",
            format::counted(n_fields as u64, "field"),
            others.join(" or ")
        )
    })
}

#[component]
pub fn Layouts(reports: Memo<Reports>) -> impl IntoView {
    let state = AppState::get();
    let unknown = Memo::new(move |_| reports.with(|reports| unknown(reports)));
    let given = Memo::new(move |_| state.load_options.with(|options| options.layouts.clone()));
    // Where every file names its fields, nobody need read about it.
    let has_headerless = Memo::new(move |_| {
        reports.with(|reports| reports.iter().any(|report| report.layout_from != LayoutFrom::Header))
    });
    let is_asked = move || unknown.with(|unknown| !unknown.is_empty());
    let is_shown = move || is_asked() || has_headerless.get() || given.with(|given| !given.is_empty());
    view! {
        <Show when=is_shown>
            <details class="layouts" prop:open=is_asked>
                <summary>"Layouts of files without a header"</summary>
                {move || unknown.get().into_iter().take(KINDS_SHOWN).map(columns_view).collect_view()}
                <GivenLayouts given/>
                <LayoutForm unknown/>
            </details>
        </Show>
    }
}

/// The columns with some of their values, as far as they can be told.
fn columns_view(kind: Unknown) -> impl IntoView {
    let files = match kind.n_files {
        1 => kind.first,
        n_files => format!("{} and {} like it", kind.first, format::counted(n_files - 1, "file")),
    };
    let heads = kind.columns.iter().enumerate().map(|(at, column)| match column.field {
        Some(field) => view! { <th scope="col">{field.name()}</th> }.into_any(),
        None => view! { <th scope="col" class="text-dim">{format!("{} ?", at + 1)}</th> }.into_any(),
    });
    let examples = kind.columns.iter().map(|column| view! { <td>{column.examples.join(", ")}</td> });
    view! {
        <p>{format!("What can be told of the columns of {files}")}</p>
        <div class="table-box" tabindex="0" role="region" aria-label="Columns without names">
            <table class="table">
                <thead><tr>{heads.collect_view()}</tr></thead>
                <tbody><tr>{examples.collect_view()}</tr></tbody>
            </table>
        </div>
    }
}

fn read_again(engine: Engine, state: AppState, layouts: Vec<GivenLayout>) {
    let options = state.load_options.get_untracked();
    engine.send(Command::Reload(LoadOptions { layouts, ..options }));
}

/// What is in force: what the reader has said, to be taken back, and what descriptions of flow logs say.
#[component]
fn GivenLayouts(given: Memo<Vec<GivenLayout>>) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let item = move |(at, given_layout): (usize, GivenLayout)| {
        let take_back = move |_| {
            let mut layouts = given.get_untracked();
            layouts.remove(at);
            read_again(engine, state, layouts);
        };
        let is_by_hand = given_layout.flow_log_id.is_none();
        let whose = match given_layout.flow_log_id {
            Some(id) => format!("{id}, as described: "),
            None => "You said: ".to_owned(),
        };
        view! {
            <li>
                {whose}
                <code>{given_layout.layout.names().join(" ")}</code>
                " "
                {is_by_hand.then(|| view! {
                    <button type="button" class="button is-small" on:click=take_back>"Forget and read again"</button>
                })}
            </li>
        }
    };
    view! {
        <ul class="given-layouts">
            {move || given.get().into_iter().enumerate().map(item).collect_view()}
        </ul>
    }
}

#[component]
fn LayoutForm(unknown: Memo<Vec<Unknown>>) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let text = RwSignal::new(String::new());
    let layout = Memo::new(move |_| text.with(|text| log_format::parse(text)));
    let n_columns = Memo::new(move |_| {
        unknown.with(|unknown| unknown.iter().map(|kind| kind.columns.len()).collect::<Vec<_>>())
    });
    let mistake = Memo::new(move |_| {
        layout.with(|layout| match layout {
            Ok(layout) => n_columns.with(|n_columns| mismatch(layout, n_columns)),
            // Nobody is told off for what is not written yet.
            Err(_) if text.with(String::is_empty) => None,
            Err(problem) => Some(problem.explanation().to_owned()),
        })
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(layout) = layout.get_untracked() {
            let mut layouts = state.load_options.with_untracked(|options| options.layouts.clone());
            // What was said last goes first: it is a correction.
            layouts.insert(0, layout.into());
            text.set(String::new());
            read_again(engine, state, layouts);
        }
    };
    let known = StoredValue::new(known_layouts());
    let choose = move |event| {
        let chosen: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(at) = chosen {
            known.with_value(|known| text.set(format_of(&known[at].1)));
        }
    };
    let choices = known.with_value(|known| {
        let names = known.iter().map(|(name, layout)| format!("{name}, {} fields", layout.columns().len()));
        names
            .enumerate()
            .map(|(at, name)| view! { <option value=at.to_string()>{name}</option> })
            .collect_view()
    });
    view! {
        <form class="layout-form" on:submit=submit>
            <label for="layout-format">"Log format of the records"</label>
            <textarea
                id="layout-format"
                class="text-input is-code"
                rows="3"
                spellcheck="false"
                placeholder="${version} ${account-id} ${interface-id} …"
                prop:value=text
                aria-describedby="layout-mistake"
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
            <p class="text-dim">
                "The console shows it with the flow log, and so does "<code>"aws ec2 describe-flow-logs"</code>
                ", whose output can be opened beside the logs instead: it settles all files whose names have the id of their "
                "flow log"
            </p>
            <label>
                "or "
                <select on:change=choose>
                    <option value="">"choose a usual one"</option>
                    {choices}
                </select>
            </label>
            <div id="layout-mistake" aria-live="polite">
                {move || mistake.get().map(|words| view! { <p class="filter-mistake"><span>{words}</span></p> })}
            </div>
            <button type="submit" class="button" disabled=move || layout.with(Result::is_err)>
                "Read again with this format"
            </button>
        </form>
    }
}

/// As AWS writes it, so that it can be changed by hand.
fn format_of(layout: &Layout) -> String {
    layout.names().iter().map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use flow_core::parse::SourceId;
    use flow_core::record::Field;

    use super::*;

    fn report(name: &str, fields: &[Option<Field>]) -> FileReport {
        let columns =
            fields.iter().map(|field| ColumnGuess { examples: vec![name.to_owned()], field: *field });
        FileReport { columns: columns.collect(), ..FileReport::new(SourceId(0), name, 1) }
    }

    #[test]
    fn files_of_like_columns_are_asked_about_once() {
        let action = Some(Field::ACTION);
        let reports = [
            report("read.log", &[]),
            report("a", &[None, action]),
            report("b", &[None, action]),
            report("c", &[None]),
        ];
        let asked: Vec<(u64, String)> =
            unknown(&reports).into_iter().map(|kind| (kind.n_files, kind.first)).collect();
        assert_eq!(asked, [(2, "a".to_owned()), (1, "c".to_owned())]);
    }

    #[test]
    fn a_format_of_another_length_is_said() {
        let layout = Layout::from_names(["srcaddr", "dstaddr"]);
        assert_eq!(mismatch(&layout, &[]), None);
        assert_eq!(mismatch(&layout, &[3, 2]), None);
        assert_eq!(mismatch(&layout, &[3]).unwrap(), "This format has 2 fields, the records have 3 values");
    }

    #[test]
    fn a_format_that_is_written_can_be_read() {
        for (name, layout) in known_layouts() {
            assert_eq!(log_format::parse(&format_of(&layout)), Ok(layout), "{name}");
        }
    }
}
