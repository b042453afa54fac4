//! Something for each code that occurs.
//!
//! The simple version is a `HashMap<u64, T>`; it was the larger part of every scan. Codes and ports are dense,
//! so a table of places takes the hash's part: 4 bytes for each possible code, and a `T` only for those seen.

use crate::record::{Field, FieldKind};
use crate::store::{ABSENT, Store};

/// What all values of a field's column are below: dictionary codes, or numbers of a kind that has few.
pub(super) fn n_codes(store: &Store, field: Field) -> usize {
    match (field.kind(), store.field_id(field)) {
        (_, None) => 0,
        (FieldKind::Address, _) => store.addresses().all().len(),
        (FieldKind::Text, Some(id)) => store.column(id).texts.all().len(),
        (kind, _) => {
            let max = kind.max().expect("all other kinds are numbers");
            assert!(max <= u64::from(u16::MAX), "a table of every {} would be too large", field.name());
            max as usize + 1
        }
    }
}

/// A `T` for each code seen, in order of first sight. Absence is a code of its own.
pub(super) struct ByCode<T> {
    /// 1 + the place in `entries` by code, 0 where the code was not seen; the last is for absence.
    places: Vec<u32>,
    entries: Vec<(u64, T)>,
}

impl<T: Default> ByCode<T> {
    /// For codes below `n_codes`.
    pub fn new(n_codes: usize) -> ByCode<T> {
        ByCode { places: vec![0; n_codes + 1], entries: Vec::new() }
    }

    /// For the decoded values of a field's column: dictionary codes, or numbers of a kind that has few.
    pub fn of_field(store: &Store, field: Field) -> ByCode<T> {
        ByCode::new(n_codes(store, field))
    }

    pub fn at(&mut self, code: u64) -> &mut T {
        // ABSENT is the largest number, so it lands on the last place.
        let last = self.places.len() - 1;
        let place = &mut self.places[code.min(last as u64) as usize];
        if *place == 0 {
            self.entries.push((code, T::default()));
            *place = self.entries.len() as u32;
        }
        &mut self.entries[*place as usize - 1].1
    }

    /// Codes with what was noted of them, [`ABSENT`] among them if it was seen.
    pub fn into_entries(self) -> Vec<(u64, T)> {
        self.entries
    }

    /// The same without absence.
    pub fn into_present(self) -> impl Iterator<Item = (u64, T)> {
        self.entries.into_iter().filter(|(code, _)| *code != ABSENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_and_absence_have_their_own_place() {
        let mut counts: ByCode<u64> = ByCode::new(3);
        for code in [2, ABSENT, 0, 2, ABSENT, ABSENT] {
            *counts.at(code) += 1;
        }
        assert_eq!(counts.into_entries(), [(2, 2), (ABSENT, 3), (0, 1)]);
    }
}
