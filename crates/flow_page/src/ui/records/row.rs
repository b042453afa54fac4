//! One row of the table, or the place of one that is on its way.
//!
//! Its elements show one row after the other (see `row_strips`): whatever differs between rows is changed in place,
//! and one listener on the row serves all of its cells.

use flow_core::query::Subject;
use flow_core::record::Value;
use flow_core::session::message::RecordRow;
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::*;

use super::grid::GridState;
use super::grid_keys::Cell;
use super::header::{column_class, column_name_id};
use crate::browser::page;
use crate::state::AppState;
use crate::ui::format;
use crate::ui::value_button;

/// The id by which the table names a cell of the row that a strip shows.
pub fn cell_id(strip: usize, column: usize) -> String {
    format!("record-{strip}-{column}")
}

/// Counts the row's own place as the first column.
const FIRST_COLUMN: usize = 2;

/// The column of the value that an event is about; `None` where it is about the row itself.
fn column_of(event: &MouseEvent) -> Option<usize> {
    let column = page::attribute_around(event, ".value", "[role=gridcell]", "aria-colindex")?;
    column.parse::<usize>().ok()?.checked_sub(FIRST_COLUMN)
}

#[component]
pub fn RowView(
    grid: GridState,
    strip: usize,
    /// Of the row to show, among all rows.
    #[prop(into)]
    place: Signal<u64>,
) -> impl IntoView {
    let state = AppState::get();
    // Compared by content, so that a new page with the same row draws nothing anew.
    let record = Memo::new(move |_| {
        grid.loaded.with(|loaded| {
            let loaded = loaded.as_ref()?;
            Some((loaded.subjects.clone(), loaded.row(place.get())?.clone()))
        })
    });
    let is_waiting = Memo::new(move |_| record.with(Option::is_none));
    // While its row is on its way, the cells stay as they are, covered: most rows come within a frame.
    let drawn =
        Memo::new(move |before: Option<&Option<_>>| record.get().or_else(|| before.cloned().flatten()));
    let row_ref = move || record.with(|record| record.as_ref().map(|(_, row)| row.row));
    let is_open = move || row_ref().is_some_and(|row| state.open_detail.get() == Some(row));
    let active_column = Memo::new(move |_| {
        let Cell { row, column } = grid.cell.get();
        (row == place.get()).then_some(column)
    });
    // A value's title takes as long to write as the value: written where a pointer is.
    let pointed_at = RwSignal::new(None::<usize>);
    let on_pointer_over = move |event: PointerEvent| {
        let column = column_of(&event);
        if pointed_at.get_untracked() != column {
            pointed_at.set(column);
        }
    };
    let on_click = move |event: MouseEvent| {
        let row = place.get_untracked();
        match column_of(&event) {
            Some(column) => grid.filter_by(Cell { row, column }, event.alt_key() || event.shift_key()),
            None => grid.open_row(row),
        }
    };
    let cells = move || {
        let (active, pointed_at) = (active_column.get(), pointed_at.get());
        drawn.with(|drawn| {
            let cells =
                drawn.iter().flat_map(|(subjects, RecordRow { cells, .. })| subjects.iter().zip(cells));
            let view = |(column, (subject, value))| CellView {
                subject,
                value,
                column,
                is_active: active == Some(column),
                is_pointed_at: pointed_at == Some(column),
            };
            cells.enumerate().map(|cell| view(cell).draw(strip)).collect_view()
        })
    };
    view! {
        <div
            class="grid-row"
            class:is-open=is_open
            class:is-active-row=move || active_column.get().is_some()
            class:is-waiting=is_waiting
            role="row"
            aria-busy=move || is_waiting.get().to_string()
            aria-rowindex=move || (place.get() + 2).to_string()
            on:click=on_click
            on:pointerover=on_pointer_over
        >
            <div class="cell kind-place" role="gridcell" aria-colindex="1">
                <button
                    type="button"
                    class="place"
                    tabindex="-1"
                    title="Open this row: every field, its line and its file"
                    aria-label=move || format!("Row {}: open", place.get() + 1)
                >
                    {move || format::count(place.get() + 1)}
                </button>
            </div>
            {cells}
        </div>
    }
}

/// A cell as it is to be drawn now.
struct CellView<'a> {
    subject: &'a Subject,
    value: &'a Value,
    column: usize,
    is_active: bool,
    is_pointed_at: bool,
}

impl CellView<'_> {
    fn draw(self, strip: usize) -> impl IntoView + use<> {
        let CellView { subject, value, column, is_active, is_pointed_at } = self;
        let shown = format::shown(subject, value);
        let title = is_pointed_at.then(|| value_button::title(subject, &shown));
        let label = (*value == Value::Absent).then_some("absent");
        let value_id = format!("{}-value", cell_id(strip, column));
        view! {
            <div
                class=column_class(subject)
                class:is-active=is_active
                role="gridcell"
                aria-colindex=(column + FIRST_COLUMN).to_string()
                id=cell_id(strip, column)
            >
                <button
                    type="button"
                    class=value_button::tone(subject, value)
                    title=title
                    id=value_id.clone()
                    aria-label=label
                    // Its column and itself: the same for every row that the strip shows.
                    aria-labelledby=format!("{} {value_id}", column_name_id(column))
                    tabindex="-1"
                >
                    <span class="value-text">{shown.text}</span>
                    {shown.name.map(|name| view! { " " <span class="value-name">{name}</span> })}
                </button>
            </div>
        }
    }
}
