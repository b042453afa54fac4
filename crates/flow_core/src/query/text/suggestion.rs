//! "Did you mean …?": the known name that a misspelt one is nearest to.

use std::collections::BTreeMap;

/// Longer words are no misspelt names, and comparing takes the product of the lengths.
const WORD_CHARS_MAX: usize = 48;

/// The nearest of `names`, the first of those equally near; `None` where none is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word);
    if word.is_empty() || word.len() > WORD_CHARS_MAX {
        return None;
    }
    // One slip in three letters; more, and every short word is near to every other.
    let n_slips_max = word.len().div_ceil(3).min(3);
    let mut by_slips = BTreeMap::new();
    for name in names {
        let known = letters(name);
        if known.len() <= WORD_CHARS_MAX && known.len().abs_diff(word.len()) <= n_slips_max {
            by_slips.entry(n_slips(&word, &known)).or_insert(name);
        }
    }
    by_slips.range(..=n_slips_max).next().map(|(_, name)| *name)
}

/// Case and separators are never what is wrong.
fn letters(word: &str) -> Vec<char> {
    word.chars().filter(|char| !matches!(char, '-' | '_')).map(|char| char.to_ascii_lowercase()).collect()
}

/// Letters to add, leave out, change, or swap with their neighbour to turn one word into the other.
fn n_slips(from: &[char], to: &[char]) -> usize {
    // Row by row; a swap looks two rows back.
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_forgiven_and_other_words_are_not() {
        let names = ["srcaddr", "dstaddr", "srcport", "dstport", "bytes"];
        let meant = |word| nearest(word, names);
        assert_eq!(meant("dstprt"), Some("dstport"));
        assert_eq!(meant("sracddr"), Some("srcaddr"));
        assert_eq!(meant("DST_PORTS"), Some("dstport"));
        assert_eq!(meant("byte"), Some("bytes"));
        assert_eq!(meant("host"), None);
        assert_eq!(meant(""), None);
        assert_eq!(meant(&"s".repeat(10_000)), None);
    }

    #[test]
    fn slips_are_counted() {
        let count = |a: &str, b: &str| n_slips(&letters(a), &letters(b));
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", "acb"), 1);
        assert_eq!(count("abc", "abc"), 0);
        assert_eq!(count("kitten", "sitting"), 3);
    }
}
