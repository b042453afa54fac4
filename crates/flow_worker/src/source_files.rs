//! The files that were opened, and where each is being read.

use std::collections::HashMap;

use web_sys::File;

use crate::buffer::Buffer;
use crate::file_bytes::FileBytes;

/// Sources whose first bytes the browser reads while another one is parsed: opening a file takes longer than parsing a
/// small one.
const SOURCES_AHEAD: usize = 4;

/// The number of a file, and a byte of it.
pub type Place = (u32, u64);

#[derive(Default)]
pub struct SourceFiles {
    files: HashMap<u32, File>,
    /// Begun and not yet read from, by where they begin.
    ahead: Vec<(Place, FileBytes)>,
    /// The memory that the last file's bytes were in.
    spare: Buffer,
}

/// A file being read, and what of its last bytes is not parsed yet.
pub struct Reading {
    file: u32,
    /// Of the next byte to be parsed.
    offset: u64,
    source: FileBytes,
    buffer: Buffer,
    n_parsed: usize,
}

impl SourceFiles {
    pub fn add(&mut self, number: u32, file: File) {
        self.files.insert(number, file);
    }

    /// Lets the browser fetch the first bytes of those that are read next, and of no others.
    pub fn look_ahead(&mut self, upcoming: impl Iterator<Item = Place>) {
        let upcoming: Vec<Place> = upcoming.take(SOURCES_AHEAD).collect();
        self.ahead.retain(|(place, _)| upcoming.contains(place));
        for place in upcoming {
            if !self.ahead.iter().any(|(known, _)| *known == place)
                && let Some(mut bytes) = self.open(place)
            {
                bytes.begin();
                self.ahead.push((place, bytes));
            }
        }
    }

    /// A reading at this place, the last one if that is where it is; `None` where the file is not here.
    pub fn read(&mut self, last: Option<Reading>, place: Place) -> Option<Reading> {
        if let Some(mut last) = last {
            if last.skip_to(place) {
                return Some(last);
            }
            self.spare = last.buffer;
        }
        let at = self.ahead.iter().position(|(known, _)| *known == place);
        let source = at.map(|at| self.ahead.swap_remove(at).1).or_else(|| self.open(place))?;
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.clear();
        Some(Reading { file: place.0, offset: place.1, source, buffer, n_parsed: 0 })
    }

    fn open(&self, (file, offset): Place) -> Option<FileBytes> {
        Some(FileBytes::new(self.files.get(&file)?.clone().into(), offset))
    }
}

impl Reading {
    /// Goes on at a place that is in the bytes at hand, as the next member of an archive nearly always is, or bytes that
    /// were given and not taken; false where it is elsewhere.
    fn skip_to(&mut self, (file, offset): Place) -> bool {
        let n_bytes = self.buffer.bytes().len() as u64;
        let first = self.offset - self.n_parsed as u64;
        let Some(n_parsed) = offset.checked_sub(first).filter(|n| *n <= n_bytes) else { return false };
        if file != self.file {
            return false;
        }
        self.n_parsed = n_parsed as usize;
        self.offset = offset;
        true
    }

    /// Makes sure that there are bytes to parse; false at the end of the file.
    pub async fn fill(&mut self) -> Result<bool, String> {
        if self.n_parsed == self.buffer.bytes().len() {
            self.n_parsed = 0;
            return self.source.next(&mut self.buffer).await;
        }
        Ok(true)
    }

    pub fn take(&mut self, n_bytes_max: usize) -> &[u8] {
        let first = self.n_parsed;
        let bytes = self.buffer.bytes();
        self.n_parsed = bytes.len().min(first + n_bytes_max);
        self.offset += (self.n_parsed - first) as u64;
        &bytes[first..self.n_parsed]
    }
}
