//! The windows of rows: the time they cover, and what they tell of the aggregation interval.
//!
//! Largest and smallest cannot be taken away again as counts can. But most segments have nothing to add: their zone
//! maps lie within what is known, and what is remembered of each says how long its longest window is.

use super::{Aggregation, MINUTE_SECS};
use crate::analysis::TimeExtent;
use crate::analysis::columns::FieldIds;
use crate::query::{RowSet, SegmentRows};
use crate::record::Field;
use crate::store::{ABSENT, Bitmap, Block, Column, Segment, SegmentVersion, Store};

/// Of some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Windows {
    pub time: Option<TimeExtent>,
    pub aggregation: Option<Aggregation>,
}

/// What is remembered of the windows of each frozen segment.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct RememberedWindows {
    segments: Vec<OfSegment>,
}

#[derive(Clone, Debug)]
struct OfSegment {
    version: SegmentVersion,
    longest_secs: u64,
    /// Rows whose window is longer than a minute.
    over_minute: SegmentRows,
    /// Whether every row has both ends of its window.
    is_complete: bool,
}

impl RememberedWindows {
    pub fn update(&mut self, store: &Store) {
        self.update_some(store, usize::MAX);
    }

    /// The same for a few of the segments that are new; how many there were.
    pub fn update_some(&mut self, store: &Store, n_max: usize) -> usize {
        let table = store.rows();
        let ids = FieldIds::of(store, [Field::START, Field::END]);
        let frozen = &table.segments()[..table.n_frozen_segments()];
        self.segments.truncate(frozen.len());
        let n_known = (0..self.segments.len()).take_while(|&at| self.of(at, &frozen[at]).is_some()).count();
        self.segments.truncate(n_known);
        let new = frozen[n_known..].iter().take(n_max);
        self.segments.extend(new.map(|segment| OfSegment::new(segment, ids.columns(segment))));
        self.segments.len() - n_known
    }

    fn of(&self, at: usize, segment: &Segment) -> Option<&OfSegment> {
        self.segments.get(at).filter(|known| known.version == segment.version())
    }
}

impl OfSegment {
    fn new(segment: &Segment, [start, end]: [&Column; 2]) -> OfSegment {
        let mut longest_secs = 0;
        let mut over_minute = Bitmap::zeros(segment.n_rows());
        for_each_window(start, end, &SegmentRows::all(segment.n_rows()), |at, start, end| {
            if let Some(n_secs) = window_secs(start, end) {
                longest_secs = longest_secs.max(n_secs);
                if n_secs > MINUTE_SECS {
                    over_minute.set(at);
                }
            }
        });
        OfSegment {
            version: segment.version(),
            longest_secs,
            over_minute: SegmentRows::from_bitmap(over_minute),
            is_complete: !start.has_absent() && !end.has_absent(),
        }
    }
}

impl Windows {
    /// The windows of `rows`. Those of rows that were rolled up are not windows of records: they tell no interval.
    pub fn of(store: &Store, rows: &RowSet, remembered: Option<&RememberedWindows>) -> Windows {
        let segments = store.rows().segments();
        let ids = FieldIds::of(store, [Field::START, Field::END]);
        let mut windows = Windows::default();
        // From both ends: rows mostly come in the order of time, and between the first and the last nothing is news.
        let n = segments.len();
        for at in (0..n).flat_map(|at| [at, n - 1 - at]).take(n) {
            let (segment, rows) = (&segments[at], &rows.segments()[at]);
            let columns = ids.columns(segment);
            let known = remembered.and_then(|remembered| remembered.of(at, segment));
            if *rows != SegmentRows::None && !windows.take_known(columns, rows, known) {
                windows.scan(columns, rows);
            }
        }
        windows.aggregation.take_if(|_| store.is_rolled_up());
        windows
    }

    /// Takes in rows of a segment without a look at them; false, and nothing taken, where that cannot be.
    fn take_known(
        &mut self,
        [start, end]: [&Column; 2],
        rows: &SegmentRows,
        known: Option<&OfSegment>,
    ) -> bool {
        let Some(known) = known else { return false };
        let ranges = [start, end].into_iter().filter_map(Column::range);
        let zone = ranges
            .map(|(start_secs, end_secs)| TimeExtent { start_secs, end_secs })
            .reduce(|zone, other| TimeExtent::joined(Some(zone), Some(other)).unwrap_or(zone));
        let is_whole = matches!(rows, SegmentRows::All(_));
        let longest_secs = self.aggregation.map_or(0, |known| known.longest_secs);
        let is_news = TimeExtent::joined(self.time, zone) != self.time || known.longest_secs > longest_secs;
        if !known.is_complete || (is_news && !is_whole) {
            return false;
        }
        self.time = TimeExtent::joined(self.time, zone);
        self.note(Aggregation {
            longest_secs: known.longest_secs,
            n_over_minute: u64::from(rows.n_common(&known.over_minute)),
        });
        true
    }

    /// The simple version.
    fn scan(&mut self, [start, end]: [&Column; 2], rows: &SegmentRows) {
        for_each_window(start, end, rows, |_, start, end| {
            self.time = TimeExtent::joined(self.time, TimeExtent::of_window(start, end));
            if let Some(n_secs) = window_secs(start, end) {
                let n_over_minute = u64::from(n_secs > MINUTE_SECS);
                self.note(Aggregation { longest_secs: n_secs, n_over_minute });
            }
        });
    }

    fn note(&mut self, other: Aggregation) {
        self.aggregation = Some(self.aggregation.map_or(other, |own| own.joined(other)));
    }
}

/// How long a window is; `None` where it lacks an end.
fn window_secs(start: u64, end: u64) -> Option<u64> {
    (start != ABSENT && end != ABSENT).then(|| end.saturating_sub(start))
}

/// Visits the place, start and end of each row.
fn for_each_window(start: &Column, end: &Column, rows: &SegmentRows, mut visit: impl FnMut(u32, u64, u64)) {
    let (mut starts, mut ends) = (Vec::<u64>::new(), Vec::<u64>::new());
    rows.for_each_block(|block| {
        start.read(block, &mut starts);
        end.read(block, &mut ends);
        for (at, (&start, &end)) in starts.iter().zip(&ends).enumerate() {
            let place = match block {
                Block::Run(first, _) => first + at as u32,
                Block::Places(places) => u32::from(places[at]),
            };
            visit(place, start, end);
        }
    });
}
