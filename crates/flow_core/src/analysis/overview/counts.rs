//! How much there is of each value of each listed field, and of each action.

use super::{FieldTallies, TOP_FIELDS, ValueTally};
use crate::analysis::action::{Action, Actions};
use crate::analysis::by_code::n_codes;
use crate::analysis::counted::{Count, Counted};
use crate::analysis::counters::{Counters, Weights};
use crate::analysis::{Tally, columns::FieldIds};
use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{Segment, Store};

/// Counts of rows by action and by the values of [`TOP_FIELDS`].
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct OverviewCounts {
    top: FieldIds<{ TOP_FIELDS.len() }>,
    others: FieldIds<3>,
    actions: Actions,
    /// By [`Action`].
    by_action: Counters,
    /// By [`key`].
    lists: [Counters; TOP_FIELDS.len()],
}

/// Where a value's rows are counted: those rejected beside the others. Absence is first, so that it stays where it
/// is when a dictionary grows.
fn key(code: u32, is_rejected: u32) -> u32 {
    code.wrapping_add(1) << 1 | is_rejected
}

impl Count for OverviewCounts {
    fn prepare(&mut self, store: &Store) {
        self.top = FieldIds::of(store, TOP_FIELDS);
        self.others = FieldIds::of(store, [Field::ACTION, Field::PACKETS, Field::BYTES]);
        self.actions = Actions::of(store);
        self.by_action.grow(Action::ALL.len());
        for (field, list) in TOP_FIELDS.into_iter().zip(&mut self.lists) {
            list.grow(2 * (n_codes(store, field) + 1));
        }
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        let [action, packets, bytes] = self.others.columns(segment);
        let top = self.top.columns(segment);
        let mut weights = Weights::default();
        let (mut codes, mut actions, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        rows.for_each_block(|block| {
            weights.read(segment.n_records(), packets, bytes, block);
            action.read::<u32>(block, &mut codes);
            actions.clear();
            actions.extend(codes.iter().map(|&code| self.actions.get(u64::from(code)) as u32));
            self.by_action.add(&actions, &weights);
            for (column, list) in top.iter().zip(&mut self.lists) {
                column.read::<u32>(block, &mut codes);
                keys.clear();
                let is_rejected = actions.iter().map(|&action| u32::from(action == Action::Rejected as u32));
                keys.extend(codes.iter().zip(is_rejected).map(|(&code, is_rejected)| key(code, is_rejected)));
                list.add(&keys, &weights);
            }
        });
    }

    fn is_exact(&self) -> bool {
        self.by_action.is_exact()
    }
}

impl Counted<'_, OverviewCounts> {
    pub fn of_action(&self, action: Action) -> Tally {
        self.sum(|counts| counts.by_action.get(action as usize))
    }

    /// Every value of a listed field that rows have.
    pub(super) fn of_field(&self, store: &Store, at: usize) -> FieldTallies {
        let Some(id) = store.field_id(TOP_FIELDS[at]) else { return FieldTallies::default() };
        let n_codes = self.counted.lists[at].n_keys() as u32 / 2 - 1;
        // Room for all at once: nearly every code has rows, and these are the largest lists that a question makes.
        let mut values = Vec::with_capacity(n_codes as usize);
        values.extend((0..n_codes).filter_map(|code| {
            let of_key = |is_rejected| {
                self.sum(|counts: &OverviewCounts| counts.lists[at].get(key(code, is_rejected) as usize))
            };
            let (rejected, others) = (of_key(1), of_key(0));
            let total = others.plus(rejected);
            (total.rows > 0).then(|| (store.value(id, u64::from(code)), ValueTally { total, rejected }))
        }));
        FieldTallies { recorded: true, values }
    }
}
