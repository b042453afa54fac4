//! One store with the parsers that fill it.

use std::collections::HashMap;

use crate::analysis::interface::{InterfaceAddresses, InterfaceKnowledge};
use crate::analysis::{Analysis, Memory, ShardView, TimeExtent, time_extent::time_extent as store_extent};
use crate::intake::{Intake, LoadOptions};
use crate::parse::{FileParser, FileReport, SourceId};
use crate::query::RowSet;
use crate::store::Store;

pub struct Shard {
    store: Store,
    /// What decides what of the files gets into the store; `None` where all does, just as it is.
    intake: Option<Intake>,
    parsers: HashMap<SourceId, FileParser>,
    /// What the frozen segments say of the interfaces' addresses.
    frozen_addresses: InterfaceAddresses,
    /// How many of them have been asked.
    n_segments_asked: usize,
    memory: Memory,
}

impl Shard {
    pub fn new(options: &LoadOptions) -> Shard {
        Shard {
            store: if options.roll_up { Store::for_rolled_up() } else { Store::default() },
            intake: Intake::new(options),
            parsers: HashMap::new(),
            frozen_addresses: InterfaceAddresses::default(),
            n_segments_asked: 0,
            memory: Memory::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn view<'a>(&'a self, rows: &'a RowSet) -> ShardView<'a> {
        ShardView { store: &self.store, rows, memory: Some(&self.memory) }
    }

    /// Before the shard is asked.
    pub fn remember(&mut self, question: &impl Analysis) {
        question.remember(&self.store, &mut self.memory);
    }

    pub fn add_parser(&mut self, source: SourceId, parser: FileParser) {
        self.parsers.insert(source, parser);
    }

    pub fn parser(&self, source: SourceId) -> Option<&FileParser> {
        self.parsers.get(&source)
    }

    pub fn push(&mut self, source: SourceId, bytes: &[u8]) {
        let Some(parser) = self.parsers.get_mut(&source) else { return };
        match &mut self.intake {
            None => parser.push(bytes, &mut self.store),
            Some(intake) => {
                parser.push(bytes, &mut intake.sink(&mut self.store));
                intake.take(&mut self.store);
            }
        }
    }

    /// The file has ended: its report is final and its buffers go.
    pub fn finish(&mut self, source: SourceId) -> Option<FileReport> {
        let mut parser = self.parsers.remove(&source)?;
        match &mut self.intake {
            None => parser.finish(&mut self.store),
            Some(intake) => parser.finish(&mut intake.sink(&mut self.store)),
        }
        Some(parser.into_report())
    }

    /// Reading stops here; what was read stays.
    pub fn cancel(&mut self, source: SourceId) -> Option<FileReport> {
        let mut parser = self.parsers.remove(&source)?;
        parser.cancel();
        Some(parser.into_report())
    }

    pub fn settle(&mut self) {
        if let Some(intake) = &mut self.intake {
            intake.flush(&mut self.store);
        }
        self.store.settle();
    }

    /// Flow records that the store has, as they are or rolled up.
    pub fn n_records(&self) -> u64 {
        match &self.intake {
            None => u64::from(self.store.rows().n_rows()),
            Some(intake) => intake.n_records_kept(),
        }
    }

    pub fn n_heap_bytes(&self) -> u64 {
        (self.store.n_heap_bytes() + self.intake.as_ref().map_or(0, Intake::n_heap_bytes)) as u64
    }

    /// What all readable rows say of the interfaces' addresses. Frozen segments are asked once.
    pub fn interface_addresses(&mut self) -> InterfaceAddresses {
        let segments = self.store.rows().segments();
        let n_frozen = self.store.rows().n_frozen_segments();
        for segment in &segments[self.n_segments_asked..n_frozen] {
            self.frozen_addresses.scan_segment(&self.store, segment);
        }
        self.n_segments_asked = n_frozen;
        let mut addresses = self.frozen_addresses.clone();
        for segment in &segments[n_frozen..] {
            addresses.scan_segment(&self.store, segment);
        }
        addresses
    }

    /// Gives each row its direction: rows that have none yet, or all.
    pub fn orient(&mut self, knowledge: &InterfaceKnowledge, all: bool) {
        let store = &self.store;
        let orientations: Vec<Option<Vec<u8>>> = store
            .rows()
            .segments()
            .iter()
            .map(|segment| {
                (all || segment.orientation().is_empty()).then(|| knowledge.orient(store, segment))
            })
            .collect();
        for (segment, codes) in self.store.rows_mut().segments_mut().iter_mut().zip(orientations) {
            if let Some(codes) = codes {
                segment.set_orientation(codes);
            }
        }
    }
}

/// The time of all readable rows.
pub fn time_extent(shards: &[Shard]) -> Option<TimeExtent> {
    shards.iter().map(|shard| store_extent(&shard.store)).fold(None, TimeExtent::joined)
}
