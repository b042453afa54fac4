//! What the bench asks: every view, unfiltered and with filters that cost differently.

use flow_core::analysis::Metric;
use flow_core::query::{Filter, SortSpec, Subject, parse_filter};
use flow_core::record::{DEFAULT_LAYOUT, Field};
use flow_core::session::message::Question;

const FILTERS: [&str; 4] =
    ["", "dstport = 443", "srcaddr in 10.0.0.0/8 and not action = ACCEPT", "any contains \"10.0.1\""];

/// As many as the page draws.
const N_BUCKETS_MAX: u32 = 200;
const PAGE_ROWS: u32 = 100;

/// Every view with every filter, by names as `overview [dstport = 443]`. What the views of one filter share is paid
/// by the first of them.
pub fn all() -> Vec<(String, Question)> {
    let mut questions = Vec::new();
    for text in FILTERS {
        let filter = parse_filter(text).expect("a good filter");
        for (view, question) in views(&filter) {
            let name = if text.is_empty() { view.to_owned() } else { format!("{view} [{text}]") };
            questions.push((name, question));
        }
    }
    questions
}

/// Every view under one filter.
pub fn views(filter: &Filter) -> Vec<(&'static str, Question)> {
    let by = |field: Field, descending| Some(SortSpec { subject: field.into(), descending });
    let records = |sort| Question::Records {
        filter: filter.clone(),
        sort,
        subjects: DEFAULT_LAYOUT.map(Subject::from).to_vec(),
        offset: 0,
        n_rows: PAGE_ROWS,
    };
    vec![
        ("timeline", Question::Timeline { filter: filter.clone(), n_buckets_max: N_BUCKETS_MAX }),
        ("overview", Question::Overview { filter: filter.clone(), metric: Metric::Bytes }),
        ("direction", Question::Direction { filter: filter.clone() }),
        ("rejected", Question::Rejected { filter: filter.clone() }),
        ("records load order", records(None)),
        ("records by bytes", records(by(Field::BYTES, true))),
        ("records by srcaddr", records(by(Field::SRCADDR, false))),
    ]
}
