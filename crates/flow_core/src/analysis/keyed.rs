//! Lists of things by key, as partials carry them: joined between shards, and cut to the largest at the end.

use std::cmp::Ordering;

/// Joins two lists in which every key stands once. Neither needs to be sorted: a single shard, which never
/// merges, then pays for no order. The joined list is sorted, so a second merge finds most of its work done.
pub(super) fn merge_by_key<K: Ord, V>(
    into: &mut Vec<(K, V)>,
    mut other: Vec<(K, V)>,
    mut join: impl FnMut(&mut V, V),
) {
    into.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    other.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut merged: Vec<(K, V)> = Vec::with_capacity(into.len() + other.len());
    let mut others = other.into_iter().peekable();
    for (key, value) in into.drain(..) {
        while let Some(earlier) = others.next_if(|(other, _)| *other < key) {
            merged.push(earlier);
        }
        let mut value = value;
        if let Some((_, same)) = others.next_if(|(other, _)| *other == key) {
            join(&mut value, same);
        }
        merged.push((key, value));
    }
    merged.extend(others);
    *into = merged;
}

/// Keeps the first `n_max` in the order of `rank`, sorted by it; the rest is never sorted.
pub(super) fn keep_first<T>(items: &mut Vec<T>, n_max: usize, mut rank: impl FnMut(&T, &T) -> Ordering) {
    if items.len() > n_max {
        items.select_nth_unstable_by(n_max, &mut rank);
        items.truncate(n_max);
    }
    items.sort_unstable_by(rank);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_both_sides_meet() {
        let mut into = vec![("d", 4), ("a", 1)];
        merge_by_key(&mut into, vec![("e", 50), ("a", 10), ("b", 20)], |into, other| *into += other);
        assert_eq!(into, [("a", 11), ("b", 20), ("d", 4), ("e", 50)]);
    }

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
}
