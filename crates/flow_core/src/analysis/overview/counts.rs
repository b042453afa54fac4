//! How much there is of each value of each listed field, and of each action.

use super::address_order::AddressOrder;
use super::field_tallies::{FieldTallies, Largest, ShardLargest, ValueTally, size};
use super::{HandOver, OverviewQuestion, TOP_ENTRIES, TOP_FIELDS};
use crate::analysis::action::{Action, Actions};
use crate::analysis::by_code::n_codes;
use crate::analysis::counted::{Count, Counted};
use crate::analysis::counters::{Counters, Weights};
use crate::analysis::distinct::Distinct;
use crate::analysis::stretch::Stretch;
use crate::analysis::{Tally, columns::FieldIds};
use crate::query::SegmentRows;
use crate::record::{Field, FieldKind, Value};
use crate::store::{Segment, Store};

/// With so many of each shard, what is left out is seldom as large as what is listed: often few values stand out and the
/// others, clients of a service say, are much alike, so that as many as are listed would not do.
const LARGEST_HANDED_OVER: usize = 1_024;

/// Counts of rows by action and by the values of [`TOP_FIELDS`].
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct OverviewCounts {
    top: FieldIds<{ TOP_FIELDS.len() }>,
    others: FieldIds<3>,
    actions: Actions,
    /// By [`Action`].
    by_action: [Tally; Action::ALL.len()],
    /// By [`key`]. Rejected rows apart from the others: most values have rows of one kind only, and what is not
    /// touched takes no room in the cache.
    rejected: CountersOfLists,
    not_rejected: CountersOfLists,
}

type CountersOfLists = [Counters; TOP_FIELDS.len()];

/// Where a value's rows are counted. Absence is first, so that it stays where it is when a dictionary grows.
fn key(code: u32) -> u32 {
    code.wrapping_add(1)
}

impl Count for OverviewCounts {
    /// A brush leaves a few segments at either end that are counted: with 4 half as many as with 8, and half again of
    /// stretches to add between them.
    const STRETCH_SEGMENTS: usize = 4;

    fn prepare(&mut self, store: &Store) {
        self.top = FieldIds::of(store, TOP_FIELDS);
        self.others = FieldIds::of(store, [Field::ACTION, Field::PACKETS, Field::BYTES]);
        self.actions = Actions::of(store);
        for lists in [&mut self.rejected, &mut self.not_rejected] {
            for (field, list) in TOP_FIELDS.into_iter().zip(lists) {
                list.grow(n_codes(store, field) + 1);
            }
        }
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        let [action, packets, bytes] = self.others.columns(segment);
        let top = self.top.columns(segment);
        let mut weights = Weights::default();
        let mut keys = Vec::new();
        for (action, rows) in Action::ALL.into_iter().zip(self.actions.split(action, rows)) {
            let lists = if action == Action::Rejected { &mut self.rejected } else { &mut self.not_rejected };
            rows.for_each_block(|block| {
                weights.read(segment.n_records(), packets, bytes, block);
                self.by_action[action as usize].add(weights.total());
                for (column, list) in top.iter().zip(&mut *lists) {
                    column.read::<u32>(block, &mut keys);
                    keys.iter_mut().for_each(|code| *code = key(*code));
                    list.add(&keys, &weights);
                }
            });
        }
    }

    fn is_exact(&self) -> bool {
        self.by_action.into_iter().fold(Tally::default(), Tally::plus).is_exact()
    }

    fn stretch(&self) -> Stretch {
        let counters = self.rejected.iter().chain(&self.not_rejected).map(Counters::to_sparse).collect();
        Stretch { tallies: self.by_action.into(), counters }
    }

    fn add_stretch(&mut self, stretch: &Stretch) {
        self.by_action.iter_mut().zip(&stretch.tallies).for_each(|(sum, tally)| sum.add(*tally));
        let lists = self.rejected.iter_mut().chain(&mut self.not_rejected);
        lists.zip(&stretch.counters).for_each(|(list, counters)| list.add_sparse(counters));
    }
}

impl Counted<'_, OverviewCounts> {
    pub fn of_action(&self, action: Action) -> Tally {
        self.sum(|counts| counts.by_action[action as usize])
    }

    /// The values of a listed field that rows have, as many as are handed over.
    pub(super) fn of_field(
        &self,
        store: &Store,
        at: usize,
        question: &OverviewQuestion,
        order: Option<&AddressOrder>,
    ) -> FieldTallies {
        let Some(id) = store.field_id(TOP_FIELDS[at]) else { return FieldTallies::default() };
        let n_codes = self.counted().rejected[at].n_keys() as u32 - 1;
        let rejected = self.sum_of_key(|counts| &counts.rejected[at]);
        let not_rejected = self.sum_of_key(|counts| &counts.not_rejected[at]);
        let tally = |code: u32| {
            let rejected = rejected(key(code) as usize);
            ValueTally { total: rejected.plus(not_rejected(key(code) as usize)), rejected }
        };
        let value = |code: u32| store.value(id, u64::from(code));
        let for_each_in_order = |visit: &mut dyn FnMut(u32, Option<Value>)| match order
            .filter(|_| TOP_FIELDS[at].kind() == FieldKind::Address)
        {
            Some(order) => order.for_each(|address, code| visit(code, Some(Value::Address(address)))),
            None => {
                let mut codes: Vec<u32> = (0..n_codes).collect();
                if !TOP_FIELDS[at].kind().is_number() {
                    codes.sort_by_cached_key(|code| value(*code));
                }
                codes.into_iter().for_each(|code| visit(code, None));
            }
        };
        let n_values_max = match question.hand_over {
            HandOver::Alone => TOP_ENTRIES,
            HandOver::Largest => LARGEST_HANDED_OVER,
            HandOver::All(lists) if !lists[at] => return FieldTallies::default(),
            HandOver::All(_) => {
                let (mut values, mut tallies) = (Distinct::default(), Vec::new());
                for_each_in_order(&mut |code, known| {
                    let tally = tally(code);
                    if tally.total.rows > 0 {
                        values.push(known.unwrap_or_else(|| value(code)));
                        tallies.push(tally);
                    }
                });
                return FieldTallies::All { values, tallies };
            }
        };
        let totals = self
            .sums_of_keys(n_codes as usize + 1, |counts| [&counts.rejected[at], &counts.not_rejected[at]]);
        let size = |code: u32| size(&totals[key(code) as usize], question.metric);
        let has_rows = |code: &u32| totals[key(*code) as usize].rows > 0;
        let mut largest = Largest::new(n_values_max);
        (0..n_codes).filter(has_rows).for_each(|code| largest.push(size(code), code));
        let least = largest.least();
        let (codes, next) = largest.into_numbers();
        let entry = |code: u32| (value(code), tally(code));
        if question.hand_over == HandOver::Alone {
            // Which of those as large as the last one come first, their values tell.
            let largest = match least.filter(|_| next == least) {
                Some(least) => (0..n_codes).filter(|code| size(*code) >= least).map(entry).collect(),
                None => codes.map(entry).collect(),
            };
            return FieldTallies::Alone { largest, n_distinct: (0..n_codes).filter(has_rows).count() as u64 };
        }
        let mut values = Distinct::default();
        for_each_in_order(&mut |code, known| {
            if has_rows(&code) {
                values.push(known.unwrap_or_else(|| value(code)));
            }
        });
        FieldTallies::Largest(vec![ShardLargest { largest: codes.map(entry).collect(), next, values }])
    }
}
