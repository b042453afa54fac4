//! Putting lists in order in little code.
//!
//! The sorts of the standard library are fast, and each is compiled anew for every type and every order: those of this
//! engine were a sixth of the page, most of them for lists that a reader looks at. Here places are sorted, which are
//! numbers whatever the list is of, by an order that is called through a pointer; the list is then put in order by swaps.
//! Takes two to three times as long. What is sorted by the million (rows, conversations) uses the library's.

use std::cmp::Ordering;

/// Lists that can be put in order. Items that compare equal stay in their order.
pub trait Arrange {
    type Item;

    fn arrange_by(&mut self, order: impl Fn(&Self::Item, &Self::Item) -> Ordering);

    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&Self::Item) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }

    fn arrange(&mut self)
    where
        Self::Item: Ord,
    {
        self.arrange_by(Ord::cmp);
    }
}

impl<T> Arrange for [T] {
    type Item = T;

    fn arrange_by(&mut self, order: impl Fn(&T, &T) -> Ordering) {
        let mut places = arranged(self.len(), &|a, b| order(&self[a as usize], &self[b as usize]));
        for first in 0..self.len() {
            // The items of a ring of places move by one; each place then says that its item has come.
            let mut at = first;
            loop {
                let from = std::mem::replace(&mut places[at], at as u32) as usize;
                if from == first {
                    break;
                }
                self.swap(at, from);
                at = from;
            }
        }
    }
}

/// Keeps the first `n_max` of a list in this order, arranged by it; the rest is never arranged.
pub fn keep_first<T>(items: &mut Vec<T>, n_max: usize, order: impl Fn(&T, &T) -> Ordering) {
    if items.len() > n_max {
        let places = first_of(items.len(), n_max, &|a, b| order(&items[a as usize], &items[b as usize]));
        // Ascending, so that what is put aside by a swap is none that is kept.
        for (at, place) in places.into_iter().enumerate() {
            items.swap(at, place as usize);
        }
        items.truncate(n_max);
    }
    items.arrange_by(order);
}

/// Compares what is at two places.
type OrderOfPlaces<'a> = &'a dyn Fn(u32, u32) -> Ordering;

/// All places of a list of so many items, in the order of what is there.
fn arranged(n_items: usize, order: OrderOfPlaces<'_>) -> Vec<u32> {
    let n_items = u32::try_from(n_items).expect("lists are short");
    let mut places: Vec<u32> = (0..n_items).collect();
    places.sort_by(|&a, &b| order(a, b));
    places
}

/// The places of the first `n_max` of more items, ascending.
fn first_of(n_items: usize, n_max: usize, order: OrderOfPlaces<'_>) -> Vec<u32> {
    if n_max == 0 {
        return Vec::new();
    }
    let n_items = u32::try_from(n_items).expect("lists are short");
    // Twice as many as are wanted, so that they are seldom put in order; most items only meet the last of the first.
    let mut first: Vec<u32> = Vec::with_capacity(2 * n_max);
    let mut last = None;
    for place in 0..n_items {
        if last.is_some_and(|last| order(place, last).is_ge()) {
            continue;
        }
        first.push(place);
        if first.len() == 2 * n_max {
            first.sort_by(|&a, &b| order(a, b));
            first.truncate(n_max);
            last = first.last().copied();
        }
    }
    first.sort_by(|&a, &b| order(a, b));
    first.truncate(n_max);
    first.sort_unstable();
    first
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_come_in_order() {
        let mut items = vec![5, 9, 1, 7, 3];
        keep_first(&mut items, 3, |a, b| b.cmp(a));
        assert_eq!(items, [9, 7, 5]);
        keep_first(&mut items, 9, |a, b| a.cmp(b));
        assert_eq!(items, [5, 7, 9]);
        keep_first(&mut items, 0, |a, b| a.cmp(b));
        assert!(items.is_empty());
    }

    proptest! {
        #[test]
        fn lists_come_into_the_order_of_the_library(items in prop::collection::vec((0u8..20, any::<u8>()), 0..200), n_max in 0usize..50) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            let mut arranged = items.clone();
            arranged.arrange_by_key(|item| item.0);
            prop_assert_eq!(&arranged, &expected, "equal items keep their order");

            let mut expected = items.clone();
            expected.sort();
            let mut arranged = items.clone();
            arranged.arrange();
            prop_assert_eq!(&arranged, &expected);

            expected.truncate(n_max);
            let mut first = items;
            keep_first(&mut first, n_max, Ord::cmp);
            prop_assert_eq!(first, expected);
        }
    }
}
