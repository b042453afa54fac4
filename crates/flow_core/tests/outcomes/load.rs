//! The outcomes of a load, by way of partials that travelled.

use flow_core::analysis::diagnosis::Undelivered;
use flow_core::analysis::outcomes::{
    ConversationOutcome, OneSidedTuplesQuestion, Outcomes, OutcomesQuestion,
};
use flow_core::query::{Filter, RowSet};
use flow_testkit::load::{Load, ask, merged};

pub fn outcomes(load: &Load, filter: &Filter) -> Outcomes {
    let rows = selected(load, filter);
    let views = load.views(&rows);
    let tuples = ask(&views, &OneSidedTuplesQuestion);
    ask(
        &views,
        &OutcomesQuestion {
            knowledge: &load.knowledge,
            tuples: &tuples,
            undelivered: &Undelivered::default(),
        },
    )
}

/// One by one.
pub fn conversations(load: &Load, filter: &Filter) -> Vec<ConversationOutcome> {
    let rows = selected(load, filter);
    let views = load.views(&rows);
    let tuples = ask(&views, &OneSidedTuplesQuestion);
    let question = OutcomesQuestion {
        knowledge: &load.knowledge,
        tuples: &tuples,
        undelivered: &Undelivered::default(),
    };
    question.conversations(merged(&views, &question))
}

fn selected(load: &Load, filter: &Filter) -> Vec<RowSet> {
    load.stores.iter().map(|store| RowSet::select(filter, store, store.rows())).collect()
}
