//! A set of fields, small enough to keep one for each of many conversations.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::field::{FIELDS, Field};

/// In the order of [`FIELDS`], a bit for each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldSet(u128);

const _: () = assert!(FIELDS.len() <= u128::BITS as usize);

impl FieldSet {
    pub fn insert(&mut self, field: Field) {
        self.0 |= 1 << field.index();
    }

    pub fn remove(&mut self, field: Field) {
        self.0 &= !(1 << field.index());
    }

    /// In order.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::all().filter(move |field| self.0 >> field.index() & 1 == 1)
    }
}

impl Extend<Field> for FieldSet {
    fn extend<I: IntoIterator<Item = Field>>(&mut self, fields: I) {
        fields.into_iter().for_each(|field| self.insert(field));
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> FieldSet {
        let mut set = FieldSet::default();
        set.extend(fields);
        set
    }
}

/// As lists of the same fields are ordered.
impl Ord for FieldSet {
    fn cmp(&self, other: &FieldSet) -> Ordering {
        if self == other { Ordering::Equal } else { self.iter().cmp(other.iter()) }
    }
}

impl PartialOrd for FieldSet {
    fn partial_cmp(&self, other: &FieldSet) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    fn fields() -> impl Strategy<Value = Vec<Field>> {
        proptest::collection::vec((0..FIELDS.len()).prop_map(|at| Field::all().nth(at).unwrap()), 0..6)
    }

    proptest! {
        #[test]
        fn it_is_a_set_in_order(inserted in fields(), removed in fields(), other in fields()) {
            let mut expected: BTreeSet<Field> = inserted.iter().copied().collect();
            let mut set: FieldSet = inserted.into_iter().collect();
            for field in removed {
                expected.remove(&field);
                set.remove(field);
            }
            prop_assert!(set.iter().eq(expected.iter().copied()));
            let others: BTreeSet<Field> = other.iter().copied().collect();
            prop_assert_eq!(set.cmp(&other.into_iter().collect()), expected.cmp(&others));
        }
    }
}
