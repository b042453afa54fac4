//! Numbers that look random and are the same for the same seed, on every machine.
//!
//! Splitmix64: one multiplication chain per number, passes the usual tests, and is short enough to be right
//! at a glance. Not for secrets. Integers only, because floating-point functions differ between platforms.

#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    pub fn any(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`. The bias of the multiplication is far below what anybody could see here.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.any()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// The place of a choice; each is taken as often as its weight says.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (choice, weight) in weights.iter().enumerate() {
            if at < *weight {
                return choice;
            }
            at -= weight;
        }
        unreachable!("the number is below the sum of the weights")
    }

    /// A number from 1 on, without end but for `max`: twice as large is half as likely, as sizes on
    /// networks are.
    pub fn heavy_tailed(&mut self, max: u64) -> u64 {
        let n_doublings = self.any().trailing_zeros().min(62);
        (1 + self.below(1 << n_doublings) + ((1 << n_doublings) - 1)).min(max)
    }

    /// A number below `bound`, the small ones far more often: few talk much, many talk little.
    pub fn few_often(&mut self, bound: u64) -> u64 {
        let n_halvings = self.below(8);
        self.below((bound >> n_halvings).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut random = Random::new(1_234_567);
        // The published test vector of splitmix64.
        assert_eq!(
            [random.any(), random.any(), random.any()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn numbers_stay_in_their_bounds_and_reach_them() {
        let mut random = Random::new(1);
        let numbers: Vec<u64> = (0..1_000).map(|_| random.between(3, 5)).collect();
        assert_eq!((numbers.iter().min(), numbers.iter().max()), (Some(&3), Some(&5)));
        let choices: Vec<usize> = (0..1_000).map(|_| random.weighted(&[1, 0, 9])).collect();
        assert!(choices.contains(&0) && !choices.contains(&1));
        assert!(choices.iter().filter(|choice| **choice == 2).count() > 800);
    }

    #[test]
    fn heavy_tails_are_mostly_small_and_sometimes_huge() {
        let mut random = Random::new(1);
        let sizes: Vec<u64> = (0..10_000).map(|_| random.heavy_tailed(1_000_000)).collect();
        assert!(sizes.iter().filter(|size| **size <= 3).count() > 5_000);
        assert!(sizes.iter().any(|size| *size > 1_000));
        assert!(sizes.iter().all(|size| (1..=1_000_000).contains(size)));
    }
}
