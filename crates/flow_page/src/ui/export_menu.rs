//! Exports of what the filter leaves.

use std::cell::Cell;
use std::rc::Rc;

use flow_core::session::message::{Answer, ExportKind, Question};
use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;

use super::exactness::{Exactness, Mark};
use super::format;
use super::records::columns::default_columns;
use crate::browser::download::Download;
use crate::browser::page;
use crate::engine::Engine;
use crate::state::AppState;

#[derive(Clone, Copy)]
enum Choice {
    Summary,
    Records,
    Csv,
    Verdicts,
}

impl Choice {
    const ALL: [Choice; 4] = [Choice::Summary, Choice::Records, Choice::Csv, Choice::Verdicts];

    fn title(self) -> &'static str {
        match self {
            Choice::Summary => "Summary (JSON)",
            Choice::Records => "Records (JSON lines)",
            Choice::Csv => "Records (CSV)",
            Choice::Verdicts => "Verdicts (JSON lines)",
        }
    }

    fn note(self) -> &'static str {
        match self {
            Choice::Summary => "Counts, totals and top lists",
            Choice::Records => "Every row that the filter leaves, all fields",
            Choice::Csv => "The columns of the Records tab, in its order",
            Choice::Verdicts => "Why each rejected conversation was, one by one",
        }
    }

    /// What a file of so many lines has, for a notice.
    fn content(self, n_lines: u64) -> String {
        match self {
            Choice::Summary => "The summary".to_owned(),
            Choice::Records => format::counted(n_lines, "row"),
            // Without its header.
            Choice::Csv => format::counted(n_lines.saturating_sub(1), "row"),
            Choice::Verdicts => format::counted(n_lines, "verdict"),
        }
    }

    fn question(self, state: AppState) -> Question {
        let spec = state.spec.get_untracked();
        let kind = match self {
            Choice::Summary => ExportKind::Summary,
            Choice::Records => ExportKind::Records,
            Choice::Csv => ExportKind::Csv(spec.columns.unwrap_or_else(|| {
                state
                    .progress
                    .with_untracked(|progress| default_columns(&progress.columns, progress.options.roll_up))
            })),
            Choice::Verdicts => ExportKind::Diagnosis,
        };
        Question::Export { kind, filter: state.filter.get_untracked(), sort: spec.sort }
    }
}

#[component]
pub fn ExportMenu() -> impl IntoView {
    let is_open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            is_open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
        }
    };
    let on_focus_out = move |event: FocusEvent| {
        if !page::focus_stays_within(&event) {
            is_open.set(false);
        }
    };
    view! {
        <div class="popover-anchor" on:keydown=on_key on:focusout=on_focus_out>
            <button
                type="button"
                class="button"
                aria-expanded=move || is_open.get().to_string()
                aria-controls="export-menu"
                node_ref=button
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                "Export"
            </button>
            // Takes the focus when its ground is pressed, so that only a press elsewhere closes it.
            <div id="export-menu" class="popover menu" tabindex="-1" hidden=move || !is_open.get()>
                {Choice::ALL.map(|choice| view! { <Item choice is_open/> }).collect_view()}
                <Mark is=Exactness::RolledUp why="What is written are the rolled-up rows, and what they tell"/>
            </div>
        </div>
    }
}

#[component]
fn Item(choice: Choice, is_open: RwSignal<bool>) -> impl IntoView {
    let state = AppState::get();
    let engine = Engine::get();
    let run = move |_| {
        is_open.set(false);
        export(state, engine, choice);
    };
    view! {
        <button type="button" class="menu-item" on:click=run>
            <span>{choice.title()}</span>
            <span class="text-dim">{choice.note()}</span>
        </button>
    }
}

/// Gathers the parts outside our own memory, then lets the browser save them.
fn export(state: AppState, engine: Engine, choice: Choice) {
    let (download, n_lines) = (Download::default(), Rc::new(Cell::new(0)));
    let (parts, lines) = (download.clone(), Rc::clone(&n_lines));
    let on_part = move |bytes: Vec<u8>| {
        // No value of a flow log holds a line end: lines are rows.
        lines.set(lines.get() + bytes.iter().filter(|byte| **byte == b'\n').count() as u64);
        parts.push(&bytes);
    };
    let on_end = move |result: Result<Answer, String>| {
        let saved = match result {
            Ok(Answer::Exported { file_name, media_type }) => download
                .save(&file_name, &media_type)
                .map(|()| format!("{} went to {file_name}", choice.content(n_lines.get()))),
            Ok(_) => Err("The engine answered something else".to_owned()),
            Err(message) => Err(message),
        };
        state.notify(saved.unwrap_or_else(|message| format!("Nothing was exported: {message}")));
    };
    engine.export(choice.question(state), on_part, on_end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_counts_rows_and_not_the_header() {
        assert_eq!(Choice::Csv.content(1_205), "1,204 rows");
        assert_eq!(Choice::Csv.content(0), "0 rows");
        assert_eq!(Choice::Records.content(1), "1 row");
        assert_eq!(Choice::Verdicts.content(2), "2 verdicts");
        assert_eq!(Choice::Summary.content(30), "The summary");
    }
}
