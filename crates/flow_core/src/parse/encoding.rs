//! Text in UTF-16, as PowerShell's `>` writes it, as the UTF-8 that the rest reads.
//!
//! Only where a byte order mark says so. All other bytes pass as they are: whether they are text, lines tell.

/// What UTF-16 begins with: least significant byte first, and most significant first.
const MARKS: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// Stands for what is no character: no UTF-8 has this byte, so its line becomes a problem.
const NO_CHARACTER: u8 = 0xff;

pub enum TextDecoder {
    /// Too few bytes to tell; holds them.
    Undecided(Vec<u8>),
    AsItIs,
    Utf16(Utf16Decoder),
}

pub struct Utf16Decoder {
    is_big_endian: bool,
    /// Bytes of a character that has not come whole.
    carried: Vec<u8>,
    text: Vec<u8>,
}

impl Default for TextDecoder {
    fn default() -> TextDecoder {
        TextDecoder::Undecided(Vec::new())
    }
}

impl TextDecoder {
    /// Calls `each` with the text that the bytes give.
    #[inline]
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        match self {
            TextDecoder::AsItIs => each(bytes),
            TextDecoder::Utf16(decoder) => each(decoder.decode(bytes)),
            TextDecoder::Undecided(held) => {
                let n_missing = MARKS[0].len() - held.len();
                let (start, rest) = bytes.split_at(n_missing.min(bytes.len()));
                held.extend_from_slice(start);
                let Ok(start) = <[u8; 2]>::try_from(held.as_slice()) else { return };
                *self = match MARKS.iter().position(|mark| *mark == start) {
                    Some(at) => TextDecoder::Utf16(Utf16Decoder {
                        is_big_endian: at == 1,
                        carried: Vec::new(),
                        text: Vec::new(),
                    }),
                    None => {
                        each(&start);
                        TextDecoder::AsItIs
                    }
                };
                self.push(rest, each);
            }
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, mut each: impl FnMut(&[u8])) {
        match self {
            TextDecoder::Undecided(held) => each(held),
            TextDecoder::AsItIs => {}
            TextDecoder::Utf16(decoder) if decoder.carried.is_empty() => {}
            TextDecoder::Utf16(_) => each(&[NO_CHARACTER]),
        }
        *self = TextDecoder::AsItIs;
    }

    /// Whether the text is the bytes of the file.
    pub fn is_as_it_is(&self) -> bool {
        matches!(self, TextDecoder::AsItIs)
    }
}

impl Utf16Decoder {
    fn decode(&mut self, bytes: &[u8]) -> &[u8] {
        self.carried.extend_from_slice(bytes);
        let unit = |bytes: &[u8; 2]| {
            if self.is_big_endian { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) }
        };
        let (units, _) = self.carried.as_chunks::<2>();
        // The second half of a character may be in the next bytes.
        let has_half = units.last().is_some_and(|last| (0xd800..0xdc00).contains(&unit(last)));
        let units = &units[..units.len() - usize::from(has_half)];
        self.text.clear();
        for character in char::decode_utf16(units.iter().map(unit)) {
            match character {
                Ok(character) => {
                    self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Err(_) => self.text.push(NO_CHARACTER),
            }
        }
        let n_decoded = units.len() * 2;
        self.carried.drain(..n_decoded);
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], n_bytes: usize) -> Vec<u8> {
        let mut decoder = TextDecoder::default();
        let mut text = Vec::new();
        for piece in bytes.chunks(n_bytes) {
            decoder.push(piece, |piece| text.extend_from_slice(piece));
        }
        decoder.finish(|piece| text.extend_from_slice(piece));
        text
    }

    fn assert_decoded(bytes: &[u8], expected: &[u8]) {
        for n_bytes in 1..=bytes.len().max(1) {
            assert_eq!(decode(bytes, n_bytes), expected, "{n_bytes} bytes at a time");
        }
    }

    #[test]
    fn utf_16_with_a_mark_becomes_utf_8() {
        let text = "aé€𝄞\n";
        let units = || text.encode_utf16();
        let little: Vec<u8> = MARKS[0].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = MARKS[1].into_iter().chain(units().flat_map(u16::to_be_bytes)).collect();
        assert_decoded(&little, text.as_bytes());
        assert_decoded(&big, text.as_bytes());
    }

    #[test]
    fn all_else_is_left_as_it_is() {
        for text in [&b""[..], b"a", b"ab", b"\xff", b"\xfe\xfe\xff", "aé€𝄞\n".as_bytes()] {
            assert_decoded(text, text);
        }
    }

    #[test]
    fn what_is_no_character_is_no_text() {
        assert_decoded(b"\xff\xfea\0\x00\xd8b\0", b"a\xffb");
        assert_decoded(b"\xff\xfea\0\x00\xd8", b"a\xff");
        assert_decoded(b"\xff\xfea\0b", b"a\xff");
    }
}
