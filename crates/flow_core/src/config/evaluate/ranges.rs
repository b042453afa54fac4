//! Sets of numbers as sorted ranges: addresses of one family, or places on the line of protocols and ports.

use crate::arrange::Arrange;

/// A number that ranges can be made of.
pub(super) trait LineKey: Copy + Ord {
    const FIRST: Self;
    const LAST: Self;
    /// `None` past the last.
    fn next(self) -> Option<Self>;
    /// `None` before the first.
    fn previous(self) -> Option<Self>;
    /// Leading bits that are the same.
    fn n_bits_shared(self, other: Self) -> u8;
}

macro_rules! line_key {
    ($type:ty) => {
        impl LineKey for $type {
            const FIRST: Self = 0;
            const LAST: Self = <$type>::MAX;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }

            fn n_bits_shared(self, other: Self) -> u8 {
                (self ^ other).leading_zeros() as u8
            }
        }
    };
}

line_key!(u32);
line_key!(u128);

/// Sorted, apart from one another; first and last are both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranges<K>(Vec<(K, K)>);

impl<K> Default for Ranges<K> {
    fn default() -> Self {
        Ranges(Vec::new())
    }
}

impl<K: LineKey> Ranges<K> {
    pub fn all() -> Ranges<K> {
        Ranges(vec![(K::FIRST, K::LAST)])
    }

    /// The numbers that are in any of `ranges`.
    pub fn union(mut ranges: Vec<(K, K)>) -> Ranges<K> {
        ranges.arrange();
        let mut joined: Vec<(K, K)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match joined.last_mut() {
                Some(before) if before.1.next().is_none_or(|next| first <= next) => {
                    before.1 = before.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        Ranges(joined)
    }

    /// The numbers that are in here and not in `other`.
    pub fn without(&self, other: &Ranges<K>) -> Ranges<K> {
        let mut left = Vec::new();
        let mut cuts = other.0.iter().peekable();
        for &(first, last) in &self.0 {
            let mut from = Some(first);
            while cuts.next_if(|cut| cut.1 < first).is_some() {}
            let mut inside = cuts.clone();
            while let Some(&(cut_first, cut_last)) = inside.next_if(|cut| cut.0 <= last) {
                if let (Some(start), Some(end)) = (from, cut_first.previous())
                    && start <= end
                {
                    left.push((start, end));
                }
                from = cut_last.next();
            }
            if let Some(start) = from.filter(|start| *start <= last) {
                left.push((start, last));
            }
        }
        Ranges(left)
    }

    pub fn contains(&self, key: K) -> bool {
        let at = self.0.partition_point(|(first, _)| *first <= key);
        at > 0 && key <= self.0[at - 1].1
    }

    pub fn iter(&self) -> impl Iterator<Item = (K, K)> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_ranges() -> impl Strategy<Value = Vec<(u32, u32)>> {
        let edge = prop_oneof![0..12u32, u32::MAX - 4..=u32::MAX];
        proptest::collection::vec((edge.clone(), edge).prop_map(|(a, b)| (a.min(b), a.max(b))), 0..6)
    }

    proptest! {
        #[test]
        fn a_set_of_ranges_holds_what_its_ranges_hold(a in any_ranges(), b in any_ranges()) {
            let holds = |ranges: &[(u32, u32)], key| ranges.iter().any(|r| r.0 <= key && key <= r.1);
            let (union_a, union_b) = (Ranges::union(a.clone()), Ranges::union(b.clone()));
            let left = union_a.without(&union_b);
            for key in (0..14).chain(u32::MAX - 6..=u32::MAX) {
                prop_assert_eq!(union_a.contains(key), holds(&a, key));
                prop_assert_eq!(left.contains(key), holds(&a, key) && !holds(&b, key));
            }
            let apart = left.0.windows(2).all(|pair| pair[0].1 < pair[1].0);
            prop_assert!(apart, "{left:?}");
        }
    }
}
