//! What is in a gzip file, told by its first bytes: text, gzip once more, or a tar archive.
//!
//! CloudWatch Logs sends compressed documents, which Firehose compresses again where it is told to compress; so gzip in
//! gzip is usual, and what is packed three times is not.

use super::first_bytes::{FIRST_BYTES, FirstBytes};
use super::gzip::{Damaged, GzipReader};

/// Reads a gzip file that may hold gzip.
pub struct PackedReader {
    outer: GzipReader,
    content: Content,
    /// Bytes of text that may still be passed on.
    n_left: u64,
    is_bomb: bool,
}

enum Content {
    /// Too few bytes to tell; holds them.
    Undecided(Vec<u8>),
    Text,
    Gzip(Box<GzipReader>),
    /// Read otherwise: nothing more is passed on.
    Tar,
}

impl Default for Content {
    fn default() -> Content {
        Content::Undecided(Vec::new())
    }
}

impl PackedReader {
    /// A reader that passes on so many bytes of text at most.
    pub fn new(n_text_bytes_max: u64) -> PackedReader {
        PackedReader {
            outer: GzipReader::default(),
            content: Content::default(),
            n_left: n_text_bytes_max,
            is_bomb: false,
        }
    }

    /// Inflates `bytes` and calls `each` with the text in them, piece by piece. Text before the damage is passed on too.
    /// Not to be called again after damage, or where it is a bomb.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        let PackedReader { outer, content, n_left, is_bomb } = self;
        let mut each = |piece: &[u8]| {
            let n_bytes = usize::try_from(*n_left).unwrap_or(usize::MAX).min(piece.len());
            *n_left -= n_bytes as u64;
            *is_bomb |= n_bytes < piece.len();
            each(&piece[..n_bytes]);
        };
        let mut inner = Ok(());
        outer.push(bytes, |piece| {
            if inner.is_ok() {
                inner = content.push(piece, &mut each);
            }
        })?;
        inner
    }

    /// There are no more bytes; says whether the data ends where it may.
    pub fn finish(&mut self, each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        self.end(each);
        match &self.content {
            Content::Gzip(inner) => inner.finish().and(self.outer.finish()),
            Content::Undecided(_) | Content::Text | Content::Tar => self.outer.finish(),
        }
    }

    /// Passes on what is held back, which nothing follows, if it is text.
    pub fn end(&mut self, mut each: impl FnMut(&[u8])) {
        if let Content::Undecided(head) = &mut self.content {
            let head = std::mem::take(head);
            self.content = Content::of(&head);
            if let Content::Text = self.content {
                each(&head);
            }
        }
    }

    /// Whether it is known to be a tar archive.
    pub fn is_tar(&self) -> bool {
        matches!(self.content, Content::Tar)
    }

    /// Whether there is more text, which was not passed on.
    pub fn is_bomb(&self) -> bool {
        self.is_bomb
    }

    /// How often what is in it was packed, as far as is known.
    pub fn n_packings(&self) -> u32 {
        if matches!(self.content, Content::Gzip(_)) { 2 } else { 1 }
    }
}

impl Content {
    fn of(head: &[u8]) -> Content {
        match FirstBytes::of(head) {
            FirstBytes::Gzip => Content::Gzip(Box::default()),
            FirstBytes::Tar => Content::Tar,
            // Tables and zip archives are refused by name, as text that is none.
            FirstBytes::Parquet | FirstBytes::Zip | FirstBytes::Other => Content::Text,
        }
    }

    fn push(&mut self, piece: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        match self {
            Content::Undecided(head) => {
                head.extend_from_slice(piece);
                if head.len() < FIRST_BYTES && FirstBytes::certain(head).is_none() {
                    return Ok(());
                }
                let head = std::mem::take(head);
                *self = Content::of(&head);
                self.push(&head, each)
            }
            Content::Text => {
                each(piece);
                Ok(())
            }
            Content::Gzip(inner) => inner.push(piece, each),
            Content::Tar => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// The text that is passed on, and whether there was more.
    fn read(bytes: &[u8], piece_bytes: usize, n_text_bytes_max: u64) -> (Vec<u8>, bool) {
        let mut reader = PackedReader::new(n_text_bytes_max);
        let mut text = Vec::new();
        for piece in bytes.chunks(piece_bytes) {
            reader.push(piece, |piece| text.extend_from_slice(piece)).unwrap();
            if reader.is_bomb() {
                break;
            }
        }
        (text, reader.is_bomb())
    }

    #[test]
    fn a_bomb_gives_as_much_as_it_may_however_it_is_cut() {
        let text: Vec<u8> = (0..60_000u32).map(|n| (n / 600) as u8).collect();
        for packed in [gzip(&text), gzip(&gzip(&text))] {
            for piece_bytes in [1, 7, packed.len()] {
                assert_eq!(read(&packed, piece_bytes, 50_000), (text[..50_000].to_vec(), true));
                assert_eq!(read(&packed, piece_bytes, 60_000), (text.clone(), false));
            }
        }
    }
}
