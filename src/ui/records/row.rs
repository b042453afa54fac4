//! One row of the table, or the place of one that is on its way.

use flow_core::session::message::RecordRow;
use leptos::prelude::*;

use super::grid::GridState;
use super::grid_keys::Cell;
use super::header::column_class;
use crate::state::AppState;
use crate::ui::format;
use crate::ui::value_button::ValueButton;

/// The id by which the table names the cell that the keyboard is at. A column of `None` is the row itself.
pub fn cell_id(cell: Cell) -> String {
    format!("record-{}-{}", cell.row, cell.column)
}

#[component]
pub fn RowView(grid: GridState, place: u64) -> impl IntoView {
    let state = AppState::get();
    // Compared by content, so that a new page with the same row draws nothing anew.
    let record = Memo::new(move |_| {
        grid.loaded.with(|loaded| {
            let loaded = loaded.as_ref()?;
            Some((loaded.subjects.clone(), loaded.row(place)?.clone()))
        })
    });
    let row_ref = move || record.with(|record| record.as_ref().map(|(_, row)| row.row));
    let is_open = move || row_ref().is_some_and(|row| state.open_detail.get() == Some(row));
    let is_active = Memo::new(move |_| grid.cell.with(|cell| cell.row == place));
    let open = move |_| grid.open_row(place);
    let cells = move || match record.get() {
        Some((subjects, row)) => {
            let RecordRow { cells, .. } = row;
            subjects
                .iter()
                .cloned()
                .zip(cells)
                .enumerate()
                .map(|(column, (subject, value))| {
                    let cell = Cell { row: place, column };
                    let class = column_class(&subject);
                    view! {
                        <div
                            class=class
                            class:is-active=move || grid.cell.get() == cell
                            role="gridcell"
                            aria-colindex=(column + 2).to_string()
                            id=cell_id(cell)
                        >
                            <ValueButton subject value tabbable=false/>
                        </div>
                    }
                })
                .collect_view()
                .into_any()
        }
        None => {
            view! { <div class="cell is-waiting" role="gridcell" aria-label="On its way"></div> }.into_any()
        }
    };
    view! {
        <div
            class="grid-row"
            class:is-open=is_open
            class:is-active-row=is_active
            role="row"
            aria-rowindex=(place + 2).to_string()
            on:click=open
        >
            <div class="cell kind-place" role="gridcell" aria-colindex="1">
                <button
                    type="button"
                    class="place"
                    tabindex="-1"
                    title="Open this row: every field, its line and its file"
                    aria-label=format!("Row {}: open", place + 1)
                >
                    {format::count(place + 1)}
                </button>
            </div>
            {cells}
        </div>
    }
}
