//! Inflates gzip data as it comes.
//!
//! Files on S3 may be several gzip members one after the other, or be padded with zeros; both are read to
//! the end. Inflating a few bytes can give very much text, so it is passed on in pieces of a fixed size and
//! never held.

mod head;

use head::Head;

use super::crc32::Crc32;
use super::deflate::{Inflater, Paused};

/// The first bytes of every gzip member.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The data is corrupt or ends early; nothing after this can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// Reads one file, however many members it has.
#[derive(Default)]
pub struct GzipReader {
    place: Place,
    inflater: Inflater,
    /// Of the member's text so far.
    checksum: Crc32,
    /// Bytes of it, of which gzip knows the lowest 32 bits.
    n_bytes: u32,
}

/// What comes next.
enum Place {
    Head(Head),
    Text,
    Checksum,
    Length,
    /// Another member, or none.
    Between,
}

impl Default for Place {
    fn default() -> Place {
        Place::Head(Head::default())
    }
}

impl GzipReader {
    /// Inflates `bytes` and calls `each` with the text they give, piece by piece. Text before the damage is
    /// passed on too. Not to be called again after damage.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        loop {
            let paused = self.inflate(&mut bytes);
            let piece = self.inflater.pass(usize::MAX);
            if !piece.is_empty() {
                each(piece);
            }
            if paused? == Paused::Starved {
                return Ok(());
            }
        }
    }

    /// Inflates until there is text to be passed on or more input is needed.
    fn inflate(&mut self, input: &mut &[u8]) -> Result<Paused, Damaged> {
        loop {
            if let Place::Text = self.place {
                let paused = self.inflater.inflate(input);
                let text = self.inflater.pending();
                self.checksum.update(text);
                self.n_bytes = self.n_bytes.wrapping_add(text.len() as u32);
                if paused? != Paused::End {
                    return paused;
                }
                self.place = Place::Checksum;
                if !self.inflater.pending().is_empty() {
                    return Ok(Paused::Full);
                }
            }
            let n_bytes = if let Place::Checksum | Place::Length = self.place { 4 } else { 1 };
            let Some(number) = self.inflater.take_bytes(n_bytes, input) else { return Ok(Paused::Starved) };
            self.read(number)?;
        }
    }

    /// Reads on in what is no text.
    fn read(&mut self, number: u32) -> Result<(), Damaged> {
        let (is_well, place) = match &mut self.place {
            // Zeros are padding, to a tape block once; anything else must be another member.
            Place::Between if number == 0 => (true, Place::Between),
            Place::Between => {
                self.place = Place::Head(Head::default());
                return self.read(number);
            }
            Place::Head(head) => {
                let is_over = head.push(number as u8)?;
                if !is_over {
                    return Ok(());
                }
                self.inflater.begin();
                (self.checksum, self.n_bytes) = (Crc32::default(), 0);
                (true, Place::Text)
            }
            Place::Checksum => (number == self.checksum.sum(), Place::Length),
            Place::Length => (number == self.n_bytes, Place::Between),
            Place::Text => unreachable!("it is inflated"),
        };
        self.place = place;
        if is_well { Ok(()) } else { Err(Damaged) }
    }

    /// There are no more bytes; says whether the data ends where it may.
    pub fn finish(&self) -> Result<(), Damaged> {
        if let Place::Between = self.place { Ok(()) } else { Err(Damaged) }
    }
}

/// Gzip data that is read on by one reader where the last one stopped, and where that is.
#[derive(Default)]
pub struct GzipCursor {
    reader: GzipReader,
    /// Bytes of the file that were taken.
    n_packed: u64,
    /// Bytes of text that were given, which may be fewer than were inflated.
    n_unpacked: u64,
    damage: Option<Damaged>,
}

impl GzipCursor {
    pub fn n_packed(&self) -> u64 {
        self.n_packed
    }

    pub fn n_unpacked(&self) -> u64 {
        self.n_unpacked
    }

    /// Gives the next piece of text, of at most so many bytes; `bytes` begin where the last ones taken ended, and need not
    /// all be taken. Gives nothing where more of them are needed.
    pub fn read(&mut self, mut bytes: &[u8], n_bytes_max: u64) -> Result<&[u8], Damaged> {
        let has_text = |reader: &GzipReader| !reader.inflater.pending().is_empty();
        if !has_text(&self.reader) && self.damage.is_none() {
            let n_before = bytes.len();
            self.damage = self.reader.inflate(&mut bytes).err();
            self.n_packed += (n_before - bytes.len()) as u64;
        }
        if let Some(damaged) = self.damage.filter(|_| !has_text(&self.reader)) {
            return Err(damaged);
        }
        let text = self.reader.inflater.pass(usize::try_from(n_bytes_max).unwrap_or(usize::MAX));
        self.n_unpacked += text.len() as u64;
        Ok(text)
    }

    /// There are no more bytes; says whether the data ends where it may.
    pub fn finish(&self) -> Result<(), Damaged> {
        self.damage.map_or_else(|| self.reader.finish(), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::super::deflate::PIECE_BYTES_MAX;
    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(bytes: &[u8], n_bytes: usize) -> (Vec<u8>, Result<(), Damaged>) {
        let mut reader = GzipReader::default();
        let mut text = Vec::new();
        for bytes in bytes.chunks(n_bytes) {
            if let Err(damaged) = reader.push(bytes, |piece| text.extend_from_slice(piece)) {
                return (text, Err(damaged));
            }
        }
        (text, reader.finish())
    }

    #[test]
    fn members_and_padding_are_read_to_the_end() {
        let bytes = [gzip(b"one\n"), gzip(b""), gzip(b"two\n"), vec![0; 600]].concat();
        for n_bytes in [1, 7, bytes.len()] {
            assert_eq!(inflate(&bytes, n_bytes), (b"one\ntwo\n".to_vec(), Ok(())));
        }
    }

    #[test]
    fn data_cut_anywhere_gives_the_text_before_and_is_damaged() {
        let text: Vec<u8> = (0..1_000).flat_map(|n: u32| n.to_string().into_bytes()).collect();
        let bytes = gzip(&text);
        for end in (1..bytes.len()).step_by(7) {
            let (before, result) = inflate(&bytes[..end], 100);
            assert!(text.starts_with(&before), "cut at {end}");
            assert_eq!(result, Err(Damaged), "cut at {end}");
        }
        assert_eq!(inflate(&bytes, 100), (text, Ok(())));
    }

    #[test]
    fn a_wrong_checksum_and_trailing_rubbish_are_damage() {
        let mut bytes = gzip(b"one\n");
        assert_eq!(inflate(&[&bytes[..], b"rubbish"].concat(), 3), (b"one\n".to_vec(), Err(Damaged)));
        let checksum = bytes.len() - 8;
        bytes[checksum] ^= 1;
        assert_eq!(inflate(&bytes, 3), (b"one\n".to_vec(), Err(Damaged)));
    }

    #[test]
    fn a_bomb_is_passed_on_in_pieces() {
        let bomb = gzip(&vec![b'x'; 20 * PIECE_BYTES_MAX]);
        let (mut n_pieces, mut n_bytes) = (0, 0);
        let mut each = |piece: &[u8]| {
            assert!(piece.len() <= PIECE_BYTES_MAX);
            n_pieces += 1;
            n_bytes += piece.len();
        };
        assert_eq!(GzipReader::default().push(&bomb, &mut each), Ok(()));
        assert_eq!(n_bytes, 20 * PIECE_BYTES_MAX);
        assert!(n_pieces >= 20);
    }
}
