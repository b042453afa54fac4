//! A load's requests, by way of partials that travelled, and what was asked about them.

use std::sync::Arc;

use flow_core::analysis::Analysis;
use flow_core::analysis::requests::{
    Reachable, Replay, Requests, RequestsQuestion, RuleUse, reachable, replay, rule_use,
};
use flow_core::config::{Configuration, RuleEdit};
use flow_core::query::{Filter, RowSet};
use flow_testkit::load::Load;

fn requests(load: &Load, filter: &Filter, configuration: &Configuration) -> Requests {
    let question = RequestsQuestion { configuration: Some(configuration) };
    let select = |store| RowSet::select(filter, store, store.rows());
    let rows: Vec<RowSet> = load.stores.iter().map(select).collect();
    let partials = load.views(&rows).into_iter().map(|shard| over_the_wire(&question.scan(shard)));
    let merged = partials.reduce(|mut into, other| {
        question.merge(&mut into, other);
        into
    });
    question.finish(merged.expect("a load has a shard"))
}

/// All three answers about one load.
#[derive(Debug, PartialEq)]
pub struct Answers {
    pub used: RuleUse,
    pub reached: Reachable,
    pub replayed: Replay,
}

pub fn answers(
    load: &Load,
    filter: &Filter,
    configuration: &Arc<Configuration>,
    edits: &[RuleEdit],
) -> Answers {
    let requests = requests(load, filter, configuration);
    Answers {
        used: rule_use::rule_use(&requests, Some(configuration)),
        reached: reachable::reachable(&requests, &load.knowledge, Some(configuration)),
        replayed: replay::replay(&requests, Some(configuration), edits),
    }
}

fn over_the_wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let bytes = postcard::to_allocvec(value).expect("partials serialize");
    postcard::from_bytes(&bytes).expect("what was serialized comes back")
}
