//! Which rows of a very long table are on screen, and where they stand.
//!
//! The simple version is an element as high as all rows, with the visible ones at `row * row_px`. It ends
//! where browsers cut element heights: Firefox near 17,900,000 px, others near 33,500,000 px. So the canvas
//! is never higher than [`CANVAS_PX_MAX`]; past that the scrollbar is proportional, and the place in the
//! table is kept apart from `scrollTop`: a drag of the scrollbar jumps in proportion, while wheel, touch and
//! keys move by just the pixels or rows that they mean.

/// Well under every browser's limit, with room for zooming in: limits count in device pixels.
pub const CANVAS_PX_MAX: f64 = 8_000_000.0;

/// Rows are asked for in blocks, so that a small movement asks for nothing new.
const BLOCK_ROWS: u64 = 64;

/// No screen shows more rows at once; keeps a page small where the viewport is measured wrongly.
const ROWS_IN_VIEW_MAX: u64 = 400;

/// Rows drawn above and below the visible ones, so that a step of a few rows shows no gap.
const OVERSCAN_ROWS: u64 = 6;

/// The measures of a table on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    pub n_rows: u64,
    pub row_px: f64,
    /// Height in which rows can be seen: without the header.
    pub viewport_px: f64,
}

/// Where the reader is in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    /// Pixels of the whole table above the viewport, as if no browser had a limit.
    top_px: f64,
    /// `scrollTop` as last seen or set.
    scroll_px: f64,
}

/// The rows to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub first_row: u64,
    pub n_rows: u64,
    /// From the top of the canvas to the top of the first row.
    pub offset_px: f64,
}

/// The rows to ask the engine for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub offset: u64,
    pub n_rows: u32,
}

impl Geometry {
    fn table_px(&self) -> f64 {
        self.n_rows as f64 * self.row_px
    }

    /// Height of the element that is scrolled.
    pub fn canvas_px(&self) -> f64 {
        self.table_px().min(CANVAS_PX_MAX)
    }

    /// Whether one pixel of the scrollbar is more than one of the table.
    pub fn is_proportional(&self) -> bool {
        self.table_px() > CANVAS_PX_MAX
    }

    /// Rows wholly visible, at least one: what PageDown moves by.
    pub fn rows_per_page(&self) -> u64 {
        ((self.viewport_px / self.row_px).floor() as u64).clamp(1, ROWS_IN_VIEW_MAX)
    }

    /// What one turn of the wheel means, from a wheel event's `delta` and `delta_mode`: pixels, lines or pages.
    pub fn wheel_px(&self, delta: f64, delta_mode: u32) -> f64 {
        match delta_mode {
            1 => delta * self.row_px,
            2 => delta * self.viewport_px,
            _ => delta,
        }
    }

    fn top_px_max(&self) -> f64 {
        (self.table_px() - self.viewport_px).max(0.0)
    }

    fn scroll_px_max(&self) -> f64 {
        (self.canvas_px() - self.viewport_px).max(0.0)
    }

    fn scroll_from_top(&self, top_px: f64) -> f64 {
        if self.is_proportional() { top_px / self.top_px_max() * self.scroll_px_max() } else { top_px }
    }

    fn top_from_scroll(&self, scroll_px: f64) -> f64 {
        if self.is_proportional() { scroll_px / self.scroll_px_max() * self.top_px_max() } else { scroll_px }
    }
}

impl Position {
    fn at_top_px(geometry: &Geometry, top_px: f64) -> Position {
        let top_px = top_px.clamp(0.0, geometry.top_px_max());
        Position { top_px, scroll_px: geometry.scroll_from_top(top_px) }
    }

    /// What `scrollTop` has to be set to.
    pub fn scroll_px(&self) -> f64 {
        self.scroll_px
    }

    /// After a scroll event. An echo of our own setting changes nothing; a small movement (touch, a smooth
    /// scroll) moves the table by as much; a large one (the scrollbar) jumps in proportion.
    pub fn scrolled(self, geometry: &Geometry, scroll_px: f64) -> Position {
        let scroll_px = scroll_px.clamp(0.0, geometry.scroll_px_max());
        if !geometry.is_proportional() {
            return Position { top_px: scroll_px, scroll_px };
        }
        let moved_px = scroll_px - self.scroll_px;
        // Browsers round `scrollTop` to device pixels.
        if moved_px.abs() <= 1.0 {
            return self;
        }
        let at_an_end = scroll_px <= 0.0 || scroll_px >= geometry.scroll_px_max();
        if moved_px.abs() > geometry.viewport_px || at_an_end {
            return Position { top_px: geometry.top_from_scroll(scroll_px), scroll_px };
        }
        // `scroll_px` stays what the browser says: setting it would stop a finger's momentum.
        let top_px = (self.top_px + moved_px).clamp(0.0, geometry.top_px_max());
        Position { top_px, scroll_px }
    }

    /// Moved by pixels of the table: the wheel.
    pub fn moved_by(self, geometry: &Geometry, px: f64) -> Position {
        Position::at_top_px(geometry, self.top_px + px)
    }

    /// Moved just as far as brings `row` wholly into view.
    pub fn showing(self, geometry: &Geometry, row: u64) -> Position {
        let row_top_px = row as f64 * geometry.row_px;
        let row_end_px = row_top_px + geometry.row_px;
        if row_top_px < self.top_px {
            Position::at_top_px(geometry, row_top_px)
        } else if row_end_px > self.top_px + geometry.viewport_px {
            Position::at_top_px(geometry, row_end_px - geometry.viewport_px)
        } else {
            self
        }
    }

    /// After rows came or went, or the viewport changed: nothing moves unless the table has become too short.
    pub fn settled(self, geometry: &Geometry) -> Position {
        let fits = self.top_px <= geometry.top_px_max() && self.scroll_px <= geometry.scroll_px_max();
        if fits { self } else { Position::at_top_px(geometry, self.top_px) }
    }

    fn first_row(&self, geometry: &Geometry) -> u64 {
        (self.top_px / geometry.row_px).floor() as u64
    }

    pub fn window(&self, geometry: &Geometry) -> Window {
        let first_in_view = self.first_row(geometry);
        let first_row = first_in_view.saturating_sub(OVERSCAN_ROWS).min(geometry.n_rows);
        // One more than fit: the first and the last can both be cut.
        let end_row = (first_in_view + geometry.rows_per_page() + 2 + OVERSCAN_ROWS).min(geometry.n_rows);
        let offset_px = self.scroll_px + (first_row as f64 * geometry.row_px - self.top_px);
        Window { first_row, n_rows: end_row.saturating_sub(first_row), offset_px }
    }

    /// What is in view and about a screen on either side, in whole blocks.
    pub fn page(&self, geometry: &Geometry) -> Page {
        let first_in_view = self.first_row(geometry);
        let n_in_view = geometry.rows_per_page() + 2;
        let margin = n_in_view.max(OVERSCAN_ROWS);
        let offset = first_in_view.saturating_sub(margin) / BLOCK_ROWS * BLOCK_ROWS;
        let end = (first_in_view + n_in_view + margin).next_multiple_of(BLOCK_ROWS);
        Page { offset, n_rows: (end - offset) as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [u64; 8] = [0, 1, 10, 1_000, 285_714, 285_715, 10_000_000, 4_000_000_000];

    fn geometry(n_rows: u64) -> Geometry {
        Geometry { n_rows, row_px: 28.0, viewport_px: 600.0 }
    }

    /// With `row` as the first one in view, as far as the table's end allows.
    fn at_row(geometry: &Geometry, row: u64) -> Position {
        Position::at_top_px(geometry, row as f64 * geometry.row_px)
    }

    /// Rows that a person sees wholly.
    fn in_view(position: Position, geometry: &Geometry) -> std::ops::Range<u64> {
        let first = (position.top_px / geometry.row_px).ceil() as u64;
        let end = ((position.top_px + geometry.viewport_px) / geometry.row_px).floor() as u64;
        first..end.min(geometry.n_rows)
    }

    #[test]
    fn no_canvas_is_higher_than_browsers_allow() {
        for n_rows in SIZES {
            assert!(geometry(n_rows).canvas_px() <= CANVAS_PX_MAX);
        }
        assert_eq!(geometry(10).canvas_px(), 280.0);
        assert!(!geometry(285_714).is_proportional() && geometry(285_715).is_proportional());
    }

    #[test]
    fn the_scrollbar_ends_at_the_first_and_at_the_last_row() {
        for n_rows in SIZES {
            let geometry = geometry(n_rows);
            // Far from both ends, so that both are jumps.
            let middle = at_row(&geometry, n_rows / 2);
            assert_eq!(in_view(middle.scrolled(&geometry, 0.0), &geometry).start, 0);
            let end = middle.scrolled(&geometry, geometry.scroll_px_max());
            assert_eq!(in_view(end, &geometry).end, n_rows);
            let window = end.window(&geometry);
            assert_eq!(window.first_row + window.n_rows, n_rows);
            let end_px = window.offset_px + window.n_rows as f64 * geometry.row_px;
            assert!((end_px - geometry.canvas_px()).abs() < 0.01, "the last row ends where the canvas ends");
        }
    }

    #[test]
    fn every_row_can_be_brought_into_view() {
        for n_rows in SIZES {
            let geometry = geometry(n_rows);
            let step = (n_rows / 997).max(1);
            let mut position = Position::default();
            for row in (0..n_rows).step_by(step as usize).chain(n_rows.checked_sub(1)) {
                position = position.showing(&geometry, row);
                assert!(in_view(position, &geometry).contains(&row), "row {row} of {n_rows}");
                assert!(position.scroll_px >= 0.0 && position.scroll_px <= geometry.scroll_px_max() + 0.001);
            }
        }
    }

    #[test]
    fn the_wheel_reaches_every_row_of_ten_million_one_after_the_other() {
        let geometry = geometry(10_000_000);
        for start in [0, 1, 4_999_999, 9_999_900] {
            let mut position = at_row(&geometry, start);
            for row in start..(start + 50).min(9_999_978) {
                assert_eq!(position.first_row(&geometry), row);
                position = position.moved_by(&geometry, 28.0);
                // The browser reports the scrollTop that we set, rounded.
                position = position.scrolled(&geometry, position.scroll_px.round());
            }
        }
    }

    #[test]
    fn a_larger_scroll_position_never_shows_earlier_rows() {
        for n_rows in SIZES {
            let geometry = geometry(n_rows);
            let mut before = 0;
            for part in 0..=1_000 {
                let scroll_px = geometry.scroll_px_max() * f64::from(part) / 1_000.0;
                // From far away each time: only jumps.
                let from = Position { top_px: 0.0, scroll_px: -1e12 };
                let window = from.scrolled(&geometry, scroll_px).window(&geometry);
                assert!(window.first_row >= before, "{n_rows} rows at {part}");
                before = window.first_row;
            }
        }
    }

    #[test]
    fn a_finger_moves_the_table_by_as_much_and_the_scrollbar_in_proportion() {
        let geometry = geometry(10_000_000);
        let start = at_row(&geometry, 5_000_000);
        let touched = start.scrolled(&geometry, start.scroll_px + 56.0);
        assert_eq!(touched.first_row(&geometry), 5_000_002);
        let dragged = start.scrolled(&geometry, start.scroll_px + 13_000.0);
        let expected = 5_000_000.0 + 13_000.0 / CANVAS_PX_MAX * 10_000_000.0;
        assert!((dragged.first_row(&geometry) as f64 - expected).abs() < 10.0);
    }

    #[test]
    fn drawn_rows_stand_where_the_viewport_is() {
        for n_rows in SIZES {
            let geometry = geometry(n_rows);
            for row in [0, n_rows / 3, n_rows] {
                let position = at_row(&geometry, row).moved_by(&geometry, 11.0);
                let window = position.window(&geometry);
                let end_px = window.offset_px + window.n_rows as f64 * geometry.row_px;
                assert!(window.offset_px <= position.scroll_px + 0.01);
                let needed_px = (position.scroll_px + geometry.viewport_px).min(geometry.canvas_px());
                assert!(end_px >= needed_px - 0.01, "{end_px} of {needed_px}: {n_rows} rows at {row}");
            }
        }
    }

    #[test]
    fn a_page_holds_what_is_drawn_and_stays_for_small_movements() {
        let geometry = geometry(10_000_000);
        for row in (0..10_000_000).step_by(33_331) {
            let position = at_row(&geometry, row);
            let (window, page) = (position.window(&geometry), position.page(&geometry));
            assert!(page.offset <= window.first_row);
            let page_end = (page.offset + u64::from(page.n_rows)).min(geometry.n_rows);
            assert!(page_end >= window.first_row + window.n_rows);
        }
        let pages: Vec<Page> =
            (5_000_000..5_000_064).map(|row| at_row(&geometry, row).page(&geometry)).collect();
        let n_changes = pages.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(n_changes <= 2, "{n_changes} requests for 64 rows");
    }

    #[test]
    fn the_wheel_means_pixels_lines_or_pages() {
        assert_eq!([0, 1, 2].map(|mode| geometry(1).wheel_px(3.0, mode)), [3.0, 84.0, 1_800.0]);
    }

    #[test]
    fn fewer_rows_keep_the_position_inside_the_table() {
        let many = geometry(10_000_000);
        let few = geometry(100);
        let settled = at_row(&many, 9_000_000).settled(&few);
        assert_eq!(in_view(settled, &few).end, 100);
        let middle = at_row(&many, 5_000_000).scrolled(&many, 12_345.0);
        assert_eq!(
            middle.settled(&Geometry { n_rows: 20_000_000, ..many }),
            middle,
            "more rows move nothing"
        );
        let none = settled.settled(&geometry(0));
        assert_eq!(none.window(&geometry(0)).n_rows, 0);
    }
}
