//! What a verdict rests on, in numbers: enough to say it in words, and small enough to keep for every conversation.

use serde::{Deserialize, Serialize};

use super::decide::{Line, has_large_packets};
use super::facts::Facts;
use crate::analysis::conversation::{Half, Marks};

/// The line of the decision table, and what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grounds {
    pub(super) line: Line,
    pub(in crate::analysis) n_requests_refused: u64,
    pub(in crate::analysis) n_replies_refused: u64,
    /// First and last time of what was refused, and the first time of what was accepted of the conversation, seconds
    /// since 1970; 0 where no time is recorded.
    pub(super) refused_first_secs: u64,
    pub(super) refused_last_secs: u64,
    pub(super) accepted_first_secs: u64,
    /// Another interface let the request pass.
    pub(in crate::analysis) is_accepted_elsewhere: bool,
    pub(super) has_syn: bool,
    pub(super) has_large_packets: bool,
    pub(super) is_one_subnet: bool,
    pub(super) n_scanner_refusals: u32,
    pub(super) is_rolled_up: bool,
    pub(super) may_begin_before: bool,
    pub(super) request_comes_in: Option<bool>,
    /// Packets that were refused; 0 where nobody counted them.
    pub(in crate::analysis) n_packets_refused: u64,
    /// Packet addresses differ from those of the rows.
    pub(in crate::analysis) is_readdressed: bool,
    pub(in crate::analysis) admitted: Admission,
}

/// What was accepted of the same service at the same side of the conversation: requests where requests were refused,
/// replies where replies were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::analysis) struct Admission {
    /// Of clients that were never refused there.
    pub others: bool,
    /// Of the same client, before the first refusal and after the last.
    pub before: bool,
    pub later: bool,
}

impl Grounds {
    pub(super) fn of(facts: &Facts, line: Line) -> Grounds {
        let (request, reply) = (&facts.request, &facts.reply);
        let (refused, accepted_first_secs) = match line {
            Line::ReplyRefusedForATime => (&reply.rejected, reply.accepted.first_secs()),
            _ => (&request.rejected, facts.first_accepted_secs().unwrap_or(0)),
        };
        Grounds {
            line,
            n_requests_refused: request.rejected.tally.rows,
            n_replies_refused: reply.rejected.tally.rows,
            refused_first_secs: refused.first_secs(),
            refused_last_secs: refused.last_secs(),
            accepted_first_secs,
            is_accepted_elsewhere: facts.elsewhere.request_accepted,
            has_syn: facts.is_tcp && request.rejected.marks.has(Marks::SYN),
            has_large_packets: has_large_packets(facts, line),
            is_one_subnet: facts.same_subnet == Some(true),
            n_scanner_refusals: facts.scanner_refusals.unwrap_or(0),
            is_rolled_up: facts.is_rolled_up,
            may_begin_before: facts.may_begin_before,
            request_comes_in: facts.request_comes_in,
            n_packets_refused: n_packets_refused([request, reply]),
            is_readdressed: false,
            admitted: Admission::default(),
        }
    }

    /// Where nobody knows which half is the request.
    pub(super) fn without_beginner(halves: &[Half; 2], line: Line) -> Grounds {
        Grounds {
            line,
            n_requests_refused: halves.iter().map(|half| half.rejected.tally.rows).sum(),
            n_replies_refused: 0,
            refused_first_secs: 0,
            refused_last_secs: 0,
            accepted_first_secs: 0,
            is_accepted_elsewhere: false,
            has_syn: false,
            has_large_packets: false,
            is_one_subnet: false,
            n_scanner_refusals: 0,
            is_rolled_up: false,
            may_begin_before: false,
            request_comes_in: None,
            n_packets_refused: n_packets_refused([&halves[0], &halves[1]]),
            is_readdressed: false,
            admitted: Admission::default(),
        }
    }

    /// Whether the request came into the interface; `None` where its side is not known.
    pub fn is_inbound(&self) -> Option<bool> {
        self.request_comes_in
    }

    /// Whether what was refused opened its connection, or answered what did, so that it cannot have come after the end.
    pub(super) fn is_of_open_connection(&self) -> bool {
        self.has_syn || matches!(self.line, Line::ReplyRefused | Line::ReplyRefusedRequestNotSeen)
    }

    /// Rows of the conversation that were rejected.
    pub fn n_refused(&self) -> u64 {
        self.n_requests_refused + self.n_replies_refused
    }
}

fn n_packets_refused(halves: [&Half; 2]) -> u64 {
    halves[0].rejected.tally.packets.saturating_add(halves[1].rejected.tally.packets)
}
