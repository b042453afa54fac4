//! What stands before a store where not every record is to be kept as it is: a filter while loading, a roll-up.
//!
//! Records are first staged in a small store of their own. Whenever a segment's worth has come, the filter that
//! answers questions picks from it, so that loading with a filter and filtering afterwards cannot differ; what it
//! leaves is written into the real store, as it is or rolled up. Values that nothing kept has never reach the real
//! store's dictionaries: memory grows with what is kept, whatever is read.
//!
//! A load that keeps everything has no intake: the parser writes into the store itself. Against that, natively, keeping
//! nearly all of a million rows takes 1.5 times as long, keeping a seventh 1.2 times, next to nothing as long, and rolling
//! up 1.9 times (`examples/intake_speed.rs`).

pub mod client;
mod codes;
mod options;
mod picked;
mod roll_up;

use crate::parse::{Layout, RawRow, RowBlock, RowSink, SourceId};
use crate::query::{RowSet, SegmentRows};
use crate::store::{SEGMENT_ROWS, Store};

use codes::Codes;
pub use options::{CannotKeep, LoadOptions};
use picked::Picked;
pub use roll_up::MINUTE_SECS;
use roll_up::RollUp;

/// Bytes of staged dictionaries from which on they are begun anew: a few hundred thousand addresses, so that they
/// seldom are, and so few that what was only read takes no memory to speak of.
const STAGED_DICTIONARY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Fills one store by the options of a load.
pub struct Intake {
    options: LoadOptions,
    staged: Store,
    codes: Codes,
    picked: Picked,
    roll_up: Option<RollUp>,
    n_records_kept: u64,
}

impl Intake {
    /// `None` where everything is kept as it is.
    pub fn new(options: &LoadOptions) -> Option<Intake> {
        (!options.keeps_everything()).then(|| Intake {
            options: options.clone(),
            staged: Store::default(),
            codes: Codes::default(),
            picked: Picked::default(),
            roll_up: options.roll_up.then(RollUp::default),
            n_records_kept: 0,
        })
    }

    /// Takes what a parser reads for `store`, which must be empty at first and then the same each time.
    pub fn sink<'a>(&'a mut self, store: &'a mut Store) -> IntakeSink<'a> {
        IntakeSink { intake: self, store }
    }

    /// To be called after each piece of a file: hands over what is staged once it is worth it.
    pub fn take(&mut self, store: &mut Store) {
        if self.staged.rows().n_rows() >= SEGMENT_ROWS {
            self.hand_over(store);
        }
    }

    /// Hands over all that is staged, so that `store` has every record that it is to have.
    pub fn flush(&mut self, store: &mut Store) {
        self.hand_over(store);
        if let Some(roll_up) = &mut self.roll_up {
            roll_up.show(store);
        }
    }

    /// Flow records that passed the filter, of those that were handed over.
    pub fn n_records_kept(&self) -> u64 {
        self.n_records_kept
    }

    /// Bytes on the heap beside the store that is filled.
    pub fn n_heap_bytes(&self) -> usize {
        self.staged.n_heap_bytes()
            + self.codes.n_heap_bytes()
            + self.picked.n_heap_bytes()
            + self.roll_up.as_ref().map_or(0, RollUp::n_heap_bytes)
    }

    fn hand_over(&mut self, store: &mut Store) {
        self.staged.settle();
        let chosen = RowSet::select(&self.options.keep, &self.staged, self.staged.rows());
        for (segment, rows) in self.staged.rows().segments().iter().zip(chosen.segments()) {
            if *rows == SegmentRows::None {
                continue;
            }
            self.n_records_kept += u64::from(rows.n_rows());
            self.picked.pick(&self.staged, segment, rows, &mut self.codes, store);
            match &mut self.roll_up {
                None => store.append(self.picked.batch()),
                Some(roll_up) => roll_up.add(self.picked.batch(), store),
            }
        }
        self.staged.clear_records();
        if self.staged.n_dictionary_bytes() > STAGED_DICTIONARY_BYTES_MAX {
            self.staged.clear_dictionaries();
            self.codes = Codes::default();
        }
    }
}

/// An intake together with the store that it fills.
pub struct IntakeSink<'a> {
    intake: &'a mut Intake,
    store: &'a mut Store,
}

impl RowSink for IntakeSink<'_> {
    fn accepts(&self, layout: &Layout) -> bool {
        self.store.accepts(layout)
    }

    /// Both stores meet the same layouts in the same order, so that a column has one number in both.
    fn begin(&mut self, source: SourceId, layout: &Layout) {
        self.intake.staged.begin(source, layout);
        self.store.begin(source, layout);
    }

    fn row(&mut self, row: RawRow<'_>) {
        self.intake.staged.row(row);
    }

    fn block(&mut self, block: RowBlock<'_>) {
        self.intake.staged.block(block);
    }

    /// Kept whatever is kept: a hole in the log is about all of it.
    fn status_record(&mut self, row: RawRow<'_>) {
        self.store.status_record(row);
    }
}
