//! The diagnosis of a load, by way of partials that travelled.

use flow_core::analysis::diagnosis::{
    CONVERSATIONS_MAX, Diagnosis, DiagnosisQuestion, PolicyEvaluator, RejectedTuplesQuestion, Undelivered,
};
use flow_core::query::{Filter, RowSet};
use flow_testkit::load::{Load, ask};

pub fn diagnosis(load: &Load, filter: &Filter, evaluator: Option<&dyn PolicyEvaluator>) -> Diagnosis {
    diagnosis_of_at_most(CONVERSATIONS_MAX, load, filter, evaluator)
}

/// Of so many five-tuples.
pub fn diagnosis_of_at_most(
    n_tuples_max: u32,
    load: &Load,
    filter: &Filter,
    evaluator: Option<&dyn PolicyEvaluator>,
) -> Diagnosis {
    let select = |store| RowSet::select(filter, store, store.rows());
    let rows: Vec<RowSet> = load.stores.iter().map(select).collect();
    let views = load.views(&rows);
    let tuples = ask(&views, &RejectedTuplesQuestion { n_tuples_max });
    ask(
        &views,
        &DiagnosisQuestion {
            knowledge: &load.knowledge,
            tuples: &tuples,
            evaluator,
            undelivered: &Undelivered::default(),
        },
    )
}
