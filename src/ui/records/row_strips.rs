//! Which of the table's row elements shows which row. Pure.
//!
//! The elements of a row that leaves the window go on with the row that comes into it: only their texts change.
//! Made anew for each row, a jump took the page's thread several times as long.

/// A row's elements, and the place among all rows that they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowStrip {
    /// Names the elements for as long as they are there.
    pub number: usize,
    pub place: u64,
}

/// The strips for the `n_rows` rows from `first_row` on, in the order of the rows. A row that was in the window
/// keeps its strip; the strips of others go on with new rows, in their own order, so that as few elements as can
/// be have to move.
pub fn recycle(before: &[RowStrip], first_row: u64, n_rows: u64) -> Vec<RowStrip> {
    let window = first_row..first_row + n_rows;
    let mut free = before.iter().filter(|strip| !window.contains(&strip.place)).map(|strip| strip.number);
    let mut unused = before.iter().map(|strip| strip.number + 1).max().unwrap_or(0)..;
    let kept_at = |place| before.iter().find(|strip| strip.place == place).map(|strip| strip.number);
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
    fn a_small_step_moves_only_the_rows_that_leave() {
        let before = recycle(&[], 10, 5);
        assert_eq!(numbers(&before), [0, 1, 2, 3, 4]);
        let down = recycle(&before, 12, 5);
        assert_eq!(numbers(&down), [2, 3, 4, 0, 1]);
        assert_eq!(numbers(&recycle(&down, 11, 5)), [1, 2, 3, 4, 0], "the row that left gives its elements");
    }

    #[test]
    fn a_jump_moves_no_element() {
        let before = recycle(&recycle(&[], 0, 5), 2, 5);
        assert_eq!(numbers(&recycle(&before, 900, 5)), numbers(&before));
    }

    #[test]
    fn a_window_grows_and_shrinks() {
        let before = recycle(&[], 0, 3);
        assert_eq!(numbers(&recycle(&before, 0, 5)), [0, 1, 2, 3, 4]);
        assert_eq!(numbers(&recycle(&before, 2, 3)), [2, 0, 1]);
        assert_eq!(recycle(&before, 7, 0), []);
    }

    proptest! {
        #[test]
        fn each_row_has_a_slot_of_its_own_and_keeps_it(
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
                // New elements are made only where there are none to go on with.
                let n_made = after.iter().filter(|strip| before.iter().all(|old: &RowStrip| old.number != strip.number)).count();
                prop_assert_eq!(n_made, after.len().saturating_sub(before.len()));
                before = after;
            }
        }
    }
}
