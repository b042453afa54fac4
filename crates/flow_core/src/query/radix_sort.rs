//! Sorting many numbers by their upper halves, and the pass that sorting digit by digit is made of.

/// Bits of a digit: so few that the places where items go next stay in the nearest cache, so many that ports and most
/// addresses are two digits. With 8, 10 or 11 sorting took as long or a fifth longer.
const DIGIT_BITS: u32 = 9;
const N_DIGITS: usize = 1 << DIGIT_BITS;

/// Below this, comparing is as fast.
const N_ITEMS_MIN: usize = 4_096;

/// Puts numbers in order whose lower 32 bits ascend already. The simple version, `sort_unstable`, compares, and takes
/// half as long again; here each digit of the upper halves is a pass that keeps what came before in order, which takes
/// as much memory again.
pub(super) fn sort_by_upper_half(items: &mut Vec<u64>) {
    debug_assert!(items.is_sorted_by_key(|item| *item as u32));
    if items.len() < N_ITEMS_MIN {
        items.sort_unstable();
        return;
    }
    let n_bits = u64::BITS - items.iter().fold(0, |bits, item| bits | item).leading_zeros();
    let mut sorted = vec![0; items.len()];
    for shift in (u32::BITS..n_bits).step_by(DIGIT_BITS as usize) {
        sort_by_digit::<N_DIGITS, u64>(items, &mut sorted, |item| (item >> shift) as usize);
        std::mem::swap(items, &mut sorted);
    }
}

/// Puts `items` into `sorted`, which is as long, in the order of one of their digits: what `digit` says, of as many bits as
/// number `N`. What has the same digit stays in its order.
pub(crate) fn sort_by_digit<const N: usize, T: Copy>(
    items: &[T],
    sorted: &mut [T],
    digit: impl Fn(T) -> usize,
) {
    let mut places = [0u32; N];
    items.iter().for_each(|&item| places[digit(item) % N] += 1);
    let mut n_before = 0;
    for place in &mut places {
        n_before += std::mem::replace(place, n_before);
    }
    for &item in items {
        let place = &mut places[digit(item) % N];
        sorted[*place as usize] = item;
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_comparing(
            seed in any::<u64>(),
            n_items in 0usize..3 * N_ITEMS_MIN,
            n_key_bits in 0u32..33,
        ) {
            let mut state = seed;
            let mut items: Vec<u64> = (0..n_items as u64)
                .map(|low| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (state >> 32).checked_shr(32 - n_key_bits).unwrap_or(0) << 32 | low
                })
                .collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort_by_upper_half(&mut items);
            prop_assert_eq!(items, expected);
        }
    }
}
