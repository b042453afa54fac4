//! A short text as three words, so that it is compared and hashed without looking at its bytes one by one.

/// The longest text that is short: ids of subnets, the longest that AWS gives to everything, have so many.
const BYTES_MAX: usize = 24;

/// A text of at most 24 bytes without NUL. Two are equal exactly where their texts are.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShortText {
    /// The bytes, the first lowest in the first word, and zeros behind them.
    words: [u64; 3],
}

impl PartialEq for ShortText {
    /// Word by word. WebAssembly compares arrays byte by byte, in a call: loading took a third longer with that.
    #[inline]
    fn eq(&self, other: &ShortText) -> bool {
        let [first, second, third] = self.words;
        let [other_first, other_second, other_third] = other.words;
        (first ^ other_first) | (second ^ other_second) | (third ^ other_third) == 0
    }
}

impl Eq for ShortText {}

impl ShortText {
    /// `None` where the text is too long or has a NUL, which could not be told from its end.
    pub fn new(text: &str) -> Option<ShortText> {
        if text.len() > BYTES_MAX || text.contains('\0') {
            return None;
        }
        let mut bytes = [0; BYTES_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        ShortText::of_start(&bytes, text.len())
    }

    /// The first `n_bytes` of `bytes`, which must not hold NUL. `None` where these are too many.
    #[inline]
    pub fn of_start(bytes: &[u8; BYTES_MAX], n_bytes: usize) -> Option<ShortText> {
        let masks = MASKS.get(n_bytes)?;
        let word = |at: usize| u64::from_le_bytes(*bytes[8 * at..].first_chunk().expect("three words"));
        Some(ShortText { words: [word(0) & masks[0], word(1) & masks[1], word(2) & masks[2]] })
    }

    pub fn words(self) -> [u64; 3] {
        self.words
    }
}

/// By number of bytes: the bits of the three words that belong to them.
const MASKS: [[u64; 3]; BYTES_MAX + 1] = {
    let mut masks = [[0; 3]; BYTES_MAX + 1];
    let mut n_bytes = 0;
    while n_bytes <= BYTES_MAX {
        let mut at = 0;
        while at < n_bytes {
            masks[n_bytes][at / 8] |= 0xff << (at % 8 * 8);
            at += 1;
        }
        n_bytes += 1;
    }
    masks
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_short_up_to_the_id_of_a_subnet() {
        assert!(ShortText::new("subnet-0f893a2eefb32555e").is_some());
        assert_eq!(ShortText::new("subnet-0f893a2eefb32555e0"), None);
        assert_eq!(ShortText::new("OK\0"), None, "it would be equal to OK");
    }

    proptest! {
        #[test]
        fn equal_where_the_texts_are(text in "[ab]{0,24}", other in "[ab]{0,24}", behind in any::<[u8; 24]>()) {
            let short = ShortText::new(&text).unwrap();
            prop_assert_eq!(short == ShortText::new(&other).unwrap(), text == other);
            let mut bytes = behind;
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            prop_assert_eq!(ShortText::of_start(&bytes, text.len()), Some(short));
        }
    }
}
