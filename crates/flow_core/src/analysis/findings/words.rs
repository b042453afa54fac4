//! A cause in words: how much was refused, and what that means.

use super::cause::{Cause, CauseService};
use super::grouping::CauseKey;
use crate::analysis::diagnosis::{Diagnosed, Verdict};
use crate::record::name::service_words;
use crate::record::{Address, Value};

impl CauseService {
    /// What was asked for, and of whom: `443/tcp https of 10.0.2.9`.
    pub fn words(&self) -> String {
        let service = service_words(self.port.map(u64::from), self.protocol.map(u64::from));
        match self.address {
            Some(address) => format!("{service} of {address}"),
            None => service,
        }
    }
}

impl Cause {
    /// Where it was seen: `eni-0a1b, 10.0.2.9`.
    pub fn seen_at(&self) -> String {
        let first = match self.interfaces.first() {
            None | Some(Value::Absent) => "an interface that is not recorded".to_owned(),
            Some(recorded) => recorded.to_string(),
        };
        match (self.n_interfaces, self.local) {
            (2, _) => format!("{first} and 1 more interface"),
            (3.., _) => format!("{first} and {} more interfaces", self.n_interfaces - 1),
            (_, Some(local)) => format!("{first}, {local}"),
            (_, None) => first,
        }
    }

    /// What is said of a fix where it is not for all interfaces.
    pub fn interfaces_without_fix(&self) -> Option<String> {
        let n = self.interfaces.len() as u64;
        (n < self.n_interfaces).then(|| {
            format!(
                "This is for the first {n} of {} interfaces. Filter by the others for theirs.",
                self.n_interfaces
            )
        })
    }
}

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
