//! Which of the table's row elements shows which row. Pure.
//!
//! After a jump the elements of the rows that left go on with the rows that came: only their texts change. Made anew
//! for each row, a jump's script took 2.5 times as long.

/// A row's elements, and the place among all rows that they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowStrip {
    /// Names the elements for as long as they are there.
    pub number: usize,
    pub place: u64,
}

/// The strips for the `n_rows` rows from `first_row` on, in the order of the rows. A row that was in the window
/// keeps its strip. After a jump the others go on with the new rows, in their own order, so that no element moves.
/// After a step they do not: the few would have to move past the many, and a browser then lays out all of them.
pub fn recycle(before: &[RowStrip], first_row: u64, n_rows: u64) -> Vec<RowStrip> {
    let window = first_row..first_row + n_rows;
    let (kept, left): (Vec<RowStrip>, Vec<RowStrip>) =
        before.iter().partition(|strip| window.contains(&strip.place));
    let is_jump = (kept.len() as u64) * 2 < n_rows;
    let mut free = left.iter().filter(|_| is_jump).map(|strip| strip.number);
    let mut unused = before.iter().map(|strip| strip.number + 1).max().unwrap_or(0)..;
    let kept_at = |place| kept.iter().find(|strip| strip.place == place).map(|strip| strip.number);
    let mut number_at =
        |place| kept_at(place).or_else(|| free.next()).or_else(|| unused.next()).unwrap_or_default();
    window.clone().map(|place| RowStrip { number: number_at(place), place }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(strips: &[RowStrip]) -> Vec<usize> {
        strips.iter().map(|strip| strip.number).collect()
    }

    #[test]
    fn a_step_moves_no_element() {
        let before = recycle(&[], 10, 5);
        assert_eq!(numbers(&before), [0, 1, 2, 3, 4]);
        let down = recycle(&before, 12, 5);
        assert_eq!(numbers(&down), [2, 3, 4, 5, 6]);
        assert_eq!(numbers(&recycle(&down, 11, 5)), [7, 2, 3, 4, 5]);
    }

    #[test]
    fn a_jump_makes_and_moves_no_element() {
        let before = recycle(&recycle(&[], 0, 5), 2, 5);
        assert_eq!(numbers(&recycle(&before, 900, 5)), numbers(&before));
    }

    #[test]
    fn a_window_grows_and_shrinks() {
        let before = recycle(&[], 0, 3);
        assert_eq!(numbers(&recycle(&before, 0, 5)), [0, 1, 2, 3, 4]);
        assert_eq!(numbers(&recycle(&before, 1, 2)), [1, 2]);
        assert_eq!(recycle(&before, 7, 0), []);
    }

    proptest! {
        #[test]
        fn each_row_has_a_strip_of_its_own_and_keeps_it(
            windows in prop::collection::vec((0..60u64, 0..20u64), 1..12)
        ) {
            let mut before = Vec::new();
            for (first_row, n_rows) in windows {
                let after = recycle(&before, first_row, n_rows);
                let places: Vec<u64> = after.iter().map(|strip| strip.place).collect();
                prop_assert_eq!(places, (first_row..first_row + n_rows).collect::<Vec<_>>());
                let mut own = numbers(&after);
                own.sort_unstable();
                own.dedup();
                prop_assert_eq!(own.len(), after.len());
                for strip in &before {
                    if let Some(same) = after.iter().find(|same| same.place == strip.place) {
                        prop_assert_eq!(same, strip);
                    }
                }
                // A jump makes new elements only where there are none to go on with.
                let n_kept = after.iter().filter(|strip| before.contains(strip)).count();
                if n_kept * 2 < after.len() {
                    let is_made = |strip: &&RowStrip| before.iter().all(|old: &RowStrip| old.number != strip.number);
                    let n_made = after.iter().filter(is_made).count();
                    prop_assert_eq!(n_made, after.len().saturating_sub(before.len()));
                }
                before = after;
            }
        }
    }
}
