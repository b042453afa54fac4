//! Lists of values that the parts of a partial point into, because codes mean nothing outside their shard.

use std::collections::HashMap;
use std::hash::Hash;

use rustc_hash::FxBuildHasher;

/// Stands for a value that a row does not have.
pub(super) const NOT_THERE: u32 = u32::MAX;

/// Codes numbered in order of first sight.
pub(super) struct Places {
    by_code: Vec<u32>,
    codes: Vec<u32>,
}

impl Places {
    /// For codes below `n_codes`.
    pub fn new(n_codes: usize) -> Places {
        Places { by_code: vec![NOT_THERE; n_codes], codes: Vec::new() }
    }

    /// The place of a code; that of [`NOT_THERE`] is itself.
    pub fn place(&mut self, code: u32) -> u32 {
        if code == NOT_THERE {
            return NOT_THERE;
        }
        let place = &mut self.by_code[code as usize];
        if *place == NOT_THERE {
            *place = self.codes.len() as u32;
            self.codes.push(code);
        }
        *place
    }

    /// Codes in the order of their places.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

/// Takes the items of `others` that are new into a list in which each stands once; says where each of them is now.
pub(super) fn join_lists<T: Clone + Eq + Hash>(into: &mut Vec<T>, others: Vec<T>) -> Vec<u32> {
    let mut known: HashMap<T, u32, FxBuildHasher> = into.iter().cloned().zip(0..).collect();
    others
        .into_iter()
        .map(|item| {
            *known.entry(item).or_insert_with_key(|item| {
                into.push(item.clone());
                into.len() as u32 - 1
            })
        })
        .collect()
}

/// Where what was at `place` is now.
pub(super) fn moved(places: &[u32], place: u32) -> u32 {
    places.get(place as usize).copied().unwrap_or(NOT_THERE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_lists_have_stands_once_and_is_found_again() {
        let mut into = vec!["b", "a"];
        let places = join_lists(&mut into, vec!["a", "c", "b"]);
        assert_eq!((into, &places[..]), (vec!["b", "a", "c"], &[1, 2, 0][..]));
        assert_eq!([moved(&places, 1), moved(&places, NOT_THERE)], [2, NOT_THERE]);
    }
}
