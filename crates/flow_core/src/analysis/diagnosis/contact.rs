//! What was accepted of outsiders: the successes that a test for scanners weighs against their failures.
//!
//! Only outsiders that are an end of something rejected, and only services that they asked for: what our own
//! interfaces ask of the internet is nobody's scan.

use serde::{Deserialize, Serialize};

use crate::analysis::TimeExtent;
use crate::analysis::conversation::{Fate, ReadRow};
use crate::analysis::endpoint::Endpoint;
use crate::intake::client::End;

/// A service that an outsider asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct ContactKey {
    /// The outsider's address, as a code or a place in a list.
    pub outsider: u32,
    pub service: Endpoint,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contact {
    is_asked: bool,
    is_answered: bool,
    pub time: Option<TimeExtent>,
}

impl Contact {
    /// Of an accepted row; `None` where no outsider asked.
    pub fn of_row(
        row: &ReadRow,
        client: Option<End>,
        is_outsider: impl Fn(u32) -> bool,
    ) -> Option<(ContactKey, Contact)> {
        let outsider = client.filter(|_| row.fate == Fate::Accepted)?;
        let (of_outsider, service) = match outsider {
            End::Src => (row.src, row.dst),
            End::Dst => (row.dst, row.src),
        };
        let key = ContactKey {
            outsider: of_outsider.address,
            service: Endpoint::of(service, row.tuple.protocol()),
        };
        let contact = Contact {
            is_asked: outsider == End::Src,
            is_answered: outsider == End::Dst,
            time: TimeExtent::of_window(row.start, row.end),
        };
        is_outsider(of_outsider.address).then_some((key, contact))
    }

    pub fn add(&mut self, other: Contact) {
        self.is_asked |= other.is_asked;
        self.is_answered |= other.is_answered;
        self.time = TimeExtent::joined(self.time, other.time);
    }

    /// Whether the request was accepted, and an answer too.
    pub fn is_success(&self) -> bool {
        self.is_asked && self.is_answered
    }
}
