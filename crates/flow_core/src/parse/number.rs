//! Numbers as flow logs write them: decimal digits and nothing else.

use super::ProblemKind;

/// As many digits as a `u64` holds whatever they are.
const DIGITS_WITHOUT_OVERFLOW: usize = 19;

/// Reads a number of at most `max`. Leading zeros are read in base ten; see [`is_odd`].
#[inline]
pub fn parse(text: &[u8], max: u64) -> Result<u64, ProblemKind> {
    if text.len() > DIGITS_WITHOUT_OVERFLOW {
        return parse_long(text, max);
    }
    let mut number = 0u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(ProblemKind::NotANumber);
        }
        number = number * 10 + u64::from(digit);
    }
    if text.is_empty() {
        Err(ProblemKind::NotANumber)
    } else if number > max {
        Err(ProblemKind::OutOfRange)
    } else {
        Ok(number)
    }
}

#[cold]
fn parse_long(text: &[u8], max: u64) -> Result<u64, ProblemKind> {
    if !text.iter().all(u8::is_ascii_digit) {
        return Err(ProblemKind::NotANumber);
    }
    let number = text
        .iter()
        .try_fold(0u64, |number, byte| number.checked_mul(10)?.checked_add(u64::from(byte - b'0')));
    number.filter(|number| *number <= max).ok_or(ProblemKind::OutOfRange)
}

/// Whether a number that was read prints otherwise than it is written: it has leading zeros.
#[inline]
pub fn is_odd(text: &[u8]) -> bool {
    text.len() > 1 && text[0] == b'0'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_up_to_the_largest() {
        assert_eq!(parse(b"0", 0), Ok(0));
        assert_eq!(parse(b"65535", 65_535), Ok(65_535));
        assert_eq!(parse(b"65536", 65_535), Err(ProblemKind::OutOfRange));
        assert_eq!(parse(b"18446744073709551614", u64::MAX - 1), Ok(u64::MAX - 1));
        assert_eq!(parse(b"18446744073709551615", u64::MAX - 1), Err(ProblemKind::OutOfRange));
        assert_eq!(parse(b"18446744073709551616", u64::MAX), Err(ProblemKind::OutOfRange));
        assert_eq!(parse(b"99999999999999999999999999", u64::MAX), Err(ProblemKind::OutOfRange));
        assert_eq!(parse(b"00000000000000000000000443", 65_535), Ok(443));
    }

    #[test]
    fn anything_but_digits_is_no_number() {
        for text in ["", "-1", "+1", "1.0", "0x1f", " 1", "1e3", "9999999999999999999999x", "١"] {
            assert_eq!(parse(text.as_bytes(), u64::MAX), Err(ProblemKind::NotANumber), "{text}");
        }
    }

    #[test]
    fn leading_zeros_are_odd() {
        assert!(is_odd(b"010") && is_odd(b"00"));
        assert!(!is_odd(b"0") && !is_odd(b"100"));
    }
}
