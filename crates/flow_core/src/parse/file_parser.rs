//! One file, from bytes to records: the parser that the outside drives.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::archive::{Member, MemberPlace, MemberReader};
use super::bomb;
use super::container::Container;
use super::first_bytes::{FIRST_BYTES, FirstBytes};
use super::gzip::{Damaged, GzipCursor};
use super::text::TextReader;
use super::way::Way;
use super::{Continuation, FileReport, FileState, GivenLayout, Refusal, RowSink, SourceId, given};

/// What a reader may say about files that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseOptions {
    /// Layouts of files without a header. A header in the file wins.
    pub layouts: Vec<GivenLayout>,
    /// What is read is plain text from the middle of a file, from the start of a line, and this is what the lines
    /// before it said: nothing is sniffed, nothing assumed.
    pub continues: Option<Continuation>,
    /// What is read is this member of the archive that the bytes are of, as the file that it was.
    pub member: Option<MemberPlace>,
}

/// What a parser wants to be given next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wants {
    /// The bytes behind those that were pushed last.
    Next,
    /// These bytes of the file: the first of them, in a piece of any size, after which it may want others. What is
    /// pushed beyond them is dropped.
    Range(Range<u64>),
    /// Nothing: it has work to do on what it has, and does some of it when nothing is pushed.
    Turn,
}

/// Reads one file that comes in pieces of any size; where it is cut changes nothing.
///
/// Most files are pushed from front to back. Of some the end must be read first: who drives a parser asks it before
/// each push what it [`wants`](FileParser::wants).
///
/// Never fails: what cannot be read is in the [`report`](FileParser::report).
pub struct FileParser {
    way: Way,
    text: TextReader,
    report: FileReport,
    /// Whether it is part of an archive: an archive in that is not opened.
    is_member: bool,
    /// Of an archive whose listing is over.
    members: Vec<Member>,
}

impl FileParser {
    /// A parser for the file that the reader knows as `name`, of `n_bytes` on disk.
    pub fn new(source: SourceId, name: &str, n_bytes: u64, options: &ParseOptions) -> FileParser {
        if let Some(place) = &options.member {
            let of_member = ParseOptions { member: None, ..options.clone() };
            let mut parser = FileParser::new(source, name, place.n_bytes_unpacked(), &of_member);
            parser.is_member = true;
            if let Some(compression) = place.compression() {
                parser.report.compression = compression.to_owned();
            }
            let way = Way::Member(Box::new(MemberReader::new(place.clone(), parser)));
            return FileParser::with_way(way, FileReport::new(source, name, n_bytes));
        }
        let mut report = FileReport::new(source, name, n_bytes);
        match &options.continues {
            Some(before) => {
                let text = TextReader::continuing(before, &mut report);
                FileParser { text, ..FileParser::with_way(Way::Plain, report) }
            }
            None => {
                let text = TextReader::new(given::for_file(&options.layouts, name));
                let way = Way::Undecided(Vec::new());
                FileParser { text, ..FileParser::with_way(way, report) }
            }
        }
    }

    fn with_way(way: Way, report: FileReport) -> FileParser {
        FileParser { way, text: TextReader::new(Vec::new()), report, is_member: false, members: Vec::new() }
    }

    /// What to push next.
    pub fn wants(&self) -> Wants {
        self.way.wants()
    }

    /// Whether too little has come to tell what it is.
    pub fn is_undecided(&self) -> bool {
        matches!(self.way, Way::Undecided(_))
    }

    /// How often what is pushed was packed, as far as is known: each time, a byte can have become a thousand.
    pub fn n_packings(&self) -> u32 {
        self.way.n_packings()
    }

    /// Reads on where the parser of another member of the same archive stopped, which saves unpacking all that is before
    /// this one again.
    pub fn go_on_from(&mut self, cursor: Box<GzipCursor>) {
        if let Way::Member(member) = &mut self.way {
            member.go_on_from(cursor);
        }
    }

    /// Where it stopped in an archive that is unpacked from its start; it is not to be pushed to any more.
    pub fn take_cursor(&mut self) -> Option<Box<GzipCursor>> {
        match &mut self.way {
            Way::Member(member) => member.take_cursor(),
            _ => None,
        }
    }

    /// Whether the file can be read from front to back only, or not from its middle: as a whole, by one parser.
    pub fn is_whole(&self) -> bool {
        !matches!(self.way, Way::Undecided(_) | Way::Plain)
    }

    /// Reads the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        if self.wants() == Wants::Next && !self.is_over() {
            self.report.n_bytes_read += bytes.len() as u64;
        }
        if self.report.state == FileState::Waiting {
            self.report.state = FileState::Reading;
        }
        if let Way::Undecided(held) = &mut self.way {
            held.extend_from_slice(bytes);
            if held.len() >= FIRST_BYTES || FirstBytes::certain(held).is_some() {
                self.decide_and_read_held(sink);
            }
        } else {
            self.read(bytes, sink);
        }
        if matches!(self.way, Way::Over) {
            // How many bytes came with the last that changed anything is chance; the others need not come.
            self.report.n_bytes_read = self.report.n_bytes_read.max(self.report.n_bytes);
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, sink: &mut impl RowSink) {
        self.decide_and_read_held(sink);
        let FileParser { way, text, report, members, .. } = self;
        match way {
            Way::Over => return,
            Way::Parquet(parquet) => {
                parquet.finish(report, sink);
                *way = Way::Over;
                return;
            }
            Way::Archive(archive) => {
                archive.finish(report);
                *members = archive.take_members();
                *way = Way::Over;
                return;
            }
            Way::Member(member) => return member.finish(sink),
            Way::Gzip(packed) => {
                let whole = packed.finish(|piece| text.push(piece, report, sink));
                if packed.is_tar() {
                    return self.end_tar_in_gzip(sink);
                }
                match whole {
                    Ok(()) => text.finish(report, sink),
                    Err(Damaged) => text.damaged(report, sink),
                }
            }
            Way::Undecided(_) | Way::Plain => text.finish(report, sink),
        }
        self.way = Way::Over;
        if self.text.is_description() {
            self.report.state = FileState::Described("a description of AWS resources".to_owned());
        } else if !self.text.is_over() {
            self.report.state = FileState::Read;
        }
    }

    /// Stops reading; the records that the sink has stay. A line that has not ended is not counted.
    pub fn cancel(&mut self) {
        self.stop(FileState::Cancelled);
    }

    /// The file itself cannot be read any further; `words` are the system's.
    pub fn fail(&mut self, words: &str) {
        self.stop(FileState::Failed(words.to_owned()));
    }

    /// There is more of the file, but nobody can read it.
    pub fn damaged(&mut self, sink: &mut impl RowSink) {
        self.decide_and_read_held(sink);
        match &mut self.way {
            Way::Over => return,
            Way::Plain | Way::Gzip(_) => {
                let FileParser { way, text, report, .. } = self;
                if let Way::Gzip(packed) = way {
                    packed.end(|piece| text.push(piece, report, sink));
                    if packed.is_tar() {
                        return self.end_tar_in_gzip(sink);
                    }
                }
                text.damaged(report, sink);
            }
            _ => return self.finish(sink),
        }
        self.way = Way::Over;
        if !self.text.is_over() {
            self.report.state = FileState::Read;
        }
    }

    /// Reads no more, for a reason that lies in what the file is in.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.stop(FileState::Refused(refusal));
    }

    /// Whether more bytes would change nothing, so that the driver may stop reading.
    pub fn is_over(&self) -> bool {
        self.way.is_over()
    }

    /// What is in the file, if it is an archive and all of that is known.
    pub fn take_members(&mut self) -> Vec<Member> {
        std::mem::take(&mut self.members)
    }

    /// What the file says about the account, if that is what it is and all of it was read.
    pub fn take_description(&mut self) -> Option<Vec<u8>> {
        match &mut self.way {
            Way::Member(member) => member.parser_mut().take_description(),
            _ if matches!(self.report.state, FileState::Described(_)) => self.text.take_description(),
            _ => None,
        }
    }

    /// What the lines so far say about those that follow; `None` where that is not known yet, or the file is not
    /// plain text, so that its middle cannot be read by itself.
    pub fn continuation(&self) -> Option<Continuation> {
        self.text.continuation(&self.report).filter(|_| self.report.compression == "none")
    }

    pub fn report(&self) -> &FileReport {
        match &self.way {
            Way::Member(member) => member.parser().report(),
            _ => &self.report,
        }
    }

    /// The report of a file that is finished, without the buffers it was read with.
    pub fn into_report(self) -> FileReport {
        match self.way {
            Way::Member(member) => member.into_parser().into_report(),
            _ => self.report,
        }
    }

    fn stop(&mut self, state: FileState) {
        if let Way::Member(member) = &mut self.way {
            member.parser_mut().stop(state);
        } else if !self.is_over() {
            self.way = Way::Over;
            self.report.state = state;
        }
    }

    fn decide_and_read_held(&mut self, sink: &mut impl RowSink) {
        if let Way::Undecided(held) = &mut self.way {
            let held = std::mem::take(held);
            self.way = Way::of(&held, self.is_member, &mut self.report);
            if self.wants() == Wants::Next {
                self.read(&held, sink);
            } else {
                // What came so far is asked for again, if it is wanted at all.
                self.report.n_bytes_read = 0;
            }
        }
    }

    /// What came so far is asked for again: it was unpacked to tell what it is.
    fn open_tar_in_gzip(&mut self) {
        if self.is_member {
            return self.refuse(Container::Tar.refusal().expect("it is refused where it is not opened"));
        }
        self.way = Way::tar_in_gzip(&mut self.report);
        self.report.n_bytes_read = 0;
    }

    /// A tar archive that ends in its first head, so that nothing of it need be asked for.
    fn end_tar_in_gzip(&mut self, sink: &mut impl RowSink) {
        self.open_tar_in_gzip();
        self.finish(sink);
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        let FileParser { way, text, report, .. } = self;
        let mut pass_on = |piece: &[u8]| text.push(piece, report, sink);
        match way {
            Way::Plain => pass_on(bytes),
            Way::Gzip(packed) => {
                let is_damaged = packed.push(bytes, &mut pass_on).is_err();
                if is_damaged {
                    packed.end(&mut pass_on);
                }
                // Whether the damage comes with the archive's head depends on how the bytes were cut.
                if packed.is_tar() {
                    self.open_tar_in_gzip();
                } else if packed.is_bomb() {
                    self.fail(&bomb::words());
                } else if is_damaged {
                    text.damaged(report, sink);
                    if !text.is_over() {
                        report.state = FileState::Read;
                    }
                    *way = Way::Over;
                }
            }
            Way::Parquet(parquet) => {
                parquet.push(bytes, report, sink);
                if parquet.is_over() {
                    *way = Way::Over;
                }
            }
            Way::Archive(archive) => {
                archive.push(bytes, report);
                if archive.is_over() {
                    self.members = archive.take_members();
                    *way = Way::Over;
                }
            }
            Way::Member(member) => member.push(bytes, sink),
            Way::Undecided(_) | Way::Over => {}
        }
        if self.text.is_over() {
            self.way = Way::Over;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::packed::PackedReader;
    use super::super::sniff::SNIFF_BYTES_MAX;
    use super::super::{Layout, RawRow};
    use super::*;

    /// Counts; that is all these tests need.
    #[derive(Default)]
    struct Count {
        n_rows: usize,
    }

    impl RowSink for Count {
        fn begin(&mut self, _source: SourceId, _layout: &Layout) {}

        fn row(&mut self, _row: RawRow<'_>) {
            self.n_rows += 1;
        }

        fn status_record(&mut self, _row: RawRow<'_>) {}
    }

    fn parser() -> FileParser {
        FileParser::new(SourceId(0), "a.log", 0, &ParseOptions::default())
    }

    /// Enough rows that reading begins before the end.
    fn long_text() -> String {
        let row = "10.0.0.1 10.0.0.2 443\n";
        format!("srcaddr dstaddr dstport\n{}", row.repeat(2 * SNIFF_BYTES_MAX / row.len()))
    }

    #[test]
    fn a_refused_file_need_not_be_read_to_its_end() {
        let (mut parser, mut count) = (parser(), Count::default());
        parser.push("it is a long story\n".repeat(SNIFF_BYTES_MAX).as_bytes(), &mut count);
        assert!(parser.is_over());
        parser.push(long_text().as_bytes(), &mut count);
        parser.finish(&mut count);
        assert!(matches!(parser.report().state, FileState::Refused(_)));
        assert_eq!((count.n_rows, parser.report().lines.total()), (0, 0));
    }

    #[test]
    fn what_was_read_before_stopping_stays_and_nothing_more_comes() {
        let text = long_text();
        for stop in [FileParser::cancel, |parser: &mut FileParser| parser.fail("gone")] {
            let (mut parser, mut count) = (parser(), Count::default());
            parser.push(&text.as_bytes()[..text.len() - 10], &mut count);
            assert_eq!(parser.report().state, FileState::Reading);
            let n_rows = count.n_rows;
            assert!(n_rows > 1_000 && !parser.is_over());
            stop(&mut parser);
            parser.push(text.as_bytes(), &mut count);
            parser.finish(&mut count);
            assert_eq!(count.n_rows, n_rows);
            assert_eq!(parser.report().lines.rows, n_rows as u64);
            assert!(matches!(&parser.report().state, FileState::Cancelled | FileState::Failed(_)));
        }
    }

    #[test]
    fn of_what_unpacks_too_far_the_rows_before_stay_and_it_is_said() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, long_text().as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let n_rows_within = |n_text_bytes_max: usize| {
            let (mut parser, mut count) = (parser(), Count::default());
            parser.way = Way::Gzip(Box::new(PackedReader::new(n_text_bytes_max as u64)));
            parser.push(&packed, &mut count);
            parser.finish(&mut count);
            assert_eq!(parser.report().lines.rows, count.n_rows as u64);
            (count.n_rows, parser.report().state.clone())
        };
        let n_bytes = long_text().len();
        let (n_rows, state) = n_rows_within(n_bytes);
        assert_eq!(state, FileState::Read);
        assert_eq!(n_rows_within(n_bytes - 22), (n_rows - 1, FileState::Failed(bomb::words())));
    }

    #[test]
    fn stopping_does_not_change_how_a_file_ended() {
        let (mut parser, mut count) = (parser(), Count::default());
        parser.push(b"srcaddr dstaddr dstport\n", &mut count);
        parser.finish(&mut count);
        parser.cancel();
        assert_eq!(parser.report().state, FileState::Read);
    }
}
