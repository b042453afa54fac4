//! Findings: cases drawn as text, and what must hold of any log.

#[path = "../diagnosis/any_log.rs"]
mod any_log;
mod cases;
mod limits;
#[path = "../diagnosis/load.rs"]
mod load;
mod properties;

use flow_core::analysis::diagnosis::PolicyEvaluator;
use flow_core::analysis::findings::Findings;
use flow_core::query::Filter;
use flow_testkit::load::Load;

/// The findings of a load, by way of partials that travelled.
fn findings(load: &Load, filter: &Filter, evaluator: Option<&dyn PolicyEvaluator>) -> Findings {
    let diagnosis = load::diagnosis(load, filter, evaluator);
    flow_core::analysis::findings::findings(diagnosis, &load.knowledge, evaluator)
}
