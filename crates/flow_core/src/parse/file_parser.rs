//! One file, from bytes to records: the parser that the outside drives.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::archive::{ArchiveReader, Member, MemberPlace, MemberReader};
use super::bomb;
use super::container::Container;
use super::encoding::TextDecoder;
use super::first_bytes::{FIRST_BYTES, FirstBytes};
use super::gzip::{self, Damaged, GzipCursor};
use super::packed::PackedReader;
use super::parquet::ParquetReader;
use super::text::TextReader;
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
    intake: Intake,
    decoder: TextDecoder,
    text: TextReader,
    report: FileReport,
    /// Whether it is part of an archive: an archive in that is not opened.
    is_member: bool,
    /// Of an archive whose listing is over.
    members: Vec<Member>,
}

/// Bytes to bytes of text, or to records.
enum Intake {
    /// Too few bytes to tell; holds them.
    Undecided(Vec<u8>),
    Plain,
    Gzip(Box<PackedReader>),
    Parquet(Box<ParquetReader>),
    Archive(Box<ArchiveReader>),
    /// Somebody else's file in this one.
    Member(Box<MemberReader>),
    /// Nothing more is read: refused, cancelled, damaged or finished.
    Over,
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
            let intake = Intake::Member(Box::new(MemberReader::new(place.clone(), parser)));
            return FileParser::with_intake(intake, FileReport::new(source, name, n_bytes));
        }
        let mut report = FileReport::new(source, name, n_bytes);
        match &options.continues {
            Some(before) => {
                let text = TextReader::continuing(before, &mut report);
                let decoder = TextDecoder::AsItIs;
                FileParser { text, decoder, ..FileParser::with_intake(Intake::Plain, report) }
            }
            None => {
                let text = TextReader::new(given::for_file(&options.layouts, name));
                let intake = Intake::Undecided(Vec::new());
                FileParser { text, ..FileParser::with_intake(intake, report) }
            }
        }
    }

    fn with_intake(intake: Intake, report: FileReport) -> FileParser {
        FileParser {
            intake,
            decoder: TextDecoder::default(),
            text: TextReader::new(Vec::new()),
            report,
            is_member: false,
            members: Vec::new(),
        }
    }

    /// What to push next.
    pub fn wants(&self) -> Wants {
        match &self.intake {
            Intake::Parquet(parquet) => parquet.wants().map_or(Wants::Turn, Wants::Range),
            Intake::Archive(archive) => Wants::Range(archive.wants()),
            Intake::Member(member) => member.wants(),
            Intake::Undecided(_) | Intake::Plain | Intake::Gzip(_) | Intake::Over => Wants::Next,
        }
    }

    /// Whether too little has come to tell what it is.
    pub fn is_undecided(&self) -> bool {
        matches!(self.intake, Intake::Undecided(_))
    }

    /// How often what is pushed was packed, as far as is known: each time, a byte can have become a thousand.
    pub fn n_packings(&self) -> u32 {
        match &self.intake {
            Intake::Undecided(_) => 1,
            Intake::Gzip(packed) => packed.n_packings(),
            Intake::Member(member) => member.n_packings(),
            Intake::Archive(archive) => u32::from(archive.unpacks()),
            Intake::Plain | Intake::Parquet(_) | Intake::Over => 0,
        }
    }

    /// Reads on where the parser of another member of the same archive stopped, which saves unpacking all that is before
    /// this one again.
    pub fn go_on_from(&mut self, cursor: Box<GzipCursor>) {
        if let Intake::Member(member) = &mut self.intake {
            member.go_on_from(cursor);
        }
    }

    /// Where it stopped in an archive that is unpacked from its start; it is not to be pushed to any more.
    pub fn take_cursor(&mut self) -> Option<Box<GzipCursor>> {
        match &mut self.intake {
            Intake::Member(member) => member.take_cursor(),
            _ => None,
        }
    }

    /// Whether the file can be read from front to back only, or not from its middle: as a whole, by one parser.
    pub fn is_whole(&self) -> bool {
        !matches!(self.intake, Intake::Undecided(_) | Intake::Plain)
    }

    /// Reads the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        if self.wants() == Wants::Next && !self.is_over() {
            self.report.n_bytes_read += bytes.len() as u64;
        }
        if self.report.state == FileState::Waiting {
            self.report.state = FileState::Reading;
        }
        if let Intake::Undecided(held) = &mut self.intake {
            held.extend_from_slice(bytes);
            if held.len() >= FIRST_BYTES || FirstBytes::certain(held).is_some() {
                self.decide_and_read_held(sink);
            }
        } else {
            self.read(bytes, sink);
        }
        if matches!(self.intake, Intake::Over) {
            // How many bytes came with the last that changed anything is chance; the others need not come.
            self.report.n_bytes_read = self.report.n_bytes_read.max(self.report.n_bytes);
        }
    }

    /// There are no more bytes.
    pub fn finish(&mut self, sink: &mut impl RowSink) {
        self.decide_and_read_held(sink);
        let FileParser { intake, decoder, text, report, members, .. } = self;
        match intake {
            Intake::Over => return,
            Intake::Parquet(parquet) => {
                parquet.finish(report, sink);
                *intake = Intake::Over;
                return;
            }
            Intake::Archive(archive) => {
                archive.finish(report);
                *members = archive.take_members();
                *intake = Intake::Over;
                return;
            }
            Intake::Member(member) => return member.finish(sink),
            Intake::Gzip(packed) => {
                let whole =
                    packed.finish(|piece| decoder.push(piece, |piece| text.push(piece, report, sink)));
                if packed.is_tar() {
                    return self.end_tar_in_gzip(sink);
                }
                decoder.finish(|piece| text.push(piece, report, sink));
                match whole {
                    Ok(()) => text.finish(report, sink),
                    Err(Damaged) => text.damaged(report, sink),
                }
            }
            Intake::Undecided(_) | Intake::Plain => {
                decoder.finish(|piece| text.push(piece, report, sink));
                text.finish(report, sink);
            }
        }
        self.intake = Intake::Over;
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
        match &mut self.intake {
            Intake::Over => return,
            Intake::Plain | Intake::Gzip(_) => {
                let FileParser { intake, decoder, text, report, .. } = self;
                if let Intake::Gzip(packed) = intake {
                    packed.end(|piece| decoder.push(piece, |piece| text.push(piece, report, sink)));
                    if packed.is_tar() {
                        return self.end_tar_in_gzip(sink);
                    }
                }
                decoder.finish(|piece| text.push(piece, report, sink));
                text.damaged(report, sink);
            }
            _ => return self.finish(sink),
        }
        self.intake = Intake::Over;
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
        match &self.intake {
            Intake::Over => true,
            Intake::Member(member) => member.is_over(),
            _ => false,
        }
    }

    /// What is in the file, if it is an archive and all of that is known.
    pub fn take_members(&mut self) -> Vec<Member> {
        std::mem::take(&mut self.members)
    }

    /// What the file says about the account, if that is what it is and all of it was read.
    pub fn take_description(&mut self) -> Option<Vec<u8>> {
        match &mut self.intake {
            Intake::Member(member) => member.parser_mut().take_description(),
            _ if matches!(self.report.state, FileState::Described(_)) => self.text.take_description(),
            _ => None,
        }
    }

    /// What the lines so far say about those that follow; `None` where that is not known yet, or the file is not
    /// plain text, so that its middle cannot be read by itself.
    pub fn continuation(&self) -> Option<Continuation> {
        let is_plain = self.report.compression == "none" && self.decoder.is_as_it_is();
        self.text.continuation(&self.report).filter(|_| is_plain)
    }

    pub fn report(&self) -> &FileReport {
        match &self.intake {
            Intake::Member(member) => member.parser().report(),
            _ => &self.report,
        }
    }

    /// The report of a file that is finished, without the buffers it was read with.
    pub fn into_report(self) -> FileReport {
        match self.intake {
            Intake::Member(member) => member.into_parser().into_report(),
            _ => self.report,
        }
    }

    fn stop(&mut self, state: FileState) {
        if let Intake::Member(member) = &mut self.intake {
            member.parser_mut().stop(state);
        } else if !self.is_over() {
            self.intake = Intake::Over;
            self.report.state = state;
        }
    }

    fn decide_and_read_held(&mut self, sink: &mut impl RowSink) {
        if let Intake::Undecided(held) = &mut self.intake {
            let held = std::mem::take(held);
            let report = &mut self.report;
            self.intake = match FirstBytes::of(&held) {
                FirstBytes::Gzip => FileParser::gzip(report),
                // At the end of a file, half the magic is a gzip file cut off, and no text either.
                FirstBytes::Other if held == gzip::MAGIC[..1] => FileParser::gzip(report),
                FirstBytes::Parquet => {
                    report.container = Container::Parquet.name().to_owned();
                    Intake::Parquet(Box::new(ParquetReader::new(report.n_bytes)))
                }
                FirstBytes::Zip if !self.is_member => {
                    Intake::Archive(Box::new(ArchiveReader::zip(report.n_bytes)))
                }
                FirstBytes::Tar if !self.is_member => {
                    Intake::Archive(Box::new(ArchiveReader::tar(report.n_bytes)))
                }
                FirstBytes::Zip | FirstBytes::Tar | FirstBytes::Other => Intake::Plain,
            };
            if let Intake::Archive(archive) = &self.intake {
                archive.name().clone_into(&mut report.container);
            }
            if self.wants() == Wants::Next {
                self.read(&held, sink);
            } else {
                // What came so far is asked for again, if it is wanted at all.
                self.report.n_bytes_read = 0;
            }
        }
    }

    fn gzip(report: &mut FileReport) -> Intake {
        report.compression = "gzip".to_owned();
        Intake::Gzip(Box::new(PackedReader::new(bomb::unpacked_bytes_max(report.n_bytes))))
    }

    /// What came so far is asked for again: it was unpacked to tell what it is.
    fn open_tar_in_gzip(&mut self) {
        if self.is_member {
            return self.refuse(Container::Tar.refusal().expect("it is refused where it is not opened"));
        }
        let archive = ArchiveReader::tar_in_gzip(bomb::unpacked_bytes_max(self.report.n_bytes));
        archive.name().clone_into(&mut self.report.container);
        self.report.n_bytes_read = 0;
        self.intake = Intake::Archive(Box::new(archive));
    }

    /// A tar archive that ends in its first head, so that nothing of it need be asked for.
    fn end_tar_in_gzip(&mut self, sink: &mut impl RowSink) {
        self.open_tar_in_gzip();
        self.finish(sink);
    }

    fn read(&mut self, bytes: &[u8], sink: &mut impl RowSink) {
        let FileParser { intake, decoder, text, report, .. } = self;
        let mut decode = |piece: &[u8]| decoder.push(piece, |piece| text.push(piece, report, sink));
        match intake {
            Intake::Plain => decode(bytes),
            Intake::Gzip(packed) => {
                let is_damaged = packed.push(bytes, &mut decode).is_err();
                if is_damaged {
                    packed.end(&mut decode);
                }
                // Whether the damage comes with the archive's head depends on how the bytes were cut.
                if packed.is_tar() {
                    self.open_tar_in_gzip();
                } else if packed.is_bomb() {
                    self.fail(&bomb::words());
                } else if is_damaged {
                    decoder.finish(|piece| text.push(piece, report, sink));
                    text.damaged(report, sink);
                    if !text.is_over() {
                        report.state = FileState::Read;
                    }
                    *intake = Intake::Over;
                }
            }
            Intake::Parquet(parquet) => {
                parquet.push(bytes, report, sink);
                if parquet.is_over() {
                    *intake = Intake::Over;
                }
            }
            Intake::Archive(archive) => {
                archive.push(bytes, report);
                if archive.is_over() {
                    self.members = archive.take_members();
                    *intake = Intake::Over;
                }
            }
            Intake::Member(member) => member.push(bytes, sink),
            Intake::Undecided(_) | Intake::Over => {}
        }
        if self.text.is_over() {
            self.intake = Intake::Over;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::PROBLEMS_KEPT_PER_FILE;
    use super::super::report::LAYOUTS_KEPT_PER_FILE;
    use super::super::sniff::SNIFF_BYTES_MAX;
    use super::super::{Layout, LayoutFrom, Problem, ProblemKind, RawRow};
    use super::*;

    /// Counts; that is all these tests need.
    #[derive(Default)]
    struct Count {
        n_begun: usize,
        n_rows: usize,
    }

    impl RowSink for Count {
        fn begin(&mut self, _source: SourceId, _layout: &Layout) {
            self.n_begun += 1;
        }

        fn row(&mut self, _row: RawRow<'_>) {
            self.n_rows += 1;
        }

        fn status_record(&mut self, _row: RawRow<'_>) {}
    }

    fn parser() -> FileParser {
        FileParser::new(SourceId(0), "a.log", 0, &ParseOptions::default())
    }

    fn read(text: &str) -> (FileReport, Count) {
        let (mut parser, mut count) = (parser(), Count::default());
        parser.push(text.as_bytes(), &mut count);
        parser.finish(&mut count);
        (parser.report().clone(), count)
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
            parser.intake = Intake::Gzip(Box::new(PackedReader::new(n_text_bytes_max as u64)));
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

    #[test]
    fn all_problems_are_counted_and_the_first_are_kept() {
        let n_problems = PROBLEMS_KEPT_PER_FILE + 10;
        let (report, _) = read(&format!("srcaddr dstaddr dstport\n{}", "oops\n".repeat(n_problems)));
        assert_eq!(report.lines.problems, n_problems as u64);
        assert_eq!(report.problems.len(), PROBLEMS_KEPT_PER_FILE);
        let first =
            Problem { line: 2, field: None, kind: ProblemKind::TooFewFields, text: "oops".to_owned() };
        assert_eq!(report.problems[0], first);
    }

    #[test]
    fn each_layout_is_in_force_and_the_first_are_kept() {
        let n_layouts = LAYOUTS_KEPT_PER_FILE + 10;
        let part = |n: usize| {
            format!("srcaddr dstaddr start end new-field-{n}\n10.0.0.1 10.0.0.2 1700000000 1700000060 x\n")
        };
        let (report, count) = read(&(0..n_layouts).map(part).collect::<String>());
        assert_eq!((count.n_begun, count.n_rows), (n_layouts, n_layouts));
        assert_eq!(report.layouts.len(), LAYOUTS_KEPT_PER_FILE);
        assert_eq!(report.lines.headers, n_layouts as u64);
    }

    #[test]
    fn a_header_behind_very_many_comments_is_found() {
        let comments = "# nothing yet\n".repeat(2 * SNIFF_BYTES_MAX / 14);
        let (report, count) = read(&(comments + "srcaddr dstaddr dstport\n10.0.0.1 10.0.0.2 443\n"));
        assert_eq!(
            (report.state, report.layout_from, count.n_rows),
            (FileState::Read, LayoutFrom::Header, 1)
        );
    }

    #[test]
    fn a_header_cut_by_the_end_of_the_head_decides_nothing() {
        // Whatever part of the header is in the head, it must not be taken for the whole of it.
        for n_bytes in [1, 30, 60, 100] {
            let comment = format!("#{}\n", "x".repeat(SNIFF_BYTES_MAX - 2 - n_bytes));
            let (report, count) = read(
                &(comment
                    + "srcaddr dstaddr srcport dstport protocol packets bytes action\n\
                10.0.0.1 10.0.0.2 1 2 6 1 40 ACCEPT\n"),
            );
            assert_eq!(report.layouts.len(), 1, "{n_bytes}");
            assert_eq!((report.lines.headers, count.n_rows, report.problems.len()), (1, 1, 0), "{n_bytes}");
        }
    }
}
