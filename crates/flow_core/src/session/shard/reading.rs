//! What a shard reads: the stretch under way and those that wait, and which bytes belong to a stretch.
//!
//! A stretch has the lines that begin in its range, so its text goes from the first line begun at or after its start
//! to the end of the last line begun before its end. Both are found by the same rule: a line begins where a line
//! feed, or the file, was just before.

use std::collections::VecDeque;

use memchr::memchr;

use super::kept::Kept;
use crate::parse::gzip::GzipCursor;
use crate::parse::{FileParser, FileState, SourceId, Wants};
use crate::session::shard_message::{Deal, ShardReply, Stretch};
use crate::store::{Mark, Store};

/// Bytes of a plain file parsed in one push: what it touches stays in the cache.
const PLAIN_PIECE_BYTES: usize = 1024 * 1024;

/// The same for a file that is compressed, or may be: a byte can stand for a thousand.
pub const PACKED_PIECE_BYTES: usize = 32 * 1024;

/// The same for what is compressed again: a byte can stand for a million.
const REPACKED_PIECE_BYTES: usize = 1024;

#[derive(Default)]
pub struct ReadingList {
    waiting: VecDeque<Stretch>,
    current: Option<Reading>,
    /// Where the rows of each stretch begin that may have to be taken back, in the order of reading.
    marks: Vec<(Deal, Mark)>,
    /// The archive that a member was unpacked from last, and how far: the next one is behind it.
    unpacked: Option<(u32, Box<GzipCursor>)>,
}

/// A stretch under way.
pub struct Reading {
    stretch: Stretch,
    parser: FileParser,
    /// Of the next byte that comes.
    offset: u64,
    /// Whether the first line of the stretch is still to come.
    is_before: bool,
    /// Whether it is known that the stretch ends where it was said to.
    is_recognised: bool,
    is_over: bool,
}

impl ReadingList {
    pub fn add(&mut self, stretch: Stretch) {
        self.waiting.push_back(stretch);
    }

    /// What to read now, if anything.
    pub fn next(&mut self, store: &Store) -> Option<SourceId> {
        if self.current.is_none() {
            let stretch = self.waiting.pop_front()?;
            self.marks.push((stretch.deal, store.mark()));
            let mut reading = Reading::new(stretch);
            if let Some((_, cursor)) = self.unpacked.take_if(|(file, _)| *file == reading.stretch.file) {
                reading.parser.go_on_from(cursor);
            }
            self.current = Some(reading);
        }
        self.current.as_ref().map(|reading| reading.stretch.source)
    }

    pub fn waiting(&self) -> impl Iterator<Item = &Stretch> {
        self.waiting.iter()
    }

    pub fn current(&self) -> Option<&Reading> {
        self.current.as_ref()
    }

    /// The one of this number, if it is under way.
    pub fn of(&mut self, source: SourceId) -> Option<&mut Reading> {
        self.current.as_mut().filter(|reading| reading.stretch.source == source)
    }

    /// Takes the stretch under way out, as it ended.
    pub fn end(&mut self) -> Option<Reading> {
        let mut reading = self.current.take()?;
        self.unpacked = reading.parser.take_cursor().map(|cursor| (reading.stretch.file, cursor));
        Some(reading)
    }

    /// Stops reading; gives the stretch under way, as far as it came.
    pub fn stop(&mut self) -> Option<Reading> {
        self.waiting.clear();
        let mut reading = self.current.take()?;
        reading.parser.cancel();
        Some(reading)
    }

    /// Forgets this stretch and all that came after it; where its rows began, if it was begun.
    pub fn take_back(&mut self, deal: Deal) -> Option<Mark> {
        if let Some(at) = self.waiting.iter().position(|stretch| stretch.deal == deal) {
            self.waiting.truncate(at);
            return None;
        }
        let at = self.marks.iter().position(|(known, _)| *known == deal)?;
        self.waiting.clear();
        self.current = None;
        let mark = self.marks[at].1;
        self.marks.truncate(at);
        Some(mark)
    }
}

impl Reading {
    fn new(stretch: Stretch) -> Reading {
        let parser = FileParser::new(stretch.source, &stretch.name, stretch.n_bytes, &stretch.options);
        Reading {
            parser,
            offset: stretch.first_byte(),
            is_before: stretch.start > 0,
            is_recognised: stretch.start > 0 || stretch.end.is_none(),
            is_over: false,
            stretch,
        }
    }

    pub fn deal(&self) -> Deal {
        self.stretch.deal
    }

    pub fn place(&self) -> (u32, u64) {
        let offset = match self.parser.wants() {
            Wants::Range(range) => range.start,
            Wants::Next | Wants::Turn => self.offset,
        };
        (self.stretch.file, offset)
    }

    /// Whether there is work to do without more bytes.
    pub fn has_work(&self) -> bool {
        self.parser.wants() == Wants::Turn
    }

    pub fn parser(&self) -> &FileParser {
        &self.parser
    }

    pub fn is_over(&self) -> bool {
        self.is_over || self.parser.is_over()
    }

    pub fn piece_bytes(&self) -> usize {
        let n_bytes = match self.parser.n_packings() {
            0 => PLAIN_PIECE_BYTES,
            1 => PACKED_PIECE_BYTES,
            _ => REPACKED_PIECE_BYTES,
        };
        match self.parser.wants() {
            Wants::Range(range) => {
                usize::try_from(range.end - range.start).map_or(n_bytes, |n| n.min(n_bytes))
            }
            Wants::Next | Wants::Turn => n_bytes,
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], kept: &mut Kept, reply: &mut dyn FnMut(ShardReply)) {
        if self.is_over() {
            return;
        }
        if self.is_before {
            let skipped = memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
            self.is_before = !bytes[..skipped].ends_with(b"\n");
            self.offset += skipped as u64;
            bytes = &bytes[skipped..];
            // No line begins in the range.
            self.is_over = self.stretch.end.is_some_and(|end| self.offset >= end);
            if self.is_before || self.is_over {
                return;
            }
        }
        let end = self.stretch.end.and_then(|end| self.n_bytes_within(bytes, end));
        self.read(&bytes[..end.unwrap_or(bytes.len())], kept);
        self.recognise(end.is_some(), reply);
        if let Some(end) = end {
            // The end is believed where the next stretch can be read by itself.
            self.is_over = self.stretch.end.is_some();
            if !self.is_over {
                self.read(&bytes[end..], kept);
            }
        }
    }

    fn read(&mut self, bytes: &[u8], kept: &mut Kept) {
        self.offset += bytes.len() as u64;
        kept.push(&mut self.parser, bytes);
    }

    /// How many of these bytes belong to lines that begin before `end`; `None` where the last of those goes on.
    fn n_bytes_within(&self, bytes: &[u8], end: u64) -> Option<usize> {
        let last = usize::try_from((end - 1).saturating_sub(self.offset)).ok()?;
        let line_end = memchr(b'\n', bytes.get(last..)?)?;
        Some(last + line_end + 1)
    }

    /// Says, of a first stretch, whether others can follow it.
    fn recognise(&mut self, has_end_come: bool, reply: &mut dyn FnMut(ShardReply)) {
        if self.is_recognised {
            return;
        }
        let continuation = self.parser.continuation();
        let is_whole =
            continuation.is_none() && (has_end_come || self.parser.is_over() || self.parser.is_whole());
        if continuation.is_some() || is_whole {
            self.is_recognised = true;
            if is_whole {
                self.stretch.end = None;
            }
            reply(ShardReply::Recognised { deal: self.stretch.deal, continuation });
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, kept: &mut Kept, reply: &mut dyn FnMut(ShardReply)) {
        if !self.is_over() {
            kept.finish(&mut self.parser);
            self.recognise(true, reply);
        }
    }

    pub fn fail(&mut self, message: &str) {
        self.parser.fail(message);
    }

    /// What is said of it at its end.
    pub fn into_reply(mut self, kept: &mut Kept) -> ShardReply {
        if self.is_over {
            kept.finish(&mut self.parser);
        }
        let continuation = self.parser.continuation();
        let members = self.parser.take_members();
        let description = self.parser.take_description();
        let report = self.parser.into_report();
        let continuation = continuation.filter(|_| report.state == FileState::Read);
        ShardReply::Ended { deal: self.stretch.deal, report, members, description, continuation }
    }
}
