//! The files of a load: how they are cut into stretches, which shard reads which, how far each came, and when to stop.
//!
//! A large plain file is cut, so that several shards can read it. The first stretch tells whether the file can be cut and
//! in which layout the others begin. Where a stretch ends with another layout in force than the next one was begun with
//! (logs were put together), what the next one gave is taken back and it is read again; from then on the file's stretches
//! wait for each other.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::SessionOptions;
use super::message::{FileMeta, LoadPhase};
use super::shard_message::{Deal, Stretch};
use super::stretch_report;
use crate::analysis::files::times_without_file;
use crate::intake::{LoadOptions, MINUTE_SECS};
use crate::parse::{Continuation, FileReport, FileState, Member, MemberPlace, ParseOptions, SourceId};
use crate::sample::{SampleLog, SampleSpec};

/// Bytes of pasted or generated text parsed in one step, so that a cancel or a question need not wait.
const STEP_BYTES: usize = 512 * 1024;

/// The first stretch of a file must show what the file is, which takes up to 64 KiB.
const FIRST_STRETCH_BYTES_MIN: u64 = 128 * 1024;

/// What a shard is given to read beyond the stretch it is at, so that it need not wait for the lead: this many bytes, but
/// at least one stretch and at most so many.
const AHEAD_BYTES: u64 = 16 * 1024 * 1024;
const AHEAD_STRETCHES_MAX: usize = 64;

/// Bytes of a line of the sample log, near enough for a progress bar.
const SAMPLE_ROW_BYTES: u64 = 112;

/// Where the bytes of a file come from, for as often as they are read.
#[derive(Clone)]
enum Given {
    /// The shell reads it.
    File,
    /// The shell reads the archive that it is in.
    Member(MemberPlace),
    /// Kept, as nobody else has it any more.
    Text(Rc<[u8]>),
    Sample,
}

/// The same while they are read.
enum Input {
    File,
    Text { text: Rc<[u8]>, n_pushed: usize },
    Sample(Box<SampleLog>),
}

impl Given {
    fn input(&self) -> Input {
        match self {
            Given::File | Given::Member(_) => Input::File,
            Given::Text(text) => Input::Text { text: Rc::clone(text), n_pushed: 0 },
            Given::Sample => Input::Sample(Box::new(SampleLog::new(&SampleSpec::demo()))),
        }
    }
}

struct SourceFile {
    name: String,
    n_bytes: u64,
    /// Which of what was opened it is, or is in: the shell knows it by this number.
    opened: u32,
    /// Whether it is an archive whose members are files of the load by now.
    is_expanded: bool,
    given: Given,
    input: Input,
    /// Its stretches: indices of `pieces`, and their sources.
    first_piece: u32,
    n_pieces: u32,
    /// How those after the first begin, once that is known.
    head: Option<Continuation>,
    /// Whether a stretch waits for the one before it.
    in_turn: bool,
}

/// A stretch of a file, by its [`SourceId`].
struct Piece {
    file: u32,
    start: u64,
    end: Option<u64>,
    state: PieceState,
    /// What became of it so far.
    report: Option<FileReport>,
}

enum PieceState {
    Waiting,
    Dealt {
        before: Option<Continuation>,
    },
    Ended {
        before: Option<Continuation>,
        after: Option<Continuation>,
    },
    /// Never read: cancelled, or part of a file that is read in one.
    Dropped,
}

/// What one shard was given.
#[derive(Default)]
struct Hand {
    is_ready: bool,
    is_full: bool,
    /// In order, with those that have ended.
    dealt: Vec<(Deal, u32)>,
    /// Those that have not.
    n_stretches: usize,
    n_bytes: u64,
}

pub struct Load {
    session_options: SessionOptions,
    options: LoadOptions,
    files: Vec<SourceFile>,
    /// Told by the names of all files, and asked for a few times each second.
    times_without_file: OnceCell<Vec<(u64, u64)>>,
    /// How many of them were opened; the others are members of those.
    n_opened: u32,
    pieces: Vec<Piece>,
    waiting: BTreeSet<u32>,
    /// The pieces of deals that are not void.
    deals: HashMap<Deal, (u16, u32)>,
    next_deal: u32,
    hands: Vec<Hand>,
    pub phase: LoadPhase,
    pub began_ms: f64,
    pub elapsed_ms: f64,
}

impl Load {
    pub fn new(session_options: SessionOptions) -> Load {
        Load {
            options: LoadOptions { layouts: session_options.layouts.clone(), ..LoadOptions::default() },
            session_options,
            files: Vec::new(),
            times_without_file: OnceCell::new(),
            n_opened: 0,
            pieces: Vec::new(),
            waiting: BTreeSet::new(),
            deals: HashMap::new(),
            next_deal: 0,
            hands: Vec::new(),
            phase: LoadPhase::Idle,
            began_ms: 0.0,
            elapsed_ms: 0.0,
        }
    }

    pub fn add_shard(&mut self, is_ready: bool) {
        self.hands.push(Hand { is_ready, ..Hand::default() });
    }

    pub fn set_ready(&mut self, shard: u16) {
        self.hands[usize::from(shard)].is_ready = true;
    }

    /// Of each shard.
    pub fn store_bytes_max(&self) -> u64 {
        self.session_options.store_bytes_max
    }

    pub fn is_loading(&self) -> bool {
        self.phase == LoadPhase::Loading
    }

    /// Whether nothing is left to read.
    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.hands.iter().all(|hand| hand.n_stretches == 0)
    }

    /// With the members of archives.
    pub fn n_files(&self) -> u32 {
        self.files.len() as u32
    }

    pub fn n_opened(&self) -> u32 {
        self.n_opened
    }

    pub fn add_files(&mut self, files: Vec<FileMeta>, now_ms: f64) -> Vec<SourceId> {
        files.into_iter().map(|file| self.open(file.name, file.n_bytes, Given::File, now_ms)).collect()
    }

    pub fn add_text(&mut self, name: String, text: String, now_ms: f64) -> Vec<SourceId> {
        let n_bytes = text.len() as u64;
        vec![self.open(name, n_bytes, Given::Text(text.into_bytes().into()), now_ms)]
    }

    pub fn add_sample(&mut self, now_ms: f64) -> Vec<SourceId> {
        // Made as it is read: how long it is shows at its end.
        let n_bytes = SampleSpec::demo().n_rows * SAMPLE_ROW_BYTES;
        vec![self.open("sample.log".to_owned(), n_bytes, Given::Sample, now_ms)]
    }

    /// What of the files is kept.
    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// Nothing is drawn finer than this.
    pub fn bucket_secs_min(&self) -> u64 {
        if self.options.is_exact() { 1 } else { MINUTE_SECS }
    }

    /// Whether rows can be taken back from a shard: not where records were left out or put together on the way.
    fn can_take_back(&self) -> bool {
        self.options.keeps_everything()
    }

    /// Begins anew with all that was given; what shards say of deals before this is void.
    pub fn restart(&mut self, options: LoadOptions, now_ms: f64) {
        self.options = options;
        self.phase = LoadPhase::Idle;
        self.elapsed_ms = 0.0;
        self.pieces.clear();
        self.waiting.clear();
        self.deals.clear();
        for hand in &mut self.hands {
            *hand = Hand { is_ready: hand.is_ready, ..Hand::default() };
        }
        self.n_opened = 0;
        // Members come again when their archives are read.
        for file in std::mem::take(&mut self.files) {
            if !matches!(file.given, Given::Member(_)) {
                self.open(file.name, file.n_bytes, file.given, now_ms);
            }
        }
    }

    /// Bytes of what was pasted: kept so that it can be read again.
    pub fn n_heap_bytes(&self) -> u64 {
        let n_bytes = |file: &SourceFile| match &file.given {
            Given::Text(text) => text.len() as u64,
            Given::File | Given::Member(_) | Given::Sample => 0,
        };
        self.files.iter().map(n_bytes).sum()
    }

    fn open(&mut self, name: String, n_bytes: u64, given: Given, now_ms: f64) -> SourceId {
        let opened = self.n_opened;
        self.n_opened += 1;
        let source = self.add(name, n_bytes, opened, given);
        if !self.is_loading() {
            self.begin(now_ms);
        }
        source
    }

    /// Adds what is in an archive, each member a file behind all that are there.
    fn expand(&mut self, archive: u32, members: Vec<Member>) {
        let file = &mut self.files[archive as usize];
        // Read once more, because its shard gave back what it had read before.
        if members.is_empty() || std::mem::replace(&mut file.is_expanded, true) {
            return;
        }
        let (name, opened) = (file.name.clone(), file.opened);
        for Member { name: path, place, refusal } in members {
            let n_bytes = place.n_bytes;
            let source = self.add(format!("{name}/{path}"), n_bytes, opened, Given::Member(place));
            if let Some(refusal) = refusal {
                let member = &self.files[source.0 as usize];
                let at = member.first_piece;
                let mut report = FileReport::new(source, member.name.clone(), n_bytes);
                report.state = FileState::Refused(refusal);
                self.waiting.remove(&at);
                let piece = &mut self.pieces[at as usize];
                piece.report = Some(report);
                piece.state = PieceState::Ended { before: None, after: None };
            }
        }
    }

    fn add(&mut self, name: String, n_bytes: u64, opened: u32, given: Given) -> SourceId {
        let file = self.n_files();
        let first_piece = self.pieces.len() as u32;
        let can_cut = matches!(given, Given::File) && self.hands.len() > 1 && self.can_take_back();
        let mut start = 0;
        loop {
            let n_bytes_min = if start == 0 { FIRST_STRETCH_BYTES_MIN } else { 1 };
            let end = Some(start + self.session_options.stretch_bytes.max(n_bytes_min))
                .filter(|end| can_cut && *end < n_bytes);
            self.waiting.insert(self.pieces.len() as u32);
            self.pieces.push(Piece { file, start, end, state: PieceState::Waiting, report: None });
            match end {
                Some(end) => start = end,
                None => break,
            }
        }
        let n_pieces = self.pieces.len() as u32 - first_piece;
        self.times_without_file.take();
        self.files.push(SourceFile {
            name,
            n_bytes,
            opened,
            is_expanded: false,
            input: given.input(),
            given,
            first_piece,
            n_pieces,
            head: None,
            in_turn: false,
        });
        SourceId(file)
    }

    pub fn begin(&mut self, now_ms: f64) {
        self.phase = LoadPhase::Loading;
        self.began_ms = now_ms;
        // There may be room again: rows are taken back where somebody else had room.
        self.hands.iter_mut().for_each(|hand| hand.is_full = false);
    }

    pub fn end(&mut self, phase: LoadPhase, now_ms: f64) {
        self.phase = phase;
        self.elapsed_ms = now_ms - self.began_ms;
    }

    /// The next bytes of a source that needs no shell, empty at its end; `None` where the shell is to read it.
    pub fn text_of(&mut self, source: SourceId) -> Option<Vec<u8>> {
        let file = self.pieces[source.0 as usize].file;
        match &mut self.files[file as usize].input {
            Input::File => None,
            Input::Text { text, n_pushed } => {
                let piece = text[*n_pushed..].chunks(STEP_BYTES).next().map_or(Vec::new(), <[u8]>::to_vec);
                *n_pushed += piece.len();
                Some(piece)
            }
            Input::Sample(sample) => {
                let mut piece = Vec::new();
                while piece.len() < STEP_BYTES && sample.fill(&mut piece) {}
                Some(piece)
            }
        }
    }

    /// Gives what waits to the shards that have least left to do.
    pub fn deal(&mut self) -> Vec<(u16, Stretch)> {
        let mut dealt = Vec::new();
        while let Some((shard, at)) = self.next_deal() {
            self.waiting.remove(&at);
            let deal = Deal(self.next_deal);
            self.next_deal += 1;
            let before = self.before(at);
            let piece = &self.pieces[at as usize];
            let file = &self.files[piece.file as usize];
            let hand = &mut self.hands[usize::from(shard)];
            hand.dealt.push((deal, at));
            hand.n_stretches += 1;
            hand.n_bytes += piece.n_bytes(file.n_bytes);
            dealt.push((
                shard,
                Stretch {
                    deal,
                    source: SourceId(at),
                    file: file.opened,
                    name: file.name.clone(),
                    n_bytes: file.n_bytes,
                    start: piece.start,
                    end: piece.end,
                    options: ParseOptions {
                        layouts: self.options.layouts.clone(),
                        continues: before.clone(),
                        member: match &file.given {
                            Given::Member(place) => Some(place.clone()),
                            Given::File | Given::Text(_) | Given::Sample => None,
                        },
                    },
                },
            ));
            self.deals.insert(deal, (shard, at));
            self.pieces[at as usize].state = PieceState::Dealt { before };
        }
        dealt
    }

    fn next_deal(&self) -> Option<(u16, u32)> {
        let has_room = |hand: &Hand| {
            let is_enough = hand.n_bytes >= AHEAD_BYTES || hand.n_stretches >= AHEAD_STRETCHES_MAX;
            hand.is_ready && !hand.is_full && (hand.n_stretches < 2 || !is_enough)
        };
        let idlest = (0..)
            .zip(&self.hands)
            .filter(|(_, hand)| has_room(hand))
            .min_by_key(|(_, hand)| (hand.n_bytes, hand.n_stretches))
            .map(|(shard, _)| shard);
        let lead = Some(0).filter(|_| self.hands.first().is_some_and(has_room));
        self.waiting.iter().filter(|at| self.can_begin(**at)).find_map(|&at| {
            // Text that is in the lead's memory is read there.
            let is_file = matches!(self.files[self.pieces[at as usize].file as usize].input, Input::File);
            Some((if is_file { idlest? } else { lead? }, at))
        })
    }

    fn can_begin(&self, at: u32) -> bool {
        let file = &self.files[self.pieces[at as usize].file as usize];
        at == file.first_piece
            || if file.in_turn { self.end_of(at - 1).is_some() } else { file.head.is_some() }
    }

    /// What the lines before a stretch said.
    fn before(&self, at: u32) -> Option<Continuation> {
        let file = &self.files[self.pieces[at as usize].file as usize];
        (at > file.first_piece).then(|| self.end_of(at - 1).or(file.head.as_ref()).cloned())?
    }

    /// What a stretch that has ended said at its end.
    fn end_of(&self, at: u32) -> Option<&Continuation> {
        match &self.pieces[at as usize].state {
            PieceState::Ended { after, .. } => after.as_ref(),
            _ => None,
        }
    }

    /// A first stretch has shown whether its file can be cut.
    pub fn recognised(&mut self, deal: Deal, continuation: Option<Continuation>) {
        let Some(&(_, at)) = self.deals.get(&deal) else { return };
        let file = &mut self.files[self.pieces[at as usize].file as usize];
        if continuation.is_none() {
            for other in file.first_piece + 1..file.first_piece + file.n_pieces {
                self.waiting.remove(&other);
                self.pieces[other as usize].state = PieceState::Dropped;
            }
            file.n_pieces = 1;
        }
        file.head = continuation;
    }

    /// A stretch has ended. What is returned must be taken back by its shard: it was begun in a layout that is not its
    /// own.
    pub fn ended(
        &mut self,
        deal: Deal,
        report: FileReport,
        members: Vec<Member>,
        after: Option<Continuation>,
    ) -> Option<(u16, Deal)> {
        let (shard, at) = self.deals.get(&deal).copied()?;
        let is_read = report.state == FileState::Read;
        self.pieces[at as usize].report = Some(report);
        let PieceState::Dealt { before, .. } = &mut self.pieces[at as usize].state else { return None };
        let before = before.take();
        self.let_go(shard, at);
        self.pieces[at as usize].state = PieceState::Ended { before, after: after.clone() };
        self.expand(self.pieces[at as usize].file, members);
        let file = &self.files[self.pieces[at as usize].file as usize];
        let (next, end) = (at + 1, file.first_piece + file.n_pieces);
        if !is_read {
            // Those behind it might wait for it for ever.
            for other in next..end {
                if self.waiting.remove(&other) {
                    self.pieces[other as usize].state = PieceState::Dropped;
                }
            }
        }
        if !is_read || next == end {
            return None;
        }
        let begun_with = match &self.pieces[next as usize].state {
            PieceState::Dealt { before, .. } | PieceState::Ended { before, .. } => before.as_ref(),
            PieceState::Waiting | PieceState::Dropped => return None,
        };
        if after.as_ref().zip(begun_with).is_some_and(|(after, before)| after.reads_like(before)) {
            return None;
        }
        self.files[self.pieces[at as usize].file as usize].in_turn = true;
        let (deal, (shard, _)) = self.deals.iter().find(|(_, (_, piece))| *piece == next)?;
        Some((*shard, *deal))
    }

    /// The shard has forgotten this stretch and all that it began after it: they wait again.
    pub fn taken_back(&mut self, shard: u16, deal: Deal) {
        let hand = &mut self.hands[usize::from(shard)];
        let Some(at) = hand.dealt.iter().position(|(known, _)| *known == deal) else { return };
        for (deal, piece) in hand.dealt.split_off(at) {
            self.deals.remove(&deal);
            if matches!(self.pieces[piece as usize].state, PieceState::Dealt { .. }) {
                self.let_go(shard, piece);
            }
            let piece_state = &mut self.pieces[piece as usize];
            // Not those of files that turned out to be read in one, or of an earlier load that was stopped.
            if !matches!(piece_state.state, PieceState::Dropped) {
                piece_state.state = PieceState::Waiting;
                piece_state.report = None;
                self.waiting.insert(piece);
            }
        }
    }

    /// The shard has no room for more rows. What it is to take back, if somebody else has room; else loading is to stop.
    pub fn full(&mut self, shard: u16) -> Option<Deal> {
        self.hands[usize::from(shard)].is_full = true;
        let has_room = self.hands.iter().any(|hand| hand.is_ready && !hand.is_full);
        let is_text =
            |at: u32| !matches!(self.files[self.pieces[at as usize].file as usize].input, Input::File);
        let is_open = |at: u32| matches!(self.pieces[at as usize].state, PieceState::Dealt { .. });
        let (deal, at) = self.hands[usize::from(shard)].dealt.iter().copied().find(|(_, at)| is_open(*at))?;
        (has_room && !is_text(at) && self.can_take_back()).then_some(deal)
    }

    pub fn is_full(&self) -> bool {
        self.hands.iter().filter(|hand| hand.is_ready).all(|hand| hand.is_full)
    }

    /// Whether the shard has something to read.
    pub fn is_reading(&self, shard: u16) -> bool {
        self.hands[usize::from(shard)].n_stretches > 0
    }

    /// Nothing more is read. What was begun is still to be reported by its shard.
    pub fn stop(&mut self) {
        for at in std::mem::take(&mut self.waiting) {
            self.pieces[at as usize].state = PieceState::Dropped;
        }
        for shard in 0..self.hands.len() as u16 {
            for (_, at) in self.hands[usize::from(shard)].dealt.clone() {
                if matches!(self.pieces[at as usize].state, PieceState::Dealt { .. }) {
                    self.let_go(shard, at);
                    self.pieces[at as usize].state = PieceState::Dropped;
                }
            }
        }
    }

    /// How far a stretch came.
    pub fn note(&mut self, deal: Deal, report: FileReport) {
        if let Some(&(_, at)) = self.deals.get(&deal) {
            self.pieces[at as usize].report = Some(report);
        }
    }

    fn let_go(&mut self, shard: u16, at: u32) {
        let piece = &self.pieces[at as usize];
        let n_bytes = piece.n_bytes(self.files[piece.file as usize].n_bytes);
        let hand = &mut self.hands[usize::from(shard)];
        hand.n_stretches -= 1;
        hand.n_bytes -= n_bytes;
    }

    pub fn name(&self, source: SourceId) -> &str {
        &self.files[self.pieces[source.0 as usize].file as usize].name
    }

    /// Of the files, in the order they were given.
    pub fn names(&self) -> Vec<&str> {
        self.files.iter().map(|file| &*file.name).collect()
    }

    /// Times for which a flow log has no file, between its first and its last, in seconds since 1970.
    pub fn times_without_file(&self) -> &[(u64, u64)] {
        self.times_without_file.get_or_init(|| times_without_file(self.files.iter().map(|file| &*file.name)))
    }

    /// By source the file that it is a stretch of.
    pub fn files_of_sources(&self) -> Vec<u32> {
        self.pieces.iter().map(|piece| piece.file).collect()
    }

    /// Lines of the file before the first of this stretch; `None` while not all of those were read.
    pub fn n_lines_before(&self, source: SourceId) -> Option<u64> {
        let file = &self.files[self.pieces[source.0 as usize].file as usize];
        let mut n_lines = 0;
        for piece in &self.pieces[file.first_piece as usize..source.0 as usize] {
            let report = piece.report.as_ref().filter(|report| report.state == FileState::Read)?;
            n_lines += report.lines.total();
        }
        Some(n_lines)
    }

    /// What became of each file so far, in the order they were given.
    pub fn reports(&self) -> Vec<FileReport> {
        (0..self.n_files()).map(|file| self.report(file)).collect()
    }

    fn report(&self, number: u32) -> FileReport {
        let file = &self.files[number as usize];
        let mut joined = FileReport::new(SourceId(number), file.name.clone(), file.n_bytes);
        let reports = self.pieces_of(file).map(|piece| piece.report.as_ref());
        stretch_report::join(&mut joined, reports);
        joined.state = self.state(file);
        if joined.state == FileState::Read {
            joined.n_bytes = match file.given {
                // The same, unless it changed while it was read.
                Given::File => joined.n_bytes.max(joined.n_bytes_read),
                // Told by its archive, or estimated.
                Given::Member(_) | Given::Text(_) | Given::Sample => joined.n_bytes_read,
            };
        }
        joined
    }

    fn pieces_of(&self, file: &SourceFile) -> impl Iterator<Item = &Piece> {
        let first = file.first_piece as usize;
        self.pieces[first..first + file.n_pieces as usize].iter()
    }

    fn state(&self, file: &SourceFile) -> FileState {
        stretch_report::joined_state(self.pieces_of(file).map(Piece::file_state))
    }

    /// How the files fare.
    pub fn tally(&self) -> FileTally {
        let mut tally = FileTally::default();
        for file in &self.files {
            let state = self.state(file);
            let is_open = matches!(state, FileState::Waiting | FileState::Reading);
            tally.n_done += u32::from(!is_open);
            tally.n_refused += u32::from(matches!(state, FileState::Refused(_) | FileState::Failed(_)));
            if file.is_expanded {
                // Its members are files of their own, with nearly all of its bytes.
                continue;
            }
            tally.n_bytes += file.n_bytes;
            let of_piece = |piece: &Piece| piece.report.as_ref().map_or(0, |report| report.n_bytes_read);
            let n_bytes_read = self.pieces_of(file).map(of_piece).sum::<u64>();
            tally.n_bytes_parsed += n_bytes_read.min(file.n_bytes);
            // What will not be read any more (refused, cancelled) is done all the same.
            tally.n_bytes_read += if is_open { n_bytes_read.min(file.n_bytes) } else { file.n_bytes };
            for report in self.pieces_of(file).filter_map(|piece| piece.report.as_ref()) {
                tally.n_records_read += report.lines.rows;
                tally.n_status_records += report.lines.status_records;
                tally.n_problems += report.lines.problems;
            }
        }
        tally
    }
}

/// Sums over all files.
#[derive(Clone, Copy, Debug, Default)]
pub struct FileTally {
    pub n_done: u32,
    pub n_refused: u32,
    pub n_bytes: u64,
    pub n_bytes_read: u64,
    /// Also of files that were not read to their end.
    pub n_bytes_parsed: u64,
    pub n_records_read: u64,
    pub n_status_records: u64,
    pub n_problems: u64,
}

impl Piece {
    fn n_bytes(&self, n_bytes_of_file: u64) -> u64 {
        self.end.unwrap_or(n_bytes_of_file).saturating_sub(self.start)
    }

    fn file_state(&self) -> FileState {
        match (&self.state, &self.report) {
            (PieceState::Ended { .. } | PieceState::Dealt { .. }, Some(report)) => report.state.clone(),
            (PieceState::Dropped, Some(report)) if report.state != FileState::Reading => report.state.clone(),
            (PieceState::Dropped, _) => FileState::Cancelled,
            _ => FileState::Waiting,
        }
    }
}
