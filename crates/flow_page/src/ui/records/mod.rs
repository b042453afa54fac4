//! The table of all records: millions of rows of which only those in view are held.

mod column_chooser;
pub mod columns;
mod grid;
mod grid_keys;
mod header;
mod loaded_page;
mod row;
mod row_strips;
mod table_window;

use flow_core::query::{SortSpec, Subject};
use flow_core::session::message::Question;
use leptos::prelude::*;

use column_chooser::ColumnChooser;
use grid::{Grid, GridPlace, GridState};
use loaded_page::LoadedPage;
use table_window::Page;

use super::detail::DetailPanel;
use super::exactness::{Exactness, Mark};
use super::format;
use super::states::Staged;
use crate::engine::{Slot, ask};
use crate::state::AppState;

/// What this view asks when it is opened.
pub fn first_question(state: AppState) -> Option<Question> {
    let sort = state.spec.with(|spec| spec.sort.clone());
    question(state, shown_columns(state), sort, GridPlace::first_page())
}

/// Without a column there is nothing to ask.
fn question(state: AppState, subjects: Vec<Subject>, sort: Option<SortSpec>, page: Page) -> Option<Question> {
    let Page { offset, n_rows } = page;
    (!subjects.is_empty()).then(|| Question::Records {
        filter: state.filter.get(),
        sort,
        subjects,
        offset,
        n_rows,
    })
}

/// The chosen columns, or those that suit what was loaded.
fn shown_columns(state: AppState) -> Vec<Subject> {
    let chosen = state.spec.with(|spec| spec.columns.clone());
    chosen.unwrap_or_else(|| {
        state.progress.with(|progress| columns::default_columns(&progress.columns, progress.options.roll_up))
    })
}

#[component]
pub fn RecordsTab() -> impl IntoView {
    let state = AppState::get();
    let shown_columns = Memo::new(move |_| shown_columns(state));
    let sort = Memo::new(move |_| state.spec.with(|spec| spec.sort.clone()));
    let place = GridPlace::new();
    let page = Memo::new(move |_| place.page());
    let question = Signal::derive(move || question(state, shown_columns.get(), sort.get(), page.get()));
    let asked = ask(Slot::Records, question);
    // The question is not tracked: an answer belongs to the question as it stood when the answer came.
    let loaded = Memo::new(move |_| {
        let answer = asked.answer.get()?;
        LoadedPage::new(&answer, question.get_untracked().as_ref())
    });
    let n_rows = Memo::new(move |_| loaded.with(|loaded| loaded.as_ref().map(LoadedPage::n_rows)));
    let grid = GridState::new(place, loaded);
    // Not on the first run: a view that comes back through Back begins where it is.
    Effect::watch(
        move || (state.filter.get(), sort.get()),
        move |after, before, _| {
            if before.is_some_and(|before| before != after) {
                grid.go_to_top();
            }
        },
        false,
    );
    let how_many = move || {
        let n_rows = n_rows.get().unwrap_or_default();
        let order = sort.with(|sort| columns::sort_in_words(sort.as_ref()));
        format!("{}, {order}", format::counted(n_rows, "row"))
    };
    view! {
        <section class="view records" aria-label="Records">
            <Staged asked n_rows>
                <div class="view-bar">
                    <p class="view-heading" role="status">
                        {how_many} " "
                        <Mark
                            is=Exactness::RolledUp
                            why="Each row stands for the records of one minute with the same ends and service; the column \
                                 records says how many"
                        />
                    </p>
                    <p class="text-dim keys-hint" id="records-keys">
                        "Arrows move, Enter opens a row, Space keeps only rows like the cell, Shift+Space leaves them out"
                    </p>
                    <ColumnChooser shown=shown_columns/>
                </div>
                <div class="records-split">
                    <Grid grid/>
                    <DetailPanel
                        on_step=Callback::new(move |n_rows| grid.step_detail(n_rows))
                        on_close=Callback::new(move |()| grid.focus())
                    />
                </div>
            </Staged>
        </section>
    }
}
