//! The table itself: scrolls over all rows, draws those in view, and is used by keyboard as one thing.

use std::sync::Arc;

use flow_core::query::Subject;
use leptos::ev::{KeyboardEvent, WheelEvent};
use leptos::html::Div;
use leptos::prelude::*;

use super::grid_keys::{self, Action, Cell, Extent};
use super::header::HeaderRow;
use super::loaded_page::LoadedPage;
use super::row::{RowView, cell_id};
use super::row_strips::{RowStrip, recycle};
use super::table_window::{Geometry, Page, Position};
use crate::browser::scroll_box;
use crate::browser::size::size_of;
use crate::state::AppState;

/// Set on the table as custom properties, so that the style sheet and the arithmetic agree.
const ROW_PX: f64 = 28.0;
const HEADER_PX: f64 = 32.0;

/// Until the table has been measured.
const VIEWPORT_PX_ASSUMED: f64 = 600.0;

/// Where the reader is in the table, and how much of it fits: decides which rows to ask for. Outlives the
/// table's elements, which go while nothing matches.
#[derive(Clone, Copy)]
pub struct GridPlace {
    position: RwSignal<Position>,
    viewport_px: Memo<f64>,
    element: NodeRef<Div>,
}

impl GridPlace {
    pub fn new() -> GridPlace {
        let element = NodeRef::new();
        let size = size_of(element);
        let viewport_px = Memo::new(move |_| match size.get().height {
            unmeasured if unmeasured <= 0.0 => VIEWPORT_PX_ASSUMED,
            height => (height - HEADER_PX).max(ROW_PX),
        });
        GridPlace { position: RwSignal::new(Position::default()), viewport_px, element }
    }

    /// The rows to ask for.
    pub fn page(&self) -> Page {
        let viewport_px = self.viewport_px.get();
        self.position.with(|position| page_at(position, viewport_px))
    }

    /// Those that a table asks for which has just been opened.
    pub fn first_page() -> Page {
        page_at(&Position::default(), VIEWPORT_PX_ASSUMED)
    }
}

fn page_at(position: &Position, viewport_px: f64) -> Page {
    // How many rows there are does not matter here: a page past the end is short.
    position.page(&Geometry { n_rows: 0, row_px: ROW_PX, viewport_px })
}

/// The table as its rows and the detail panel know it.
#[derive(Clone, Copy)]
pub struct GridState {
    pub loaded: Memo<Option<LoadedPage>>,
    pub cell: RwSignal<Cell>,
    place: GridPlace,
    app: AppState,
}

impl GridState {
    pub fn new(place: GridPlace, loaded: Memo<Option<LoadedPage>>) -> GridState {
        GridState { loaded, cell: RwSignal::new(Cell::default()), place, app: AppState::get() }
    }

    fn n_rows(&self) -> u64 {
        self.loaded.with(|loaded| loaded.as_ref().map_or(0, LoadedPage::n_rows))
    }

    fn geometry(&self) -> Geometry {
        Geometry { n_rows: self.n_rows(), row_px: ROW_PX, viewport_px: self.place.viewport_px.get() }
    }

    /// The same outside of any effect: in an event handler.
    fn geometry_now(&self) -> Geometry {
        untrack(|| self.geometry())
    }

    /// Moves the table, and the browser's scrollbar with it.
    fn place_at(&self, position: Position) {
        self.place.position.set(position);
        if let Some(element) = self.place.element.get_untracked() {
            scroll_box::set_top_px(&element, position.scroll_px());
        }
    }

    /// Other rows, or another order: what was looked at is no longer there.
    pub fn go_to_top(&self) {
        self.cell.set(Cell::default());
        self.place_at(Position::default());
    }

    pub fn focus(&self) {
        if let Some(element) = self.place.element.get_untracked() {
            // Fails only where the element is gone, and then there is nothing to focus.
            let _ = element.focus();
        }
    }

    fn go(&self, cell: Cell) {
        self.cell.set(cell);
        let geometry = self.geometry_now();
        self.place_at(self.place.position.get_untracked().settled(&geometry).showing(&geometry, cell.row));
    }

    /// Opens the details of the row at `place`, if it has come.
    pub fn open_row(&self, place: u64) {
        let row = self.loaded.with_untracked(|loaded| Some(loaded.as_ref()?.row(place)?.row));
        self.cell.update(|cell| cell.row = place);
        if row.is_some() {
            self.app.open_detail.set(row);
        }
    }

    /// Opens the row `n_rows` further on, or before.
    pub fn step_detail(&self, n_rows: i64) {
        let cell = self.cell.get_untracked();
        let last = untrack(|| self.n_rows()).saturating_sub(1);
        let row = cell.row.saturating_add_signed(n_rows).min(last);
        self.go(Cell { row, ..cell });
        self.open_row(row);
    }

    pub fn filter_by(&self, cell: Cell, leave_out: bool) {
        let chosen = self.loaded.with_untracked(|loaded| {
            let loaded = loaded.as_ref()?;
            let value = loaded.row(cell.row)?.cells.get(cell.column)?.clone();
            Some((loaded.subjects.get(cell.column)?.clone(), value))
        });
        match chosen {
            Some((subject, value)) if leave_out => self.app.exclude(subject, &value),
            Some((subject, value)) => self.app.include(subject, &value),
            None => {}
        }
    }

    fn on_key(&self, event: &KeyboardEvent) {
        let geometry = self.geometry_now();
        let n_columns =
            self.loaded.with_untracked(|loaded| loaded.as_ref().map_or(0, |loaded| loaded.subjects.len()));
        let extent = Extent { n_rows: geometry.n_rows, n_columns, rows_per_page: geometry.rows_per_page() };
        let cell = self.cell.get_untracked();
        let control = event.ctrl_key() || event.meta_key() || event.alt_key();
        let Some(action) = grid_keys::action(&event.key(), event.shift_key(), control, cell, extent) else {
            return;
        };
        event.prevent_default();
        match action {
            Action::Go(cell) => self.go(cell),
            Action::OpenDetail => self.open_row(cell.row),
            Action::Include => self.filter_by(cell, false),
            Action::Exclude => self.filter_by(cell, true),
        }
    }

    fn on_scroll(&self) {
        if let Some(element) = self.place.element.get_untracked() {
            let geometry = self.geometry_now();
            let scroll_px = scroll_box::top_px(&element);
            let before = self.place.position.get_untracked();
            let after = before.scrolled(&geometry, scroll_px);
            if after != before {
                self.place.position.set(after);
            }
        }
    }

    /// Where a pixel of the scrollbar is many of the table, the wheel moves the table itself.
    fn on_wheel(&self, event: &WheelEvent) {
        let geometry = self.geometry_now();
        let is_vertical = event.delta_y().abs() > event.delta_x().abs();
        if !geometry.is_proportional() || !is_vertical || event.ctrl_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        let px = geometry.wheel_px(event.delta_y(), event.delta_mode());
        self.place_at(self.place.position.get_untracked().settled(&geometry).moved_by(&geometry, px));
    }
}

#[component]
pub fn Grid(grid: GridState) -> impl IntoView {
    // New elements begin at the top, wherever the reader is. At the top, too, setting it would lay out the page.
    grid.place.element.on_load(move |_| {
        let position = grid.place.position.get_untracked();
        if position.scroll_px() > 0.0 {
            grid.place_at(position);
        }
    });
    let geometry = Memo::new(move |_| grid.geometry());
    let window = Memo::new(move |_| {
        let geometry = geometry.get();
        grid.place.position.with(|position| position.settled(&geometry).window(&geometry))
    });
    let strips = Memo::new(move |before: Option<&Vec<RowStrip>>| {
        let window = window.get();
        recycle(before.map_or(&[], Vec::as_slice), window.first_row, window.n_rows)
    });
    let row = move |strip: usize| {
        // A strip that goes shows its last row until it is gone.
        let place = Memo::new(move |last: Option<&u64>| {
            let now = strips.with(|strips| strips.iter().find(|at| at.number == strip).map(|at| at.place));
            now.or(last.copied()).unwrap_or_default()
        });
        view! { <RowView grid strip place/> }
    };
    let active_cell = move || {
        let cell = grid.cell.get();
        let strip = strips
            .with(|strips| strips.iter().find(|strip| strip.place == cell.row).map(|strip| strip.number));
        strip.map(|strip| cell_id(strip, cell.column))
    };
    let subjects = Memo::new(move |_| -> Arc<[Subject]> {
        grid.loaded.with(|loaded| loaded.as_ref().map_or_else(|| [].into(), |loaded| loaded.subjects.clone()))
    });
    // Once wide, always wide: columns that change with every page cannot be read.
    let is_wide = Memo::new(move |before: Option<&bool>| {
        before.is_some_and(|wide| *wide)
            || grid.loaded.with(|loaded| loaded.as_ref().is_some_and(LoadedPage::has_long_addresses))
    });
    view! {
        <div
            class="grid"
            class:has-long-addresses=is_wide
            role="grid"
            tabindex="0"
            aria-label="Records"
            aria-describedby="records-keys"
            aria-rowcount=move || (geometry.get().n_rows + 1).to_string()
            aria-colcount=move || subjects.with(|subjects| subjects.len() + 1).to_string()
            aria-activedescendant=active_cell
            style=("--grid-row", format!("{ROW_PX}px"))
            style=("--grid-header", format!("{HEADER_PX}px"))
            node_ref=grid.place.element
            on:scroll=move |_| grid.on_scroll()
            on:wheel=move |event| grid.on_wheel(&event)
            on:keydown=move |event| grid.on_key(&event)
        >
            <div class="grid-head" role="rowgroup">
                <HeaderRow subjects/>
            </div>
            <div
                class="grid-canvas"
                role="rowgroup"
                style:height=move || format!("{}px", geometry.get().canvas_px())
            >
                <div
                    class="grid-rows"
                    role="presentation"
                    style:top=move || format!("{:.3}px", window.get().offset_px)
                >
                    <For
                        each=move || strips.with(|strips| strips.iter().map(|strip| strip.number).collect::<Vec<_>>())
                        key=|strip| *strip
                        children=row
                    />
                </div>
            </div>
        </div>
    }
}
