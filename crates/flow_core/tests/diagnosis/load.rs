//! The diagnosis of a load, by way of partials that travelled.

use flow_core::analysis::diagnosis::{Diagnosis, DiagnosisQuestion, PolicyEvaluator, RejectedTuplesQuestion};
use flow_core::analysis::{Analysis, ShardView};
use flow_core::query::{Filter, RowSet};
use flow_testkit::load::Load;

pub fn diagnosis(load: &Load, filter: &Filter, evaluator: Option<&dyn PolicyEvaluator>) -> Diagnosis {
    let select = |store| RowSet::select(filter, store, store.rows());
    let rows: Vec<RowSet> = load.stores.iter().map(select).collect();
    let views = load.views(&rows);
    let tuples = ask(&views, &RejectedTuplesQuestion);
    ask(&views, &DiagnosisQuestion { knowledge: &load.knowledge, tuples: &tuples, evaluator })
}

fn ask<A: Analysis>(shards: &[ShardView<'_>], analysis: &A) -> A::Answer {
    let partials = shards.iter().map(|shard| over_the_wire(&analysis.scan(*shard)));
    let merged = partials.reduce(|mut into, other| {
        analysis.merge(&mut into, other);
        into
    });
    analysis.finish(merged.expect("a load has a shard"))
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("partials serialize");
    postcard::from_bytes(&bytes).expect("what was serialized comes back")
}
