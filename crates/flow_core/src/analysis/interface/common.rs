//! What is in every one of some sets of at most two.

use serde::{Deserialize, Serialize};

/// The intersection of some sets, each of one or two items. Meeting is associative, commutative and idempotent,
/// so neither the order of rows nor their shards matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Common<T> {
    /// Of no set yet.
    #[default]
    Anything,
    /// The smaller one first.
    Two(T, T),
    One(T),
    Nothing,
}

impl<T: Copy + Ord> Common<T> {
    pub fn of_pair(a: T, b: T) -> Common<T> {
        if a == b { Common::One(a) } else { Common::Two(a.min(b), a.max(b)) }
    }

    pub fn meet(self, other: Common<T>) -> Common<T> {
        match (self, other) {
            (Common::Anything, set) | (set, Common::Anything) => set,
            (Common::Nothing, _) | (_, Common::Nothing) => Common::Nothing,
            (Common::Two(a, b), Common::Two(c, d)) if (a, b) == (c, d) => self,
            (Common::One(item), set) | (set, Common::One(item)) => set.only(item),
            (Common::Two(a, b), set) => match (set.contains(a), set.contains(b)) {
                (true, _) => Common::One(a),
                (_, true) => Common::One(b),
                (false, false) => Common::Nothing,
            },
        }
    }

    /// None of them while there was no set.
    pub fn items(self) -> impl Iterator<Item = T> + Clone {
        let (first, second) = match self {
            Common::Anything | Common::Nothing => (None, None),
            Common::One(item) => (Some(item), None),
            Common::Two(a, b) => (Some(a), Some(b)),
        };
        first.into_iter().chain(second)
    }

    pub fn contains(self, item: T) -> bool {
        self.items().any(|own| own == item)
    }

    pub fn map<U: Copy + Ord>(self, f: impl Fn(T) -> U) -> Common<U> {
        match self {
            Common::Anything => Common::Anything,
            Common::Nothing => Common::Nothing,
            Common::One(item) => Common::One(f(item)),
            Common::Two(a, b) => Common::of_pair(f(a), f(b)),
        }
    }

    fn only(self, item: T) -> Common<T> {
        if self.contains(item) { Common::One(item) } else { Common::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meeting_is_intersection_whatever_the_order() {
        let mut all = vec![Common::Anything, Common::Nothing];
        for a in 0..4 {
            for b in 0..4 {
                all.push(Common::of_pair(a, b));
            }
        }
        for &a in &all {
            assert_eq!(a.meet(a), a);
            for &b in &all {
                assert_eq!(a.meet(b), b.meet(a), "{a:?} {b:?}");
                let kept: Vec<i32> = (0..4).filter(|&item| a.contains(item) && b.contains(item)).collect();
                if a != Common::Anything && b != Common::Anything {
                    assert_eq!(a.meet(b).items().collect::<Vec<_>>(), kept, "{a:?} {b:?}");
                }
                for &c in &all {
                    assert_eq!(a.meet(b).meet(c), a.meet(b.meet(c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }
}
