//! One store and all that is remembered about it: what is being read into it, the rows that were selected, what is
//! known of the interfaces, exports under way.
//!
//! Requests in, replies out. Who drives a shard calls [`Shard::submit`] when a request comes and [`Shard::step`] until
//! it says [`Step::Idle`], as with a [`Session`](super::Session); a shard in the lead's memory and one in a worker of
//! its own are driven alike.

mod answers;
mod exporting;
mod kept;
mod reading;
mod selection;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::Step;
use super::shard_message::{Deal, InquiryId, Settled, ShardReply, ShardRequest};
use crate::analysis::Memory;
use crate::analysis::interface::{InterfaceAddresses, InterfaceKnowledge};
use crate::analysis::time_extent::time_extent;
use crate::parse::{FileReport, SourceId};
use crate::store::Segment;
use exporting::Exporting;
use kept::Kept;
pub use reading::PACKED_PIECE_BYTES as PIECE_BYTES_MIN;
use reading::{Reading, ReadingList};
use selection::Selections;

/// A shard says this often that it has read more.
const ADVANCED_EVERY_MS: f64 = 25.0;

/// Takes what a shard says, in order.
pub type Say<'a> = &'a mut dyn FnMut(ShardReply);

#[derive(Default)]
pub struct Shard {
    /// Which of the shards it is, for the names of its rows.
    number: u16,
    /// Memory that rows may take.
    store_bytes_max: u64,
    kept: Kept,
    list: ReadingList,
    /// Whether the memory is used up and that was said.
    is_full: bool,
    /// When it was last said that more was read, and whether there were rows by then.
    last_advanced: Option<(f64, bool)>,
    /// What the frozen segments say of the interfaces' addresses.
    frozen_addresses: InterfaceAddresses,
    /// How many of them have been asked.
    n_segments_asked: usize,
    knowledge: InterfaceKnowledge,
    selections: Selections,
    memory: Memory,
    exports: HashMap<InquiryId, Exporting>,
    waiting: VecDeque<ShardRequest>,
}

impl Shard {
    /// Takes a request; what it comes to is said in [`Shard::step`].
    pub fn submit(&mut self, request: ShardRequest) {
        if let ShardRequest::Forget(forgotten) = request {
            self.waiting.retain(
                |waiting| !matches!(waiting, ShardRequest::Ask { inquiry, .. } if *inquiry == forgotten),
            );
            self.exports.remove(&forgotten);
        } else {
            self.waiting.push_back(request);
        }
    }

    /// Whether requests wait, and if so whether the next one is a question, which may take its time.
    pub fn next_is_question(&self) -> Option<bool> {
        self.waiting.front().map(|request| matches!(request, ShardRequest::Ask { .. }))
    }

    /// Does the next piece of work: a request before reading.
    pub fn step(&mut self, now_ms: f64, say: Say<'_>) -> Step {
        if let Some(request) = self.waiting.pop_front() {
            self.serve(request, say);
            return Step::Worked;
        }
        if self.is_full {
            return self.prepare();
        }
        match self.list.next(self.kept.store()) {
            None => self.prepare(),
            Some(source) if self.list.current().is_some_and(Reading::has_work) => {
                self.push(source, &[], now_ms, say);
                Step::Worked
            }
            Some(source) => Step::Read(source),
        }
    }

    /// With nothing else to do, makes a little ready of what questions will use.
    fn prepare(&mut self) -> Step {
        if self.memory.prepare(self.kept.store()) { Step::Worked } else { Step::Idle }
    }

    /// Whether more of this source is to be read.
    pub fn wants(&self, source: SourceId) -> bool {
        !self.is_full && self.list.current().is_some_and(|reading| reading.parser().report().source == source)
    }

    /// Where the next bytes of this source are: the number of its file, and the first byte wanted. A source that was
    /// taken back begins anew.
    pub fn place(&self, source: SourceId) -> Option<(u32, u64)> {
        let reading = self.list.current()?;
        (reading.parser().report().source == source).then(|| reading.place())
    }

    /// Where the sources that are read next are. Members of an archive lie behind each other: their bytes come with those
    /// of the one before.
    pub fn upcoming(&self) -> impl Iterator<Item = (u32, u64)> {
        let apart = self.list.waiting().filter(|stretch| stretch.options.member.is_none());
        apart.map(|stretch| (stretch.file, stretch.first_byte()))
    }

    /// How many bytes to push at once, at most: so many that pushing costs nothing, so few that questions, cancelling
    /// and the memory budget come to their turn.
    pub fn piece_bytes(&self, source: SourceId) -> usize {
        self.list
            .current()
            .filter(|reading| reading.parser().report().source == source)
            .map_or(PIECE_BYTES_MIN, Reading::piece_bytes)
    }

    /// The next bytes of a source. What comes after its end or a refusal is dropped.
    pub fn push(&mut self, source: SourceId, bytes: &[u8], now_ms: f64, say: Say<'_>) {
        let Some(reading) = self.list.of(source) else { return };
        reading.push(bytes, &mut self.kept, say);
        if reading.is_over() {
            self.end(say);
        }
        self.is_full = self.n_heap_bytes() > self.store_bytes_max;
        if self.is_full {
            say(ShardReply::Full);
        }
        let has_rows = self.kept.store().rows().n_rows() > 0;
        let is_news = self.last_advanced.is_none_or(|(then_ms, had_rows)| {
            now_ms - then_ms >= ADVANCED_EVERY_MS || (has_rows && !had_rows)
        });
        if is_news {
            self.last_advanced = Some((now_ms, has_rows));
            say(ShardReply::Advanced { has_rows });
        }
    }

    /// The source's bytes are all there.
    pub fn finish(&mut self, source: SourceId, say: Say<'_>) {
        if let Some(reading) = self.list.of(source) {
            reading.finish(&mut self.kept, say);
            self.end(say);
        }
    }

    /// The source could not be read further, in words for a person.
    pub fn fail(&mut self, source: SourceId, message: &str, say: Say<'_>) {
        if let Some(reading) = self.list.of(source) {
            reading.fail(message);
            self.end(say);
        }
    }

    pub fn n_heap_bytes(&self) -> u64 {
        self.kept.n_heap_bytes()
    }

    fn end(&mut self, say: Say<'_>) {
        if let Some(reading) = self.list.end() {
            say(reading.into_reply(&mut self.kept));
        }
    }

    fn serve(&mut self, request: ShardRequest, say: Say<'_>) {
        match request {
            ShardRequest::Begin { number, store_bytes_max, options } => {
                *self = Shard {
                    number,
                    store_bytes_max,
                    kept: Kept::new(&options),
                    waiting: std::mem::take(&mut self.waiting),
                    ..Shard::default()
                };
                say(ShardReply::Begun);
            }
            ShardRequest::Read(stretch) => {
                // Whether there is still no room shows soon enough.
                self.is_full = false;
                self.list.add(stretch);
            }
            ShardRequest::TakeBack(deal) => self.take_back(deal),
            ShardRequest::StopReading => {
                self.is_full = false;
                if let Some(reading) = self.list.stop() {
                    say(reading.into_reply(&mut self.kept));
                }
            }
            ShardRequest::Settle { is_last } => say(ShardReply::Settled(self.settle(is_last))),
            ShardRequest::Orient(knowledge) => self.orient(knowledge),
            ShardRequest::Ask { inquiry, ask } => {
                let answer = self.answer(inquiry, ask);
                say(ShardReply::Answered { inquiry, answer });
            }
            // Heard when it came.
            ShardRequest::Forget(_) => {}
        }
    }

    fn take_back(&mut self, deal: Deal) {
        self.is_full = false;
        if let Some(mark) = self.list.take_back(deal) {
            self.kept.store_mut().take_back(mark);
            // Learnt from rows that are gone, perhaps.
            self.frozen_addresses = InterfaceAddresses::default();
            self.n_segments_asked = 0;
            self.selections.clear();
            self.exports.clear();
        }
    }

    fn settle(&mut self, is_last: bool) -> Settled {
        self.kept.settle(is_last);
        self.selections.clear();
        Settled {
            n_heap_bytes: self.n_heap_bytes(),
            n_rows: u64::from(self.kept.store().rows().n_readable()),
            n_records: self.kept.n_records(),
            time: time_extent(self.kept.store()),
            columns: self.kept.store().columns().iter().map(|column| column.key.clone()).collect(),
            addresses: self.interface_addresses(),
            reading: self.report(),
        }
    }

    fn report(&self) -> Option<(Deal, FileReport)> {
        self.list.current().map(|reading| (reading.deal(), reading.parser().report().clone()))
    }

    /// What all readable rows say of the interfaces' addresses. Frozen segments are asked once.
    fn interface_addresses(&mut self) -> InterfaceAddresses {
        let segments = self.kept.store().rows().segments();
        let n_frozen = self.kept.store().rows().n_frozen_segments();
        for segment in &segments[self.n_segments_asked..n_frozen] {
            self.frozen_addresses.scan_segment(self.kept.store(), segment);
        }
        self.n_segments_asked = n_frozen;
        let mut addresses = self.frozen_addresses.clone();
        for segment in &segments[n_frozen..] {
            addresses.scan_segment(self.kept.store(), segment);
        }
        addresses
    }

    /// Gives each row its direction: rows that have none yet, or all where something new is known.
    fn orient(&mut self, news: Option<InterfaceKnowledge>) {
        self.selections.clear();
        let all = news.is_some();
        if let Some(knowledge) = news {
            self.knowledge = knowledge;
        }
        let store = self.kept.store();
        let segments = store.rows().segments();
        let needs = |segment: &Segment| all || segment.orientation().is_empty();
        if !segments.iter().any(needs) {
            return;
        }
        let orienter = self.knowledge.orienter(store);
        let orientations: Vec<Option<Vec<u8>>> =
            segments.iter().map(|segment| needs(segment).then(|| orienter.orient(segment))).collect();
        for (segment, codes) in self.kept.store_mut().rows_mut().segments_mut().iter_mut().zip(orientations) {
            if let Some(codes) = codes {
                segment.set_orientation(codes);
            }
        }
    }
}

/// At most `n` positions evenly over these; all where there are no more.
pub fn spread(positions: Range<u32>, n: u32) -> Vec<u32> {
    let n_positions = u64::from(positions.end - positions.start);
    let n = u64::from(n).min(n_positions);
    (0..n).map(|at| positions.start + ((2 * at + 1) * n_positions / (2 * n)) as u32).collect()
}
