//! What is in a gzip file, told by its first bytes: text, gzip once more, or a tar archive.
//!
//! CloudWatch Logs sends compressed documents, which Firehose compresses again where it is told to compress; so gzip in
//! gzip is usual, and what is packed three times is not.

use super::archive::looks_like_tar;
use super::gzip::{Damaged, GzipReader, MAGIC};

/// The head of a tar archive's first member: enough to tell.
const HEAD_BYTES: usize = 512;

/// Reads a gzip file that may hold gzip.
#[derive(Default)]
pub struct PackedReader {
    outer: GzipReader,
    content: Content,
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
    /// Inflates `bytes` and calls `each` with the text in them, piece by piece. Text before the damage is passed on too.
    /// Not to be called again after damage.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        let PackedReader { outer, content } = self;
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

    /// Passes on what is held back, which nothing follows.
    pub fn end(&mut self, mut each: impl FnMut(&[u8])) {
        if let Content::Undecided(head) = &mut self.content {
            each(&std::mem::take(head));
            self.content = Content::Text;
        }
    }

    /// Whether it is known to be a tar archive.
    pub fn is_tar(&self) -> bool {
        matches!(self.content, Content::Tar)
    }

    /// How often what is in it was packed, as far as is known.
    pub fn n_packings(&self) -> u32 {
        if matches!(self.content, Content::Gzip(_)) { 2 } else { 1 }
    }
}

impl Content {
    fn push(&mut self, piece: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), Damaged> {
        match self {
            Content::Undecided(head) => {
                head.extend_from_slice(piece);
                let is_gzip = head.starts_with(&MAGIC);
                if !is_gzip && head.len() < HEAD_BYTES {
                    return Ok(());
                }
                let head = std::mem::take(head);
                *self = if is_gzip {
                    Content::Gzip(Box::default())
                } else if looks_like_tar(&head) {
                    Content::Tar
                } else {
                    Content::Text
                };
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
