//! A store, and what of the files gets into it.

use crate::intake::{Intake, LoadOptions};
use crate::parse::FileParser;
use crate::store::Store;

#[derive(Default)]
pub struct Kept {
    store: Store,
    /// What decides what of the files gets into the store; `None` where all does, just as it is.
    intake: Option<Intake>,
}

impl Kept {
    pub fn new(options: &LoadOptions) -> Kept {
        Kept {
            store: if options.roll_up { Store::for_rolled_up() } else { Store::default() },
            intake: Intake::new(options),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The next bytes of a file.
    pub fn push(&mut self, parser: &mut FileParser, bytes: &[u8]) {
        match &mut self.intake {
            None => parser.push(bytes, &mut self.store),
            Some(intake) => {
                parser.push(bytes, &mut intake.sink(&mut self.store));
                intake.take(&mut self.store);
            }
        }
    }

    /// The file has no more bytes.
    pub fn finish(&mut self, parser: &mut FileParser) {
        match &mut self.intake {
            None => parser.finish(&mut self.store),
            Some(intake) => parser.finish(&mut intake.sink(&mut self.store)),
        }
    }

    /// Makes rows that are kept readable: all of them, or where more are coming those that can be had for little.
    pub fn settle(&mut self, is_last: bool) {
        match &mut self.intake {
            None if !is_last => self.store.settle_some(),
            None => self.store.settle(),
            Some(intake) => {
                intake.flush(&mut self.store);
                self.store.settle();
            }
        }
    }

    /// Flow records that can be read, as they are or rolled up.
    pub fn n_records(&self) -> u64 {
        match &self.intake {
            None => u64::from(self.store.rows().n_readable()),
            Some(intake) => intake.n_records_kept(),
        }
    }

    pub fn n_heap_bytes(&self) -> u64 {
        (self.store.n_heap_bytes() + self.intake.as_ref().map_or(0, Intake::n_heap_bytes)) as u64
    }
}
