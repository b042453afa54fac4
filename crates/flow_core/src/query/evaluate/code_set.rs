//! A set of small numbers as bits: dictionary codes, ports, protocols.

/// Asked once for each row, so that a look-up is one shift; a dictionary of a million addresses takes 125 kB.
#[derive(Clone, Debug, Default)]
pub(super) struct CodeSet {
    words: Vec<u64>,
}

impl CodeSet {
    /// The codes, 0 up to `n_codes`, that pass `test`.
    pub fn from_tests(n_codes: usize, mut test: impl FnMut(usize) -> bool) -> CodeSet {
        let mut words = vec![0u64; n_codes.div_ceil(64)];
        for code in 0..n_codes {
            words[code / 64] |= u64::from(test(code)) << (code % 64);
        }
        CodeSet { words }
    }

    /// Codes that came after the set was made are not in it.
    #[inline]
    pub fn holds(&self, code: u64) -> bool {
        // A code past what usize can hold is past every dictionary too.
        let word = self.words.get(usize::try_from(code / 64).unwrap_or(usize::MAX));
        word.is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    pub fn n_codes(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The smallest and the largest code; `None` where there is none.
    pub fn range(&self) -> Option<(u64, u64)> {
        let first = self.words.iter().position(|word| *word != 0)?;
        let last = self.words.iter().rposition(|word| *word != 0)?;
        let smallest = first as u64 * 64 + u64::from(self.words[first].trailing_zeros());
        let largest = last as u64 * 64 + 63 - u64::from(self.words[last].leading_zeros());
        Some((smallest, largest))
    }

    /// How many codes from `first` to `last`, both included, are in the set.
    pub fn n_between(&self, first: u64, last: u64) -> u64 {
        let last = last.min(self.words.len() as u64 * 64);
        // Up to a word's edge bit by bit, whole words between.
        let (mut at, mut n_codes) = (first, 0);
        while at <= last {
            if at.is_multiple_of(64) && last - at >= 64 {
                n_codes += u64::from(self.words[(at / 64) as usize].count_ones());
                at += 64;
            } else {
                n_codes += u64::from(self.holds(at));
                at += 1;
            }
        }
        n_codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_looking_one_by_one() {
        let set = CodeSet::from_tests(300, |code| code % 7 == 2);
        for first in [0, 1, 2, 63, 64, 65, 128, 200, 299] {
            for last in [0, 2, 63, 64, 127, 128, 191, 192, 299, 319, 320, 10_000, u64::MAX] {
                let n_codes = (first..=last.min(400)).filter(|&code| set.holds(code)).count();
                assert_eq!(set.n_between(first, last), n_codes as u64, "{first}..={last}");
            }
        }
        assert_eq!(set.n_codes(), 43);
        assert_eq!(set.range(), Some((2, 296)));
        assert_eq!(CodeSet::from_tests(200, |_| false).range(), None);
        assert!(!set.holds(u64::MAX));
    }
}
