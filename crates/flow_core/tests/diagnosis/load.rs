//! Logs as text, read by the parser into one shard or dealt to several, and diagnosed.

use flow_core::analysis::diagnosis::{Diagnosis, DiagnosisQuestion, PolicyEvaluator, RejectedTuplesQuestion};
use flow_core::analysis::interface::{InterfaceAddresses, InterfaceKnowledge};
use flow_core::analysis::{Analysis, ShardView};
use flow_core::parse::{FileParser, ParseOptions, SourceId};
use flow_core::query::{Filter, RowSet};
use flow_core::store::Store;

/// Shards of one load, oriented.
pub struct Load {
    pub stores: Vec<Store>,
    pub knowledge: InterfaceKnowledge,
}

impl Load {
    /// Files, each with the shard that it goes to.
    pub fn of(files: &[(usize, &str)]) -> Load {
        let n_shards = files.iter().map(|(shard, _)| shard + 1).max().unwrap_or(1);
        let mut stores = vec![Store::default(); n_shards];
        for (source, (shard, text)) in (0..).map(SourceId).zip(files) {
            let options = ParseOptions { layout: None, continues: None };
            let mut parser = FileParser::new(source, "drawn.log", text.len() as u64, &options);
            parser.push(text.as_bytes(), &mut stores[*shard]);
            parser.finish(&mut stores[*shard]);
            let report = parser.report();
            assert_eq!(report.lines.problems, 0, "{:?}\n{text}", report.problems);
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
        let knowledge = InterfaceKnowledge::resolve(&seen, &[]);
        for store in &mut stores {
            knowledge.orient_all(store);
        }
        Load { stores, knowledge }
    }

    pub fn diagnose(&self, filter: &Filter, evaluator: Option<&dyn PolicyEvaluator>) -> Diagnosis {
        let tuples = self.ask(filter, &RejectedTuplesQuestion);
        self.ask(filter, &DiagnosisQuestion { knowledge: &self.knowledge, tuples: &tuples, evaluator })
    }

    /// By way of partials that travelled.
    fn ask<A: Analysis>(&self, filter: &Filter, analysis: &A) -> A::Answer {
        let partials = self.stores.iter().map(|store| {
            let rows = RowSet::select(filter, store, store.rows());
            over_the_wire(&analysis.scan(ShardView { store, rows: &rows, memory: None }))
        });
        let merged = partials.reduce(|mut into, other| {
            analysis.merge(&mut into, other);
            into
        });
        analysis.finish(merged.expect("a load has a shard"))
    }
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("partials serialize");
    postcard::from_bytes(&bytes).expect("what was serialized comes back")
}
