//! Cuts a line into its values.
//!
//! Runs of spaces and tabs separate, so padded columns read like single-spaced ones; a carriage return is
//! blank, wherever a line ends in two. A value that begins with `#` begins a comment: AWS percent-encodes
//! the only values that users choose, so no value does.

/// The values of one line, in order.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    line: &'a str,
    at: usize,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

impl<'a> Values<'a> {
    #[inline]
    pub fn of(line: &'a str) -> Values<'a> {
        Values { line, at: 0 }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.line.as_bytes();
        let mut start = self.at;
        while start < bytes.len() && is_blank(bytes[start]) {
            start += 1;
        }
        if start == bytes.len() || bytes[start] == b'#' {
            self.at = bytes.len();
            return None;
        }
        let mut end = start + 1;
        while end < bytes.len() && !is_blank(bytes[end]) {
            end += 1;
        }
        self.at = end;
        Some(&self.line[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_blanks_separate_and_a_comment_ends_the_line() {
        let values = |line| Values::of(line).collect::<Vec<_>>();
        assert_eq!(values("a bc  d\t\te \r"), ["a", "bc", "d", "e"]);
        assert_eq!(values("  a b#c #d e"), ["a", "b#c"]);
        assert_eq!(values("é ü"), ["é", "ü"]);
        assert_eq!(values(" \t\r"), [""; 0]);
        assert_eq!(values("# a"), [""; 0]);
        let mut over = Values::of("a # b");
        assert_eq!((over.next(), over.next(), over.next()), (Some("a"), None, None), "a comment stays over");
    }
}
