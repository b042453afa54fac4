//! Logs as text, read by the parser into one shard or several, with every row's direction worked out.

use flow_core::analysis::ShardView;
use flow_core::analysis::interface::{InterfaceAddresses, InterfaceKnowledge, Told};
use flow_core::parse::{FileParser, ParseOptions, SourceId};
use flow_core::query::RowSet;
use flow_core::store::Store;

/// Shards of one load, oriented.
pub struct Load {
    pub stores: Vec<Store>,
    pub knowledge: InterfaceKnowledge,
}

impl Load {
    /// Files, each with the shard that it goes to.
    ///
    /// # Panics
    /// Where a line is none.
    pub fn of(files: &[(usize, &str)]) -> Load {
        let n_shards = files.iter().map(|(shard, _)| shard + 1).max().unwrap_or(1);
        let mut stores = vec![Store::default(); n_shards];
        for (source, (shard, text)) in (0..).map(SourceId).zip(files) {
            let options = ParseOptions::default();
            let mut parser = FileParser::new(source, "drawn.log", text.len() as u64, &options);
            parser.push(text.as_bytes(), &mut stores[*shard]);
            parser.finish(&mut stores[*shard]);
            let report = parser.report();
            assert_eq!(report.lines.problems, 0, "{:?}", report.problems);
        }
        let mut seen = InterfaceAddresses::default();
        for store in &mut stores {
            store.settle();
            let mut of_shard = InterfaceAddresses::default();
            for segment in store.rows().segments() {
                of_shard.scan_segment(store, segment);
            }
            seen.merge(of_shard);
        }
        let knowledge = InterfaceKnowledge::resolve(&seen, Told::default());
        for store in &mut stores {
            knowledge.orient_all(store);
        }
        Load { stores, knowledge }
    }

    /// All rows of each shard.
    pub fn all_rows(&self) -> Vec<RowSet> {
        self.stores.iter().map(|store| RowSet::all(store.rows())).collect()
    }

    pub fn views<'a>(&'a self, rows: &'a [RowSet]) -> Vec<ShardView<'a>> {
        self.stores.iter().zip(rows).map(|(store, rows)| ShardView { store, rows, memory: None }).collect()
    }
}
