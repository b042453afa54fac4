//! What stands in front of the record on each line: the time that CloudWatch Logs and `aws logs tail` write there, and
//! what shippers of logs add.

use memchr::memchr;

use crate::parse::records::BOM;

/// What `aws logs tail` writes in front of a record: the time and the log stream.
const TAIL_VALUES: u32 = 2;

/// Begins the colour codes of terminals.
const ESCAPE: u8 = 0x1b;

/// The first values of each line, which are not the record's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    pub n_values: u32,
    /// Whether the first of them is a time. Then lines without one have no prefix.
    pub is_dated: bool,
}

impl Prefix {
    /// The record on a line, and the log stream in front of it where one is; `plain` is room for the line without its
    /// colours.
    pub fn cut<'a>(self, line: &'a [u8], plain: &'a mut Vec<u8>) -> (&'a [u8], Option<&'a str>) {
        let line = without_colours(line.strip_prefix(BOM).unwrap_or(line), plain);
        if self.is_dated && !begins_with_time(line) {
            return (line, None);
        }
        let mut rest = line;
        let mut last: &[u8] = b"";
        for _ in 0..self.n_values {
            let value = rest.trim_ascii_start();
            (last, rest) =
                value.split_at(value.iter().position(|byte| is_blank(*byte)).unwrap_or(value.len()));
        }
        // `aws logs tail` writes time and stream.
        let has_stream = self.is_dated && self.n_values == TAIL_VALUES;
        let stream = has_stream.then(|| str::from_utf8(last).ok()).flatten();
        (rest.trim_ascii_start(), stream)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Whether the line's first value is `2026-11-20T23:15:00`, with or without fraction and zone. No value of a record
/// looks like that.
pub fn begins_with_time(line: &[u8]) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let value = line.trim_ascii_start();
    value.len() >= SHAPE.len()
        && value.iter().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == shape,
        })
}

/// The line without the colour codes of terminals, `ESC [ … m`.
pub fn without_colours<'a>(line: &'a [u8], plain: &'a mut Vec<u8>) -> &'a [u8] {
    if memchr(ESCAPE, line).is_none() {
        return line;
    }
    plain.clear();
    let mut pieces = line.split(|byte| *byte == ESCAPE);
    plain.extend_from_slice(pieces.next().unwrap_or_default());
    for piece in pieces {
        let code = piece.iter().take_while(|byte| matches!(byte, b'[' | b';' | b'0'..=b'9')).count();
        let is_code = piece.first() == Some(&b'[') && piece.get(code) == Some(&b'm');
        if is_code {
            plain.extend_from_slice(&piece[code + 1..]);
        } else {
            plain.push(ESCAPE);
            plain.extend_from_slice(piece);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(n_values: u32, is_dated: bool, line: &str) -> String {
        let prefix = Prefix { n_values, is_dated };
        String::from_utf8_lossy(prefix.cut(line.as_bytes(), &mut Vec::new()).0).into_owned()
    }

    #[test]
    fn the_values_in_front_are_cut_off() {
        assert_eq!(cut(1, true, "2023-11-14T22:13:20.000Z 2 1234 -"), "2 1234 -");
        assert_eq!(cut(2, true, "2023-11-14T22:13:20+00:00  eni-1-all\t2 1234 -\r"), "2 1234 -\r");
        assert_eq!(cut(2, true, "2 1234 -"), "2 1234 -", "no time, no prefix");
        assert_eq!(cut(2, true, "2023-11-14T22:13:20"), "");
        assert_eq!(cut(5, false, "Nov 14 22:13:20 host flow: 2 1234 -"), "2 1234 -");
    }

    #[test]
    fn the_stream_is_what_stands_behind_the_time() {
        let stream = |n_values, is_dated, line: &str| {
            Prefix { n_values, is_dated }.cut(line.as_bytes(), &mut Vec::new()).1.map(str::to_owned)
        };
        let line = "2023-11-14T22:13:20+00:00 \u{1b}[1;36meni-1-all\u{1b}[0m 2 1234 -";
        assert_eq!(stream(2, true, line).as_deref(), Some("eni-1-all"));
        assert_eq!(stream(1, true, "2023-11-14T22:13:20 2 1234 -"), None);
        assert_eq!(stream(2, false, "host flow: 2 1234 -"), None);
        assert_eq!(stream(2, true, "2 1234 -"), None);
    }

    #[test]
    fn colours_are_cut_out_and_other_escapes_kept() {
        let line = "\u{1b}[32m2023-11-14T22:13:20\u{1b}[0m \u{1b}[1;36meni-1-all\u{1b}[0m 2 1234 -";
        assert_eq!(cut(2, true, line), "2 1234 -");
        for line in ["a\u{1b}[2Kb", "a\u{1b}mb", "a\u{1b}", "a\u{1b}[31"] {
            assert_eq!(cut(0, false, line), line);
        }
    }
}
