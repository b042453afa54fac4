//! Which addresses had traffic accepted, anywhere in the load.

use crate::analysis::action::{Action, Actions};
use crate::analysis::columns::FieldIds;
use crate::analysis::counted::Count;
use crate::query::SegmentRows;
use crate::record::Field;
use crate::store::{Segment, Store};

/// The ends of accepted rows. Of all rows, whatever the filter: what else is accepted from a peer does not depend
/// on the view.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct AcceptedAddresses {
    ids: FieldIds<3>,
    actions: Actions,
    /// For each address of the dictionary whether a row with it was accepted.
    pub by_code: Vec<bool>,
}

impl Count for AcceptedAddresses {
    fn prepare(&mut self, store: &Store) {
        self.ids = FieldIds::of(store, [Field::ACTION, Field::SRCADDR, Field::DSTADDR]);
        self.actions = Actions::of(store);
        self.by_code.resize(store.addresses().all().len(), false);
    }

    fn count(&mut self, segment: &Segment, rows: &SegmentRows) {
        let [action, src, dst] = self.ids.columns(segment);
        let accepted = self.actions.rows(action, Action::Accepted).and(rows.clone());
        let mut codes = Vec::<u32>::new();
        accepted.for_each_block(|block| {
            for end in [src, dst] {
                end.read(block, &mut codes);
                for &code in &codes {
                    // Absence is no address.
                    if let Some(is_accepted) = self.by_code.get_mut(code as usize) {
                        *is_accepted = true;
                    }
                }
            }
        });
    }

    /// An address may be an end of other accepted rows.
    fn is_exact(&self) -> bool {
        false
    }
}
