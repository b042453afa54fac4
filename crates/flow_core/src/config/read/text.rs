//! Bytes to text: UTF-8, with or without a mark, and the UTF-16 that PowerShell's `>` writes.

use std::borrow::Cow;

use super::FILE_BYTES_MAX;
use crate::config::report::Reason;

pub(super) fn text_of(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Reason::FileTooLong);
    }
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8(rest),
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        _ => utf_8(bytes),
    }
}

fn utf_8(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| Reason::NotText)
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, Reason> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Reason::NotText);
    }
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).map(Cow::Owned).map_err(|_| Reason::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_and_what_is_not_text_is_said() {
        assert_eq!(text_of(b"{}").unwrap(), "{}");
        assert_eq!(text_of(b"\xef\xbb\xbf{}").unwrap(), "{}");
        assert_eq!(text_of(b"\xff\xfe{\0}\0").unwrap(), "{}");
        assert_eq!(text_of(b"\xfe\xff\0{\0}").unwrap(), "{}");
        assert_eq!(text_of(b"\xff\xfe{\0}"), Err(Reason::NotText));
        assert_eq!(text_of(b"\x1f\x8b\x08"), Err(Reason::NotText));
    }
}
