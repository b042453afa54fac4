//! What was accepted though the rules refuse it.

use serde::{Deserialize, Serialize};

use crate::analysis::requests::request::Requests;
use crate::arrange::keep_first;
use crate::config::RuleDirection;
use crate::record::{Address, Value};

/// Requests named that rules do not explain.
const EXAMPLES_MAX: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unexplained {
    pub n_requests: u64,
    pub n_rows: u64,
    /// Those with most rows.
    pub examples: Vec<UnexplainedRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnexplainedRequest {
    pub interface: Value,
    pub direction: RuleDirection,
    pub remote: Address,
    pub protocol: Option<u8>,
    pub port: Option<u16>,
    pub n_rows: u64,
    /// Whether the groups refuse it; otherwise the network ACL does.
    pub by_groups: bool,
}

/// `found`: requests by place, and whether the groups refuse.
pub(super) fn unexplained(found: Vec<(u32, bool)>, requests: &Requests) -> Unexplained {
    let mut examples: Vec<UnexplainedRequest> = found
        .into_iter()
        .map(|(at, by_groups)| {
            let request = &requests.requests[at as usize];
            let key = &request.key;
            UnexplainedRequest {
                interface: requests.interface(request).clone(),
                direction: key.direction,
                remote: requests.remote(request),
                protocol: key.protocol,
                port: key.port,
                n_rows: request.total.asked.accepted.rows,
                by_groups,
            }
        })
        .collect();
    let n_requests = examples.len() as u64;
    let n_rows = examples.iter().map(|request| request.n_rows).sum();
    keep_first(&mut examples, EXAMPLES_MAX, |a, b| b.n_rows.cmp(&a.n_rows).then_with(|| a.cmp(b)));
    Unexplained { n_requests, n_rows, examples }
}
