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
        let mut rows = SegmentRows::from_bitmap(column.select(|code| self.get(code) == action));
        if action == Action::Other {
            rows = rows.or(SegmentRows::from_bitmap(column.present()).not(column.n_rows()));
        }
        rows
    }
}
