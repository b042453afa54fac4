//! What one end of a conversation sent the other, by what became of it.

use super::trace::{Fate, Marks, Trace};
use crate::analysis::TimeExtent;

/// What one end sent the other.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Half {
    pub accepted: Trace,
    pub rejected: Trace,
    /// Rows that record no action.
    pub other: Trace,
    pub is_blocked_public_access: bool,
    pub is_encryption_control: bool,
}

impl Half {
    pub fn add(&mut self, fate: Fate, trace: Trace) {
        match fate {
            Fate::Accepted => self.accepted.add(trace),
            Fate::NotRecorded => self.other.add(trace),
            Fate::Rejected | Fate::RejectedByBlockPublicAccess | Fate::RejectedByEncryptionControls => {
                self.rejected.add(trace);
            }
        }
        self.is_blocked_public_access |= fate == Fate::RejectedByBlockPublicAccess;
        self.is_encryption_control |= fate == Fate::RejectedByEncryptionControls;
    }

    pub fn join(&mut self, other: &Half) {
        self.accepted.add(other.accepted);
        self.rejected.add(other.rejected);
        self.other.add(other.other);
        self.is_blocked_public_access |= other.is_blocked_public_access;
        self.is_encryption_control |= other.is_encryption_control;
    }

    pub fn marks(&self) -> Marks {
        self.accepted.marks.and(self.rejected.marks).and(self.other.marks)
    }

    pub fn is_there(&self) -> bool {
        self.n_rows() > 0
    }

    pub fn n_rows(&self) -> u64 {
        self.accepted.tally.rows + self.rejected.tally.rows + self.other.tally.rows
    }

    pub fn time(&self) -> Option<TimeExtent> {
        [self.accepted.time, self.rejected.time, self.other.time].into_iter().fold(None, TimeExtent::joined)
    }
}
