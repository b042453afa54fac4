//! What a key does in the table of records. Pure: the key and the place in, the new place out.

/// The cell that the keyboard is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub row: u64,
    pub column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Go(Cell),
    OpenDetail,
    Include,
    Exclude,
}

/// How large the table is.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub n_rows: u64,
    pub n_columns: usize,
    pub rows_per_page: u64,
}

/// What `key`, as a keyboard event names it, means at `cell`; `None` for keys that are not the table's.
/// With Control or Command the table takes only Home and End: all else is the browser's.
pub fn action(key: &str, shift: bool, control: bool, cell: Cell, extent: Extent) -> Option<Action> {
    let last_row = extent.n_rows.checked_sub(1)?;
    let last_column = extent.n_columns.checked_sub(1)?;
    if control && !matches!(key, "Home" | "End") {
        return None;
    }
    let to_row = |row: u64| Some(Action::Go(Cell { row: row.min(last_row), ..cell }));
    let to_column = |column: usize| Some(Action::Go(Cell { column: column.min(last_column), ..cell }));
    match key {
        "ArrowDown" => to_row(cell.row + 1),
        "ArrowUp" => to_row(cell.row.saturating_sub(1)),
        "PageDown" => to_row(cell.row + extent.rows_per_page),
        "PageUp" => to_row(cell.row.saturating_sub(extent.rows_per_page)),
        "Home" => to_row(0),
        "End" => to_row(last_row),
        "ArrowRight" => to_column(cell.column + 1),
        "ArrowLeft" => to_column(cell.column.saturating_sub(1)),
        "Enter" => Some(Action::OpenDetail),
        " " if shift => Some(Action::Exclude),
        " " => Some(Action::Include),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: Extent = Extent { n_rows: 10_000_000, n_columns: 3, rows_per_page: 20 };

    /// Where the keys lead from the first cell.
    fn walk(keys: &[&str]) -> (u64, usize) {
        let cell =
            keys.iter().fold(Cell::default(), |cell, key| match action(key, false, false, cell, EXTENT) {
                Some(Action::Go(cell)) => cell,
                other => panic!("{key}: {other:?}"),
            });
        (cell.row, cell.column)
    }

    #[test]
    fn arrows_and_pages_stay_in_the_table() {
        assert_eq!(walk(&["ArrowUp", "ArrowLeft"]), (0, 0));
        assert_eq!(walk(&["ArrowDown", "ArrowRight"]), (1, 1));
        assert_eq!(walk(&["PageDown", "PageDown", "PageUp", "ArrowUp"]), (19, 0));
        assert_eq!(walk(&["ArrowRight", "ArrowRight", "ArrowRight"]), (0, 2));
        assert_eq!(walk(&["End"]), (9_999_999, 0));
        assert_eq!(walk(&["End", "ArrowDown", "PageDown"]), (9_999_999, 0));
        assert_eq!(walk(&["End", "Home"]), (0, 0));
    }

    #[test]
    fn enter_opens_and_space_filters() {
        let at = |key, shift, control| action(key, shift, control, Cell::default(), EXTENT);
        assert_eq!(at("Enter", false, false), Some(Action::OpenDetail));
        assert_eq!(at(" ", false, false), Some(Action::Include));
        assert_eq!(at(" ", true, false), Some(Action::Exclude));
        assert_eq!(at("a", false, false), None);
        assert_eq!(at("ArrowDown", false, true), None, "the browser's own");
    }

    #[test]
    fn an_empty_table_takes_no_key() {
        let empty = Extent { n_rows: 0, ..EXTENT };
        assert_eq!(action("End", false, false, Cell::default(), empty), None);
    }
}
