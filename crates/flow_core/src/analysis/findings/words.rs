//! A cause in words: how much was refused, and what that means.

use super::grouping::CauseKey;
use crate::analysis::diagnosis::{Diagnosed, Verdict};
use crate::record::Address;

/// What is said of the conversations of a cause together.
pub(super) struct Said<'a> {
    pub n_conversations: u64,
    /// Rejected rows of who asked, and of who was asked.
    pub n_requests_refused: u64,
    pub n_replies_refused: u64,
    /// Distinct and ascending; empty where not known.
    pub initiators: &'a [Address],
    pub responders: &'a [Address],
    /// The conversation whose conclusion stands for all.
    pub example: &'a Diagnosed,
}

/// Evidence and conclusion, each a sentence or two; of rules what they say of one of the conversations.
pub(super) fn because(key: &CauseKey<'_>, said: &Said<'_>) -> String {
    if said.n_conversations == 1 {
        return said.example.because();
    }
    format!("{}. {}", evidence(key, said), said.example.conclusion())
}

fn evidence(key: &CauseKey<'_>, said: &Said<'_>) -> String {
    let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
    let conversations = format!("in {} conversations", said.n_conversations);
    let n_refused = said.n_requests_refused + said.n_replies_refused;
    if said.initiators.is_empty() || said.responders.is_empty() {
        return format!("{} {conversations} of this interface were refused", rows(n_refused));
    }
    let initiators = ends(said.initiators);
    let service = match key.port {
        Some(port) => format!("{} port {port}", ends(said.responders)),
        None => ends(said.responders),
    };
    match (said.n_requests_refused, said.n_replies_refused) {
        (n_rows, 0) if key.verdict != Verdict::Straggler => {
            format!("{} from {initiators} to {service}, {conversations}, were refused", rows(n_rows))
        }
        (0, n_rows) if key.verdict != Verdict::Straggler => {
            format!(
                "{} of replies from {service} to {initiators}, {conversations}, were refused",
                rows(n_rows)
            )
        }
        _ => format!("{} between {initiators} and {service}, {conversations}, were refused", rows(n_refused)),
    }
}

fn ends(addresses: &[Address]) -> String {
    match addresses {
        [address] => address.to_string(),
        addresses => format!("{} addresses", addresses.len()),
    }
}
