//! What became of a row's traffic, by code of the action column.

use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{Column, Store};

/// The `action` of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Accepted,
    Rejected,
    /// Absent, or a word that AWS does not document.
    Other,
}

impl Action {
    pub const ALL: [Action; 3] = [Action::Accepted, Action::Rejected, Action::Other];
}

/// The actions of one shard by their codes, so that no row compares text.
#[derive(Clone, Debug, Default)]
pub(super) struct Actions {
    by_code: Vec<Action>,
}

impl Actions {
    pub fn of(store: &Store) -> Actions {
        // Whatever the case, as filters compare text: both must find the same rows.
        let by_text = |text: &str| {
            if text.eq_ignore_ascii_case("ACCEPT") {
                Action::Accepted
            } else if text.eq_ignore_ascii_case("REJECT") {
                Action::Rejected
            } else {
                Action::Other
            }
        };
        let texts = store.field_id(Field::ACTION).map_or(&[][..], |id| store.column(id).texts.all());
        Actions { by_code: texts.iter().map(|text| by_text(text)).collect() }
    }

    /// The action that a decoded value stands for.
    pub fn get(&self, code: u64) -> Action {
        self.by_code.get(code as usize).copied().unwrap_or(Action::Other)
    }

    /// The rows of an action column that have this one.
    pub fn rows(&self, column: &Column, action: Action) -> SegmentRows {
        let mut rows = SegmentRows::from_bitmap(match self.only_code(action) {
            Some(code) => column.select_range(code, code),
            None => column.select(|code| self.get(code) == action),
        });
        if action == Action::Other && column.has_absent() {
            rows = rows.or(SegmentRows::from_bitmap(column.present()).not(column.n_rows()));
        }
        rows
    }

    /// `rows` of a segment by what became of them, in the order of [`Action::ALL`].
    pub fn split(&self, column: &Column, rows: &SegmentRows) -> [SegmentRows; Action::ALL.len()] {
        let of = |action: Action| {
            let mut of_action = self.rows(column, action);
            of_action.keep(rows);
            of_action
        };
        if *rows == SegmentRows::None {
            return Action::ALL.map(|_| SegmentRows::None);
        }
        let rejected = of(Action::Rejected);
        if column.has_absent() || self.by_code.contains(&Action::Other) {
            return [of(Action::Accepted), rejected, of(Action::Other)];
        }
        // One of the two, so that one column is looked through once.
        let mut accepted = rejected.clone().not(column.n_rows());
        accepted.keep(rows);
        [accepted, rejected, SegmentRows::None]
    }

    /// The code of the one text that stands for an action; `None` where several or none do.
    fn only_code(&self, action: Action) -> Option<u64> {
        let mut codes = (0..).zip(&self.by_code).filter(|(_, known)| **known == action).map(|(code, _)| code);
        codes.next().filter(|_| codes.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ABSENT;

    #[test]
    fn every_row_has_one_action() {
        use Action::{Accepted, Other, Rejected};
        let texts =
            [vec![Accepted, Rejected], vec![Rejected, Accepted, Rejected, Other], vec![Accepted], vec![]];
        for by_code in texts {
            let n_codes = by_code.len() as u64;
            let actions = Actions { by_code };
            // Every code, and absence, alone and together.
            let codes: Vec<u64> = (0..n_codes).chain([ABSENT]).collect();
            let mixed = (0..200).map(|at| codes[at * at % codes.len()]).collect();
            for values in codes.iter().map(|&code| vec![code; 70]).chain([mixed]) {
                let column = Column::freeze(&values);
                for rows in [
                    SegmentRows::None,
                    SegmentRows::all(column.n_rows()),
                    SegmentRows::from_bitmap(crate::store::Bitmap::from_tests(&values, |code| code % 2 == 1)),
                ] {
                    let split = actions.split(&column, &rows);
                    rows.for_each(|at| {
                        let of_row = split.each_ref().map(|rows| rows.has(at as u32));
                        assert_eq!(of_row, Action::ALL.map(|action| action == actions.get(values[at])));
                    });
                    let n_rows: u32 = split.iter().map(SegmentRows::n_rows).sum();
                    assert_eq!(n_rows, rows.n_rows());
                }
            }
        }
    }
}
